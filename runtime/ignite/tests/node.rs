//! Nodes that real ones are not: old, silent, lying, dying. A scripted one plays them.

use std::future::Future;
use std::time::{Duration, Instant};

use futures_util::future::join;
use querent_core::{Batch as _, Decode, ErrorKind, Piece, Plan, Pool, PoolOptions, Query, Source, sql_query};
use querent_ignite::{Ignite, IgniteBatch};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

enum Orders {}

impl Source for Orders {
    type Backend = Ignite;
    const NAME: &'static str = "orders";
    const FINGERPRINT: u64 = 0;
}

/// One connection, as the node sees it.
struct Wire(TcpStream);

/// A request: operation, id, payload.
type Request = (i16, i64, Vec<u8>);

impl Wire {
    /// The body of the next frame; `None` at the end.
    async fn frame(&mut self) -> Option<Vec<u8>> {
        let len = usize::try_from(self.0.read_i32_le().await.ok()?).expect("a length");
        let mut body = vec![0; len];
        self.0.read_exact(&mut body).await.ok()?;
        Some(body)
    }

    async fn request(&mut self) -> Option<Request> {
        let body = self.frame().await?;
        let (op, rest) = body.split_first_chunk::<2>().expect("an operation");
        let (id, payload) = rest.split_first_chunk::<8>().expect("an id");
        Some((i16::from_le_bytes(*op), i64::from_le_bytes(*id), payload.to_vec()))
    }

    async fn send(&mut self, body: &[u8]) {
        let frame = [&(body.len() as i32).to_le_bytes()[..], body].concat();
        self.0.write_all(&frame).await.expect("a client that reads");
    }

    /// Accepts the handshake of 1.7 with these features.
    async fn accept(&mut self, features: &[u8]) {
        self.frame().await.expect("a handshake");
        let body = [&[1, 12][..], &(features.len() as i32).to_le_bytes(), features, &[10], &[7; 16]].concat();
        self.send(&body).await;
    }

    /// Answers with flags and a payload.
    async fn answer(&mut self, id: i64, payload: &[u8]) {
        self.send(&[&id.to_le_bytes()[..], &[0, 0], payload].concat()).await;
    }
}

/// One column `n` of one `int`, and no more.
fn row(n: i32) -> Vec<u8> {
    let number = |n: i32| n.to_le_bytes();
    let name = [&[9][..], &number(1), b"n"].concat();
    [&5_i64.to_le_bytes()[..], &number(1), &name, &number(1), &[3], &number(n), &[0]].concat()
}

/// Runs a node's script beside a client's, within ten seconds.
async fn play<N: Future>(node: impl FnOnce(TcpListener) -> N, client: impl AsyncFnOnce(String)) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("ignite://u:s3cret@{}", listener.local_addr().expect("its address"));
    let both = join(node(listener), client(url));
    tokio::time::timeout(Duration::from_secs(10), both).await.expect("in time");
}

async fn next(listener: &TcpListener) -> Wire {
    Wire(listener.accept().await.expect("a client").0)
}

async fn ask(pool: &Pool<Orders>) -> querent_core::Result<i32> {
    sql_query("SELECT n").fetch_one::<(i32,), Orders, _>(pool).await.map(|row| row.0)
}

