//! Every keyword of the parser, repeated thousands of times in every place: an answer or an error, never the end of the
//! process, on the stack that a test has.

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::Code;
use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription};
use sqlparser::keywords::ALL_KEYWORDS;

/// So often a word stands in a text: the small number is for what is read on the stack at hand. `TORTURE=5000` takes
/// more, in three minutes.
fn repeats() -> [usize; 2] {
    let many = std::env::var("TORTURE").ok().and_then(|many| many.parse().ok());
    [19, many.unwrap_or(200)]
}

fn catalog() -> Catalog {
    let table = |name: &str| {
        let columns = ["id", "a", "b"];
        let columns = columns.map(|name| ColumnDescription::new(name, SqlType::Int64, true)).to_vec();
        TableDescription::new(vec!["datafusion".into(), "public".into(), name.into()], columns)
    };
    Catalog::from_description(SourceDescription {
        backend: "flight".into(),
        dialect: "datafusion".into(),
        nullability: NullabilityTrust::Trusted,
        tables: vec![table("t"), table("u")],
        ..SourceDescription::default()
    })
    .unwrap()
}

/// Checks a text, no matter what is said of it; gives the codes of that.
#[track_caller]
fn survives(text: &str, catalog: &Catalog) -> Vec<Code> {
    let checked = check(text, catalog);
    let shown: String = text.chars().take(60).collect();
    assert!(checked.plan.is_some() || !checked.diagnostics.is_empty(), "nothing said of {shown}");
    checked.diagnostics.iter().map(|found| found.code).collect()
}

/// Every keyword in one shape of text: what stands before, between and after the repeated word.
#[track_caller]
fn keywords(before: &str, after_each: &str, end: &str) {
    let (catalog, repeats) = (catalog(), repeats());
    for word in ALL_KEYWORDS {
        for count in repeats {
            let text = format!("{before} {} {end}", format!("{word} {after_each} ").repeat(count));
            survives(&text, &catalog);
        }
    }
}

#[test]
fn keywords_before_a_statement() {
    keywords("", "", "SELECT 1");
}

#[test]
fn keywords_before_a_statement_with_an_operand() {
    keywords("", "1", "SELECT 1");
}

#[test]
fn keywords_before_an_operand() {
    keywords("SELECT", "", "1");
}

#[test]
fn keywords_between_operands() {
    keywords("SELECT 1", "1", "");
}

#[test]
fn keywords_between_tables() {
    keywords("SELECT * FROM t", "t", "");
}

#[test]
fn keywords_after_a_query() {
    keywords("SELECT * FROM t ORDER BY 1", "", "");
}

#[test]
fn keywords_as_types() {
    keywords("SELECT CAST(1 AS", "", ")");
}

#[test]
fn keywords_that_open_types() {
    keywords("SELECT CAST(1 AS", "<", ")");
}

/// What a reviewer found to end the process, or to take minutes.
#[test]
fn found_by_review() {
    let catalog = catalog();
    let repeat = |text: &str, count: usize| text.repeat(count);
    let ctes: Vec<String> = (0..20_000).map(|i| format!("a{i} AS (SELECT 1 AS x)")).collect();
    for text in [
        format!("{}SELECT 1", repeat("if 1 then ", 400)),
        format!("SELECT {}1", repeat("interval ", 2_000)),
        format!("SELECT CAST(1 AS {}INT{})", repeat("ARRAY<", 2_000), repeat(">", 2_000)),
        format!("SELECT CAST(1 AS {}INT{})", repeat("STRUCT<a ", 2_000), repeat(">", 2_000)),
        format!("SELECT 1::INT{}", repeat("[]", 8_000)),
        format!("SELECT CAST(1 AS INT{})", repeat("[]", 20_000)),
        format!("SELECT * FROM t{}", repeat(" JOIN t", 2_000)),
        format!("SELECT * FROM t{}", repeat(" NATURAL JOIN u", 2_000)),
        format!("SELECT a{} FROM t", repeat(".b", 20_000)),
        format!("SELECT a{} FROM t", repeat(" BETWEEN 1 AND 2", 20_000)),
        format!("WITH {} SELECT * FROM a1", ctes.join(", ")),
        format!("SELECT * FROM t WHERE TRUE {}", repeat("{{ AND a = :a }} ", 2_000)),
    ] {
        let found = survives(&text, &catalog);
        assert_eq!(found, [Code::TooComplex], "{}", text.chars().take(60).collect::<String>());
    }
}

