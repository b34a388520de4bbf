//! Parameters, spreads, sections and overrides, and the template that they make.

use super::*;
use crate::ast::{SelectItem, SetExpr};
use crate::plan::{Element, InPredicate};

/// The names of the parameters, spreads marked, and the codes and places of findings.
fn scanned(text: &str) -> (Vec<String>, Vec<(Code, &str)>) {
    let (source, found) = Source::new(text, &GENERIC);
    let params = source.params.iter().enumerate().map(|(i, p)| {
        let name = p.name.clone().unwrap_or_else(|| format!("{}", i + 1));
        format!("{name}{}", if p.spread { ".." } else { "" })
    });
    let params = params.collect();
    let found = found.iter().map(|d| (d.code, &text[d.span.start as usize..d.span.end as usize])).collect();
    (params, found)
}

#[track_caller]
fn params(text: &str, expected: &[&str]) {
    let (params, found) = scanned(text);
    assert_eq!(params, expected, "{text}");
    assert!(found.is_empty(), "{text}: {found:?}");
}

#[track_caller]
fn finds(text: &str, code: Code, place: &str) {
    let (_, found) = scanned(text);
    assert_eq!(found, [(code, place)], "{text}");
}

#[test]
fn parameters_are_tokens() {
    params("SELECT :a, $b, :a FROM t WHERE c=:d AND(:e)=1", &["a", "b", "d", "e"]);
    params("SELECT $2, $1, $2", &["1", "2"]);
    params("SELECT ?, ? WHERE a=?", &["1", "2", "3"]);
    params("SELECT a::int, b::text, :c::int, :d ::int", &["c", "d"]);
    params("SELECT ':a', \":b\", `:c`, $$ :d $$, /* :e */ E':f' -- :g\n, :h", &["h"]);
    params("SELECT a[1:2], b[1:], c['x'], {'k': 1}", &[]);
    params("SELECT {'k': $v}, a[$n], ARRAY[$x, $y], a[f(:z)]", &["v", "n", "x", "y", "z"]);
    params("SELECT CASE WHEN:a THEN:b ELSE:c END LIMIT:d", &["a", "b", "c", "d"]);
    params("SELECT :größe, :_x, :x1, :日本", &["größe", "_x", "x1", "日本"]);
    params("SELECT f(a => :b, c := :d)", &["b", "d"]);
    params("SELECT a IN (:b.., 1) , c NOT IN (2,$d..)", &["b..", "d.."]);
    params("SELECT a IN (?..), b IN(?)", &["1..", "2"]);
    params("SELECT a IN ($1..) AND b = $2", &["1..", "2"]);
}

#[test]
fn what_looks_like_a_parameter_is_told() {
    finds("SELECT a:b FROM t", Code::LooksLikeParameter, ":b");
    finds("SELECT arr[:n] FROM t", Code::LooksLikeParameter, ":n");
    finds("SELECT arr[1:n] FROM t", Code::LooksLikeParameter, ":n");
    finds("SELECT {'a':b} FROM t", Code::LooksLikeParameter, ":b");
    finds("SELECT f(x):y FROM t", Code::LooksLikeParameter, ":y");
    finds("SELECT \"q\":y FROM t", Code::LooksLikeParameter, ":y");
    finds("SELECT 'a':y FROM t", Code::LooksLikeParameter, ":y");
    let (_, found) = Source::new("SELECT a:b", &GENERIC);
    assert_eq!(found[0].severity, crate::diagnostic::Severity::Warning);
    assert!(found[0].help.as_deref().unwrap_or_default().contains("$b"), "{found:?}");
}

#[test]
fn kinds_of_parameters_do_not_mix() {
    finds("SELECT :a, $1", Code::ParameterStyle, "$1");
    finds("SELECT ?, $1, :a", Code::ParameterStyle, "$1");
    finds("SELECT $1, ?", Code::ParameterStyle, "?");
    finds("SELECT $1, $3", Code::ParameterStyle, "$3");
    finds("SELECT $2", Code::ParameterStyle, "$2");
    finds("SELECT $0, $1", Code::ParameterStyle, "$0");
    finds("SELECT :1", Code::ParameterStyle, ":1");
    finds("SELECT $1x", Code::ParameterStyle, "$1x");
    finds("SELECT $99999999999", Code::ParameterStyle, "$99999999999");
}

