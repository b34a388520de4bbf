//! SQL files of Ignite as a source: every type, the options, what they leave in the cache.

use std::collections::BTreeMap;

use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_schema::ddl::{Evaluated, File, evaluate};
use querent_schema::dialect;
use querent_types::TableDescription;

fn run(dialect: &str, sql: &str) -> Evaluated {
    let file = File { name: "a.sql".to_owned(), text: sql.to_owned() };
    evaluate(&[file], dialect::by_name(dialect).expect("a dialect"))
}

/// The tables of a script without findings.
#[track_caller]
fn tables(sql: &str) -> Vec<TableDescription> {
    let made = run("ignite-h2", sql);
    assert!(made.findings.is_empty(), "{:?}", made.findings);
    made.source.tables
}

#[track_caller]
fn columns(sql: &str, expected: &str) {
    let tables = tables(sql);
    let column = |column: &querent_types::ColumnDescription| {
        let ty = column.ty.as_ref().map_or("?".to_owned(), ToString::to_string);
        let native = column.native.as_deref().map_or(String::new(), |native| format!(" {native}"));
        let null = if column.nullable { "" } else { " not null" };
        let hidden = if column.hidden { " hidden" } else { "" };
        format!("{} {ty}{native}{null}{hidden}", column.name)
    };
    let shown: Vec<String> = tables[0].columns.iter().map(column).collect();
    assert_eq!(shown.join("\n"), expected);
}

#[track_caller]
fn findings(sql: &str, expected: &[&str]) {
    let made = run("ignite-h2", sql);
    let found: Vec<&str> = made.findings.iter().map(|found| found.diagnostic.message.as_str()).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_type_of_a_column() {
    columns(
        "CREATE TABLE t (id INT PRIMARY KEY, a BOOLEAN, b TINYINT, c SMALLINT, d BIGINT, e REAL, f DOUBLE, \
         g DECIMAL(10,2), h CHAR(5), i VARCHAR(20) NOT NULL, j DATE, k TIME, l TIMESTAMP, m BINARY(3), n VARBINARY, \
         o UUID, p OTHER, q DECIMAL DEFAULT 1.5)",
        "ID Int32 INTEGER not null\n\
         A Boolean BOOLEAN\n\
         B Int8 TINYINT\n\
         C Int16 SMALLINT\n\
         D Int64 BIGINT\n\
         E Float32 REAL\n\
         F Float64 DOUBLE\n\
         G BigDecimal DECIMAL(10, 2)\n\
         H Utf8 CHAR(5)\n\
         I Utf8 VARCHAR(20) not null\n\
         J Date32 DATE\n\
         K Time32(ms) TIME\n\
         L Timestamp(ns) TIMESTAMP\n\
         M Binary BINARY(3)\n\
         N Binary VARBINARY\n\
         O Uuid UUID\n\
         P ?\n\
         Q BigDecimal DECIMAL\n\
         _KEY Int32 INTEGER not null hidden\n\
         _VAL ? hidden",
    );
}

#[test]
fn a_key_that_is_an_object_has_fields_that_may_be_null() {
    columns(
        "CREATE TABLE ev (a INT, b VARCHAR(10), qty INT NOT NULL, PRIMARY KEY (a, b)) WITH \"affinity_key=a\"",
        "A Int32 INTEGER\n\
         B Utf8 VARCHAR(10)\n\
         QTY Int32 INTEGER not null\n\
         _KEY ? not null hidden\n\
         _VAL ? hidden",
    );
    columns(
        "CREATE TABLE ev (a INT PRIMARY KEY, v INT) WITH \"key_type=EvK\"",
        "A Int32 INTEGER\n\
         V Int32 INTEGER\n\
         _KEY ? not null hidden\n\
         _VAL ? hidden",
    );
    columns(
        "CREATE TABLE ev (a INT NOT NULL, v INT, PRIMARY KEY (a)) WITH \"wrap_key=true\"",
        "A Int32 INTEGER not null\n\
         V Int32 INTEGER\n\
         _KEY ? not null hidden\n\
         _VAL ? hidden",
    );
}

#[test]
fn options_are_kept_and_read_back() {
    let sql = "CREATE TABLE IF NOT EXISTS ev (a INT, b VARCHAR, PRIMARY KEY (a, b)) \
               WITH \"TEMPLATE=Partitioned,backups=1,affinity_key=a,cache_name=EV,key_type=EvK,value_type=EvV\"";
    let made = tables(sql);
    let expected: BTreeMap<String, String> = [
        ("affinity_key", "A"),
        ("cache_name", "EV"),
        ("key_type", "EvK"),
        ("template", "partitioned"),
        ("value_type", "EvV"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    assert_eq!(made[0].properties, expected);
    assert_eq!(made[0].primary_key, ["A", "B"]);

    let dir = tempfile::tempdir().unwrap();
    let cache = CacheDir::at(dir.path().join(".sqlcache"));
    let sources = BTreeMap::from([("orders".to_owned(), SourceConfig::default())]);
    let config = Config::new("", sources, TypeDefaults::default());
    cache.write_config(&config).unwrap();
    cache.write("orders", &config, &run("ignite-h2", sql).source, BTreeMap::new()).unwrap();
    assert_eq!(cache.description("orders").unwrap().tables[0], made[0]);
}

/// Without them the driver would take a cluster of the other engine, and no transaction would begin.
#[test]
fn the_dialect_says_engine_and_transactions() {
    for engine in ["h2", "calcite"] {
        let made = run(&format!("ignite-{engine}"), "CREATE TABLE t (id INT PRIMARY KEY, n INT)").source;
        assert_eq!(made.options, BTreeMap::from([("engine".to_owned(), engine.to_owned())]));
        assert_eq!(made.capabilities, ["transactions"]);
    }
    let plain = run("datafusion", "CREATE TABLE t (n INT)").source;
    assert!(plain.options.is_empty() && plain.capabilities.is_empty());
}

#[test]
fn tables_change_in_order() {
    let made = tables(
        "CREATE TABLE zz (a INT PRIMARY KEY, b INT) WITH \"value_type=Z\";\n\
         CREATE INDEX zi ON zz (b);\n\
         ALTER TABLE zz ADD COLUMN IF NOT EXISTS c VARCHAR;\n\
         ALTER TABLE zz ADD COLUMN (d INT, e BIGINT);\n\
         ALTER TABLE zz DROP COLUMN b;\n\
         ALTER TABLE zz DROP COLUMN (d);\n\
         CREATE VIEW vv AS SELECT a, c FROM zz;\n\
         DROP INDEX IF EXISTS zi",
    );
    let names = |table: &TableDescription| -> Vec<String> {
        table.columns.iter().filter(|column| !column.hidden).map(|column| column.name.clone()).collect()
    };
    assert_eq!(made.iter().map(|table| table.path.join(".")).collect::<Vec<_>>(), ["PUBLIC.VV", "PUBLIC.ZZ"]);
    assert_eq!(names(&made[0]), ["A", "C"]);
    assert_eq!(names(&made[1]), ["A", "C", "E"]);
    assert_eq!(made[1].properties.get("value_type").map(String::as_str), Some("Z"));
}

#[test]
fn what_the_server_refuses() {
    findings("CREATE TABLE t (a INT)", &["CREATE TABLE without PRIMARY KEY is not supported by ignite-h2"]);
    findings(
        "CREATE TABLE t (a INT PRIMARY KEY) WITH \"colour=red\"",
        &["CREATE TABLE has no option `colour`"],
    );
    findings("CREATE TABLE t (a INT PRIMARY KEY, b INTERVAL)", &["H2 has no type INTERVAL"]);
}
