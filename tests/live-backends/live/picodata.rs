//! PostgreSQL 15 as Picodata's wire.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use querent::types::{Decimal, Timestamp, Uuid};
use querent::{ErrorKind, Pool, PoolOptions, query};

querent::source!(pub Stock);

crate::tests! {
    a_point_select_gives_a_typed_row,
    nulls_are_none,
    text_with_quotes_is_text,
    the_ends_of_the_ranges_come_through,
    aggregates_are_typed,
    parameters_of_every_type_find_their_row,
    sections_and_spreads_are_sent,
    a_long_result_comes_in_batches,
    writes_say_how_many_rows,
    a_duplicate_key_tells_no_value,
    a_wrong_type_leaves_the_pool_good,
    a_refused_statement_leaves_the_pool_good,
    a_dropped_stream_leaves_the_pool_good,
    statements_are_bounded,
    a_void_statement_is_prepared_anew,
    a_connection_that_ends_is_replaced,
    a_wrong_password_is_told_at_once,
    tls_is_made_or_refused,
    md5_is_spoken,
    record_batches_have_the_checked_schema,
    causes_are_told_behind_errors,
}

async fn pool(url: &str) -> Pool<Stock> {
    Pool::connect(url).await.expect("the server takes connections")
}

fn decimal(text: &str) -> Option<Decimal> {
    Some(text.parse().expect("a decimal"))
}

