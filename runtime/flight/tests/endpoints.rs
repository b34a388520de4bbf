//! Results in several parts: in order or not, here or elsewhere, reachable or not. A part that was not read is an error.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_flight::{FlightEndpoint, FlightInfo};
use querent_core::{Error, ErrorKind, Pool, PoolOptions};
use support::source::{Test, read};
use support::{Death, Script, Server, at, endpoint, rows};
use tonic::Status;

const REUSE: &str = "arrow-flight-reuse-connection://?";
/// Nobody listens there.
const NOBODY: &str = "grpc+tcp://127.0.0.1:1";

/// A server with one result; the row of ticket `a` is `a`.
fn holds(info: FlightInfo) -> Script {
    Script {
        info: Some(Box::new(move |_| Ok(info.clone()))),
        get: Some(Box::new(|ticket| Ok(rows(&[&ticket])))),
        ..Script::default()
    }
}

async fn ask_at(url: &str) -> Result<Vec<String>, Error> {
    // What one try tells.
    let pool: Pool<Test> = PoolOptions::new().resends_max(0).connect(url).await.expect("the server is there");
    read().fetch_all(&pool).await
}

async fn ask(endpoints: Vec<FlightEndpoint>) -> (Server, Result<Vec<String>, Error>) {
    let server = Server::start(|_| holds(at(endpoints)));
    let outcome = ask_at(&server.url()).await;
    (server, outcome)
}

