//! Queries that nobody waits for any more.

use querent_core::{ErrorKind, Pool, Query, Value};
use querent_pinot::PinotQuery as _;

use crate::server::{SILENCE, Server, well};
use crate::{PLAN, Stats, decode, fails};

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
