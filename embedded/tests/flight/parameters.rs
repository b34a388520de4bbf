//! Prepared statements: the types of parameters, and values for them.

use std::sync::Arc;

use arrow_flight::sql::CommandPreparedStatementQuery;
use bytes::Bytes;
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, NullArray,
    RecordBatch, StringArray, UnionArray,
};
use datafusion::arrow::buffer::ScalarBuffer;
use datafusion::arrow::datatypes::{DataType, Field, UnionFields};
use tonic::Code;

use crate::client::{Client, both, fields, lines, scripted};

const TABLES: &str = "CREATE TABLE t (id INT NOT NULL, big BIGINT, name VARCHAR, price DOUBLE,
        cost DECIMAL(10, 2), day DATE, ts TIMESTAMP, flag BOOLEAN);
    INSERT INTO t VALUES
        (1, 10, 'one', 1.5, 1.25, DATE '2020-01-01', TIMESTAMP '2020-01-01T10:00:00', true),
        (2, 20, NULL, NULL, 2.50, NULL, NULL, false),
        (3, 30, 'three', 4.5, NULL, DATE '2020-01-03', TIMESTAMP '2020-01-03T10:00:00', NULL);
    CREATE TABLE u (id INT NOT NULL, name VARCHAR);";

/// One row of values; the columns' names do not matter.
pub(crate) fn row(values: Vec<ArrayRef>) -> RecordBatch {
    let named = values.into_iter().enumerate().map(|(idx, value)| (format!("any {idx}"), value, true));
    RecordBatch::try_from_iter_with_nullable(named).expect("columns of one length")
}

pub(crate) fn int(value: i64) -> ArrayRef {
    Arc::new(Int64Array::from(vec![value]))
}

pub(crate) fn text(value: &str) -> ArrayRef {
    Arc::new(StringArray::from(vec![value]))
}

fn null() -> ArrayRef {
    Arc::new(NullArray::new(1))
}