#[tokio::test]
async fn ordered_endpoints_come_in_order_and_others_all_the_same() {
    let tickets: Vec<String> = (0..20).map(|n| format!("{n:02}")).collect();
    let endpoints: Vec<_> = tickets.iter().map(|ticket| endpoint(ticket, &[])).collect();
    let server = Server::start(|_| holds(at(endpoints.clone()).with_ordered(true)));
    assert_eq!(ask_at(&server.url()).await.unwrap(), tickets);
    let (server, outcome) = ask(endpoints).await;
    let mut all = outcome.unwrap();
    all.sort();
    assert_eq!(all, tickets);
    assert_eq!(server.calls().len(), 21);
    let (_, outcome) = ask(vec![]).await;
    assert_eq!(outcome.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_location_says_where_to_ask() {
    let other = Server::start(|_| holds(at(vec![])));
    let there = other.location();
    let (server, outcome) = ask(vec![
        endpoint("a", &[]),
        endpoint("b", &[REUSE]),
        // The same server again is as good as any.
        endpoint("c", &[NOBODY, REUSE]),
        endpoint("d", &[&there]),
        endpoint("e", &["http://127.0.0.1:1/", NOBODY, &there, NOBODY]),
    ])
    .await;
    let mut all = outcome.unwrap();
    all.sort();
    assert_eq!(all, ["a", "b", "c", "d", "e"]);
    let mut here: Vec<String> = server.calls().split_off(1);
    here.sort();
    assert_eq!(here, ["get a", "get b", "get c"]);
    let mut there = other.calls();
    there.sort();
    assert_eq!(there, ["get d", "get e"]);
}

#[tokio::test]
async fn the_servers_own_address_is_a_location_like_any() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let server =
        Server::start_on(port, |_| holds(at(vec![endpoint("a", &[&format!("grpc://127.0.0.1:{port}")])])));
    assert_eq!(ask_at(&server.url()).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_part_that_was_not_read_is_an_error() {
    let no_ticket = FlightEndpoint::new();
    for (bad, kind, words) in [
        (endpoint("b", &[NOBODY]), ErrorKind::Connection, "cannot be reached"),
        (endpoint("b", &["http://127.0.0.1:1/b"]), ErrorKind::Protocol, "at no location"),
        (endpoint("b", &["not a location"]), ErrorKind::Protocol, "at no location"),
        (no_ticket, ErrorKind::Protocol, "no ticket"),
    ] {
        for endpoints in
            [vec![endpoint("a", &[]), bad.clone()], vec![bad.clone(), endpoint("a", &[])], vec![bad]]
        {
            for ordered in [true, false] {
                let server = Server::start(|_| holds(at(endpoints.clone()).with_ordered(ordered)));
                let error = ask_at(&server.url()).await.unwrap_err();
                assert_eq!(error.kind(), kind, "{error:?}");
                assert!(error.message().contains(words), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_stream_that_does_not_come_to_its_end_is_an_error() {
    type Get = fn() -> Result<support::Messages, Status>;
    let breaks: [(Get, ErrorKind); 5] = [
        (|| Err(Status::not_found("no such ticket")), ErrorKind::Query),
        (|| Ok(vec![]), ErrorKind::Protocol),
        (|| Ok(vec![Err(Status::internal("the disk broke"))]), ErrorKind::Server),
        (
            || {
                let mut messages = rows(&["1", "2"]);
                messages.truncate(2);
                messages.push(Err(Status::internal("the disk broke")));
                Ok(messages)
            },
            ErrorKind::Server,
        ),
        (|| Ok(rows(&["1"]).split_off(1)), ErrorKind::Protocol),
    ];
    for (get, kind) in breaks {
        for first in [true, false] {
            let server = Server::start(|_| Script {
                info: Some(Box::new(|_| {
                    Ok(at(vec![endpoint("a", &[]), endpoint("b", &[])]).with_ordered(true))
                })),
                get: Some(Box::new(
                    move |ticket| if (ticket == "a") == first { get() } else { Ok(rows(&["1"])) },
                )),
                ..Script::default()
            });
            let error = ask_at(&server.url()).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error:?}");
        }
    }
    // The server goes while a part is on its way.
    let server = Server::start(|life| Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(move |_| {
            life.end(Death::Dies);
            Ok(rows(&["1", "2"]))
        })),
        ..Script::default()
    });
    assert_eq!(ask_at(&server.url()).await.unwrap_err().kind(), ErrorKind::Connection);
    // No rows at all are an answer, with its schema.
    let server = Server::start(|_| Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(|_| Ok(rows(&[])))),
        ..Script::default()
    });
    assert_eq!(ask_at(&server.url()).await.unwrap(), Vec::<String>::new());
}

/// A server's configuration and the file of the certificate to trust.
fn certificate() -> (Arc<rustls::ServerConfig>, tempfile::TempPath) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config =
        config.unwrap().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let roots = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    std::fs::write(&roots, made.cert.pem()).unwrap();
    (Arc::new(config), roots)
}

#[tokio::test]
async fn a_secure_connection_never_leads_to_a_plain_one() {
    let (tls, roots) = certificate();
    let plain = Server::start(|_| holds(at(vec![])));
    let secure = Server::start_tls(|_| holds(at(vec![])), tls.clone());
    let secure_there = format!("grpc+tls://localhost:{}", secure.port);
    let plain_there = plain.location();
    let ask = async |locations: &[&str]| {
        let server = Server::start_tls(|_| holds(at(vec![endpoint("a", locations)])), tls.clone());
        ask_at(&format!("flight+tls://localhost:{}?tls_roots={}", server.port, roots.display())).await
    };
    for locations in [&[plain_there.as_str()][..], &["grpc+unix:///tmp/querent-no-such-socket"]] {
        let error = ask(locations).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    }
    assert_eq!(ask(&[&secure_there]).await.unwrap(), ["a"]);
    assert_eq!(ask(&[&plain_there, &secure_there]).await.unwrap(), ["a"]);
    assert_eq!(ask(&[REUSE]).await.unwrap(), ["a"]);
    assert_eq!((plain.calls().len(), secure.calls().len()), (0, 2));
    // A location's certificate is looked at like any other.
    let (other, _) = certificate();
    let stranger = Server::start_tls(|_| holds(at(vec![])), other);
    let error = ask(&[&format!("grpc+tls://localhost:{}", stranger.port)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
}

#[tokio::test]
async fn a_location_that_says_nothing_is_given_up_in_time() {
    let (tls, roots) = certificate();
    // The kernel accepts, and nobody answers the handshake.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let there = format!("grpc+tls://localhost:{}", silent.local_addr().unwrap().port());
    for locations in [vec![there.as_str()], vec![there.as_str(), there.as_str()]] {
        let server = Server::start_tls(|_| holds(at(vec![endpoint("a", &locations)])), tls.clone());
        let url = format!(
            "flight+tls://localhost:{}?tls_roots={}&connect_timeout_ms=1500",
            server.port,
            roots.display()
        );
        let began = Instant::now();
        let error = ask_at(&url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert!(error.message().contains("did not accept within 1.5s"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
