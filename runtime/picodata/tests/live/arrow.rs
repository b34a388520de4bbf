//! Record batches: every type, no rows, checked columns, several batches, texts of the run time.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use futures_util::StreamExt as _;
use querent_core::arrow::{ArrowTable, TYPE_KEY};
use querent_core::{ColumnMeta, ErrorKind, Piece, Plan, Pool, Query, sql_query};
use querent_picodata::PicodataBatch;

use crate::{Stock, pool};

crate::tests! {
    TESTS:
    every_type_is_an_array,
    a_checked_query_has_its_own_schema,
    what_was_not_checked_is_an_error,
    no_row_has_a_schema,
    many_rows_are_few_batches,
    batches_come_as_they_arrive,
}

async fn text(pool: &Pool<Stock>, sql: &str) -> ArrowTable {
    sql_query(sql.to_owned()).fetch_arrow(pool).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

/// The only batch.
fn only(table: &ArrowTable) -> &RecordBatch {
    assert_eq!(table.batches.len(), 1);
    &table.batches[0]
}

async fn every_type_is_an_array(url: String) {
    let table = text(
        &pool(&url).await,
        "SELECT id, name, price, weight, active, sku, added, notes, ARRAY[id, NULL] AS ids, ARRAY[name] AS names,
                ARRAY[sku] AS skus, ARRAY[price, NULL] AS prices, ARRAY[added] AS times, ARRAY[active] AS flags,
                ARRAY[weight] AS weights, ARRAY[notes] AS documents
         FROM stock WHERE id IN (1, 2) ORDER BY id",
    )
    .await;
    let at = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let schema = table.schema();
    let types: Vec<_> = schema.fields().iter().map(|field| field.data_type().clone()).collect();
    let uuid = DataType::FixedSizeBinary(16);
    let scalars = [
        DataType::Int64,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Float64,
        DataType::Boolean,
        uuid,
        at,
        DataType::Utf8,
    ];
    assert_eq!(types[..8], scalars);
    assert!(types[8..].iter().all(|ty| matches!(ty, DataType::List(_))));
    let marks: Vec<_> = schema.fields().iter().filter_map(|f| f.metadata().get(TYPE_KEY).cloned()).collect();
    assert_eq!(marks, ["BigDecimal", "Uuid", "Json"]);
    let batch = only(&table);
    assert_eq!(batch.column(0).as_primitive::<Int64Type>().values(), &[1, 2]);
    assert_eq!(batch.column(1).as_string::<i32>().value(0), "anvil");
    assert_eq!(batch.column(2).as_string::<i32>().value(0), "120.50");
    assert_eq!(batch.column(3).as_primitive::<Float64Type>().value(0), 61.5);
    assert!(batch.column(4).as_boolean().value(0) && !batch.column(4).as_boolean().value(1));
    assert_eq!(batch.column(5).as_fixed_size_binary().value(0)[..2], [0x6b, 0xa7]);
    let added = batch.column(6).as_primitive::<TimestampMicrosecondType>();
    assert_eq!(added.value(0), 1_709_210_096_789_012);
    assert_eq!(batch.column(7).as_string::<i32>().value(0), r#"{"colour": "grey", "tags": ["heavy", null]}"#);
    for column in [2, 3, 5, 6, 7] {
        assert!(batch.column(column).is_null(1), "{column}");
    }
    let ids = batch.column(8).as_list::<i32>().value(1);
    assert_eq!((ids.as_primitive::<Int64Type>().value(0), ids.is_null(1)), (2, true));
    let prices = batch.column(11).as_list::<i32>().value(0);
    assert_eq!((prices.as_string::<i32>().value(0), prices.is_null(1)), ("120.50", true));
}

const COLUMNS: &[ColumnMeta] = &[
    ColumnMeta { name: "id", named: true, ty: "Int64", nullable: false, origin: "stock.id" },
    ColumnMeta { name: "qty", named: true, ty: "Int64", nullable: true, origin: "stock.qty" },
    ColumnMeta { name: "price", named: true, ty: "BigDecimal", nullable: true, origin: "stock.price" },
];

const fn plan(sql: &'static [Piece<'static>], columns: &'static [ColumnMeta]) -> Plan {
    Plan { template: sql, columns, read_only: true, file: file!(), line: line!(), ..Plan::EMPTY }
}

const CHECKED: &Plan =
    &plan(&[Piece::Text("SELECT id, qty, price FROM stock WHERE id IN (1, 2) ORDER BY id")], COLUMNS);
const EMPTY: &Plan = &plan(&[Piece::Text("SELECT id, qty, price FROM stock WHERE id = -77")], COLUMNS);
const NULLS: &Plan =
    &plan(&[Piece::Text("SELECT qty AS id, qty, price FROM stock WHERE id IN (1, 2) ORDER BY qty")], COLUMNS);
const OTHER: &Plan = &plan(&[Piece::Text("SELECT name AS id, qty, price FROM stock WHERE id = 1")], COLUMNS);

fn query(plan: &'static Plan) -> Query<'static, Stock, ()> {
    fn decode(_: &PicodataBatch, _: &mut Vec<()>) -> Result<(), querent_core::ValueError> {
        Ok(())
    }
    Query::new(plan, decode, [])
}

async fn a_checked_query_has_its_own_schema(url: String) {
    let table = query(CHECKED).fetch_arrow(&pool(&url).await).await.expect("batches");
    let fields: Vec<_> =
        table.schema().fields().iter().map(|f| (f.data_type().clone(), f.is_nullable())).collect();
    // The column has 32 bits, and was checked as 64.
    assert_eq!(fields, [(DataType::Int64, false), (DataType::Int64, true), (DataType::Utf8, true)]);
    let qty = only(&table).column(1).as_primitive::<Int64Type>();
    assert_eq!((qty.value(0), qty.is_null(1)), (7, true));
}

async fn what_was_not_checked_is_an_error(url: String) {
    let pool = pool(&url).await;
    for plan in [NULLS, OTHER] {
        let error = query(plan).fetch_arrow(&pool).await.expect_err("another schema");
        assert_eq!(error.kind(), ErrorKind::SchemaMismatch, "{error}");
    }
    assert_eq!(query(CHECKED).fetch_arrow(&pool).await.expect("the pool is good").num_rows(), 2);
}

async fn no_row_has_a_schema(url: String) {
    let pool = pool(&url).await;
    let table = query(EMPTY).fetch_arrow(&pool).await.expect("nothing");
    assert_eq!((table.num_rows(), table.schema().fields().len()), (0, 3));
    let table = text(&pool, "SELECT id, name FROM stock WHERE id = -77").await;
    assert_eq!((table.num_rows(), table.schema().field(1).name().as_str()), (0, "name"));
}

async fn many_rows_are_few_batches(url: String) {
    let table = text(&pool(&url).await, "SELECT g AS n FROM generate_series(1, 50000) AS g ORDER BY g").await;
    assert_eq!(table.num_rows(), 50_000);
    // The server's answer comes in batches of up to 1024 rows.
    assert!(table.batches.len() < 20, "{} batches", table.batches.len());
}

async fn batches_come_as_they_arrive(url: String) {
    let pool = pool(&url).await;
    let sql = "SELECT repeat('x', 10000) AS x FROM generate_series(1, 1000)";
    let mut batches = sql_query(sql).fetch_arrow_batches(&pool);
    let first = batches.next().await.expect("a batch").expect("no error");
    assert!(first.num_rows() > 0 && first.num_rows() < 1000, "{}", first.num_rows());
    drop(batches);
    assert_eq!(text(&pool, "SELECT 1").await.num_rows(), 1);
}
