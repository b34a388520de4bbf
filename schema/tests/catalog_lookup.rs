//! Looking tables up by the names that queries give them.

use std::collections::BTreeMap;
use std::fs;

use querent_schema::ast::{Ident, Name, Span};
use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_schema::catalog::{Catalog, TableLookup};
use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};

fn source(paths: &[&[&str]]) -> SourceDescription {
    let columns = vec![ColumnDescription::new("id", SqlType::Int64, false)];
    let table =
        |path: &&[&str]| TableDescription::new(path.iter().map(|p| p.to_string()).collect(), columns.clone());
    SourceDescription {
        backend: "flight".into(),
        dialect: "datafusion".into(),
        tables: paths.iter().map(table).collect(),
        ..Default::default()
    }
}

/// Splits at dots; a part in double quotes is a quoted identifier.
fn name(text: &str) -> Name {
    let ident = |part: &str| Ident {
        value: part.trim_matches('"').to_owned(),
        quoted: part.starts_with('"'),
        span: Span::default(),
    };
    Name { parts: text.split('.').map(ident).collect() }
}

#[track_caller]
fn check(catalog: &Catalog, text: &str, expected: &str) {
    let found = match catalog.table(&name(text)) {
        TableLookup::Found(table) => table.path.join("."),
        TableLookup::Missing(names) => format!("missing: {}", names.join(" | ")),
        TableLookup::Ambiguous(names) => format!("ambiguous: {}", names.join(" | ")),
        TableLookup::Unreadable(diagnostic) => format!("unreadable: {}", diagnostic.message),
    };
    assert_eq!(found, expected, "{text}");
}

const PATHS: &[&[&str]] = &[
    &["datafusion", "public", "trades"],
    &["datafusion", "public", "quotes"],
    &["datafusion", "archive", "trades"],
    &["datafusion", "archive", "orders"],
    &["datafusion", "staging", "orders"],
    &["datafusion", "public", "Weather"],
    &["datafusion", "public", "flight log"],
    &["datafusion", "information_schema", "tables"],
];

/// The rules are the same in memory and in files.
fn check_rules(catalog: &Catalog) {
    check(catalog, "quotes", "datafusion.public.quotes");
    check(catalog, "QUOTES", "datafusion.public.quotes");
    check(catalog, "public.quotes", "datafusion.public.quotes");
    check(catalog, "datafusion.public.quotes", "datafusion.public.quotes");
    check(catalog, "information_schema.tables", "datafusion.information_schema.tables");
    // The default schema wins, a full name is what it says.
    check(catalog, "trades", "datafusion.public.trades");
    check(catalog, "archive.trades", "datafusion.archive.trades");
    check(catalog, "orders", "ambiguous: datafusion.archive.orders | datafusion.staging.orders");
    // Case counts where the dialect says so.
    check(catalog, "\"Weather\"", "datafusion.public.Weather");
    check(catalog, "Weather", "missing: \"Weather\"");
    check(catalog, "\"weather\"", "missing: \"Weather\"");
    check(catalog, "public.weather", "missing: public.\"Weather\"");
    check(catalog, "\"Quotes\"", "missing: quotes");
    check(catalog, "\"flight log\"", "datafusion.public.flight log");
    // Names that come near.
    check(catalog, "quots", "missing: quotes");
    check(catalog, "qutoes", "missing: quotes");
    check(catalog, "flight_log", "missing: \"flight log\"");
    check(catalog, "trade", "missing: datafusion.archive.trades | datafusion.public.trades");
    check(catalog, "staging.trades", "missing: datafusion.archive.trades | datafusion.public.trades");
    check(catalog, "nothing_like_it", "missing: ");
    check(catalog, "x.datafusion.public.quotes", "missing: datafusion.public.quotes");
}

#[test]
fn a_catalog_in_memory_follows_the_rules() {
    check_rules(&Catalog::from_description(source(PATHS)).unwrap());
}

#[test]
fn a_catalog_of_files_follows_the_rules() {
    let dir = tempfile::tempdir().unwrap();
    check_rules(&cached(&CacheDir::at(dir.path()), source(PATHS)));
}

fn cached(cache: &CacheDir, source: SourceDescription) -> Catalog {
    let sources = BTreeMap::from([("market".to_owned(), SourceConfig::default())]);
    let config = Config::new("", sources, TypeDefaults::default());
    cache.write_config(&config).unwrap();
    cache.write("market", &config, &source, BTreeMap::new()).unwrap();
    cache.catalog("market").unwrap()
}

#[test]
fn a_shorter_path_given_whole_wins() {
    let catalog = Catalog::from_description(source(&[&["t"], &["a", "t"], &["public", "t"]])).unwrap();
    check(&catalog, "t", "t");
    check(&catalog, "a.t", "a.t");
}

#[test]
fn only_tables_that_are_named_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let cache = CacheDir::at(dir.path());
    let paths: Vec<Vec<String>> = (0..500).map(|i| vec!["public".into(), format!("t{i}")]).collect();
    let paths: Vec<Vec<&str>> = paths.iter().map(|path| path.iter().map(|part| &**part).collect()).collect();
    let paths: Vec<&[&str]> = paths.iter().map(|path| &path[..]).collect();
    let catalog = cached(&cache, source(&paths));
    let file = |name: &str| cache.table_file("market", &["public".to_owned(), name.to_owned()]);
    for i in 1..500 {
        fs::write(file(&format!("t{i}")), "broken").unwrap();
    }
    check(&catalog, "t0", "public.t0");
    let TableLookup::Unreadable(diagnostic) = catalog.table(&name("t7")) else { panic!("t7 is broken") };
    assert!(diagnostic.message.contains("public.t7.json"), "{diagnostic:?}");
    assert_eq!(diagnostic.help.as_deref(), Some("run `querent pull market`"));
    // A catalog stays what it was; the next one looks again at what the process remembers.
    fs::remove_file(file("t0")).unwrap();
    fs::copy(file("t7"), file("t0")).unwrap();
    check(&catalog, "t0", "public.t0");
    let catalog = cache.catalog("market").unwrap();
    assert!(matches!(catalog.table(&name("t0")), TableLookup::Unreadable(_)));
}

#[test]
fn an_unknown_dialect_is_refused_by_name() {
    let mut strange = source(&[]);
    strange.dialect = "datafusoin".into();
    let error = Catalog::from_description(strange).err().unwrap();
    assert_eq!(error, "unknown dialect `datafusoin`: did you mean `datafusion`?");
}
