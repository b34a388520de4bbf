//! Every type, single- and multi-valued, with NULL and without.

use std::collections::BTreeMap;

use querent_core::types::value::{Decimal, Timestamp};
use querent_core::{FromRow, Pool, Source, sql_query};
use querent_pinot::Pinot;

use crate::{Defaults, Nulls, pool};

crate::tests! {
    SINGLE:
    everyday_values_of_every_type::<Nulls>,
    least_values::<Nulls>,
    greatest_values::<Nulls>,
    null_is_none_where_it_is_handled::<Nulls>,
    null_is_the_default_where_it_is_not,
    what_is_not_finite::<Nulls>,
    aggregates_over_no_rows,
}

crate::tests! {
    MULTI:
    everyday_values_of_every_type::<Multi>,
    least_values::<Multi>,
    greatest_values::<Multi>,
    null_is_none_where_it_is_handled::<Multi>,
}

async fn one<S: Source<Backend = Pinot>, R>(pool: &Pool<S>, sql: &str) -> R
where
    R: for<'b> FromRow<'b, Pinot>,
{
    sql_query(sql.to_owned()).fetch_one(pool).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

fn timestamp(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

const NUMBERS: &str = "SELECT c_int, c_long, c_float, c_double, c_big_decimal, m_int, m_long, m_big_decimal";
type Numbers = (i32, i64, f32, f64, Decimal, i32, i64, Decimal);
const OTHERS: &str = "SELECT c_boolean, c_timestamp, c_string, c_bytes, d_ts, c_map";
type Others = (bool, Timestamp, String, Vec<u8>, Timestamp, BTreeMap<String, i32>);
const LISTS: &str = "SELECT a_int, a_long, a_float, a_double, a_boolean, a_timestamp, a_string";
type Lists = (Vec<i32>, Vec<i64>, Vec<f32>, Vec<f64>, Vec<bool>, Vec<Timestamp>, Vec<String>);

async fn everyday_values_of_every_type<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let of = |columns: &str| format!("{columns} FROM all_types WHERE id = 0 LIMIT 2");
    let numbers: Numbers = one(&pool, &of(NUMBERS)).await;
    let (m, n) = (decimal("123.45"), 8_000_000_000);
    assert_eq!(numbers, (7, n, 1.1, 2.2, m.clone(), 7, n, m));
    let others: Others = one(&pool, &of(OTHERS)).await;
    let at = timestamp("2024-02-29T12:34:56.789");
    let map = [("k".to_owned(), 0), ("é \"".to_owned(), 0)];
    assert_eq!(others, (true, at, "plain".to_owned(), vec![0x00, 0xff, 0x10], at, BTreeMap::from(map)));
    let lists: Lists = one(&pool, &of(LISTS)).await;
    let text = vec!["plain".to_owned(); 2];
    assert_eq!(lists, (vec![7; 2], vec![n; 2], vec![1.1; 2], vec![2.2; 2], vec![true; 2], vec![at; 2], text));
    let (json, map): (String, String) = one(&pool, &of("SELECT c_json, c_map")).await;
    assert_eq!((json.as_str(), map.contains("\"k\":0")), (r#"{"a":[1,{"b":null}]}"#, true));
}

async fn least_values<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let numbers: Numbers = one(&pool, &format!("{NUMBERS} FROM all_types WHERE id = 2 LIMIT 2")).await;
    let least = decimal("-99999999999999999999999999999999999999.123456789");
    assert_eq!(numbers, (i32::MIN, i64::MIN, f32::MIN, f64::MIN, least.clone(), i32::MIN, i64::MIN, least));
    let lists: Lists = one(&pool, &format!("{LISTS} FROM all_types WHERE id = 2 LIMIT 2")).await;
    assert_eq!((lists.0[0], lists.1[0], lists.2[0], lists.3[0]), (i32::MIN, i64::MIN, f32::MIN, f64::MIN));
    assert_eq!((lists.4[0], lists.5[0]), (false, timestamp("1901-01-01T00:00:00")));
}

async fn greatest_values<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let numbers: Numbers = one(&pool, &format!("{NUMBERS} FROM all_types WHERE id = 3 LIMIT 2")).await;
    let most = decimal("1000000000000000000000000000000");
    assert_eq!(numbers, (i32::MAX, i64::MAX, f32::MAX, f64::MAX, most.clone(), i32::MAX, i64::MAX, most));
    let others: Others = one(&pool, &format!("{OTHERS} FROM all_types WHERE id = 3 LIMIT 2")).await;
    assert_eq!(others.1, timestamp("2262-04-11T23:47:16.854"));
    assert_eq!(others.2, "é你😀 'q' \"d\" \\ \n\t%s?");
    let (float, double): (f32, f64) =
        one(&pool, "SELECT c_float, c_double FROM all_types WHERE id = 5 LIMIT 2").await;
    assert_eq!((float.to_bits(), double.to_bits()), (1, 1));
}

async fn null_is_none_where_it_is_handled<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    type Options = (Option<i32>, Option<i64>, Option<f32>, Option<f64>, Option<Decimal>, Option<i32>);
    let numbers: Options = one(
        &pool,
        "SELECT c_int, c_long, c_float, c_double, c_big_decimal, m_int FROM all_types WHERE id = 1 LIMIT 2",
    )
    .await;
    assert_eq!(numbers, (None, None, None, None, None, None));
    type Rest =
        (Option<bool>, Option<Timestamp>, Option<String>, Option<String>, Option<Vec<u8>>, Option<String>);
    let rest: Rest = one(
        &pool,
        "SELECT c_boolean, c_timestamp, c_string, c_json, c_bytes, c_map FROM all_types WHERE id = 1 LIMIT 2",
    )
    .await;
    assert_eq!(rest, (None, None, None, None, None, None));
    type Lists = (Option<Vec<i32>>, Option<Vec<f64>>, Option<Vec<Timestamp>>, Option<Vec<String>>);
    let lists: Lists =
        one(&pool, "SELECT a_int, a_double, a_timestamp, a_string FROM all_types WHERE id = 1 LIMIT 2").await;
    assert_eq!(lists, (None, None, None, None));
}

