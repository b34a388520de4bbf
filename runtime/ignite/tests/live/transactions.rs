//! Transactions with statements: a node of the Calcite engine whose transactions are seen by queries.

use std::time::Duration;

use querent_core::{ErrorKind, sql_query};
use querent_ignite::TransactionOptions;
use querent_ignite::wire::{Concurrency, Isolation};

use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { TESTS:
    writes_are_seen_inside_and_not_outside,
    a_dropped_transaction_is_taken_back,
    transactions_share_a_connection,
    dropped_transactions_keep_the_connection,
    a_transaction_begins_as_told,
}

const WITH: &str = "(id INT PRIMARY KEY, n INT) WITH \"atomicity=transactional\"";

async fn count(executor: impl querent_core::Executor<'_, Orders>, name: &str) -> i64 {
    let count: Vec<(i64,)> = rows(executor, &format!("SELECT COUNT(*) FROM {name}")).await;
    count[0].0
}

async fn writes_are_seen_inside_and_not_outside(url: String) {
    let pool = pool(&url).await;
    table(&pool, "tx_seen", WITH).await;
    let mut tx = pool.begin().await.unwrap();
    run_sql(&mut tx, "INSERT INTO tx_seen VALUES (1, 1)").await;
    assert_eq!((count(&mut tx, "tx_seen").await, count(&pool, "tx_seen").await), (1, 0));
    tx.commit().await.unwrap();
    assert_eq!(count(&pool, "tx_seen").await, 1);
    let mut tx = pool.begin().await.unwrap();
    run_sql(&mut tx, "DELETE FROM tx_seen").await;
    tx.rollback().await.unwrap();
    assert_eq!(count(&pool, "tx_seen").await, 1);
}

async fn a_dropped_transaction_is_taken_back(url: String) {
    let pool = pool(&url).await;
    table(&pool, "tx_dropped", WITH).await;
    for i in 0..150 {
        // More than a connection may have open (100).
        let mut tx = pool.begin().await.unwrap();
        let insert = sql_query("INSERT INTO tx_dropped VALUES (?, 1)").bind(i);
        let done = insert.execute(&mut tx).await.unwrap();
        assert_eq!(done.rows_affected, Some(1));
    }
    assert_eq!(count(&pool, "tx_dropped").await, 0);
    // Its locks are free.
    run_sql(&pool, "INSERT INTO tx_dropped VALUES (0, 1)").await;
}

async fn transactions_share_a_connection(url: String) {
    let pool = pool(&url).await;
    table(&pool, "tx_shared", WITH).await;
    let (mut a, mut b) = (pool.begin().await.unwrap(), pool.begin().await.unwrap());
    run_sql(&mut a, "INSERT INTO tx_shared VALUES (1, 1)").await;
    run_sql(&mut b, "INSERT INTO tx_shared VALUES (2, 1)").await;
    assert_eq!((count(&mut a, "tx_shared").await, count(&mut b, "tx_shared").await), (1, 1));
    a.commit().await.unwrap();
    b.rollback().await.unwrap();
    assert_eq!(count(&pool, "tx_shared").await, 1);
    let error = sql_query("SELECT nope FROM tx_shared").execute::<Orders, _>(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query);
}

/// Connections of clients that call themselves so.
async fn connections(pool: &querent_core::Pool<Orders>, app: &str) -> Vec<(i64,)> {
    let sql = format!(
        "SELECT CONNECTION_ID FROM SYS.CLIENT_CONNECTION_ATTRIBUTES WHERE NAME = 'app' AND \"VALUE\" = '{app}'"
    );
    rows(pool, &sql).await
}

/// What it was dropped on carries others; they notice nothing, and nobody connects anew.
async fn dropped_transactions_keep_the_connection(url: String) {
    let pool =
        pool(&format!("{url}{}attribute.app=dropped_tx", if url.contains('?') { '&' } else { '?' })).await;
    table(&pool, "tx_kept", WITH).await;
    let before = connections(&pool, "dropped_tx").await;
    let mut other = pool.begin().await.unwrap();
    run_sql(&mut other, "INSERT INTO tx_kept VALUES (1, 1)").await;
    for id in 10..15 {
        let mut tx = pool.begin().await.unwrap();
        run_sql(&mut tx, &format!("INSERT INTO tx_kept VALUES ({id}, 1)")).await;
    }
    assert_eq!(connections(&pool, "dropped_tx").await, before);
    other.commit().await.unwrap();
    assert_eq!(count(&pool, "tx_kept").await, 1);
    // Taken back on the server: the locks are free.
    run_sql(&pool, "INSERT INTO tx_kept VALUES (10, 2)").await;
    let mut connection = pool.acquire().await.unwrap();
    drop(connection.begin().await.unwrap());
    let error = sql_query("SELECT 1").execute::<Orders, _>(&mut connection).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    drop(connection);
    assert_eq!((before.len(), connections(&pool, "dropped_tx").await), (1, before));
}

async fn a_transaction_begins_as_told(url: String) {
    let pool = pool(&url).await;
    let options = TransactionOptions::new()
        .concurrency(Concurrency::Optimistic)
        .isolation(Isolation::Serializable)
        .timeout(Duration::from_secs(77))
        .label("as told");
    let sql = "SELECT CAST(CONCURRENCY AS VARCHAR), CAST(ISOLATION AS VARCHAR), TIMEOUT FROM SYS.TRANSACTIONS WHERE LABEL = 'as told'";
    let expected = [("OPTIMISTIC".to_owned(), "SERIALIZABLE".to_owned(), 77_000)];
    let tx = pool.begin_with(options.clone()).await.unwrap();
    let read: Vec<(String, String, i64)> = rows(&pool, sql).await;
    assert_eq!(read, expected);
    tx.rollback().await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let tx = connection.begin_with(options).await.unwrap();
    let read: Vec<(String, String, i64)> = rows(&pool, sql).await;
    assert_eq!(read, expected);
    tx.rollback().await.unwrap();
}
