//! Sources made of Pinot's own JSON files: schemas and table configs as its users keep them in git.

use std::collections::BTreeMap;

use querent_schema::ddl::{Evaluated, File, evaluate, evaluate_with};
use querent_schema::dialect;
use querent_types::TableDescription;

fn made(files: &[(&str, &str)], nulls: bool) -> Evaluated {
    let files: Vec<File> = files
        .iter()
        .map(|(name, text)| File { name: (*name).to_owned(), text: (*text).to_owned() })
        .collect();
    let options = BTreeMap::from([("null_handling".to_owned(), nulls.to_string())]);
    evaluate_with(&files, dialect::by_name("pinot-sse").unwrap(), &options)
}

/// `name type[?]` of each column that `*` gives.
fn columns(table: &TableDescription) -> String {
    let shown = table.columns.iter().filter(|column| !column.hidden).map(|column| {
        let ty = column.ty.as_ref().map_or("unknown".to_owned(), ToString::to_string);
        format!("{} {ty}{}", column.name, if column.nullable { "?" } else { "" })
    });
    shown.collect::<Vec<_>>().join(", ")
}

const CLICKS: &str = r#"{
  "schemaName": "clicks", "enableColumnBasedNullHandling": true, "primaryKeyColumns": ["id"],
  "dimensionFieldSpecs": [
    {"name": "id", "dataType": "LONG", "notNull": true},
    {"name": "tags", "dataType": "STRING", "singleValueField": false},
    {"name": "Agent", "dataType": "JSON"}
  ],
  "metricFieldSpecs": [{"name": "ms", "dataType": "INT"}],
  "dateTimeFieldSpecs": [
    {"name": "at", "dataType": "TIMESTAMP", "format": "TIMESTAMP", "granularity": "1:MILLISECONDS"},
    {"name": "day", "dataType": "LONG", "format": "1:DAYS:EPOCH", "granularity": "1:DAYS"}
  ],
  "complexFieldSpecs": [{"name": "attrs", "dataType": "MAP", "fieldType": "COMPLEX", "childFieldSpecs": {
    "key": {"name": "key", "dataType": "STRING"}, "value": {"name": "value", "dataType": "INT"}}}]
}"#;

const OFFLINE: &str = r#"{"tableName": "clicks_OFFLINE", "tableType": "OFFLINE",
  "segmentsConfig": {"schemaName": "clicks", "timeColumnName": "at", "replication": "1"},
  "ingestionConfig": {"transformConfigs": [{"columnName": "day", "transformFunction": "toEpochDays(at)"}]}}"#;

const REALTIME: &str = r#"{"tableName": "clicks", "tableType": "REALTIME",
  "segmentsConfig": {"timeColumnName": "at"}, "upsertConfig": {"mode": "FULL"}}"#;

#[test]
fn a_schema_alone_is_a_table() {
    let made = made(&[("pinot/clicks.json", CLICKS)], false);
    assert!(made.findings.is_empty(), "{:?}", made.findings);
    let [table] = &made.source.tables[..] else { panic!("{:?}", made.source.tables) };
    assert_eq!(table.path, ["clicks"]);
    assert_eq!(table.primary_key, ["id"]);
    // In the order of `SELECT *`: capital letters first. Without null handling nothing is NULL.
    assert_eq!(
        columns(table),
        "Agent Json, at Timestamp(ms, \"UTC\"), attrs Json, day Int64, id Int64, ms Int32, tags List(Utf8)"
    );
    let hidden: Vec<&str> =
        table.columns.iter().filter(|column| column.hidden).map(|column| column.name.as_str()).collect();
    assert_eq!(hidden, ["$docId", "$hostName", "$segmentName"]);
    assert_eq!(made.source.options["engine"], "single-stage");
    assert_eq!(made.source.options["null_handling"], "false");
}

#[test]
fn null_handling_decides_what_may_be_null() {
    let by_column = made(&[("clicks.json", CLICKS)], true).source.tables.remove(0);
    assert!(columns(&by_column).contains("id Int64, ms Int32?"), "{}", columns(&by_column));
    let plain = CLICKS.replace("\"enableColumnBasedNullHandling\": true,", "");
    let none = made(&[("clicks.json", &plain)], true).source.tables.remove(0);
    assert!(!columns(&none).contains('?'), "{}", columns(&none));
    let wide = OFFLINE
        .replace("\"tableType\"", "\"tableIndexConfig\": {\"nullHandlingEnabled\": true}, \"tableType\"");
    let all = made(&[("clicks.json", &plain), ("t.json", &wide)], true).source.tables.remove(0);
    assert!(columns(&all).contains("id Int64?"), "{}", columns(&all));
}