/// A statement that is known to read only.
async fn read(pool: &Pool<Orders>) -> querent_core::Result<Vec<i32>> {
    const PLAN: &Plan = &Plan { template: &[Piece::Text("SELECT n")], read_only: true, ..Plan::EMPTY };
    fn decode(batch: &IgniteBatch, rows: &mut Vec<i32>) -> Result<(), querent_core::ValueError> {
        let column = <i32 as Decode<'_, Ignite>>::column(batch, 0)?;
        for row in 0..batch.len() {
            rows.push(<i32 as Decode<'_, Ignite>>::get(&column, row)?);
        }
        Ok(())
    }
    Query::<Orders, i32>::new(PLAN, decode, []).fetch_all(pool).await
}

async fn refusal(url: &str) -> querent_core::Error {
    let error = Pool::<Orders>::connect(url).await.expect_err("refused");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    error
}

/// Lengths are of bytes, not of characters.
#[tokio::test]
async fn names_have_lengths_in_bytes() {
    let node = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        let hello = wire.frame().await.unwrap();
        let user = [&[9, 6, 0, 0, 0][..], "jürí".as_bytes()].concat();
        let password = [&[9, 4, 0, 0, 0][..], "\u{1f511}".as_bytes()].concat();
        assert!(hello.ends_with(&[user, password].concat()), "{hello:02x?}");
        drop(wire);
    };
    play(node, async |url: String| {
        let url = url.replace("u:s3cret@", "j%C3%BCr%C3%AD:%F0%9F%94%91@");
        assert_eq!(Pool::<Orders>::connect(&url).await.unwrap_err().kind(), ErrorKind::Connection);
    })
    .await;
}

#[tokio::test]
async fn an_older_version_is_agreed_on() {
    let node = |listener: TcpListener| async move {
        let mut first = next(&listener).await;
        assert_eq!(first.frame().await.unwrap()[1..7], [1, 0, 7, 0, 0, 0]);
        let message = [&[9][..], &3_i32.to_le_bytes(), b"old", &1_i32.to_le_bytes()].concat();
        first.send(&[&[0, 1, 0, 2, 0, 0, 0][..], &message].concat()).await;
        let mut second = next(&listener).await;
        let hello = second.frame().await.unwrap();
        assert_eq!(hello[1..7], [1, 0, 2, 0, 0, 0]);
        // The credentials follow at once: no features.
        assert_eq!(hello[8..14], [9, 1, 0, 0, 0, b'u']);
        second.send(&[1]).await;
        let (op, id, _) = second.request().await.unwrap();
        assert_eq!(op, 2004);
        second.send(&[&id.to_le_bytes()[..], &0_i32.to_le_bytes(), &row(4)].concat()).await;
        assert!(second.request().await.is_none());
    };
    play(node, async |url| {
        let pool = Pool::connect(&url).await.unwrap();
        assert_eq!(ask(&pool).await.unwrap(), 4);
    })
    .await;
}

#[tokio::test]
async fn wrong_credentials_close_the_socket() {
    let node = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        wire.frame().await.unwrap();
        let message = [&[9][..], &4_i32.to_le_bytes(), b"no u", &2000_i32.to_le_bytes()].concat();
        wire.send(&[&[0; 7][..], &message].concat()).await;
        // A real node leaves it open.
        assert!(wire.frame().await.is_none());
    };
    play(node, async |url| assert_eq!(refusal(&url).await.kind(), ErrorKind::Authentication)).await;
}

