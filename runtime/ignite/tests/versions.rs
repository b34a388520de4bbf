//! Nodes of each version of the protocol, 1.0 to 1.7: how it is agreed on, what a connection of it can do, and that what the
//! version lacks is refused here and not sent. The layouts themselves are tested in the protocol's own crate.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use querent_core::{ErrorKind, Pool};
use querent_ignite::wire::{ClusterState, Expiry, ExpiryPolicy};
use querent_ignite::{Cache, Cluster};
use support::{GET, Orders, PARTITIONS, PUT, Request, SQL, TX_START, ask, next, next_of, play, row, text};
use tokio::net::TcpListener;

const TX_END: i16 = 4001;
const GET_STATE: i16 = 5000;

/// Where partitions are, at version 0.0: of one group of caches, which is not mapped by the usual function.
fn no_mapping() -> Vec<u8> {
    let cache = Cache::<Orders, i32, i32>::new("c").id();
    [&[0; 12][..], &1_i32.to_le_bytes(), &[0], &1_i32.to_le_bytes(), &cache.to_le_bytes()].concat()
}

/// A node of version 1.`minor`: it refuses the handshake of another one, and tells what it was asked until the client goes.
async fn node(listener: TcpListener, minor: i16, features: &'static [u8]) -> Vec<Request> {
    let mut wire = next(&listener).await;
    let mut hello = wire.frame().await.unwrap();
    assert_eq!(hello[..8], [1, 1, 0, 7, 0, 0, 0, 2]);
    if minor < 7 {
        wire.refuse(minor).await;
        wire = next(&listener).await;
        hello = wire.frame().await.unwrap();
        assert_eq!(hello[..8], [1, 1, 0, minor as u8, 0, 0, 0, 2]);
        // No features: the user at once, where the version has users.
        let credentials = [text("u"), text("s3cret")].concat();
        assert_eq!(hello[8..], if minor >= 1 { credentials } else { Vec::new() });
    }
    wire.welcome(minor, features).await;
    let mut asked = Vec::new();
    while let Some((op, id, payload)) = wire.request().await {
        match op {
            SQL => wire.answer_as(minor, id, &row(4)).await,
            // None, and no map.
            GET => wire.answer_as(minor, id, &[101]).await,
            PARTITIONS => wire.answer_as(minor, id, &no_mapping()).await,
            TX_START => wire.answer_as(minor, id, &5_i32.to_le_bytes()).await,
            // Active: a bool, or an ordinal.
            GET_STATE => wire.answer_as(minor, id, &[1]).await,
            _ => wire.answer_as(minor, id, &[]).await,
        }
        asked.push((op, id, payload));
    }
    asked
}

/// Everything whose layout depends on the version, in the order of `OPERATIONS`.
async fn uses(url: String, minor: i16) {
    let url = if minor == 0 { url.replace("u:s3cret@", "") } else { url };
    let pool: Pool<Orders> = Pool::connect(&url).await.unwrap();
    assert_eq!(ask(&pool).await.unwrap(), 4);
    let lacks = |error: querent_core::Error, word: &str| {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
        assert!(error.message().contains(word), "{error}");
    };
    let cache: Cache<Orders, i32, i32> = Cache::new("c");
    assert_eq!(cache.get(&pool, &1).await.unwrap(), None);
    let policy = ExpiryPolicy { create: Expiry::Zero, update: Expiry::Unchanged, access: Expiry::Eternal };
    match cache.with_expiry_policy(policy).put(&pool, &1, &2).await {
        Ok(()) => assert!(minor >= 6),
        Err(error) if minor < 6 => lacks(error, "1.6"),
        Err(error) => panic!("{error:?}"),
    }
    match pool.begin().await {
        Ok(mut transaction) => {
            assert!(minor >= 5);
            cache.put(&mut transaction, &1, &2).await.unwrap();
            transaction.commit().await.unwrap();
        }
        Err(error) if minor < 5 => lacks(error, "version"),
        Err(error) => panic!("{error:?}"),
    }
    assert_eq!(Cluster::new().state(&pool).await.unwrap(), ClusterState::Active);
}

