//! `generic`, `spark` and `calcite` through the whole checker: what is sure is typed, what is not is unknown and never
//! an error.

use querent_schema::catalog::Catalog;
use querent_schema::{check, ddl, dialect};

const TABLES: &str = "CREATE TABLE items (id BIGINT NOT NULL, name VARCHAR NOT NULL, price DOUBLE, day DATE)";

/// `name type[?], …; types of the parameters`, or the first finding.
fn answer(dialect: &str, sql: &str) -> String {
    let dialect = dialect::by_name(dialect).expect("a dialect");
    let file = ddl::File { name: "a.sql".into(), text: TABLES.into() };
    let made = ddl::evaluate(&[file], dialect);
    assert!(!made.has_errors(), "{:?}", made.findings);
    let catalog = Catalog::from_description(made.source).expect("a dialect");
    let checked = check::check(sql, &catalog);
    // An unknown result is said, as the way to mend it; here the columns tell it.
    if let Some(finding) =
        checked.diagnostics.iter().find(|finding| finding.code.as_str() != "unknown-result")
    {
        return format!("[{}] {}", finding.code.as_str(), finding.message);
    }
    let plan = checked.plan.expect("a plan");
    let shown = |ty: &Option<querent_types::SqlType>| ty.as_ref().map_or("?".into(), ToString::to_string);
    let columns: Vec<String> =
        plan.columns.iter().map(|column| format!("{} {}", column.name, shown(&column.ty))).collect();
    let params: Vec<String> = plan.params.iter().map(|param| shown(&param.ty)).collect();
    [columns.join(", "), params.join(", ")].join("; ")
}

#[track_caller]
fn all(sql: &str, expected: &str) {
    for dialect in ["generic", "spark", "calcite"] {
        assert_eq!(answer(dialect, sql), expected, "{dialect}");
    }
}

#[test]
fn what_every_sql_agrees_on() {
    all(
        "SELECT id, name, price * price AS sq, count(*) AS n, max(day) AS last FROM items \
         WHERE id = ? AND name LIKE ? GROUP BY id, name, price",
        "id Int64, name Utf8, sq Float64, n Int64, last Date32; Int64, Utf8",
    );
    all(
        "SELECT id FROM items WHERE day BETWEEN ? AND ? ORDER BY price DESC LIMIT 3",
        "id Int64; Date32, Date32",
    );
}

#[test]
fn what_is_not_sure_is_unknown() {
    all("SELECT frobnicate(name, id) AS f FROM items", "f ?; ");
    all("SELECT CASE WHEN id > 1 THEN 1 ELSE 2.5 END AS x FROM items", "x ?; ");
    all("SELECT CAST(name AS GEOGRAPHY) AS g FROM items", "g ?; ");
    all(
        "SELECT id / 2 AS half, sum(id) AS total, name || 'x' AS more FROM items GROUP BY id, name",
        "half ?, total ?, more ?; ",
    );
    all("SELECT price FROM items WHERE price = name OR day = 5", "price Float64; ");
}

#[test]
fn names_are_checked_all_the_same() {
    for dialect in ["generic", "spark", "calcite"] {
        let said = answer(dialect, "SELECT prize FROM items");
        assert!(said.starts_with("[unknown-column]"), "{dialect}: {said}");
    }
}
