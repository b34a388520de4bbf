//! From options to a channel: addresses in order, TLS, handshake, version.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use querent_core::tls::Tls;
use querent_core::url::Host;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::ignite::code::{Feature, Features, Version};
use querent_protocol::ignite::handshake::{Hello, Refusal, Reply};
use querent_protocol::ignite::request::{self, IdleTimeout};
use querent_protocol::ignite::response::{self, Header};
use querent_protocol::ignite::{Limits, Reader, frame};
use secrecy::ExposeSecret as _;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ProtocolVersion;

use crate::channel::{self, Beats, CallError, Channel, Direct, Setup, Sink};
use crate::error::{self, Effect};
use crate::events;
use crate::options::{Engine, IgniteOptions};
use crate::sql;

/// How long an address has for itself before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);
/// How often the kernel asks an idle peer before it takes it for gone.
const KEEPALIVES: u32 = 3;
/// A handshake's answer is a few dozen bytes, and a refusal a sentence.
const HANDSHAKE_LEN_MAX: usize = 64 << 10;

/// What TLS is begun with, where the options ask for it.
pub(crate) fn tls_connector(options: &IgniteOptions) -> Result<Option<TlsConnector>> {
    let config = options.tls.as_ref().map(Tls::client_config).transpose()?;
    Ok(config.map(|config| TlsConnector::from(Arc::new(config))))
}

/// Connects to the first address that answers.
///
/// Only an address that cannot be reached gives way to the next: what a node refuses, the others do too.
pub(crate) async fn connect(options: &IgniteOptions) -> Result<Channel> {
    let tls = tls_connector(options)?;
    let mut addresses = options.addresses.iter();
    let mut attempts = FuturesUnordered::new();
    let mut last = Error::new(ErrorKind::Config, "the Ignite URL names no host");
    loop {
        if let Some(address) = addresses.next() {
            attempts.push(connect_to(options, address, tls.as_ref()));
        }
        let outcome = match (addresses.len(), attempts.len()) {
            (0, 0) => return Err(last),
            (0, _) => attempts.next().await,
            _ => match time::timeout(HEAD_START, attempts.next()).await {
                Ok(outcome) => outcome,
                // The next address runs beside it.
                Err(_) => continue,
            },
        };
        match outcome {
            Some(Ok(channel)) => return Ok(channel),
            Some(Err(error)) if error.kind() == ErrorKind::Connection => last = error,
            Some(Err(error)) => return Err(error),
            None => {}
        }
    }
}

/// Connects to one address, within its time. The question for the engine is a statement, which has the caller's time: the
/// first one takes a Calcite node seconds (2.17.0, four of them on a busy machine).
pub(crate) async fn connect_to(
    options: &IgniteOptions,
    address: &Host,
    tls: Option<&TlsConnector>,
) -> Result<Channel> {
    let limit = options.connect_timeout;
    events::connecting(address);
    let outcome = match time::timeout(limit, agree(options, address, tls)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(error::late(address, limit)),
    };
    events::connected(address, &outcome);
    let channel = outcome?;
    check_engine(options, &channel).await?;
    Ok(channel)
}

/// Agrees on a version: the latest, or the one that the node names, on a connection of its own each.
async fn agree(options: &IgniteOptions, address: &Host, tls: Option<&TlsConnector>) -> Result<Channel> {
    let mut version = Version::V1_7;
    loop {
        let socket = TcpStream::connect((address.name.as_str(), address.port));
        let socket = socket.await.map_err(|e| error::unreachable(address, e))?;
        socket.set_nodelay(true).map_err(|e| error::unreachable(address, e))?;
        watch(&socket, options).map_err(|e| error::unreachable(address, e))?;
        let attempt = match tls.zip(options.tls.as_ref()) {
            None => {
                let (source, sink) = socket.into_split();
                let sink = Sink::new(sink);
                let direct = Some(sink.direct());
                let socket = Socket { source, sink, direct, tls_version: None };
                greet(options, address, version, socket).await?
            }
            Some((connector, tls)) => {
                let name = tls.server_name(&address.name)?;
                let stream = connector.connect(name, socket).await;
                let stream = stream.map_err(|e| error::tls_handshake(address, e))?;
                let tls_version = stream.get_ref().1.protocol_version().and_then(tls_version);
                let (source, sink) = tokio::io::split(stream);
                greet(options, address, version, Socket { source, sink, direct: None, tls_version }).await?
            }
        };
        match attempt {
            Ok(channel) => return Ok(channel),
            // The socket is closed by now: the node leaves it open after wrong credentials (2.17.0).
            Err(refusal) => {
                version = refusal.retry_with(version).ok_or_else(|| error::refused(address, &refusal))?;
            }
        }
    }
}

/// Has the kernel give the connection up when the node's host is gone, however long a statement is waited for. A host that
/// is there and a node that is not look alike to it: signs of life are asked for beside it.
fn watch(socket: &TcpStream, options: &IgniteOptions) -> std::io::Result<()> {
    let second = Duration::from_secs(1);
    // Whole seconds, and not none.
    let every = (options.silence_max / KEEPALIVES).max(second);
    let keepalive = TcpKeepalive::new().with_time(options.heartbeat.max(second)).with_interval(every);
    #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd", target_os = "windows"))]
    let keepalive = keepalive.with_retries(KEEPALIVES);
    let socket = SockRef::from(socket);
    socket.set_tcp_keepalive(&keepalive)?;
    // What was sent and is not acknowledged: keepalives wait for that.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(options.silence_max))?;
    Ok(())
}

