//! Brokers, servers and the controller that are killed, and come back.

use querent_core::{Error, ErrorKind, Pool, PoolOptions, Query, Result, sql_query};
use querent_pinot::wire::Incomplete;
use querent_pinot::{PinotQuery as _, Report};

use crate::listener::Listener;
use crate::private::{Private, Shared};
use crate::{Nulls, pool};

crate::tests! {
    ALL:
    a_killed_broker_is_asked_again_when_it_is_back,
    with_two_brokers_no_read_fails,
    a_killed_server_never_makes_a_short_answer,
    queries_go_on_without_the_controller,
}

static CLUSTER: Shared = Shared::with(&["brokers=2", "servers=2"]);

/// What the table `spread` has.
const ROWS: usize = 4_000;

async fn count(pool: &Pool<Nulls>) -> Result<usize> {
    let (count,) = sql_query("SELECT COUNT(*) FROM spread").fetch_one::<(i64,), _, _>(pool).await?;
    Ok(usize::try_from(count).expect("no negative number"))
}

/// All rows of the table.
fn every() -> Query<'static, Nulls, (i32,)> {
    sql_query("SELECT n FROM spread LIMIT 10000").of()
}

/// Asks until the whole table answers.
async fn until_whole(pool: &Pool<Nulls>) {
    while count(pool).await.ok() != Some(ROWS) {}
}

/// A pool that sends nothing twice.
async fn once(url: &str) -> Pool<Nulls> {
    PoolOptions::new().resends_max(0).connect(url).await.expect("it answers")
}

async fn a_killed_broker_is_asked_again_when_it_is_back(_: String) {
    let cluster = CLUSTER.take().await;
    let pool = pool::<Nulls>(&format!("pinot://{}?role=broker", cluster.brokers()[0])).await;
    until_whole(&pool).await;
    cluster.node("kill", "broker-0").await;
    for _ in 0..3 {
        let error = count(&pool).await.expect_err("nobody is there");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, true), "{error:?}");
    }
    cluster.node("start", "broker-0").await;
    until_whole(&pool).await;
    cluster.give_back();
}

/// One is killed while it is asked, and starts while the other is.
async fn with_two_brokers_no_read_fails(_: String) {
    let cluster = CLUSTER.take().await;
    let pool = pool::<Nulls>(&cluster.url).await;
    for broker in cluster.brokers() {
        until_whole(&self::pool::<Nulls>(&format!("pinot://{broker}?role=broker")).await).await;
    }
    for what in ["kill", "start"] {
        let mut change = std::pin::pin!(cluster.node(what, "broker-1"));
        let mut reads = 0;
        loop {
            tokio::select! {
                () = &mut change => break,
                read = count(&pool) => assert_eq!(read.expect("a whole answer"), ROWS, "read {reads}"),
            }
            reads += 1;
        }
        for _ in 0..20 {
            assert_eq!(count(&pool).await.expect("a whole answer"), ROWS, "after {what}");
        }
    }
    until_whole(&self::pool::<Nulls>(&format!("pinot://{}?role=broker", cluster.brokers()[1])).await).await;
    cluster.give_back();
}

/// What may be told of an answer that some servers gave no part of.
fn tells_what_is_missing(error: &Error) {
    let kinds = [ErrorKind::Partial, ErrorKind::Resource, ErrorKind::Timeout];
    assert!(kinds.contains(&error.kind()), "{error:?}");
}

/// Kills a server under queries, until the broker has said of it in each of its ways: an answer that it misses (425, 427),
/// and when the server is known to be gone, segments (305).
async fn dies_in_parts(cluster: &Private, pool: &Pool<Nulls>) {
    let mut killed = std::pin::pin!(cluster.node("kill", "server-1"));
    let (mut dead, mut codes, mut queries) = (false, Vec::new(), 0);
    while !(codes.iter().any(|code| code == "305 BROKER_SEGMENT_UNAVAILABLE") && codes.len() > 1) {
        let outcome = tokio::select! {
            () = &mut killed, if !dead => { dead = true; continue }
            outcome = async { (every().fetch_all(pool).await, count(pool).await) } => outcome,
        };
        queries += 2;
        match &outcome.0 {
            Ok(rows) => assert_eq!(rows.len(), ROWS, "query {queries}"),
            Err(error) => tells_what_is_missing(error),
        }
        match &outcome.1 {
            Ok(count) => assert_eq!(*count, ROWS, "query {queries}"),
            Err(error) => tells_what_is_missing(error),
        }
        for code in [outcome.0.err(), outcome.1.err()].iter().flatten().filter_map(Error::code) {
            if !codes.iter().any(|known| known == code) {
                codes.push(code.to_owned());
            }
        }
    }
}

async fn a_killed_server_never_makes_a_short_answer(_: String) {
    let cluster = CLUSTER.take().await;
    let pool = once(&cluster.url).await;
    until_whole(&pool).await;
    dies_in_parts(&cluster, &pool).await;
    let report = Report::new();
    let some = every().partial_ok().report(&report).fetch_all(&pool).await.expect("what there is");
    assert!((1..ROWS).contains(&some.len()), "{} rows", some.len());
    let missing = report.missing();
    assert!(
        missing.iter().any(|reason| matches!(reason, Incomplete::Exceptions(_) | Incomplete::Segments)),
        "{missing:?}"
    );
    cluster.node("start", "server-1").await;
    until_whole(&pool).await;
    let report = Report::new();
    let all = every().report(&report).fetch_all(&pool).await.expect("all of it");
    assert_eq!((all.len(), report.missing()), (ROWS, Vec::new()));
    cluster.give_back();
}

async fn queries_go_on_without_the_controller(_: String) {
    let cluster = CLUSTER.take().await;
    let (listener, _listening) = Listener::listen();
    let pool = once(&format!("{}?discovery_ms=100", cluster.url)).await;
    until_whole(&pool).await;
    cluster.node("kill", "controller").await;
    listener.heard();
    listener.hears("the brokers cannot be asked for").await;
    for _ in 0..50 {
        assert_eq!(count(&pool).await.expect("the brokers are there"), ROWS);
    }
    let error = Pool::<Nulls>::connect(&cluster.url).await.expect_err("nobody names the brokers");
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    assert!(error.to_string().contains("cannot be reached"), "{error}");
    cluster.node("start", "controller").await;
    listener.heard();
    listener.hears("request answered http.request.method=\"GET\" url.path=\"/v2/brokers/tables\"").await;
    assert_eq!(count(&pool).await.expect("a whole answer"), ROWS);
    let fresh = self::pool::<Nulls>(&cluster.url).await;
    assert_eq!(count(&fresh).await.expect("a whole answer"), ROWS);
    cluster.give_back();
}