#[test]
fn phrases() {
    let catalog = catalog();
    let phrases = [
        ("", "IF 1 THEN ", "SELECT 1"),
        ("", "IF 1 THEN SELECT 1, 2; ", "SELECT 1"),
        ("", "CASE WHEN 1 THEN ", "SELECT 1"),
        ("", "WHILE 1 DO ", "SELECT 1"),
        ("", "WHILE 1 ", "SELECT 1"),
        ("", "BEGIN IF 1 THEN ", "SELECT 1"),
        ("", "EXPLAIN ", "SELECT 1"),
        ("", "EXPLAIN ANALYZE VERBOSE ", "SELECT 1"),
        ("", "EXPLAIN (ANALYZE) ", "SELECT 1"),
        ("", "DESCRIBE ", "SELECT 1"),
        ("", "PREPARE p AS ", "SELECT 1"),
        ("", "PREPARE p (INT) AS ", "SELECT 1"),
        ("", "INSERT INTO t ", "SELECT 1"),
        ("", "INSERT INTO t (a) ", "SELECT 1"),
        ("", "CREATE VIEW v AS ", "SELECT 1"),
        ("", "CREATE TABLE v AS ", "SELECT 1"),
        ("", "DECLARE c CURSOR FOR ", "SELECT 1"),
        ("", "WITH a AS (", "SELECT 1"),
        ("", "WITH a AS (SELECT 1) ", "SELECT 1"),
        ("", "COPY (", "SELECT 1"),
        ("", "SELECT 1 UNION ", "SELECT 1"),
        ("", "SELECT 1 UNION ALL SELECT 1 INTERSECT ", "SELECT 1"),
        ("", "SELECT 1 EXCEPT (", "SELECT 1"),
        ("", "SELECT 1; ", "SELECT 1"),
        ("SELECT ", "NOT ", "1"),
        ("SELECT ", "- ", "1"),
        ("SELECT ", "-", "1"),
        ("SELECT ", "+ ", "1"),
        ("SELECT ", "~ ", "1"),
        ("SELECT ", "! ", "1"),
        ("SELECT ", "@ ", "1"),
        ("SELECT ", "|/ ", "1"),
        ("SELECT ", "- NOT ", "1"),
        ("SELECT ", "INTERVAL ", "1"),
        ("SELECT ", "INTERVAL - ", "1"),
        ("SELECT ", "PRIOR ", "1"),
        ("SELECT ", "CONNECT_BY_ROOT ", "1"),
        ("SELECT ", "EXISTS ", "(SELECT 1)"),
        ("SELECT ", "CASE ", "1"),
        ("SELECT ", "CASE WHEN ", "1"),
        ("SELECT ", "CASE 1 WHEN 1 THEN 1 ELSE ", "1"),
        ("SELECT ", "x -> ", "1"),
        ("SELECT f(", "x -> ", "1)"),
        ("SELECT f(", "(x, y) -> ", "1)"),
        ("SELECT f(", "lambda x : ", "1)"),
        ("SELECT ", "DATE ", "'1'"),
        ("SELECT ", "{'a': ", "1"),
        ("SELECT ", "MAP {'a': ", "1"),
        ("SELECT ", "ARRAY[", "1"),
        ("SELECT ", "ROW(", "1"),
        ("SELECT ", "STRUCT(", "1"),
        ("SELECT ", "STRUCT<a INT>(", "1"),
        ("SELECT ", "CAST(", "1"),
        ("SELECT ", "f(DISTINCT ", "1"),
        ("SELECT ", "f(a => ", "1"),
        ("SELECT 1", "::INT", ""),
        ("SELECT 1::INT", "[]", ""),
        ("SELECT 1::INT", "[1]", ""),
        ("SELECT CAST(1 AS INT", "[]", ")"),
        ("SELECT CAST(1 AS INT", "[3]", ")"),
        ("SELECT CAST(1 AS INT", " ARRAY", ")"),
        ("SELECT CAST(1 AS ", "ARRAY<", "INT)"),
        ("SELECT CAST(1 AS ", "STRUCT<a ", "INT)"),
        ("SELECT CAST(1 AS ", "STRUCT<a: ", "INT)"),
        ("SELECT CAST(1 AS ", "MAP<INT, ", "INT)"),
        ("SELECT CAST(1 AS ", "MAP(INT, ", "INT)"),
        ("SELECT CAST(1 AS ", "STRUCT(a ", "INT)"),
        ("SELECT CAST(1 AS ", "Nullable(", "INT)"),
        ("SELECT CAST(1 AS ", "SETOF ", "INT)"),
        ("CREATE TABLE v (a ", "ARRAY<", "INT)"),
        ("CREATE TABLE v (a INT", "[]", ")"),
        ("CREATE TABLE v (", "a INT, ", "b INT)"),
        ("CREATE TABLE v (a INT", " NOT NULL", ")"),
        ("CREATE TABLE v (a INT", " DEFAULT 1", ")"),
        ("SELECT a", "[1]", " FROM t"),
        ("SELECT a", "[1:2]", " FROM t"),
        ("SELECT a", ".b", " FROM t"),
        ("SELECT a", ".b[1]", " FROM t"),
        ("SELECT (a)", ".b", " FROM t"),
        ("SELECT a", ":b", " FROM t"),
        ("SELECT a", "->b", " FROM t"),
        ("SELECT a", " IS NULL", " FROM t"),
        ("SELECT a", " ISNULL", " FROM t"),
        ("SELECT a", " IS NOT DISTINCT FROM a", " FROM t"),
        ("SELECT a", " BETWEEN 1 AND 2", " FROM t"),
        ("SELECT a", " BETWEEN 1 ", " FROM t"),
        ("SELECT a", " LIKE 'x'", " FROM t"),
        ("SELECT a", " NOT LIKE 'x' ESCAPE 'y'", " FROM t"),
        ("SELECT a", " IN (1)", " FROM t"),
        ("SELECT a", " IN (a", " FROM t"),
        ("SELECT a", " COLLATE c", " FROM t"),
        ("SELECT a", " AT TIME ZONE 'UTC'", " FROM t"),
        ("SELECT a", " = ANY (a", " FROM t"),
        ("SELECT a", " OR a", " FROM t"),
        ("SELECT a", " AND NOT a", " FROM t"),
        ("SELECT a", " = a", " FROM t"),
        ("SELECT a", " || a", " FROM t"),
        ("SELECT a", " XOR a", " FROM t"),
        ("SELECT a", " ^ a", " FROM t"),
        ("SELECT a", " OPERATOR(pg_catalog.+) a", " FROM t"),
        ("SELECT a", " MEMBER OF (a", " FROM t"),
        ("SELECT a", ", a", " FROM t"),
        ("SELECT f(a)", " OVER ()", " FROM t"),
        ("SELECT f(a)", " FILTER (WHERE a)", " FROM t"),
        ("SELECT *", " EXCEPT (a)", " FROM t"),
        ("SELECT * FROM t", ", t", ""),
        ("SELECT * FROM t", " JOIN t", ""),
        ("SELECT * FROM t", " CROSS JOIN t", ""),
        ("SELECT * FROM t", " NATURAL JOIN u", ""),
        ("SELECT * FROM t", " JOIN u USING (id)", ""),
        ("SELECT * FROM t", " LEFT JOIN u ON t.id = u.id", ""),
        ("SELECT * FROM t", " JOIN (u", ""),
        ("SELECT * FROM ", "(t JOIN ", "u"),
        ("SELECT * FROM ", "(", "t"),
        ("SELECT * FROM ", "LATERAL (SELECT * FROM ", "t"),
        ("SELECT * FROM ", "UNNEST(", "t"),
        ("SELECT * FROM t", " PIVOT (sum(a) FOR b IN (1))", ""),
        ("SELECT * FROM t", " TABLESAMPLE (1)", ""),
        ("SELECT * FROM t WHERE ", "EXISTS (SELECT 1 FROM t WHERE ", "a"),
        ("SELECT * FROM t GROUP BY a", ", ROLLUP (a)", ""),
        ("SELECT * FROM t ORDER BY a", ", a DESC", ""),
        ("SELECT * FROM t", " |> WHERE a", ""),
        ("SELECT * FROM t", " UNION SELECT * FROM t", ""),
        ("VALUES (1)", ", (1)", ""),
        ("SELECT * FROM t WHERE true ", "{{ AND a = :a }} ", ""),
        ("SELECT * FROM t WHERE true ", "{{ AND a = :a ", ""),
        ("SELECT 1 WHERE 1 IN (", ":list.., ", "1)"),
    ];
    for (before, repeated, after) in phrases {
        for count in [19, 90, 400, repeats()[1]] {
            survives(&format!("{before}{}{after}", repeated.repeat(count)), &catalog);
            let closed =
                format!("{before}{}{after}{}", repeated.repeat(count), closers(repeated).repeat(count));
            if closed.len() > before.len() + after.len() + repeated.len() * count {
                survives(&closed, &catalog);
            }
        }
    }
}

/// What closes the brackets, CASEs and IFs of a phrase.
fn closers(phrase: &str) -> String {
    let mut closers = String::new();
    for (i, letter) in phrase.char_indices() {
        let close = match letter {
            '(' => ")",
            '[' => "]",
            '{' => "}",
            '<' => ">",
            'C' if phrase[i..].starts_with("CASE") => " END",
            'I' if phrase[i..].starts_with("IF ") => "; END IF",
            ')' | ']' | '}' => {
                closers.remove(0);
                continue;
            }
            _ => continue,
        };
        closers.insert_str(0, close);
    }
    closers
}
