//! Documents of the controller.

use querent_protocol::pinot::describe::{self, Broker, Configuration, SourceOptions};
use querent_protocol::pinot::request::Engine;
use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, TableDescription};

use crate::random::Random;
use crate::wire;

fn table(name: &str, null_handling: bool) -> TableDescription {
    let options = SourceOptions { engine: Engine::SingleStage, null_handling };
    describe::table(&wire(name), &options).unwrap()
}

fn column<'t>(table: &'t TableDescription, name: &str) -> &'t ColumnDescription {
    table.columns.iter().find(|column| column.name == name).unwrap()
}

#[test]
fn a_real_table() {
    let table = table("controller-table-all_types", true);
    assert_eq!(table.path, ["all_types"]);
    assert_eq!(table.properties["kind"], "offline");
    let visible: Vec<&str> =
        table.columns.iter().filter(|column| !column.hidden).map(|column| column.name.as_str()).collect();
    assert_eq!(visible.len(), 26);
    assert!(visible.is_sorted(), "SELECT * is in the order of names: {visible:?}");
    for (name, ty, native) in [
        ("id", "Int32", "INT"),
        ("c_long", "Int64", "LONG"),
        ("c_float", "Float32", "FLOAT"),
        ("c_double", "Float64", "DOUBLE"),
        ("c_big_decimal", "BigDecimal", "BIG_DECIMAL"),
        ("c_boolean", "Boolean", "BOOLEAN"),
        ("c_timestamp", "Timestamp(ms, \"UTC\")", "TIMESTAMP"),
        ("c_string", "Utf8", "STRING"),
        ("c_json", "Json", "JSON"),
        ("c_bytes", "Binary", "BYTES"),
        ("c_map", "Json", "MAP<STRING, INT>"),
        ("a_timestamp", "List(Timestamp(ms, \"UTC\"))", "TIMESTAMP_ARRAY"),
        ("a_bytes", "List(Binary)", "BYTES_ARRAY"),
        ("m_big_decimal", "BigDecimal", "BIG_DECIMAL"),
        ("$docId", "Int32", "INT"),
    ] {
        let column = column(&table, name);
        assert_eq!(column.ty.as_ref().unwrap().to_string(), ty, "{name}");
        assert_eq!(column.native.as_deref(), Some(native), "{name}");
        assert_eq!(column.nullable, !matches!(name, "id" | "$docId"), "{name}");
        assert_eq!(column.hidden, name.starts_with('$'), "{name}");
    }
    assert_eq!(column(&table, "d_ts").comment.as_deref(), Some("format TIMESTAMP"));
}

#[test]
fn nulls_come_only_where_they_are_stored_and_asked_for() {
    let any_nullable = |table: TableDescription| table.columns.iter().any(|column| column.nullable);
    assert!(!any_nullable(table("controller-table-all_types", false)));
    assert!(!any_nullable(table("controller-table-all_types_off", true)));
    let older = String::from_utf8(wire("controller-table-all_types_off")).unwrap();
    let older = older.replace("\"nullHandlingEnabled\":false", "\"nullHandlingEnabled\":true");
    for engine in [Engine::SingleStage, Engine::MultiStage] {
        let options = SourceOptions { engine, null_handling: true };
        let table = describe::table(older.as_bytes(), &options).unwrap();
        assert!(table.columns.iter().all(|column| column.nullable || column.hidden));
    }
}

#[test]
fn flags_may_be_texts() {
    let options = SourceOptions { engine: Engine::SingleStage, null_handling: true };
    let flags = String::from_utf8(wire("controller-table-carriers")).unwrap();
    let texts = flags.replace(":true", ":\"true\"").replace(":false", ":\"FALSE\"");
    assert_ne!(texts, flags);
    let [flags, texts] = [flags, texts].map(|body| describe::table(body.as_bytes(), &options).unwrap());
    assert_eq!(texts, flags);
}

#[test]
fn older_and_newer_schemas() {
    let body = r#"{"tableName":"t","schema":{"schemaName":"t","primaryKeyColumns":["k"],
        "dimensionFieldSpecs":[{"name":"k","dataType":"UUID"},{"name":"B","dataType":"INT"},{"name":"s","dataType":"STRUCT"},
            {"name":"u","dataType":"UUID","singleValueField":false}],
        "timeFieldSpec":{"incomingGranularitySpec":{"name":"day","dataType":"INT","timeType":"DAYS"}}},
        "realtime":{"segmentsConfig":{"timeColumnName":"day"}},"offline":{}}"#;
    let table = describe::table(body.as_bytes(), &SourceOptions::default()).unwrap();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["B", "day", "k", "s", "u", "$docId", "$hostName", "$segmentName"]);
    assert_eq!(table.primary_key, ["k"]);
    assert_eq!(
        (table.properties["kind"].as_str(), table.properties["time_column"].as_str()),
        ("offline+realtime", "day")
    );
    assert_eq!(column(&table, "k").ty.as_ref().unwrap().to_string(), "Uuid");
    assert_eq!(column(&table, "u").ty.as_ref().unwrap().to_string(), "List(Uuid)");
    assert_eq!((&column(&table, "s").ty, column(&table, "s").native.as_deref()), (&None, Some("STRUCT")));
    let source = describe::source(&SourceOptions::default(), Some("1.6.0".into()), vec![table]);
    assert_eq!(source.notes, ["t.s has the type STRUCT, which has no counterpart in SQL"]);
}

