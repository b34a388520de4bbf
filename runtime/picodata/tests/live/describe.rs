//! What `querent pull` learns from system tables as Picodata has them.

use querent_core::types::{
    NullabilityTrust, SourceDescription, SqlType, TableDescription, TableKind, TimeUnit,
};
use querent_core::{Backend as _, ErrorKind, Pool};
use querent_picodata::{Picodata, describe};

use crate::{Stock, pool, run_all};

crate::tests! {
    TESTS:
    a_catalog_is_described_whichever_type_its_json_has,
    missing_rights_are_named_all_at_once,
    a_server_without_a_catalog_is_told,
}

/// As a server of 26.1 printed them; `odd` has what it can hold besides.
const TABLES: &str = r#"(1, 'warehouse', '{"ShardedImplicitly":[["id"],"murmur3","default"]}', '[{"name":"id","field_type":"integer","is_nullable":false},{"name":"bucket_id","field_type":"unsigned","is_nullable":false},{"name":"item","field_type":"string","is_nullable":false}]', true, 'memtx'),
(2, 'goods', '{"Global":null}', '[{"name":"code","field_type":"string","is_nullable":false},{"name":"title","field_type":"string","is_nullable":true}]', true, 'vinyl'),
(3, 'kept', '{"ShardedByField":["bucket_id","hot"]}', '[{"name":"id","field_type":"integer","is_nullable":false},{"name":"bucket_id","field_type":"unsigned","is_nullable":false}]', true, 'memtx'),
(4, 'half_made', '{"Global":null}', '[]', false, 'memtx'),
(5, 'odd', '{"ShardedImplicitly":[["b","a"],"murmur3","default"]}', '[{"name":"a","field_type":"decimal","is_nullable":false},{"name":"b","field_type":"uuid","is_nullable":false},{"name":"c","field_type":"datetime","is_nullable":true},{"name":"d","field_type":"double","is_nullable":true},{"name":"e","field_type":"boolean","is_nullable":true},{"name":"f","field_type":"unsigned","is_nullable":true},{"name":"g","field_type":"map","is_nullable":true},{"name":"h","field_type":"any","is_nullable":true},{"name":"xs","field_type":"array","is_nullable":true},{"name":"i","field_type":"varbinary","is_nullable":true},{"name":"j","field_type":"interval","is_nullable":true},{"name":"ys","field_type":"array","is_nullable":true},{"name":"bucket_id","field_type":"unsigned","is_nullable":false}]', true, 'memtx'),
(6, 'hidden', '{"Global":null}', '[{"name":"zs","field_type":"array","is_nullable":true}]', true, 'memtx'),
(7, '_pico_instance', '{"Global":null}', '[{"name":"current_state","field_type":"array","is_nullable":false}]', true, 'memtx')"#;

const INDEXES: &str = r#"(1, 0, '1_pkey', '[{"unique":true}]', '[["id","integer",null,false,null]]', true),
(2, 0, '2_pkey', '[{"unique":true}]', '[["code","string",null,false,null]]', true),
(2, 1, 'by_title', '[{"unique":true}]', '[["title","string",null,true,null],["code","string",null,false,null]]', true),
(2, 2, 'plain', '[{"unique":false}]', '[["title","string",null,true,null]]', true),
(5, 0, '5_pkey', '[{"unique":true}]', '[["a","decimal",null,false,null],["b","uuid",null,false,null]]', true)"#;