#[test]
fn spreads_stand_in_lists_alone() {
    finds("SELECT :a..", Code::MisplacedSpread, ":a..");
    finds("SELECT a = :b..", Code::MisplacedSpread, ":b..");
    finds("SELECT f(:b..)", Code::MisplacedSpread, ":b..");
    finds("SELECT a IN (:b.. + 1)", Code::MisplacedSpread, ":b..");
    finds("SELECT a IN ((:b..))", Code::MisplacedSpread, ":b..");
    finds("SELECT a IN (SELECT :b.., c)", Code::MisplacedSpread, ":b..");
    finds("SELECT a IN (SELECT x, :b.., c)", Code::MisplacedSpread, ":b..");
    finds("SELECT a IN (:b..) OR c = :b", Code::MisplacedSpread, ":b");
}

#[test]
fn sections_close_by_depth() {
    let (source, found) = Source::new(
        "SELECT 1 WHERE TRUE {{ AND x = {'a': {'b': $p}}}} {{ AND (y = :q {{ OR z = :r }}) }}",
        &GENERIC,
    );
    let colons: Vec<_> = found.iter().filter(|d| d.code != Code::LooksLikeParameter).collect();
    assert!(colons.is_empty(), "{colons:#?}");
    assert_eq!(source.sections.len(), 3);
    assert_eq!(source.sections[1].parent, None);
    assert_eq!(source.sections[2].parent, Some(1));
    params("SELECT MAP {{'a': 1}: 2}, {'a': {'b': {'c': 1}}}", &[]);
    params("SELECT '{{', \"}}\" /* {{ */ FROM t", &[]);
    params("SELECT 1 WHERE a = 1 {{AND b IN (:l..) AND c[1:2] = {'a': 1}}}", &["l.."]);
}

#[test]
fn bad_sections_are_found() {
    finds("SELECT 1 {{ AND a = :a", Code::InvalidSection, "{{");
    finds("SELECT 1 {{ AND a = 1 }}", Code::InvalidSection, "{{ AND a = 1 }}");
    finds("SELECT 1 {{ {{ AND a = :a }} }}", Code::InvalidSection, "{{ {{ AND a = :a }} }}");
    finds("SELECT 1 {{ AND (a = :a }} )", Code::InvalidSection, "(");
    finds("SELECT (1 {{ AND a = :a ) }}", Code::InvalidSection, ")");
    finds("SELECT 1 }}", Code::InvalidSection, "}}");
    finds("SELECT 1 {{ AND a = :a } }", Code::InvalidSection, "}");
    finds("SELECT a IN (:b.. {{ , :c }})", Code::InvalidSection, "{{ , :c }}");
}

#[test]
fn inactive_sections_are_left_out() {
    let text = "SELECT a FROM t WHERE TRUE {{ AND b = :b {{ AND c = :c }} }}";
    let (source, found) = Source::new(text, &GENERIC);
    assert!(found.is_empty(), "{found:#?}");
    let width = |active: &dyn Fn(usize) -> bool| {
        let parsed = source.parse(active);
        assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
        let span = parsed.statements[0].span;
        text[span.start as usize..span.end as usize].to_string()
    };
    assert_eq!(width(&|_| false), "SELECT a FROM t WHERE TRUE");
    assert_eq!(width(&|i| i == 1), "SELECT a FROM t WHERE TRUE");
    assert_eq!(width(&|i| i == 0), "SELECT a FROM t WHERE TRUE {{ AND b = :b");
    assert_eq!(width(&|_| true), "SELECT a FROM t WHERE TRUE {{ AND b = :b {{ AND c = :c");
}

/// The pieces of a text's template.
#[track_caller]
fn pieces(text: &str) -> Vec<Piece> {
    let (source, found) = Source::new(text, &GENERIC);
    assert!(found.is_empty(), "{text}: {found:#?}");
    let parsed = source.parse(&|_| true);
    assert!(parsed.diagnostics.is_empty(), "{text}: {:#?}", parsed.diagnostics);
    source.template(&parsed.statements[0], None)
}

