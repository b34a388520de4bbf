//! Statements that answer with rows.

use arrow_flight::Ticket;
use datafusion::arrow::array::AsArray;
use tonic::Code;

use crate::client::{Client, Folder, both, empty_server, fields, lines, scripted, statement};

const TABLE: &str = "CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR, price DOUBLE);
    INSERT INTO t VALUES (1, 'one', 1.5), (2, NULL, NULL), (3, 'three', 4.5);";

#[tokio::test]
async fn rows_come_over_both_transports() {
    let folder = Folder::new();
    let script = folder.write("t.sql", TABLE);
    let server = querent_embedded::Server::open(script).await.expect("a server");
    let both = both(&server).await;
    for client in &both.clients {
        let rows =
            client.query("SELECT id, name, price FROM t WHERE id < 3 ORDER BY id").await.expect("rows");
        assert_eq!(lines(&rows), ["1|one|1.5", "2||"]);
        let rows = client.query("SELECT avg(price) AS mean FROM t").await;
        assert_eq!(lines(&rows.expect("rows")), ["3.0"]);
    }
    both.listening.shutdown().await.expect("an end");
}

#[tokio::test]
async fn nullability_is_the_planners() {
    let client = scripted(TABLE).await;
    let sql = "SELECT t.id, u.id AS other, count(*) OVER () AS n, coalesce(t.name, '-') AS name, \
               CASE WHEN t.id > 1 THEN 1 END AS c FROM t LEFT JOIN t u ON t.id = u.id + 1";
    let expected = ["id: Int64", "other: Int64?", "n: Int64", "name: Utf8View", "c: Int64?"];
    let schema = client.schema(&statement(sql)).await.expect("a schema");
    assert_eq!(fields(&schema), expected);
    let rows = client.query(sql).await.expect("rows");
    assert_eq!(fields(&rows.schema()), expected);
}

/// The promised schema is that of the stream (`read` checks it), also where DataFusion knows
/// the types only after it coerced them.
#[tokio::test]
async fn promised_and_sent_schemas_are_the_same() {
    let client = scripted(TABLE).await;
    for sql in [
        "SELECT 1 AS a UNION ALL SELECT 2.5",
        "SELECT NULL AS n UNION SELECT 'x'",
        "SELECT NULL AS n",
        "SELECT id FROM t WHERE FALSE",
        "SELECT CASE WHEN id = 1 THEN 1 ELSE 2.5 END AS c FROM t",
        "SELECT arrow_cast(name, 'Dictionary(Int32, Utf8)') AS d FROM t",
        "SELECT [1, 2, NULL] AS list, struct(1 AS a, 'x' AS b) AS s, MAP {'k': 1} AS m",
        "SELECT now() AS n, DATE '2020-01-01' AS d, INTERVAL '1 day' AS i, TIME '10:00' AS t",
        "SELECT CAST(1 AS DECIMAL(10, 2)) AS d, X'ff' AS b, arrow_cast(1, 'UInt8') AS u",
        "SELECT id AS a, id AS b, count(*) AS c FROM t GROUP BY id, name",
        "SHOW TABLES",
        "DESCRIBE t",
        "EXPLAIN SELECT * FROM t",
        "EXPLAIN ANALYZE SELECT * FROM t",
        "SELECT table_name FROM information_schema.tables",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
        "VALUES (1, 'a'), (2, NULL)",
        "SELECT * FROM generate_series(1, 3)",
    ] {
        let described = client.schema(&statement(sql)).await.expect(sql);
        let rows = client.query(sql).await.expect(sql);
        assert_eq!(described, *rows.schema(), "{sql}");
    }
}

#[tokio::test]
async fn long_values_and_long_results_come_whole() {
    let both = both(&empty_server().await).await;
    for client in &both.clients {
        let rows = client.query("SELECT repeat('x', 6000000) AS v").await.expect("a row");
        assert_eq!(rows.column(0).as_string::<i32>().value(0).len(), 6_000_000);
        let rows = client.query("SELECT value FROM generate_series(1, 1000000)").await;
        assert_eq!(rows.expect("rows").num_rows(), 1_000_000);
    }
}

#[track_caller]
fn check_error(status: &tonic::Status, code: Code, parts: &[&str]) {
    assert_eq!(status.code(), code, "{}", status.message());
    for part in parts {
        assert!(status.message().contains(part), "{} has no {part}", status.message());
    }
    for noise in ["Error during planning", "backtrace", "Diagnostic", "Some(", "bug report"] {
        assert!(!status.message().contains(noise), "{}", status.message());
    }
}

