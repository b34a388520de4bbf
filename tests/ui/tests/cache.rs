//! The committed caches of these tests are what this file describes. `BLESS=1` writes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use querent_schema::cache::{CacheDir, Config, RecordedAnswer, SourceConfig, TypeDefaults};
use querent_schema::json;
use querent_schema::objects::WIRES;
use querent_types::{
    AnsweredColumn, AnsweredType, CacheDescription, ColumnDescription, Field, NullabilityTrust, ObjectField,
    ObjectType, SourceDescription, SqlType, StatementAnswer, TableDescription, TimeUnit,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// `name type` for NOT NULL, `name? type` for a column that may be NULL, `name= type` for one with a default.
fn table(name: &str, columns: &[(&str, SqlType)]) -> TableDescription {
    let column = |(name, ty): &(&str, SqlType)| {
        let plain = name.trim_end_matches(['?', '=']);
        let mut column = ColumnDescription::new(plain, ty.clone(), name.ends_with('?'));
        column.has_default = name.ends_with('=');
        column
    };
    let path = vec!["datafusion".to_owned(), "public".to_owned(), name.to_owned()];
    TableDescription::new(path, columns.iter().map(column).collect())
}

fn tables() -> Vec<TableDescription> {
    use SqlType::{Boolean, Float64 as Double, Int32, Int64 as Int};
    let text = || SqlType::TEXT_VIEW;
    let instant = || SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()));
    let point = SqlType::Struct(vec![Field::new("x", Double, true), Field::new("y", Double, true)]);
    vec![
        table("airlines", &[("carrier", text()), ("name", text())]),
        table(
            "airports",
            &[("faa", text()), ("name", text()), ("lat", Double), ("alt", Int), ("tzone?", text())],
        ),
        table("planes", &[("tailnum", text()), ("year?", Int), ("seats", Int), ("model", text())]),
        table(
            "flights",
            &[
                ("year", Int),
                ("month", Int),
                ("dep_delay?", Int),
                ("carrier", text()),
                ("flight", Int),
                ("tailnum?", text()),
                ("origin", text()),
                ("dest", text()),
                ("distance", Int),
                ("time_hour", instant()),
            ],
        ),
        table(
            "odd",
            &[
                ("id=", Int),
                ("type", text()),
                ("self", Int),
                ("a-b?", Int32),
                ("flag", Boolean),
                ("price?", SqlType::decimal128(10, 2)),
                ("tags?", SqlType::list(text())),
                ("place?", point),
            ],
        ),
    ]
}

/// Classes in the types that ApertureDB's GetSchema tells of.
fn media() -> SourceDescription {
    let property = |(name, native, ty): (&str, &str, SqlType)| ColumnDescription {
        native: Some(native.to_owned()),
        ..ColumnDescription::new(name, ty, true)
    };
    let class = |path, properties: Vec<(&str, &str, SqlType)>| {
        TableDescription::new(path, properties.into_iter().map(property).collect())
    };
    let person = vec![
        ("name", "string", SqlType::TEXT),
        ("age", "number", SqlType::Number),
        ("alive", "boolean", SqlType::Boolean),
        ("born", "datetime", SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()))),
        ("home-town", "string", SqlType::TEXT),
    ];
    SourceDescription {
        backend: "scripted".to_owned(),
        dialect: "aperture-v1".to_owned(),
        tables: vec![
            class(json::entity_path("Person"), person),
            class(json::entity_path("_Image"), vec![("id", "number", SqlType::Number)]),
            class(json::connection_path("Knows"), Vec::new()),
        ],
        ..SourceDescription::default()
    }
}

