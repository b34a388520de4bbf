//! One reading of a statement whose parameters stand beside columns, against as many as it takes.

use querent_types::{DecimalWidth, Layout, SqlType, TimeUnit};

use super::{catalog, dialects};
use crate::check::solve::{Reading, settle, solve_by_turns};
use crate::dialect;
use crate::parse::Source;

/// All that a reading says, but for the tables that it looked up.
fn told(reading: &Reading) -> String {
    let Reading { relation, effect, tables, diagnostics, params, .. } = reading;
    let types: Vec<_> =
        (0..params.len()).map(|param| (params.get(param), params.is_not_null(param))).collect();
    format!("{relation:#?}\n{effect:?}\n{tables:?}\n{diagnostics:#?}\n{types:?}")
}

/// Whether a statement is read once; if so, as it is read by turns.
#[track_caller]
fn check(name: &str, columns: &[(&str, SqlType, bool)], text: &str) -> bool {
    let catalog = catalog(name, &[("t", columns), ("u", columns)]);
    let (source, found) = Source::new(text, catalog.dialect);
    let parsed = source.parse(&|_| true);
    let [statement] = &parsed.statements[..] else {
        panic!("{name}: {text}: {found:?} {:?}", parsed.diagnostics)
    };
    let by_turns = solve_by_turns(statement, &catalog, &source);
    let Some(once) = settle(statement, &catalog, &source) else { return false };
    assert_eq!(told(&once), told(&by_turns), "{name}: {text}");
    true
}

fn types() -> Vec<SqlType> {
    use SqlType::*;
    let decimal = |precision, scale| Decimal { width: DecimalWidth::W128, precision, scale };
    vec![
        Boolean,
        Int8,
        Int16,
        Int32,
        Int64,
        UInt8,
        UInt16,
        UInt32,
        UInt64,
        Float16,
        Float32,
        Float64,
        decimal(10, 2),
        decimal(38, 0),
        BigDecimal,
        Text(Layout::Plain),
        Text(Layout::Large),
        Text(Layout::View),
        Binary(Layout::Plain),
        FixedSizeBinary(16),
        Uuid,
        Json,
        Date32,
        Date64,
        Time(TimeUnit::Nanosecond),
        Time(TimeUnit::Second),
        Timestamp(TimeUnit::Microsecond, None),
        Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        Duration(TimeUnit::Millisecond),
        SqlType::list(Int64),
        Dictionary(Box::new(Int32), Box::new(SqlType::TEXT)),
    ]
}

#[test]
fn every_type_beside_every_comparison() {
    let mut once = 0;
    for name in dialects() {
        for ty in types() {
            let columns = [("a", ty.clone(), false), ("b", ty, true)];
            for op in ["=", "<>", "<", "<=", ">", ">="] {
                let text = format!("SELECT a, b FROM t WHERE a {op} :p AND :q {op} b");
                once += usize::from(check(name, &columns, &text));
            }
        }
    }
    // Thin dialects leave types open, and some types are not compared.
    assert!(once > 400, "{once}");
}

#[test]
fn statements() {
    let columns = [
        ("a", SqlType::Int64, false),
        ("b", SqlType::Int64, true),
        ("s", SqlType::TEXT, true),
        ("d", SqlType::Date32, true),
    ];
    let mut once = 0;
    for name in dialects() {
        for text in [
            "SELECT * FROM t WHERE a = :p",
            "SELECT x.a, y.s FROM t x LEFT JOIN u y ON x.a = y.a AND y.s = :s WHERE x.d < :d",
            "SELECT a = :p AS same, count(*) AS n FROM t GROUP BY a = :q HAVING a > :r",
            "SELECT CASE WHEN a = :p THEN b END AS x FROM t",
            "SELECT coalesce(b, a) AS x FROM t WHERE b = :p AND s <> :q OR NOT (d > :r)",
            "SELECT a FROM (SELECT a, b = :p AS x FROM t) q WHERE x = :q",
            "WITH q AS (SELECT a FROM t WHERE s = :p) SELECT a FROM q WHERE EXISTS (SELECT 1 FROM u WHERE u.a = q.a AND u.b > :q)",
            "SELECT s AS p FROM t ORDER BY a = :p",
            "UPDATE t SET b = 1 WHERE a = :p",
            "DELETE FROM t WHERE a = :p AND s = :q",
            "SELECT a FROM t WHERE nothing = :p",
            "SELECT a FROM nowhere WHERE a = :p",
            "SELECT a FROM t WHERE a = :p AND s + d = 1",
        ] {
            once += usize::from(check(name, &columns, text));
        }
    }
    assert!(once > 60, "{once}");
}

#[test]
fn what_says_more_of_a_parameter_is_read_by_turns() {
    let columns = [("a", SqlType::Int64, false), ("s", SqlType::TEXT, true)];
    for text in [
        "SELECT a FROM t WHERE a = :p AND s = :p",
        "SELECT a FROM t WHERE a = :p AND a = :p",
        "SELECT a FROM t WHERE a = :p + 1",
        "SELECT a FROM t WHERE a - ((1 = 1) * :p) > 0",
        "SELECT a FROM t WHERE a = :p LIMIT :n",
        "SELECT a FROM t WHERE a IN (:p..)",
        "SELECT a FROM t WHERE :p = :q",
        "SELECT a FROM t WHERE a = :p = :q",
        "INSERT INTO t (a, s) VALUES (:a, :s)",
        "SELECT a FROM t",
    ] {
        for name in dialects() {
            let dialect = dialect::by_name(name).expect("a dialect");
            let readable = Source::new(text, dialect).0.parse(&|_| true).statements.len() == 1;
            assert!(!readable || !check(name, &columns, text), "{name}: {text}");
        }
    }
}
