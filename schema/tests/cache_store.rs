//! The cache as its users meet it: written, read back, broken by hand, written by two at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use querent_schema::cache::{CacheDir, Config, Entries, SourceConfig, TypeDefaults};
use querent_schema::diagnostic::Code;
use querent_types::{
    CacheDescription, ColumnDescription, NullabilityTrust, ObjectField, ObjectType, ServerIdentity,
    SourceDescription, SqlType, TableDescription, TableKind,
};
use tempfile::TempDir;

fn config(names: &[&str]) -> Config {
    let sources = names.iter().map(|name| (name.to_string(), SourceConfig::default())).collect();
    Config::new("", sources, TypeDefaults::default())
}

fn table(path: &[&str], column: &str) -> TableDescription {
    let path = path.iter().map(|part| part.to_string()).collect();
    TableDescription::new(path, vec![ColumnDescription::new(column, SqlType::Int64, false)])
}

fn source(tables: Vec<TableDescription>) -> SourceDescription {
    SourceDescription { backend: "flight".into(), dialect: "datafusion".into(), tables, ..Default::default() }
}

/// A cache of one source `market` in a directory of its own.
struct Fixture {
    dir: TempDir,
    cache: CacheDir,
}

impl Fixture {
    fn new(tables: Vec<TableDescription>) -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        let cache = CacheDir::at(dir.path().join(".sqlcache"));
        cache.write_config(&config(&["market"])).unwrap();
        let fixture = Fixture { dir, cache };
        fixture.write(tables);
        fixture
    }

    fn write(&self, tables: Vec<TableDescription>) -> querent_schema::cache::Written {
        self.cache.write("market", &config(&["market"]), &source(tables), BTreeMap::new()).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.cache.root().join("market").join(name)
    }

    /// Replaces a file as an editor does, and gives what reading the source then says.
    #[track_caller]
    fn mangled(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let before = fs::read(self.path(name)).unwrap();
        fs::write(self.path(name), bytes).unwrap();
        let error = self.cache.description("market").unwrap_err();
        assert_eq!(error.code, Code::CacheInvalid);
        fs::remove_file(self.path(name)).unwrap();
        fs::write(self.path(name), before).unwrap();
        self.cache.description("market").unwrap();
        error.to_string().replace(&*self.dir.path().to_string_lossy(), "")
    }
}

#[test]
fn types_and_caches_are_found_by_their_exact_names() {
    let fixture = Fixture::new(Vec::new());
    let cache = |name: &str| CacheDescription { name: name.into(), ..CacheDescription::default() };
    let person = ObjectType { name: "Person".into(), ..ObjectType::default() };
    let mut source = source(Vec::new());
    (source.caches, source.types) = (vec![cache("person"), cache("Person")], vec![person.clone()]);
    let write = |source: &SourceDescription| {
        fixture.cache.write("market", &config(&["market"]), source, BTreeMap::new()).unwrap()
    };
    assert_eq!(write(&source).changed.len(), 3);
    assert!(
        matches!(fixture.cache.cache("market", "person").unwrap(), Entries::Found(found) if found.name == "person")
    );
    assert!(
        matches!(fixture.cache.object_type("market", "Person").unwrap(), Entries::Found(found) if *found == person)
    );
    let Entries::Missing(names) = fixture.cache.cache("market", "PERSON").unwrap() else { panic!("found") };
    assert_eq!(names, ["person", "Person"]);

    source.caches.pop();
    let written = write(&source);
    assert_eq!((written.changed.len(), written.removed.len()), (0, 1));
    let file = fixture.cache.cache_file("market", "person");
    fs::write(&file, "{").unwrap();
    assert_eq!(fixture.cache.cache("market", "person").unwrap_err().code, Code::CacheInvalid);
}

