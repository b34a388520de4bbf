//! Answers that a healthy cluster does not give: incomplete, broken off, refused, or from nobody.
//!
//! The bodies are Pinot 1.5.1's, shortened; a scripted server sends them.

use std::sync::{Arc, Mutex};

use querent_core::{
    Batch as _, ColumnMeta, Decode, Error, ErrorKind, ParamMeta, Piece, Plan, Pool, Query, Result, Source,
    Value, ValueError, sql_query,
};
use querent_pinot::wire::{ErrorCode, Incomplete, QueryOptions};
use querent_pinot::{Pinot, PinotBatch, PinotQuery as _, Report};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

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
    /// Told of each request.
    came: Arc<Notify>,
}

/// In place of a status: the server reads the request and never answers.
const SILENCE: &str = "silence";

impl Server {
    async fn start(answers: Vec<(&'static str, String)>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let authority = listener.local_addr().expect("its address").to_string();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let came = Arc::<Notify>::default();
        let (log, tell) = (seen.clone(), came.clone());
        tokio::spawn(async move {
            let mut silent = Vec::new();
            for (status, body) in answers {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let Some(request) = read_request(&mut stream).await else { continue };
                log.lock().expect("the log").push(request);
                tell.notify_one();
                match status {
                    SILENCE => silent.push(stream),
                    status => drop(answer(stream, status, &body).await),
                }
            }
            // Whoever waits goes on waiting; whoever comes is refused.
            drop(listener);
            std::future::pending::<()>().await;
        });
        Server { authority, seen, came }
    }

    /// Waits until this many requests have come.
    async fn requests(&self, count: usize) -> Vec<String> {
        loop {
            let seen = self.seen.lock().expect("the log").clone();
            if seen.len() >= count {
                return seen;
            }
            self.came.notified().await;
        }
    }

    fn url(&self) -> String {
        format!("pinot://{}?role=broker", self.authority)
    }

    fn last(&self) -> String {
        self.seen.lock().expect("the log").last().cloned().unwrap_or_default()
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
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
    Some(String::from_utf8_lossy(&request).into_owned())
}

/// Answers a request; a body that ends in `…` breaks off there.
async fn answer(mut stream: TcpStream, status: &str, body: &str) -> Option<()> {
    let (sent, len) = match body.strip_suffix('…') {
        Some(sent) => (sent, sent.len() + 10),
        None => (body, body.len()),
    };
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{sent}");
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
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
async fn options_and_headers_go_by_their_order() {
    let answer = ("200 OK", format!(r#"{{{TABLE},"exceptions":[]}}"#));
    let server = Server::start(vec![well(), answer]).await;
    let url = format!(
        "{}&option.maxRowsInJoin=1&option.useStarTree=false&query_timeout_ms=700&header.X-A=a&database=d&token=t",
        server.url()
    );
    let pool = Pool::<Stats>::connect(&url).await.expect("the broker is well");
    let options = QueryOptions::new().max_rows_in_join(2).skip_indexes("n=inverted");
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]).options(options).tag("tagged");
    let query = query.client_query_id("mine").trace().header("X-B", "b");
    query.fetch_all(&pool).await.expect("rows");
    let sent = server.last();
    for expected in [
        "useMultistageEngine=true;enableNullHandling=true;timeoutMs=700;clientQueryId=mine;maxRowsInJoin=2;useStarTree=false\"",
        "\"sql\":\"SET skipIndexes = 'n=inverted'; SELECT n FROM t",
        "\"trace\":true",
        "x-a: a\r\n",
        "x-b: b\r\n",
        "database: d\r\n",
        "authorization: Bearer t\r\n",
        "x-correlation-id: tagged\r\n",
    ] {
        assert!(sent.contains(expected), "{expected} is not in {sent}");
    }
    assert!(server.seen.lock().expect("the log")[0].contains("authorization: Bearer t"));
}

#[tokio::test]
async fn a_text_cannot_set_what_its_source_decides() {
    let server = Server::start(vec![well()]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    for sql in ["SET useMultistageEngine=false; SELECT 1", "SELECT 1 -- OPTION(enableNullHandling=false)"] {
        let error = sql_query(sql).fetch_all::<(i64,), Stats, _>(&pool).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.message().contains("belongs to the source"), "{error}");
    }
}

#[tokio::test]
async fn a_dropped_query_is_stopped_on_its_broker() {
    let server = Server::start(vec![well(), (SILENCE, String::new()), ("200 OK", String::new())]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]).client_query_id("a b");
    let mut rows = query.fetch_all(&pool);
    tokio::select! {
        _ = &mut rows => panic!("no answer was given"),
        _ = server.requests(2) => {}
    }
    drop(rows);
    let seen = server.requests(3).await;
    assert!(seen[2].starts_with("DELETE /query/a%20b?client=true&timeoutMs="), "{}", seen[2]);
}

#[tokio::test]
async fn a_late_query_is_stopped_and_told_its_limit() {
    let server = Server::start(vec![well(), (SILENCE, String::new()), ("200 OK", String::new())]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]);
    let rows = query.timeout(std::time::Duration::from_millis(300)).fetch_all(&pool).await;
    fails(rows, ErrorKind::Timeout, None);
    let seen = server.requests(3).await;
    assert!(seen[1].contains("timeoutMs=300;clientQueryId=querent-"), "{}", seen[1]);
    assert!(seen[2].starts_with("DELETE /query/querent-"), "{}", seen[2]);
}

#[tokio::test]
async fn a_result_comes_in_pages_and_is_removed() {
    let page = |rows: &str, offset: usize, len: usize| {
        let body = format!(
            r#"{{"resultTable":{{"dataSchema":{{"columnNames":["n"],"columnDataTypes":["LONG"]}},"rows":{rows}}},"exceptions":[],"numRowsResultSet":5,"requestId":"77","offset":{offset},"numRows":{len}}}"#
        );
        ("200 OK", body)
    };
    let answers = vec![
        well(),
        page("[[1],[2]]", 0, 2),
        page("[[3],[4]]", 2, 2),
        page("[[5]]", 4, 1),
        ("200 OK", String::new()),
    ];
    let server = Server::start(answers).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let report = Report::new();
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]).page_size(2).report(&report);
    let rows = query.fetch_all(&pool).await.expect("rows");
    assert_eq!(rows, [(1,), (2,), (3,), (4,), (5,)]);
    let seen = server.requests(5).await;
    assert!(seen[1].starts_with("POST /query/sql?getCursor=true&numRows=2 "), "{}", seen[1]);
    assert!(seen[2].starts_with("GET /responseStore/77/results?offset=2&numRows=2 "), "{}", seen[2]);
    assert!(seen[3].starts_with("GET /responseStore/77/results?offset=4&numRows=2 "), "{}", seen[3]);
    assert!(seen[4].starts_with("DELETE /responseStore/77 "), "{}", seen[4]);
    assert_eq!(report.answers().len(), 3);
}

