//! The pool under dropped futures, deadlines, failing connects and half-read results.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::StreamExt as _;
use querent_core::{ErrorKind, Piece, Plan, PoolOptions, Query, sql_query as sql};
use support::{Control, Pool, Test, pool};

/// Polls once and says that it is not done.
#[track_caller]
fn waits<F: Future>(future: std::pin::Pin<&mut F>) {
    let mut cx = Context::from_waker(Waker::noop());
    assert!(future.poll(&mut cx).is_pending(), "it did not have to wait");
}

/// A checked query with its modifiers.
fn query() -> Query<'static, Test, ()> {
    const PLAN: &Plan = &Plan {
        template: &[Piece::Text("rows 2")],
        params: &[],
        sections: &[],
        columns: &[],
        read_only: true,
        file: file!(),
        line: line!(),
        ..Plan::EMPTY
    };
    Query::new(PLAN, |_, _| Ok(()), [])
}

async fn ids(pool: &Pool, text: &'static str) -> querent_core::Result<Vec<(i64,)>> {
    sql(text).fetch_all::<(i64,), Test, _>(pool).await
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    for _ in 0..3 {
        assert_eq!(ids(&pool, "rows 2").await.unwrap(), [(0,), (0,)]);
    }
    assert_eq!(control.connected(), 1);
    assert_eq!(sql("rows 7").execute(&pool).await.unwrap().rows_affected, Some(7));
}

#[tokio::test]
async fn a_text_takes_what_a_checked_query_takes() {
    let pool = pool(&Control::new(), PoolOptions::new());
    let rows = sql("rows 2").of::<Test, (i64,)>().page_size(1).read_only().fetch_all(&pool).await;
    assert_eq!(rows.unwrap(), [(0,), (0,)]);
    let hangs = sql("hang").of::<Test, (i64,)>().timeout(Duration::from_millis(10));
    let error = hangs.fetch_all(&pool).await.unwrap_err();
    // It was sent, and may have done anything.
    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error:?}");
}

#[tokio::test]
async fn waiters_are_served_in_order() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new().max_connections(1));
    let held = pool.acquire().await.unwrap();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for n in 0..20 {
        let (pool2, order) = (pool.clone(), order.clone());
        tasks.push(tokio::spawn(async move {
            let connection = pool2.acquire().await.unwrap();
            order.lock().unwrap().push(n);
            drop(connection);
        }));
        // Each has to stand in the queue before the next one comes.
        while pool.stats().waiting <= n {
            tokio::task::yield_now().await;
        }
    }
    drop(held);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
    assert_eq!(control.connected(), 1);
}

#[tokio::test]
async fn a_waiter_that_goes_loses_nothing() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new().max_connections(1));
    let held = pool.acquire().await.unwrap();
    // One goes while it stands in the queue, one after the connection was already on its way to it.
    let mut third = pin!(pool.acquire());
    {
        let mut first = Box::pin(pool.acquire());
        let mut second = Box::pin(pool.acquire());
        waits(first.as_mut());
        waits(second.as_mut());
        waits(third.as_mut());
        drop(first);
        drop(held);
        drop(second);
    }
    let connection = tokio::time::timeout(Duration::from_secs(5), third).await.unwrap().unwrap();
    drop(connection);
    assert_eq!((control.connected(), control.ended()), (1, 0));
    assert_eq!(pool.stats().idle, 1);
}

#[tokio::test]
async fn a_waiter_that_goes_during_the_connect_leaves_the_connection_to_the_next() {
    let control = Control::gated(0);
    let pool = pool(&control, PoolOptions::new().max_connections(1));
    let mut first = Box::pin(pool.acquire());
    waits(first.as_mut());
    tokio::task::yield_now().await;
    drop(first);
    let second = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await.map(drop) }
    });
    tokio::task::yield_now().await;
    control.gate.add_permits(1);
    tokio::time::timeout(Duration::from_secs(5), second).await.unwrap().unwrap().unwrap();
    assert_eq!(control.connected(), 1);
}

