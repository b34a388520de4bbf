//! What `querent pull` learns of a node, against what was created there.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use querent_core::types::{CacheDescription, ObjectType, SourceDescription, TableDescription};
use querent_core::{Backend as _, ErrorKind};
use querent_ignite::{Ignite, IgniteOptions, describe};
use querent_protocol::ignite::code::{Features, Version};
use querent_protocol::ignite::config::{
    AtomicityMode, CacheConfiguration, CacheMode, KeyConfiguration, QueryEntity, QueryField,
};
use querent_protocol::ignite::handshake::{Agreed, Hello, Reply};
use querent_protocol::ignite::hash;
use querent_protocol::ignite::meta::{BinaryField, BinaryType, Schema};
use querent_protocol::ignite::request::{self, CreateOp, CreateWith, Expiry, ExpiryPolicy, Request, TypePut};

use crate::private::Private;
use crate::{pool, run_sql, table};

crate::tests! { ANY:
    tables_are_as_they_were_created,
    keys_and_options_are_told,
    caches_and_binary_types_are_told,
    views_have_columns,
    two_pulls_are_the_same,
    an_engine_that_is_not_there_is_refused,
    a_zone_that_is_not_there_is_refused,
}

crate::tests! { H2: options_of_h2_alone_are_told, }
crate::tests! { NY: the_zone_is_told, }
crate::tests! { AUTH: wrong_passwords_are_told, }
crate::tests! { TLS: a_node_with_tls_is_described, }
crate::tests! { KV: a_node_without_sql_is_described, }

async fn described(url: &str) -> SourceDescription {
    let options = IgniteOptions::parse(url).expect("the URL is one");
    describe(&options).await.unwrap_or_else(|error| panic!("{error:?}"))
}

fn named<'d>(description: &'d SourceDescription, path: &[&str]) -> &'d TableDescription {
    let found = description.tables.iter().find(|table| table.path == path);
    found.unwrap_or_else(|| panic!("no {path:?}: {:?}", description.notes))
}

/// A table, a line each for what it is and for its columns: `name type native`, and what is particular.
fn text(table: &TableDescription) -> String {
    let mut text = format!("{:?} key({}) {:?}\n", table.kind, table.primary_key.join(","), table.properties);
    for column in &table.columns {
        let ty = column.ty.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
        let native = column.native.as_deref().unwrap_or("-");
        text += &format!("{} {ty} {native}", column.name);
        for (word, is) in
            [(" NOT NULL", !column.nullable), (" default", column.has_default), (" hidden", column.hidden)]
        {
            text += if is { word } else { "" };
        }
        text += "\n";
    }
    text
}

#[track_caller]
fn check(description: &SourceDescription, name: &str, expected: &str) {
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let found = text(named(description, &["PUBLIC", name]));
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{name}");
}

async fn tables_are_as_they_were_created(url: String) {
    let pool = pool(&url).await;
    table(
        &pool,
        "pull_types",
        "(id INT PRIMARY KEY, bo BOOLEAN, ti TINYINT, si SMALLINT NOT NULL, bi BIGINT, re REAL, d DOUBLE, \
         p DECIMAL(10,2), p0 DECIMAL, c CHAR(5), v VARCHAR(20), v0 VARCHAR NOT NULL, da DATE, t TIME, ts TIMESTAMP, \
         bin BINARY(4), vb VARBINARY, u UUID, ot OTHER, dflt INT DEFAULT 7, dstr VARCHAR DEFAULT 'x')",
    )
    .await;
    let description = described(&url).await;
    check(
        &description,
        "PULL_TYPES",
        "Table key(ID) {}
         ID Int32 INTEGER NOT NULL
         BO Boolean BOOLEAN
         TI Int8 TINYINT
         SI Int16 SMALLINT NOT NULL
         BI Int64 BIGINT
         RE Float32 REAL
         D Float64 DOUBLE
         P BigDecimal DECIMAL(10, 2)
         P0 BigDecimal DECIMAL
         C Utf8 VARCHAR(5)
         V Utf8 VARCHAR(20)
         V0 Utf8 VARCHAR NOT NULL
         DA Date32 DATE
         T Time32(ms) TIME
         TS Timestamp(ns) TIMESTAMP
         BIN Binary VARBINARY(4)
         VB Binary VARBINARY
         U Uuid UUID
         OT ? OTHER
         DFLT Int32 INTEGER default
         DSTR Utf8 VARCHAR default
         _KEY Int32 INTEGER NOT NULL default hidden
         _VAL ? - default hidden",
    );
    assert_eq!(description.backend, "ignite");
    let engine = &description.options["engine"];
    assert_eq!(description.dialect, format!("ignite-{engine}"));
    assert_eq!(description.options["zone"], "UTC");
    let server = description.server.expect("it names itself");
    assert_eq!((&*server.name, &*server.version), ("Apache Ignite", "2.17.0"));
    assert_eq!(description.capabilities, ["transactions"]);
}