async fn null_is_the_default_where_it_is_not(url: String) {
    let pool = pool::<Defaults>(&url).await;
    let numbers: Numbers = one(&pool, &format!("{NUMBERS} FROM all_types WHERE id = 1 LIMIT 2")).await;
    let none = decimal("0");
    let (float, double) = (f32::NEG_INFINITY, f64::NEG_INFINITY);
    assert_eq!(numbers, (i32::MIN, i64::MIN, float, double, none.clone(), 0, 0, none));
    let others: Others = one(&pool, &format!("{OTHERS} FROM all_types WHERE id = 1 LIMIT 2")).await;
    let epoch = Timestamp::from_millis(0);
    assert_eq!(others, (false, epoch, "null".to_owned(), vec![], epoch, BTreeMap::new()));
}

async fn what_is_not_finite<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let (nan, most, least): (f64, f64, f32) = one(
        &pool,
        "SELECT CAST('NaN' AS DOUBLE), CAST('Infinity' AS DOUBLE), CAST('-Infinity' AS FLOAT) FROM all_types LIMIT 1",
    )
    .await;
    assert!(nan.is_nan() && most == f64::INFINITY && least == f32::NEG_INFINITY);
    let (stored,): (f64,) = one(&pool, "SELECT c_double FROM all_types WHERE id = 4 LIMIT 2").await;
    assert_eq!(stored, f64::INFINITY);
}

/// Aggregates over no rows are numbers that are not finite without null handling, and NULL with it.
async fn aggregates_over_no_rows(url: String) {
    let sql = "SELECT COUNT(*), SUM(c_int), MIN(c_int), MAX(c_int), AVG(c_int) FROM all_types WHERE id = 99";
    let with: (i64, Option<f64>, Option<f64>, Option<f64>, Option<f64>) =
        one(&pool::<Nulls>(&url).await, sql).await;
    assert_eq!(with, (0, None, None, None, None));
    let without: (i64, f64, f64, f64, f64) = one(&pool::<Defaults>(&url).await, sql).await;
    assert_eq!(without, (0, 0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY));
}