/// What OpenTelemetry calls it.
fn tls_version(version: ProtocolVersion) -> Option<&'static str> {
    match version {
        ProtocolVersion::TLSv1_2 => Some("1.2"),
        ProtocolVersion::TLSv1_3 => Some("1.3"),
        other => other.as_str(),
    }
}

/// A connection that nothing was said on.
struct Socket<R, W> {
    source: R,
    sink: W,
    direct: Option<Arc<Direct>>,
    /// `None` where it is plain.
    tls_version: Option<&'static str>,
}

/// The handshake, and the channel if the node accepts.
async fn greet(
    options: &IgniteOptions,
    address: &Host,
    version: Version,
    socket: Socket<impl AsyncRead + Unpin + Send + 'static, impl AsyncWrite + Unpin + Send + 'static>,
) -> Result<std::result::Result<Channel, Refusal>> {
    let Socket { source, sink, direct, tls_version } = socket;
    let mut wire = Wire { address, has_tls: options.tls.is_some(), source, sink, buffer: BytesMut::new() };
    let body = wire.exchange(&hello(options, version)?).await?;
    let reply = Reply::decode(&body, version).map_err(|e| error::no_handshake(address, e))?;
    let (agreed, node) = match reply {
        Reply::Accepted { agreed, node } => (agreed, node),
        Reply::Refused(refusal) => return Ok(Err(refusal)),
    };
    let mut topology = None;
    let mut idle_ms = None;
    if agreed.has(Feature::Heartbeat) {
        let ask = request::encode(&IdleTimeout, 0, &agreed, HANDSHAKE_LEN_MAX);
        let body = wire.exchange(&ask.map_err(error::unsendable)?).await?;
        let mut reader = Reader::new(&body);
        let header = Header::read(&mut reader, &agreed).map_err(|e| error::no_handshake(address, e))?;
        topology = header.topology;
        idle_ms = match header.failure {
            None => response::idle_timeout_ms(&mut reader).map_err(|e| error::no_handshake(address, e))?,
            Some(_) => None,
        };
    }
    let setup = Setup {
        agreed,
        node,
        address: address.clone(),
        tls_version,
        request_len_max: options.request_len_max,
        limits: Limits { frame_len_max: options.response_len_max },
        queue_len: options.queue_len,
        beats: Beats::new(options.heartbeat, options.silence_max, options.statement_silence_max, idle_ms),
        write_timeout: options.silence_max,
    };
    Ok(Ok(channel::spawn(wire.source, wire.sink, direct, wire.buffer, setup, topology)))
}

fn hello(options: &IgniteOptions, version: Version) -> Result<Vec<u8>> {
    let attributes: Vec<_> =
        options.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let credentials = options.credentials.as_ref();
    let hello = Hello {
        features: Features::IMPLEMENTED,
        attributes: &attributes,
        credentials: credentials.map(|(user, password)| (user.as_str(), password.expose_secret())),
    };
    hello.encode(version, HANDSHAKE_LEN_MAX).map_err(error::unsendable)
}

/// A connection before it is shared: one request, one answer.
struct Wire<'a, R, W> {
    address: &'a Host,
    has_tls: bool,
    source: R,
    sink: W,
    buffer: BytesMut,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Wire<'_, R, W> {
    async fn exchange(&mut self, frame: &[u8]) -> Result<Bytes> {
        let (address, has_tls) = (self.address, self.has_tls);
        let silent = |cause| error::no_greeting(address, has_tls, cause);
        self.sink.write_all(frame).await.map_err(|e| silent(Some(e)))?;
        self.sink.flush().await.map_err(|e| silent(Some(e)))?;
        let limits = Limits { frame_len_max: HANDSHAKE_LEN_MAX };
        loop {
            let body = frame::decode(&mut self.buffer, &limits);
            if let Some(body) = body.map_err(|e| error::no_handshake(address, e))? {
                return Ok(body);
            }
            self.buffer.reserve(1024);
            match self.source.read_buf(&mut self.buffer).await {
                Ok(0) => return Err(silent(None)),
                Ok(_) => {}
                Err(e) => return Err(silent(Some(e))),
            }
        }
    }
}

/// Refuses a cluster of another SQL engine than the queries were checked for.
async fn check_engine(options: &IgniteOptions, channel: &Channel) -> Result<()> {
    let Some(expected) = options.source.engine else { return Ok(()) };
    let name = match sql::engine(channel).await {
        // Servers before 2.14 have H2 alone and no such function, those without SQL refuse whatever they are asked, and
        // where the cluster is inactive, H2 does so and Calcite answers (2.17.0): none runs another engine's statements.
        Err(CallError::Refused(_)) if expected == Engine::H2 => return Ok(()),
        name => name.map_err(|e| error::of_call(e, Effect::Reads))?,
    };
    match name {
        Some(name) if name == expected.name() => Ok(()),
        name => {
            let (name, expected) = (name.unwrap_or_default(), expected.name());
            let message =
                format!("the cluster's SQL engine is `{name}`, the source's queries are for `{expected}`");
            Err(Error::new(ErrorKind::SchemaMismatch, message))
        }
    }
}
