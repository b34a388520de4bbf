//! Transactions with statements: a node of the Calcite engine whose transactions are seen by queries.

use querent_core::{ErrorKind, sql_query};

use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { TESTS:
    writes_are_seen_inside_and_not_outside,
    a_dropped_transaction_is_taken_back,
    transactions_share_a_connection,
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