fn timestamp(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

async fn is_good(pool: &Pool<Stock>) {
    let row = query!(Stock, "SELECT name FROM stock WHERE id = :id", id = 1).fetch_one(pool).await;
    assert_eq!(row.expect("the pool is good").name, "anvil");
}

async fn a_point_select_gives_a_typed_row(url: String) {
    let pool = pool(&url).await;
    let id = 1_i64;
    let row = query!(
        Stock,
        "SELECT id, name, category, qty, price, weight, active, sku, added, notes FROM stock WHERE id = :id",
        id
    )
    .fetch_one(&pool)
    .await
    .expect("a row");
    let (id, name, active): (i64, String, bool) = (row.id, row.name, row.active);
    assert_eq!((id, name.as_str(), active), (1, "anvil", true));
    assert_eq!((row.category.as_deref(), row.qty), (Some("tools"), Some(7)));
    assert_eq!((row.price.clone(), row.price.map(|p| p.scale())), (decimal("120.50"), Some(2)));
    assert_eq!(row.weight, Some(61.5));
    assert_eq!(row.sku, Some("6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse::<Uuid>().expect("a UUID")));
    assert_eq!(row.added, Some(timestamp("2024-02-29T12:34:56.789012")));
    assert_eq!(row.notes.as_deref(), Some(r#"{"colour": "grey", "tags": ["heavy", null]}"#));
}

async fn nulls_are_none(url: String) {
    let row = query!(
        Stock,
        "SELECT category, qty, price, weight, sku, added, notes FROM stock WHERE id = $1",
        2_i64
    )
    .fetch_one(&pool(&url).await)
    .await
    .expect("a row");
    assert_eq!((row.category, row.qty, row.price, row.weight), (None, None, None, None));
    assert_eq!((row.sku, row.added, row.notes), (None, None, None));
}

async fn text_with_quotes_is_text(url: String) {
    let pool = pool(&url).await;
    for (name, id) in [("été 你好 😀 'q' \"d\" \\", 3), ("line\nbreak\ttab", 4), ("", 5)] {
        let row = query!(Stock, "SELECT id, name FROM stock WHERE name = :name", name).fetch_one(&pool).await;
        let row = row.expect("a row");
        assert_eq!((row.id, row.name.as_str()), (id, name));
    }
    let none = query!(Stock, "SELECT id FROM stock WHERE name = :name", name = "' OR 1 = 1 --");
    assert!(none.fetch_optional(&pool).await.expect("an answer").is_none());
}

async fn the_ends_of_the_ranges_come_through(url: String) {
    let pool = pool(&url).await;
    let rows = query!(
        Stock,
        "SELECT id, qty, price, weight, added FROM stock WHERE id IN (:ids..) ORDER BY id",
        ids = &[3_i64, 4, 5, i64::MIN, i64::MAX]
    )
    .fetch_all(&pool)
    .await
    .expect("rows");
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids, [i64::MIN, 3, 4, 5, i64::MAX]);
    assert_eq!((rows[1].qty, rows[2].qty), (Some(i32::MIN.into()), Some(i32::MAX.into())));
    assert_eq!(rows[1].price, decimal("-9999999999999999.99"));
    assert_eq!(rows[3].price.as_ref().map(ToString::to_string).as_deref(), Some("0.00"));
    assert_eq!((rows[1].weight, rows[2].weight), (Some(f64::MIN), Some(f64::MAX)));
    assert!(rows[3].weight.is_some_and(f64::is_nan));
    assert_eq!((rows[0].weight, rows[4].weight), (Some(f64::from_bits(1)), Some(f64::INFINITY)));
    assert_eq!(rows[1].added, Some(timestamp("0001-01-01T00:00:00")));
    assert_eq!(rows[2].added, Some(timestamp("9999-12-31T23:59:59.999999")));
    assert_eq!(rows[3].added, Some(timestamp("1969-12-31T23:59:59.999999")));
}

async fn aggregates_are_typed(url: String) {
    let row = query!(
        Stock,
        "SELECT count(*) AS n, count(qty) AS counted, sum(qty) AS total, max(price) AS dearest, min(added) AS first
         FROM stock WHERE id BETWEEN :low AND :high",
        low = 6,
        high = 998
    )
    .fetch_one(&pool(&url).await)
    .await
    .expect("a row");
    let (n, total): (i64, Option<Decimal>) = (row.n, row.total);
    assert_eq!((n, row.counted), (993, 851));
    assert!(total.is_some_and(|total| total > Decimal::ZERO));
    assert_eq!(row.dearest, decimal("1367.26"));
    assert_eq!(row.first, Some(timestamp("2024-01-01T06:00:00")));
}

async fn parameters_of_every_type_find_their_row(url: String) {
    let pool = pool(&url).await;
    let price: Decimal = "120.5".parse().expect("a decimal");
    let sku: Uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a UUID");
    let row = query!(
        Stock,
        "SELECT id FROM stock WHERE qty = :qty AND price = :price AND weight = :weight AND active = :active
         AND sku = :sku AND added = :added",
        qty = 7_i64,
        price = price,
        weight = 61.5,
        active = true,
        sku = sku,
        added = timestamp("2024-02-29T12:34:56.789012")
    )
    .fetch_one(&pool)
    .await
    .expect("a row");
    assert_eq!(row.id, 1);
    // The server's column has 32 bits: a number beyond is refused here, not cut.
    let wide =
        query!(Stock, "UPDATE stock SET qty = :qty WHERE id = 0", qty = 1_i64 << 40).execute(&pool).await;
    let error = wide.expect_err("too wide");
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!error.to_string().contains("1099511627776"), "{error}");
    is_good(&pool).await;
}

async fn sections_and_spreads_are_sent(url: String) {
    let pool = pool(&url).await;
    let found = async |categories: &[&str], floor: Option<i64>| {
        query!(
            Stock,
            "SELECT id FROM stock WHERE id < 100 AND category IN (:categories..) {{ AND qty >= :floor }}",
            categories,
            floor
        )
        .fetch_all(&pool)
        .await
        .expect("rows")
        .len()
    };
    let all = found(&["tools", "garden", "kitchen"], None).await;
    let some = found(&["tools", "garden", "kitchen"], Some(50)).await;
    assert!(all > some && some > 0, "{all} {some}");
    assert_eq!(found(&[], None).await, 0);
}

async fn a_long_result_comes_in_batches(url: String) {
    let pool = pool(&url).await;
    let rows =
        query!(Stock, "SELECT id, name, qty FROM stock ORDER BY id LIMIT 1000").page_size(7).fetch(&pool);
    let ids: Vec<i64> = rows.map_ok(|row| row.id).try_collect().await.expect("rows");
    assert_eq!(ids.len(), 1000);
    assert!(ids.is_sorted());
}

async fn writes_say_how_many_rows(url: String) {
    let pool = pool(&url).await;
    let id = 5_000_001_i64;
    query!(Stock, "DELETE FROM stock WHERE id = :id", id).execute(&pool).await.expect("a delete");
    let made = query!(
        Stock,
        "INSERT INTO stock (id, name, active, price) VALUES (:id, :name, :active, :price)",
        id,
        name = "made by a test",
        active = false,
        price = None::<Decimal>
    );
    assert_eq!(made.execute(&pool).await.expect("an insert").rows_affected, Some(1));
    let changed =
        query!(Stock, "UPDATE stock SET qty = :qty WHERE id = :id", qty = 3, id).execute(&pool).await;
    assert_eq!(changed.expect("an update").rows_affected, Some(1));
    let row = query!(Stock, "SELECT qty, price FROM stock WHERE id = :id", id).fetch_one(&pool).await;
    let row = row.expect("the row");
    assert_eq!((row.qty, row.price), (Some(3), None));
    let gone = query!(Stock, "DELETE FROM stock WHERE id = :id", id).execute(&pool).await.expect("a delete");
    assert_eq!(gone.rows_affected, Some(1));
}

async fn a_duplicate_key_tells_no_value(url: String) {
    let pool = pool(&url).await;
    let twice = query!(
        Stock,
        "INSERT INTO stock (id, name, active) VALUES (:id, :name, :active)",
        id = 9_223_372_036_854_775_807_i64,
        name = "s3cret name",
        active = true
    );
    let error = twice.execute(&pool).await.expect_err("the key is taken");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Constraint, Some("23505")));
    let said = format!("{error} {error:?}");
    assert!(!said.contains("s3cret") && !said.contains("9223372036854775807"), "{said}");
    is_good(&pool).await;
}

async fn a_wrong_type_leaves_the_pool_good(url: String) {
    let pool: Pool<Stock> =
        PoolOptions::new().max_connections(1).connect(&url).await.expect("a pool of one connection");
    let wrong = querent::sql("SELECT name FROM stock WHERE id = $1").bind(1_i64);
    let error = wrong.fetch_one::<(i64,), _, _>(&pool).await.expect_err("text is no i64");
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
    is_good(&pool).await;
}

async fn a_refused_statement_leaves_the_pool_good(url: String) {
    let pool: Pool<Stock> =
        PoolOptions::new().max_connections(1).connect(&url).await.expect("a pool of one connection");
    let error =
        querent::sql("SELECT nothing FROM stock").fetch_all::<(i64,), _, _>(&pool).await.expect_err("a name");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Query, Some("42703")));
    // Refused while it runs, after the first rows.
    let late = "SELECT 1 / (id - 500) FROM stock WHERE id > 5 AND id < 900 ORDER BY id";
    let error = querent::sql(late).fetch_all::<(i64,), _, _>(&pool).await.expect_err("a division by zero");
    assert_eq!(error.code(), Some("22012"));
    is_good(&pool).await;
    assert_eq!(pool.stats().connections, 1);
}

