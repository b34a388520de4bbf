//! Nodes that real ones are not: lying, dying, or no nodes at all. A scripted one plays them.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use futures_util::future::{join, join_all};
use querent_core::{ErrorKind, Pool, PoolOptions, sql_query};
use support::{Orders, PING, ask, next, play, read, row};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;

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
async fn wrong_credentials_close_the_socket() {
    let node = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        wire.frame().await.unwrap();
        wire.refuse_user("no u").await;
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

/// A real node takes the greeting for a length, and closes.
#[tokio::test]
async fn tls_to_a_plain_port_is_told() {
    let plain = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        wire.0.read_i32_le().await.unwrap();
    };
    play(plain, async |url| {
        let error = refusal(&url.replace("ignite:", "ignite+tls:")).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(error.to_string().contains("speaks no TLS"), "{error}");
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

/// More than sockets hold: some are written where they are made, one is begun there, the rest waits for room.
#[tokio::test]
async fn requests_are_whole_whoever_writes_them() {
    const COUNT: usize = 120;
    const LEN: usize = 60_000;
    let asked = Notify::new();
    let node = |listener: TcpListener| async {
        let listener = listener;
        let mut wire = next(&listener).await;
        wire.accept(&[]).await;
        asked.notified().await;
        for _ in 0..COUNT {
            let (_, id, payload) = wire.request().await.unwrap();
            let text = String::from_utf8_lossy(&payload);
            let (_, text) = text.split_once("SELECT ").expect("a statement");
            let (number, text) = text.split_once(' ').expect("its number");
            assert!(text.starts_with(&number.repeat(LEN / number.len())), "{number}");
            wire.answer(id, &row(number.parse().unwrap())).await;
        }
        assert!(wire.frame().await.is_none());
    };
    play(node, async |url| {
        let pool: Pool<Orders> = PoolOptions::new().max_connections(COUNT).connect(&url).await.unwrap();
        // So that no request waits for a handle.
        drop(join_all((0..COUNT).map(|_| pool.acquire())).await);
        let select = async |n: i32| {
            let text = format!("SELECT {n} {}", n.to_string().repeat(LEN / n.to_string().len()));
            sql_query(text).fetch_one::<(i32,), Orders, _>(&pool).await.map(|row| row.0)
        };
        let all = join_all((0..COUNT as i32).map(select));
        // Every one was polled when this is.
        let (numbers, ()) = join(all, async { asked.notify_one() }).await;
        let numbers: Vec<i32> = numbers.into_iter().collect::<Result<_, _>>().unwrap();
        assert!(numbers.into_iter().eq(0..COUNT as i32));
        pool.close().await;
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
async fn a_lost_write_is_ambiguous_and_a_lost_read_is_asked_again() {
    let node = |listener: TcpListener| async move {
        for _ in 0..2 {
            let mut wire = next(&listener).await;
            wire.accept(&[]).await;
            wire.request().await.unwrap();
        }
        let mut wire = next(&listener).await;
        wire.accept(&[]).await;
        let id = wire.request().await.unwrap().1;
        wire.answer(id, &row(3)).await;
        assert!(wire.request().await.is_none());
    };
    play(node, async |url| {
        let pool = Pool::connect(&url).await.unwrap();
        let error = ask(&pool).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false), "{error:?}");
        assert_eq!(read(&pool).await.unwrap(), [3]);
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
        // Whether the node lives is asked at once when a request is given up.
        let closes = loop {
            match wire.request().await.unwrap() {
                (PING, ..) => {}
                other => break other,
            }
        };
        assert_eq!((closes.0, closes.2), (0, 5_i64.to_le_bytes().to_vec()));
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
