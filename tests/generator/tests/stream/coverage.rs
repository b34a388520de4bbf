//! What streams hold: every kind of expression in every clause, everything else that statements are made of, and every
//! overload of every function.
//!
//! By itself one stream of DataFusion's and a short one of each dialect. `COVERAGE=whole`, in a few minutes of `--release`,
//! counts the scripts that `tests/truth` asks of the engines, and writes down how many it takes until all is there often.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use querent_generator::{Coverage, DIALECTS, Generator, Wanted, schemas};
use querent_schema::dialect;

use crate::document;

/// How often each node and overload must be there.
const EACH_MIN: u64 = 50;

/// The same of VALUES in a sample: its conditions are rare, for few columns hold truth values.
const VALUES_MIN: u64 = 20;

/// Statements of DataFusion's sample.
const COUNTED: u64 = 22_000;

/// Statements of each script of the truth harness, which has a seed of its own.
const SCRIPT_LEN: usize = 200;

/// So many statements the truth harness asks of an engine; of those that it does not ask yet, as many as of Ignite's.
fn asked(dialect: &str) -> u64 {
    if dialect == "datafusion" { 100_000 } else { 10_000 }
}

/// So many statements are made at most.
const WHOLE_MAX: u64 = 100_000;

fn nothing_yet(name: &str) -> Coverage {
    Coverage::new(dialect::by_name(name).expect("a dialect"))
}

#[test]
fn everything_is_covered() {
    let schema = schemas::of_dialect("datafusion").into_iter().find(|schema| schema.name == "types");
    let catalog = schema.expect("every type").catalog("datafusion").expect("tables");
    let mut coverage = Coverage::new(catalog.dialect);
    let mut generator = Generator::new(&catalog, 1);
    assert_eq!(generator.uncalled(), []);
    while coverage.statements() < COUNTED {
        coverage.add(&generator.statement());
    }
    println!("{coverage}");
    assert_eq!(coverage.unread(), [""; 0]);
    let rare = |(name, count): &(String, u64)| !name.starts_with("Values: ") || *count < VALUES_MIN;
    let missing: Vec<_> = coverage.missing(EACH_MIN).into_iter().filter(rare).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_dialect_is_read_and_calls_every_overload() {
    for dialect in DIALECTS {
        let catalog = schemas::of_dialect(dialect)[0].catalog(dialect).expect("tables");
        let mut generator = Generator::new(&catalog, 2);
        assert_eq!(generator.uncalled(), [], "{dialect}");
        let mut coverage = Coverage::new(catalog.dialect);
        for _ in 0..1500 {
            coverage.add(&generator.statement());
        }
        assert_eq!(coverage.unread(), [""; 0], "{dialect}");
        let (missing, all) = (coverage.missing(1), coverage.wanted().total());
        println!("{dialect}: {} of {all} not in 1500 statements: {missing:?}", missing.len());
        assert!(missing.len() * 5 < all, "{dialect}: {missing:?}");
    }
}

#[test]
fn the_document_says_what_is_wanted() {
    let all: Vec<Wanted> = DIALECTS.iter().map(|name| nothing_yet(name).wanted()).collect();
    let reasons: BTreeSet<&str> = all.iter().flat_map(|wanted| wanted.left_out.keys().copied()).collect();
    let mut text = table_head();
    row(&mut text, "kinds of expressions", all.iter().map(|wanted| wanted.kinds));
    row(&mut text, "clauses that hold expressions", all.iter().map(|wanted| wanted.clauses));
    row(&mut text, "**kinds in clauses**", all.iter().map(|wanted| wanted.cells));
    row(&mut text, "**what else statements are made of**", all.iter().map(|wanted| wanted.parts));
    row(&mut text, "**overloads of functions**", all.iter().map(|wanted| wanted.overloads));
    for reason in reasons {
        let count = |wanted: &Wanted| wanted.left_out.get(reason).copied().unwrap_or(0);
        row(&mut text, &format!("left out: {reason}"), all.iter().map(count));
    }
    document::hold("coverage", "cargo test -p querent-generator", &text);
}

fn table_head() -> String {
    format!("| | {} |\n|---|{}\n", DIALECTS.join(" | "), "---|".repeat(DIALECTS.len()))
}

fn row<T: ToString>(text: &mut String, what: &str, cells: impl Iterator<Item = T>) {
    let cells: Vec<String> = cells.map(|cell| cell.to_string()).collect();
    writeln!(text, "| {what} | {} |", cells.join(" | ")).expect("a text");
}

/// What the scripts of one dialect hold.
struct Measured {
    /// Statements until all was there often enough.
    until: Option<u64>,
    /// What was not, with its count, in as many as the truth harness asks.
    rare: Vec<(String, u64)>,
    /// The same in all that were made.
    never: Vec<(String, u64)>,
}

/// Scripts of all schemas in turn, the first seed of each, then the second.
fn measure(name: &str) -> Measured {
    let catalogs: Vec<_> =
        schemas::of_dialect(name).into_iter().map(|schema| schema.catalog(name).expect("tables")).collect();
    let mut generators: Vec<Generator> = catalogs.iter().map(|catalog| Generator::new(catalog, 0)).collect();
    let (mut coverage, mut rare) = (nothing_yet(name), None);
    for seed in 0.. {
        for generator in &mut generators {
            generator.restart(seed);
            generator.by_ref().take(SCRIPT_LEN).for_each(|made| coverage.add(&made));
        }
        let missing = coverage.missing(EACH_MIN);
        if coverage.statements() >= asked(name) || missing.is_empty() {
            rare.get_or_insert_with(|| missing.clone());
        }
        if coverage.statements() >= WHOLE_MAX || missing.is_empty() {
            println!("{coverage}unread: {:?}", coverage.unread());
            let until = missing.is_empty().then_some(coverage.statements());
            return Measured { until, rare: rare.unwrap_or_default(), never: missing };
        }
    }
    unreachable!("there is an end of statements");
}

#[test]
fn the_document_says_what_the_whole_holds() {
    if std::env::var("COVERAGE").as_deref() != Ok("whole") {
        println!("COVERAGE=whole is not set");
        return;
    }
    let all: BTreeMap<&str, Measured> = std::thread::scope(|scope| {
        let measured: Vec<_> =
            DIALECTS.iter().map(|name| (*name, scope.spawn(move || measure(name)))).collect();
        measured.into_iter().map(|(name, thread)| (name, thread.join().expect("figures"))).collect()
    });
    let each = || DIALECTS.iter().map(|name| (*name, &all[name]));
    let mut text = table_head();
    let until = |own: &Measured| own.until.map_or("not in 100,000".to_owned(), |count| count.to_string());
    row(&mut text, "statements until each is there 50 times", each().map(|(_, own)| until(own)));
    row(&mut text, "statements that are asked", DIALECTS.iter().map(|name| asked(name)));
    row(&mut text, "less than 50 times in these", each().map(|(_, own)| own.rare.len()));
    row(&mut text, "less than 50 times in 100,000", each().map(|(_, own)| own.never.len()));
    for (name, own) in each().filter(|(_, own)| !own.never.is_empty()) {
        let listed: Vec<String> = own.never.iter().map(|(name, count)| format!("{name} ({count})")).collect();
        write!(text, "\nLess than 50 times in 100,000 of {name}: {}.\n", listed.join(", ")).expect("a text");
    }
    document::hold("coverage-whole", "COVERAGE=whole cargo test --release -p querent-generator", &text);
}