/// Pinot's own example `clientSalaryNulls` writes them so, and servers take it (1.5.1).
#[test]
fn flags_may_be_texts() {
    let texts = CLICKS.replace(": true", ": \"True\"").replace(": false", ": \"false\"");
    assert_ne!(texts, CLICKS);
    let [texts, flags] =
        [&texts, CLICKS].map(|text| made(&[("clicks.json", text)], true).source.tables.remove(0));
    assert_eq!(columns(&texts), columns(&flags));
    let dimension = OFFLINE.replace("\"tableType\"", "\"isDimTable\": \"true\", \"tableType\"");
    let table = made(&[("clicks.json", CLICKS), ("t.json", &dimension)], true).source.tables.remove(0);
    assert_eq!(table.properties["dimension"], "true");
}

#[test]
fn table_configs_say_which_tables_there_are() {
    let unused = r#"{"schemaName": "other", "dimensionFieldSpecs": []}"#;
    let files =
        [("s.json", CLICKS), ("offline.json", OFFLINE), ("realtime.json", REALTIME), ("other.json", unused)];
    let made = made(&files, false);
    assert!(made.findings.is_empty(), "{:?}", made.findings);
    let [table] = &made.source.tables[..] else { panic!("{:?}", made.source.tables) };
    let property = |key: &str| table.properties.get(key).map(String::as_str);
    assert_eq!(property("kind"), Some("offline+realtime"));
    assert_eq!(property("time_column"), Some("at"));
    assert_eq!(property("upsert"), Some("full"));
    let day = table.columns.iter().find(|column| column.name == "day").unwrap();
    assert_eq!(day.comment.as_deref(), Some("computed at ingestion: toEpochDays(at)"));
    assert_eq!(made.notes[0].text, "schema other, which no table has was skipped");
}

