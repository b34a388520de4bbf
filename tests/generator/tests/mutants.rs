//! Mutants: what differs is what they say, and the checker tells misspelt names as it should.

use querent_generator::{Figures, Generator, Judged, Mistake, Mutant, judge, mutants, schemas};
use querent_schema::ast::Span;
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::{Diagnostic, Severity};

/// Where the statements begin, and how many there are of each schema.
const SEED: u64 = 31;
const COUNT: usize = 70;

/// Statements that the checker accepts.
fn accepted(catalog: &Catalog, seed: u64, count: usize) -> Vec<String> {
    let fine =
        |sql: &String| check(sql, catalog).diagnostics.iter().all(|found| found.severity != Severity::Error);
    Generator::new(catalog, seed).take(count).map(|made| made.sql).filter(fine).collect()
}

/// The statement that a mutant was made of.
fn mended(mutant: &Mutant) -> String {
    let mut sql = mutant.sql.clone();
    for change in mutant.changes.iter().rev() {
        sql.replace_range(change.span.start as usize..change.span.end as usize, &change.original);
    }
    sql
}

#[test]
fn a_mutant_differs_at_its_spans_only() {
    for (dialect, schema) in
        [("datafusion", "flights"), ("datafusion", "hostile"), ("ignite-calcite", "tpch")]
    {
        let own = schemas::of_dialect(dialect).into_iter().find(|own| own.name == schema).expect("a schema");
        let catalog = own.catalog(dialect).expect("tables");
        let mut kinds = Vec::new();
        for (at, sql) in accepted(&catalog, 21, 120).iter().enumerate() {
            for mutant in mutants(sql, &catalog, at as u64) {
                assert_ne!(mutant.sql, *sql);
                assert_eq!(mended(&mutant), *sql);
                let spans: Vec<Span> = mutant.changes.iter().map(|change| change.span).collect();
                assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{spans:?}");
                kinds.extend(mutant.changes.iter().map(|change| change.mistake));
            }
        }
        let missing: Vec<_> = Mistake::ALL.iter().filter(|kind| !kinds.contains(kind)).collect();
        assert!(missing.len() <= 2, "{dialect} {schema}: no {missing:?}");
    }
}

#[test]
fn one_seed_gives_the_same_mutants() {
    let catalog = schemas::of_dialect("datafusion")[0].catalog("datafusion").expect("tables");
    for sql in accepted(&catalog, 4, 20) {
        assert_eq!(mutants(&sql, &catalog, 9), mutants(&sql, &catalog, 9));
    }
}

/// What must be reached over misspelt names, in thousandths: refused, at the very token, the name that was meant first,
/// one finding.
const LEAST: [u64; 4] = [990, 980, 950, 990];

/// What must be reached over mistakes of any kind that are refused, in thousandths: told at their place, by one finding.
const LEAST_REFUSED: [u64; 2] = [980, 990];

/// What must be reached over statements with two misspelt names: two findings.
const LEAST_PAIRS: u64 = 990;

/// A refused mutant that is told badly, with what is said of it.
fn badly_told(mutant: &Mutant, judged: Judged, said: &[Diagnostic]) -> Option<String> {
    if !judged.refused || judged.place && judged.count && judged.suggestion != Some(false) {
        return None;
    }
    let text = |span: Span| mutant.sql.get(span.start as usize..span.end as usize).unwrap_or_default();
    let changes = mutant.changes.iter();
    let changes: Vec<String> = changes
        .map(|change| format!("{:?} `{}` for `{}`", change.mistake, text(change.span), change.original))
        .collect();
    let said: Vec<String> = said
        .iter()
        .map(|found| format!("  {} at `{}`: {}", found.code.as_str(), text(found.span), found.message))
        .collect();
    Some(format!("{}: {}\n{}", changes.join(", "), mutant.sql, said.join("\n")))
}

#[test]
fn misspelt_names_are_told() {
    let mut figures = Figures::default();
    for (dialect, schema) in [
        ("datafusion", "tpch"),
        ("datafusion", "flights"),
        ("datafusion", "types"),
        ("datafusion", "hostile"),
        ("ignite-h2", "tpch"),
        ("ignite-calcite", "flights"),
        ("pinot-mse", "flights"),
        ("picodata", "tpch"),
    ] {
        let own = schemas::of_dialect(dialect).into_iter().find(|own| own.name == schema).expect("a schema");
        let catalog = own.catalog(dialect).expect("tables");
        for (at, sql) in accepted(&catalog, SEED, COUNT).iter().enumerate() {
            for mutant in mutants(sql, &catalog, at as u64) {
                let said = check(&mutant.sql, &catalog).diagnostics;
                let judged = judge(&mutant, &said);
                if let Some(bad) = badly_told(&mutant, judged, &said) {
                    println!("{dialect} {bad}\n");
                }
                figures.add(&mutant, judged);
            }
        }
    }
    println!("{figures}");
    let reached = figures.misspelt_permille();
    println!("of {} mutants: {reached:?}, {} of pairs", figures.mutants(), figures.pairs_permille());
    assert!(reached.iter().zip(LEAST).all(|(own, least)| *own >= least), "{reached:?}\n{figures}");
    let refused = figures.refused_permille();
    println!("of those of one mistake that are refused: {refused:?}");
    assert!(refused.iter().zip(LEAST_REFUSED).all(|(own, least)| *own >= least), "{refused:?}\n{figures}");
    assert!(figures.pairs_permille() >= LEAST_PAIRS, "{figures}");
}