/// Statements that make the catalog in a schema; `json` is the type of what is `map`, `array` or `any`.
fn catalog(schema: &str, json: &str) -> Vec<String> {
    let statements = [
        format!("DROP SCHEMA IF EXISTS {schema} CASCADE"),
        format!("CREATE SCHEMA {schema}"),
        format!(
            "CREATE TABLE {schema}._pico_table (id bigint, name text, distribution {json}, format {json}, operable boolean, engine text)"
        ),
        format!("INSERT INTO {schema}._pico_table VALUES {TABLES}"),
        format!(
            "CREATE TABLE {schema}._pico_index (table_id integer, id bigint, name text, opts {json}, parts {json}, operable boolean)"
        ),
        format!("INSERT INTO {schema}._pico_index VALUES {INDEXES}"),
        format!(
            "CREATE TABLE {schema}._pico_routine (name text, kind text, params {json}, operable boolean)"
        ),
        format!(
            r#"INSERT INTO {schema}._pico_routine VALUES ('move', 'PROCEDURE', '[{{"type":"integer"}},{{"type":"string"}}]', true), ('half', 'PROCEDURE', '[]', false)"#
        ),
        format!("CREATE TABLE {schema}._pico_tier (name text, bucket_count bigint)"),
        format!("INSERT INTO {schema}._pico_tier VALUES ('default', 3000), ('arbiter', 3000), ('hot', NULL)"),
        format!("CREATE TABLE {schema}._pico_instance (picodata_version text)"),
        format!("INSERT INTO {schema}._pico_instance VALUES ('26.1.10-0-gab12'), ('26.1.9-0-gcd34')"),
        format!(
            r#"CREATE FUNCTION {schema}._pico_bucket(tier text) RETURNS json LANGUAGE sql AS $f$ SELECT '[{{"bucket_id_start":1,"bucket_id_end":500,"state":"active"}},{{"bucket_id_start":501,"bucket_id_end":1500}}]'::json $f$"#
        ),
        format!("CREATE TABLE {schema}.odd (xs bigint[], ys json)"),
    ];
    statements.to_vec()
}

async fn described(url: &str) -> SourceDescription {
    describe(&Picodata::options(url).expect("a URL")).await.unwrap_or_else(|error| panic!("{error:?}"))
}

fn table<'s>(source: &'s SourceDescription, name: &str) -> &'s TableDescription {
    source.tables.iter().find(|table| table.path == [name]).unwrap_or_else(|| panic!("no table {name}"))
}

fn types(table: &TableDescription) -> Vec<Option<SqlType>> {
    table.columns.iter().map(|column| column.ty.clone()).collect()
}

async fn a_catalog_is_described_whichever_type_its_json_has(url: String) {
    let pool = pool(&url).await;
    let mut all = Vec::new();
    for json in ["json", "jsonb", "text"] {
        // A user's own schema comes first on the path.
        run_all(&pool, &catalog("querent", json)).await;
        all.push(described(&url).await);
    }
    assert!(all.iter().all(|source| source == &all[0]), "{all:?}");
    let source = &all[0];
    assert_eq!((source.backend.as_str(), source.dialect.as_str()), ("picodata", "picodata"));
    assert_eq!(source.nullability, NullabilityTrust::Trusted);
    let server = source.server.as_ref().expect("a server");
    assert_eq!((server.name.as_str(), server.version.as_str()), ("Picodata", "26.1.9-0-gcd34"));
    let names: Vec<_> = source.tables.iter().map(|table| table.path.join(".")).collect();
    assert_eq!(names, ["_pico_instance", "goods", "hidden", "kept", "odd", "warehouse"]);
    assert_eq!(table(source, "_pico_instance").kind, TableKind::System);

    let warehouse = table(source, "warehouse");
    let columns: Vec<_> = warehouse.columns.iter().map(|c| (c.name.as_str(), c.nullable, c.hidden)).collect();
    assert_eq!(columns, [("id", false, false), ("bucket_id", false, true), ("item", false, false)]);
    assert_eq!(warehouse.primary_key, ["id"]);
    let properties = |name: &str| -> Vec<String> {
        table(source, name).properties.iter().map(|(key, value)| format!("{key}={value}")).collect()
    };
    assert_eq!(
        properties("warehouse"),
        ["distribution=sharded", "engine=memtx", "routing_key=id", "tier=default"]
    );
    assert_eq!(properties("goods"), ["distribution=global", "engine=vinyl", "unique=by_title(title,code)"]);
    assert_eq!(properties("kept"), ["distribution=sharded", "engine=memtx", "tier=hot"]);
    assert_eq!(table(source, "odd").properties[TableDescription::ROUTING_KEY], "b,a");
    assert_eq!(table(source, "odd").primary_key, ["a", "b"]);

    let json = || Some(SqlType::Json);
    let odd = types(table(source, "odd"));
    assert_eq!(
        odd[..3],
        [
            Some(SqlType::BigDecimal),
            Some(SqlType::Uuid),
            Some(SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))
        ]
    );
    assert_eq!(
        odd[3..8],
        [Some(SqlType::Float64), Some(SqlType::Boolean), Some(SqlType::Int64), json(), json()]
    );
    // What the server describes the arrays with, and what has no form on the wire.
    assert_eq!(odd[8..12], [Some(SqlType::list(SqlType::Int64)), None, None, json()]);
    assert_eq!(types(table(source, "hidden")), [json()]);
    assert_eq!(
        source.notes,
        [
            "the instances run different versions (26.1.10-0-gab12, 26.1.9-0-gcd34): queries are checked for 26.1.9-0-gcd34",
            "the table half_made is being made or dropped, and is left out",
            "odd.i has the type VARBINARY, which does not come over the wire",
            "odd.j has the type INTERVAL, which does not come over the wire",
            "the cluster has the procedure move(integer, string)",
            "the tier default has 3000 buckets",
            "the tier hot has 1500 buckets",
        ]
    );
    // From 26.2 on arrays have types on the wire, so that one that cannot be asked for is of none.
    run_all(&pool, &["UPDATE querent._pico_instance SET picodata_version = '26.2.0'".to_owned()]).await;
    let later = described(&url).await;
    assert_eq!(types(table(&later, "hidden")), [None]);
    assert!(later.notes.iter().any(|note| note.starts_with("hidden.zs is an array")), "{:?}", later.notes);
    run_all(&pool, &["DROP SCHEMA querent CASCADE".to_owned()]).await;
}

