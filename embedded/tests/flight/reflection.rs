//! What the server says of its tables and of itself.

use arrow_flight::IpcMessage;
use arrow_flight::sql::{
    CommandGetCatalogs, CommandGetCrossReference, CommandGetDbSchemas, CommandGetExportedKeys,
    CommandGetImportedKeys, CommandGetPrimaryKeys, CommandGetSqlInfo, CommandGetTableTypes, CommandGetTables,
    CommandGetXdbcTypeInfo, CommandStatementSubstraitPlan, ProstMessageExt, SqlInfo,
};
use bytes::Bytes;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Int32Type, Schema, UInt32Type};
use querent_embedded::{Access, Server};
use tonic::Code;

use crate::client::{Client, Folder, both, fields, lines, scripted};

const TABLES: &str =
    "CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR, cost DECIMAL(10, 2), PRIMARY KEY (id, name));
    CREATE TABLE t_x (id INT);
    CREATE VIEW v AS SELECT id FROM t;
    CREATE SCHEMA other;
    CREATE TABLE other.t (k INT, PRIMARY KEY (k));";

fn all_tables() -> CommandGetTables {
    CommandGetTables {
        catalog: None,
        db_schema_filter_pattern: None,
        table_name_filter_pattern: None,
        table_types: Vec::new(),
        include_schema: false,
    }
}

#[tokio::test]
async fn catalogs_and_schemas() {
    let client = scripted(TABLES).await;
    let rows = client.command(&CommandGetCatalogs {}).await.expect("catalogs");
    assert_eq!(lines(&rows), ["datafusion"]);
    let mut command = CommandGetDbSchemas { catalog: None, db_schema_filter_pattern: None };
    let rows = client.command(&command).await.expect("schemas");
    let all = ["datafusion|information_schema", "datafusion|other", "datafusion|public"];
    assert_eq!(lines(&rows), all);
    command.db_schema_filter_pattern = Some("p%".to_owned());
    let rows = client.command(&command).await.expect("schemas");
    assert_eq!(lines(&rows), ["datafusion|public"]);
    command.catalog = Some(String::new());
    let rows = client.command(&command).await.expect("schemas");
    assert_eq!(rows.num_rows(), 0, "none is without a catalog");
}

#[tokio::test]
async fn tables_are_listed_without_a_catalog() {
    let client = scripted(TABLES).await;
    let rows = client.command(&all_tables()).await.expect("tables");
    let all = [
        "datafusion|other|t|TABLE",
        "datafusion|public|t|TABLE",
        "datafusion|public|t_x|TABLE",
        "datafusion|public|v|VIEW",
    ];
    assert_eq!(lines(&rows), all);
    for (command, expected) in [
        (CommandGetTables { catalog: Some("datafusion".to_owned()), ..all_tables() }, &all[..]),
        (CommandGetTables { catalog: Some("none".to_owned()), ..all_tables() }, &[]),
        (CommandGetTables { db_schema_filter_pattern: Some("oth%".to_owned()), ..all_tables() }, &all[..1]),
        (CommandGetTables { table_name_filter_pattern: Some("t_%".to_owned()), ..all_tables() }, &all[2..3]),
        (CommandGetTables { table_types: vec!["VIEW".to_owned()], ..all_tables() }, &all[3..]),
    ] {
        let rows = client.command(&command).await.expect("tables");
        assert_eq!(lines(&rows), expected, "{command:?}");
    }
    let system = CommandGetTables { table_types: vec!["SYSTEM TABLE".to_owned()], ..all_tables() };
    let rows = client.command(&system).await.expect("tables");
    assert!(rows.num_rows() >= 5, "the tables of information_schema");
    let rows = client.command(&CommandGetTableTypes {}).await.expect("types");
    assert_eq!(lines(&rows), ["SYSTEM TABLE", "TABLE", "VIEW"]);
}

fn schema_of(rows: &RecordBatch, idx: usize) -> Schema {
    let bytes = rows.column(4).as_binary::<i32>().value(idx);
    Schema::try_from(IpcMessage(Bytes::copy_from_slice(bytes))).expect("a schema")
}

#[tokio::test]
async fn tables_have_their_schemas() {
    let folder = Folder::new();
    let script = folder.write("t.sql", TABLES);
    let csv = folder.write("c.csv", "id,name\n1,a\n");
    let server = Server::builder().path(script).path(csv).open().await.expect("a server");
    let both = both(&server).await;
    for client in &both.clients {
        let command = CommandGetTables {
            db_schema_filter_pattern: Some("public".to_owned()),
            include_schema: true,
            ..all_tables()
        };
        let rows = client.command(&command).await.expect("tables");
        let names: Vec<&str> = rows.column(2).as_string::<i32>().iter().flatten().collect();
        assert_eq!(names, ["c", "t", "t_x", "v"]);
        assert_eq!(fields(&schema_of(&rows, 0)), ["id: Int64?", "name: Utf8?"]);
        let table = schema_of(&rows, 1);
        assert_eq!(fields(&table), ["id: Int64", "name: Utf8View?", "cost: Decimal128(10, 2)?"]);
        let metadata = table.field(2).metadata();
        for (key, value) in [
            ("TYPE_NAME", "DECIMAL(10, 2)"),
            ("PRECISION", "10"),
            ("SCALE", "2"),
            ("TABLE_NAME", "t"),
            ("SCHEMA_NAME", "public"),
            ("CATALOG_NAME", "datafusion"),
            ("IS_AUTO_INCREMENT", "0"),
            ("IS_READ_ONLY", "0"),
        ] {
            let key = format!("ARROW:FLIGHT:SQL:{key}");
            assert_eq!(metadata.get(&key).map(String::as_str), Some(value), "{key}");
        }
        let file = schema_of(&rows, 0);
        assert_eq!(file.field(0).metadata()["ARROW:FLIGHT:SQL:IS_READ_ONLY"], "1");
    }
}