#[test]
fn everything_is_read_back() {
    let fixture = Fixture::new(Vec::new());
    let full = TableDescription {
        kind: TableKind::View,
        columns: vec![
            ColumnDescription {
                native: Some("VARCHAR(10)".into()),
                has_default: true,
                hidden: true,
                comment: Some("what \"it\" is\n".into()),
                ..ColumnDescription::new("Sym bol", SqlType::TEXT_VIEW, true)
            },
            ColumnDescription { ty: None, ..ColumnDescription::new("odd", SqlType::Null, true) },
            ColumnDescription::new("nested", SqlType::list(SqlType::decimal128(38, 9)), false),
        ],
        primary_key: vec!["Sym bol".into()],
        properties: BTreeMap::from([("affinity".into(), "Sym bol".into())]),
        ..TableDescription::new(vec!["Cat".into(), "public".into(), "T".into()], Vec::new())
    };
    let wanted = SourceDescription {
        server: Some(ServerIdentity { name: "DataFusion".into(), version: "55.2.0".into() }),
        options: BTreeMap::from([("zone".into(), "UTC".into())]),
        capabilities: vec!["prepare".into(), "transactions".into()],
        types: vec![ObjectType {
            name: "org.Person".into(),
            fields: vec![ObjectField { name: "Name".into(), ty: "string".into() }],
            affinity_key: Some("Name".into()),
            values: vec![("ONE".into(), 1)],
        }],
        caches: vec![CacheDescription {
            name: "Person".into(),
            key_type: Some("java.lang.Long".into()),
            value_type: None,
            properties: BTreeMap::from([("backups".into(), "1".into())]),
        }],
        nullability: NullabilityTrust::Trusted,
        notes: vec!["the server hides its views".into()],
        ..source(vec![full, TableDescription { kind: TableKind::System, ..table(&["info", "tables"], "x") }])
    };
    fixture.cache.write("market", &config(&["market"]), &wanted, BTreeMap::new()).unwrap();
    assert_eq!(fixture.cache.description("market").unwrap(), wanted);
    assert_eq!(*fixture.cache.config().unwrap(), config(&["market"]));
    let text = fs::read_to_string(fixture.path("source.json")).unwrap();
    assert!(text.ends_with("}\n") && !text.contains("/tmp"), "{text}");
}

#[test]
fn the_text_is_sorted_and_pretty() {
    let fixture = Fixture::new(vec![table(&["public", "trades"], "price")]);
    let text = fs::read_to_string(fixture.path("tables/public.trades.json")).unwrap();
    let wanted = r#"{
  "columns": [
    {
      "name": "price",
      "nullable": false,
      "type": "Int64"
    }
  ],
  "format": 1,
  "kind": "table",
  "path": [
    "public",
    "trades"
  ]
}
"#;
    assert_eq!(text, wanted);
}

#[test]
fn only_what_differs_is_written_and_what_vanished_is_removed() {
    let fixture = Fixture::new(vec![table(&["a"], "x"), table(&["b"], "x")]);
    let again = fixture.write(vec![table(&["b"], "x"), table(&["a"], "x")]);
    assert_eq!((again.changed, again.removed), (vec![], vec![]));

    let stamp = |name: &str| fs::metadata(fixture.path(name)).unwrap().modified().unwrap();
    let (source_before, b_before) = (stamp("source.json"), stamp("tables/b.json"));
    let edited = fixture.write(vec![table(&["a"], "y"), table(&["b"], "x")]);
    assert_eq!(edited.changed, [fixture.path("tables/a.json")]);
    assert_eq!((stamp("source.json"), stamp("tables/b.json")), (source_before, b_before));

    let past = source_before - std::time::Duration::from_secs(60);
    fs::File::options().append(true).open(fixture.path("source.json")).unwrap().set_modified(past).unwrap();
    let replaced = fixture.write(vec![table(&["b"], "x"), table(&["c"], "x")]);
    assert_eq!(replaced.changed, [fixture.path("tables/c.json")]);
    assert_eq!(replaced.removed, [fixture.path("tables/a.json")]);
    assert!(stamp("source.json") > past, "a new table must touch source.json");
    assert_eq!(stamp("tables/b.json"), b_before);
    let names: Vec<_> =
        fixture.cache.description("market").unwrap().tables.into_iter().map(|t| t.path).collect();
    assert_eq!(names, [["b"], ["c"]]);
}