async fn missing_rights_are_named_all_at_once(url: String) {
    let Ok(plain) = std::env::var("QUERENT_TEST_POSTGRES_MD5_URL") else {
        panic!("QUERENT_TEST_POSTGRES_MD5_URL is not set: tests/servers/postgres.sh prints it");
    };
    let pool: Pool<Stock> = pool(&url).await;
    let schema = "querent_md5";
    run_all(&pool, &catalog(schema, "json")).await;
    let granted = |what: &str| vec![format!("GRANT {what} TO querent_md5")];
    run_all(&pool, &granted(&format!("USAGE ON SCHEMA {schema}"))).await;
    run_all(&pool, &granted(&format!("SELECT ON {schema}._pico_instance"))).await;
    let options = Picodata::options(&plain).expect("a URL");
    let error = describe(&options).await.expect_err("the catalog is closed");
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert_eq!(
        error.message(),
        "the user may not read the system tables that describe the source; an administrator allows it by: \
         GRANT READ ON TABLE _pico_table TO \"querent_md5\"; GRANT READ ON TABLE _pico_index TO \"querent_md5\"; \
         GRANT READ ON TABLE _pico_routine TO \"querent_md5\"; GRANT READ ON TABLE _pico_tier TO \"querent_md5\""
    );
    run_all(&pool, &granted(&format!("SELECT ON {schema}._pico_table"))).await;
    let error = describe(&options).await.expect_err("half of the catalog is closed");
    assert!(error.message().contains("by: GRANT READ ON TABLE _pico_index TO"), "{error}");
    run_all(&pool, &granted(&format!("SELECT ON {schema}._pico_index"))).await;
    let source = described(&plain).await;
    assert_eq!(table(&source, "warehouse").primary_key, ["id"]);
    // Procedures are left out, and the buckets counted in another way.
    let told = |words: &str| source.notes.iter().any(|note| note == words);
    assert!(
        told(
            "the user may not read _pico_routine: GRANT READ ON TABLE _pico_routine lets `querent pull` tell what is in it"
        ),
        "{:?}",
        source.notes
    );
    assert!(told("the tier default has 1500 buckets"), "{:?}", source.notes);
    assert!(!source.notes.iter().any(|note| note.contains("querent_md5")), "a user's name is committed");
    run_all(&pool, &[format!("DROP SCHEMA {schema} CASCADE")]).await;
}

async fn a_server_without_a_catalog_is_told(url: String) {
    // The database has the same user and another schema on no path.
    let (address, _) = url.rsplit_once('/').expect("a database");
    let options = Picodata::options(&format!("{address}/template1")).expect("a URL");
    let error = describe(&options).await.expect_err("there is no catalog");
    assert_eq!(error.kind(), ErrorKind::Query);
    assert!(error.message().starts_with("the server does not tell what is in _pico_table: "), "{error}");
}