/// An Ignite cluster as `querent pull` describes one: a table whose rows are objects, a key with an affinity key, an enum,
/// an object with a field of every type.
fn orders() -> SourceDescription {
    let mut people = table(
        "PERSON",
        &[
            ("ID", SqlType::Int64),
            ("NAME", SqlType::TEXT),
            ("AGE?", SqlType::Int32),
            ("BORN?", SqlType::Date32),
        ],
    );
    people.path = vec!["PUBLIC".to_owned(), "PERSON".to_owned()];
    people.primary_key = vec!["ID".to_owned()];
    let properties = [("cache_name", "people"), ("value_type", "org.Person")];
    people.properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut cities = table("CITY", &[("ID", SqlType::Int64), ("NAME", SqlType::TEXT)]);
    cities.path = vec!["PUBLIC".to_owned(), "CITY".to_owned()];
    let object = |name: &str, fields: &[(&str, &str)]| ObjectType {
        name: name.to_owned(),
        fields: fields
            .iter()
            .map(|(name, ty)| ObjectField { name: (*name).to_owned(), ty: (*ty).to_owned() })
            .collect(),
        ..ObjectType::default()
    };
    let names: Vec<String> = WIRES.iter().map(|wire| format!("of{}", wire.code)).collect();
    let all: Vec<(&str, &str)> =
        names.iter().zip(WIRES).map(|(name, wire)| (name.as_str(), wire.name)).collect();
    let values = ["RED", "GREEN", "BLUE"].into_iter().map(str::to_owned).zip(0..).collect();
    let types = vec![
        ObjectType { values, ..object("Color", &[]) },
        object("Everything", &all),
        ObjectType {
            affinity_key: Some("CUSTOMER".to_owned()),
            ..object("OrderKey", &[("CUSTOMER", "int"), ("ID", "long")])
        },
        object("org.Person", &[("NAME", "String"), ("AGE", "int"), ("BORN", "Object")]),
    ];
    let cache = |name: &str, key: Option<&str>, value: Option<&str>| CacheDescription {
        name: name.to_owned(),
        key_type: key.map(str::to_owned),
        value_type: value.map(str::to_owned),
        ..CacheDescription::default()
    };
    SourceDescription {
        backend: "ignite".to_owned(),
        dialect: "ignite-h2".to_owned(),
        options: BTreeMap::from([("engine".to_owned(), "h2".to_owned())]),
        capabilities: vec!["transactions".to_owned()],
        nullability: NullabilityTrust::Trusted,
        tables: vec![cities, people],
        types,
        caches: vec![
            cache("anything", Some("java.lang.Object"), None),
            cache("colors", Some("java.lang.String"), Some("Color")),
            cache("names", Some("java.util.UUID"), Some("java.util.ArrayList")),
            cache("orders", Some("OrderKey"), Some("java.math.BigDecimal")),
            cache("people", Some("java.lang.Long"), Some("org.Person")),
        ],
        ..SourceDescription::default()
    }
}

/// What `querent prepare` has recorded of queries of that cluster, whose functions are the user's own.
fn answers() -> Vec<RecordedAnswer> {
    let recorded = |sql: &str, table: &str, columns: &[(&str, SqlType)], parameters: &[SqlType]| {
        let column = |(name, ty): &(&str, SqlType)| AnsweredColumn {
            name: (*name).to_owned(),
            ty: AnsweredType::exact(ty.clone()),
            nullable: None,
        };
        let answer = StatementAnswer {
            columns: Some(columns.iter().map(column).collect()),
            parameters: Some(parameters.iter().cloned().map(AnsweredType::exact).collect()),
        };
        let tables = vec![vec!["PUBLIC".to_owned(), table.to_owned()]];
        RecordedAnswer { sql: sql.to_owned(), tables, answer }
    };
    let (text, long) = (SqlType::TEXT, SqlType::Int64);
    vec![
        recorded(
            "SELECT name, sign_of(born, ?) AS sign FROM person",
            "PERSON",
            &[("NAME", text.clone()), ("SIGN", text.clone())],
            &[SqlType::Int32],
        ),
        // Of before an answer was edited, or a checker that knew less.
        recorded(
            "SELECT age, sign_of(born) AS sign FROM person",
            "PERSON",
            &[("AGE", text.clone()), ("SIGN", text)],
            &[],
        ),
        recorded("SELECT size_of(name) AS size FROM city", "CITY", &[("SIZE", long)], &[]),
    ]
}

