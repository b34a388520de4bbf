//! Discovery, options, errors, limits, pages, and queries that are dropped: what a cluster does with requests.

use std::time::Duration;

use querent_core::{ErrorKind, Pool, PoolOptions, sql_query};
use querent_pinot::wire::QueryOptions;
use querent_pinot::{PinotOptions, PinotQuery as _, Report};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{Defaults, Multi, Nulls, pool};

crate::tests! {
    SINGLE:
    errors_have_codes,
    errors_tell_no_value,
    a_query_is_told_its_limit,
    the_limit_of_a_text_is_known,
    a_late_query_leaves_the_brokers_list,
    a_dropped_query_leaves_the_brokers_list,
    a_query_of_another_is_listed_and_stopped,
    a_result_comes_in_pages_and_is_removed,
    a_stored_result_is_read_from_a_row_on,
    a_dropped_page_stream_is_removed,
    reports_hold_statistics_and_a_trace,
    groups_beyond_a_limit_are_an_error,
    options_reach_the_server,
    a_tenant_and_a_broker_will_do,
    the_source_decides_the_engine,
    an_unknown_database_has_no_table,
    http_answers_are_told,
    a_client_of_ones_own_does_the_asking,
}

/// A call that 1.5.1 never answers: it waits for its servers until its time is over.
const ENDLESS: &str = "SELECT MAX(carrier, name) FROM airlines";

/// What the broker's own list of running queries or stored results says.
async fn broker_says(path: &str) -> String {
    let url = std::env::var("QUERENT_TEST_PINOT_BROKER_URL").expect("tests/servers/pinot.sh env sets it");
    let authority = url.rsplit('/').next().expect("a host");
    let mut stream = TcpStream::connect(authority).await.expect("the broker");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

/// Waits until the broker's list holds a text, or holds it no more.
async fn until(path: &str, text: &str, there: bool) {
    while broker_says(path).await.contains(text) != there {
        tokio::task::yield_now().await;
    }
}

async fn is_good(pool: &Pool<Nulls>) {
    let (name,): (String,) = sql_query("SELECT name FROM airlines WHERE carrier = ? LIMIT 2")
        .bind("UA")
        .fetch_one(pool)
        .await
        .expect("the pool is good");
    assert_eq!(name, "United Air Lines Inc.");
}

async fn errors_have_codes(url: String) {
    let pool = pool::<Nulls>(&url).await;
    for (sql, kind, code) in [
        ("SELECT nope FROM airlines", ErrorKind::Query, "710 UNKNOWN_COLUMN"),
        ("SELECT a FROM nope", ErrorKind::Query, "190 TABLE_DOES_NOT_EXIST"),
        ("SELEC 1", ErrorKind::Query, "150 SQL_PARSING"),
        ("SELECT nofn(carrier) FROM airlines", ErrorKind::Query, "700 QUERY_VALIDATION"),
        ("SELECT CAST(name AS INT) FROM airlines LIMIT 1", ErrorKind::Server, "200 QUERY_EXECUTION"),
        ("SELECT 1; SELECT 2", ErrorKind::Query, "150 SQL_PARSING"),
        ("DROP TABLE airlines", ErrorKind::Query, "150 SQL_PARSING"),
        ("SELECT a_bytes FROM all_types LIMIT 1", ErrorKind::Server, "200 QUERY_EXECUTION"),
    ] {
        let error = sql_query(sql).fetch_all::<(String,), _, _>(&pool).await.expect_err(sql);
        assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{sql}: {error:?}");
        assert!(!error.is_retryable(), "{sql}");
    }
    is_good(&pool).await;
}

async fn errors_tell_no_value(url: String) {
    let pool = pool::<Nulls>(&url).await;
    for sql in [
        "SELECT nope FROM airlines WHERE carrier = ?",
        "SELEC 1 ?",
        "SELECT CAST(? AS INT) FROM airlines LIMIT 1",
    ] {
        let error =
            sql_query(sql).bind("it's s3cret").fetch_all::<(String,), _, _>(&pool).await.expect_err(sql);
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

async fn a_query_is_told_its_limit(url: String) {
    let pool = pool::<Nulls>(&format!("{url}?query_timeout_ms=700")).await;
    let error = sql_query(ENDLESS).fetch_all::<(String,), _, _>(&pool).await.expect_err("it never ends");
    // The server's own word: the client would have waited for a minute.
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Timeout, Some("427 SERVER_NOT_RESPONDING")),
        "{error:?}"
    );
    let query = sql_query(ENDLESS).of::<Nulls, (String,)>().timeout(Duration::from_millis(600));
    // A text of the run time may write for all that the runtime knows.
    assert_eq!(query.fetch_all(&pool).await.expect_err("it never ends").kind(), ErrorKind::Ambiguous);
    is_good(&pool).await;
}

/// The text's own limit goes over that of the URL; what ran out of it is not sent again.
async fn the_limit_of_a_text_is_known(url: String) {
    let pool = pool::<Nulls>(&format!("{url}?query_timeout_ms=600000")).await;
    for text in [
        format!("SET timeoutMs=300; {ENDLESS}"),
        format!("SET \"TIMEOUTMS\" = '300'; {ENDLESS}"),
        format!("{ENDLESS} OPTION(timeoutMs=600000, timeoutMs=300)"),
        format!("SET timeoutMs=600000; SET TIMEOUTMS=300; {ENDLESS} OPTION(timeoutMs=600000)"),
    ] {
        let query = sql_query(text.as_str()).of::<Nulls, (String,)>();
        let error = query.fetch_all(&pool).await.expect_err("it never ends");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false), "{text}: {error:?}");
        assert_eq!(error.code(), Some("427 SERVER_NOT_RESPONDING"), "{text}: {error:?}");
    }
    is_good(&pool).await;
}