fn text(text: &str) -> Piece {
    Piece::Text(text.to_string())
}

#[test]
fn templates_keep_the_text() {
    assert_eq!(pieces(" SELECT 1 -- é\n /* x */ ; "), [text(" SELECT 1 -- é\n /* x */ ; ")]);
    assert_eq!(
        pieces("SELECT :a + $b::int /* :c */ FROM t"),
        [text("SELECT "), Piece::Param(0), text(" + "), Piece::Param(1), text("::int /* :c */ FROM t")]
    );
    assert_eq!(pieces("SELECT $2, $1"), [text("SELECT "), Piece::Param(1), text(", "), Piece::Param(0)]);
    // Words that the text keeps apart stay apart.
    assert_eq!(pieces("SELECT 1 LIMIT:n"), [text("SELECT 1 LIMIT "), Piece::Param(0)]);
    assert_eq!(pieces("SELECT ?AS x"), [text("SELECT "), Piece::Param(0), text(" AS x")]);
}

#[test]
fn templates_hold_sections() {
    assert_eq!(
        pieces("SELECT a WHERE x{{AND b = :b {{ AND c = :c }}}}OR y"),
        [
            text("SELECT a WHERE x"),
            Piece::Section(
                0,
                vec![
                    text(" AND b = "),
                    Piece::Param(0),
                    text(" "),
                    Piece::Section(1, vec![text(" AND c = "), Piece::Param(1), text(" ")]),
                ]
            ),
            text(" OR y"),
        ]
    );
}

#[test]
fn templates_hold_in_predicates() {
    assert_eq!(
        pieces("SELECT a FROM t WHERE (b + :x IN ( :l.., :y, 3 /* z */ )) AND c"),
        [
            text("SELECT a FROM t WHERE ("),
            Piece::In(InPredicate {
                head: vec![text("b + "), Piece::Param(0), text(" IN ( ")],
                elements: vec![
                    Element::Spread(1),
                    Element::Pieces(vec![Piece::Param(2)]),
                    Element::Pieces(vec![text("3")]),
                ],
                tail: " /* z */ )".to_string(),
                empty: "FALSE".to_string(),
            }),
            text(") AND c"),
        ]
    );
    assert_eq!(
        pieces("SELECT 1 WHERE(b)NOT IN(:l..)AND {{ (c) IN (:m..) }}"),
        [
            text("SELECT 1 WHERE"),
            Piece::In(InPredicate {
                head: vec![text("(b)NOT IN(")],
                elements: vec![Element::Spread(0)],
                tail: ")".to_string(),
                empty: " TRUE ".to_string(),
            }),
            text("AND "),
            Piece::Section(
                0,
                vec![
                    text(" "),
                    Piece::In(InPredicate {
                        head: vec![text("(c) IN (")],
                        elements: vec![Element::Spread(1)],
                        tail: ")".to_string(),
                        empty: "FALSE".to_string(),
                    }),
                    text(" "),
                ]
            ),
        ]
    );
    // A predicate within an element of another.
    let nested = pieces("SELECT a IN (:l.., b IN (:m..))");
    let Piece::In(outer) = &nested[1] else { panic!("{nested:?}") };
    assert!(
        matches!(&outer.elements[1], Element::Pieces(inner) if matches!(inner[..], [Piece::In(_)])),
        "{nested:?}"
    );
}

/// Aliases with their overrides.
#[track_caller]
fn aliases(text: &str) -> Vec<(String, Option<bool>, Option<String>, String)> {
    let (source, found) = Source::new(text, &GENERIC);
    assert!(found.is_empty(), "{text}: {found:#?}");
    let parsed = source.parse(&|_| true);
    assert!(parsed.diagnostics.is_empty(), "{text}: {:#?}", parsed.diagnostics);
    let StatementKind::Query(query) = &parsed.statements[0].kind else { panic!("{text}") };
    let SetExpr::Select(select) = &query.body else { panic!("{text}") };
    let aliases = select.items.iter().filter_map(|item| match item {
        SelectItem::Expr { alias: Some(alias), .. } => Some(alias),
        _ => None,
    });
    aliases
        .map(|alias| {
            let over = alias.over.clone();
            let place =
                over.as_ref().map_or("", |o| &text[o.span.start as usize..o.span.end as usize]).to_string();
            let nullable = over.as_ref().and_then(|o| o.nullable);
            (alias.ident.value.clone(), nullable, over.and_then(|o| o.rust_type), place)
        })
        .collect()
}

