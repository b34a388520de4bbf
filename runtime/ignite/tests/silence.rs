//! Nodes that say nothing any more and leave their sockets open, as a host that vanished does: with heartbeats, without
//! them, of an old protocol. What waits is told in time, and the pool goes on with another connection.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use querent_core::{ErrorKind, Pool};
use querent_ignite::Cache;
use support::{GET, Orders, PARTITIONS, PING, SQL, Wire, ask, next_of, play, read, row};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const HEARTBEAT: i16 = 1;
const GET_IDLE_TIMEOUT: i16 = 2;

/// What a node can do, by the minor version of its protocol.
#[derive(Clone, Copy)]
struct Kind {
    minor: i16,
    has_heartbeats: bool,
}

const KINDS: [Kind; 4] = [
    Kind { minor: 7, has_heartbeats: true },
    Kind { minor: 7, has_heartbeats: false },
    Kind { minor: 4, has_heartbeats: false },
    Kind { minor: 2, has_heartbeats: false },
];

impl Kind {
    /// The next connection, past its handshake; the server's idle timeout is `idle_ms`, 0 for none.
    async fn next(self, listener: &TcpListener, idle_ms: i64) -> Wire {
        let mut wire = next_of(listener, self.minor).await;
        wire.welcome(self.minor, if self.has_heartbeats { &[0, 8] } else { &[] }).await;
        if self.has_heartbeats {
            let (op, id, _) = wire.request().await.expect("a question");
            assert_eq!(op, GET_IDLE_TIMEOUT);
            wire.answer(id, &idle_ms.to_le_bytes()).await;
        }
        wire
    }

    /// Answers one statement with a row, and whatever is asked until the client goes.
    async fn is_well(self, mut wire: Wire) {
        while let Some((op, id, _)) = wire.request().await {
            match op {
                SQL => wire.answer_as(self.minor, id, &row(3)).await,
                _ => wire.answer_as(self.minor, id, &[0]).await,
            }
        }
    }

    /// Reads until the client closes, and says nothing; how often it was asked for a sign of life.
    async fn says_nothing(self, mut wire: Wire) -> usize {
        let mut asked = 0;
        while let Some((op, ..)) = wire.request().await {
            match op {
                HEARTBEAT if self.has_heartbeats => asked += 1,
                PING if !self.has_heartbeats => asked += 1,
                SQL | GET | PARTITIONS => {}
                other => panic!("operation {other}"),
            }
        }
        asked
    }
}

/// A test of all kinds at once.
async fn each(test: impl AsyncFn(Kind)) {
    join_all(KINDS.iter().map(|kind| test(*kind))).await;
}

const SOON: &str = "?heartbeat_ms=500&silence_max_ms=700&statement_silence_max_ms=1200";

#[tokio::test]
async fn a_silent_node_is_given_up() {
    each(async |kind| {
        let node = |listener: TcpListener| async move {
            let asked = kind.says_nothing(kind.next(&listener, 0).await).await;
            kind.is_well(kind.next(&listener, 0).await).await;
            asked
        };
        let asked = play(node, async |url| {
            let pool = Pool::connect(&format!("{url}{SOON}")).await.unwrap();
            let begin = Instant::now();
            // No limit of the caller's.
            let error = ask(&pool).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error:?}");
            assert!(error.message().contains("no sign of life"), "{error}");
            assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
            assert_eq!(read(&pool).await.unwrap(), [3]);
        })
        .await;
        assert!(asked > 0);
    })
    .await;
}

