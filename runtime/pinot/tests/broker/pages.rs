//! Results that stay on their broker and come in pages.

use querent_core::{ErrorKind, Pool, Query, Value};
use querent_pinot::{PinotQuery as _, Report};

use crate::server::{Server, well};
use crate::{PLAN, Stats, TABLE, decode, fails};

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
