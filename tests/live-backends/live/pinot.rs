//! Apache Pinot, with both engines as far as the test server runs them.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use querent::types::{Decimal, Timestamp};
use querent::{ErrorKind, Pool, query};

querent::source!(pub Stats);
querent::source!(pub Joins);

crate::tests! {
    a_point_select_gives_a_typed_row,
    every_type_comes_through,
    nulls_are_none,
    text_with_quotes_is_text,
    aggregates_are_typed,
    parameters_of_every_type_find_their_row,
    sections_and_spreads_are_sent,
    an_empty_answer_is_no_row,
    a_query_gives_record_batches,
    a_wrong_type_leaves_the_pool_good,
    a_refused_query_tells_no_value,
    a_dropped_stream_leaves_the_pool_good,
    one_broker_is_enough,
    the_source_decides_the_engine,
}

async fn pool(url: &str) -> Pool<Stats> {
    Pool::connect(url).await.expect("the controller answers")
}

fn timestamp(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

async fn is_good(pool: &Pool<Stats>) {
    let row = query!(Stats, "SELECT name FROM airlines WHERE carrier = :carrier LIMIT 1", carrier = "UA");
    assert_eq!(row.fetch_one(pool).await.expect("the pool is good").name, "United Air Lines Inc.");
}

async fn a_point_select_gives_a_typed_row(url: String) {
    let carrier = String::from("HA");
    let row = query!(Stats, "SELECT carrier, name FROM airlines WHERE carrier = :carrier LIMIT 2", carrier)
        .fetch_one(&pool(&url).await)
        .await
        .expect("a row");
    let (carrier, name): (String, String) = (row.carrier, row.name);
    assert_eq!((carrier.as_str(), name.as_str()), ("HA", "Hawaiian Airlines Inc."));
}

async fn every_type_comes_through(url: String) {
    let row = query!(
        Stats,
        "SELECT id, c_int, c_long, c_float, c_double, c_big_decimal, c_boolean, c_timestamp, c_string, c_json, c_bytes,
                a_int, a_string, a_timestamp, c_map
         FROM all_types WHERE id = :id LIMIT 2",
        id = 0
    )
    .fetch_one(&pool(&url).await)
    .await
    .expect("a row");
    assert_eq!((row.id, row.c_int, row.c_long), (0, Some(7), Some(8_000_000_000)));
    assert_eq!((row.c_float, row.c_double), (Some(1.1_f32), Some(2.2)));
    assert_eq!(row.c_big_decimal, Some("123.45".parse::<Decimal>().expect("a decimal")));
    assert_eq!((row.c_boolean, row.c_string.as_deref()), (Some(true), Some("plain")));
    assert_eq!(row.c_timestamp, Some(timestamp("2024-02-29T12:34:56.789")));
    assert_eq!(row.c_json.as_deref(), Some(r#"{"a":[1,{"b":null}]}"#));
    assert_eq!(row.c_bytes, Some(vec![0x00, 0xff, 0x10]));
    assert_eq!(row.a_int, Some(vec![Some(7), Some(7)]));
    assert_eq!(row.a_string, Some(vec![Some("plain".to_owned()), Some("plain".to_owned())]));
    assert_eq!(row.a_timestamp, Some(vec![Some(timestamp("2024-02-29T12:34:56.789")); 2]));
    assert!(row.c_map.is_some_and(|map| map.contains("\"k\":0")));
}

async fn nulls_are_none(url: String) {
    let row = query!(
        Stats,
        "SELECT c_int, c_long, c_double, c_big_decimal, c_boolean, c_timestamp, c_string, a_int
         FROM all_types WHERE id = 1 LIMIT 2"
    )
    .fetch_one(&pool(&url).await)
    .await
    .expect("a row");
    assert_eq!((row.c_int, row.c_long, row.c_double, row.c_big_decimal), (None, None, None, None));
    assert_eq!((row.c_boolean, row.c_timestamp, row.c_string, row.a_int), (None, None, None, None));
}

async fn text_with_quotes_is_text(url: String) {
    let pool = pool(&url).await;
    let text = "é你😀 'q' \"d\" \\ \n\t%s?";
    let row = query!(Stats, "SELECT id, c_string FROM all_types WHERE c_string = :text LIMIT 2", text)
        .fetch_one(&pool)
        .await
        .expect("a row");
    assert_eq!((row.id, row.c_string.as_str()), (3, text));
    let none =
        query!(Stats, "SELECT id FROM all_types WHERE c_string = :text LIMIT 2", text = "' OR 1 = 1 --");
    assert!(none.fetch_optional(&pool).await.expect("an answer").is_none());
}

async fn aggregates_are_typed(url: String) {
    let row = query!(
        Stats,
        "SELECT count(*) AS n, max(c_int) AS top, sum(c_double) AS total FROM all_types WHERE id = :id",
        id = 0
    )
    .fetch_one(&pool(&url).await)
    .await
    .expect("a row");
    let (n, top): (i64, Option<f64>) = (row.n, row.top);
    assert_eq!((n, top, row.total), (1, Some(7.0), Some(2.2)));
}

async fn parameters_of_every_type_find_their_row(url: String) {
    let pool = pool(&url).await;
    let decimal: Decimal = "123.45".parse().expect("a decimal");
    let row = query!(
        Stats,
        "SELECT id FROM all_types WHERE c_int = :int AND c_long = :long AND c_float = :float AND c_double = :double
         AND c_big_decimal = :decimal AND c_boolean = :boolean AND c_timestamp = :timestamp AND c_bytes = :bytes LIMIT 2",
        int = 7,
        long = 8_000_000_000_i64,
        float = 1.1_f32,
        double = 2.2,
        decimal = decimal,
        boolean = true,
        timestamp = timestamp("2024-02-29T12:34:56.789"),
        bytes = &[0x00_u8, 0xff, 0x10]
    )
    .fetch_one(&pool)
    .await
    .expect("a row");
    assert_eq!(row.id, 0);
    // A negative number beside a minus must not become a comment.
    let row = query!(Stats, "SELECT id FROM all_types WHERE c_long -:least = 0 LIMIT 2", least = i64::MIN);
    assert!(row.fetch_all(&pool).await.is_ok());
    let fine = query!(
        Stats,
        "SELECT id FROM all_types WHERE c_timestamp = :at LIMIT 1",
        at = timestamp("2024-01-01T00:00:00.0001")
    );
    assert_eq!(fine.fetch_all(&pool).await.expect_err("finer than Pinot").kind(), ErrorKind::Value);
}

async fn sections_and_spreads_are_sent(url: String) {
    let pool = pool(&url).await;
    let found = async |carriers: &[&str], name: Option<&str>| {
        query!(
            Stats,
            "SELECT carrier FROM airlines WHERE carrier IN (:carriers..) {{ AND name = :name }} LIMIT 100",
            carriers,
            name
        )
        .fetch_all(&pool)
        .await
        .expect("rows")
        .len()
    };
    assert_eq!(found(&["UA", "AA", "HA"], None).await, 3);
    assert_eq!(found(&["UA", "AA", "HA"], Some("American Airlines Inc.")).await, 1);
    assert_eq!(found(&[], None).await, 0);
}

async fn an_empty_answer_is_no_row(url: String) {
    let pool = pool(&url).await;
    let rows = query!(Stats, "SELECT id, c_string FROM all_types_empty LIMIT 10").fetch_all(&pool).await;
    assert!(rows.expect("an answer").is_empty());
}

async fn a_query_gives_record_batches(url: String) {
    use querent::arrow::arrow_schema::DataType;
    let query =
        query!(Stats, "SELECT c_int, c_long FROM all_types WHERE id < :most ORDER BY id LIMIT 9", most = 2);
    let table = query.fetch_arrow(&pool(&url).await).await.expect("record batches");
    let fields = table.schema().fields().iter().map(|field| (field.data_type(), field.is_nullable()));
    assert!(fields.eq([(&DataType::Int32, true), (&DataType::Int64, true)]), "{:?}", table.schema());
    assert_eq!(table.num_rows(), 2);
}

async fn a_wrong_type_leaves_the_pool_good(url: String) {
    let pool = pool(&url).await;
    let wrong = querent::sql("SELECT name FROM airlines WHERE carrier = $1 LIMIT 1").bind("UA");
    let error = wrong.fetch_one::<(i64,), _, _>(&pool).await.expect_err("text is no i64");
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
    is_good(&pool).await;
}

async fn a_refused_query_tells_no_value(url: String) {
    let pool = pool(&url).await;
    let wrong = querent::sql("SELECT nothing FROM airlines WHERE carrier = $1 LIMIT 1").bind("s3cret '");
    let error = wrong.fetch_all::<(String,), _, _>(&pool).await.expect_err("no such column");
    assert_eq!(error.kind(), ErrorKind::Query);
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    let wrong = querent::sql("SELEC name FROM airlines WHERE carrier = $1").bind("s3cret '");
    let error = wrong.fetch_all::<(String,), _, _>(&pool).await.expect_err("no SQL");
    assert_eq!(error.kind(), ErrorKind::Query);
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    is_good(&pool).await;
}

async fn a_dropped_stream_leaves_the_pool_good(url: String) {
    let pool = pool(&url).await;
    let mut rows =
        query!(Stats, "SELECT carrier FROM airlines LIMIT 100").timeout(Duration::from_secs(10)).fetch(&pool);
    assert!(rows.try_next().await.expect("a row").is_some());
    drop(rows);
    is_good(&pool).await;
}

async fn one_broker_is_enough(_: String) {
    let Ok(url) = std::env::var("QUERENT_TEST_PINOT_BROKER_URL") else {
        panic!("QUERENT_TEST_PINOT_BROKER_URL is not set: tests/servers/pinot.sh prints it");
    };
    let authority = url.rsplit('/').next().expect("a host");
    is_good(&pool(&format!("pinot://{authority}?role=broker")).await).await;
}

/// The test server's tables are run by the single-stage engine only: that the other one understands a JOIN proves that it
/// was asked.
async fn the_source_decides_the_engine(url: String) {
    let pool = Pool::<Joins>::connect(&url).await.expect("the controller answers");
    let sql = "SELECT a.name FROM airlines a JOIN airlines b ON a.carrier = b.carrier LIMIT 1";
    let (single, multi) = (
        querent::sql(sql).fetch_all::<(String,), _, _>(&self::pool(&url).await).await,
        query!(Joins, "SELECT a.name FROM airlines a JOIN airlines b ON a.carrier = b.carrier LIMIT 1")
            .fetch_all(&pool)
            .await,
    );
    let single = single.expect_err("the single-stage engine has no JOIN");
    assert_eq!(single.code(), Some("150 SQL_PARSING"), "{single}");
    match multi {
        Ok(rows) => assert_eq!(rows.len(), 1),
        Err(error) => assert_ne!(error.code(), Some("150 SQL_PARSING"), "{error}"),
    }
}
