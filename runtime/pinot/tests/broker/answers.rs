//! What becomes of an answer: rows, an error, or both.

use querent_core::{ErrorKind, Pool, Query, Value, sql_query};
use querent_pinot::wire::{ErrorCode, Incomplete};
use querent_pinot::{PinotQuery as _, Report, Tolerance};

use crate::server::{Server, well};
use crate::{PLAN, Stats, TABLE, ask, decode, fails};

#[tokio::test]
async fn an_incomplete_answer_is_an_error_unless_it_is_wanted() {
    for flaw in [
        r#""exceptions":[{"errorCode":427,"message":"1 servers [x] not responded"}]"#,
        r#""exceptions":[],"numServersQueried":2,"numServersResponded":1"#,
        r#""exceptions":[],"partialResult":true,"numGroupsLimitReached":true"#,
        r#""exceptions":[],"numRowsResultSet":3"#,
        r#""exceptions":[{"errorCode":305,"message":"1 segments unavailable: [t_0]"}]"#,
        r#""exceptions":[],"groupsTrimmed":true"#,
        r#""exceptions":[],"maxRowsInJoinReached":true"#,
        r#""exceptions":[],"partialResult":true"#,
    ] {
        let body = format!("{{{TABLE},{flaw}}}");
        let error = ask(("200 OK", &body), false).await.1.expect_err("incomplete");
        assert_eq!(error.kind(), ErrorKind::Partial, "{flaw}");
        assert_eq!(ask(("200 OK", &body), true).await.1.expect("rows"), [(1,), (2,)], "{flaw}");
    }
}

#[tokio::test]
async fn a_refusal_tells_no_value() {
    let body = r#"{"exceptions":[{"errorCode":150,"message":"cannot parse SELECT n FROM t WHERE s = 'it''s s3cret'"}]}"#;
    let error = fails(ask(("200 OK", body), true).await.1, ErrorKind::Query, Some("150 SQL_PARSING"));
    assert_eq!(error.message(), "cannot parse <query>");
    let body = r#"{"exceptions":[{"errorCode":250,"message":"timed out"}]}"#;
    fails(ask(("200 OK", body), false).await.1, ErrorKind::Timeout, Some("250 EXECUTION_TIMEOUT"));
}