#[test]
fn a_source_that_left_the_configuration_is_removed() {
    let fixture = Fixture::new(vec![table(&["a"], "x")]);
    fs::create_dir(fixture.cache.root().join("notes")).unwrap();
    let written = fixture.cache.write_config(&config(&["stock"])).unwrap();
    assert_eq!(written.removed, [fixture.cache.root().join("market")]);
    assert!(fixture.cache.root().join("notes").is_dir(), "what is not a source stays");
}

#[test]
fn hostile_names_stay_inside_and_come_back() {
    let long = "x".repeat(300);
    let names: &[&[&str]] = &[
        &["..", "..", "..", "etc", "passwd"],
        &["../../../etc/passwd"],
        &["/etc/passwd"],
        &["C:\\Windows"],
        &["CON"],
        &["con", "nul"],
        &["."],
        &[".."],
        &[""],
        &["🦀 table"],
        &["it's \"quoted\""],
        &["<script>"],
        &["line\nbreak"],
        &["trades"],
        &["Trades"],
        &["TRADES"],
        &["a.b", "c"],
        &["a", "b.c"],
        &["a", "b", "c"],
        &[&long],
        &["S", &long],
    ];
    let mut tables: Vec<_> = names.iter().map(|path| table(path, "x")).collect();
    let fixture = Fixture::new(tables.clone());
    let mut read = fixture.cache.description("market").unwrap().tables;
    let by_path = |a: &TableDescription, b: &TableDescription| a.path.cmp(&b.path);
    tables.sort_by(by_path);
    read.sort_by(by_path);
    assert_eq!(read, tables);
    let count = fs::read_dir(fixture.path("tables")).unwrap().count();
    assert_eq!(count, tables.len());
    let longest = fs::read_dir(fixture.path("tables")).unwrap().map(|e| e.unwrap().file_name().len()).max();
    assert!(longest <= Some(215), "{longest:?}");
}

#[test]
fn a_table_described_twice_is_an_error() {
    let fixture = Fixture::new(Vec::new());
    let twice = source(vec![table(&["a"], "x"), table(&["a"], "y")]);
    let error = fixture.cache.write("market", &config(&["market"]), &twice, BTreeMap::new()).unwrap_err();
    assert!(error.message.contains("describes `a` twice"), "{error}");
}

