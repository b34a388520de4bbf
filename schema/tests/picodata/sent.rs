//! The text that is sent: without comments, and with blanks where the server's grammar wants them.

use querent_schema::check;
use querent_schema::plan::Piece;

use crate::catalog;

#[track_caller]
fn sent(sql: &str, expected: &str) {
    let catalog = catalog("CREATE TABLE t (id INT PRIMARY KEY, name TEXT)", None);
    let checked = check(sql, &catalog);
    let plan = checked.plan.unwrap_or_else(|| panic!("{sql}: {:#?}", checked.diagnostics));
    assert_eq!(written(&plan.template), expected);
}

fn written(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Param(index) => format!("<{index}>"),
        Piece::Section(_, inside) => format!("{{{}}}", written(inside)),
        Piece::Rows(rows) => rows.iter().map(|row| written(row)).collect::<Vec<_>>().join(", "),
        Piece::In(site) | Piece::Split(site) => format!("{}<in>{}", written(&site.head), site.tail),
    };
    pieces.iter().map(piece).collect()
}

#[test]
fn comments_are_not_sent() {
    sent("SELECT id -- the key\nFROM t", "SELECT id  FROM t");
    sent("SELECT/* a */id FROM t /* b */ WHERE id = :id -- c", "SELECT id FROM t   WHERE id = <0>  ");
    sent(
        "SELECT id FROM t WHERE TRUE {{ AND /* it */ id = :id }}",
        "SELECT id FROM t WHERE TRUE { AND   id = <0> }",
    );
    sent("SELECT id FROM t WHERE id IN (:ids.. /* all */ )", "SELECT id FROM t WHERE id IN (<in>   )");
    sent("SELECT '-- a' AS a, '/* b */' AS b", "SELECT '-- a' AS a, '/* b */' AS b");
}

#[test]
fn keywords_stand_alone() {
    sent("SELECT EXISTS(SELECT id FROM t) AS e", "SELECT EXISTS (SELECT id FROM t) AS e");
    sent(
        "SELECT id FROM t WHERE name IN('a','b')AND(name LIKE'a')",
        "SELECT id FROM t WHERE name IN ('a','b') AND (name LIKE 'a')",
    );
    // The statement can be split by the elements of this list.
    sent("SELECT id FROM t WHERE id IN(1,2)AND(id > 0)", "SELECT id FROM t WHERE id IN (<in>) AND (id > 0)");
    sent("SELECT count(*) FROM t", "SELECT count(*) FROM t");
}

#[test]
fn blocks_have_parameters() {
    sent(
        "DO $$ BEGIN RETURN QUERY SELECT name FROM t WHERE id = :id; -- read\nUPDATE t SET name = :name WHERE id = :id; END $$",
        "DO $$ BEGIN RETURN QUERY SELECT name FROM t WHERE id = <0>;  UPDATE t SET name = <1> WHERE id = <0>; END $$",
    );
}