#[tokio::test]
async fn what_only_reads_is_asked_of_the_next_connection() {
    each(async |kind| {
        let node = |listener: TcpListener| async move {
            kind.says_nothing(kind.next(&listener, 0).await).await;
            kind.is_well(kind.next(&listener, 0).await).await;
        };
        play(node, async |url| {
            let pool = Pool::connect(&format!("{url}{SOON}")).await.unwrap();
            assert_eq!(read(&pool).await.unwrap(), [3]);
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn key_value_requests_are_given_up_alike() {
    each(async |kind| {
        let node = |listener: TcpListener| async move {
            kind.says_nothing(kind.next(&listener, 0).await).await;
        };
        play(node, async |url| {
            let pool: Pool<Orders> =
                Pool::connect(&format!("{url}{SOON}&partition_aware=false")).await.unwrap();
            let cache: Cache<Orders, i32, i32> = Cache::new("c");
            let error = cache.get(&pool, &1).await.unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, true), "{error:?}");
        })
        .await;
    })
    .await;
}

/// Nobody waits for anything: whoever comes later finds another connection.
#[tokio::test]
async fn an_idle_connection_to_a_silent_node_is_given_up() {
    each(async |kind| {
        let given_up = Notify::new();
        let node = |listener: TcpListener| async {
            let listener = listener;
            kind.says_nothing(kind.next(&listener, 0).await).await;
            given_up.notify_one();
            kind.is_well(kind.next(&listener, 0).await).await;
        };
        play(node, async |url| {
            let pool = Pool::connect(&format!("{url}{SOON}")).await.unwrap();
            given_up.notified().await;
            assert_eq!(ask(&pool).await.unwrap(), 3);
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_is_slow_and_gives_signs_of_life_is_waited_for() {
    each(async |kind| {
        let node = |listener: TcpListener| async move {
            let mut wire = kind.next(&listener, 0).await;
            let (op, statement, _) = wire.request().await.unwrap();
            assert_eq!(op, SQL);
            // Longer than a silence may be.
            for _ in 0..3 {
                let (op, id, _) = wire.request().await.unwrap();
                assert_eq!(op, if kind.has_heartbeats { HEARTBEAT } else { PING });
                // There is no such type.
                let answer: &[u8] = if kind.has_heartbeats { &[] } else { &[0] };
                wire.answer_as(kind.minor, id, answer).await;
            }
            wire.answer_as(kind.minor, statement, &row(3)).await;
            kind.is_well(wire).await;
        };
        play(node, async |url| {
            let pool = Pool::connect(&format!("{url}{SOON}")).await.unwrap();
            assert_eq!(ask(&pool).await.unwrap(), 3);
        })
        .await;
    })
    .await;
}

/// A node whose threads are all busy with statements says nothing (2.17.0). Whoever waits for a key is told, and asks
/// elsewhere; the statement is waited for.
#[tokio::test]
async fn a_statement_may_keep_its_node_from_all_else() {
    each(async |kind| {
        let node = |listener: TcpListener| async move {
            let mut wire = kind.next(&listener, 0).await;
            let mut statement = None;
            let (mut gets, mut beats) = (0, 0);
            while gets < 1 || statement.is_none() || beats < 1 {
                match wire.request().await.unwrap() {
                    (SQL, id, _) => statement = Some(id),
                    (GET, ..) => gets += 1,
                    (HEARTBEAT | PING, ..) => beats += 1,
                    other => panic!("{other:?}"),
                }
            }
            let mut other = kind.next(&listener, 0).await;
            let (op, id, _) = other.request().await.unwrap();
            assert_eq!(op, GET);
            other.answer_as(kind.minor, id, &[101]).await;
            wire.answer_as(kind.minor, statement.unwrap(), &row(3)).await;
            while wire.request().await.is_some() {}
        };
        play(node, async |url| {
            let url = format!("{url}?heartbeat_ms=500&silence_max_ms=700&partition_aware=false");
            let pool: Pool<Orders> = Pool::connect(&url).await.unwrap();
            let cache: Cache<Orders, i32, i32> = Cache::new("c");
            let (statement, key) = join(ask(&pool), cache.get(&pool, &1)).await;
            assert_eq!((statement.unwrap(), key.unwrap()), (3, None));
        })
        .await;
    })
    .await;
}

/// The server closes what was idle for 1.8 s: it hears from us before, though we would wait 30 s.
#[tokio::test]
async fn heartbeats_come_within_the_servers_idle_timeout() {
    let (kind, heard) = (KINDS[0], Notify::new());
    let node = |listener: TcpListener| async {
        let listener = listener;
        let mut wire = kind.next(&listener, 1_800).await;
        for _ in 0..3 {
            let begin = Instant::now();
            let (op, id, _) = wire.request().await.unwrap();
            assert_eq!(op, HEARTBEAT);
            assert!(begin.elapsed() < Duration::from_millis(1_800), "{:?}", begin.elapsed());
            wire.answer(id, &[]).await;
        }
        heard.notify_one();
        kind.is_well(wire).await;
    };
    play(node, async |url| {
        let pool: Pool<Orders> = Pool::connect(&url).await.unwrap();
        heard.notified().await;
        assert_eq!(ask(&pool).await.unwrap(), 3);
    })
    .await;
}

/// It takes nothing any more, either.
#[tokio::test]
async fn a_node_that_stops_reading_is_given_up() {
    let kind = KINDS[1];
    let given_up = Notify::new();
    let node = |listener: TcpListener| async {
        let listener = listener;
        let mut wire = kind.next(&listener, 0).await;
        given_up.notified().await;
        // What fitted into the buffers between.
        let mut rest = Vec::new();
        let _ = wire.0.read_to_end(&mut rest).await;
        assert!(rest.len() < 30 << 20, "{}", rest.len());
        kind.is_well(kind.next(&listener, 0).await).await;
    };
    play(node, async |url| {
        let pool: Pool<Orders> = Pool::connect(&format!("{url}{SOON}&partition_aware=false")).await.unwrap();
        let cache: Cache<Orders, i32, String> = Cache::new("c");
        let large = "x".repeat(30 << 20);
        let begin = Instant::now();
        let error = cache.put(&pool, &1, &large).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error:?}");
        assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
        given_up.notify_one();
        assert_eq!(read(&pool).await.unwrap(), [3]);
    })
    .await;
}