async fn keys_and_options_are_told(url: String) {
    let pool = pool(&url).await;
    let with = "WITH \"template=replicated,affinity_key=a,atomicity=transactional,cache_name=PullCache,\
                cache_group=PullGroup,key_type=PullKey,value_type=PullValue\"";
    let columns = "(z VARCHAR(9), a INT, k BIGINT, n INT NOT NULL, PRIMARY KEY(k, a))";
    table(&pool, "pull_comp", &format!("{columns} {with}")).await;
    table(&pool, "pull_pair", "(a INT, k INT, n INT, PRIMARY KEY(a, k)) WITH \"affinity_key=k\"").await;
    table(&pool, "pull_kt", "(id INT PRIMARY KEY, n INT) WITH \"key_type=PullKt\"").await;
    table(&pool, "pull_altered", "(id INT PRIMARY KEY, n INT)").await;
    run_sql(&pool, "ALTER TABLE pull_altered ADD COLUMN extra VARCHAR(3)").await;
    run_sql(&pool, "ALTER TABLE pull_altered DROP COLUMN n").await;
    table(&pool, "\"pull odd\"", "(\"Id\" INT PRIMARY KEY, \"na Me\" VARCHAR)").await;
    // What makes the columns of such keys nullable.
    run_sql(&pool, "INSERT INTO pull_pair(a, n) VALUES (1, 1)").await;
    let description = described(&url).await;
    check(
        &description,
        "PULL_COMP",
        "Table key(K,A) {\"affinity_key\": \"A\", \"atomicity\": \"transactional\", \"cache_group\": \"PullGroup\", \
         \"cache_name\": \"PullCache\", \"key_type\": \"PullKey\", \"template\": \"replicated\", \
         \"value_type\": \"PullValue\"}
         Z Utf8 VARCHAR(9)
         A Int32 INTEGER
         K Int64 BIGINT
         N Int32 INTEGER NOT NULL
         _KEY ? - NOT NULL default hidden
         _VAL ? - default hidden",
    );
    check(
        &description,
        "PULL_PAIR",
        "Table key(A,K) {\"affinity_key\": \"K\"}
         A Int32 INTEGER
         K Int32 INTEGER
         N Int32 INTEGER
         _KEY ? - NOT NULL default hidden
         _VAL ? - default hidden",
    );
    check(
        &description,
        "PULL_KT",
        "Table key(ID) {\"key_type\": \"PullKt\"}
         ID Int32 INTEGER
         N Int32 INTEGER
         _KEY ? - NOT NULL default hidden
         _VAL ? - default hidden",
    );
    check(
        &description,
        "PULL_ALTERED",
        "Table key(ID) {}
         ID Int32 INTEGER NOT NULL
         EXTRA Utf8 VARCHAR(3)
         _KEY Int32 INTEGER NOT NULL default hidden
         _VAL ? - default hidden",
    );
    check(
        &description,
        "pull odd",
        "Table key(Id) {}
         Id Int32 INTEGER NOT NULL
         na Me Utf8 VARCHAR
         _KEY Int32 INTEGER NOT NULL default hidden
         _VAL ? - default hidden",
    );
    let cache = cache(&description, "PullCache");
    assert_eq!(
        (cache.key_type.as_deref(), cache.value_type.as_deref()),
        (Some("PullKey"), Some("PullValue"))
    );
    assert_eq!(cache.properties["affinity_key.PullKey"], "A");
    assert_eq!(cache.properties["mode"], "replicated");
    assert_eq!(self::cache(&description, "SQL_PUBLIC_PULL_PAIR").value_type, None);
}