#[tokio::test]
async fn a_failed_connect_is_told_and_the_next_waiter_gets_another() {
    let control = Control::gated(0);
    control.failing.store(1, Ordering::SeqCst);
    let pool = pool(&control, PoolOptions::new().max_connections(1));
    let (mut first, mut second) = (Box::pin(pool.acquire()), Box::pin(pool.acquire()));
    waits(first.as_mut());
    waits(second.as_mut());
    control.gate.add_permits(2);
    let error = first.await.err().expect("the first connect fails");
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.source_name(), Some("test"));
    tokio::time::timeout(Duration::from_secs(5), second).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_at_the_deadline() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(3)));
    let held = pool.acquire().await.unwrap();
    let began = tokio::time::Instant::now();
    let error = ids(&pool, "rows 1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    assert_eq!(began.elapsed().as_secs(), 3);
    assert_eq!(error.query(), Some("rows 1"));
    drop(held);
    ids(&pool, "rows 1").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn connecting_ends_at_its_own_deadline() {
    let control = Control::gated(0);
    let pool = pool(&control, PoolOptions::new().connect_timeout(Duration::from_secs(2)));
    let began = tokio::time::Instant::now();
    let error = ids(&pool, "rows 1").await.unwrap_err();
    assert_eq!((error.kind(), began.elapsed().as_secs()), (ErrorKind::Timeout, 2));
    assert_eq!(pool.stats().connections, 0);
    control.gate.add_permits(1);
    ids(&pool, "rows 1").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_query_that_takes_too_long_ends_its_connection() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let hanging = ids(&pool, "hang");
    assert!(tokio::time::timeout(Duration::from_secs(1), hanging).await.is_err());
    assert_eq!(control.ended(), 1);
    assert_eq!(ids(&pool, "rows 1").await.unwrap(), [(1,)]);
}

#[tokio::test]
async fn the_longest_time_there_is_is_for_ever() {
    let control = Control::new();
    let longest = PoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .idle_timeout(Some(Duration::MAX))
        .max_lifetime(Some(Duration::MAX));
    let pool = pool(&control, longest);
    let held = pool.acquire().await.unwrap();
    let mut waiting = Box::pin(pool.acquire());
    waits(waiting.as_mut());
    drop(held);
    drop(waiting.await.unwrap());
    let session = querent_core::Executor::<Test>::into_session(&pool);
    drop(session.exchange(Some(Duration::MAX)).await.unwrap());
    let done = query().timeout(Duration::MAX).execute(&pool).await.unwrap();
    assert_eq!(done.rows_affected, Some(2));
    assert_eq!(control.connected(), 1);
}

#[tokio::test]
async fn a_stream_left_half_way_ends_its_connection() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let mut rows = sql("rows 5").fetch::<(i64,), Test, _>(&pool);
    assert_eq!(rows.next().await.unwrap().unwrap(), (0,));
    drop(rows);
    assert_eq!((control.ended(), pool.stats().connections), (1, 0));
    assert_eq!(ids(&pool, "rows 1").await.unwrap(), [(1,)]);
}

#[tokio::test]
async fn what_the_server_refuses_keeps_the_connection_and_what_breaks_it_does_not() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    assert_eq!(ids(&pool, "refused").await.unwrap_err().kind(), ErrorKind::Query);
    assert_eq!((control.connected(), control.ended()), (1, 0));
    assert_eq!(ids(&pool, "broken").await.unwrap_err().kind(), ErrorKind::Ambiguous);
    assert_eq!(control.ended(), 1);
    assert_eq!(ids(&pool, "rows 1").await.unwrap(), [(1,)]);
}

#[tokio::test]
async fn one_row_is_one_row() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let one = |text: &'static str| sql(text).fetch_one::<(i64,), Test, _>(&pool);
    assert_eq!(one("rows 1").await.unwrap(), (0,));
    assert_eq!(one("rows 0").await.unwrap_err().kind(), ErrorKind::RowNotFound);
    assert_eq!(one("rows 9").await.unwrap_err().kind(), ErrorKind::TooManyRows);
    assert_eq!(sql("rows 0").fetch_optional::<(i64,), Test, _>(&pool).await.unwrap(), None);
}