#[test]
fn mangled_files_are_named_with_what_mends_them() {
    let fixture = Fixture::new(vec![table(&["a"], "x"), table(&["b"], "y")]);
    let text = fs::read_to_string(fixture.path("tables/a.json")).unwrap();
    let check = |bytes: &[u8], expected: &str| {
        let message = fixture.mangled("tables/a.json", bytes);
        assert!(
            message.starts_with("cannot read cache file `/.sqlcache/market/tables/a.json`: "),
            "{message}"
        );
        assert!(message.contains(expected), "{message}");
    };
    check(b"", "EOF while parsing a value at line 1 column 0; run `querent pull market`");
    check(&text.as_bytes()[..text.len() / 2], "EOF while parsing");
    check(b"[1, 2]", "invalid type");
    check(b"{\"format\": 1}", "missing field");
    check(b"\xff\xfe\0", "run `querent pull market`");
    check(
        text.replace("\"format\": 1", "\"format\": 2").as_bytes(),
        "format 2, and this querent reads 1; upgrade",
    );
    check(br#"{"format": 7, "new": {"shape": []}}"#, "upgrade querent to the version that wrote it");
    check(
        text.replace("\"format\": 1", "\"format\": 0").as_bytes(),
        "format 0, and this querent reads 1; run `querent pull market`",
    );
    check(text.replace("\"name\"", "\"nmae\"").as_bytes(), "unknown field `nmae`");
    check(
        text.replace("\"Int64\"", "\"int64\"").as_bytes(),
        "not a type: expected the name of a type at byte 0",
    );
    check(text.replace("\"a\"", "\"b\"").as_bytes(), "it describes a table of another name");
    let conflict = format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> theirs\n");
    check(conflict.as_bytes(), "marks of a merge conflict; take either side, then run `querent pull market`");
    let message = fixture.mangled("source.json", text.as_bytes());
    assert!(message.contains("unknown field `columns`"), "{message}");
    let crlf = text.replace('\n', "\r\n");
    fs::write(fixture.path("tables/a.json"), crlf).unwrap();
    fixture.cache.description("market").expect("git may have written CRLF");
}

#[test]
fn a_mangled_configuration_is_named() {
    let fixture = Fixture::new(Vec::new());
    let file = fixture.cache.config_file();
    let text = fs::read_to_string(&file).unwrap();
    for (bytes, expected) in [
        (String::new(), "run `querent pull`"),
        (text.replace("\"format\": 1", "\"format\": 2"), "upgrade querent"),
        (text.replace("\"sources\"", "\"source\""), "unknown field `source`"),
        (format!("{text}{text}"), "trailing characters"),
        (text.replace("\"market\": {}", "\"market\": {}, \"market\": {\"version\": 1}"), "invalid type"),
    ] {
        fs::remove_file(&file).unwrap();
        fs::write(&file, bytes).unwrap();
        let error = fixture.cache.catalog("market").err().unwrap();
        assert!(error.message.contains("querent.json") && error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_directory_in_the_place_of_a_file_is_an_error() {
    let fixture = Fixture::new(vec![table(&["a"], "x")]);
    fs::remove_file(fixture.path("tables/a.json")).unwrap();
    fs::create_dir(fixture.path("tables/a.json")).unwrap();
    assert_eq!(fixture.cache.description("market").unwrap_err().code, Code::CacheInvalid);
    let error = fixture.cache.write(
        "market",
        &config(&["market"]),
        &source(vec![table(&["a"], "x")]),
        BTreeMap::new(),
    );
    assert!(error.unwrap_err().message.starts_with("cannot write cache file"));
}

#[test]
fn what_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let cache = CacheDir::at(dir.path().join("a-file"));
    fs::write(cache.root(), "").unwrap();
    let error = cache.write_config(&config(&["market"])).unwrap_err();
    assert!(error.message.contains("a-file"), "{error}");
    assert!(error.help.contains("writable"), "{error}");

    let read_only = dir.path().join("ro");
    fs::create_dir(&read_only).unwrap();
    let mut permissions = fs::metadata(&read_only).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).unwrap();
    // Root may write all the same; then there is nothing to see.
    if fs::write(read_only.join("probe"), "").is_err() {
        let error = CacheDir::at(read_only.join(".sqlcache")).write_config(&config(&[])).unwrap_err();
        assert!(
            error.to_string().contains("permission denied") || error.to_string().contains("denied"),
            "{error}"
        );
    }
}

#[test]
fn what_is_missing_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = CacheDir::find(dir.path()).unwrap_err();
    assert_eq!(error.code, Code::CacheMissing);
    assert!(error.help.contains("querent pull"), "{error}");

    let cache = CacheDir::at(dir.path().join(".sqlcache"));
    fs::create_dir(cache.root()).unwrap();
    assert!(cache.config().unwrap_err().message.contains("querent.json` is missing"));
    cache.write_config(&config(&["market", "stock"])).unwrap();
    let error = cache.catalog("market").err().unwrap();
    assert_eq!(error.to_string(), "the source `market` was never pulled; run `querent pull market`");
    let error = cache.catalog("markte").err().unwrap();
    assert!(error.help.starts_with("did you mean `market`? add [source.markte] to querent.toml"), "{error}");
}

#[test]
fn the_nearest_cache_upward_is_found() {
    let fixture = Fixture::new(Vec::new());
    let deep = fixture.dir.path().join("crates/app/src");
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(CacheDir::find(&deep).unwrap(), fixture.cache);
    let nearer = fixture.dir.path().join("crates/app/.sqlcache");
    fs::write(&nearer, "a file is no cache").unwrap();
    assert_eq!(CacheDir::find(&deep).unwrap(), fixture.cache);
    fs::remove_file(&nearer).unwrap();
    fs::create_dir(&nearer).unwrap();
    assert_eq!(CacheDir::find(&deep).unwrap().root(), nearer);
}

#[test]
fn two_writers_leave_a_whole_cache() {
    let fixture = Fixture::new(Vec::new());
    let version = |column: &'static str| {
        let tables = (0..20).map(|i| table(&["public", &format!("t{i}")], column));
        tables.chain([table(&[column], column)]).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        for column in ["left", "right"] {
            let fixture = &fixture;
            scope.spawn(move || (0..20).for_each(|_| drop(fixture.write(version(column)))));
        }
        for _ in 0..50 {
            // What is read while others write may mix their tables or miss one that is going, but is never half a file.
            if let Err(error) = fixture.cache.description("market") {
                assert!(error.message.contains("No such file"), "{error}");
            }
        }
    });
    let read = fixture.cache.description("market").unwrap();
    let names: Vec<_> = read.tables.iter().map(|table| table.columns[0].name.clone()).collect();
    assert_eq!(names.len(), 21);
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    let leftovers = fs::read_dir(fixture.path("tables")).unwrap();
    assert!(leftovers.map(|e| e.unwrap().path()).all(|p| p.extension().is_some_and(|e| e == "json")));
}

