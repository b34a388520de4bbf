//! Answers that a healthy cluster does not give: incomplete, broken off, refused, or from nobody.
//!
//! The bodies are Pinot 1.5.1's, shortened; a scripted server sends them.

use std::sync::{Arc, Mutex};

use querent_core::{
    Batch as _, ColumnMeta, Decode, Error, ErrorKind, ParamMeta, Piece, Plan, Pool, Query, Result, Source,
    Value, ValueError, sql_query,
};
use querent_pinot::{Pinot, PinotBatch};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

enum Stats {}

impl Source for Stats {
    type Backend = Pinot;
    const NAME: &'static str = "stats";
    const FINGERPRINT: u64 = 0;
    const OPTIONS: &'static [(&'static str, &'static str)] =
        &[("engine", "multi-stage"), ("null_handling", "true")];
}

const TABLE: &str =
    r#""resultTable":{"dataSchema":{"columnNames":["n"],"columnDataTypes":["LONG"]},"rows":[[1],[2]]}"#;

/// `SELECT n FROM t WHERE s = :s`, as the macros would write it.
const PLAN: &Plan = &Plan {
    template: &[Piece::Text("SELECT n FROM t WHERE s = "), Piece::Param(0)],
    params: &[ParamMeta { name: "s", ty: "Utf8" }],
    sections: &[],
    columns: &[ColumnMeta { name: "n", named: true, ty: "Int64", nullable: false, origin: "t.n" }],
    read_only: true,
    file: file!(),
    line: line!(),
    ..Plan::EMPTY
};

fn decode(batch: &PinotBatch, rows: &mut Vec<(i64,)>) -> Result<(), ValueError> {
    let column = <i64 as Decode<'_, Pinot>>::column(batch, 0)?;
    for row in 0..batch.len() {
        rows.push((<i64 as Decode<'_, Pinot>>::get(&column, row)?,));
    }
    Ok(())
}

/// Gives one answer after the other, each on a connection of its own.
struct Server {
    authority: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answers: Vec<(&'static str, String)>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let authority = listener.local_addr().expect("its address").to_string();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let log = seen.clone();
        tokio::spawn(async move {
            for (status, body) in answers {
                let Ok((stream, _)) = listener.accept().await else { return };
                if let Some(request) = answer(stream, status, &body).await {
                    log.lock().expect("the log").push(request);
                }
            }
        });
        Server { authority, seen }
    }

    fn url(&self) -> String {
        format!("pinot://{}?role=broker", self.authority)
    }

    fn last(&self) -> String {
        self.seen.lock().expect("the log").last().cloned().unwrap_or_default()
    }
}

/// Reads one request and answers it; a body that ends in `…` breaks off there.
async fn answer(mut stream: TcpStream, status: &str, body: &str) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).to_lowercase();
        if let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let len = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            if rest.len() >= len.and_then(|len| len.parse().ok()).unwrap_or(0) {
                break;
            }
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    let (sent, len) = match body.strip_suffix('…') {
        Some(sent) => (sent, sent.len() + 10),
        None => (body, body.len()),
    };
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{sent}");
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()?;
    Some(String::from_utf8_lossy(&request).into_owned())
}

fn well() -> (&'static str, String) {
    ("200 OK", "OK".to_owned())
}

/// What a query gets from a broker that is well and then gives this answer.
async fn ask(answer: (&'static str, &str), partial_ok: bool) -> (Server, Result<Vec<(i64,)>>) {
    let server = Server::start(vec![well(), (answer.0, answer.1.to_owned())]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("it's s3cret")]);
    let query = if partial_ok { query.partial_ok() } else { query };
    let rows = query.fetch_all(&pool).await;
    (server, rows)
}

#[track_caller]
fn fails(rows: Result<Vec<(i64,)>>, kind: ErrorKind, code: Option<&str>) -> Error {
    let error = rows.expect_err("no rows");
    assert_eq!((error.kind(), error.code()), (kind, code), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    error
}

#[tokio::test]
async fn engine_and_null_handling_are_always_sent() {
    let body = format!(r#"{{{TABLE},"exceptions":[],"numRowsResultSet":2}}"#);
    let (server, rows) = ask(("200 OK", &body), false).await;
    assert_eq!(rows.expect("rows"), [(1,), (2,)]);
    let sent = server.last();
    assert!(sent.starts_with("POST /query/sql "), "{sent}");
    assert!(sent.contains("useMultistageEngine=true;enableNullHandling=true"), "{sent}");
    assert!(sent.contains("s = 'it''s s3cret'"), "{sent}");
}

#[tokio::test]
async fn an_incomplete_answer_is_an_error_unless_it_is_wanted() {
    for flaw in [
        r#""exceptions":[{"errorCode":427,"message":"1 servers [x] not responded"}]"#,
        r#""exceptions":[],"numServersQueried":2,"numServersResponded":1"#,
        r#""exceptions":[],"partialResult":true,"numGroupsLimitReached":true"#,
        r#""exceptions":[],"numRowsResultSet":3"#,
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
    assert!(error.message().contains("cannot parse SELECT n FROM t WHERE s = <value>"), "{error}");
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

#[tokio::test]
async fn a_broker_that_is_gone_gives_way_to_the_next() {
    let broker =
        Server::start(vec![("200 OK", format!("{{{TABLE}}}")), ("200 OK", format!("{{{TABLE}}}"))]).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.and_then(|l| l.local_addr()).expect("a port").port();
    let here = broker.authority.rsplit(':').next().expect("a port");
    let list =
        format!(r#"{{"t":[{{"host":"127.0.0.1","port":{gone}}},{{"host":"127.0.0.1","port":{here}}}]}}"#);
    let controller = Server::start(vec![("200 OK", list)]).await;
    let pool = Pool::<Stats>::connect(&format!("pinot://{}", controller.authority)).await.expect("brokers");
    for _ in 0..2 {
        let rows: Vec<(i64,)> = sql_query("SELECT n FROM t").fetch_all(&pool).await.expect("rows");
        assert_eq!(rows.len(), 2);
    }
    assert_eq!(controller.seen.lock().expect("the log").len(), 1);
}
