//! From options to a connection: hosts in order, TLS, credentials.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use querent_core::tls::Tls;
use querent_core::url::Host;
use querent_core::{Error, ErrorKind, Result};
use rustls_pki_types::ServerName;
use secrecy::ExposeSecret as _;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, TlsConnect};

use crate::connection::Connection;
use crate::error;
use crate::options::{PicodataOptions, Server};

/// Between two questions whether the peer is there, once it was silent for the option's time.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Connects to the first host that answers.
///
/// Only a host that cannot be reached gives way to the next: a password is never carried from one to the other, because
/// every refusal counts towards locking the user.
pub(crate) async fn connect(options: &PicodataOptions) -> Result<Connection> {
    let mut extensions = match options.server {
        Server::PostgreSql => Extensions::Off,
        Server::Auto | Server::Picodata => Extensions::On,
    };
    let mut last = Error::new(ErrorKind::Config, "the Picodata URL names no host");
    for host in &options.hosts {
        let mut outcome = connect_to(options, host, extensions).await;
        if outcome.as_ref().is_err_and(|error| extensions == Extensions::On && options.falls_back(error)) {
            extensions = Extensions::Off;
            outcome = connect_to(options, host, extensions).await;
        }
        match outcome {
            Ok(connection) => return Ok(connection),
            Err(error) if error.kind() == ErrorKind::Connection => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Whether a session begins with the options that only Picodata knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extensions {
    On,
    Off,
}

/// Connects to one host.
pub(crate) async fn connect_to(
    options: &PicodataOptions,
    host: &Host,
    extensions: Extensions,
) -> Result<Connection> {
    let attempt = attempt(options, host, extensions);
    match tokio::time::timeout(options.connect_timeout, attempt).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let message = format!("{host} did not accept within {:?}", options.connect_timeout);
            Err(Error::new(ErrorKind::Connection, message).with_retry())
        }
    }
}

async fn attempt(options: &PicodataOptions, host: &Host, extensions: Extensions) -> Result<Connection> {
    let tls = options.tls.as_ref().map(Tls::client_config).transpose()?.map(Arc::new);
    let mut config = tokio_postgres::Config::new();
    config.user(&options.user);
    if let Some(password) = &options.password {
        config.password(password.expose_secret());
    }
    if let Some(database) = &options.database {
        config.dbname(database);
    }
    if extensions == Extensions::On {
        config.options(options.startup());
    }
    let unreachable = |error: io::Error| {
        Error::new(ErrorKind::Connection, format!("{host} cannot be reached")).with_cause(error).with_retry()
    };
    let stream = TcpStream::connect((host.name.as_str(), host.port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let keepalive = TcpKeepalive::new().with_time(options.keepalive).with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive).map_err(unreachable)?;
    let (Some(client_config), Some(tls)) = (tls, &options.tls) else {
        config.ssl_mode(SslMode::Disable);
        let (client, wire) = config.connect_raw(stream, NoTls).await.map_err(error::connecting)?;
        return Ok(Connection::new(client, wire, options.statements_max));
    };
    config.ssl_mode(SslMode::Require);
    let name = tls.server_name(&host.name)?;
    let connector = Rustls { connector: client_config.clone().into(), name };
    let (client, wire) = config.connect_raw(stream, connector).await.map_err(error::connecting)?;
    Ok(Connection::new(client, wire, options.statements_max))
}

/// TLS by rustls, as tokio-postgres wants it.
struct Rustls {
    connector: tokio_rustls::TlsConnector,
    name: ServerName<'static>,
}

impl TlsConnect<TcpStream> for Rustls {
    type Stream = Secure;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Secure>> + Send>>;

    fn connect(self, stream: TcpStream) -> Self::Future {
        Box::pin(async move { Ok(Secure(Box::new(self.connector.connect(self.name, stream).await?))) })
    }
}

/// A TLS stream. It offers no channel binding: Picodata never asks for any.
struct Secure(Box<tokio_rustls::client::TlsStream<TcpStream>>);

impl tokio_postgres::tls::TlsStream for Secure {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Secure {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Secure {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
