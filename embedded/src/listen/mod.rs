//! The server on a TCP port: accepting, TLS, who may come in, and an end that lets requests
//! finish.

mod auth;
mod connection;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arrow_flight::flight_service_server::FlightServiceServer;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

pub(crate) use auth::{Auth, open_handshake};
use connection::{Connection, Transport};

use crate::error::{Error, ErrorKind};
use crate::service::Service;

/// A client that takes longer for its TLS handshake is dropped.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Handshakes under way at a time; more clients wait in the listener's queue.
const HANDSHAKES_MAX: usize = 256;
/// After an accept that failed (too many open files), before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// A connection that is silent this long is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// How a server serves over TCP.
#[derive(Clone)]
pub(crate) struct Listen {
    pub(crate) auth: Option<Arc<Auth>>,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
    pub(crate) grace: Duration,
    pub(crate) message_len_max: usize,
}

/// A server that listens in its own task; dropping it stops it.
#[derive(Debug)]
pub struct Listening {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Error>>,
}

impl Listening {
    /// The address that clients connect to: with port 0 in what was asked for, the real one.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Takes no more connections, lets running requests finish within the grace period, and
    /// returns when the server has ended. When the future is dropped the server goes on ending
    /// by itself.
    ///
    /// # Errors
    /// When the listener failed, now or before.
    pub async fn shutdown(self) -> Result<(), Error> {
        // The server may have ended by itself, and then nobody listens to this.
        let _ = self.stop.send(());
        match self.task.await {
            Ok(result) => result,
            Err(error) => Err(Error::new(ErrorKind::Listen, "the server's task failed").with_source(error)),
        }
    }
}

/// Binds an address and serves it in a task.
pub(crate) async fn listen(service: Service, listen: Listen, addr: SocketAddr) -> Result<Listening, Error> {
    let failed =
        |error| Error::new(ErrorKind::Listen, format!("could not listen on {addr}")).with_source(error);
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        // Dropping the sender stops the server as well as sending does.
        let stopped = async { drop(stopped.await) };
        serve(service, listen, listener, stopped).await
    });
    Ok(Listening { addr, stop, task })
}

/// Serves until `shutdown` is done and the requests that run then have finished.
pub(crate) async fn serve(
    service: Service,
    listen: Listen,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), Error> {
    let service = match &listen.auth {
        Some(auth) => service.with_auth(Arc::clone(auth)),
        None => service,
    };
    let service = FlightServiceServer::new(service).max_decoding_message_size(listen.message_len_max);
    let (close, closed) = watch::channel(false);
    let incoming = incoming(listener, listen.tls, closed);
    let (fired, begun) = oneshot::channel();
    let signal = async {
        shutdown.await;
        // The other side is gone only when serving has ended already.
        let _ = fired.send(());
    };
    let serving = tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE))
        .add_service(service)
        .serve_with_incoming_shutdown(incoming, signal);
    let too_late = async {
        if begun.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(listen.grace).await;
    };
    let result = tokio::select! {
        result = serving => result,
        () = too_late => Ok(()),
    };
    // What is still connected after the grace period is cut off.
    close.send_replace(true);
    result.map_err(|error| Error::new(ErrorKind::Listen, "serving failed").with_source(error))
}

fn incoming(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    closed: watch::Receiver<bool>,
) -> BoxStream<'static, Result<Connection, std::io::Error>> {
    let connection = move |transport| Ok(Connection::new(transport, closed.clone()));
    match tls {
        None => plain(listener).map(connection).boxed(),
        Some(config) => encrypted(listener, config).map(connection).boxed(),
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // A small answer must not wait for the next one; a failure costs time only.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

fn plain(listener: TcpListener) -> BoxStream<'static, Transport> {
    stream::unfold(listener, |listener| async move {
        let stream = accept(&listener).await;
        Some((Transport::Plain(stream), listener))
    })
    .boxed()
}

/// Handshakes run beside each other: a slow client keeps nobody waiting.
fn encrypted(listener: TcpListener, config: Arc<rustls::ServerConfig>) -> BoxStream<'static, Transport> {
    let mut config = rustls::ServerConfig::clone(&config);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let state = (listener, acceptor, JoinSet::new());
    stream::unfold(state, |(listener, acceptor, mut handshakes)| async move {
        loop {
            tokio::select! {
                stream = accept(&listener), if handshakes.len() < HANDSHAKES_MAX => {
                    let handshake = acceptor.accept(stream);
                    handshakes.spawn(tokio::time::timeout(HANDSHAKE_TIMEOUT, handshake));
                }
                Some(done) = handshakes.join_next() => {
                    // A client that failed is the client's concern, which sees the alert.
                    if let Ok(Ok(Ok(stream))) = done {
                        let transport = Transport::Tls(Box::new(stream));
                        return Some((transport, (listener, acceptor, handshakes)));
                    }
                }
            }
        }
    })
    .boxed()
}