#[tokio::test]
async fn what_is_no_node_is_told() {
    let http = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        wire.frame().await.unwrap();
        let _ = wire.0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    };
    play(http, async |url| assert_eq!(refusal(&url).await.kind(), ErrorKind::Protocol)).await;
    let silent = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        while wire.frame().await.is_some() {}
    };
    play(silent, async |url| {
        let error = refusal(&format!("{url}?connect_timeout_ms=200")).await;
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert!(error.is_retryable());
    })
    .await;
    let closing = |listener: TcpListener| async move {
        next(&listener).await.frame().await.unwrap();
    };
    play(closing, async |url| {
        let error = refusal(&url).await;
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert!(
            error.to_string().contains("TLS") && error.to_string().contains("client certificate"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn answers_are_matched_whatever_their_order() {
    let node = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        wire.accept(&[]).await;
        let (first, second) = (wire.request().await.unwrap(), wire.request().await.unwrap());
        wire.answer(second.1, &row(2)).await;
        wire.answer(first.1, &row(1)).await;
        assert!(wire.request().await.is_none());
    };
    play(node, async |url| {
        let pool = Pool::connect(&url).await.unwrap();
        let (a, b) = join(ask(&pool), ask(&pool)).await;
        assert_eq!((a.unwrap(), b.unwrap()), (1, 2));
    })
    .await;
}

#[tokio::test]
async fn lies_end_the_connection_and_not_the_pool() {
    let lies: [&[u8]; 4] = [
        // 2 GiB, a negative length, an answer to nobody's request, half a header.
        &[0xff, 0xff, 0xff, 0x7f, 0],
        &[0xff; 8],
        &[10, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        &[3, 0, 0, 0, 1, 2, 3],
    ];
    for lie in lies {
        let node = |listener: TcpListener| async move {
            let mut wire = next(&listener).await;
            wire.accept(&[]).await;
            wire.request().await.unwrap();
            wire.0.write_all(lie).await.unwrap();
            assert!(wire.frame().await.is_none());
            let mut wire = next(&listener).await;
            wire.accept(&[]).await;
            let id = wire.request().await.unwrap().1;
            wire.answer(id, &row(3)).await;
            assert!(wire.frame().await.is_none());
        };
        play(node, async |url| {
            let pool = Pool::connect(&url).await.unwrap();
            assert_eq!(read(&pool).await.unwrap_err().kind(), ErrorKind::Protocol);
            assert_eq!(ask(&pool).await.unwrap(), 3);
        })
        .await;
    }
}

#[tokio::test]
async fn a_lost_write_is_ambiguous_and_a_lost_read_is_not() {
    let node = |listener: TcpListener| async move {
        for _ in 0..2 {
            let mut wire = next(&listener).await;
            wire.accept(&[]).await;
            wire.request().await.unwrap();
        }
    };
    play(node, async |url| {
        let pool = Pool::connect(&url).await.unwrap();
        let error = ask(&pool).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false), "{error:?}");
        let error = read(&pool).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, true), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_node_that_gives_no_sign_of_life_is_given_up() {
    let node = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        // HEARTBEAT.
        wire.accept(&[0, 8]).await;
        let (op, id, _) = wire.request().await.unwrap();
        assert_eq!(op, 2);
        wire.answer(id, &0_i64.to_le_bytes()).await;
        assert_eq!(wire.request().await.unwrap().0, 2004);
        // It reads, and never answers; until the client closes.
        while let Some((op, ..)) = wire.request().await {
            assert_eq!(op, 1);
        }
    };
    play(node, async |url| {
        let pool = Pool::connect(&format!("{url}?heartbeat_ms=500&silence_max_ms=700")).await.unwrap();
        let begin = Instant::now();
        let error = read(&pool).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    })
    .await;
}

#[tokio::test]
async fn what_was_dropped_is_closed_when_its_answer_comes() {
    let (asked, dropped, closed) = (Notify::new(), Notify::new(), Notify::new());
    let node = |listener: TcpListener| async {
        let listener = listener;
        let mut wire = next(&listener).await;
        wire.accept(&[]).await;
        let id = wire.request().await.unwrap().1;
        asked.notify_one();
        dropped.notified().await;
        // A page, and there is more.
        let mut page = row(1);
        *page.last_mut().unwrap() = 1;
        wire.answer(id, &page).await;
        let (op, _, payload) = wire.request().await.unwrap();
        assert_eq!((op, payload), (0, 5_i64.to_le_bytes().to_vec()));
        closed.notify_one();
        assert!(wire.frame().await.is_none());
    };
    play(node, async |url| {
        let pool: Pool<Orders> = PoolOptions::new().max_connections(2).connect(&url).await.unwrap();
        // While anybody holds the connection, it stays.
        let held = pool.acquire().await.unwrap();
        tokio::select! {
            outcome = ask(&pool) => panic!("{outcome:?}"),
            () = asked.notified() => {}
        }
        dropped.notify_one();
        closed.notified().await;
        drop(held);
        pool.close().await;
    })
    .await;
}