#[tokio::test]
async fn a_stored_result_that_is_gone_is_an_error() {
    let first = format!(
        r#"{{{TABLE},"exceptions":[],"numRowsResultSet":5,"requestId":"77","offset":0,"numRows":2}}"#
    );
    let gone = ("404 x", "Query results for 77 not found.".to_owned());
    let server = Server::start(vec![well(), ("200 OK", first), gone, ("404 x", String::new())]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("x")]).page_size(2);
    fails(query.fetch_all(&pool).await, ErrorKind::Resource, Some("HTTP 404"));
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

#[tokio::test]
async fn a_query_goes_to_a_broker_of_its_tables() {
    let answer = || ("200 OK", format!(r#"{{{TABLE},"exceptions":[]}}"#));
    let (one, other) =
        (Server::start(vec![answer(), answer(), answer()]).await, Server::start(vec![answer()]).await);
    let broker = |server: &Server| {
        let port = server.authority.rsplit(':').next().expect("a port");
        format!(r#"{{"host":"127.0.0.1","port":{port}}}"#)
    };
    let list = format!(r#"{{"t":[{}],"u":[{}]}}"#, broker(&one), broker(&other));
    let controller = Server::start(vec![("200 OK", list)]).await;
    let pool = Pool::<Stats>::connect(&format!("pinot://{}", controller.authority)).await.expect("brokers");
    for sql in
        ["SELECT n FROM t", "SELECT n FROM \"T\"", "SELECT n FROM t AS x WHERE s = 'u'", "SELECT n FROM U"]
    {
        let rows: Vec<(i64,)> = sql_query(sql).fetch_all(&pool).await.expect("rows");
        assert_eq!(rows.len(), 2);
    }
    assert_eq!((one.requests(3).await.len(), other.requests(1).await.len()), (3, 1));
}

#[tokio::test]
async fn a_tenant_names_its_brokers() {
    let broker = Server::start(vec![("200 OK", format!(r#"{{{TABLE},"exceptions":[]}}"#))]).await;
    let port = broker.authority.rsplit(':').next().expect("a port");
    let list = format!(r#"[{{"host":"127.0.0.1","port":{port}}}]"#);
    let controller = Server::start(vec![("200 OK", list)]).await;
    let url = format!("pinot://{}?tenant=a%20b", controller.authority);
    let pool = Pool::<Stats>::connect(&url).await.expect("brokers");
    let rows: Vec<(i64,)> = sql_query("SELECT n FROM t").fetch_all(&pool).await.expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(
        controller.last().starts_with("GET /v2/brokers/tenants/a%20b?state=ONLINE "),
        "{}",
        controller.last()
    );
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
