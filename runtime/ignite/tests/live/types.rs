//! What either engine can put into a column beyond plain values, and takes as a parameter.

use std::collections::{BTreeMap, HashMap};

use querent_core::types::value::{Date, Decimal, Duration, Interval, Time, Timestamp};
use querent_core::{
    Batch as _, Decode, Error, ErrorKind, ParamMeta, Piece, Plan, Pool, Query, Source, Value, ValueError,
};
use querent_ignite::wire::Value as Owned;
use querent_ignite::{Ignite, IgniteBatch};

use crate::{pool, rows, run_sql, table};

crate::tests! { H2: rows_in_rows, lists_as_tables, objects_of_users, h2_has_no_intervals }
crate::tests! { CALCITE: lists_and_maps, intervals, lists_and_intervals_as_parameters, mixed_unions }

async fn rows_in_rows(url: String) {
    let pool = pool(&url).await;
    let read: Vec<(Vec<i32>, Vec<Option<String>>)> = rows(&pool, "SELECT (1, 2, 3), ('a', NULL)").await;
    assert_eq!(read, [(vec![1, 2, 3], vec![Some("a".into()), None])]);
    let read: Vec<(Vec<Date>, Option<Vec<i32>>)> =
        rows(&pool, "SELECT (DATE '2024-01-15', DATE '2024-07-15'), NULL").await;
    assert_eq!(read, [(vec!["2024-01-15".parse().unwrap(), "2024-07-15".parse().unwrap()], None)]);
    let read: Vec<(Owned,)> = rows(&pool, "SELECT (1, 'x')").await;
    assert_eq!(read, [(Owned::array([Owned::Int(1), Owned::String("x".into())]),)]);
}

/// A source that was checked for an engine.
macro_rules! source {
    ($name:ident, $engine:literal) => {
        enum $name {}

        impl Source for $name {
            type Backend = Ignite;
            const NAME: &'static str = $engine;
            const FINGERPRINT: u64 = 0;
            const OPTIONS: &'static [(&'static str, &'static str)] = &[("engine", $engine)];
        }
    };
}

source!(H2Source, "h2");
source!(CalciteSource, "calcite");

fn decode<T: for<'b> Decode<'b, Ignite>>(batch: &IgniteBatch, read: &mut Vec<T>) -> Result<(), ValueError> {
    let column = <T as Decode<'_, Ignite>>::column(batch, 0)?;
    for row in 0..batch.len() {
        read.push(<T as Decode<'_, Ignite>>::get(&column, row)?);
    }
    Ok(())
}

async fn with_one<S, T>(url: &str, plan: &'static Plan, value: Value<'_>) -> Result<Vec<T>, Error>
where
    S: Source<Backend = Ignite>,
    T: for<'b> Decode<'b, Ignite> + Send + 'static,
{
    let pool = Pool::<S>::connect(url).await?;
    Query::<S, T>::new(plan, decode::<T>, [value]).fetch_all(&pool).await
}

macro_rules! plan {
    ($head:literal, $ty:literal, $tail:literal) => {
        &Plan {
            template: &[Piece::Text($head), Piece::Param(0), Piece::Text($tail)],
            params: &[ParamMeta { name: "", ty: $ty }],
            ..Plan::EMPTY
        }
    };
}

fn numbers() -> Value<'static> {
    Value::List(vec![Value::Int(1), Value::Null, Value::Int(5)])
}

async fn lists_as_tables(url: String) {
    let plan = plan!("SELECT x FROM TABLE(x INT=", "List(Int32)", ")");
    let read = with_one::<H2Source, Option<i32>>(&url, plan, numbers()).await.unwrap();
    assert_eq!(read, [Some(1), None, Some(5)]);
    let date: Date = "2024-01-15".parse().unwrap();
    let plan = plan!("SELECT x FROM TABLE(x DATE=", "List(Date32)", ")");
    let read = with_one::<H2Source, Date>(&url, plan, Value::List(vec![Value::Date(date)])).await.unwrap();
    assert_eq!(read, [date]);
    // The empty one as well.
    let plan = plan!("SELECT x FROM TABLE(x INT=", "List(Int32)", ")");
    let read = with_one::<H2Source, i32>(&url, plan, Value::List(Vec::new())).await.unwrap();
    assert!(read.is_empty());
}

async fn objects_of_users(url: String) {
    let pool = pool(&url).await;
    let rest = "(id INT PRIMARY KEY, name VARCHAR) WITH \"wrap_value=true,value_type=PersonOfTypes\"";
    table(&pool, "persons", rest).await;
    run_sql(&pool, "INSERT INTO persons(id, name) VALUES (7, 'Ann')").await;
    let read: Vec<(i32, Owned)> = rows(&pool, "SELECT _KEY, _VAL FROM persons").await;
    assert_eq!(read[0].0, 7);
    let object = read[0].1.as_object().expect("a complex object");
    assert_eq!(object.field_at(0).unwrap(), Some(Owned::String("Ann".into())));
}

