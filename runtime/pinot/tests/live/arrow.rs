//! Record batches: every type, no rows, answers that are not whole, pages, texts of the run time.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use futures_util::StreamExt as _;
use querent_core::arrow::{ArrowTable, TYPE_KEY};
use querent_core::{ColumnMeta, ErrorKind, Piece, Plan, Pool, Query, Source, sql_query};
use querent_pinot::wire::QueryOptions;
use querent_pinot::{Pinot, PinotQuery as _, Report};

use crate::{Nulls, pool};

crate::tests! {
    SINGLE:
    every_type_is_an_array::<Nulls>,
    a_checked_query_has_its_own_schema::<Nulls>,
    what_was_not_checked_is_an_error::<Nulls>,
    no_row_has_a_schema::<Nulls>,
    a_text_tells_its_names_and_types,
    a_partial_answer_is_an_error_unless_it_is_wanted,
    pages_are_one_table::<Nulls>,
    batches_come_as_they_arrive::<Nulls>,
}

crate::tests! {
    MULTI:
    every_type_is_an_array::<Multi>,
    a_checked_query_has_its_own_schema::<Multi>,
    no_row_has_a_schema::<Multi>,
}

async fn text<S: Source<Backend = Pinot>>(pool: &Pool<S>, sql: &str) -> ArrowTable {
    sql_query(sql.to_owned()).fetch_arrow(pool).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

/// The only batch.
fn only(table: &ArrowTable) -> &RecordBatch {
    assert_eq!(table.batches.len(), 1);
    &table.batches[0]
}

async fn every_type_is_an_array<S: Source<Backend = Pinot>>(url: String) {
    let table = text(
        &pool::<S>(&url).await,
        "SELECT id, c_int, c_long, c_float, c_double, c_boolean, c_big_decimal, c_string, c_map, c_timestamp, c_bytes,
                a_int, a_long, a_float, a_double, a_boolean, a_timestamp, a_string
         FROM all_types ORDER BY id LIMIT 10",
    )
    .await;
    let utc = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    let list = |item: DataType| DataType::new_list(item, true);
    let types = [
        DataType::Int32,
        DataType::Int32,
        DataType::Int64,
        DataType::Float32,
        DataType::Float64,
        DataType::Boolean,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Utf8,
        utc.clone(),
        DataType::Binary,
        list(DataType::Int32),
        list(DataType::Int64),
        list(DataType::Float32),
        list(DataType::Float64),
        list(DataType::Boolean),
        list(utc),
        list(DataType::Utf8),
    ];
    let fields = table.schema().fields();
    assert!(fields.iter().map(|field| field.data_type()).eq(&types), "{fields:?}");
    assert_eq!(
        (&fields[6].metadata()[TYPE_KEY], &fields[8].metadata()[TYPE_KEY][..]),
        (&"BigDecimal".to_owned(), "Json")
    );
    let batch = only(&table);
    assert_eq!(batch.column(0).as_primitive::<Int32Type>().values(), &[0, 1, 2, 3, 4, 5]);
    // The row of NULLs is NULL in every column but the key.
    for index in 1..types.len() {
        assert!(
            batch.column(index).is_null(1) && batch.column(index).is_valid(0),
            "{}",
            fields[index].name()
        );
    }
    let longs = batch.column(2).as_primitive::<Int64Type>();
    assert_eq!((longs.value(0), longs.value(2), longs.value(3)), (8_000_000_000, i64::MIN, i64::MAX));
    assert_eq!(
        batch.column(6).as_string::<i32>().value(2),
        "-99999999999999999999999999999999999999.123456789"
    );
    let instants = batch.column(9).as_primitive::<TimestampMillisecondType>();
    assert_eq!((instants.value(0), instants.value(3)), (1_709_210_096_789, 9_223_372_036_854));
    assert_eq!(batch.column(10).as_binary::<i32>().value(0), [0x00, 0xff, 0x10]);
    let lists = batch.column(16).as_list::<i32>().value(0);
    assert_eq!(lists.as_primitive::<TimestampMillisecondType>().values(), &[1_709_210_096_789; 2]);
    let infinite = "SELECT CAST('NaN' AS DOUBLE), CAST('-Infinity' AS DOUBLE) FROM all_types LIMIT 1";
    let table = text(&pool::<S>(&url).await, infinite).await;
    let value = |column: usize| only(&table).column(column).as_primitive::<Float64Type>().value(0);
    assert!(value(0).is_nan() && value(1) == f64::NEG_INFINITY);
}

const fn column(name: &'static str, ty: &'static str, nullable: bool) -> ColumnMeta {
    ColumnMeta { name, named: true, ty, nullable, origin: "" }
}

const fn plan(columns: &'static [ColumnMeta], text: &'static [Piece<'static>]) -> Plan {
    Plan { template: text, columns, tables: &[&["all_types"]], read_only: true, ..Plan::EMPTY }
}

fn query<S: Source<Backend = Pinot>>(plan: &'static Plan) -> Query<'static, S, ()> {
    Query::new(plan, |_, _| Ok(()), [])
}

const TWO: &[Piece<'static>] =
    &[Piece::Text("SELECT id, c_int AS n FROM all_types WHERE id < 2 ORDER BY id LIMIT 3")];
const NONE: &[Piece<'static>] = &[Piece::Text("SELECT id, c_int AS n FROM all_types WHERE id = 99 LIMIT 3")];
const CHECKED: &[ColumnMeta] = &[column("id", "Int64", false), column("n", "Int32", true)];
const AS_CHECKED: &Plan = &plan(CHECKED, TWO);
const NO_ROW: &Plan = &plan(CHECKED, NONE);
const NO_NULL: &Plan = &plan(&[column("id", "Int32", false), column("n", "Int32", false)], TWO);
const OTHER_TYPE: &Plan = &plan(&[column("id", "Int32", false), column("n", "Utf8", true)], TWO);

async fn a_checked_query_has_its_own_schema<S: Source<Backend = Pinot>>(url: String) {
    let table = query::<S>(AS_CHECKED).fetch_arrow(&pool::<S>(&url).await).await.expect("rows");
    let (id, n) = (table.schema().field(0), table.schema().field(1));
    assert_eq!((id.data_type(), id.is_nullable(), n.is_nullable()), (&DataType::Int64, false, true));
    let batch = only(&table);
    assert_eq!(batch.schema_ref(), table.schema());
    assert_eq!(batch.column(0).as_primitive::<Int64Type>().values(), &[0, 1]);
    assert!(batch.column(1).is_null(1));
}

async fn what_was_not_checked_is_an_error<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let null = query::<S>(NO_NULL).fetch_arrow(&pool).await.expect_err("a NULL");
    assert_eq!(null.kind(), ErrorKind::SchemaMismatch);
    assert!(null.message().contains("column `n`, row 2 of its batch: NULL"), "{null}");
    let other = query::<S>(OTHER_TYPE).fetch_arrow(&pool).await.expect_err("another type");
    assert_eq!(other.kind(), ErrorKind::SchemaMismatch);
    assert!(other.message().contains("another type than was checked"), "{other}");
    assert_eq!(query::<S>(AS_CHECKED).fetch_arrow(&pool).await.expect("the pool is good").num_rows(), 2);
}

async fn no_row_has_a_schema<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let checked = query::<S>(NO_ROW).fetch_arrow(&pool).await.expect("no row");
    assert_eq!((checked.batches.len(), checked.schema().field(0).data_type()), (0, &DataType::Int64));
}

/// Also where there is no row.
async fn a_text_tells_its_names_and_types(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let run_time = text(&pool, "SELECT id, c_string, a_int FROM all_types WHERE id = 99 LIMIT 3").await;
    let fields =
        run_time.schema().fields().iter().map(|field| (field.name().as_str(), field.data_type().clone()));
    let list = DataType::new_list(DataType::Int32, true);
    let expected = [("id", DataType::Int32), ("c_string", DataType::Utf8), ("a_int", list)];
    assert_eq!((fields.collect::<Vec<_>>(), run_time.num_rows()), (expected.to_vec(), 0));
}

async fn a_partial_answer_is_an_error_unless_it_is_wanted(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let query = || {
        let query = sql_query("SELECT carrier, COUNT(*) FROM airlines GROUP BY carrier LIMIT 100");
        query.of::<Nulls, (String, i64)>().options(QueryOptions::new().num_groups_limit(3))
    };
    assert_eq!(query().fetch_arrow(&pool).await.expect_err("not all").kind(), ErrorKind::Partial);
    let mut stream = query().fetch_arrow_batches(&pool);
    assert!(stream.next().await.is_some_and(|batch| batch.is_ok()), "the rows come before the error");
    assert!(stream.next().await.is_some_and(|batch| batch.is_err()));
    let report = Report::new();
    let table = query().partial_ok().report(&report).fetch_arrow(&pool).await.expect("some groups");
    assert!((1..16).contains(&table.num_rows()), "{} groups", table.num_rows());
    assert_eq!(report.missing().len(), 1);
}

async fn pages_are_one_table<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let of = |sql: &'static str| sql_query(sql).of::<S, (String,)>();
    let sql = "SELECT carrier FROM airlines ORDER BY carrier LIMIT 100";
    let whole = of(sql).fetch_arrow(&pool).await.expect("rows");
    assert_eq!(whole.num_rows(), 16);
    for page_len in [1, 5, 16] {
        let report = Report::new();
        let paged = of(sql).page_size(page_len).report(&report).fetch_arrow(&pool).await.expect("pages");
        assert_eq!((&paged, report.answers().len()), (&whole, 16_usize.div_ceil(page_len)));
    }
    // A result without rows that is stored has no table, and so no columns.
    let none = of("SELECT carrier FROM airlines WHERE carrier = 'zz'").page_size(3);
    let none = none.fetch_arrow(&pool).await.expect("no rows");
    assert_eq!((none.num_rows(), none.schema().fields().len()), (0, 0));
}

async fn batches_come_as_they_arrive<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let sql = "SELECT carrier, repeat(carrier, 250000) AS wide FROM airlines LIMIT 16";
    let mut stream = sql_query(sql).fetch_arrow_batches::<S, _>(&pool);
    let (mut rows, mut lens) = (0, Vec::new());
    while let Some(batch) = stream.next().await {
        let batch = batch.expect("a batch");
        rows += batch.num_rows();
        lens.push(batch.column(1).as_string::<i32>().value_data().len());
    }
    assert_eq!((rows, lens.iter().sum::<usize>()), (16, 16 * 500_000));
    // None is much longer than a MiB, all but the last are no shorter.
    let (last, others) = lens.split_last().expect("batches");
    assert!(others.len() >= 3 && others.iter().all(|len| (1_000_000..3_000_000).contains(len)), "{lens:?}");
    assert!(*last < 3_000_000, "{lens:?}");
}