/// A Pinot cluster with one table.
fn stats() -> SourceDescription {
    let mut airlines = table("airlines", &[("year?", SqlType::Int32)]);
    airlines.path = vec!["airlines".to_owned()];
    SourceDescription {
        backend: "pinot".to_owned(),
        dialect: "pinot-sse".to_owned(),
        options: [("engine", "single-stage"), ("null_handling", "true")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        tables: vec![airlines],
        ..SourceDescription::default()
    }
}

fn source(name: &str) -> SourceDescription {
    match name {
        "media" => return media(),
        "orders" => return orders(),
        // An old cluster that has nothing, and no transactions.
        "grid" => {
            return SourceDescription {
                tables: Vec::new(),
                types: Vec::new(),
                caches: Vec::new(),
                capabilities: Vec::new(),
                ..orders()
            };
        }
        "stats" => return stats(),
        _ => {}
    }
    let backend = match name {
        "warehouse" => "flight",
        "plain" => "plain",
        _ => "scripted",
    };
    let tables = if name == "things" { vec![things()] } else { tables() };
    let capabilities = if name == "plain" { Vec::new() } else { vec!["transactions".to_owned()] };
    SourceDescription {
        backend: backend.to_owned(),
        dialect: "datafusion".to_owned(),
        nullability: NullabilityTrust::Trusted,
        capabilities,
        tables,
        ..SourceDescription::default()
    }
}

/// The table of the source whose libraries are missing.
fn things() -> TableDescription {
    let columns = [
        ("day", SqlType::Date32),
        ("at", SqlType::Timestamp(TimeUnit::Microsecond, None)),
        ("amount?", SqlType::decimal128(10, 2)),
    ];
    table("things", &columns)
}

/// Writes a cache of these sources into `dir`.
fn write(dir: &Path, manifest: &str, names: &[&str]) {
    let cache = CacheDir::at(dir.join(".sqlcache"));
    let mut sources: BTreeMap<String, SourceConfig> =
        names.iter().map(|name| (name.to_string(), SourceConfig::default())).collect();
    if let Some(typed) = sources.get_mut("typed") {
        typed.columns = BTreeMap::from([("flights.carrier".to_owned(), "crate::Carrier".to_owned())]);
    }
    let mut types = TypeDefaults::default();
    if names == ["things"] {
        let [chrono, decimal] = ["chrono", "rust_decimal"].map(|name| Some(name.to_owned()));
        (types.date, types.timestamp, types.decimal) = (chrono.clone(), chrono, decimal);
    }
    let config = Config::new(manifest, sources, types);
    cache.write_config(&config).unwrap();
    for name in names {
        let description = source(name);
        if *name == "orders" {
            // One of the tables has changed since the server was asked.
            let mut before = description.clone();
            before.tables[0].columns.pop();
            cache.write(name, &config, &before, BTreeMap::new()).unwrap();
            cache.write_answers(name, &answers()).unwrap();
        }
        cache.write(name, &config, &description, BTreeMap::new()).unwrap();
    }
}

fn files(dir: &Path, out: &mut BTreeMap<PathBuf, Vec<u8>>, base: &Path) {
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, out, base),
            false => {
                drop(out.insert(path.strip_prefix(base).unwrap().to_owned(), std::fs::read(&path).unwrap()))
            }
        }
    }
}

#[track_caller]
fn check(folder: &str, manifest: &str, names: &[&str]) {
    let committed = root().join(folder);
    if std::env::var_os("BLESS").is_some() {
        write(&committed, manifest, names);
    }
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cache-{}", folder.replace('/', "-")));
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(&fresh).unwrap();
    write(&fresh, manifest, names);
    let (mut expected, mut found) = (BTreeMap::new(), BTreeMap::new());
    files(&fresh.join(".sqlcache"), &mut expected, &fresh);
    files(&committed.join(".sqlcache"), &mut found, &committed);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "run with BLESS=1");
    for (path, bytes) in expected {
        assert!(found[&path] == bytes, "{} differs: run with BLESS=1", path.display());
    }
}

#[test]
fn the_committed_cache_is_what_is_described() {
    let manifest = std::fs::read_to_string(root().join("querent.toml")).unwrap();
    let names =
        ["db", "flights", "plain", "eu_flights", "warehouse", "typed", "media", "orders", "grid", "stats"];
    check(".", &manifest, &names);
}

#[test]
fn the_stale_cache_is_what_is_described() {
    check("fixtures/stale", "[source.flights]\n", &["flights"]);
}

#[test]
fn the_cache_of_missing_libraries_is_what_is_described() {
    let manifest = std::fs::read_to_string(root().join("fixtures/libraries/querent.toml")).unwrap();
    check("fixtures/libraries", &manifest, &["things"]);
}
