//! Record batches out of a statement: gathered, in the checked schema, under the rules of every other terminal.
#![cfg(feature = "arrow")]

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, cast::AsArray as _, types::Int64Type};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures_util::StreamExt as _;
use querent_core::arrow::{ArrowTable, BATCH_LEN, ToArrow};
use querent_core::{
    ColumnMeta, ErrorKind, Piece, Plan, PoolOptions, Query, ValueError, ValueProblem, sql_query as sql,
};
use support::{Control, Cursor, Pool, Rows, Scripted, Test, pool};

/// Every batch of the script is one row; three of them are enough.
impl ToArrow for Scripted {
    fn schema(_: &Cursor) -> Option<SchemaRef> {
        Some(Arc::new(Schema::new(vec![Field::new("ID", DataType::Int64, true)])))
    }

    fn memory_len(_: &Rows) -> usize {
        BATCH_LEN / 3 + 1
    }

    fn record_batch(batches: &[Rows], schema: &SchemaRef) -> Result<RecordBatch, ValueError> {
        let values = batches.iter().flat_map(|rows| rows.0.iter().copied());
        let array: ArrayRef = Arc::new(values.collect::<Int64Array>());
        RecordBatch::try_new(schema.clone(), vec![array])
            .map_err(|_| ValueError::column(0, ValueProblem::OtherType))
    }
}

const fn column(ty: &'static str) -> ColumnMeta {
    ColumnMeta { name: "id", named: true, ty, nullable: false, origin: "t.id" }
}

const NUMBER: &[ColumnMeta] = &[column("Int64")];
const TEXT: &[ColumnMeta] = &[column("Utf8")];
const OPEN: &[ColumnMeta] = &[column("")];

const fn plan(template: &'static [Piece<'static>], columns: &'static [ColumnMeta]) -> Plan {
    Plan { template, columns, read_only: true, ..Plan::EMPTY }
}

fn query(plan: &'static Plan) -> Query<'static, Test, ()> {
    Query::new(plan, |_, _| Ok(()), [])
}

const FIVE: &Plan = &plan(&[Piece::Text("rows 5")], NUMBER);
const NONE: &Plan = &plan(&[Piece::Text("rows 0")], NUMBER);
const OF_TEXT: &Plan = &plan(&[Piece::Text("rows 1")], TEXT);
const OF_OPEN: &Plan = &plan(&[Piece::Text("rows 1")], OPEN);
const TORN: &Plan = &plan(&[Piece::Text("torn")], NUMBER);

fn started() -> (Arc<Control>, Pool) {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    (control, pool)
}

fn lens(table: &ArrowTable) -> Vec<usize> {
    table.batches.iter().map(RecordBatch::num_rows).collect()
}

#[tokio::test]
async fn batches_are_gathered_and_have_the_checked_schema() {
    let (_, pool) = started();
    let table = query(FIVE).fetch_arrow(&pool).await.unwrap();
    assert_eq!((table.num_rows(), lens(&table)), (5, vec![3, 2]));
    assert_eq!(table.schema().fields()[..], [Arc::new(Field::new("id", DataType::Int64, false))]);
    assert!(table.batches.iter().all(|batch| batch.schema_ref() == table.schema()));
    assert_eq!(table.batches[1].column(0).as_primitive::<Int64Type>().values(), &[0, 0]);
}

#[tokio::test]
async fn a_schema_is_there_without_rows() {
    let (_, pool) = started();
    let none = query(NONE).fetch_arrow(&pool).await.unwrap();
    assert_eq!((none.schema().field(0).is_nullable(), none.batches.len()), (false, 0));
    // A checked one is known before anything was sent; a text's comes with the answer.
    let stream = query(NONE).fetch_arrow_batches(&pool);
    assert_eq!(stream.schema(), Some(none.schema()));
    drop(stream);
    let mut stream = sql("rows 0").fetch_arrow_batches::<Test, _>(&pool);
    assert_eq!(stream.schema(), None);
    assert!(stream.next().await.is_none());
    assert_eq!(stream.schema().unwrap().field(0).name(), "ID");
    let text = sql("rows 2").fetch_arrow::<Test, _>(&pool).await.unwrap();
    assert_eq!((text.schema().field(0).name().as_str(), text.num_rows()), ("ID", 2));
    let open = query(OF_OPEN).fetch_arrow(&pool).await.unwrap();
    assert_eq!(open.schema().field(0), &Field::new("id", DataType::Int64, false));
}

#[tokio::test]
async fn another_type_is_an_error_that_names_the_column() {
    let (control, pool) = started();
    let error = query(OF_TEXT).fetch_arrow(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
    let text = error.to_string();
    assert!(text.contains("column `id` (t.id): the column has another type than was checked"), "{text}");
    // The pool goes on.
    assert_eq!(query(FIVE).fetch_arrow(&pool).await.unwrap().num_rows(), 5);
    assert!(control.connected() <= 2);
}

#[tokio::test]
async fn what_breaks_off_gives_the_rows_before_the_error() {
    let (_, pool) = started();
    let mut stream = query(TORN).fetch_arrow_batches(&pool);
    assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 2);
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::Connection);
    assert!(stream.next().await.is_none());
    drop(stream);
    let error = query(TORN).fetch_arrow(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.query()), (ErrorKind::Connection, Some("torn")));
}

#[tokio::test]
async fn modifiers_and_retries_hold_as_elsewhere() {
    let (control, pool) = started();
    control.losing.store(2, Ordering::SeqCst);
    assert_eq!(query(FIVE).fetch_arrow(&pool).await.unwrap().num_rows(), 5);
    assert_eq!(control.sent(), 3);
    let hangs = sql("hang").of::<Test, (i64,)>().timeout(Duration::from_millis(10));
    assert_eq!(hangs.fetch_arrow(&pool).await.unwrap_err().kind(), ErrorKind::Ambiguous);
    let refused = sql("rows $1").fetch_arrow::<Test, _>(&pool).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Query);
}

#[tokio::test]
async fn every_executor_runs_it() {
    let (control, pool) = started();
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(query(FIVE).fetch_arrow(&mut connection).await.unwrap().num_rows(), 5);
    let mut transaction = connection.begin().await.unwrap();
    assert_eq!(query(FIVE).fetch_arrow(&mut transaction).await.unwrap().num_rows(), 5);
    transaction.commit().await.unwrap();
    drop(connection);
    // A stream that is dropped half way leaves a connection that is closed.
    let mut stream = query(FIVE).fetch_arrow_batches(&pool);
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(control.ended(), 1);
}
