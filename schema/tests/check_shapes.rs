//! The long and deep statements of `limits/shapes.tsv`, on the stack that a thread has anyway: each ends in an answer, or in
//! an error that says what is too much.

#[path = "limits/shapes.rs"]
mod shapes;

use querent_schema::ast::Ident;
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::{Code, Severity};
use querent_schema::dialect;
use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription};
use shapes::Shape;

/// Every dialect whose queries are SQL.
fn dialects() -> impl Iterator<Item = &'static str> {
    dialect::NAMES.iter().copied().filter(|name| !name.starts_with("aperture"))
}

fn catalog(name: &str) -> Catalog {
    let dialect = dialect::by_name(name).expect("a dialect");
    let folded =
        |name: &str| dialect.fold(&Ident { value: name.into(), quoted: false, span: Default::default() });
    let column = |(name, ty, nullable)| ColumnDescription::new(folded(name), ty, nullable);
    let columns = [("a", SqlType::Int64, false), ("b", SqlType::Int64, true), ("s", SqlType::TEXT, true)];
    let table = TableDescription::new(vec![folded("public"), folded("t")], columns.map(column).to_vec());
    Catalog::from_description(SourceDescription {
        backend: "flight".into(),
        dialect: name.into(),
        nullability: NullabilityTrust::Trusted,
        tables: vec![table],
        ..SourceDescription::default()
    })
    .expect("a catalog")
}

/// The first error of a shape, on a stack of 2 MB.
fn outcome(shape: &Shape, text: &str, catalog: &Catalog) -> Option<(Code, String)> {
    let run = || {
        let checked = check(text, catalog);
        let error = checked.diagnostics.iter().find(|found| found.severity == Severity::Error);
        assert!(error.is_some() || checked.plan.is_some(), "{}: nothing was said", shape.name);
        error.map(|error| (error.code, error.message.clone()))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, run);
        thread.expect("a thread").join().expect("no panic")
    })
}

/// What a user is most likely to meet: asked in every dialect.
const LIKELY: [&str; 5] =
    ["OR terms", "columns", "nested parentheses", "nested derived tables", "a literal of 16 MB"];

/// What took so many parts is megabytes long; `bench/checker` asks them all.
const PARTS_MAX: usize = 10_000;

/// What was found besides what the list says.
fn wrong(shape: &Shape, name: &str, catalog: &Catalog) -> Option<String> {
    let found = outcome(shape, &shape.text(shape.count), catalog);
    let fits = match (&found, shape.error) {
        (None, None) => true,
        (Some((_, message)), Some(words)) => message.contains(words),
        // What the dialect does not have at all it may say as well.
        (Some((code, _)), _) => name != "datafusion" && *code != Code::TooComplex,
        (None, Some(_)) => false,
    };
    (!fits).then(|| format!("{name}, {}: {found:?}", shape.name))
}

#[test]
fn likely_shapes_in_every_dialect() {
    let mut found = Vec::new();
    for name in dialects() {
        let catalog = catalog(name);
        let shapes = shapes::all().into_iter().filter(|shape| LIKELY.contains(&shape.name));
        found.extend(shapes.filter_map(|shape| wrong(&shape, name, &catalog)));
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(LIKELY.iter().all(|name| shapes::all().iter().any(|shape| shape.name == *name)));
}

/// Some parsers read the arguments of a call twice (sqlparser 0.62, where any expression may name an argument): two hundred
/// calls inside of each other would never end.
#[test]
fn nested_calls_in_every_dialect() {
    let shape = shapes::all().into_iter().find(|shape| shape.name == "nested functions").expect("the shape");
    for name in dialects() {
        let catalog = catalog(name);
        for (count, answered) in [(10, true), (200, false)] {
            let found = outcome(&shape, &shape.text(count), &catalog);
            let too_complex = matches!(found, Some((Code::TooComplex, _)));
            assert!(!too_complex || !answered, "{name}, {count}: {found:?}");
        }
    }
}

#[test]
fn every_shape() {
    let catalog = catalog("datafusion");
    let shapes = shapes::all().into_iter().filter(|shape| shape.count <= PARTS_MAX);
    let found: Vec<String> = shapes.filter_map(|shape| wrong(&shape, "datafusion", &catalog)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn names_without_end_are_cut() {
    let catalog = catalog("datafusion");
    for shape in shapes::all().iter().filter(|shape| shape.count == 1_000_000 && shape.error.is_some()) {
        let (_, message) = outcome(shape, &shape.text(shape.count), &catalog).expect("an error");
        assert!(message.len() < 200 && message.contains("xxx…`"), "{message}");
    }
}

#[test]
fn shapes_are_as_long_as_they_say() {
    for shape in shapes::all() {
        let (short, long) = (shape.text(1).len(), shape.text(11).len());
        assert!(long >= short + 10, "{}", shape.name);
    }
}
