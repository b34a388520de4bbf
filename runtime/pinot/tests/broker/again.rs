//! What is sent again, and what is not.

use querent_core::{ErrorKind, Pool, Query, Value, sql_query};

use crate::server::{Server, well};
use crate::{PLAN, Stats, TABLE, decode, fails};

#[tokio::test]
async fn what_only_reads_may_be_sent_again_after_a_loss() {
    let body = format!("{{{TABLE}…");
    for (sql, kind, retry) in [
        ("SELECT n FROM t", ErrorKind::Connection, true),
        ("INSERT INTO t FROM FILE 'x'", ErrorKind::Ambiguous, false),
        ("SET a=1; insert into t FROM FILE 'x'", ErrorKind::Ambiguous, false),
    ] {
        for answer in [("200 OK", body.as_str()), ("503 x", "")] {
            let server = Server::start(vec![well(), (answer.0, answer.1.to_owned())]).await;
            let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
            let error = sql_query(sql).fetch_all::<(i64,), Stats, _>(&pool).await.expect_err("it broke off");
            assert_eq!((error.kind(), error.is_retryable()), (kind, retry), "{sql}: {error:?}");
        }
    }
}

/// What a broker or a proxy refuses for now is sent again by the pool, and told when that does not help.
#[tokio::test]
async fn what_is_refused_for_now_is_sent_again() {
    let refusals = [
        ("429 x", "slow down", ErrorKind::Resource, "HTTP 429"),
        (
            "200 OK",
            r#"{"exceptions":[{"errorCode":427,"message":"x"}]}"#,
            ErrorKind::Resource,
            "427 SERVER_NOT_RESPONDING",
        ),
    ];
    for (status, body, kind, code) in refusals {
        let mut answers = vec![well()];
        answers.extend(std::iter::repeat_n((status, body.to_owned()), 12));
        let server = Server::start(answers).await;
        let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
        let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]);
        let error = fails(query.fetch_all(&pool).await, kind, Some(code));
        assert!(error.is_retryable(), "{error:?}");
        let posts =
            server.seen.lock().expect("the log").iter().filter(|seen| seen.starts_with("POST")).count();
        assert_eq!(posts, 5, "{code}: once, and four times again");
    }
}