#[tokio::test]
async fn a_dropped_transaction_ends_its_connection_and_a_committed_one_keeps_it() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let mut transaction = pool.begin().await.unwrap();
    sql("rows 1").execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!((control.committed.load(Ordering::SeqCst), control.ended()), (1, 0));
    let mut transaction = pool.begin().await.unwrap();
    sql("rows 1").execute(&mut transaction).await.unwrap();
    drop(transaction);
    assert_eq!((control.committed.load(Ordering::SeqCst), control.ended()), (1, 1));
    // On a connection of the user's own nothing runs any more after a transaction was dropped.
    let mut connection = pool.acquire().await.unwrap();
    drop(connection.begin().await.unwrap());
    let error = sql("rows 1").execute(&mut connection).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
}

#[tokio::test]
async fn a_closed_pool_refuses_and_waits_for_those_that_are_out() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let held = pool.acquire().await.unwrap();
    let mut closing = Box::pin(pool.close());
    waits(closing.as_mut());
    assert_eq!(ids(&pool, "rows 1").await.unwrap_err().kind(), ErrorKind::PoolClosed);
    drop(held);
    tokio::time::timeout(Duration::from_secs(5), closing).await.unwrap();
    assert_eq!((control.connected(), control.ended()), (1, 1));
}

#[tokio::test]
async fn a_transport_that_is_made_during_close_does_not_outlive_it() {
    let control = Control::gated(0);
    control.shares.store(true, Ordering::SeqCst);
    let pool = pool(&control, PoolOptions::new());
    let mut waiting = Box::pin(pool.acquire());
    waits(waiting.as_mut());
    let mut closing = Box::pin(pool.close());
    waits(closing.as_mut());
    assert_eq!(waiting.await.err().expect("it is closed").kind(), ErrorKind::PoolClosed);
    control.gate.add_permits(1);
    tokio::time::timeout(Duration::from_secs(5), closing).await.unwrap();
    assert!(control.connected() > 0, "the connect went on");
    assert_eq!(control.ended(), control.connected(), "no handle is left, though the pool still is");
    assert_eq!(pool.stats().connections, 0);
}

#[test]
fn a_lease_may_be_dropped_outside_the_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let control = Control::new();
    let (pool, held) = runtime.block_on(async {
        let pool = pool(&control, PoolOptions::new().max_connections(1));
        let held = pool.acquire().await.unwrap();
        (pool, held)
    });
    let mut waiting = Box::pin(pool.acquire());
    let entered = runtime.enter();
    waits(waiting.as_mut());
    drop(entered);
    drop(held);
    runtime.block_on(waiting).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_under_random_drops() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new().max_connections(3));
    let tasks = (0_u64..200).map(|n| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let text = ["rows 3", "refused", "broken", "rows 1"][(n % 4) as usize];
            // Some are dropped before they are done.
            let limit = Duration::from_micros(n * 37 % 400);
            let _ = tokio::time::timeout(limit, ids(&pool, text)).await;
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    for _ in 0..3 {
        ids(&pool, "rows 1").await.unwrap();
    }
    // A connect for somebody who went may still be on its way.
    let settled = async {
        while pool.stats().idle != pool.stats().connections {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), settled)
        .await
        .expect("no connection is leased or being made");
    let stats = pool.stats();
    assert!(stats.connections <= 3 && stats.waiting == 0, "{stats:?}");
    assert_eq!(control.connected() - control.ended(), stats.connections);
}

#[test]
fn every_future_is_send() {
    fn is_send<T: Send>(_: &T) {}
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let pool = pool(&Control::new(), PoolOptions::new());
        is_send(&pool.acquire());
        is_send(&pool.close());
        is_send(&pool.begin());
        is_send(&ids(&pool, "rows 1"));
        is_send(&sql("rows 1").fetch::<(i64,), Test, _>(&pool));
        is_send(&sql("rows 1").execute(&pool));
        assert!(matches!(pin!(pool.close()).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(())));
    });
}
