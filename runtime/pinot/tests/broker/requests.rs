//! What is sent: options, headers, and what a text may not say.

use querent_core::{ErrorKind, Pool, Query, Value, sql_query};
use querent_pinot::PinotQuery as _;
use querent_pinot::wire::QueryOptions;

use crate::server::{Server, well};
use crate::{PLAN, Stats, TABLE, ask, decode};

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
        "useMultistageEngine=true;enableNullHandling=true;autoRewriteAggregationType=false;timeoutMs=700;clientQueryId=mine;maxRowsInJoin=2;useStarTree=false\"",
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
async fn a_text_that_writes_is_refused_where_the_call_only_reads() {
    let server = Server::start(vec![well()]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    for sql in ["INSERT INTO t FROM FILE 'x'", "SET a=1; // '\ninsert into t FROM FILE 'x'"] {
        let query = sql_query(sql).of::<Stats, (i64,)>().read_only();
        let error = query.fetch_all(&pool).await.expect_err("refused");
        assert_eq!((error.kind(), server.requests(1).await.len()), (ErrorKind::Query, 1), "{error}");
        assert!(error.message().contains("read-only"), "{error}");
    }
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