/// The servers are told another limit by the text, so that only the driver's word ends it.
async fn a_late_query_leaves_the_brokers_list(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let sql = "SELECT MAX(carrier, name) AS late FROM airlines";
    let query = sql_query(format!("SET timeoutMs=600000; {sql}")).of::<Nulls, (String,)>();
    let mut rows = query.timeout(Duration::from_secs(6)).fetch_all(&pool);
    tokio::select! {
        rows = &mut rows => panic!("{:?}", rows.map(|rows| rows.len())),
        () = until("/queries", sql, true) => {}
    }
    assert_eq!(rows.await.expect_err("it is late").kind(), ErrorKind::Ambiguous);
    until("/queries", sql, false).await;
    is_good(&pool).await;
}

async fn a_dropped_query_leaves_the_brokers_list(url: String) {
    // Longer than a test may take: it ends because it is stopped.
    let pool = pool::<Nulls>(&format!("{url}?query_timeout_ms=600000")).await;
    // A text of its own, by which it is found in the list.
    let sql = "SELECT MAX(carrier, name) AS dropped FROM airlines";
    let query = sql_query(sql).of::<Nulls, (String,)>().client_query_id("querent-live-drop");
    let mut rows = query.fetch_all(&pool);
    tokio::select! {
        rows = &mut rows => panic!("{:?}", rows.map(|rows| rows.len())),
        () = until("/queries", sql, true) => {}
    }
    drop(rows);
    until("/queries", sql, false).await;
    is_good(&pool).await;
}

async fn a_query_of_another_is_listed_and_stopped(url: String) {
    let options = PinotOptions::parse(&url).expect("a URL");
    let other = pool::<Nulls>(&format!("{url}?query_timeout_ms=600000")).await;
    for (name, by_client_id) in [("stopped", false), ("halted", true)] {
        let sql = format!("SELECT MAX(carrier, name) AS {name} FROM airlines");
        let query = sql_query(sql.clone()).of::<Nulls, (String,)>().client_query_id(name);
        let mut rows = query.fetch_all(&other);
        let listed = async || {
            let list = querent_pinot::running(&options).await.expect("a list");
            list.into_iter().find(|query| query.sql() == sql)
        };
        let work = async {
            let found = loop {
                if let Some(found) = listed().await {
                    break found;
                }
            };
            assert!(!found.id().is_empty() && found.broker().starts_with("127.0.0.1:"));
            assert!(!format!("{found:?}").contains(name));
            let stopped = match by_client_id {
                true => querent_pinot::stop_client(&options, name).await,
                false => querent_pinot::stop(&options, &found).await,
            };
            assert!(stopped.expect("it is stopped"));
            while listed().await.is_some() {}
            assert!(!querent_pinot::stop(&options, &found).await.expect("it is gone"));
            assert!(!querent_pinot::stop_client(&options, name).await.expect("it is gone"));
        };
        // It may end by that, or go on waiting for a server that will not answer.
        tokio::select! {
            rows = &mut rows => assert!(rows.is_err()),
            () = work => {}
        }
    }
    assert!(!querent_pinot::stop_client(&options, "querent-nobody").await.expect("nobody has it"));
}

const PAGED: &str = "SELECT carrier FROM airlines ORDER BY carrier LIMIT 16";

