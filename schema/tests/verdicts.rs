//! Statements that DataFusion 55.2 refuses when it plans them, each beside its like that it takes.

use querent_schema::catalog::Catalog;
use querent_schema::check::check;
use querent_schema::ddl::{File, evaluate};
use querent_schema::diagnostic::Severity;
use querent_schema::dialect;

const SCHEMA: &str = "CREATE TABLE t (a BIGINT, b BYTEA, c TIME, d VARCHAR, ts TIMESTAMP);
    CREATE TABLE k (c TIME NOT NULL, d VARCHAR, PRIMARY KEY (c));";

#[track_caller]
fn verdict(sql: &str, refused: bool) {
    let file = File { name: "schema".to_owned(), text: SCHEMA.to_owned() };
    let evaluated = evaluate(&[file], dialect::by_name("datafusion").unwrap());
    assert!(!evaluated.has_errors(), "{:?}", evaluated.findings);
    let catalog = Catalog::from_description(evaluated.source).unwrap();
    let checked = check(sql, &catalog);
    let errors: Vec<&str> = (checked.diagnostics.iter())
        .filter(|found| found.severity == Severity::Error)
        .map(|found| found.message.as_str())
        .collect();
    assert_eq!(!errors.is_empty(), refused, "{sql}: {errors:?}");
}

#[test]
fn a_range_frame_is_over_what_can_be_calculated_with() {
    verdict("SELECT sum(a) OVER (ORDER BY b) AS s FROM t", true);
    verdict(
        "SELECT sum(a) OVER (ORDER BY c RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s FROM t",
        true,
    );
    verdict("SELECT sum(a) OVER (ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM t", false);
    verdict("SELECT sum(a) OVER (PARTITION BY b) AS s FROM t", false);
    verdict("SELECT sum(a) OVER (ORDER BY d) AS s, sum(a) OVER (ORDER BY ts) AS r FROM t", false);
    // Rows in the order of a key are counted.
    verdict("SELECT count(*) OVER (ORDER BY c) AS s FROM k", false);
}

#[test]
fn qualify_holds_a_window_function() {
    verdict("SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) > 1", false);
    verdict("SELECT a, row_number() OVER (ORDER BY a) AS n FROM t QUALIFY n > 1", false);
    verdict("SELECT a, row_number() OVER (ORDER BY a) AS n FROM t QUALIFY a > 1", true);
    verdict("SELECT a FROM t QUALIFY a > 1", true);
}

#[test]
fn sort_keys_begin_with_those_of_distinct_on() {
    verdict("SELECT DISTINCT ON (a) a, d FROM t ORDER BY a DESC, d", false);
    verdict("SELECT DISTINCT ON (x) a AS x, d FROM t ORDER BY x", false);
    verdict("SELECT DISTINCT ON (a) a, d FROM t", false);
    verdict("SELECT DISTINCT ON (a) a, d FROM t ORDER BY d, a", true);
    verdict("SELECT DISTINCT ON (a, d) a, d FROM t ORDER BY a", true);
}