async fn options_of_h2_alone_are_told(url: String) {
    let pool = pool(&url).await;
    table(&pool, "pull_wk", "(id INT PRIMARY KEY, n INT) WITH \"wrap_key=true\"").await;
    table(&pool, "pull_wv", "(id INT PRIMARY KEY, n DECIMAL(5,1)) WITH \"wrap_value=false\"").await;
    let description = described(&url).await;
    check(
        &description,
        "PULL_WK",
        "Table key(ID) {\"wrap_key\": \"true\"}
         ID Int32 INTEGER
         N Int32 INTEGER
         _KEY ? - NOT NULL default hidden
         _VAL ? - default hidden",
    );
    check(
        &description,
        "PULL_WV",
        "Table key(ID) {\"wrap_value\": \"false\"}
         ID Int32 INTEGER NOT NULL
         N BigDecimal DECIMAL(5, 1)
         _KEY Int32 INTEGER NOT NULL default hidden
         _VAL BigDecimal DECIMAL(5, 1) default hidden",
    );
}

/// A node spoken to below the driver.
struct Raw {
    socket: TcpStream,
    agreed: Agreed,
}

impl Raw {
    fn connect(url: &str) -> Raw {
        let mut socket = TcpStream::connect(url.trim_start_matches("ignite://")).expect("the node is there");
        let hello = Hello { features: Features::IMPLEMENTED, ..Hello::default() };
        socket.write_all(&hello.encode(Version::V1_7, 1 << 20).expect("it is short")).expect("sent");
        let reply = Reply::decode(&frame(&mut socket), Version::V1_7).expect("an answer");
        let Reply::Accepted { agreed, .. } = reply else { panic!("refused") };
        Raw { socket, agreed }
    }

    fn ask(&mut self, request: &dyn Request) {
        let frame = request::encode(request, 1, &self.agreed, 1 << 20).expect("it can be sent");
        self.socket.write_all(&frame).expect("sent");
        let answer = self::frame(&mut self.socket);
        // The first bit of the flags behind the id: an error.
        assert_eq!(answer[8] & 1, 0, "{}", String::from_utf8_lossy(&answer));
    }
}

fn frame(socket: &mut TcpStream) -> Vec<u8> {
    let mut len = [0; 4];
    socket.read_exact(&mut len).expect("a length");
    let mut body = vec![0; usize::try_from(u32::from_le_bytes(len)).expect("it fits")];
    socket.read_exact(&mut body).expect("a body");
    body
}

fn cache<'d>(description: &'d SourceDescription, name: &str) -> &'d CacheDescription {
    description.caches.iter().find(|cache| cache.name == name).unwrap_or_else(|| panic!("no cache {name}"))
}

fn object<'d>(description: &'d SourceDescription, name: &str) -> &'d ObjectType {
    description.types.iter().find(|ty| ty.name == name).unwrap_or_else(|| panic!("no type {name}"))
}