#[tokio::test]
async fn primary_keys_are_those_declared() {
    let client = scripted(TABLES).await;
    let mut command =
        CommandGetPrimaryKeys { catalog: None, db_schema: Some("public".to_owned()), table: "t".to_owned() };
    let rows = client.command(&command).await.expect("keys");
    assert_eq!(lines(&rows), ["datafusion|public|t|id||1", "datafusion|public|t|name||2"]);
    command.db_schema = None;
    assert_eq!(client.command(&command).await.expect("keys").num_rows(), 3);
    command.table = "t_x".to_owned();
    assert_eq!(client.command(&command).await.expect("no keys").num_rows(), 0);
    command.table = "missing".to_owned();
    assert_eq!(client.command(&command).await.expect("no keys").num_rows(), 0);
}

#[tokio::test]
async fn there_are_no_foreign_keys() {
    let client = scripted(TABLES).await;
    let imported = CommandGetImportedKeys { catalog: None, db_schema: None, table: "t".to_owned() };
    let exported = CommandGetExportedKeys { catalog: None, db_schema: None, table: "t".to_owned() };
    let cross = CommandGetCrossReference {
        pk_catalog: None,
        pk_db_schema: None,
        pk_table: "t".to_owned(),
        fk_catalog: None,
        fk_db_schema: None,
        fk_table: "t_x".to_owned(),
    };
    for rows in
        [client.command(&imported).await, client.command(&exported).await, client.command(&cross).await]
    {
        let rows = rows.expect("an answer");
        assert_eq!((rows.num_rows(), rows.num_columns()), (0, 13));
    }
}

/// The value of one id: the child of the union that the row points at.
fn info_value(rows: &RecordBatch, id: SqlInfo) -> String {
    let ids = rows.column(0).as_primitive::<UInt32Type>();
    let idx = ids.iter().position(|found| found == Some(id as u32)).expect("this id");
    let union = rows.column(1).as_union();
    let value = union.value(idx);
    let field = datafusion::arrow::util::display::array_value_to_string(&value, 0);
    field.expect("printable")
}

#[tokio::test]
async fn the_server_says_what_it_is() {
    let folder = Folder::new();
    let script = folder.write("t.sql", TABLES);
    for (access, read_only) in [(Access::ReadOnly, "true"), (Access::ReadWrite, "false")] {
        let server = Server::builder().path(&script).access(access).open().await;
        let client = Client::in_process(&server.expect("a server"));
        let rows = client.command(&CommandGetSqlInfo { info: Vec::new() }).await.expect("infos");
        for (id, value) in [
            (SqlInfo::FlightSqlServerReadOnly, read_only),
            (SqlInfo::FlightSqlServerSql, "true"),
            (SqlInfo::FlightSqlServerTransaction, "0"),
            (SqlInfo::FlightSqlServerCancel, "true"),
            (SqlInfo::SqlIdentifierQuoteChar, "\""),
            (SqlInfo::SqlTransactionsSupported, "false"),
            (SqlInfo::FlightSqlServerArrowVersion, datafusion::arrow::ARROW_VERSION),
        ] {
            assert_eq!(info_value(&rows, id), value, "{id:?}");
        }
        assert!(rows.num_rows() > 50, "{}", rows.num_rows());
    }
}

#[tokio::test]
async fn single_infos_can_be_asked_for() {
    let client = scripted(TABLES).await;
    for (asked, expected) in
        [(vec![0, 2, 3, 504], vec![0, 2, 3, 504]), (vec![504, 504], vec![504]), (vec![4711], vec![])]
    {
        let rows = client.command(&CommandGetSqlInfo { info: asked }).await.expect("infos");
        let ids = rows.column(0).as_primitive::<UInt32Type>().values().to_vec();
        assert_eq!(ids, expected);
    }
}

#[tokio::test]
async fn types_are_listed() {
    let client = scripted(TABLES).await;
    let rows = client.command(&CommandGetXdbcTypeInfo { data_type: None }).await.expect("types");
    assert!(rows.num_rows() >= 19);
    let rows = client.command(&CommandGetXdbcTypeInfo { data_type: Some(12) }).await.expect("types");
    assert_eq!(rows.column(0).as_string::<i32>().value(0), "VARCHAR");
    assert_eq!(rows.column(1).as_primitive::<Int32Type>().value(0), 12);
    assert!(rows.column(3).is_valid(0), "a literal has a prefix");
}

/// GetSchema says what GetFlightInfo promises, for every command.
#[tokio::test]
async fn schemas_of_commands() {
    let client = scripted(TABLES).await;
    async fn check(client: &Client, command: &impl ProstMessageExt) {
        let schema = client.schema(command).await.expect("a schema");
        let rows = client.command(command).await.expect("rows");
        assert_eq!(schema, *rows.schema());
    }
    check(&client, &all_tables()).await;
    check(&client, &CommandGetTables { include_schema: true, ..all_tables() }).await;
    check(&client, &CommandGetSqlInfo { info: vec![0] }).await;
    check(&client, &CommandGetXdbcTypeInfo { data_type: None }).await;
    check(&client, &CommandGetTableTypes {}).await;
    check(&client, &CommandGetCatalogs {}).await;
    let plan = CommandStatementSubstraitPlan { plan: None, transaction_id: None };
    let error = client.schema(&plan).await.expect_err("no Substrait");
    assert_eq!(error.code(), Code::Unimplemented);
}
