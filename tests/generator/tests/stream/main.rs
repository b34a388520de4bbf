//! The stream of statements: the same for the same seed, read by our parser, accepted by our checker for the most part,
//! and holding every kind of node and every overload.

mod coverage;
mod document;

use std::collections::BTreeMap;

use querent_generator::{DIALECTS, Generated, Generator, schemas};
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::Severity;

/// The share of statements that our own checker must accept, in hundredths. What it refuses is known: the class of a
/// refusal is in the test's output, and the engine has the last word.
const ACCEPTED: &[(&str, u64)] = &[
    // Nearly all that is refused the engine refuses too (docs/truth.md): the generator writes it for that.
    ("datafusion", 92),
    // Constants that are computed before they are sent have types that nothing static says.
    ("ignite-h2", 80),
    ("ignite-calcite", 98),
    ("picodata", 98),
    ("pinot-sse", 97),
    ("pinot-mse", 98),
];

fn stream(catalog: &Catalog, seed: u64, count: usize) -> Vec<Generated> {
    Generator::new(catalog, seed).take(count).collect()
}

#[test]
fn one_seed_gives_one_stream() {
    for dialect in DIALECTS {
        for schema in schemas::of_dialect(dialect) {
            let catalog = schema.catalog(dialect).expect("tables");
            let first = stream(&catalog, 7, 40);
            assert_eq!(first, stream(&catalog, 7, 40), "{dialect} {}", schema.name);
            let mut generator = Generator::new(&catalog, 8);
            assert_ne!(first, generator.by_ref().take(40).collect::<Vec<_>>(), "{dialect} {}", schema.name);
            generator.restart(7);
            assert_eq!(first, generator.take(40).collect::<Vec<_>>(), "{dialect} {}", schema.name);
        }
    }
}

#[test]
fn parameters_are_numbered_as_they_stand() {
    let catalog = schemas::of_dialect("datafusion")[0].catalog("datafusion").expect("tables");
    let mut seen = 0;
    for made in stream(&catalog, 3, 400) {
        let numbers: Vec<usize> = made
            .sql
            .split('$')
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
            .collect();
        let mut highest = 0;
        for number in numbers {
            assert!(number <= highest + 1, "{}", made.sql);
            highest = highest.max(number);
        }
        assert_eq!(highest, made.params.len(), "{}", made.sql);
        seen += made.params.len();
        assert!(!made.sql.contains('\u{1}'), "{}", made.sql);
    }
    assert!(seen > 100, "only {seen} parameters");
}

#[test]
fn samples_are_there_and_some_are_null() {
    let catalog = schemas::of_dialect("ignite-h2")[0].catalog("ignite-h2").expect("tables");
    let params: Vec<_> = stream(&catalog, 5, 300).into_iter().flat_map(|made| made.params).collect();
    let nulls = params.iter().filter(|param| param.sample.is_none()).count();
    assert!(nulls > 0 && nulls * 3 < params.len(), "{nulls} of {}", params.len());
}

#[test]
fn most_statements_are_accepted() {
    for (dialect, least) in ACCEPTED {
        let (mut all, mut accepted) = (0, 0);
        let mut refused: BTreeMap<&str, (u64, String)> = BTreeMap::new();
        for schema in schemas::of_dialect(dialect) {
            let catalog = schema.catalog(dialect).expect("tables");
            for made in stream(&catalog, 11, 150) {
                let found = check(&made.sql, &catalog).diagnostics;
                all += 1;
                match found.iter().find(|found| found.severity == Severity::Error) {
                    None => accepted += 1,
                    Some(error) => {
                        let entry = refused.entry(error.code.as_str()).or_default();
                        (entry.0, entry.1) = (entry.0 + 1, format!("{}: {}", error.message, made.sql));
                    }
                }
            }
        }
        println!("{dialect}: {accepted} of {all} accepted");
        refused.iter().for_each(|(code, (count, example))| println!("  {count} {code}, one is {example}"));
        assert!(accepted * 100 >= all * least, "{dialect}: {accepted} of {all} accepted, {refused:?}");
    }
}