/// Makes caches of objects and their types, as a program with classes would.
fn make_objects(url: &str) {
    let mut node = Raw::connect(url);
    let names = [("zip", 3), ("street", 9), ("since", 33), ("tags", 20), ("colour", 28), ("inner", 103)];
    let fields: Vec<BinaryField> = names
        .iter()
        .map(|(name, code)| BinaryField {
            name: (*name).to_owned(),
            type_code: *code,
            id: hash::field_id(name),
        })
        .collect();
    let ids: Vec<i32> = fields.iter().map(|field| field.id).collect();
    node.ask(&TypePut(&BinaryType {
        id: hash::type_id("org.pull.Address", hash::NameMapper::Full),
        name: "org.pull.Address".to_owned(),
        affinity_field: Some("zip".to_owned()),
        fields,
        enum_values: None,
        schemas: vec![Schema { id: hash::schema_id(&ids), field_ids: ids }],
    }));
    node.ask(&TypePut(&BinaryType {
        id: hash::type_id("org.pull.Colour", hash::NameMapper::Full),
        name: "org.pull.Colour".to_owned(),
        enum_values: Some(vec![("RED".to_owned(), 0), ("GREEN".to_owned(), 1), ("BLUE".to_owned(), 7)]),
        ..BinaryType::default()
    }));
    let field = |name: &str, class: &str, in_key: bool, not_null: bool| QueryField {
        name: name.to_owned(),
        java_type: class.to_owned(),
        in_key,
        not_null,
        ..QueryField::default()
    };
    let configuration = CacheConfiguration {
        cache_mode: Some(CacheMode::Partitioned),
        atomicity_mode: Some(AtomicityMode::Transactional),
        backups: Some(1),
        expiry_policy: Some(ExpiryPolicy {
            create: Expiry::Millis(86_400_000),
            update: Expiry::Unchanged,
            access: Expiry::Eternal,
        }),
        key_configurations: Some(vec![KeyConfiguration {
            type_name: "org.pull.Key".to_owned(),
            affinity_field: Some("zip".to_owned()),
        }]),
        query_entities: Some(vec![QueryEntity {
            key_type: Some("org.pull.Key".to_owned()),
            value_type: Some("org.pull.Address".to_owned()),
            table: Some("ADDRESS".to_owned()),
            fields: vec![
                field("zip", "java.lang.Integer", true, false),
                field("street", "java.lang.String", false, true),
                field("since", "java.sql.Timestamp", false, false),
                field("inner", "org.pull.Inner", false, false),
            ],
            ..QueryEntity::default()
        }]),
        ..CacheConfiguration::new("pullAddresses")
    };
    node.ask(&CreateWith { op: CreateOp::GetOrCreate, configuration: &configuration });
    let plain = CacheConfiguration::new("pullPlain");
    node.ask(&CreateWith { op: CreateOp::GetOrCreate, configuration: &plain });
}

async fn caches_and_binary_types_are_told(url: String) {
    make_objects(&url);
    let description = described(&url).await;
    let address = object(&description, "org.pull.Address");
    let fields: Vec<_> = address.fields.iter().map(|f| (f.name.as_str(), f.ty.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("zip", "int"),
            ("street", "String"),
            ("since", "Timestamp"),
            ("tags", "String[]"),
            ("colour", "enum"),
            ("inner", "Object")
        ]
    );
    assert_eq!(address.affinity_key.as_deref(), Some("zip"));
    let colour = object(&description, "org.pull.Colour");
    let values: Vec<_> = colour.values.iter().map(|(name, at)| (name.as_str(), *at)).collect();
    assert_eq!((values, colour.fields.len()), (vec![("RED", 0), ("GREEN", 1), ("BLUE", 7)], 0));
    let addresses = cache(&description, "pullAddresses");
    assert_eq!(addresses.key_type.as_deref(), Some("org.pull.Key"));
    assert_eq!(addresses.value_type.as_deref(), Some("org.pull.Address"));
    let properties: Vec<_> = addresses.properties.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        properties,
        [
            "affinity_key.org.pull.Key=zip",
            "atomicity=transactional",
            "backups=1",
            "expiry_access=eternal",
            "expiry_create=86400000 ms",
            "expiry_update=unchanged",
            "mode=partitioned",
            "partition_loss_policy=ignore",
            "write_synchronization_mode=primary_sync"
        ]
    );
    let plain = cache(&description, "pullPlain");
    assert_eq!((&plain.key_type, &plain.value_type), (&None, &None));
    let table = text(named(&description, &["pullAddresses", "ADDRESS"]));
    let expected = "Table key(ZIP) {\"atomicity\": \"transactional\", \"cache_name\": \"pullAddresses\", \
                    \"key_type\": \"org.pull.Key\", \"value_type\": \"org.pull.Address\"}\n\
                    ZIP Int32 INTEGER\nSTREET Utf8 VARCHAR NOT NULL\nSINCE Timestamp(ns) TIMESTAMP\n\
                    INNER ? OTHER\n_KEY ? - NOT NULL default hidden\n_VAL ? - default hidden\n";
    assert_eq!(table, expected);
}