#[test]
fn source_directories_are_safe_names_too() {
    let dir = tempfile::tempdir().unwrap();
    let cache = CacheDir::at(dir.path());
    let relative = |source: &str| cache.source_file(source).strip_prefix(dir.path()).unwrap().to_owned();
    assert_eq!(relative("market"), Path::new("market/source.json"));
    assert!(relative("nul").to_string_lossy().starts_with("%6eul~"));
    assert!(!relative("..").to_string_lossy().contains(".."));
}

#[test]
fn an_audit_opens_every_file() {
    let tables = || vec![table(&["public", "a"], "x"), table(&["public", "b"], "y")];
    let fixture = Fixture::new(tables());
    assert_eq!(fixture.cache.faults("market"), []);
    let b = fixture.path("tables/public.b.json");
    let good = fs::read_to_string(&b).unwrap();
    let spaced = good.replace(": ", ":  ");
    for bytes in [&b""[..], &good.as_bytes()[..good.len() / 2], b"\xff\x00\x01", b"{}", spaced.as_bytes()] {
        fs::write(&b, bytes).unwrap();
        let faults = fixture.cache.faults("market");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].code, Code::CacheInvalid);
        assert!(faults[0].message.contains("public.b.json"), "{faults:?}");
        assert_eq!(faults[0].help, "run `querent pull market`");
    }
    fs::write(&b, good.replace('\n', "\r\n")).unwrap();
    assert_eq!(fixture.cache.faults("market"), []);
    for stray in ["notes.txt", "No Table.json", "public.c.json"] {
        fs::write(fixture.path("tables").join(stray), &good).unwrap();
        let faults = fixture.cache.faults("market");
        assert!(faults.len() == 1 && faults[0].message.contains(stray), "{faults:?}");
        fs::remove_file(fixture.path("tables").join(stray)).unwrap();
    }
    fs::write(fixture.path("source.json"), "").unwrap();
    let faults = fixture.cache.faults("market");
    assert!(faults.len() == 1 && faults[0].message.contains("source.json"), "{faults:?}");
}
