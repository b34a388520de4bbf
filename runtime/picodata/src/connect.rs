//! From options to a connection: hosts in order, TLS, credentials.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use querent_core::tls::Tls;
use querent_core::url::Host;
use querent_core::{Error, ErrorKind, Result};
use rustls_pki_types::ServerName;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, TlsConnect};

use crate::connection::Connection;
use crate::error;
use crate::options::PicodataOptions;

/// Connects to the first host that answers.
///
/// Only a host that cannot be reached gives way to the next: a password is never carried from one to the other, because
/// every refusal counts towards locking the user.
pub(crate) async fn connect(options: &PicodataOptions) -> Result<Connection> {
    let tls = options.tls.as_ref().map(Tls::client_config).transpose()?.map(Arc::new);
    let mut last = Error::new(ErrorKind::Config, "the Picodata URL names no host");
    for host in &options.hosts {
        let attempt = connect_to(options, host, tls.as_ref());
        last = match tokio::time::timeout(options.connect_timeout, attempt).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) if error.kind() == ErrorKind::Connection => error,
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let message = format!("the server did not accept within {:?}", options.connect_timeout);
                Error::new(ErrorKind::Connection, message).with_retry()
            }
        };
    }
    Err(last)
}

async fn connect_to(
    options: &PicodataOptions,
    host: &Host,
    tls: Option<&Arc<rustls::ClientConfig>>,
) -> Result<Connection> {
    let mut config = tokio_postgres::Config::new();
    config.user(&options.user);
    if let Some(password) = &options.password {
        config.password(password.expose_secret());
    }
    if let Some(database) = &options.database {
        config.dbname(database);
    }
    let stream = TcpStream::connect((host.name.as_str(), host.port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
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

fn unreachable(error: io::Error) -> Error {
    Error::new(ErrorKind::Connection, "the server cannot be reached").with_cause(error).with_retry()
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
