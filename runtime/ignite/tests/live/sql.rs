//! Statements on either engine.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _};
use querent_core::types::value::{Date, Decimal, Timestamp, Uuid};
use querent_core::{ErrorKind, Piece, Plan, Pool, PoolOptions, Query, sql_query};
use querent_ignite::IgniteQuery as _;

use crate::private::Private;
use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { ANY:
    values_of_every_type_come_and_go,
    writes_say_how_many_rows,
    pages_are_fetched_in_order,
    a_dropped_stream_closes_its_cursor,
    errors_have_kinds_and_tell_no_value,
    names_are_the_columns,
    a_number_that_does_not_fit_is_refused,
    keys_of_several_columns_hold_nulls_unless_declared,
}

crate::tests! { H2:
    leaked_cursors_retire_the_connection,
    wrapped_keys_hold_nulls_unless_declared,
    a_call_stops_at_its_timeout_also_on_the_server,
    what_nobody_waits_for_is_stopped,
}

pub(crate) async fn values_of_every_type_come_and_go(url: String) {
    let pool = pool(&url).await;
    let columns = "(id INT PRIMARY KEY, ti TINYINT, si SMALLINT, b BIGINT, r REAL, d DOUBLE, p DECIMAL(20,4), \
                   s VARCHAR, bo BOOLEAN, u UUID, bin VARBINARY, da DATE, ts TIMESTAMP)";
    table(&pool, "every_type", columns).await;
    let decimal: Decimal = "-12345678901.5000".parse().unwrap();
    let uuid: Uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap();
    let date = Date::from_ymd(2024, 2, 29).unwrap();
    let at: Timestamp = "2024-02-29T12:34:56.789".parse().unwrap();
    let insert = sql_query("INSERT INTO every_type VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .bind(1_i32)
        .bind(i8::MIN)
        .bind(i16::MAX)
        .bind(i64::MIN)
        .bind(1.5_f32)
        .bind(f64::MAX)
        .bind(&decimal)
        .bind("naïve 😀 'quoted'")
        .bind(true)
        .bind(uuid)
        .bind(&b"\0\xff"[..])
        .bind(date)
        .bind(at);
    assert_eq!(insert.execute(&pool).await.unwrap().rows_affected, Some(1));
    let numbers: Vec<(i32, i8, i16, i64, f32, f64, Decimal)> =
        rows(&pool, "SELECT id, ti, si, b, r, d, p FROM every_type").await;
    assert_eq!(numbers, [(1, i8::MIN, i16::MAX, i64::MIN, 1.5, f64::MAX, decimal.clone())]);
    // The scale is kept.
    assert_eq!(numbers[0].6.to_string(), "-12345678901.5000");
    let others: Vec<(String, bool, Uuid, Vec<u8>, Date, Timestamp)> =
        rows(&pool, "SELECT s, bo, u, bin, da, ts FROM every_type").await;
    assert_eq!(others, [("naïve 😀 'quoted'".into(), true, uuid, vec![0, 255], date, at)]);
    run_sql(&pool, "INSERT INTO every_type(id) VALUES (2)").await;
    let nulls: Vec<(Option<i64>, Option<String>, Option<Date>)> =
        rows(&pool, "SELECT b, s, da FROM every_type WHERE id = 2").await;
    assert_eq!(nulls, [(None, None, None)]);
    let found: Vec<(i32,)> = sql_query("SELECT id FROM every_type WHERE da = ? AND u = ?")
        .bind(date)
        .bind(uuid)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(found, [(1,)]);
}

pub(crate) async fn writes_say_how_many_rows(url: String) {
    let pool = pool(&url).await;
    table(&pool, "counted", "(id INT PRIMARY KEY, n INT)").await;
    assert_eq!(run_sql(&pool, "INSERT INTO counted VALUES (1,1),(2,2),(3,3)").await, Some(3));
    assert_eq!(run_sql(&pool, "UPDATE counted SET n = 9 WHERE id > 1").await, Some(2));
    assert_eq!(run_sql(&pool, "DELETE FROM counted WHERE id = 7").await, Some(0));
}

async fn fill(pool: &querent_core::Pool<Orders>, name: &str, count: i32) {
    table(pool, name, "(id INT PRIMARY KEY, n VARCHAR)").await;
    for chunk in (0..count).collect::<Vec<_>>().chunks(500) {
        let values: Vec<_> = chunk.iter().map(|id| format!("({id}, 'row {id}')")).collect();
        run_sql(pool, &format!("INSERT INTO {name} VALUES {}", values.join(","))).await;
    }
}

pub(crate) async fn pages_are_fetched_in_order(url: String) {
    let pool = pool(&format!("{url}{}page_size=7", if url.contains('?') { '&' } else { '?' })).await;
    fill(&pool, "paged", 1000).await;
    let all: Vec<(i32, String)> = rows(&pool, "SELECT id, n FROM paged ORDER BY id").await;
    assert_eq!(all.len(), 1000);
    assert!(all.iter().enumerate().all(|(i, (id, n))| *id == i as i32 && *n == format!("row {id}")));
    // As many rows as pages hold: the last page is empty or says that it is the last.
    for count in [7, 14] {
        let some: Vec<(i32,)> = rows(&pool, &format!("SELECT id FROM paged WHERE id < {count}")).await;
        assert_eq!(some.len(), count);
    }
    let mut stream = sql_query("SELECT id FROM paged ORDER BY id").fetch::<(i32,), Orders, _>(&pool);
    let mut sum = 0;
    while let Some(row) = stream.try_next().await.unwrap() {
        sum += row.0;
    }
    assert_eq!(sum, 999 * 1000 / 2);
}

/// More cursors than a connection may have (128), each left half way: all of them are closed.
pub(crate) async fn a_dropped_stream_closes_its_cursor(url: String) {
    let pool = pool(&format!("{url}{}page_size=2", if url.contains('?') { '&' } else { '?' })).await;
    fill(&pool, "dropped", 100).await;
    for _ in 0..200 {
        let stream = sql_query("SELECT id FROM dropped").fetch::<(i32,), Orders, _>(&pool);
        let some: Vec<_> = stream.take(1).try_collect().await.unwrap();
        assert_eq!(some.len(), 1);
    }
    let node = pool.acquire().await;
    assert!(node.is_ok() && pool.stats().connections <= 10, "{:?}", pool.stats());
}

pub(crate) async fn errors_have_kinds_and_tell_no_value(url: String) {
    let pool = pool(&url).await;
    table(&pool, "refused", "(id INT PRIMARY KEY, name VARCHAR NOT NULL)").await;
    run_sql(&pool, "INSERT INTO refused VALUES (1, 'x')").await;
    for (sql, kind) in [
        ("SELEC 1", ErrorKind::Query),
        ("SELECT * FROM no_such_table", ErrorKind::Query),
        ("INSERT INTO refused VALUES (1, 'secret')", ErrorKind::Constraint),
        ("INSERT INTO refused VALUES (2, NULL)", ErrorKind::Constraint),
    ] {
        let error = sql_query(sql).execute::<Orders, _>(&pool).await.unwrap_err();
        // Calcite calls a NULL in a NOT NULL column an error of the statement.
        let is_calcite_null = sql.contains("NULL") && error.kind() == ErrorKind::Query;
        assert!(error.kind() == kind || is_calcite_null, "{sql}: {error:?}");
    }
    let insert = sql_query("INSERT INTO refused VALUES (?, ?)").bind(1_i32).bind("s3cret-value");
    let error = insert.execute::<Orders, _>(&pool).await.unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    let one: Vec<(i32,)> = rows(&pool, "SELECT id FROM refused").await;
    assert_eq!(one, [(1,)]);
}

// Calcite (2.17.0) stops this statement neither by its timeout nor when its connection is closed.
/// It keeps one of the few threads that a node of the tests has for clients, so that it runs on nodes of its own.
const SLOW: &str = "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 100000) b";

/// How many other statements run, once there are at most `wanted` or the time is up.
async fn running(pool: &querent_core::Pool<Orders>, wanted: i64) -> i64 {
    let until = Instant::now() + Duration::from_secs(8);
    loop {
        let count: Vec<(i64,)> =
            rows(pool, "SELECT COUNT(*) FROM SYS.SQL_QUERIES WHERE SQL LIKE '%SYSTEM_RANGE(1, 100000) a%'")
                .await;
        // The one that asks is like it too.
        let others = count[0].0 - 1;
        if others <= wanted || Instant::now() > until {
            return others;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn a_call_stops_at_its_timeout_also_on_the_server(_: String) {
    let private = Private::start("h2").await;
    let pool = pool(&private.url).await;
    let begin = Instant::now();
    let plan: &'static Plan = &Plan { template: &[Piece::Text(SLOW)], read_only: true, ..Plan::EMPTY };
    let query = Query::<Orders, ()>::new(plan, |_, _| Ok(()), []);
    let error = query.server_timeout(Duration::from_millis(300)).fetch_all(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(5));
    private.end().await;
}

/// A statement that is dropped and does not end by itself is stopped, by closing the connection once nobody else uses it;
/// those who did noticed nothing.
async fn what_nobody_waits_for_is_stopped(_: String) {
    let private = Private::start("h2").await;
    let (ours, watcher) = (pool(&private.url).await, pool(&private.url).await);
    let before = running(&watcher, 0).await;
    let slow = sql_query(SLOW).fetch_all::<(i64,), Orders, _>(&ours);
    assert!(tokio::time::timeout(Duration::from_millis(300), slow).await.is_err());
    // The connection is good for others, and replaced for those who come later.
    for _ in 0..20 {
        let one: Vec<(String,)> = rows(&ours, "SELECT 'x'").await;
        assert_eq!(one[0].0, "x");
    }
    assert_eq!(running(&watcher, before).await, before);
    let one: Vec<(String,)> = rows(&ours, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
    private.end().await;
}

/// Why columns of a key that is an object are not called NOT NULL for being in it.
async fn keys_of_several_columns_hold_nulls_unless_declared(url: String) {
    let pool = pool(&url).await;
    key_holds_null_unless_declared(&pool, "pair", "a INT, b INT, v INT, PRIMARY KEY (a, b)", "backups=0")
        .await;
    table(&pool, "plain_key", "(a INT PRIMARY KEY, v INT)").await;
    let insert = sql_query("INSERT INTO plain_key (a, v) VALUES (NULL, 2)");
    insert.execute::<Orders, _>(&pool).await.unwrap_err();
}

/// Calcite fails to insert such a row, and reads it all the same.
async fn wrapped_keys_hold_nulls_unless_declared(url: String) {
    let pool = pool(&url).await;
    let columns = "a INT PRIMARY KEY, b INT, v INT";
    key_holds_null_unless_declared(&pool, "object", columns, "key_type=LooseKey").await;
    key_holds_null_unless_declared(&pool, "wrapped", columns, "wrap_key=true").await;
}

async fn key_holds_null_unless_declared(
    pool: &querent_core::Pool<Orders>,
    name: &str,
    columns: &str,
    with: &str,
) {
    let (loose, strict) = (format!("loose_{name}"), format!("strict_{name}"));
    table(pool, &loose, &format!("({columns}) WITH \"{with}\"")).await;
    run_sql(pool, &format!("INSERT INTO {loose} (a, b, v) VALUES (NULL, 1, 2)")).await;
    let read: Vec<(Option<i32>,)> = rows(pool, &format!("SELECT a FROM {loose} WHERE v = 2")).await;
    assert_eq!(read, [(None,)], "{loose}");
    let declared = columns.replacen("INT", "INT NOT NULL", 1);
    table(pool, &strict, &format!("({declared}) WITH \"{with}\"")).await;
    let insert = sql_query(format!("INSERT INTO {strict} (a, b, v) VALUES (NULL, 1, 2)"));
    let error = insert.execute::<Orders, _>(pool).await.unwrap_err();
    // Calcite refuses the text, before any row is written.
    assert!(matches!(error.kind(), ErrorKind::Constraint | ErrorKind::Query), "{strict}: {error:?}");
}

/// 129 failing statements leak 128 cursors of their connection; the pool goes on with another. Whoever asks next is told of
/// it only where nothing is sent again.
async fn leaked_cursors_retire_the_connection(url: String) {
    let pool = pool(&url).await;
    table(&pool, "leaky", "(id INT PRIMARY KEY, s VARCHAR)").await;
    run_sql(&pool, "INSERT INTO leaky VALUES (1, 'x')").await;
    for (resends_max, expected) in [(0, 1), (4, 0)] {
        let pool: Pool<Orders> = PoolOptions::new().resends_max(resends_max).connect(&url).await.unwrap();
        let mut retired = 0;
        for _ in 0..140 {
            let cast = sql_query("SELECT CAST(s AS INT) FROM leaky");
            let error = cast.fetch_all::<(i32,), Orders, _>(&pool).await.unwrap_err();
            if error.kind() == ErrorKind::Resource {
                assert!(error.is_retryable(), "{error:?}");
                retired += 1;
            }
        }
        assert_eq!(retired, expected, "sent again {resends_max} times");
        let one: Vec<(i32,)> = rows(&pool, "SELECT id FROM leaky").await;
        assert_eq!(one, [(1,)]);
    }
}

async fn names_are_the_columns(url: String) {
    let pool = pool(&url).await;
    let error = sql_query("SELECT 1 AS a").fetch_all::<(String,), Orders, _>(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch, "{error:?}");
    let error = sql_query("SELECT 1 AS a").fetch_all::<(i32, i32), Orders, _>(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch, "{error:?}");
}

/// 2⁷⁰ into a BIGINT: an error, never its lower 64 bits.
async fn a_number_that_does_not_fit_is_refused(url: String) {
    let pool = pool(&url).await;
    table(&pool, "too_great", "(id INT PRIMARY KEY, n BIGINT)").await;
    let number: Decimal = (1_i128 << 70).to_string().parse().unwrap();
    let insert = sql_query("INSERT INTO too_great VALUES (1, ?)").bind(&number);
    let error = insert.execute::<Orders, _>(&pool).await.unwrap_err();
    assert!(!error.to_string().contains(&number.to_string()), "{error:?}");
    let none: Vec<(i64,)> = rows(&pool, "SELECT n FROM too_great").await;
    assert_eq!(none, []);
    let greatest: Vec<(i64,)> = rows(&pool, &format!("SELECT CAST({} AS BIGINT)", i64::MAX)).await;
    assert_eq!(greatest, [(i64::MAX,)]);
}