#[test]
fn queries_that_run() {
    let found = describe::running_queries(br#"{"12":"SELECT 'x'","13":""}"#).unwrap();
    assert_eq!(found, [("12".to_owned(), "SELECT 'x'".to_owned()), ("13".to_owned(), String::new())]);
    assert!(describe::running_queries(b"{}").unwrap().is_empty());
    for other in [&b"[]"[..], br#"{"12":1}"#, b"{", b""] {
        assert!(describe::running_queries(other).is_err());
    }
}

#[test]
fn a_dimension_table_and_what_is_computed() {
    let table = table("controller-table-carriers", true);
    assert_eq!(
        (table.properties["dimension"].as_str(), &table.primary_key[..]),
        ("true", &["carrier".to_owned()][..])
    );
    assert_eq!(column(&table, "shout").comment.as_deref(), Some("computed at ingestion: upper(name)"));
    // The older switch, for the whole table.
    assert!(table.columns.iter().all(|column| column.nullable || column.hidden));
    let upsert = r#"{"tableName":"t","schema":{"dimensionFieldSpecs":[{"name":"v","dataType":"INT",
        "transformFunction":"a + 1","virtualColumnProvider":"x.Y"}]},"realtime":{"upsertConfig":{"mode":"PARTIAL"}}}"#;
    let table = describe::table(upsert.as_bytes(), &SourceOptions::default()).unwrap();
    assert_eq!(table.properties["upsert"], "partial");
    let v = column(&table, "v");
    assert_eq!((v.hidden, v.comment.as_deref()), (true, Some("computed at ingestion: a + 1")));
}

/// On 1.5.1 such a table has two columns that its parts have not; types and NULLs are those of the parts.
#[test]
fn a_logical_table() {
    let options = SourceOptions { engine: Engine::SingleStage, null_handling: true };
    let read = |tables: &[TableDescription], options: &SourceOptions| {
        let (config, schema) = (wire("controller-logical-table"), wire("controller-schema-logical"));
        describe::logical_table(&config, &schema, tables, options).unwrap()
    };
    let carriers = table("controller-table-carriers", true);
    let mut airlines = carriers.clone();
    airlines.path = vec!["airlines".to_owned()];
    airlines.columns.iter_mut().for_each(|column| column.nullable = false);
    let (whole, odd) = read(&[carriers.clone(), airlines], &options);
    assert_eq!((whole.properties["kind"].as_str(), whole.path.join(".")), ("logical", "lg2".to_owned()));
    assert_eq!(whole.properties["tables"], "airlines_OFFLINE,carriers_OFFLINE");
    let nullable = |table: &TableDescription| -> Vec<bool> {
        table.columns.iter().filter(|column| !column.hidden).map(|column| column.nullable).collect()
    };
    // `carrier` and `name` are NOT NULL by its own schema, and NULL in a part.
    assert_eq!(nullable(&whole), [true, false, true, true]);
    assert_eq!(odd.len(), 4, "{odd:?}");
    assert!(odd[0].starts_with("lg2.extra is not in airlines"), "{odd:?}");
    // Of a part that is not known anything may come.
    let (part, odd) = read(&[carriers], &options);
    assert_eq!(nullable(&part), [true; 4]);
    assert!(odd.iter().any(|note| note.contains("not known here")), "{odd:?}");
    let (none, _) = read(&[], &SourceOptions::default());
    assert_eq!(nullable(&none), [false; 4]);
    assert_eq!(describe::logical_table_names(b"[\"a\",\"b\"]").unwrap(), ["a", "b"]);
    assert!(describe::logical_table_names(b"{}").is_err());
}

#[test]
fn a_configuration_that_is_like_others_says_nothing() {
    let read = describe::configuration(&wire("controller-cluster-configs")).unwrap();
    assert_eq!(read, Configuration::default());
    for engine in [Engine::SingleStage, Engine::MultiStage] {
        let mut source = SourceDescription::default();
        read.describe(engine, &mut source);
        assert_eq!(source, SourceDescription::default());
    }
}