#[test]
fn overrides_are_read_from_aliases() {
    let one = |text: &str| aliases(&format!("SELECT 1 AS {text}")).remove(0);
    let own = |name: &str, nullable, ty: Option<&str>, place: &str| {
        (name.to_string(), nullable, ty.map(str::to_string), place.to_string())
    };
    assert_eq!(one("x"), own("x", None, None, ""));
    assert_eq!(one("\"x!\""), own("x", Some(false), None, "!"));
    assert_eq!(one("\"x?\""), own("x", Some(true), None, "?"));
    assert_eq!(one("`x!`"), own("x", Some(false), None, "!"));
    assert_eq!(one("\"x: i64\""), own("x", None, Some("i64"), ": i64"));
    assert_eq!(
        one("\"x!: Vec<Option<String>>\""),
        own("x", Some(false), Some("Vec<Option<String>>"), "!: Vec<Option<String>>")
    );
    assert_eq!(
        one("\"x?: my::Type<'static, [u8; 4]>\""),
        own("x", Some(true), Some("my::Type<'static, [u8; 4]>"), "?: my::Type<'static, [u8; 4]>")
    );
    assert_eq!(one("\"x: _\""), own("x", None, Some("_"), ": _"));
    assert_eq!(one("\"größe ñ!\""), own("größe ñ", Some(false), None, "!"));
    assert_eq!(one("\"a\"\"b!\""), own("a\"b", Some(false), None, "!"));
    assert_eq!(one("\"12:30\""), own("12:30", None, None, ""));
    assert_eq!(one("\"a::b\""), own("a::b", None, None, ""));
    assert_eq!(one("\"a b\""), own("a b", None, None, ""));
}

#[test]
fn overrides_are_not_sent() {
    assert_eq!(pieces("SELECT a AS \"x!\", b \"y: T\" FROM t"), [text("SELECT a AS \"x\", b \"y\" FROM t")]);
    // What refers to the alias follows it.
    let sent = pieces("SELECT a AS \"x!\" FROM t ORDER BY \"x!\" DESC");
    assert_eq!(sent, [text("SELECT a AS \"x\" FROM t ORDER BY \"x\" DESC")]);
    let (source, _) = Source::new("SELECT a AS \"x!\" FROM t ORDER BY \"x!\"", &GENERIC);
    let parsed = source.parse(&|_| true);
    let StatementKind::Query(query) = &parsed.statements[0].kind else { panic!() };
    let Some(crate::ast::OrderBy::Expressions(keys)) = &query.order_by else { panic!() };
    let ExprKind::Column(name) = &keys[0].expr.kind else { panic!() };
    assert_eq!(name.last().value, "x");
    assert_eq!(
        pieces("WITH c AS (SELECT 1 AS \"n!\") SELECT \"n!\" FROM c"),
        [text("WITH c AS (SELECT 1 AS \"n\") SELECT \"n\" FROM c")]
    );
    assert_eq!(
        pieces("INSERT INTO t VALUES (1) RETURNING id AS \"id!\""),
        [text("INSERT INTO t VALUES (1) RETURNING id AS \"id\"")]
    );
}

#[test]
fn bad_overrides_are_found() {
    for alias in ["!", "?", "x!!", "x!?", "x!:", "x!: ", "x: Vec<", "x: a b{", "x?: 5", "!: i64"] {
        let text = format!("SELECT 1 AS \"{alias}\"");
        let (source, _) = Source::new(&text, &GENERIC);
        let found = source.parse(&|_| true).diagnostics;
        assert_eq!(found.len(), 1, "{alias}: {found:#?}");
        assert_eq!(found[0].code, Code::InvalidOverride, "{alias}");
        assert_eq!(found[0].span, Span::new(12, text.len()), "{alias}");
    }
}
