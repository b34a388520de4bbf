//! The committed caches of these tests are what this file describes. `BLESS=1` writes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_schema::json;
use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription};

const SOURCES: [&str; 5] = ["columnar", "prepared", "literal", "multiplexed", "commands"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Classes in the types that ApertureDB's GetSchema tells of.
fn classes() -> SourceDescription {
    let number = |name| ColumnDescription {
        native: Some("number".to_owned()),
        ..ColumnDescription::new(name, SqlType::Number, true)
    };
    let text = |name| ColumnDescription {
        native: Some("string".to_owned()),
        ..ColumnDescription::new(name, SqlType::TEXT, true)
    };
    let person = || vec![number("id"), text("name"), number("age")];
    SourceDescription {
        backend: "commands".to_owned(),
        dialect: "aperture-v1".to_owned(),
        nullability: NullabilityTrust::Trusted,
        tables: vec![
            TableDescription::new(json::entity_path("Person"), person()),
            TableDescription::new(json::entity_path("_Image"), person()),
            TableDescription::new(json::connection_path("Portrays"), Vec::new()),
        ],
        ..SourceDescription::default()
    }
}

fn source(name: &str) -> SourceDescription {
    if name == "commands" {
        return classes();
    }
    let path = ["datafusion", "public", "people"].map(str::to_owned).to_vec();
    let columns = vec![
        ColumnDescription::new("id", SqlType::Int64, false),
        ColumnDescription::new("name", SqlType::TEXT, false),
        ColumnDescription::new("age", SqlType::Int64, true),
        ColumnDescription::new("photo", SqlType::BINARY, true),
    ];
    let mut people = TableDescription::new(path, columns);
    people.properties.insert(TableDescription::ROUTING_KEY.to_owned(), "id".to_owned());
    SourceDescription {
        backend: name.to_owned(),
        dialect: "datafusion".to_owned(),
        nullability: NullabilityTrust::Trusted,
        capabilities: if name == "prepared" { vec!["transactions".to_owned()] } else { Vec::new() },
        tables: vec![people],
        ..SourceDescription::default()
    }
}

fn write(dir: &Path, manifest: &str) {
    let cache = CacheDir::at(dir.join(".sqlcache"));
    let sources = SOURCES.iter().map(|name| (name.to_string(), SourceConfig::default())).collect();
    let config = Config::new(manifest, sources, TypeDefaults::default());
    cache.write_config(&config).unwrap();
    for name in SOURCES {
        cache.write(name, &config, &source(name), BTreeMap::new()).unwrap();
    }
}

fn files(dir: &Path, base: &Path, out: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, base, out);
        } else {
            out.insert(path.strip_prefix(base).unwrap().to_owned(), std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn the_committed_cache_is_what_is_described() {
    let manifest = std::fs::read_to_string(root().join("querent.toml")).unwrap();
    if std::env::var_os("BLESS").is_some() {
        write(&root(), &manifest);
    }
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance-cache");
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(&fresh).unwrap();
    write(&fresh, &manifest);
    let (mut expected, mut found) = (BTreeMap::new(), BTreeMap::new());
    files(&fresh.join(".sqlcache"), &fresh, &mut expected);
    files(&root().join(".sqlcache"), &root(), &mut found);
    assert!(found == expected, "the cache differs from its description: run with BLESS=1");
}
