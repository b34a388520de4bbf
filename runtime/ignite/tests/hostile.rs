//! Nodes that end too early, lie or talk nonsense, through a pool: a typed error in bounded time, and the pool goes on.
//!
//! What the decoders themselves make of such bytes is in `protocol/tests`.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use querent_core::{Error, ErrorKind, Pool};
use querent_ignite::Cache;
use support::{GET, Orders, SQL, Wire, framed, hello, next, read, row, text};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

/// What a node sends in the place of what it should.
#[derive(Clone, Debug)]
enum Lie {
    /// So many bytes of it, and the end.
    Cut(usize),
    /// So many bytes of its body, in a frame that is whole.
    Short(usize),
    /// These bytes, and the end.
    Bytes(Vec<u8>),
    /// These bytes, and silence.
    Silence(Vec<u8>),
}

#[derive(Default)]
struct Node {
    handshake: Mutex<Option<Lie>>,
    answer: Mutex<Option<Lie>>,
}

/// The body of an answer, behind its id.
fn honest(op: i16) -> Vec<u8> {
    match op {
        SQL => [&[0, 0][..], &row(3)].concat(),
        _ => [&[0, 0][..], &text("abc")].concat(),
    }
}

fn accepting() -> Vec<u8> {
    hello(7, &[], 7)
}

/// Sends a body or the lie about it; `None` where that is the end.
async fn send(wire: &mut Wire, body: &[u8], lie: Option<Lie>) -> Option<()> {
    let (bytes, goes_on) = match &lie {
        None => (framed(body), true),
        Some(Lie::Cut(len)) => (framed(body)[..*len].to_vec(), false),
        Some(Lie::Short(len)) => (framed(&body[..*len]), true),
        Some(Lie::Bytes(bytes) | Lie::Silence(bytes)) => (bytes.clone(), false),
    };
    // The client may have gone.
    wire.0.write_all(&bytes).await.ok()?;
    if let Some(Lie::Silence(_)) = lie {
        while wire.frame().await.is_some() {}
    }
    goes_on.then_some(())
}

async fn serve(node: Arc<Node>, mut wire: Wire) -> Option<()> {
    wire.frame().await?;
    let lie = node.handshake.lock().unwrap().clone();
    send(&mut wire, &accepting(), lie).await?;
    loop {
        let (op, id, _) = wire.request().await?;
        let body = [&id.to_le_bytes()[..], &honest(op)].concat();
        let lie = node.answer.lock().unwrap().clone();
        send(&mut wire, &body, lie).await?;
    }
}

async fn node() -> (Arc<Node>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ignite://{}?partition_aware=false", listener.local_addr().unwrap());
    let node = Arc::new(Node::default());
    let serving = node.clone();
    tokio::spawn(async move {
        loop {
            tokio::spawn(serve(serving.clone(), next(&listener).await));
        }
    });
    (node, url)
}

/// A statement that is known to read only, on a connection of the caller's: nobody sends it again.
async fn ask(pool: &Pool<Orders>) -> Result<Vec<i32>, Error> {
    read(&mut pool.acquire().await?).await
}

async fn get(pool: &Pool<Orders>) -> Result<Option<String>, Error> {
    Cache::<Orders, i32, String>::new("c").get(pool, &1).await
}

/// What comes within two seconds.
#[track_caller]
fn soon<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        let outcome = tokio::time::timeout(Duration::from_secs(2), work).await;
        outcome.unwrap_or_else(|_| panic!("{place}: nothing came"))
    }
}

/// Both kinds of request fail as they should, and then both succeed on the same pool.
async fn survives(node: &Node, pool: &Pool<Orders>, statement: Lie, value: Lie) {
    let told = |error: Error, lie: &Lie| {
        let kinds = [ErrorKind::Connection, ErrorKind::Protocol];
        assert!(kinds.contains(&error.kind()), "{lie:?}: {error:?}");
    };
    *node.answer.lock().unwrap() = Some(statement.clone());
    told(soon(ask(pool)).await.unwrap_err(), &statement);
    *node.answer.lock().unwrap() = Some(value.clone());
    told(soon(get(pool)).await.unwrap_err(), &value);
    *node.answer.lock().unwrap() = None;
    assert_eq!(soon(ask(pool)).await.unwrap(), [3], "{statement:?}");
    assert_eq!(soon(get(pool)).await.unwrap().as_deref(), Some("abc"), "{value:?}");
}

#[tokio::test]
async fn answers_cut_at_every_byte() {
    let (node, url) = node().await;
    let pool = Pool::connect(&url).await.unwrap();
    let lens = [SQL, GET].map(|op| 8 + honest(op).len());
    for len in 0..lens[0] {
        let value = len.min(lens[1] - 1);
        survives(&node, &pool, Lie::Cut(len), Lie::Cut(value)).await;
        survives(&node, &pool, Lie::Cut(len + 4), Lie::Cut(value + 4)).await;
        survives(&node, &pool, Lie::Short(len), Lie::Short(value)).await;
    }
    assert!(pool.stats().connections <= 10);
}

#[tokio::test]
async fn two_gigabytes_announced() {
    let (node, url) = node().await;
    let pool = Pool::connect(&url).await.unwrap();
    for announced in [i32::MAX, i32::MIN, -1, 0] {
        let bytes = [&announced.to_le_bytes()[..], &[1; 20]].concat();
        // Whoever waited for the rest would wait for ever.
        survives(&node, &pool, Lie::Silence(bytes.clone()), Lie::Silence(bytes.clone())).await;
        *node.handshake.lock().unwrap() = Some(Lie::Silence(bytes));
        let error = soon(Pool::<Orders>::connect(&url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
        *node.handshake.lock().unwrap() = None;
    }
}

#[tokio::test]
async fn garbage() {
    let (node, url) = node().await;
    let pool = Pool::connect(&url).await.unwrap();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..200 {
        let mut bytes = || {
            let byte = || {
                // xorshift64: the same bytes each time.
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                (random >> 24) as u8
            };
            std::iter::repeat_with(byte).take(64).collect::<Vec<u8>>()
        };
        let (statement, value) = (bytes(), bytes());
        survives(&node, &pool, Lie::Bytes(statement), Lie::Bytes(value)).await;
    }
}

#[tokio::test]
async fn handshakes_cut_at_every_byte() {
    let (node, url) = node().await;
    for len in 0..accepting().len() + 4 {
        *node.handshake.lock().unwrap() = Some(Lie::Cut(len));
        let error = soon(Pool::<Orders>::connect(&url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{len}: {error:?}");
    }
    for len in 0..accepting().len() {
        *node.handshake.lock().unwrap() = Some(Lie::Short(len));
        let error = soon(Pool::<Orders>::connect(&url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{len}: {error:?}");
    }
    // One that begins and never ends.
    *node.handshake.lock().unwrap() = Some(Lie::Silence(vec![20, 0]));
    let error = soon(Pool::<Orders>::connect(&format!("{url}&connect_timeout_ms=100"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    *node.handshake.lock().unwrap() = None;
    assert_eq!(soon(ask(&Pool::connect(&url).await.unwrap())).await.unwrap(), [3]);
}
