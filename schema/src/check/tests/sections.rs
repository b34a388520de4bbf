//! Statements with optional sections, against what is read of each of their choices.

use querent_types::SqlType;

use super::{catalog, dialects};
use crate::catalog::Catalog;
use crate::check::check;
use crate::check::choices::choices;
use crate::diagnostic::Severity;
use crate::parse::Source;

fn tables(name: &str) -> Catalog {
    let columns = [
        ("a", SqlType::Int64, false),
        ("b", SqlType::Int64, true),
        ("c", SqlType::Int64, true),
        ("s", SqlType::TEXT, true),
    ];
    catalog(name, &[("t", &columns), ("u", &columns)])
}

/// How many choices are read besides that of all.
fn count(text: &str, catalog: &Catalog) -> usize {
    let (source, found) = Source::new(text, catalog.dialect);
    let parsed = source.parse(&|_| true);
    let [statement] = &parsed.statements[..] else { panic!("{text}: {found:?} {:?}", parsed.diagnostics) };
    choices(&source, statement).len()
}

/// The text with some of its sections, without their braces.
fn chosen(text: &str, on: &dyn Fn(usize) -> bool) -> String {
    let parts =
        text.split("{{").enumerate().map(|(i, part)| match (i.checked_sub(1), part.split_once("}}")) {
            (Some(section), Some((inside, rest))) if on(section) => format!("{inside}{rest}"),
            (Some(_), Some((_, rest))) => rest.to_owned(),
            _ => part.to_owned(),
        });
    parts.collect()
}

const NARROW: [&str; 12] = [
    "SELECT a, b FROM t WHERE a = 1 {{ AND b = :b }}",
    "SELECT a, b, coalesce(b, c) AS x FROM t WHERE TRUE {{ AND b = :b }} {{ AND c > :c }} {{ AND s = :s AND a < :a }}",
    "SELECT b, c FROM t WHERE (a = 1 OR b = 2) {{ AND (b = :b OR c = :c) }} AND c IS NOT NULL {{ AND c <> :d }}",
    "SELECT x.b, y.b AS e, y.a AS f FROM t x LEFT JOIN u y ON x.a = y.a WHERE x.a > 0 {{ AND y.b = :b }} {{ AND x.b = :c }}",
    "SELECT (SELECT max(b) FROM u WHERE u.a = t.a {{ AND u.b > :b }}) AS m FROM t WHERE a > 0 {{ AND b = :c }}",
    "SELECT s, count(*) AS n, sum(b) AS x FROM t WHERE a > 0 {{ AND s = :s }} {{ AND b = :b }} GROUP BY s HAVING count(*) > 1",
    "SELECT b FROM t WHERE a > 0 {{ AND b = :b }} UNION ALL SELECT c FROM u WHERE a > 0 {{ AND c = :c }}",
    "SELECT q.b FROM (SELECT b FROM t WHERE a > 0 {{ AND b = :b }}) q",
    "WITH q AS (SELECT b, c FROM t WHERE a > 0 {{ AND b = :b }} {{ AND c = :c }}) SELECT b + c AS x FROM q",
    "SELECT CASE WHEN b IS NULL THEN a ELSE b END AS x FROM t WHERE a > 0 {{ AND NOT (b = :b) }} {{ AND b BETWEEN :l AND :h }}",
    "SELECT b, s FROM t WHERE a > 0 {{ AND s LIKE :p }} {{ AND b IN (:l..) }} ORDER BY b LIMIT 5",
    "SELECT b FROM t WHERE s = 'a' {{\n  AND b = :b\n}}\n{{ AND c = :c AND (b > :d) }}",
];

#[test]
fn sections_that_narrow_are_read_with_all_and_with_none() {
    for name in dialects() {
        let catalog = tables(name);
        for text in NARROW {
            let (source, _) = Source::new(text, catalog.dialect);
            if source.parse(&|_| true).statements.len() != 1 {
                continue;
            }
            assert_eq!(count(text, &catalog), 1, "{name}: {text}");
            let whole = check(text, &catalog);
            if whole.diagnostics.iter().any(|found| found.severity == Severity::Error) {
                continue;
            }
            let plan = whole.plan.expect("a plan");
            for bits in 0_usize..1 << source.sections.len() {
                let part = chosen(text, &|section| bits >> section & 1 == 1);
                let found = check(&part, &catalog);
                let errors: Vec<_> =
                    found.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
                assert!(errors.is_empty(), "{name}: {part}: {errors:?}");
                let columns = found.plan.expect("a plan").columns;
                assert_eq!(columns.len(), plan.columns.len(), "{name}: {part}");
                for (own, all) in columns.iter().zip(&plan.columns) {
                    assert_eq!((&own.name, &own.ty), (&all.name, &all.ty), "{name}: {part}");
                    assert!(all.nullable || !own.nullable, "{name}: {part}: {} leaks", own.name);
                }
            }
        }
    }
}

#[test]
fn other_sections_are_read_in_their_choices() {
    let catalog = tables("datafusion");
    for (text, choices) in [
        // Nothing stands before the first.
        ("SELECT a FROM t WHERE {{ a = :a }} {{ AND b = :b }} {{ AND c = :c }}", 7),
        ("SELECT a FROM t WHERE TRUE {{ AND a = :a {{ AND b = :b }} }}", 2),
        ("SELECT a FROM t WHERE a = 1 {{ OR b = :b }} {{ AND c = :c }}", 3),
        ("SELECT a FROM t WHERE a = 1 OR b = 2 {{ AND c = :c }} {{ AND s = :s }}", 3),
        ("SELECT a FROM t WHERE NOT (a = 1 {{ AND c = :c }} {{ AND s = :s }})", 3),
        ("SELECT a FROM t WHERE a = 1 {{ AND c = :c + 1 }} {{ + 1 AND s = :s }}", 3),
        ("SELECT a FROM t WHERE a BETWEEN 1 {{ AND :b }} AND 3 {{ AND s = :s }}", 3),
        ("SELECT a FROM t WHERE a = 1 {{ AND b = :b ORDER BY a }} {{ LIMIT :n }}", 3),
        ("SELECT a FROM t WHERE a = 1 {{ AND b IN (SELECT b FROM u WHERE c = :c) }} {{ AND s = :s }}", 3),
        (
            "SELECT count(*) AS n FROM t GROUP BY s HAVING count(*) > 1 {{ AND max(b) > :b }} {{ AND min(b) > :c }}",
            3,
        ),
        ("SELECT t.a FROM t JOIN u ON t.a = u.a {{ AND u.b = :b }} {{ AND u.c = :c }}", 3),
        ("SELECT a FROM t WHERE a = 1 {{ AND b = :b }} {{ LIMIT :n }}", 3),
        ("SELECT a FROM t WHERE a = 1 {{ AND b = :b }} /* {{ */ {{ /* x */ AND c = :c }}", 3),
    ] {
        assert_eq!(count(text, &catalog), choices, "{text}");
    }
    let many: String = (0..8).map(|i| format!(" {{{{ OR a = :p{i} }}}}")).collect();
    assert_eq!(count(&format!("SELECT a FROM t WHERE FALSE{many}"), &catalog), 17);
}
