//! Statements that are lost on the way: what may be sent again, and what is not known to have happened.

mod support;

use std::time::Duration;

use querent_core::{Error, ErrorKind, Pool, PoolOptions, sql_query};
use support::source::{Test, query, read, write};
use support::{Death, Life, Script, Server, at, endpoint, rows};
use tonic::Status;

async fn pool(server: &Server) -> Pool<Test> {
    // What one try tells.
    PoolOptions::new().resends_max(0).connect(&server.url()).await.expect("the server is there")
}

#[track_caller]
fn told(error: &Error, kind: ErrorKind, retry: bool) {
    assert_eq!((error.kind(), error.is_retryable()), (kind, retry), "{error:?}");
}

/// A server that ends at each statement that it is sent.
fn ends(death: Death) -> impl Fn(Life) -> Script {
    move |life| {
        let (info, put) = (life.clone(), life);
        Script {
            info: Some(Box::new(move |_| {
                info.end(death);
                Ok(at(vec![]))
            })),
            put: Some(Box::new(move |_| {
                put.end(death);
                Ok(vec![])
            })),
            ..Script::default()
        }
    }
}

#[tokio::test]
async fn a_write_that_broke_off_is_not_known_to_have_happened() {
    let server = Server::start(ends(Death::Dies));
    let error = write().execute(&pool(&server).await).await.unwrap_err();
    told(&error, ErrorKind::Ambiguous, false);
    assert_eq!(server.calls(), ["put CommandStatementUpdate DELETE FROM t 0"]);
    // Its rows are asked for elsewhere, and many servers run it there.
    let server = Server::start(ends(Death::Dies));
    told(&write().fetch_all(&pool(&server).await).await.unwrap_err(), ErrorKind::Ambiguous, false);
    let server = Server::start(ends(Death::Dies));
    let error = sql_query("SELECT 1").fetch_all::<(i64,), Test, _>(&pool(&server).await).await.unwrap_err();
    told(&error, ErrorKind::Ambiguous, false);
}

#[tokio::test]
async fn a_read_that_broke_off_may_be_sent_again() {
    let server = Server::start(ends(Death::Dies));
    told(&read().fetch_all(&pool(&server).await).await.unwrap_err(), ErrorKind::Connection, true);
    let server = Server::start(|life| Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(move |_| {
            life.end(Death::Dies);
            Ok(rows(&["1", "2"]))
        })),
        ..Script::default()
    });
    told(&read().fetch_all(&pool(&server).await).await.unwrap_err(), ErrorKind::Connection, true);
}

#[tokio::test]
async fn a_write_that_takes_too_long_is_not_known_to_have_happened() {
    let server = Server::start(ends(Death::Hangs));
    let limit = Duration::from_millis(100);
    let error = write().timeout(limit).execute(&pool(&server).await).await.unwrap_err();
    told(&error, ErrorKind::Ambiguous, false);
    let server = Server::start(ends(Death::Hangs));
    let error = read().timeout(limit).fetch_all(&pool(&server).await).await.unwrap_err();
    told(&error, ErrorKind::Timeout, false);
}

#[tokio::test]
async fn a_server_that_says_it_is_not_available_says_nothing_of_a_write() {
    let unavailable = |_| Script {
        info: Some(Box::new(|_| Err(Status::unavailable("draining")))),
        put: Some(Box::new(|_| Err(Status::unavailable("draining")))),
        action: Some(Box::new(|_| Err(Status::unavailable("draining")))),
        ..Script::default()
    };
    let server = Server::start(unavailable);
    told(&write().execute(&pool(&server).await).await.unwrap_err(), ErrorKind::Ambiguous, false);
    told(&read().fetch_all(&pool(&server).await).await.unwrap_err(), ErrorKind::Connection, true);
    // To prepare is not to run.
    let error = query(false, "x").execute(&pool(&server).await).await.unwrap_err();
    told(&error, ErrorKind::Connection, true);
    assert_eq!(server.calls().last().unwrap(), "action CreatePreparedStatement");
}

#[tokio::test]
async fn a_result_that_cannot_be_fetched_does_not_undo_its_statement() {
    // Nobody listens there: that nothing was sent to it is no reason to run the statement again.
    let server = Server::start(|_| Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &["grpc+tcp://127.0.0.1:1"])])))),
        ..Script::default()
    });
    told(&write().fetch_all(&pool(&server).await).await.unwrap_err(), ErrorKind::Ambiguous, false);
    told(&read().fetch_all(&pool(&server).await).await.unwrap_err(), ErrorKind::Connection, true);
}

#[tokio::test]
async fn a_stream_that_the_server_refused_was_not_read_by_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("flight://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(socket).await.unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            respond.send_reset(h2::Reason::REFUSED_STREAM);
        }
    });
    let pool = PoolOptions::new().resends_max(0).connect::<Test>(&url).await.unwrap();
    told(&write().execute(&pool).await.unwrap_err(), ErrorKind::Connection, true);
    server.abort();
}