/// The types of parameters, where a statement tells them.
#[tokio::test]
async fn types_of_parameters() {
    let client = scripted(TABLES).await;
    for (sql, expected) in [
        ("SELECT 1 AS x", &[][..]),
        ("SELECT id FROM t WHERE id = $1", &["$1: Int32?"]),
        ("SELECT id FROM t WHERE $1 < big", &["$1: Int64?"]),
        ("SELECT id FROM t WHERE name = ?", &["$1: Utf8View?"]),
        ("SELECT id FROM t WHERE id BETWEEN $1 AND $2", &["$1: Int32?", "$2: Int32?"]),
        ("SELECT id FROM t WHERE $1 BETWEEN id AND big", &["$1: Int32?"]),
        ("SELECT id FROM t WHERE id IN ($1, $2)", &["$1: Int32?", "$2: Int32?"]),
        ("SELECT id FROM t WHERE $1 IN (id, 7)", &["$1: Int32?"]),
        ("SELECT id FROM t WHERE name LIKE $1", &["$1: Utf8View?"]),
        ("SELECT id FROM t WHERE $1 LIKE 'a%'", &["$1: Utf8?"]),
        ("SELECT price * $1 AS p FROM t", &["$1: Float64?"]),
        ("SELECT id FROM t WHERE day >= $1", &["$1: Date32?"]),
        ("SELECT id FROM t WHERE ts >= $1", &["$1: Timestamp(ns)?"]),
        ("SELECT id FROM t WHERE cost > $1", &["$1: Decimal128(10, 2)?"]),
        // DataFusion's planner does not type these.
        ("SELECT id FROM t LIMIT $1", &["$1: Int64?"]),
        ("SELECT id FROM t LIMIT $1 OFFSET $2", &["$1: Int64?", "$2: Int64?"]),
        ("SELECT CAST($1 AS INT) AS i", &["$1: Int32?"]),
        ("SELECT $1::TEXT AS t", &["$1: Utf8View?"]),
        ("SELECT TRY_CAST($1 AS DATE) AS d", &["$1: Date32?"]),
        ("SELECT id FROM t WHERE $1 = id OR $1 IS NULL", &["$1: Int32?"]),
        ("SELECT id FROM t WHERE $1 IS NULL OR $1 = id", &["$1: Int32?"]),
        ("SELECT coalesce($1, id) AS c FROM t", &["$1: Int32?"]),
        ("SELECT CASE WHEN id > 1 THEN $1 ELSE name END AS c FROM t", &["$1: Utf8View?"]),
        ("SELECT CASE WHEN $1 THEN 1 ELSE 2 END AS c", &["$1: Boolean?"]),
        ("SELECT CASE id WHEN $1 THEN 1 END AS c FROM t", &["$1: Int32?"]),
        ("SELECT id FROM t WHERE $1", &["$1: Boolean?"]),
        ("SELECT id FROM t WHERE flag AND $1", &["$1: Boolean?"]),
        ("SELECT id FROM t WHERE NOT $1", &["$1: Boolean?"]),
        ("SELECT name FROM t GROUP BY name HAVING count(*) > $1", &["$1: Int64?"]),
        ("SELECT id FROM t WHERE id = (SELECT max(id) FROM t WHERE big < $1)", &["$1: Int64?"]),
        ("SELECT id FROM t WHERE id IN (SELECT id FROM u WHERE name = $1)", &["$1: Utf8View?"]),
        ("WITH c AS (SELECT id FROM t WHERE id > $1) SELECT * FROM c", &["$1: Int32?"]),
        ("INSERT INTO u VALUES ($1, $2)", &["$1: Int32?", "$2: Utf8View?"]),
        ("INSERT INTO u (name, id) VALUES ($1, $2)", &["$1: Utf8View?", "$2: Int32?"]),
        ("INSERT INTO u SELECT $1, name FROM t", &["$1: Int32?"]),
        ("INSERT INTO u SELECT $1, $2", &["$1: Int32?", "$2: Utf8View?"]),
        ("UPDATE u SET name = $1 WHERE id = $2", &["$1: Utf8View?", "$2: Int32?"]),
        ("DELETE FROM u WHERE id = $1", &["$1: Int32?"]),
        // Two uses of different types: the one that both fit.
        ("SELECT id FROM t WHERE id = $1 OR big = $1", &["$1: Int64?"]),
        // Nothing says what this is.
        ("SELECT $1 AS x", &["$1: Null?"]),
        // In the order of the numbers, not of the text.
        (
            "SELECT id FROM t WHERE id IN ($10, $9, $8, $7, $6, $5, $4, $3, $2, $1)",
            &[
                "$1: Int32?",
                "$2: Int32?",
                "$3: Int32?",
                "$4: Int32?",
                "$5: Int32?",
                "$6: Int32?",
                "$7: Int32?",
                "$8: Int32?",
                "$9: Int32?",
                "$10: Int32?",
            ],
        ),
    ] {
        let prepared = client.prepare(sql).await.expect(sql);
        assert_eq!(fields(&prepared.parameters), expected, "{sql}");
        client.close(&prepared.handle).await.expect(sql);
    }
}

#[tokio::test]
async fn functions_say_what_they_take() {
    let client = scripted(TABLES).await;
    for (sql, expected) in [
        ("SELECT upper($1) AS u", DataType::is_string as fn(&DataType) -> bool),
        ("SELECT abs($1) AS a", DataType::is_numeric),
        ("SELECT substr(name, $1) AS s FROM t", DataType::is_integer),
        ("SELECT date_trunc($1, ts) AS s FROM t", DataType::is_string),
        ("SELECT lag(id, $1) OVER (ORDER BY id) AS l FROM t", |_| true),
    ] {
        let prepared = client.prepare(sql).await.expect(sql);
        let data_type = prepared.parameters.field(0).data_type();
        assert!(expected(data_type) || data_type.is_null(), "{sql}: {data_type}");
    }
}