#[tokio::test]
async fn each_version_is_agreed_on_and_asked_for_what_it_has() {
    for minor in 0..=7 {
        let asked = play(|listener| node(listener, minor, &[]), async |url| uses(url, minor).await).await;
        let ops: Vec<_> = asked.iter().map(|(op, ..)| *op).collect();
        let expected: Vec<_> = [
            (SQL, 0),
            // Asked for before a key is sent to its node.
            (PARTITIONS, 4),
            (GET, 0),
            (PUT, 6),
            (TX_START, 5),
            (PUT, 5),
            (TX_END, 5),
            (GET_STATE, 0),
        ]
        .into_iter()
        .filter_map(|(op, since)| (minor >= since).then_some(op))
        .collect();
        assert_eq!(ops, expected, "1.{minor}");
        // Schema, page size, rows, text, arguments, statement type, six flags, time, whether names are wanted: and nothing
        // behind it, which a server without the feature would not read.
        let statement = &asked[0].2;
        let after_text = [&0_i32.to_le_bytes()[..], &[0; 7], &0_i64.to_le_bytes(), &[1]].concat();
        assert!(statement.ends_with(&[text("SELECT n"), after_text].concat()), "1.{minor}: {statement:02x?}");
        assert_eq!(statement.len(), 5 + text("PUBLIC").len() + 8 + text("SELECT n").len() + 20);
        // Binary, with an expiry policy: nothing for a new entry, what it was for a changed one, for ever for a read one.
        if minor >= 6 {
            let put = &asked[3].2;
            let policy = [0_i64, -2, -1].map(i64::to_le_bytes).concat();
            assert_eq!((put[4], &put[5..29]), (5, &policy[..]), "1.{minor}");
        }
    }
}

/// What only features bring, bit by bit: nothing of it is sent to a node that does not have the bit.
#[tokio::test]
async fn a_feature_changes_a_statement_only_where_both_have_it() {
    // DEFAULT_QRY_TIMEOUT says nothing in a request; QRY_PARTITIONS_BATCH_SIZE is bit 7, QRY_INITIATOR_ID bit 23.
    let none = [-1_i32, 1].map(i32::to_le_bytes).concat();
    for (features, tail) in [
        (&[0x40][..], vec![]),
        (&[0x80], none.clone()),
        (&[0, 0, 0x80], vec![101]),
        (&[0x80, 0, 0x80], [&none[..], &[101]].concat()),
    ] {
        let asked = play(
            |listener| node(listener, 7, features),
            async |url| {
                let pool = Pool::connect(&url).await.unwrap();
                assert_eq!(ask(&pool).await.unwrap(), 4);
            },
        )
        .await;
        let statement = &asked[0].2;
        let names = [&0_i64.to_le_bytes()[..], &[1]].concat();
        assert!(statement.ends_with(&[names, tail].concat()), "{features:02x?}: {statement:02x?}");
    }
}

/// A node's words, in the header of either kind.
#[tokio::test]
async fn errors_are_read_in_each_version() {
    for minor in 1..=7 {
        play(
            |listener| failing(listener, minor),
            async |url| {
                let pool = Pool::connect(&url).await.unwrap();
                let error = ask(&pool).await.unwrap_err();
                assert_eq!((error.kind(), error.code()), (ErrorKind::Query, Some("42000")), "1.{minor}");
                // The connection is as good as before.
                assert_eq!(ask(&pool).await.unwrap(), 4);
                assert_eq!(pool.stats().connections, 1);
            },
        )
        .await;
    }
}

async fn failing(listener: TcpListener, minor: i16) {
    let mut wire = next_of(&listener, minor).await;
    wire.welcome(minor, &[]).await;
    let id = wire.request().await.unwrap().1;
    wire.fail_as(minor, id, 1, "42000: no such table").await;
    let id = wire.request().await.unwrap().1;
    wire.answer_as(minor, id, &row(4)).await;
    assert!(wire.request().await.is_none());
}

/// A user and a password have no place in 1.0.
#[tokio::test]
async fn a_password_is_not_left_out() {
    let node = |listener: TcpListener| async move {
        let mut wire = next(&listener).await;
        wire.frame().await.unwrap();
        wire.refuse(0).await;
        // The second try says nothing.
        assert!(next(&listener).await.frame().await.is_none());
    };
    play(node, async |url| {
        let error = Pool::<Orders>::connect(&url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
        assert!(!format!("{error:?}").contains("s3cret"));
    })
    .await;
}

/// A version that nobody speaks, or that is later than what was asked for, ends it: there is no second try.
#[tokio::test]
async fn versions_that_cannot_be_are_refused() {
    for minor in [8, -1] {
        let node = |listener: TcpListener| async move {
            let mut wire = next(&listener).await;
            wire.frame().await.unwrap();
            wire.refuse(minor).await;
            assert!(wire.frame().await.is_none());
        };
        play(node, async |url| {
            let error = Pool::<Orders>::connect(&url).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
        })
        .await;
    }
}
