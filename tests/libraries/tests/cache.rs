//! The committed caches of these tests are what this file describes. `BLESS=1` writes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_types::{
    ColumnDescription, IntervalUnit, NullabilityTrust, SourceDescription, SqlType, TableDescription, TimeUnit,
};

fn source() -> SourceDescription {
    let (micro, utc) = (TimeUnit::Microsecond, Some("UTC".to_owned()));
    let column = |(name, ty): (&str, SqlType)| ColumnDescription::new(name, ty, name == "later");
    let columns = [
        ("day", SqlType::Date32),
        ("clock", SqlType::Time(micro)),
        ("at", SqlType::Timestamp(micro, None)),
        ("instant", SqlType::Timestamp(micro, utc)),
        ("span", SqlType::Duration(micro)),
        ("gap", SqlType::Interval(IntervalUnit::MonthDayNano)),
        ("amount", SqlType::decimal128(10, 2)),
        ("id", SqlType::Uuid),
        ("doc", SqlType::Json),
        ("note", SqlType::TEXT),
        ("later", SqlType::Timestamp(micro, None)),
    ];
    SourceDescription {
        backend: "library".to_owned(),
        dialect: "datafusion".to_owned(),
        nullability: NullabilityTrust::Trusted,
        tables: vec![TableDescription::new(vec!["things".to_owned()], columns.map(column).into())],
        ..SourceDescription::default()
    }
}

/// What the querent.toml of a package means.
fn types(package: &str) -> (TypeDefaults, SourceConfig) {
    let mut types = TypeDefaults::default();
    let mut source = SourceConfig::default();
    let owned = |text: &str| Some(text.to_owned());
    if package == "." {
        return (types, source);
    }
    for family in [&mut types.date, &mut types.time, &mut types.timestamp, &mut types.duration] {
        *family = owned(package);
    }
    match package {
        "chrono" => {
            (types.decimal, types.uuid, types.json) =
                (owned("rust_decimal"), owned("uuid"), owned("serde_json"));
        }
        "jiff" => (types.interval, types.decimal) = (owned("jiff"), owned("bigdecimal")),
        _ => {
            types.sql.insert("Uuid".into(), "crate::Key".into());
            types.sql.insert("Decimal128(10, 2)".into(), "crate::Money".into());
            source.columns.insert("things.note".into(), "crate::Note".into());
        }
    }
    (types, source)
}

fn write(dir: &Path, package: &str, manifest: &str) {
    let cache = CacheDir::at(dir.join(".sqlcache"));
    let (types, things) = types(package);
    let config = Config::new(manifest, [("things".to_owned(), things)].into(), types);
    cache.write_config(&config).unwrap();
    cache.write("things", &config, &source(), BTreeMap::new()).unwrap();
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
fn the_committed_caches_are_what_is_described() {
    for package in [".", "chrono", "time", "jiff"] {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
        let manifest = std::fs::read_to_string(committed.join("querent.toml")).unwrap();
        if std::env::var_os("BLESS").is_some() {
            write(&committed, package, &manifest);
        }
        let fresh =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("libraries-cache").join(package.replace('.', "own"));
        let _ = std::fs::remove_dir_all(fresh.join(".sqlcache"));
        std::fs::create_dir_all(&fresh).unwrap();
        write(&fresh, package, &manifest);
        let (mut expected, mut found) = (BTreeMap::new(), BTreeMap::new());
        files(&fresh.join(".sqlcache"), &fresh, &mut expected);
        files(&committed.join(".sqlcache"), &committed, &mut found);
        assert!(found == expected, "the cache of {package} differs from its description: run with BLESS=1");
    }
}