async fn a_dropped_stream_leaves_the_pool_good(url: String) {
    let pool: Pool<Stock> =
        PoolOptions::new().max_connections(1).connect(&url).await.expect("a pool of one connection");
    for _ in 0..3 {
        let mut rows = query!(Stock, "SELECT id FROM stock ORDER BY id LIMIT 1000").page_size(1).fetch(&pool);
        assert!(rows.try_next().await.expect("a row").is_some());
        drop(rows);
        is_good(&pool).await;
    }
}

async fn statements_are_bounded(url: String) {
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}statements_max=4");
    let pool: Pool<Stock> =
        PoolOptions::new().max_connections(1).connect(&url).await.expect("a pool of one connection");
    for number in 0..20_i64 {
        let text = format!("SELECT id + {number} FROM stock WHERE id = $1");
        let (sum,): (i64,) = querent::sql(text).bind(1_i64).fetch_one(&pool).await.expect("a row");
        assert_eq!(sum, 1 + number);
    }
    let kept = querent::sql("SELECT count(*) FROM pg_prepared_statements");
    let (kept,): (i64,) = kept.fetch_one(&pool).await.expect("a count");
    assert!((1..=4).contains(&kept), "{kept} statements");
}

/// Picodata says 42999 at Bind after a schema change. An IMMUTABLE function runs while PostgreSQL plans, which is at Bind
/// too, and a sequence keeps its count when that fails: so the server says it once, or as often as is asked here.
async fn a_void_statement_is_prepared_anew(url: String) {
    // What the driver does by itself.
    let alone = PoolOptions::new().max_connections(1).resends_max(0);
    let pool: Pool<Stock> = alone.connect(&url).await.expect("a pool of one connection");
    for made in [
        "CREATE TEMP SEQUENCE calls",
        "CREATE FUNCTION pg_temp.void_until(last bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $body$ BEGIN
           IF nextval('calls') <= last THEN RAISE EXCEPTION 'invalidated' USING ERRCODE = '42999'; END IF;
           RETURN 7;
         END $body$",
    ] {
        querent::sql(made).fetch_all::<(i64,), _, _>(&pool).await.expect("it is made");
    }
    let call = |text: &'static str| querent::sql(text).fetch_all::<(i64,), _, _>(&pool);
    assert_eq!(call("SELECT pg_temp.void_until(1)").await.expect("the second time"), [(7,)]);
    let error = call("SELECT pg_temp.void_until(100)").await.expect_err("void for ever");
    assert_eq!(error.code(), Some("42999"));
    let calls: (i64,) =
        querent::sql("SELECT last_value FROM calls").fetch_one(&pool).await.expect("the count");
    assert_eq!(calls.0, 4, "two tries each");
    is_good(&pool).await;
    assert_eq!(pool.stats().connections, 1);
}

