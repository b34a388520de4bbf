//! `querent::blocking` on a scripted backend: no test here has a runtime of its own, but those that show what happens in one.
#![cfg(feature = "blocking")]

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use querent_core::blocking::{Rows as _, Wait as _};
use querent_core::{ErrorKind, PoolOptions, Result, sql_query as sql};
use support::{Control, Pool, Test};

fn pool(control: &Arc<Control>, options: PoolOptions) -> Pool {
    async { Pool::with_options(control.clone(), options) }.wait().expect("no runtime here")
}

fn ids(pool: &Pool, text: &'static str) -> Result<Vec<(i64,)>> {
    sql(text).fetch_all::<(i64,), Test, _>(pool).wait()
}

#[test]
fn terminals_are_waited_for() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    assert_eq!(ids(&pool, "rows 2").unwrap(), [(0,), (0,)]);
    assert_eq!(sql("rows 1").fetch_one::<(i64,), Test, _>(&pool).wait().unwrap(), (0,));
    assert_eq!(sql("rows 0").fetch_optional::<(i64,), Test, _>(&pool).wait().unwrap(), None);
    assert_eq!(sql("rows 7").execute(&pool).wait().unwrap().rows_affected, Some(7));
    let error = ids(&pool, "refused").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query, "{error:?}");
    assert_eq!(control.connected(), 1);
    pool.close().wait().unwrap();
    assert_eq!(ids(&pool, "rows 1").unwrap_err().kind(), ErrorKind::PoolClosed);
}

#[test]
fn rows_come_one_after_the_other() {
    let pool = pool(&Control::new(), PoolOptions::new());
    let mut count = 0;
    for row in sql("rows 3").fetch::<(i64,), Test, _>(&pool).rows() {
        assert_eq!(row.unwrap(), (0,));
        count += 1;
    }
    assert_eq!(count, 3);
    let mut failing = sql("refused").fetch::<(i64,), Test, _>(&pool).rows();
    assert_eq!(failing.next().unwrap().unwrap_err().kind(), ErrorKind::Query);
    assert!(failing.next().is_none() && failing.next().is_none());
}

#[test]
fn rows_that_nobody_wants_leave_the_pool_good() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new().max_connections(1));
    let mut rows = sql("rows 3").fetch::<(i64,), Test, _>(&pool).rows();
    rows.next().unwrap().unwrap();
    drop(rows);
    assert_eq!(control.ended(), 1);
    assert_eq!(ids(&pool, "rows 1").unwrap(), [(1,)]);
}

#[test]
fn a_timeout_ends_the_waiting() {
    let pool = pool(&Control::new(), PoolOptions::new());
    let hangs = sql("hang").of::<Test, (i64,)>().timeout(Duration::from_millis(10));
    assert_eq!(hangs.fetch_all(&pool).wait().unwrap_err().kind(), ErrorKind::Ambiguous);
}

#[test]
fn connections_and_transactions_work_the_same() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let mut connection = pool.acquire().wait().unwrap();
    assert_eq!(sql("rows 1").fetch_all::<(i64,), Test, _>(&mut connection).wait().unwrap(), [(0,)]);
    drop(connection);
    let mut kept = pool.begin().wait().unwrap();
    sql("rows 1").execute(&mut kept).wait().unwrap();
    kept.commit().wait().unwrap();
    assert_eq!(control.committed.load(Ordering::SeqCst), 1);
    // Dropped without `commit`, outside any runtime.
    drop(pool.begin().wait().unwrap());
    assert_eq!(control.committed.load(Ordering::SeqCst), 1);
    assert_eq!(ids(&pool, "rows 1").unwrap().len(), 1);
}

#[test]
fn threads_share_a_pool() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new().max_connections(2));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(ids(&pool, "rows 2").unwrap().len(), 2);
                }
            });
        }
    });
    assert!(control.connected() <= 2);
    assert_eq!(control.sent(), 160);
}

/// The same from a runtime's own thread, from a task on a worker, and from a thread that may block.
#[test]
fn within_a_runtime_it_is_an_error_that_says_what_to_do() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let refused = |pool: &Pool| {
        let error = ids(pool, "rows 1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        assert!(error.to_string().contains("`.await` the future"), "{error}");
        let mut rows = sql("rows 1").fetch::<(i64,), Test, _>(pool).rows();
        assert_eq!(rows.next().unwrap().unwrap_err().kind(), ErrorKind::Config);
        assert!(rows.next().is_none());
    };
    let current = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    current.block_on(async { refused(&pool) });
    let multi = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (on_worker, on_blocking) = (pool.clone(), pool.clone());
    multi.block_on(async move {
        tokio::spawn(async move { refused(&on_worker) }).await.unwrap();
        tokio::task::spawn_blocking(move || refused(&on_blocking)).await.unwrap();
    });
    assert_eq!(control.sent(), 0);
    assert_eq!(ids(&pool, "rows 1").unwrap().len(), 1);
}
