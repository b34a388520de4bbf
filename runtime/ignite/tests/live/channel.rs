//! One connection under many users.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use querent_core::{ErrorKind, Pool, PoolOptions, sql_query};

use crate::private::Private;
use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { TESTS:
    many_share_one_connection,
    a_dropped_query_disturbs_nobody,
    requests_above_the_limit_are_not_sent,
    heartbeats_keep_an_idle_connection,
    addresses_are_tried_in_order,
    answers_above_the_limit_end_the_connection,
    a_busy_node_is_not_taken_for_dead,
}

async fn connections(pool: &Pool<Orders>) -> i64 {
    let count: Vec<(i64,)> = rows(
        pool,
        "SELECT COUNT(*) FROM SYS.CLIENT_CONNECTION_ATTRIBUTES WHERE NAME = 'app' AND \"VALUE\" = 'shared'",
    )
    .await;
    count[0].0
}

async fn many_share_one_connection(url: String) {
    let url = format!("{url}?attribute.app=shared");
    let pool: Pool<Orders> = PoolOptions::new().max_connections(64).connect(&url).await.unwrap();
    let ask = |i: i64| {
        let pool = pool.clone();
        async move {
            let rows =
                sql_query("SELECT CAST(? AS BIGINT)").bind(i).fetch_one::<(i64,), Orders, _>(&pool).await;
            assert_eq!(rows.unwrap(), (i,));
        }
    };
    join_all((0..500).map(ask)).await;
    assert_eq!(connections(&pool).await, 1);
    assert!(pool.stats().connections > 32, "{:?}", pool.stats());
}

async fn a_dropped_query_disturbs_nobody(_: String) {
    // What is slow keeps one of the few threads that a node of the tests has for clients.
    let private = Private::start("h2").await;
    let url = format!("{}?attribute.app=shared&heartbeat_ms=500", private.url);
    let pool: Pool<Orders> = PoolOptions::new().max_connections(8).connect(&url).await.unwrap();
    let slow = "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 10000) b";
    for _ in 0..3 {
        let query = sql_query(slow).fetch_all::<(i64,), Orders, _>(&pool);
        assert!(tokio::time::timeout(Duration::from_millis(50), query).await.is_err());
    }
    assert_eq!(connections(&pool).await, 1);
    private.end().await;
}

async fn requests_above_the_limit_are_not_sent(url: String) {
    let pool = pool(&format!("{url}?request_len_max=10000")).await;
    let text = "x".repeat(10_000);
    let error = sql_query("SELECT ?").bind(&text).fetch_all::<(String,), Orders, _>(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value, "{error:?}");
    assert!(error.to_string().contains("10000 bytes"), "{error}");
    let one: Vec<(String,)> = rows(&pool, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
}

async fn answers_above_the_limit_end_the_connection(url: String) {
    let pool = pool(&format!("{url}?response_len_max=70000")).await;
    let error = sql_query("SELECT SPACE(80000)").fetch_all::<(String,), Orders, _>(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error:?}");
    let one: Vec<(String,)> = rows(&pool, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
}

async fn heartbeats_keep_an_idle_connection(url: String) {
    let pool = pool(&format!("{url}?heartbeat_ms=500&silence_max_ms=2000")).await;
    let first = pool.acquire().await.unwrap();
    let begin = Instant::now();
    // Four beats: were they not answered, the connection would be given up after 2.5 s.
    while begin.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(first);
    assert_eq!(pool.stats().idle, 1);
    let one: Vec<(String,)> = rows(&pool, "SELECT 'x'").await;
    assert_eq!((one[0].0.as_str(), pool.stats().connections), ("x", 1));
}

async fn addresses_are_tried_in_order(url: String) {
    // A port that was free a moment ago, one that is silent, and the node.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent_at = silent.local_addr().expect("its address");
    let node = url.trim_start_matches("ignite://");
    let begin = Instant::now();
    let pool = pool(&format!("ignite://{free},{silent_at},{node}?connect_timeout_ms=3000")).await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    table(&pool, "reached", "(id INT PRIMARY KEY, n INT)").await;
    assert_eq!(run_sql(&pool, "INSERT INTO reached VALUES (1, 1)").await, Some(1));
}

/// More statements than the node has threads for clients (4), each longer than a silence may be: it gives no sign of life
/// meanwhile.
async fn a_busy_node_is_not_taken_for_dead(_: String) {
    let private = Private::start("h2").await;
    let url = format!("{}?heartbeat_ms=500&silence_max_ms=1000", private.url);
    let pool: Pool<Orders> = PoolOptions::new().max_connections(8).connect(&url).await.unwrap();
    let slow = "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 10000) a, SYSTEM_RANGE(1, 2000) b";
    let counts = join_all((0..6).map(|_| sql_query(slow).fetch_one::<(i64,), Orders, _>(&pool))).await;
    for count in counts {
        assert_eq!(count.unwrap(), (20_000_000,));
    }
    private.end().await;
}
