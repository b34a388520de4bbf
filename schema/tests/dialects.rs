//! `picodata` through the whole checker: what is typed, and that the rest is unknown. More is in `picodata/`.

use querent_schema::catalog::Catalog;
use querent_schema::{check, ddl, dialect};

const STOCK: &str = "CREATE TABLE stock (id INTEGER NOT NULL, name TEXT NOT NULL, category VARCHAR(20), qty UNSIGNED, \
    price DECIMAL, weight DOUBLE, active BOOLEAN, sku UUID, added DATETIME, PRIMARY KEY (id))";
/// `name type[?], …` of the columns and `; type` of the parameters, or the first finding.
fn answer(dialect: &str, schema: &str, sql: &str) -> String {
    let dialect = dialect::by_name(dialect).expect("a dialect");
    let file = ddl::File { name: "a.sql".into(), text: schema.into() };
    let made = ddl::evaluate(&[file], dialect);
    assert!(!made.has_errors(), "{:?}", made.findings);
    let catalog = Catalog::from_description(made.source).expect("a dialect");
    let checked = check::check(sql, &catalog);
    if let Some(finding) = checked.diagnostics.first() {
        return format!("[{}] {}", finding.code.as_str(), finding.message);
    }
    let plan = checked.plan.expect("a plan");
    let shown = |ty: &Option<querent_types::SqlType>| ty.as_ref().map_or("?".into(), ToString::to_string);
    let columns: Vec<String> = plan
        .columns
        .iter()
        .map(|c| format!("{} {}{}", c.name, shown(&c.ty), if c.nullable { " null" } else { "" }))
        .collect();
    let params: Vec<String> = plan.params.iter().map(|param| shown(&param.ty)).collect();
    [columns.join(", "), params.join(", ")].join("; ")
}

#[track_caller]
fn picodata(sql: &str, expected: &str) {
    assert_eq!(answer("picodata", STOCK, sql), expected);
}

#[test]
fn picodata_types_points_and_aggregates() {
    picodata(
        "SELECT id, Name, category FROM stock WHERE id = $1",
        "id Int64, name Utf8, category Utf8 null; Int64",
    );
    picodata(
        "SELECT price, weight, sku, added FROM stock WHERE added >= :since AND sku = :sku AND price BETWEEN 1 AND :top",
        "price BigDecimal, weight Float64 null, sku Uuid, added Timestamp(µs, \"UTC\"); \
         Timestamp(µs, \"UTC\"), Uuid, BigDecimal",
    );
    picodata(
        "SELECT count(*) AS n, sum(qty) AS q, min(price) AS p, max(added) AS a, total(weight) AS t FROM stock",
        "n Int64, q BigDecimal null, p BigDecimal null, a Timestamp(µs, \"UTC\") null, t Float64 null; ",
    );
    picodata(
        "SELECT qty * price AS x, qty / 2 AS y, qty * weight AS z FROM stock",
        "x BigDecimal null, y Int64 null, z Float64 null; ",
    );
    picodata("SELECT qty + 1 AS q, name || :x AS n FROM stock", "q Int64 null, n Utf8 null; Utf8");
    picodata("INSERT INTO stock (id, name, price) VALUES ($1, $2, $3)", "; Int64, Utf8, BigDecimal");
}

#[test]
fn what_is_not_sure_is_unknown() {
    for sql in [
        // NUMERIC on 25.6, DOUBLE on 26.1, and on 26.2 as the plan has it.
        "SELECT avg(qty) AS x FROM stock",
        "SELECT avg(price) AS x FROM stock",
    ] {
        picodata(sql, "[unknown-result] the type of column `x` is not known");
    }
}

#[test]
fn a_name_that_is_not_there_is_refused() {
    let said = answer("picodata", STOCK, "SELECT nmae FROM stock");
    assert!(said.contains("nmae"), "{said}");
}
