//! Pages of results and scans: each is asked for while the one before it is read, and what is left of them is closed.

use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use querent_core::{Pool, sql_query};
use querent_ignite::{Cache, ScanOptions};

use crate::listener::Listener;
use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { ANY:
    rows_are_fetched_ahead,
    entries_are_fetched_ahead,
    entries_that_nobody_wants_are_closed,
}

// Calcite (2.17.0) does not show them; that more than the 128 of a connection can be left there is a test in `sql`.
crate::tests! { H2: rows_that_nobody_wants_are_closed }

const PAGE: usize = 10;
const PAGES: usize = 5;
/// The last page is not full, so that the server knows it for the last.
const ROWS: usize = PAGE * PAGES - 3;

/// A pool and what it is told of requests.
async fn paged(url: &str) -> Pool<Orders> {
    pool(&format!("{url}?page_size={PAGE}")).await
}

async fn filled_table(pool: &Pool<Orders>, name: &str) {
    table(pool, name, "(id INT PRIMARY KEY, n INT)").await;
    let values: Vec<_> = (0..ROWS).map(|id| format!("({id}, {id})")).collect();
    run_sql(pool, &format!("INSERT INTO {name} VALUES {}", values.join(","))).await;
}

async fn filled_cache(pool: &Pool<Orders>, name: &'static str) -> Cache<Orders, i32, i32> {
    let cache = Cache::new(name);
    cache.get_or_create(pool).await.unwrap();
    cache.clear(pool).await.unwrap();
    let entries: Vec<_> = (0..ROWS as i32).map(|i| (i, i)).collect();
    cache.put_all(pool, &entries).await.unwrap();
    cache
}

/// How often an operation was sent since this was asked the last time.
fn sent(listener: &Listener, op: &str) -> usize {
    let begin = format!("request sent db.operation.name=\"{op}\"");
    listener.heard().iter().filter(|line| line.starts_with(&begin)).count()
}

/// With the first row of a page in hand, the next page has been asked for, and no more than that.
#[track_caller]
fn is_one_ahead(row: usize, asked: usize) {
    let expected = usize::from(row.is_multiple_of(PAGE) && row / PAGE < PAGES - 1);
    assert_eq!(asked, expected, "pages asked for with row {row}");
}

async fn rows_are_fetched_ahead(url: String) {
    let pool = paged(&url).await;
    filled_table(&pool, "ahead").await;
    let (listener, _listening) = Listener::listen();
    let mut stream = sql_query("SELECT id FROM ahead ORDER BY id").fetch::<(i32,), Orders, _>(&pool);
    for row in 0..ROWS {
        assert_eq!(stream.try_next().await.unwrap(), Some((row as i32,)));
        is_one_ahead(row, sent(&listener, "QUERY_SQL_FIELDS_CURSOR_GET_PAGE"));
    }
    assert_eq!(stream.try_next().await.unwrap(), None);
    assert_eq!(sent(&listener, "QUERY_SQL_FIELDS_CURSOR_GET_PAGE"), 0);
}

async fn entries_are_fetched_ahead(url: String) {
    let pool = paged(&url).await;
    let cache = filled_cache(&pool, "scanned_ahead").await;
    let (listener, _listening) = Listener::listen();
    let mut scan = pin!(cache.scan(&pool, ScanOptions::default()));
    for row in 0..ROWS {
        assert!(scan.try_next().await.unwrap().is_some());
        is_one_ahead(row, sent(&listener, "QUERY_SCAN_CURSOR_GET_PAGE"));
    }
    assert_eq!(scan.try_next().await.unwrap(), None);
    assert_eq!(sent(&listener, "QUERY_SCAN_CURSOR_GET_PAGE"), 0);
}

/// Waits until so many cursors are open on the node.
async fn are_open(watcher: &Pool<Orders>, view: &str, expected: i64) {
    let ask = format!("SELECT COUNT(*) FROM {view}");
    let open = async {
        while rows::<(i64,)>(watcher, &ask).await != [(expected,)] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let open = tokio::time::timeout(Duration::from_secs(10), open).await;
    open.unwrap_or_else(|_| panic!("not {expected} in {view}"));
}

/// Dropped with its second page on its way, or read a second time; the connection goes on.
async fn rows_that_nobody_wants_are_closed(url: String) {
    let (pool, watcher) = (paged(&url).await, pool(&url).await);
    filled_table(&pool, "unwanted").await;
    let (listener, _listening) = Listener::listen();
    let open = "SYS.SQL_QUERIES WHERE SQL = 'SELECT id FROM unwanted'";
    for read in [1, PAGE + 1] {
        let mut stream = sql_query("SELECT id FROM unwanted").fetch::<(i32,), Orders, _>(&pool);
        for _ in 0..read {
            assert!(stream.try_next().await.unwrap().is_some());
        }
        are_open(&watcher, open, 1).await;
        drop(stream);
        are_open(&watcher, open, 0).await;
    }
    is_still_connected(&pool, &listener).await;
}

async fn entries_that_nobody_wants_are_closed(url: String) {
    let (pool, watcher) = (paged(&url).await, pool(&url).await);
    let cache = filled_cache(&pool, "scanned_unwanted").await;
    let (listener, _listening) = Listener::listen();
    let open = "SYS.SCAN_QUERIES WHERE CACHE_NAME = 'scanned_unwanted'";
    for read in [1, PAGE + 1] {
        let mut scan = Box::pin(cache.scan(&pool, ScanOptions::default()));
        for _ in 0..read {
            assert!(scan.try_next().await.unwrap().is_some());
        }
        are_open(&watcher, open, 1).await;
        drop(scan);
        are_open(&watcher, open, 0).await;
    }
    is_still_connected(&pool, &listener).await;
}

/// It is the cursor that was closed, not the connection.
async fn is_still_connected(pool: &Pool<Orders>, listener: &Listener) {
    let one: Vec<(String,)> = rows(pool, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
    let heard = listener.heard();
    let ended = heard.iter().find(|line| line.starts_with("connection") || line.starts_with("handshake"));
    assert_eq!(ended, None);
}
