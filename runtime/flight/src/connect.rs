//! From options to a transport: TCP, TLS, Unix socket or a service in this process.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use querent_core::{Error, ErrorKind, Result};
use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tonic::body::Body;
use tonic::transport::Endpoint;
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;

use crate::options::{FlightOptions, Target, Tls};

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
    match &options.target {
        Target::Tcp { host, port } => tcp(host.clone(), *port, None).await,
        Target::TcpTls { host, port } => {
            let tls = client_config(&options.tls)?;
            let name = options.tls.server_name.clone().unwrap_or_else(|| host.clone());
            let name = ServerName::try_from(name).map_err(|e| {
                Error::new(ErrorKind::Config, "the TLS server name is no host name").with_cause(e)
            })?;
            tcp(host.clone(), *port, Some((tls, name))).await
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

async fn tcp(host: String, port: u16, secure: Option<Secure>) -> Result<Transport> {
    // The scheme only fills `:scheme`; what runs on the socket is decided by the connector below.
    let scheme = if secure.is_some() { "https" } else { "http" };
    let host_in_uri = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let endpoint = endpoint(&format!("{scheme}://{host_in_uri}:{port}"))?;
    let connector = tower::service_fn(move |_: Uri| {
        let (host, secure) = (host.clone(), secure.clone());
        async move {
            let stream = TcpStream::connect((host.as_str(), port)).await?;
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
    let tls = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source()).any(|e| {
        e.downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .is_some_and(|e| e.is::<rustls::Error>())
    });
    match tls {
        true => Error::new(ErrorKind::Tls, "TLS with the server could not be agreed on").with_cause(error),
        false => {
            Error::new(ErrorKind::Connection, "the server cannot be reached").with_cause(error).with_retry()
        }
    }
}

/// One explicit configuration with ring; no process-wide provider is installed or asked for.
fn client_config(tls: &Tls) -> Result<Arc<rustls::ClientConfig>> {
    let mut roots = RootCertStore::empty();
    match &tls.roots {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|e| tls_error("tls_roots holds no usable certificate", e))?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| tls_error("TLS cannot be set up", e))?
        .with_root_certificates(roots);
    let mut config = match &tls.client {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let key =
                PrivateKeyDer::from_pem_file(key).map_err(|e| tls_error("tls_key cannot be read", e))?;
            builder
                .with_client_auth_cert(certificates(chain)?, key)
                .map_err(|e| tls_error("tls_cert and tls_key do not go together", e))?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unreadable = |e| tls_error(&format!("the certificates in {} cannot be read", path.display()), e);
    CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)
}

fn tls_error(message: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Tls, message).with_cause(cause)
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