async fn views_have_columns(url: String) {
    let pool = pool(&url).await;
    // H2 (2.17.0) makes no view anew whose table was dropped.
    run_sql(&pool, "DROP VIEW IF EXISTS pull_view").await;
    table(&pool, "pull_base", "(id INT PRIMARY KEY, v VARCHAR(20), u UUID, n INT NOT NULL)").await;
    run_sql(
        &pool,
        "CREATE OR REPLACE VIEW pull_view AS SELECT id, v, n, n + 1 AS more, u FROM pull_base WHERE n > 1",
    )
    .await;
    let description = described(&url).await;
    let view = named(&description, &["PUBLIC", "PULL_VIEW"]);
    let names: Vec<&str> = view.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["ID", "V", "N", "MORE", "U"]);
    assert_eq!(view.columns[1].ty.as_ref().map(ToString::to_string).as_deref(), Some("Utf8"));
    assert_eq!(view.columns[2].ty.as_ref().map(ToString::to_string).as_deref(), Some("Int32"));
    assert!(view.properties["definition"].to_uppercase().contains("PULL_BASE"));
    let tables = named(&description, &["SYS", "TABLES"]);
    let first: Vec<_> = tables.columns[..2].iter().map(|c| (c.name.as_str(), c.nullable)).collect();
    assert_eq!(first, [("CACHE_GROUP_ID", false), ("CACHE_GROUP_NAME", true)]);
    assert_eq!(tables.columns.len(), 12);
    let known = description.tables.iter().filter(|table| table.path[0] == "SYS").count();
    assert!(known >= 45, "{known}");
}

async fn two_pulls_are_the_same(url: String) {
    // On a node of its own: a server under which caches come and go answers now and then that its topology is too old.
    let is_calcite = std::env::var("QUERENT_TEST_IGNITE_CALCITE_URL").is_ok_and(|calcite| calcite == url);
    let private = Private::start(if is_calcite { "calcite" } else { "h2" }).await;
    let url = private.url.clone();
    let pool = pool(&url).await;
    table(&pool, "pull_same", "(a INT, b INT, c INT, PRIMARY KEY(b, a))").await;
    make_objects(&url);
    let first = format!("{:#?}", described(&url).await);
    for _ in 0..3 {
        assert_eq!(format!("{:#?}", described(&url).await), first);
    }
    let address = url.trim_start_matches("ignite://");
    assert!(!first.contains(address) && !first.contains("127.0.0.1"));
    private.end().await;
}

async fn an_engine_that_is_not_there_is_refused(url: String) {
    let own = described(&url).await.options["engine"].clone();
    let other = if own == "h2" { "calcite" } else { "h2" };
    let options = Ignite::of_source(IgniteOptions::parse(&url).unwrap(), &[("engine", other)]).unwrap();
    let error = describe(&options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch, "{error}");
    assert!(error.message().contains(&own) && error.message().contains(other), "{error}");
}

async fn a_zone_that_is_not_there_is_refused(url: String) {
    let options = Ignite::of_source(IgniteOptions::parse(&url).unwrap(), &[("zone", "Asia/Tokyo")]).unwrap();
    let error = describe(&options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch, "{error}");
    assert!(error.message().contains("UTC") && error.message().contains("Asia/Tokyo"), "{error}");
}

async fn the_zone_is_told(url: String) {
    assert_eq!(described(&url).await.options["zone"], "America/New_York");
}

async fn wrong_passwords_are_told(url: String) {
    let host = url.trim_start_matches("ignite://").rsplit('@').next().expect("a host");
    let url = format!("ignite://ignite:s3cret@{host}");
    let error = describe(&IgniteOptions::parse(&url).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

async fn a_node_with_tls_is_described(url: String) {
    let description = described(&url).await;
    assert_eq!(description.dialect, "ignite-h2");
    assert!(description.notes.is_empty(), "{:?}", description.notes);
}

async fn a_node_without_sql_is_described(url: String) {
    make_objects(&url);
    let description = described(&url).await;
    assert!(description.tables.is_empty() && description.options.is_empty());
    assert_eq!(description.server.expect("it names itself").version, "2.18.0");
    assert!(description.caches.iter().any(|cache| cache.name == "pullPlain"));
    assert!(description.notes[0].contains("no SQL engine"), "{:?}", description.notes);
}