async fn h2_has_no_intervals(url: String) {
    let plan = plan!("SELECT ", "", "");
    let value = Value::Interval(Interval::new(1, 0, 0));
    let error = with_one::<H2Source, i32>(&url, plan, value).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
}

async fn lists_and_maps(url: String) {
    let pool = pool(&url).await;
    type Lists = (Vec<Option<i32>>, Vec<String>, Vec<Vec<i32>>);
    let read: Vec<Lists> =
        rows(&pool, "SELECT ARRAY[1, 2, NULL], ARRAY['a', 'b'], ARRAY[ARRAY[1], ARRAY[2, 3]]").await;
    assert_eq!(
        read,
        [(vec![Some(1), Some(2), None], vec!["a".into(), "b".into()], vec![vec![1], vec![2, 3]])]
    );
    let read: Vec<(Vec<Date>, Vec<Time>, Vec<Timestamp>)> = rows(
        &pool,
        "SELECT ARRAY[DATE '2024-01-15'], ARRAY[TIME '12:00:01'], ARRAY[TIMESTAMP '2024-01-15 12:00:00']",
    )
    .await;
    let (date, time) = ("2024-01-15".parse().unwrap(), "12:00:01".parse().unwrap());
    assert_eq!(read, [(vec![date], vec![time], vec!["2024-01-15T12:00:00".parse().unwrap()])]);
    let read: Vec<(Vec<Interval>, Vec<Interval>)> =
        rows(&pool, "SELECT ARRAY[INTERVAL '3' DAY], ARRAY[INTERVAL '-2' MONTH]").await;
    assert_eq!(read, [(vec![Interval::new(0, 3, 0)], vec![Interval::new(-2, 0, 0)])]);
    type Maps = (HashMap<String, i32>, BTreeMap<i32, Option<Date>>);
    let read: Vec<Maps> = rows(&pool, "SELECT MAP['a', 1, 'b', 2], MAP[1, DATE '2024-01-15']").await;
    assert_eq!(read, [([("a".into(), 1), ("b".into(), 2)].into(), [(1, Some(date))].into())]);
    let read: Vec<(Vec<i64>, Owned)> =
        rows(&pool, "SELECT ARRAY_AGG(x), MAP[1, 'x'] FROM SYSTEM_RANGE(1, 3)").await;
    assert_eq!(read, [(vec![1, 2, 3], Owned::map([(Owned::Int(1), Owned::String("x".into()))]))]);
}

async fn intervals(url: String) {
    let pool = pool(&url).await;
    let read: Vec<(Interval, Interval, Duration)> = rows(
        &pool,
        "SELECT INTERVAL '-1-2' YEAR TO MONTH, INTERVAL '1 02:03:04' DAY TO SECOND, INTERVAL '-5' MINUTE",
    )
    .await;
    let time = (2 * 3600 + 3 * 60 + 4) * 1_000_000_000;
    assert_eq!(
        read,
        [(Interval::new(-14, 0, 0), Interval::new(0, 1, time), Duration::new(-300, 0).unwrap())]
    );
}

async fn lists_and_intervals_as_parameters(url: String) {
    let plan = plan!("SELECT CARDINALITY(CAST(", "List(Int32)", " AS INT ARRAY))");
    assert_eq!(with_one::<CalciteSource, i32>(&url, plan, numbers()).await.unwrap(), [3]);
    let plan = plan!("SELECT DATE '2024-01-01' + CAST(", "Interval(DayTime)", " AS INTERVAL DAY)");
    let value = || Value::Interval(Interval::new(0, 3, 0));
    assert_eq!(
        with_one::<CalciteSource, Date>(&url, plan, value()).await.unwrap()[0].to_string(),
        "2024-01-04"
    );
    let plan = plan!("SELECT DATE '2024-01-01' + CAST(", "Interval(YearMonth)", " AS INTERVAL MONTH)");
    let error = with_one::<CalciteSource, Date>(&url, plan, value()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    let value = Value::Interval(Interval::new(2, 0, 0));
    assert_eq!(
        with_one::<CalciteSource, Date>(&url, plan, value).await.unwrap()[0].to_string(),
        "2024-03-01"
    );
}

async fn mixed_unions(url: String) {
    let pool = pool(&url).await;
    let read: Vec<(String,)> = rows(&pool, "SELECT 1 UNION ALL SELECT 'x'").await;
    assert_eq!(read, [("1".into(),), ("x".into(),)]);
    let read: Vec<(Decimal,)> = rows(&pool, "SELECT 1 UNION ALL SELECT 1.5").await;
    assert_eq!(read[1].0.to_string(), "1.5");
}
