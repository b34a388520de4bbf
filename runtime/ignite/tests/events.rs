//! What `tracing` is told of connections and requests, by a scripted node; and what it is not told.

#[path = "support/listener.rs"]
mod listener;
#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use querent_core::Pool;
use querent_ignite::Cache;
use tokio::net::TcpListener;

use listener::Listener;
use support::{Orders, Wire, next};

/// Accepts; answers a read with an int, refuses a write, and goes at the third request.
async fn serve(mut wire: Wire) -> Option<()> {
    wire.accept(&[]).await;
    let (_, id, _) = wire.request().await?;
    wire.answer(id, &[3, 7, 0, 0, 0]).await;
    let (_, id, _) = wire.request().await?;
    wire.fail_as(7, id, 1000, "no").await;
    wire.request().await.map(drop)
}

/// Refuses user and password.
async fn refuse(mut wire: Wire) -> Option<()> {
    wire.frame().await?;
    wire.refuse_user("no").await;
    wire.frame().await.map(drop)
}

#[tokio::test]
async fn connections_and_requests_are_told() {
    let (listener, _listening) = Listener::listen();
    let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ignite://me:s3cret@{}?partition_aware=false", node.local_addr().unwrap());
    tokio::spawn(async move {
        refuse(next(&node).await).await;
        serve(next(&node).await).await;
        // Nobody else is let in.
        drop(node);
    });

    assert!(Pool::<Orders>::connect(&url).await.is_err());
    let at = "server.address=\"127.0.0.1\" server.port";
    assert_eq!(
        listener.heard(),
        [
            format!("handshake started {at}"),
            format!(
                "handshake failed {at} error.type=Authentication db.response.status_code=\"AUTH_FAILED\""
            ),
        ]
    );

    let pool = Pool::<Orders>::connect(&url).await.unwrap();
    let id = "07070707-0707-0707-0707-070707070707";
    assert_eq!(
        listener.heard(),
        [
            format!("handshake started {at}"),
            format!("handshake succeeded {at} network.protocol.version=1.7.0 db.instance.id={id}"),
        ]
    );

    let cache: Cache<Orders, i32, i32> = Cache::new("s3cret");
    cache.get(&pool, &4711).await.unwrap();
    let (get, put) = ("db.operation.name=\"CACHE_GET\"", "db.operation.name=\"CACHE_PUT\"");
    assert_eq!(
        listener.heard(),
        [format!("request sent {get} {at}"), format!("request succeeded {get} duration_us")]
    );

    cache.put(&pool, &4711, &815).await.unwrap_err();
    assert_eq!(
        listener.heard(),
        [
            format!("request sent {put} {at}"),
            format!("request failed {put} duration_us error.type=\"refused\" db.response.status_code=1000"),
        ]
    );

    cache.put(&pool, &4711, &815).await.unwrap_err();
    listener.hears("connection lost").await;
    let heard = listener.heard();
    assert!(heard.contains(&format!("request sent {put} {at}")), "{heard:?}");
    assert!(heard.contains(&format!("request failed {put} duration_us error.type=\"lost\"")), "{heard:?}");
    let reason = "reason=\"the server closed the connection\"";
    assert!(heard.contains(&format!("connection lost {at} {reason}")), "{heard:?}");
}

#[tokio::test]
async fn a_closed_connection_is_not_a_lost_one() {
    let (listener, _listening) = Listener::listen();
    let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ignite://{}?partition_aware=false", node.local_addr().unwrap());
    tokio::spawn(async move { serve(next(&node).await).await });
    let pool = Pool::<Orders>::connect(&url).await.unwrap();
    pool.close().await;
    listener.hears("connection closed").await;
    assert!(!listener.heard().iter().any(|line| line.starts_with("connection lost")));
}