#[tokio::test]
async fn what_http_says_is_told() {
    let body = r#"{"code":401,"error":"HTTP 401 Unauthorized"}"#;
    let error = fails(ask(("401 x", body), false).await.1, ErrorKind::Authentication, Some("HTTP 401"));
    assert_eq!(error.message(), "HTTP 401 Unauthorized");
    let body = r#"{"code":403,"error":"Permission denied.Reason: Authorization Failed for tables: [t]"}"#;
    fails(ask(("403 x", body), false).await.1, ErrorKind::Permission, Some("HTTP 403"));
    fails(ask(("500 x", "it's s3cret"), false).await.1, ErrorKind::Server, Some("HTTP 500"));
    fails(ask(("302 x", ""), false).await.1, ErrorKind::Protocol, Some("HTTP 302"));
    let page = "<html><body>it's s3cret: Bad Gateway</body></html>";
    let error = fails(ask(("504 x", page), false).await.1, ErrorKind::Timeout, Some("HTTP 504"));
    assert!(error.message().contains("a page of HTML"), "{error}");
    let error = fails(ask(("200 OK", page), false).await.1, ErrorKind::Protocol, None);
    assert!(error.message().contains("a page of HTML"), "{error}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let body = format!("{{{TABLE}…");
    fails(ask(("200 OK", &body), true).await.1, ErrorKind::Connection, None);
    // Whole for HTTP, and not for Pinot.
    let body = format!("{{{TABLE}");
    fails(ask(("200 OK", &body), true).await.1, ErrorKind::Connection, None);
    fails(ask(("200 OK", "<html>"), true).await.1, ErrorKind::Protocol, None);
}

/// Some brokers are told to say of errors by the status; the body is an answer's all the same.
#[tokio::test]
async fn an_answer_under_another_status_is_an_answer() {
    let refusal =
        r#"{"exceptions":[{"errorCode":190,"message":"TableDoesNotExistError"}],"partialResult":true}"#;
    fails(ask(("404 x", refusal), false).await.1, ErrorKind::Query, Some("190 TABLE_DOES_NOT_EXIST"));
    let part =
        format!(r#"{{{TABLE},"exceptions":[{{"errorCode":427,"message":"x"}}],"partialResult":true}}"#);
    fails(ask(("503 x", &part), false).await.1, ErrorKind::Partial, Some("427 SERVER_NOT_RESPONDING"));
    assert_eq!(ask(("503 x", &part), true).await.1.expect("rows"), [(1,), (2,)]);
}

#[tokio::test]
async fn a_report_says_what_is_missing() {
    let body = format!(
        r#"{{{TABLE},"exceptions":[{{"errorCode":427,"message":"x"}}],"numServersQueried":2,"numServersResponded":1,"totalDocs":9}}"#
    );
    let server = Server::start(vec![well(), ("200 OK", body)]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let report = Report::new();
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]).partial_ok().report(&report);
    assert_eq!(query.fetch_all(&pool).await.expect("rows").len(), 2);
    let missing =
        [Incomplete::Exceptions(vec![ErrorCode(427)]), Incomplete::Servers { queried: 2, responded: 1 }];
    assert_eq!(report.missing(), missing);
    assert_eq!(report.statistics().and_then(|statistics| statistics.total_docs), Some(9));
    assert_eq!(report.answers()[0].row_count, 2);
}

#[tokio::test]
async fn what_is_tolerated_is_taken_and_no_more() {
    let body = format!(
        r#"{{{TABLE},"exceptions":[{{"errorCode":427,"message":"x"}}],"numServersQueried":2,"numServersResponded":1}}"#
    );
    let server =
        Server::start(vec![well(), ("200 OK", body.clone()), ("200 OK", body.clone()), ("200 OK", body)])
            .await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let report = Report::new();
    let query = || Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]).report(&report);
    let half = Tolerance::new().servers(0.5);
    assert_eq!(query().tolerate(half).fetch_all(&pool).await.expect("rows").len(), 2);
    assert_eq!(report.missing().len(), 2);
    for less in [Tolerance::new().servers(0.6), Tolerance::new().codes([ErrorCode(427)])] {
        let error = query().tolerate(less).fetch_all(&pool).await.expect_err("a server is away");
        assert_eq!(error.kind(), ErrorKind::Partial, "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused() {
    let rows = vec!["[1]"; 100_000].join(",");
    let body = format!(
        r#"{{"resultTable":{{"dataSchema":{{"columnNames":["n"],"columnDataTypes":["LONG"]}},"rows":[{rows}]}},"exceptions":[]}}"#
    );
    let server = Server::start(vec![well(), ("200 OK", body)]).await;
    let url = format!("{}&response_len_max=100000", server.url());
    let pool = Pool::<Stats>::connect(&url).await.expect("the broker is well");
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]);
    let error = fails(query.fetch_all(&pool).await, ErrorKind::Protocol, None);
    assert!(error.message().contains("response_len_max"), "{error}");
}

/// The wall clock of a cell is read in the zone that its broker tells.
#[tokio::test]
async fn timestamps_are_read_in_the_brokers_zone() {
    let table = r#"{"resultTable":{"dataSchema":{"columnNames":["t"],"columnDataTypes":["TIMESTAMP"]},"rows":[["2024-02-29 12:34:56.789"]]},"exceptions":[]}"#;
    let configs = |zone: &str| {
        format!(r#"{{"pinotConfig":{{}},"jvmConfig":{{"systemProperties":{{"user.timezone":"{zone}"}}}}}}"#)
    };
    for (status, configs, expected) in [
        ("200 OK", configs("America/Los_Angeles"), Some("2024-02-29T20:34:56.789")),
        ("200 OK", configs("UTC"), Some("2024-02-29T12:34:56.789")),
        ("200 OK", configs("PST"), None),
        ("403 x", String::new(), None),
    ] {
        let answers =
            vec![well(), ("200 OK", table.to_owned()), (status, configs), ("200 OK", table.to_owned())];
        let server = Server::start(answers).await;
        let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
        // The second time it is known.
        for _ in 0..2 {
            let rows = sql_query("SELECT t FROM t")
                .fetch_all::<(querent_core::types::value::Timestamp,), Stats, _>(&pool)
                .await;
            match expected {
                Some(expected) => assert_eq!(rows.expect("a row")[0].0.to_string(), expected),
                None => {
                    let error = rows.expect_err("no zone is known");
                    assert!(error.message().contains("set `zone` of the source"), "{error}");
                }
            }
        }
        let seen = server.requests(4).await;
        assert!(seen[2].starts_with("GET /appconfigs "), "{}", seen[2]);
    }
}
