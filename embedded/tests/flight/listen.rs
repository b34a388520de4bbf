//! The server on a port: credentials, TLS, and its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arrow_flight::HandshakeRequest;
use arrow_flight::flight_service_client::FlightServiceClient;
use futures_util::stream;
use hyper_util::rt::TokioIo;
use querent_embedded::Server;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use crate::client::{Client, empty_server, lines, statement, transport_status};

/// No test may wait longer than this for something that has to happen.
const DEADLINE: Duration = Duration::from_secs(60);

fn endpoint(addr: SocketAddr) -> Endpoint {
    Endpoint::from_shared(format!("http://{addr}")).expect("an address")
}

async fn connect(addr: SocketAddr) -> Channel {
    endpoint(addr).connect().await.expect("a connection")
}

/// A client that sends this header with every request.
async fn with_header(addr: SocketAddr, value: &str) -> Client {
    let value: http::HeaderValue = value.parse().expect("ascii");
    let layer = move |mut request: http::Request<tonic::body::Body>| {
        request.headers_mut().insert("authorization", value.clone());
        request
    };
    let channel = connect(addr).await;
    let transport = tower::ServiceExt::map_request(channel, layer);
    let transport = tower::ServiceExt::map_err(transport, transport_status);
    Client { flight: FlightServiceClient::new(BoxCloneSyncService::new(transport)) }
}

#[tokio::test]
async fn credentials_are_asked_for_over_tcp_only() {
    let server =
        Server::builder().basic_auth("ann", "secret").bearer_token("t0ken").open().await.expect("a server");
    let listening = server.listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let addr = listening.local_addr();
    let nobody = Client::over(connect(addr).await);
    let error = nobody.query("SELECT 1 AS one").await.expect_err("no credentials");
    assert_eq!(error.code(), Code::Unauthenticated);
    let error = nobody.update("CREATE TABLE t (id INT)").await.expect_err("no credentials");
    assert_eq!(error.code(), Code::Unauthenticated);
    let error = nobody.prepare("SELECT 1").await.err().expect("no credentials");
    assert_eq!(error.code(), Code::Unauthenticated);

    // ann:secret, ann:wrong
    let right = with_header(addr, "Basic YW5uOnNlY3JldA==").await;
    assert_eq!(lines(&right.query("SELECT 1 AS one").await.expect("rows")), ["1"]);
    let token = with_header(addr, "Bearer t0ken").await;
    assert_eq!(lines(&token.query("SELECT 1 AS one").await.expect("rows")), ["1"]);
    for header in ["Basic YW5uOndyb25n", "Bearer wrong", "nonsense"] {
        let wrong = with_header(addr, header).await;
        let error = wrong.query("SELECT 1 AS one").await.expect_err(header);
        assert_eq!(error.code(), Code::Unauthenticated, "{header}");
    }
    let owner = Client::in_process(&server);
    assert!(owner.query("SELECT 1 AS one").await.is_ok());
}

#[tokio::test]
async fn a_handshake_gives_a_token() {
    let server = Server::builder().basic_auth("ann", "secret").open().await.expect("a server");
    let listening = server.listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let addr = listening.local_addr();
    let mut flight = FlightServiceClient::new(connect(addr).await);
    let handshake = |header: &str| {
        let mut request = Request::new(stream::iter([HandshakeRequest::default()]));
        let value = header.parse().expect("ascii");
        request.metadata_mut().insert("authorization", value);
        request
    };
    let error = flight.handshake(handshake("Basic YW5uOndyb25n")).await.expect_err("wrong");
    assert_eq!(error.code(), Code::Unauthenticated);
    let answer = flight.handshake(handshake("Basic YW5uOnNlY3JldA==")).await.expect("a token");
    let header = answer.metadata().get("authorization").expect("a token");
    let header = header.to_str().expect("ascii").to_owned();
    assert!(header.starts_with("Bearer "));
    let client = with_header(addr, &header).await;
    assert!(client.query("SELECT 1 AS one").await.is_ok());
}

/// A certificate of its own for localhost, for the server and as the client's root.
fn tls() -> (Arc<rustls::ServerConfig>, rustls::ClientConfig) {
    let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = key.cert.der().clone();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], private)
        .expect("a key for the certificate");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).expect("a root");
    let mut client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    (Arc::new(server), client)
}

