//! Statements that change or define something, and bulk ingestion.

use std::sync::Arc;

use arrow_flight::sql::{
    CommandStatementIngest, DoPutUpdateResult, TableDefinitionOptions, TableExistsOption, TableNotExistOption,
};
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use querent_embedded::{Access, Server};
use tonic::{Code, Status};

use crate::client::{Client, Folder, both, empty_server, lines, scripted, statement};
use crate::parameters::{int, row, text};

const TABLE: &str = "CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR);
    INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, NULL);";

async fn count(client: &Client, table: &str) -> String {
    let rows = client.query(&format!("SELECT count(*) AS n FROM {table}")).await;
    lines(&rows.expect("a count")).remove(0)
}

#[tokio::test]
async fn updates_answer_with_their_count() {
    let both = both(&empty_server().await).await;
    for client in &both.clients {
        assert_eq!(client.update("CREATE TABLE t (id BIGINT, name VARCHAR)").await.expect("made"), 0);
        for (sql, changed) in [
            ("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL)", 3),
            ("INSERT INTO t SELECT id + 10, name FROM t", 3),
            ("UPDATE t SET name = 'x' WHERE id < 3", 2),
            ("UPDATE t SET id = id + 100, name = upper(name) WHERE name = 'x'", 2),
            ("DELETE FROM t WHERE name IS NULL", 2),
            ("DELETE FROM t WHERE id = 4711", 0),
            ("CREATE VIEW v AS SELECT id FROM t", 0),
            ("CREATE TABLE c AS SELECT id FROM t", -1),
        ] {
            assert_eq!(client.update(sql).await.expect(sql), changed, "{sql}");
        }
        let rows = client.query("SELECT * FROM t ORDER BY id").await.expect("rows");
        assert_eq!(lines(&rows), ["11|a", "12|b", "101|X", "102|X"]);
        for sql in ["DROP VIEW v", "DROP TABLE c", "DROP TABLE t"] {
            assert_eq!(client.update(sql).await.expect(sql), 0);
        }
        let error = client.query("SELECT * FROM t").await.expect_err("dropped");
        assert_eq!(error.code(), Code::InvalidArgument);
    }
}

/// ADBC sends every statement as a query and does not always read the answer.
#[tokio::test]
async fn changes_sent_as_queries_run_once_and_at_once() {
    let client = scripted(TABLE).await;
    client.info(&statement("CREATE TABLE made (id INT)")).await.expect("an info");
    assert_eq!(count(&client, "made").await, "0");
    let error = client.info(&statement("CREATE TABLE made (id INT)")).await.expect_err("there");
    assert_eq!(error.code(), Code::AlreadyExists);

    let info = client.info(&statement("INSERT INTO t VALUES (4, 'four')")).await.expect("an info");
    assert_eq!(count(&client, "t").await, "4");
    assert_eq!(lines(&client.read(info).await.expect("a count")), ["1"]);
    assert_eq!(count(&client, "t").await, "4");
    let rows = client.query("DELETE FROM t WHERE id > 2").await.expect("a count");
    assert_eq!(lines(&rows), ["2"]);
}

#[tokio::test]
async fn describing_a_change_does_not_run_it() {
    let client = scripted(TABLE).await;
    for sql in ["DELETE FROM t", "INSERT INTO t VALUES (9, 'x')", "UPDATE t SET id = 0", "DROP TABLE t"] {
        client.schema(&statement(sql)).await.expect(sql);
        client.prepare(sql).await.expect(sql);
        client.query(&format!("EXPLAIN {sql}")).await.ok();
        let rows = client.query("SELECT * FROM t ORDER BY id").await.expect(sql);
        assert_eq!(lines(&rows), ["1|one", "2|two", "3|"], "{sql}");
    }
}

#[tokio::test]
async fn prepared_changes_run_once_for_each_row() {
    let both = both(&empty_server().await).await;
    for client in &both.clients {
        client.update("CREATE OR REPLACE TABLE t (id BIGINT NOT NULL, name VARCHAR)").await.expect("made");
        let insert = client.prepare("INSERT INTO t VALUES ($1, $2)").await.expect("a plan");
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("c")]));
        let batch = row(vec![ids, names]);
        let changed = client.execute_update(&insert.handle, vec![batch.clone(), batch]).await;
        assert_eq!(changed.expect("six rows"), 6);
        let update = client.prepare("UPDATE t SET name = ? WHERE id = ?").await.expect("a plan");
        let changed = client.execute_update(&update.handle, vec![row(vec![text("z"), int(2)])]).await;
        assert_eq!(changed.expect("two rows"), 2);
        let rows = client.query("SELECT name, count(*) AS n FROM t GROUP BY name ORDER BY name").await;
        assert_eq!(lines(&rows.expect("rows")), ["a|2", "c|2", "z|2"]);
        let delete = client.prepare("DELETE FROM t").await.expect("a plan");
        assert_eq!(client.execute_update(&delete.handle, Vec::new()).await.expect("all"), 6);
    }
}

/// arrow-rs binds with one request and runs the update with another.
#[tokio::test]
async fn values_bound_before_an_update_are_taken() {
    let client = scripted(TABLE).await;
    let insert = client.prepare("INSERT INTO t VALUES ($1, $2)").await.expect("a plan");
    let bound = client.bind(&insert.handle, row(vec![int(4), text("four")])).await.expect("bound");
    assert_eq!(client.execute_update(&bound, Vec::new()).await.expect("one row"), 1);
    assert_eq!(count(&client, "t").await, "4");
}

