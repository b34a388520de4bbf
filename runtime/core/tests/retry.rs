//! A statement that is lost: whether it is sent again, and what the caller is told.

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt as _;
use querent_core::{Batch as _, ErrorKind, Piece, Plan, PoolOptions, Query, ValueError, sql_query};
use support::{Control, Rows, Test, pool};
use tokio::time::Instant;

/// A checked statement with a text of the script.
macro_rules! plan {
    ($text:literal, $read_only:literal) => {
        const {
            &Plan {
                template: &[Piece::Text($text)],
                params: &[],
                sections: &[],
                columns: &[],
                read_only: $read_only,
                file: file!(),
                line: line!(),
                ..Plan::EMPTY
            }
        }
    };
}

/// How often a statement is sent in all, where each time fails.
const ALWAYS: usize = 5;

fn decode(batch: &Rows, rows: &mut Vec<()>) -> Result<(), ValueError> {
    rows.extend((0..batch.len()).map(|_| ()));
    Ok(())
}

fn query(plan: &'static Plan) -> Query<'static, Test, ()> {
    Query::new(plan, decode, [])
}

#[tokio::test(start_paused = true)]
async fn a_lost_statement_is_told_by_what_it_may_have_done() {
    for (reads, writes, expected_read, expected_write) in [
        (
            plan!("broken", true),
            plan!("broken", false),
            (ErrorKind::Connection, true),
            (ErrorKind::Ambiguous, false),
        ),
        (
            plan!("torn", true),
            plan!("torn", false),
            (ErrorKind::Connection, true),
            (ErrorKind::Ambiguous, false),
        ),
        (
            plan!("closed", true),
            plan!("closed", false),
            (ErrorKind::Connection, true),
            (ErrorKind::Connection, true),
        ),
        (
            plan!("later", true),
            plan!("later", false),
            (ErrorKind::Resource, true),
            (ErrorKind::Resource, true),
        ),
        (
            plan!("refused", true),
            plan!("refused", false),
            (ErrorKind::Query, false),
            (ErrorKind::Query, false),
        ),
    ] {
        let pool = pool(&Control::new(), PoolOptions::new());
        for (plan, expected) in [(reads, expected_read), (writes, expected_write)] {
            let error = query(plan).fetch_all(&pool).await.unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), expected, "{error:?}");
            let error = query(plan).execute(&pool).await.unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), expected, "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_text_that_was_not_checked_may_have_done_anything() {
    let pool = pool(&Control::new(), PoolOptions::new());
    let error = sql_query("broken").execute(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
    assert_eq!(error.message(), "whether the statement took effect is not known: the connection broke");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_leaves_a_write_unknown() {
    let pool = pool(&Control::new(), PoolOptions::new());
    let error = query(plan!("hang", false)).timeout(Duration::from_secs(1)).execute(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_a_deadline_for_a_read() {
    let pool = pool(&Control::new(), PoolOptions::new());
    let error = query(plan!("hang", true)).timeout(Duration::from_secs(1)).execute(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_only_waited_was_not_sent() {
    let pool = pool(&Control::new(), PoolOptions::new().max_connections(1));
    let held = pool.acquire().await.unwrap();
    let error =
        query(plan!("rows 1", false)).timeout(Duration::from_secs(1)).execute(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    drop(held);
}

#[tokio::test]
async fn in_a_transaction_a_loss_undoes_and_only_the_commit_is_unknown() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    for plan in [plan!("broken", false), plan!("broken", true), plan!("later", false)] {
        let mut transaction = pool.begin().await.unwrap();
        let error = query(plan).execute(&mut transaction).await.unwrap_err();
        assert!(error.kind() != ErrorKind::Ambiguous && !error.is_retryable(), "{error:?}");
    }
    control.commit_breaks.store(true, Ordering::SeqCst);
    let error = pool.begin().await.unwrap().commit().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
    assert_eq!(control.committed.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_read_is_sent_again_on_another_connection() {
    for (losses, plan) in [(1, plan!("rows 3", true)), (4, plan!("rows 3", true)), (2, plan!("late 3", true))]
    {
        let control = Control::new();
        let pool = pool(&control, PoolOptions::new());
        control.losing.store(losses, Ordering::SeqCst);
        assert_eq!(query(plan).fetch_all(&pool).await.unwrap().len(), 3);
        assert_eq!((control.sent(), control.connected(), control.ended()), (losses + 1, losses + 1, losses));
        control.losing.store(losses, Ordering::SeqCst);
        query(plan).execute(&pool).await.unwrap();
        assert_eq!(control.sent(), losses + 1);
    }
}

/// What was not sent, or did nothing by the server's word, is sent again though it writes; what may have done something is
/// not. A text that was not checked may have done anything.
#[tokio::test(start_paused = true)]
async fn a_statement_is_sent_again_so_often_and_no_write_that_may_have_been() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    for (plan, sent) in [
        (plan!("broken", true), ALWAYS),
        (plan!("broken", false), 1),
        (plan!("closed", true), ALWAYS),
        (plan!("closed", false), ALWAYS),
        (plan!("later", true), ALWAYS),
        (plan!("later", false), ALWAYS),
        (plan!("refused", true), 1),
        (plan!("refused", false), 1),
    ] {
        query(plan).fetch_all(&pool).await.unwrap_err();
        assert_eq!(control.sent(), sent, "{:?}", plan.template);
        query(plan).execute(&pool).await.unwrap_err();
        assert_eq!(control.sent(), sent, "{:?}", plan.template);
    }
    for (text, sent) in [("broken", 1), ("closed", ALWAYS)] {
        sql_query(text).execute::<Test, _>(&pool).await.unwrap_err();
        assert_eq!(control.sent(), sent, "{text}");
    }
}

#[tokio::test]
async fn a_result_that_has_begun_is_not_asked_for_again() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    let mut rows = query(plan!("torn", true)).fetch(&pool);
    let mut seen = 0;
    let error = loop {
        match rows.next().await.expect("an error") {
            Ok(()) => seen += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((seen, control.sent(), error.is_retryable()), (2, 1, true));
    assert!(rows.next().await.is_none());
}

#[tokio::test]
async fn on_a_connection_of_the_callers_nothing_is_sent_again() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    for plan in [plan!("broken", true), plan!("closed", false), plan!("later", false)] {
        let mut connection = pool.acquire().await.unwrap();
        assert!(query(plan).execute(&mut connection).await.unwrap_err().is_retryable());
        assert_eq!(control.sent(), 1);
        let mut transaction = pool.begin().await.unwrap();
        assert!(!query(plan).execute(&mut transaction).await.unwrap_err().is_retryable());
        assert_eq!(control.sent(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_statement_is_sent_again_within_its_own_time() {
    // One connection, and no other.
    let control = Control::gated(1);
    let pool = pool(&control, PoolOptions::new());
    for (limit_ms, sent, took_ms) in [(10, 2, 0), (100, 3, 50), (500, 4, 250), (60_000, ALWAYS, 1050)] {
        let begin = Instant::now();
        let limit = Duration::from_millis(limit_ms);
        let error = query(plan!("later", false)).timeout(limit).execute(&pool).await.unwrap_err();
        // What went wrong, not that time ran out.
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Resource, true));
        assert_eq!((control.sent(), begin.elapsed().as_millis()), (sent, took_ms), "{limit_ms} ms");
    }
    // The wait for another connection is within it, too.
    control.losing.store(1, Ordering::SeqCst);
    let begin = Instant::now();
    let limit = Duration::from_millis(100);
    let error = query(plan!("rows 1", true)).timeout(limit).execute(&pool).await.unwrap_err();
    assert_eq!((error.kind(), begin.elapsed().as_millis()), (ErrorKind::PoolTimeout, 100));
}

#[tokio::test]
async fn a_pool_can_leave_it_to_the_caller() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new().resends_max(0));
    control.losing.store(1, Ordering::SeqCst);
    let error = query(plan!("rows 1", true)).fetch_all(&pool).await.unwrap_err();
    assert_eq!((control.sent(), error.is_retryable()), (1, true));
}

#[tokio::test]
async fn that_no_connection_can_be_made_is_told_at_once() {
    let control = Control::new();
    let pool = pool(&control, PoolOptions::new());
    control.failing.store(1, Ordering::SeqCst);
    let error = query(plan!("rows 1", true)).fetch_all(&pool).await.unwrap_err();
    assert_eq!((error.message(), control.sent()), ("refused by the script", 0));
    control.losing.store(1, Ordering::SeqCst);
    query(plan!("rows 1", true)).fetch_all(&pool).await.unwrap();
    control.losing.store(1, Ordering::SeqCst);
    control.failing.store(1, Ordering::SeqCst);
    let error = query(plan!("rows 1", true)).fetch_all(&pool).await.unwrap_err();
    assert_eq!((error.message(), control.sent()), ("refused by the script", 3));
}