#[tokio::test]
async fn datasets_are_described_with_typed_parameters() {
    let client = scripted(TABLES).await;
    for (sql, expected) in [
        ("SELECT id, name FROM t WHERE id = $1", &["id: Int32", "name: Utf8View?"][..]),
        ("SELECT CAST($1 AS INT) AS i", &["i: Int32?"]),
        ("SELECT price * $1 AS p FROM t", &["p: Float64?"]),
        ("SELECT coalesce($1, id) AS c FROM t", &["c: Int32"]),
        ("SELECT x.i AS j FROM (SELECT $1::BIGINT AS i) x", &["j: Int64?"]),
        ("SELECT $1 AS a UNION ALL SELECT id FROM t", &["a: Int32?"]),
    ] {
        let prepared = client.prepare(sql).await.expect(sql);
        let dataset = prepared.dataset.expect("a query has a dataset");
        assert_eq!(fields(&dataset), expected, "{sql}");
    }
    let prepared = client.prepare("DELETE FROM u WHERE id = $1").await.expect("a plan");
    assert!(prepared.dataset.is_none(), "an update has no dataset");
}

#[tokio::test]
async fn values_are_bound_by_position() {
    let both = both(&scripted_server().await).await;
    for client in &both.clients {
        let rows = client
            .ask(
                "SELECT $2 AS b, $1 AS a, id FROM t WHERE id = $1 OR name = $2 ORDER BY id",
                row(vec![int(1), text("three")]),
            )
            .await
            .expect("rows");
        assert_eq!(lines(&rows), ["three|1|1", "three|1|3"]);
        let rows = client.ask("SELECT id FROM t ORDER BY id LIMIT ? OFFSET ?", row(vec![int(1), int(2)]));
        assert_eq!(lines(&rows.await.expect("rows")), ["3"]);
    }
}

async fn scripted_server() -> querent_embedded::Server {
    let folder = crate::client::Folder::new();
    let script = folder.write("t.sql", TABLES);
    querent_embedded::Server::open(script).await.expect("a server")
}

/// The schema of a prepared statement is the one its rows have, whatever is bound.
#[tokio::test]
async fn what_was_described_is_what_comes() {
    let client = scripted(TABLES).await;
    let decimal = Decimal128Array::from(vec![125]).with_precision_and_scale(10, 2);
    for (sql, values, expected) in [
        ("SELECT id, $1 AS p FROM t WHERE id = $1", vec![int(2)], &["2|2"][..]),
        ("SELECT id FROM t WHERE name = $1", vec![null()], &[]),
        ("SELECT id, $1 AS p FROM t WHERE id = 1 OR id = $1", vec![null()], &["1|"]),
        ("SELECT upper($1) AS u", vec![text("ab")], &["AB"]),
        ("SELECT CAST($1 AS INT) AS i", vec![int(7)], &["7"]),
        ("SELECT id FROM t WHERE cost = $1", vec![Arc::new(decimal.expect("a scale")) as ArrayRef], &["1"]),
        ("SELECT id FROM t WHERE day = $1", vec![Arc::new(Date32Array::from(vec![18262]))], &["1"]),
        ("SELECT id FROM t WHERE flag = $1", vec![Arc::new(BooleanArray::from(vec![false]))], &["2"]),
        ("SELECT id FROM t WHERE ts > $1 ORDER BY id", vec![text("2020-01-02T00:00:00")], &["3"]),
        ("SELECT id FROM t WHERE $1 IS NULL AND id = 1", vec![null()], &["1"]),
        ("SELECT coalesce($1, 'none') AS c", vec![null()], &["none"]),
    ] {
        let prepared = client.prepare(sql).await.expect(sql);
        let bound = client.bind(&prepared.handle, row(values)).await.expect(sql);
        let rows = client.execute(&bound).await.expect(sql);
        assert_eq!(lines(&rows), expected, "{sql}");
        if prepared.parameters.fields().iter().all(|field| !field.data_type().is_null()) {
            assert_eq!(prepared.dataset.as_ref(), Some(rows.schema().as_ref()), "{sql}");
        }
    }
}

#[tokio::test]
async fn a_parameter_of_unknown_type_takes_that_of_its_value() {
    let client = scripted(TABLES).await;
    let rows = client.ask("SELECT $1 AS x", row(vec![int(7)])).await.expect("rows");
    assert_eq!((lines(&rows), rows.column(0).data_type()), (vec!["7".to_owned()], &DataType::Int64));
    let rows = client.ask("SELECT $1 AS x", row(vec![text("a")])).await.expect("rows");
    assert_eq!((lines(&rows), rows.column(0).data_type()), (vec!["a".to_owned()], &DataType::Utf8));
}