async fn a_result_comes_in_pages_and_is_removed(url: String) {
    let pool = pool::<Nulls>(&url).await;
    for (page_len, pages) in [(5, 4), (16, 1), (8, 2), (100, 1), (1, 16)] {
        let report = Report::new();
        let query = sql_query(PAGED).of::<Nulls, (String,)>().page_size(page_len).report(&report);
        let rows = query.fetch_all(&pool).await.expect("rows");
        let carriers: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        assert_eq!((carriers.len(), carriers[0], carriers[15]), (16, "9E", "YV"));
        assert!(carriers.is_sorted());
        let answers = report.answers();
        assert_eq!(answers.len(), pages, "{page_len}");
        let id = answers[0].statistics.request_id.clone().expect("an id");
        until("/responseStore", &id, false).await;
    }
    let none =
        sql_query("SELECT carrier FROM airlines WHERE carrier = 'zz'").of::<Nulls, (String,)>().page_size(3);
    assert!(none.fetch_all(&pool).await.expect("no rows").is_empty());
    let wrong = sql_query("SELECT nope FROM airlines").of::<Nulls, (String,)>().page_size(3);
    assert_eq!(wrong.fetch_all(&pool).await.expect_err("no column").code(), Some("710 UNKNOWN_COLUMN"));
}

async fn a_stored_result_is_read_from_a_row_on(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let paged = || sql_query(PAGED).of::<Nulls, (String,)>();
    let all = paged().fetch_all(&pool).await.expect("rows");
    // Of what is passed over the first row comes, alone, with the answer that names the stored result.
    for (row, page_len, fetched) in [(0, 5, 16), (1, 5, 16), (10, 4, 7), (15, 100, 2), (16, 4, 1), (99, 4, 1)]
    {
        let report = Report::new();
        let query = paged().start_at(row).page_size(page_len).report(&report);
        let rows = query.fetch_all(&pool).await.expect("rows");
        assert_eq!(rows, all[(row as usize).min(16)..], "{row}");
        let answers = report.answers();
        assert_eq!(answers.iter().map(|answer| answer.row_count).sum::<u64>(), fetched, "{row}");
        let id = answers[0].statistics.request_id.clone().expect("an id");
        until("/responseStore", &id, false).await;
    }
    let whole = paged().start_at(3).fetch_all(&pool).await.expect_err("there is nothing to seek in");
    assert_eq!(whole.kind(), ErrorKind::Config);
    is_good(&pool).await;
}

async fn a_dropped_page_stream_is_removed(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let report = Report::new();
    let query = sql_query(PAGED).of::<Nulls, (String,)>().page_size(4).report(&report);
    let mut rows = query.fetch(&pool);
    for _ in 0..5 {
        let row =
            std::future::poll_fn(|cx| futures_util::Stream::poll_next(std::pin::Pin::new(&mut rows), cx));
        row.await.expect("a row").expect("a row");
    }
    drop(rows);
    let id = report.answers()[0].statistics.request_id.clone().expect("an id");
    until("/responseStore", &id, false).await;
    is_good(&pool).await;
}

async fn reports_hold_statistics_and_a_trace(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let report = Report::new();
    let query = sql_query("SELECT COUNT(*) FROM airlines").of::<Nulls, (i64,)>().report(&report).trace();
    assert_eq!(query.client_query_id("querent-live-stats").fetch_all(&pool).await.expect("a row"), [(16,)]);
    let statistics = report.statistics().expect("statistics");
    assert_eq!((statistics.total_docs, statistics.num_servers_responded), (Some(16), Some(1)));
    assert_eq!(statistics.tables_queried, ["airlines"]);
    assert_eq!(statistics.client_request_id.as_deref(), Some("querent-live-stats"));
    assert!(statistics.trace_info.is_some_and(|trace| trace.0.len() > 2), "no trace");
    assert!(statistics.other.is_empty() && report.missing().is_empty());
}

async fn groups_beyond_a_limit_are_an_error(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let query = || {
        let query = sql_query("SELECT carrier, COUNT(*) FROM airlines GROUP BY carrier LIMIT 100");
        query.of::<Nulls, (String, i64)>().options(QueryOptions::new().num_groups_limit(3))
    };
    let error = query().fetch_all(&pool).await.expect_err("not all groups");
    assert_eq!(error.kind(), ErrorKind::Partial, "{error:?}");
    assert!(error.message().contains("numGroupsLimitReached"), "{error}");
    let report = Report::new();
    let rows = query().partial_ok().report(&report).fetch_all(&pool).await.expect("some groups");
    assert!((1..16).contains(&rows.len()), "{} groups", rows.len());
    assert_eq!(report.missing().len(), 1);
}