async fn connect_tls(addr: SocketAddr, config: rustls::ClientConfig) -> Channel {
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let connect = service_fn(move |_| {
        let connector = connector.clone();
        async move {
            let stream = TcpStream::connect(addr).await?;
            let name = ServerName::try_from("localhost").expect("a name");
            let stream = connector.connect(name, stream).await?;
            std::io::Result::Ok(TokioIo::new(stream))
        }
    });
    endpoint(addr).connect_with_connector(connect).await.expect("a connection")
}

#[tokio::test]
async fn tls_is_spoken_and_nothing_else() {
    let (server_config, client_config) = tls();
    let server = Server::builder().tls(server_config).open().await.expect("a server");
    let listening = server.listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let addr = listening.local_addr();
    // A client that never finishes its handshake keeps nobody waiting.
    let _idle = TcpStream::connect(addr).await.expect("a connection");
    let client = Client::over(connect_tls(addr, client_config).await);
    assert_eq!(lines(&client.query("SELECT 1 AS one").await.expect("rows")), ["1"]);
    let plain = endpoint(addr).connect().await;
    let refused = match plain {
        Err(_) => true,
        Ok(channel) => Client::over(channel).query("SELECT 1").await.is_err(),
    };
    assert!(refused, "no plain text on a TLS port");
    assert!(client.query("SELECT 1 AS one").await.is_ok());
}

#[tokio::test]
async fn a_running_query_may_finish_at_the_end() {
    let server = empty_server().await;
    let listening = server.listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let addr = listening.local_addr();
    let client = Client::over(connect(addr).await);
    let info =
        client.info(&statement("SELECT value FROM generate_series(1, 3000000)")).await.expect("an info");
    let ticket = info.endpoint[0].ticket.clone().expect("a ticket");
    let mut rows = client.flight.clone().do_get(ticket).await.expect("a stream").into_inner();
    assert!(rows.message().await.expect("a schema").is_some());
    let end = tokio::spawn(listening.shutdown());
    let mut messages = 0;
    while rows.message().await.expect("all rows").is_some() {
        messages += 1;
    }
    assert!(messages > 1);
    drop((rows, client));
    let ended = tokio::time::timeout(DEADLINE, end).await.expect("in time");
    ended.expect("no panic").expect("a clean end");
    assert!(TcpStream::connect(addr).await.is_err(), "the port is free");
}

/// A client that does not read must not keep the server from ending.
#[tokio::test]
async fn a_client_that_hangs_is_cut_off() {
    let server = Server::builder().shutdown_grace(Duration::from_millis(200)).open().await.expect("a server");
    let listening = server.listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let client = Client::over(connect(listening.local_addr()).await);
    let endless = "SELECT value FROM generate_series(1, 100000000000)";
    let info = client.info(&statement(endless)).await.expect("an info");
    let ticket = info.endpoint[0].ticket.clone().expect("a ticket");
    let mut rows = client.flight.clone().do_get(ticket).await.expect("a stream").into_inner();
    assert!(rows.message().await.expect("a schema").is_some());
    let ended = tokio::time::timeout(DEADLINE, listening.shutdown()).await;
    ended.expect("in time").expect("a clean end");
    let read_all = async { while let Ok(Some(_)) = rows.message().await {} };
    tokio::time::timeout(DEADLINE, read_all).await.expect("the stream ends, too");
}

#[tokio::test]
async fn serve_ends_with_the_future_it_was_given() {
    let server = empty_server().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move { server.serve(listener, async { drop(stopped.await) }).await });
    let client = Client::over(connect(addr).await);
    assert!(client.query("SELECT 1 AS one").await.is_ok());
    stop.send(()).expect("still serving");
    let ended = tokio::time::timeout(DEADLINE, serving).await.expect("in time");
    ended.expect("no panic").expect("a clean end");
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let server = empty_server().await;
    let first = server.listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let error = server.listen(first.local_addr()).await.expect_err("taken");
    assert_eq!(error.kind(), querent_embedded::ErrorKind::Listen);
    assert!(error.to_string().contains(&first.local_addr().to_string()), "{error}");
}