async fn a_connection_that_ends_is_replaced(url: String) {
    let pool: Pool<Stock> =
        PoolOptions::new().max_connections(1).connect(&url).await.expect("a pool of one connection");
    let end = querent::sql("SELECT pg_terminate_backend(pg_backend_pid())");
    let error = end.fetch_all::<(bool,), _, _>(&pool).await.expect_err("the server ends the connection");
    // A text that was not checked may have done anything before the end.
    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
    is_good(&pool).await;
}

async fn a_wrong_password_is_told_at_once(url: String) {
    let (user, rest) = url.strip_prefix("picodata://").and_then(|url| url.split_once('@')).expect("a user");
    let (user, _) = user.split_once(':').expect("a password");
    let begin = Instant::now();
    let wrong = format!("picodata://{user}:s3cret@{rest}");
    let error = Pool::<Stock>::connect(&wrong).await.expect_err("the password is wrong");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("28P01")));
    assert!(!error.is_retryable() && begin.elapsed() < Duration::from_secs(5));
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    let none = Pool::<Stock>::connect(&format!("picodata://{user}@{rest}")).await.expect_err("no password");
    assert_eq!(none.kind(), ErrorKind::Authentication);
}

async fn tls_is_made_or_refused(url: String) {
    let Ok(authority) = std::env::var("QUERENT_TEST_POSTGRES_CA") else {
        panic!("QUERENT_TEST_POSTGRES_CA is not set: tests/servers/postgres.sh prints it");
    };
    let secure = url.replacen("picodata://", "picodata+tls://", 1);
    is_good(&pool(&format!("{secure}?tls_roots={authority}")).await).await;
    let error = Pool::<Stock>::connect(&secure).await.expect_err("the usual authorities do not know it");
    assert_eq!(error.kind(), ErrorKind::Tls);
    let other = format!("{secure}?tls_roots={authority}&tls_server_name=other.example");
    let error = Pool::<Stock>::connect(&other).await.expect_err("another name");
    assert_eq!(error.kind(), ErrorKind::Tls);
}

async fn md5_is_spoken(_: String) {
    let Ok(url) = std::env::var("QUERENT_TEST_POSTGRES_MD5_URL") else {
        panic!("QUERENT_TEST_POSTGRES_MD5_URL is not set: tests/servers/postgres.sh prints it");
    };
    is_good(&pool(&url).await).await;
}

async fn record_batches_have_the_checked_schema(url: String) {
    use querent::arrow::arrow_array::Array as _;
    use querent::arrow::arrow_array::cast::AsArray as _;
    use querent::arrow::arrow_array::types::{Int64Type, TimestampMicrosecondType};
    let pool = pool(&url).await;
    let all = query!(
        Stock,
        "SELECT id, name, qty, price, weight, active, sku, added, notes FROM stock WHERE id IN (1, 2) ORDER BY id"
    );
    let table = all.fetch_arrow(&pool).await.expect("batches");
    let nullable: Vec<bool> = table.schema().fields().iter().map(|field| field.is_nullable()).collect();
    assert_eq!(nullable, [false, false, true, true, true, false, true, true, true]);
    let batch = &table.batches[0];
    // PostgreSQL's column has 32 bits, Picodata's 64.
    assert_eq!(batch.column(2).as_primitive::<Int64Type>().value(0), 7);
    assert_eq!(batch.column(3).as_string::<i32>().value(0), "120.50");
    assert_eq!(batch.column(7).as_primitive::<TimestampMicrosecondType>().value(0), 1_709_210_096_789_012);
    assert_eq!(batch.column(8).null_count(), 1);
    let none =
        query!(Stock, "SELECT id, price FROM stock WHERE id = -77").fetch_arrow(&pool).await.expect("none");
    assert_eq!((none.num_rows(), none.schema().fields().len()), (0, 2));
}

async fn causes_are_told_behind_errors(url: String) {
    use querent::picodata::{Cause, Failure};
    let pool = pool(&url).await;
    let twice = query!(
        Stock,
        "INSERT INTO stock (id, name, active) VALUES (:id, :name, :active)",
        id = 1,
        name = "s3cret name",
        active = true
    );
    let error = twice.execute(&pool).await.expect_err("the key is taken");
    let failure = Failure::behind(&error).expect("it was understood");
    assert_eq!(failure.cause, Some(Cause::UniqueViolation));
    assert!(!format!("{failure} {failure:?}").contains("s3cret"));
}