async fn options_reach_the_server(url: String) {
    let limited = pool::<Nulls>(&format!("{url}?option.maxServerResponseSizeBytes=10")).await;
    let sql = "SELECT carrier, name FROM airlines LIMIT 16";
    let error = sql_query(sql).fetch_all::<(String, String), _, _>(&limited).await.expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::Resource, "{error:?}");
    // Those of the call go over those of the URL, and those of the text over both.
    let call =
        QueryOptions::new().max_server_response_size_bytes(1_000_000).skip_indexes("carrier=inverted,range");
    let query = sql_query(sql).of::<Nulls, (String, String)>().options(call);
    assert_eq!(query.fetch_all(&limited).await.expect("rows").len(), 16);
    let text = format!("SET maxServerResponseSizeBytes=1000000; {sql}");
    let query = sql_query(text).of::<Nulls, (String, String)>();
    let query = query.options(QueryOptions::new().max_server_response_size_bytes(10));
    assert_eq!(query.fetch_all(&limited).await.expect("rows").len(), 16);
    // An option that the server does not know is let pass by it.
    let query = sql_query(sql)
        .of::<Defaults, (String, String)>()
        .options(QueryOptions::new().other("laterOption", 1));
    assert_eq!(query.fetch_all(&pool::<Defaults>(&url).await).await.expect("rows").len(), 16);
}

async fn a_tenant_and_a_broker_will_do(url: String) {
    is_good(&pool::<Nulls>(&format!("{url}?tenant=DefaultTenant")).await).await;
    let error = Pool::<Nulls>::connect(&format!("{url}?tenant=nobody")).await;
    assert!(error.is_err_and(|error| matches!(error.kind(), ErrorKind::Connection | ErrorKind::Query)));
    let broker = std::env::var("QUERENT_TEST_PINOT_BROKER_URL").expect("tests/servers/pinot.sh env sets it");
    let authority = broker.rsplit('/').next().expect("a host");
    // One of two that is not there gives way.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    is_good(&pool::<Nulls>(&format!("pinot://{gone},{authority}?role=broker")).await).await;
    let controller = url.rsplit('/').next().expect("a host");
    is_good(&pool::<Nulls>(&format!("pinot://{gone},{controller}")).await).await;
}

/// The test server runs the single-stage engine only: that the other one is asked shows in what is said.
async fn the_source_decides_the_engine(url: String) {
    let sql = "SELECT a.name FROM airlines a JOIN airlines b ON a.carrier = b.carrier LIMIT 1";
    let single = sql_query(sql).fetch_all::<(String,), _, _>(&pool::<Nulls>(&url).await).await;
    assert_eq!(single.expect_err("no JOIN there").code(), Some("150 SQL_PARSING"));
    match sql_query(sql).fetch_all::<(String,), _, _>(&pool::<Multi>(&url).await).await {
        Ok(rows) => assert_eq!(rows.len(), 1),
        Err(error) => assert_ne!(error.code(), Some("150 SQL_PARSING"), "{error}"),
    }
}

async fn an_unknown_database_has_no_table(url: String) {
    let broker = std::env::var("QUERENT_TEST_PINOT_BROKER_URL").expect("tests/servers/pinot.sh env sets it");
    let authority = broker.rsplit('/').next().expect("a host");
    let _ = url;
    let pool = pool::<Nulls>(&format!("pinot://{authority}?role=broker&database=nowhere")).await;
    let error = sql_query("SELECT name FROM airlines").fetch_all::<(String,), Nulls, _>(&pool).await;
    assert_eq!(error.expect_err("no such table").code(), Some("190 TABLE_DOES_NOT_EXIST"));
}

async fn http_answers_are_told(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let report = Report::new();
    let query = sql_query("SELECT carrier FROM airlines ORDER BY carrier LIMIT 7");
    let query = query.of::<Nulls, (String,)>().page_size(5).report(&report);
    assert_eq!(query.fetch_all(&pool).await.expect("two pages").len(), 7);
    let http = report.http();
    assert_eq!(http.len(), 2);
    for answer in &http {
        assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("application/json")));
        assert!(answer.broker.starts_with("127.0.0.1:"), "{answer:?}");
    }
    // The code of the first exception, or -1.
    assert_eq!(http[0].header("X-Pinot-Error-Code"), Some("-1"));
    let wrong = sql_query("SELECT nope FROM airlines").of::<Nulls, (String,)>().report(&report);
    wrong.fetch_all(&pool).await.expect_err("there is no such column");
    let codes: Vec<_> =
        report.http().iter().map(|a| a.header("x-pinot-error-code").map(str::to_owned)).collect();
    assert_eq!(codes, [Some("710".to_owned())]);
}

async fn a_client_of_ones_own_does_the_asking(url: String) {
    // A proxy that nobody is behind: were it the URL's client, nothing would come.
    let options = PinotOptions::parse(&format!("{url}?proxy=http://127.0.0.1:1")).expect("a URL");
    let builder = options.http_builder().expect("what the URL asks for");
    let client = builder.no_proxy().build().expect("a client");
    let pool =
        Pool::<Nulls>::with_options(options.clone().http_client(client), PoolOptions::new()).expect("a pool");
    is_good(&pool).await;
    let without = Pool::<Nulls>::with_options(options, PoolOptions::new()).expect("a pool");
    let error = sql_query("SELECT 1").fetch_all::<(i64,), _, _>(&without).await.expect_err("no proxy");
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
}
