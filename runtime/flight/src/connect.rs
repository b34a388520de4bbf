//! From options to a transport: TCP, TLS, Unix socket or a service in this process.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use querent_core::url::Host;
use querent_core::{Error, ErrorKind, Result, tls};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tonic::body::Body;
use tonic::transport::Endpoint;
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;

use crate::options::{FlightOptions, Target};

/// The way to a server: a network channel, or the server's own tower service.
pub type Transport = BoxCloneSyncService<Request<Body>, Response<Body>, TransportError>;

/// Why a transport could not carry a call. A type of its own, since futures over a boxed error are not provably `Send`.
#[derive(Debug)]
pub struct TransportError(tonic::transport::Error);

impl std::fmt::Display for TransportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Makes the transport; for a network server the connection is there when this returns.
pub(crate) async fn connect(options: &FlightOptions) -> Result<Transport> {
    let limit = options.connect_timeout;
    match tokio::time::timeout(limit, reach(options)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let message = format!("the server did not accept within {limit:?}");
            Err(Error::new(ErrorKind::Connection, message).with_retry())
        }
    }
}

async fn reach(options: &FlightOptions) -> Result<Transport> {
    match &options.target {
        Target::Tcp(host) => tcp(host.clone(), None).await,
        Target::TcpTls(host) => {
            let mut config = options.tls.client_config()?;
            config.alpn_protocols = vec![b"h2".to_vec()];
            let name = options.tls.server_name(&host.name)?;
            tcp(host.clone(), Some((Arc::new(config), name))).await
        }
        Target::Unix(path) => unix(path).await,
        Target::InProcess(transport) => Ok(transport.clone()),
        Target::Embedded(path) => embedded(path).await,
    }
}

#[cfg(feature = "embedded")]
async fn embedded(path: &Path) -> Result<Transport> {
    let server = querent_embedded::Server::open(path).await.map_err(|e| {
        Error::new(ErrorKind::Config, "the embedded server could not be opened").with_cause(e)
    })?;
    let service = tower::ServiceExt::<Request<Body>>::map_err(server.service(), |never| match never {});
    Ok(Transport::new(service))
}

#[cfg(not(feature = "embedded"))]
async fn embedded(_: &Path) -> Result<Transport> {
    Err(Error::new(ErrorKind::Config, "an `embedded:` URL needs querent's feature `embedded`"))
}

type Secure = (Arc<rustls::ClientConfig>, ServerName<'static>);

async fn tcp(host: Host, secure: Option<Secure>) -> Result<Transport> {
    // The scheme only fills `:scheme`; what runs on the socket is decided by the connector below.
    let scheme = if secure.is_some() { "https" } else { "http" };
    let endpoint = endpoint(&format!("{scheme}://{host}"))?;
    let connector = tower::service_fn(move |_: Uri| {
        let (host, secure) = (host.clone(), secure.clone());
        async move {
            let stream = TcpStream::connect((host.name.as_str(), host.port)).await?;
            stream.set_nodelay(true)?;
            match secure {
                None => Ok::<_, std::io::Error>(TokioIo::new(Stream::Plain(stream))),
                Some((config, name)) => {
                    let stream = tokio_rustls::TlsConnector::from(config).connect(name, stream).await?;
                    Ok(TokioIo::new(Stream::Tls(Box::new(stream))))
                }
            }
        }
    });
    let channel = endpoint.connect_with_connector(connector).await.map_err(unreachable)?;
    Ok(Transport::new(channel.map_err(TransportError)))
}

async fn unix(path: &Path) -> Result<Transport> {
    let path = path.to_owned();
    let connector = tower::service_fn(move |_: Uri| {
        let path = path.clone();
        async move { Ok::<_, std::io::Error>(TokioIo::new(UnixStream::connect(path).await?)) }
    });
    let endpoint = endpoint("http://localhost")?;
    let channel = endpoint.connect_with_connector(connector).await.map_err(unreachable)?;
    Ok(Transport::new(channel.map_err(TransportError)))
}

fn endpoint(uri: &str) -> Result<Endpoint> {
    let endpoint = Endpoint::from_shared(uri.to_owned())
        .map_err(|e| Error::new(ErrorKind::Config, "the host cannot stand in a URL").with_cause(e))?;
    // Larger windows than the default 64 KiB, so that a stream is not held up by acknowledgements.
    Ok(endpoint
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(16 << 20)
        .tcp_nodelay(true))
}

fn unreachable(error: tonic::transport::Error) -> Error {
    match tls::is_tls_error(&error) {
        true => tls::handshake_error(error),
        false => {
            Error::new(ErrorKind::Connection, "the server cannot be reached").with_cause(error).with_retry()
        }
    }
}

/// A socket with or without TLS.
enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

macro_rules! delegate {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Stream::Plain($stream) => $call,
            Stream::Tls($stream) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        delegate!(self, s => Pin::new(s).poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        delegate!(self, s => Pin::new(s).poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        delegate!(self, s => Pin::new(s).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        delegate!(self, s => Pin::new(s).poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        delegate!(self, s => Pin::new(s).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(s) => s.is_write_vectored(),
            Stream::Tls(s) => s.is_write_vectored(),
        }
    }
}
