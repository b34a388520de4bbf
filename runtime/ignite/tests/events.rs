//! What `tracing` is told of connections and requests, by a scripted node; and what it is not told.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use querent_core::{Pool, Source};
use querent_ignite::{Cache, Ignite};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::set_default;
use tracing::{Event, Level, Metadata, Subscriber};

enum Orders {}

impl Source for Orders {
    type Backend = Ignite;
    const NAME: &'static str = "orders";
    const FINGERPRINT: u64 = 0;
}

/// Keeps events as text: the message, then names and values in order.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<String>>>);

struct Line(String, String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.0 = format!("{value:?}"),
            // What differs from run to run.
            "server.port" | "duration_us" => self.1 += &format!(" {}", field.name()),
            name => self.1 += &format!(" {name}={value:?}"),
        }
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("querent_ignite") && *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new(), String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0 + &line.1);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Listener {
    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Waits until something was heard: connections end in tasks of their own.
    async fn hears(&self, begin: &str) {
        let heard = async {
            while !self.0.lock().unwrap().iter().any(|line| line.starts_with(begin)) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), heard).await.expect(begin);
    }
}

async fn frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let len = stream.read_i32_le().await.ok()?;
    let mut body = vec![0; usize::try_from(len).ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

async fn send(stream: &mut TcpStream, body: &[u8]) {
    let frame = [&(body.len() as i32).to_le_bytes()[..], body].concat();
    stream.write_all(&frame).await.expect("a client that reads");
}

/// Accepts; answers a read with an int, refuses a write, and goes at the third request.
async fn serve(mut stream: TcpStream) -> Option<()> {
    frame(&mut stream).await?;
    send(&mut stream, &[&[1, 12, 0, 0, 0, 0, 10][..], &[7; 16]].concat()).await;
    for answer in [&[0, 0, 3, 7, 0, 0, 0][..], &[1, 0, 0xe8, 3, 0, 0, 9, 2, 0, 0, 0, b'n', b'o']] {
        let request = frame(&mut stream).await?;
        send(&mut stream, &[&request[2..10], answer].concat()).await;
    }
    frame(&mut stream).await.map(drop)
}

/// Refuses user and password.
async fn refuse(mut stream: TcpStream) -> Option<()> {
    frame(&mut stream).await?;
    send(&mut stream, &[&[0; 7][..], &[9, 2, 0, 0, 0, b'n', b'o', 0xd0, 7, 0, 0]].concat()).await;
    frame(&mut stream).await.map(drop)
}

#[tokio::test]
async fn connections_and_requests_are_told() {
    let listener = Listener::default();
    let _default = set_default(listener.clone());
    let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ignite://me:s3cret@{}?partition_aware=false", node.local_addr().unwrap());
    tokio::spawn(async move {
        let (refused, accepted) = (node.accept().await.unwrap().0, node.accept());
        refuse(refused).await;
        serve(accepted.await.unwrap().0).await;
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
    let listener = Listener::default();
    let _default = set_default(listener.clone());
    let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ignite://{}?partition_aware=false", node.local_addr().unwrap());
    tokio::spawn(async move { serve(node.accept().await.unwrap().0).await });
    let pool = Pool::<Orders>::connect(&url).await.unwrap();
    pool.close().await;
    listener.hears("connection closed").await;
    assert!(!listener.heard().iter().any(|line| line.starts_with("connection lost")));
}