#[test]
fn a_configuration_is_kept_where_it_changes_what_queries_mean() {
    // As a broker tells it: keys in lower case, and others that are nobody's business.
    let body = br#"{"pinotConfig":{"enable.case.insensitive":"false","pinot.broker.default.query.limit":"500",
        "pinot.broker.query.response.limit":2000,"pinot.broker.enable.query.limit.override":"true","password":"s3cret",
        "pinot.broker.use.approximate.function":true,"pinot.broker.query.ignore.missing.segments":"TRUE",
        "pinot.multistage.engine.enabled":"false","pinot.broker.multistage.use.lite.mode":"true",
        "pinot.query.sse.parsing.legacy.literal.unescaping":"false"},"jvmConfig":{}}"#;
    let read = describe::configuration(body).unwrap();
    let told = |engine: Engine| {
        let mut source = SourceDescription::default();
        read.describe(engine, &mut source);
        let options: Vec<String> =
            source.options.iter().map(|(key, value)| format!("{key}={value}")).collect();
        (options.join(" "), source.notes)
    };
    let (options, notes) = told(Engine::SingleStage);
    assert_eq!(options, "case_sensitive=true default_limit=500 limit_max=2000");
    assert_eq!(notes.len(), 3, "{notes:?}");
    let (options, notes) = told(Engine::MultiStage);
    assert_eq!((options.as_str(), notes.len()), ("case_sensitive=true", 3), "{notes:?}");
    assert!(!format!("{read:?} {notes:?}").contains("s3cret"));
    // Without the override a LIMIT beyond it is an error of the server's, which needs no word here.
    let strict = describe::configuration(br#"{"pinot.broker.query.response.limit":"2000"}"#).unwrap();
    assert_eq!(strict.limit_max, None);
    let off = describe::configuration(br#"{"pinot.broker.default.query.limit":"-1"}"#).unwrap();
    assert_eq!(off, Configuration::default());
    assert!(describe::configuration(b"[]").is_err());
    // Of several brokers the strictest counts.
    let both = Configuration::strictest([Configuration::default(), read.clone()]).unwrap();
    assert_eq!((both.default_limit, both.limit_max, both.case_insensitive), (10, Some(2000), false));
    assert_eq!(Configuration::strictest([]), None);
}

#[test]
fn a_source() {
    let options = SourceOptions { engine: Engine::MultiStage, null_handling: true };
    let version = describe::version(&wire("controller-version")).unwrap();
    assert_eq!(version, "1.5.1");
    let source = describe::source(&options, Some(version), Vec::new());
    assert_eq!((source.backend.as_str(), source.dialect.as_str()), ("pinot", "pinot-mse"));
    assert_eq!(source.options["engine"], "multi-stage");
    assert_eq!(source.options["null_handling"], "true");
    assert_eq!(source.nullability, NullabilityTrust::Trusted);
}

#[test]
fn lists() {
    let names = describe::table_names(&wire("controller-tables")).unwrap();
    assert_eq!(names, ["airlines", "all_types", "all_types_empty", "all_types_off"]);
    let brokers = describe::brokers(&wire("controller-brokers")).unwrap();
    assert_eq!(brokers["all_types"], [Broker { host: "127.0.0.1".into(), port: 41743 }]);
    assert!(describe::brokers(br#"{"t":[{"host":"h","port":65536}]}"#).is_err());
    assert!(describe::table_names(br#"{"tables":[1]}"#).is_err());
    assert!(describe::version(b"{}").is_err());
}

#[test]
fn damaged_documents_never_panic() {
    let mut random = Random::new(3);
    for _ in 0..2_000 {
        for name in
            ["controller-table-all_types", "controller-tables", "controller-brokers", "controller-version"]
        {
            let mut body = wire(name);
            let at = random.below(body.len() as u64) as usize;
            match random.below(2) {
                0 => body[at] = random.u64() as u8,
                _ => body.truncate(at),
            }
            let _ = describe::table(&body, &SourceOptions::default());
            let _ = describe::table_names(&body);
            let _ = describe::brokers(&body);
            let _ = describe::version(&body);
            let _ = describe::configuration(&body);
            let _ = describe::logical_table_names(&body);
            let _ = describe::logical_table(&body, &body, &[], &SourceOptions::default());
        }
    }
}

#[test]
fn brokers_of_a_tenant() {
    let body =
        br#"[{"host":"127.0.0.1","port":34841,"instanceName":"Broker_127.0.0.1_34841","grpcPort":-1}]"#;
    let brokers = describe::tenant_brokers(body).unwrap();
    assert_eq!((brokers[0].host.as_str(), brokers[0].port, brokers.len()), ("127.0.0.1", 34841, 1));
    assert!(describe::tenant_brokers(b"{}").is_err());
    assert!(describe::tenant_brokers(br#"[{"host":"h"}]"#).is_err());
}

#[test]
fn the_zone_is_what_pinot_says_else_the_jvm() {
    let zone = |pinot: &str, jvm: &str| {
        let text = format!(r#"{{"pinotConfig":{{{pinot}}},"jvmConfig":{{"systemProperties":{{{jvm}}}}}}}"#);
        describe::time_zone(text.as_bytes()).unwrap()
    };
    assert_eq!(zone("", r#""user.timezone":"America/Los_Angeles""#).as_deref(), Some("America/Los_Angeles"));
    assert_eq!(
        zone(r#""pinot.timezone":"Asia/Tokyo""#, r#""user.timezone":"UTC""#).as_deref(),
        Some("Asia/Tokyo")
    );
    assert_eq!(zone("", r#""user.timezone":"""#), None);
    assert_eq!(zone("", ""), None);
    assert!(describe::time_zone(br#"{"code":403,"error":"no"}"#).is_err());
}