/// flightsql-dbapi sends each value inside a dense union.
#[tokio::test]
async fn values_inside_unions_are_taken_out() {
    let client = scripted(TABLES).await;
    let union_of = |type_id: i8| -> ArrayRef {
        let fields = UnionFields::try_new(
            [0, 1],
            [Field::new("int", DataType::Int64, true), Field::new("string", DataType::Utf8, true)],
        )
        .expect("fields");
        let children: Vec<ArrayRef> = vec![
            if type_id == 0 { int(3) } else { Arc::new(Int64Array::from(Vec::<i64>::new())) },
            if type_id == 1 { text("one") } else { Arc::new(StringArray::from(Vec::<&str>::new())) },
        ];
        let types = ScalarBuffer::from(vec![type_id]);
        let offsets = ScalarBuffer::from(vec![0]);
        Arc::new(UnionArray::try_new(fields, types, Some(offsets), children).expect("a union"))
    };
    let values = row(vec![union_of(0), union_of(1)]);
    let sql = "SELECT id FROM t WHERE id = ? OR name = ? ORDER BY id";
    let rows = client.ask(sql, values).await.expect("rows");
    assert_eq!(lines(&rows), ["1", "3"]);
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused() {
    let client = scripted(TABLES).await;
    let by_id = "SELECT id FROM t WHERE id = $1";
    let half: ArrayRef = Arc::new(Float64Array::from(vec![1.5]));
    for (sql, values, part) in [
        (by_id, vec![text("abc")], "parameter $1"),
        (by_id, vec![int(1 << 40)], "parameter $1"),
        (by_id, vec![half], "without loss"),
        (by_id, vec![int(1), int(2)], "2 values"),
        ("SELECT id FROM t WHERE id = $1 AND name = $2", vec![int(1)], "1 values"),
        ("SELECT id FROM t WHERE flag = $1", vec![text("maybe")], "parameter $1"),
    ] {
        let prepared = client.prepare(sql).await.expect(sql);
        let error = client.bind(&prepared.handle, row(values)).await.expect_err(sql);
        assert_eq!(error.code(), Code::InvalidArgument, "{sql}");
        assert!(error.message().contains(part), "{}", error.message());
        assert!(!error.message().contains("abc"), "{}", error.message());
    }
    let whole: ArrayRef = Arc::new(Float64Array::from(vec![2.0]));
    let rows = client.ask(by_id, row(vec![whole])).await.expect("2.0 is 2");
    assert_eq!(lines(&rows), ["2"]);
}

#[tokio::test]
async fn a_statement_without_its_values_is_refused() {
    let client = scripted(TABLES).await;
    let prepared = client.prepare("SELECT id FROM t WHERE id = $1").await.expect("a plan");
    let error = client.execute(&prepared.handle).await.expect_err("no values");
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(error.message().contains("no values were bound"), "{}", error.message());
    let clash = "SELECT id FROM t WHERE day = $1 AND flag = $1";
    let error = client.prepare(clash).await.err().expect("two types");
    assert!(error.message().contains("$1"), "{}", error.message());
}

/// A query runs once for each row of values, and answers with the rows of all.
#[tokio::test]
async fn several_rows_of_values_run_a_query_several_times() {
    let client = scripted(TABLES).await;
    let prepared = client.prepare("SELECT name FROM t WHERE id = $1").await.expect("a plan");
    let ids: ArrayRef = Arc::new(Int32Array::from(vec![3, 1, 9]));
    let bound = client.bind(&prepared.handle, row(vec![ids])).await.expect("bound");
    assert_eq!(lines(&client.execute(&bound).await.expect("rows")), ["three", "one"]);
}

/// Two tasks with one prepared statement do not get each other's values.
#[tokio::test(flavor = "multi_thread")]
async fn bindings_of_one_statement_are_apart() {
    let client = scripted(TABLES).await;
    let prepared = client.prepare("SELECT $1 + 0 AS v FROM t WHERE id = 1").await.expect("a plan");
    let handle = prepared.handle;
    let mut tasks = tokio::task::JoinSet::new();
    for value in 0..100 {
        let (client, handle) = (client.clone(), handle.clone());
        tasks.spawn(async move {
            let bound = client.bind(&handle, row(vec![int(value)])).await.expect("bound");
            tokio::task::yield_now().await;
            let rows = client.execute(&bound).await.expect("rows");
            assert_eq!(lines(&rows), [value.to_string()]);
            // A bound handle can be bound again and keeps its place.
            let again = client.bind(&bound, row(vec![int(-value)])).await.expect("bound");
            assert_eq!(again, bound);
            let rows = client.execute(&again).await.expect("rows");
            assert_eq!(lines(&rows), [(-value).to_string()]);
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
}

/// Clients that ignore the handle of a bind go on with that of the statement.
#[tokio::test]
async fn the_statements_own_handle_has_the_last_values() {
    let client = scripted(TABLES).await;
    let prepared = client.prepare("SELECT name FROM t WHERE id = ?").await.expect("a plan");
    client.bind(&prepared.handle, row(vec![int(1)])).await.expect("bound");
    let rows = client.execute(&prepared.handle).await.expect("rows");
    assert_eq!(lines(&rows), ["one"]);
}

#[tokio::test]
async fn a_closed_statement_is_gone() {
    let client = scripted(TABLES).await;
    let prepared = client.prepare("SELECT name FROM t WHERE id = $1").await.expect("a plan");
    let bound = client.bind(&prepared.handle, row(vec![int(1)])).await.expect("bound");
    client.close(&bound).await.expect("closed by any of its handles");
    for handle in [&prepared.handle, &bound] {
        let error = client.execute(handle).await.expect_err("closed");
        assert_eq!(error.code(), Code::NotFound);
        let error = client.close(handle).await.expect_err("closed");
        assert_eq!(error.code(), Code::NotFound);
    }
    let empty = Bytes::new();
    let error = client.execute(&empty).await.expect_err("empty");
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(error.message().contains("empty"), "{}", error.message());
    let command = CommandPreparedStatementQuery { prepared_statement_handle: Bytes::from_static(b"garbage") };
    let error = client.schema(&command).await.expect_err("garbage");
    assert_eq!(error.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_statement_follows_changes_of_its_tables() {
    let client = scripted(TABLES).await;
    let prepared = client.prepare("SELECT * FROM u WHERE id = $1").await.expect("a plan");
    let change = "CREATE OR REPLACE TABLE u AS SELECT 5 AS id, 'five' AS name, 1 AS more";
    client.update(change).await.expect("replaced");
    let bound = client.bind(&prepared.handle, row(vec![int(5)])).await;
    let error_or_rows = match bound {
        Ok(bound) => client.execute(&bound).await,
        Err(error) => Err(error),
    };
    // The parameter's type is another now, so that its values cannot be taken as they were.
    let error = error_or_rows.expect_err("prepared for other tables");
    assert_eq!(error.code(), Code::FailedPrecondition);

    let prepared = client.prepare("SELECT id FROM u").await.expect("a plan");
    client.update("DROP TABLE u").await.expect("dropped");
    let error = client.execute(&prepared.handle).await.expect_err("dropped");
    assert_eq!(error.code(), Code::InvalidArgument);
    client.update("CREATE TABLE u AS SELECT 8::BIGINT AS id").await.expect("made again");
    let rows = client.execute(&prepared.handle).await.expect("rows of the new table");
    assert_eq!(lines(&rows), ["8"]);
}

#[tokio::test]
async fn prepared_statements_are_bounded() {
    let server = querent_embedded::Server::builder()
        .prepared_statements(1, std::time::Duration::from_secs(3600))
        .open()
        .await
        .expect("a server");
    let client = Client::in_process(&server);
    let first = client.prepare("SELECT 1").await.expect("room");
    let error = client.prepare("SELECT 2").await.err().expect("full");
    assert_eq!(error.code(), Code::ResourceExhausted);
    client.close(&first.handle).await.expect("closed");
    client.prepare("SELECT 2").await.expect("room again");
}
