//! What the caller is told when a statement is lost: whether it may be sent again.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use querent_core::{Batch as _, ErrorKind, Piece, Plan, PoolOptions, Query, ValueError, sql_query};
use support::{Control, Rows, Test, pool};

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

fn decode(batch: &Rows, rows: &mut Vec<()>) -> Result<(), ValueError> {
    rows.extend((0..batch.len()).map(|_| ()));
    Ok(())
}

fn query(plan: &'static Plan) -> Query<'static, Test, ()> {
    Query::new(plan, decode, [])
}

#[tokio::test]
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
