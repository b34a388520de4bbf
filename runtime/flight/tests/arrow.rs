//! Record batches of a Flight SQL server, in the schema that was checked or that the server tells.

mod support;

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray, StringViewArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures_util::StreamExt as _;
use querent_core::{ErrorKind, Pool, Result, arrow::ArrowTable, sql_query};
use support::source::{Test, read};
use support::{Messages, Script, Server, at, endpoint, messages, rows};
use tonic::Status;

/// A server that has this result at one endpoint.
async fn pool(result: impl Fn() -> Messages + Send + Sync + 'static) -> (Server, Pool<Test>) {
    let server = Server::start(|_| Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(move |_| Ok(result()))),
        ..Script::default()
    });
    let pool = Pool::connect(&server.url()).await.expect("the server is there");
    (server, pool)
}

/// `SELECT v FROM t`, checked as text that is never NULL, where this column comes.
async fn checked(column: ArrayRef) -> Result<ArrowTable> {
    let batch = RecordBatch::try_from_iter_with_nullable([("v", column, true)]).expect("a batch");
    let (_server, pool) = pool(move || messages(batch.schema(), vec![batch.clone()])).await;
    read().fetch_arrow(&pool).await
}

fn schema(name: &str, nullable: bool) -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new(name, DataType::Utf8, nullable)]))
}

#[tokio::test]
async fn batches_come_in_the_checked_schema() {
    let texts = StringArray::from(vec!["a", "b"]);
    for column in [Arc::new(texts.clone()) as ArrayRef, Arc::new(StringViewArray::from(vec!["a", "b"]))] {
        let table = checked(column).await.unwrap();
        let expected = RecordBatch::try_new(schema("v", false), vec![Arc::new(texts.clone())]).unwrap();
        assert_eq!((table.schema(), &table.batches), (&schema("v", false), &vec![expected]));
    }
}

#[tokio::test]
async fn no_null_and_no_other_type_passes_for_what_was_checked() {
    let null = checked(Arc::new(StringArray::from(vec![Some("a"), None]))).await.unwrap_err();
    assert_eq!(null.kind(), ErrorKind::SchemaMismatch);
    assert!(null.to_string().contains("column `v` (t.v), row 2 of its batch: NULL"), "{null}");
    let number = checked(Arc::new(Int32Array::from(vec![1]))).await.unwrap_err();
    assert_eq!(number.kind(), ErrorKind::SchemaMismatch);
    assert!(number.to_string().contains("another type than was checked"), "{number}");
}

#[tokio::test]
async fn a_result_without_rows_has_a_schema() {
    let (_server, pool) = pool(|| messages(schema("V", true), Vec::new())).await;
    let table = read().fetch_arrow(&pool).await.unwrap();
    assert_eq!((table.schema(), table.batches.len()), (&schema("v", false), 0));
    // A text of the run time has the server's own.
    let text = sql_query("SELECT v FROM t").fetch_arrow::<Test, _>(&pool).await.unwrap();
    assert_eq!((text.schema(), text.batches.len()), (&schema("V", true), 0));
}

#[tokio::test]
async fn batches_come_before_the_error_behind_them() {
    let broken = || rows(&["1", "2"]).into_iter().chain([Err(Status::data_loss("gone"))]).collect();
    let (_server, pool) = pool(broken).await;
    let mut stream = read().fetch_arrow_batches(&pool);
    assert_eq!(stream.schema(), Some(&schema("v", false)));
    for _ in 0..2 {
        assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 1);
    }
    assert!(stream.next().await.unwrap().is_err());
    assert!(stream.next().await.is_none());
}
