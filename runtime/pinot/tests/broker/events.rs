//! What `tracing` is told of requests, and what it is not told.

use querent_core::{ErrorKind, Pool, Query, Value};
use querent_pinot::PinotQuery as _;

use crate::listener::Listener;
use crate::server::{SILENCE, Server, well};
use crate::{PLAN, Stats, TABLE, decode, fails};

fn query() -> Query<'static, Stats, (i64,)> {
    Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("it's s3cret")]).header("X-Key", "s3cret")
}

#[tokio::test]
async fn requests_and_their_ends_are_told() {
    let (listener, _listening) = Listener::listen();
    let body = format!(r#"{{{TABLE},"exceptions":[]}}"#);
    let cut = ("200 OK", format!("{{{TABLE}…"));
    // A handle that lost its broker is made anew.
    let answers = vec![well(), ("200 OK", body.clone()), ("503 x", "away".to_owned()), well(), cut];
    let server = Server::start(answers).await;
    let url = format!("{}&token=s3cret", server.url());
    let pool = querent_core::PoolOptions::new().resends_max(0).connect::<Stats>(&url).await.expect("well");
    let at = |method: &str, path: &str| {
        format!(
            "http.request.method=\"{method}\" url.path=\"{path}\" server.address=\"127.0.0.1\" server.port"
        )
    };
    let end = |len: usize| format!("http.response.status_code=200 http.response.body.size={len} duration_ms");
    assert_eq!(
        listener.heard(),
        [
            format!("request sent {}", at("GET", "/health")),
            format!("request answered {} {}", at("GET", "/health"), end(2)),
        ]
    );

    assert_eq!(query().page_size(2).fetch_all(&pool).await.expect("rows").len(), 2);
    let post = at("POST", "/query/sql");
    let sent = format!("request sent {post} db.query.text=\"SELECT n FROM t WHERE s = ?\"");
    assert_eq!(listener.heard(), [sent.clone(), format!("request answered {post} {}", end(body.len()))]);

    fails(query().fetch_all(&pool).await, ErrorKind::Connection, Some("HTTP 503"));
    let answered = format!(
        "request answered {post} http.response.status_code=503 http.response.body.size=4 duration_ms"
    );
    assert_eq!(listener.heard(), [sent.clone(), answered]);

    fails(query().fetch_all(&pool).await, ErrorKind::Connection, None);
    let heard = listener.heard();
    assert_eq!((heard.len(), &heard[2]), (4, &sent), "{heard:?}");
    let status = "http.response.status_code=200 http.response.body.size";
    assert!(heard[3].starts_with(&format!("request failed {post} {status}")), "{heard:?}");
    assert!(heard[3].ends_with("duration_ms error.type=Connection"), "{heard:?}");

    // Nobody is there any more.
    fails(query().fetch_all(&pool).await, ErrorKind::Connection, None);
    let health = at("GET", "/health");
    let failed =
        format!("request failed {health} http.response.body.size=0 duration_ms error.type=Connection");
    assert_eq!(listener.heard(), [format!("request sent {health}"), failed]);
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_is_told() {
    let (listener, _listening) = Listener::listen();
    let server = Server::start(vec![well(), (SILENCE, String::new()), ("200 OK", String::new())]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("well");
    listener.heard();
    let mut rows = query().client_query_id("q").fetch_all(&pool);
    tokio::select! {
        _ = &mut rows => panic!("no answer was given"),
        _ = server.requests(2) => {}
    }
    drop(rows);
    listener.hears("request answered http.request.method=\"DELETE\" url.path=\"/query/q\"").await;
    let heard = listener.heard();
    assert!(heard.iter().any(|line| line.starts_with("request given up")), "{heard:?}");
    assert!(!format!("{heard:?}").contains("s3cret"), "{heard:?}");
}
