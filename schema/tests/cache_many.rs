//! A source of ten thousand tables: a query reads the files of those that it names, and no others.

use std::collections::BTreeMap;
use std::path::Path;

use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_schema::diagnostic::Code;
use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};

const TABLES: usize = 10_000;

fn path(number: usize) -> Vec<String> {
    vec!["datafusion".into(), "public".into(), format!("table_{number}")]
}

/// A cache in which the files of all tables but these hold nothing that can be read.
fn cache(folder: &Path, kept: &[usize]) -> CacheDir {
    let cache = CacheDir::at(folder.join(".sqlcache"));
    let sources = BTreeMap::from([("many".to_owned(), SourceConfig::default())]);
    let config = Config::new("", sources, TypeDefaults::default());
    let columns = || vec![ColumnDescription::new("id", SqlType::Int64, false)];
    let source = SourceDescription {
        backend: "flight".into(),
        dialect: "datafusion".into(),
        tables: kept.iter().map(|number| TableDescription::new(path(*number), columns())).collect(),
        ..SourceDescription::default()
    };
    cache.write_config(&config).expect("written");
    cache.write("many", &config, &source, BTreeMap::new()).expect("written");
    for number in (0..TABLES).filter(|number| !kept.contains(number)) {
        std::fs::write(cache.table_file("many", &path(number)), "not to be read").expect("written");
    }
    cache
}

#[track_caller]
fn codes(cache: &CacheDir, text: &str) -> Vec<Code> {
    let opened = cache.open("many").expect("a source");
    let checked = cache.check("many", text, &opened.catalog).checked;
    checked.diagnostics.iter().map(|found| found.code).collect()
}

#[test]
fn a_query_reads_the_tables_that_it_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = cache(folder.path(), &[7, 4_711]);
    assert_eq!(codes(&cache, "SELECT a.id FROM table_7 a JOIN public.table_4711 b ON a.id = b.id"), []);
    assert_eq!(codes(&cache, "SELECT id FROM table_8"), [Code::CacheInvalid]);
    // What is near is looked for in the names of the files; of those that are near, their spelling is in the file.
    assert_eq!(codes(&cache, "SELECT id FROM tabel_4711"), [Code::UnknownTable]);
}

#[test]
fn an_opened_source_is_what_the_files_say_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = cache(folder.path(), &[1]);
    assert_eq!(codes(&cache, "SELECT id FROM table_1"), []);
    let first = cache.open("many").expect("a source").fingerprint;
    // The source is another one, and its table has another column.
    let config = cache.config().expect("a config");
    let source = SourceDescription {
        backend: "flight".into(),
        dialect: "generic".into(),
        tables: vec![TableDescription::new(
            path(1),
            vec![ColumnDescription::new("name", SqlType::TEXT, false)],
        )],
        ..SourceDescription::default()
    };
    cache.write("many", &config, &source, BTreeMap::new()).expect("written");
    let again = cache.open("many").expect("a source");
    assert_ne!(again.fingerprint, first);
    assert_eq!(again.catalog.dialect.name, "generic");
    assert_eq!(codes(&cache, "SELECT name FROM table_1"), []);
    // querent.toml means something else.
    std::fs::write(folder.path().join("querent.toml"), "[source.other]\n").expect("written");
    assert_eq!(cache.open("many").err().map(|error| error.code), Some(Code::CacheStale));
    std::fs::write(folder.path().join("querent.toml"), "").expect("written");
    assert!(cache.open("many").is_ok());
    std::fs::remove_file(cache.source_file("many")).expect("removed");
    assert_eq!(cache.open("many").err().map(|error| error.code), Some(Code::CacheMissing));
}