#[tokio::test]
async fn errors_say_what_and_where() {
    let client = scripted(TABLE).await;
    for (sql, code, parts) in [
        ("SELECT nope FROM t", Code::InvalidArgument, &["nope", "line 1, column 8"][..]),
        ("SELECT *\nFROM missing", Code::InvalidArgument, &["missing", "line 2, column 6"]),
        ("SELECT nope FROM t WHERE zip = 1", Code::InvalidArgument, &["zip", "line 1, column 26"]),
        ("SELECT id FRM t", Code::InvalidArgument, &["line 1"]),
        ("SELECT uper(name) FROM t", Code::InvalidArgument, &["uper", "upper"]),
        ("SELECT id, count(*) FROM t", Code::InvalidArgument, &["id"]),
        ("SELECT 1; SELECT 2", Code::InvalidArgument, &["2 statements"]),
        ("", Code::InvalidArgument, &["empty"]),
        ("BEGIN", Code::Unimplemented, &["BEGIN"]),
        ("START TRANSACTION", Code::Unimplemented, &["transactions"]),
        ("COMMIT", Code::Unimplemented, &["transactions"]),
        ("SET datafusion.execution.batch_size = 1", Code::Unimplemented, &["options"]),
        ("PREPARE p AS SELECT 1", Code::Unimplemented, &["prepared statements"]),
        ("COPY t TO '/tmp/x.csv'", Code::PermissionDenied, &["COPY"]),
        (
            "CREATE EXTERNAL TABLE p STORED AS CSV LOCATION '/etc/passwd'",
            Code::PermissionDenied,
            &["CREATE EXTERNAL TABLE"],
        ),
        ("EXPLAIN COPY t TO '/tmp/x.csv'", Code::PermissionDenied, &["COPY"]),
        ("EXPLAIN ANALYZE INSERT INTO t VALUES (9, '', 0)", Code::Unimplemented, &["ANALYZE"]),
        ("SELECT * FROM '/etc/passwd'", Code::InvalidArgument, &["passwd"]),
        ("SELECT id FROM t WHERE id = $1", Code::InvalidArgument, &["1 parameter"]),
    ] {
        let error = client.query(sql).await.expect_err(sql);
        check_error(&error, code, parts);
    }
}

/// What fails while rows are read is an error of the stream, and has no value in it.
#[tokio::test]
async fn errors_of_values_come_in_the_stream() {
    let client = scripted(TABLE).await;
    let error = client.query("SELECT 1 / (id - 2) AS x FROM t").await.expect_err("x / 0");
    check_error(&error, Code::InvalidArgument, &["division by zero"]);
    let error = client.query("SELECT CAST(name AS INT) AS n FROM t").await.expect_err("not a number");
    check_error(&error, Code::InvalidArgument, &["cast"]);
    assert!(!error.message().contains("one"), "{}", error.message());
    assert!(client.query("SELECT 1 AS one").await.is_ok());
}

#[tokio::test]
async fn a_ticket_is_read_once() {
    let client = Client::in_process(&empty_server().await);
    let info = client.info(&statement("SELECT 1 AS one")).await.expect("an info");
    let ticket = info.endpoint[0].ticket.clone().expect("a ticket");
    client.get(ticket.clone()).await.expect("rows");
    let error = client.get(ticket).await.expect_err("read already");
    assert_eq!(error.code(), Code::NotFound);
    let error = client.get(Ticket::new(vec![1, 2, 3])).await.expect_err("garbage");
    assert_eq!(error.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn unread_answers_are_bounded() {
    let server = querent_embedded::Server::builder()
        .unread_answers(2, std::time::Duration::from_secs(3600))
        .open()
        .await
        .expect("a server");
    let client = Client::in_process(&server);
    let first = client.info(&statement("SELECT 1")).await.expect("an info");
    client.info(&statement("SELECT 2")).await.expect("an info");
    let error = client.info(&statement("SELECT 3")).await.expect_err("full");
    assert_eq!(error.code(), Code::ResourceExhausted);
    client.read(first).await.expect("rows");
    client.info(&statement("SELECT 3")).await.expect("room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_at_the_same_time() {
    let folder = Folder::new();
    let script = folder.write("t.sql", TABLE);
    let server = querent_embedded::Server::open(script).await.expect("a server");
    let both = both(&server).await;
    let mut tasks = tokio::task::JoinSet::new();
    for idx in 0..64 {
        let client = both.clients[idx % 2].clone();
        tasks.spawn(async move {
            for round in 0..5 {
                let sql = format!("SELECT {idx} * 1000 + {round} AS v FROM t LIMIT 1");
                let rows = client.query(&sql).await.expect("rows");
                assert_eq!(lines(&rows), [(idx * 1000 + round).to_string()]);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
}