#[test]
fn documents_of_the_controller_are_taken_too() {
    let whole = format!(r#"{{"tableName": "clicks", "schema": {CLICKS}, "offline": {OFFLINE}}}"#);
    let one = made(&[("clicks.json", &whole)], false);
    assert_eq!(one.source.tables[0].properties["kind"], "offline");
    let both = format!(r#"[{CLICKS}, {{"OFFLINE": {OFFLINE}, "REALTIME": {REALTIME}}}]"#);
    let two = made(&[("clicks.json", &both)], false);
    assert_eq!(two.source.tables[0].properties["kind"], "offline+realtime");
    assert_eq!(columns(&one.source.tables[0]), columns(&two.source.tables[0]));
}

#[test]
fn logical_and_dimension_tables() {
    let schema = r#"{"schemaName": "orders", "dimensionFieldSpecs": [{"name": "id", "dataType": "INT"}]}"#;
    let logical = r#"{"tableName": "orders", "physicalTableConfigMap": {"ordersEu_OFFLINE": {}, "ordersUs_OFFLINE": {}},
        "refOfflineTableName": "ordersEu_OFFLINE"}"#;
    let teams = r#"{"schemaName": "teams", "dimensionFieldSpecs": [{"name": "id", "dataType": "STRING"}]}"#;
    let config =
        r#"{"tableName": "teams", "tableType": "OFFLINE", "isDimTable": true, "segmentsConfig": {}}"#;
    let files = [("a.json", schema), ("b.json", logical), ("c.json", teams), ("d.json", config)];
    let made = made(&files, false);
    assert!(made.findings.is_empty(), "{:?}", made.findings);
    let [orders, teams] = &made.source.tables[..] else { panic!("{:?}", made.source.tables) };
    assert_eq!(orders.properties["kind"], "logical");
    assert_eq!(orders.properties["tables"], "ordersEu_OFFLINE,ordersUs_OFFLINE");
    assert_eq!(teams.properties["dimension"], "true");
}

/// Types and NULLs are those of the parts (1.5.1); of those that are not known any value may be NULL.
#[test]
fn a_logical_table_is_as_its_parts_are() {
    let schema = |name: &str, id: &str, not_null: bool| {
        format!(
            r#"{{"schemaName": "{name}", "enableColumnBasedNullHandling": true, "dimensionFieldSpecs": [
                {{"name": "id", "dataType": "{id}", "notNull": true}},
                {{"name": "note", "dataType": "STRING", "notNull": {not_null}}}]}}"#
        )
    };
    let of = |part: &str, more: &str| {
        let config = r#"{"tableName": "eu", "tableType": "OFFLINE", "segmentsConfig": {}}"#;
        let logical =
            format!(r#"{{"tableName": "all", "physicalTableConfigMap": {{"eu_OFFLINE": {{}}{more}}}}}"#);
        let whole = schema("all", "INT", true);
        made(&[("a.json", &whole), ("b.json", part), ("c.json", config), ("d.json", &logical)], true)
    };
    let [same, nulls, long] =
        [("INT", true), ("INT", false), ("LONG", true)].map(|(id, not_null)| schema("eu", id, not_null));
    assert_eq!(columns(&of(&same, "").source.tables[0]), "id Int32, note Utf8");
    assert_eq!(columns(&of(&nulls, "").source.tables[0]), "id Int32, note Utf8?");
    let unknown = of(&same, r#", "us_OFFLINE": {"multiCluster": true}"#);
    assert_eq!(columns(&unknown.source.tables[0]), "id Int32?, note Utf8?");
    let differs = of(&long, "");
    assert_eq!(columns(&differs.source.tables[0]), "id unknown, note Utf8");
    assert_eq!(
        differs.findings[0].diagnostic.message,
        "all.id is Int32, and Int64 in eu, of which all is made"
    );
}

#[track_caller]
fn refused(files: &[(&str, &str)], expected: &[&str]) {
    let made = made(files, false);
    let said: Vec<String> = made
        .findings
        .iter()
        .map(|found| format!("{}:{}:{} {}", found.file, found.line, found.column, found.diagnostic.message))
        .collect();
    assert_eq!(said, expected);
}

#[test]
fn what_is_wrong_is_told_with_its_file() {
    refused(
        &[("a.json", "{\n  \"schemaName\": \"a\",\n}")],
        &["a.json:3:1 this is not JSON: trailing comma"],
    );
    refused(
        &[("a.json", OFFLINE)],
        &["a.json:1:1 table `clicks` has the schema `clicks`, which no file holds"],
    );
    refused(
        &[("s.json", CLICKS), ("a.json", OFFLINE), ("b.json", OFFLINE)],
        &["b.json:1:1 table `clicks` is configured twice"],
    );
    refused(
        &[("s.json", CLICKS), ("t.json", &CLICKS.replace("\"INT\"", "\"LONG\""))],
        &["t.json:1:1 schema `clicks` is there twice, and differs"],
    );
    let odd = r#"{"schemaName": "a", "dimensionFieldSpecs": [{"name": "x", "dataType": "COMPLEX128"}]}"#;
    refused(
        &[("a.json", odd)],
        &["a.json:1:1 column `x` has the type COMPLEX128, of which querent knows nothing"],
    );
    let nameless = r#"{"schemaName": "a", "dimensionFieldSpecs": [{"dataType": "INT"}]}"#;
    refused(&[("a.json", nameless)], &["a.json:1:1 a field has `name` and `dataType`: one has no `name`"]);
    let twice = r#"{"schemaName": "a", "dimensionFieldSpecs": [{"name": "x", "dataType": "INT"}],
        "metricFieldSpecs": [{"name": "x", "dataType": "INT"}]}"#;
    refused(&[("a.json", twice)], &["a.json:1:1 there are two fields `x`"]);
}

#[test]
fn other_documents_and_sql_are_skipped() {
    let made = made(
        &[("s.json", CLICKS), ("job.json", r#"{"executionFrameworkSpec": {}}"#), ("x.sql", "SELECT 1")],
        false,
    );
    assert!(made.findings.is_empty());
    let notes: Vec<String> = made.notes.iter().map(|note| format!("{}: {}", note.file, note.text)).collect();
    assert_eq!(
        notes,
        [
            "job.json: a document that is neither a schema nor a table config was skipped",
            "x.sql: it was skipped: beside JSON files there is no SQL",
        ]
    );
}

#[test]
fn sql_is_still_read_where_there_is_no_json() {
    let file =
        File { name: "a.sql".to_owned(), text: "CREATE TABLE t (i INT NOT NULL, s STRING)".to_owned() };
    let made = evaluate(&[file], dialect::by_name("pinot-mse").unwrap());
    assert!(made.findings.is_empty(), "{:?}", made.findings);
    assert_eq!(columns(&made.source.tables[0]), "i Int32, s Utf8?");
}