#[tokio::test]
async fn changes_that_cannot_be_are_refused_and_change_nothing() {
    let folder = Folder::new();
    folder.write("file.csv", "id\n1\n");
    let script = folder.write("init.sql", TABLE);
    let server = Server::builder()
        .with_files([folder.path().join("file.csv"), script])
        .open()
        .await
        .expect("a server");
    let client = Client::in_process(&server);
    for sql in [
        "INSERT INTO t VALUES (NULL, 'x')",
        "INSERT INTO t (name) VALUES ('x')",
        "UPDATE t SET id = NULL WHERE id = 2",
        "INSERT INTO t VALUES (1)",
        "INSERT INTO missing VALUES (1)",
        "INSERT INTO file VALUES (2)",
        "UPDATE file SET id = 2",
        "DELETE FROM file",
        "SELECT id FROM t",
        "TRUNCATE t",
    ] {
        let error = client.update(sql).await.expect_err(sql);
        let code = error.code();
        let expected = [Code::InvalidArgument, Code::Unimplemented];
        assert!(expected.contains(&code), "{sql}: {code:?} {}", error.message());
        let rows = client.query("SELECT * FROM t ORDER BY id").await.expect(sql);
        assert_eq!(lines(&rows), ["1|one", "2|two", "3|"], "{sql}");
        assert_eq!(count(&client, "file").await, "1", "{sql}");
    }
}

/// Ten rows, of which the last cannot be: none of them comes.
#[tokio::test]
async fn an_insert_of_several_rows_comes_whole_or_not() {
    let client = scripted(TABLE).await;
    let insert = client.prepare("INSERT INTO t VALUES ($1, $2)").await.expect("a plan");
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), Some(8), None]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    let error = client.execute_update(&insert.handle, vec![row(vec![ids, names])]).await;
    error.expect_err("NULL into NOT NULL");
    assert_eq!(count(&client, "t").await, "3");
}

#[tokio::test]
async fn clients_do_what_the_owner_lets_them() {
    let folder = Folder::new();
    let script = folder.write("init.sql", TABLE);
    let csv = folder.write("x.csv", "id\n1\n");
    let open = |access| Server::builder().path(&script).access(access).open();
    let read_only = Client::in_process(&open(Access::ReadOnly).await.expect("a server"));
    for sql in ["INSERT INTO t VALUES (9, '')", "DROP TABLE t", "CREATE TABLE x (id INT)"] {
        let error = read_only.update(sql).await.expect_err(sql);
        assert_eq!(error.code(), Code::PermissionDenied, "{sql}");
        let error = read_only.query(sql).await.expect_err(sql);
        assert_eq!(error.code(), Code::PermissionDenied, "{sql}");
    }
    assert_eq!(count(&read_only, "t").await, "3");
    let files = Client::in_process(&open(Access::Files).await.expect("a server"));
    let sql = format!(
        "CREATE EXTERNAL TABLE f STORED AS CSV LOCATION '{}' OPTIONS ('format.has_header' 'true')",
        csv.display()
    );
    files.update(&sql).await.expect("a table");
    assert_eq!(count(&files, "f").await, "1");
}

fn batch(id: i64) -> RecordBatch {
    let id: ArrayRef = Arc::new(Int64Array::from(vec![id, id + 1]));
    let name: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), None]));
    RecordBatch::try_from_iter_with_nullable([("name", name, true), ("id", id, false)]).expect("columns")
}

async fn ingest(
    client: &Client,
    table: &str,
    if_not_exist: TableNotExistOption,
    if_exists: TableExistsOption,
    batches: Vec<RecordBatch>,
) -> Result<i64, Status> {
    let command = CommandStatementIngest {
        table_definition_options: Some(TableDefinitionOptions {
            if_not_exist: if_not_exist.into(),
            if_exists: if_exists.into(),
        }),
        table: table.to_owned(),
        schema: None,
        catalog: None,
        temporary: false,
        transaction_id: None,
        options: Default::default(),
    };
    let result: DoPutUpdateResult = client.put(&command, batches).await?;
    Ok(result.record_count)
}

#[tokio::test]
async fn batches_are_ingested() {
    use TableExistsOption as There;
    use TableNotExistOption as Missing;
    let client = scripted(TABLE).await;
    let made = ingest(&client, "New", Missing::Create, There::Fail, vec![batch(1), batch(3)]).await;
    assert_eq!(made.expect("made"), 4);
    assert_eq!(count(&client, "\"New\"").await, "4");
    let error = ingest(&client, "New", Missing::Create, There::Fail, vec![batch(1)]).await;
    assert_eq!(error.expect_err("there").code(), Code::AlreadyExists);
    let error = ingest(&client, "none", Missing::Fail, There::Append, vec![batch(1)]).await;
    assert_eq!(error.expect_err("not there").code(), Code::NotFound);
    // By name, and cast to the table's types.
    let added = ingest(&client, "t", Missing::Fail, There::Append, vec![batch(10)]).await;
    assert_eq!(added.expect("added"), 2);
    let rows = client.query("SELECT * FROM t WHERE id > 3 ORDER BY id").await.expect("rows");
    assert_eq!(lines(&rows), ["10|x", "11|"]);
    let replaced = ingest(&client, "t", Missing::Create, There::Replace, vec![batch(7)]).await;
    assert_eq!(replaced.expect("replaced"), 2);
    assert_eq!(count(&client, "t").await, "2");
    let error = ingest(&client, "t", Missing::Unspecified, There::Append, vec![batch(7)]).await;
    assert_eq!(error.expect_err("unspecified").code(), Code::InvalidArgument);
    let other = row(vec![int(1)]);
    let error = ingest(&client, "t", Missing::Fail, There::Append, vec![other]).await;
    assert!(error.expect_err("no such column").message().contains("any 0"));
}
