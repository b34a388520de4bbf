//! Short connections to the ODBC and JDBC front ends of the same port, which tell of a statement without running it.
//!
//! One question at a time. A node may have either switched off: that is told apart from failing.

use bytes::{Bytes, BytesMut};
use querent_core::url::Host;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::ignite::describe::{Credentials, Reply, jdbc, odbc};
use querent_protocol::ignite::handshake::Refusal;
use querent_protocol::ignite::response::Failure;
use querent_protocol::ignite::{DecodeError, Limits, frame};
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time;

use crate::connect;
use crate::error;
use crate::options::{Engine, IgniteOptions};

/// Why there is no connection to a front end.
#[derive(Debug)]
pub(crate) enum Front {
    /// The node does not offer it.
    Off,
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Front {
    fn from(error: Error) -> Front {
        Front::Failed(error)
    }
}

/// The front end that types the columns of a result.
pub(crate) struct Odbc {
    wire: Wire,
}

/// The front end that types parameters.
pub(crate) struct Jdbc {
    wire: Wire,
    server: jdbc::Server,
    next_id: i64,
}

impl Odbc {
    /// Connects to a node, for statements of an engine.
    pub(crate) async fn open(options: &IgniteOptions, address: &Host, engine: Engine) -> Result<Odbc, Front> {
        let mut wire = Wire::open(options, address).await?;
        let hello = odbc::handshake(credentials(options), Some(engine.name())).map_err(error::unsendable)?;
        let body = wire.exchange(&hello).await?;
        match odbc::reply(&body).map_err(|e| error::no_handshake(address, e))? {
            Reply::Accepted(()) => Ok(Odbc { wire }),
            Reply::Refused(refusal) => Err(refused(address, &refusal)),
        }
    }

    /// The columns of a statement's result, or why the server refuses it.
    pub(crate) async fn result_set(
        &mut self,
        schema: &str,
        sql: &str,
    ) -> Result<std::result::Result<Vec<odbc::Column>, Failure>> {
        let question = odbc::result_set(schema, sql).map_err(error::unsendable)?;
        let answer = self.wire.exchange(&question).await?;
        odbc::read_columns(&answer).map_err(error::unreadable)
    }
}

impl Jdbc {
    /// Connects to a node, for statements of an engine.
    pub(crate) async fn open(
        options: &IgniteOptions,
        address: &Host,
        engine: Option<Engine>,
    ) -> Result<Jdbc, Front> {
        let mut wire = Wire::open(options, address).await?;
        let hello =
            jdbc::handshake(credentials(options), engine.map(Engine::name)).map_err(error::unsendable)?;
        let body = wire.exchange(&hello).await?;
        match jdbc::reply(&body).map_err(|e| error::no_handshake(address, e))? {
            Reply::Accepted(server) => Ok(Jdbc { wire, server, next_id: 1 }),
            Reply::Refused(refusal) => Err(refused(address, &refusal)),
        }
    }

    /// The node's version, `2.17.0`.
    pub(crate) fn version(&self) -> String {
        let version = &self.server.version;
        let stage = if version.stage.is_empty() { "" } else { "-" };
        format!("{}.{}.{}{stage}{}", version.major, version.minor, version.maintenance, version.stage)
    }

    /// The columns of all tables and of the views of schema SYS, each in order. Nothing is planned for it: a statement that
    /// is planned while its table is dropped can hang a node (2.17.0).
    pub(crate) async fn columns(&mut self) -> Result<std::result::Result<Vec<jdbc::Column>, Failure>> {
        let id = self.next_id;
        self.next_id += 1;
        let question = jdbc::columns(id, "%", "%", None).map_err(error::unsendable)?;
        let answer = self.wire.exchange(&question).await?;
        jdbc::read_columns(&answer).map_err(error::unreadable)
    }

    /// The parameters of a statement, or why the server refuses it.
    pub(crate) async fn parameters(
        &mut self,
        schema: &str,
        sql: &str,
    ) -> Result<std::result::Result<Vec<jdbc::Parameter>, Failure>> {
        let id = self.next_id;
        self.next_id += 1;
        let question = jdbc::parameters(id, schema, sql).map_err(error::unsendable)?;
        let answer = self.wire.exchange(&question).await?;
        jdbc::read_parameters(&answer).map_err(error::unreadable)
    }
}

fn credentials(options: &IgniteOptions) -> Credentials<'_> {
    options.credentials.as_ref().map(|(user, password)| (user.as_str(), password.expose_secret()))
}

/// 2.17.0 says: "ODBC connection is not allowed, see ClientConnectorConfiguration.odbcEnabled."
fn refused(address: &Host, refusal: &Refusal) -> Front {
    match refusal.message.contains("connection is not allowed") {
        true => Front::Off,
        false => Front::Failed(error::refused(address, refusal)),
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// One question, one answer.
struct Wire {
    address: Host,
    has_tls: bool,
    stream: Box<dyn Stream>,
    buffer: BytesMut,
    limits: Limits,
    timeout: std::time::Duration,
}

impl Wire {
    async fn open(options: &IgniteOptions, address: &Host) -> Result<Wire> {
        let connector = connect::tls_connector(options)?;
        let open = async {
            let socket = TcpStream::connect((address.name.as_str(), address.port)).await;
            let socket = socket.map_err(|e| error::unreachable(address, e))?;
            socket.set_nodelay(true).map_err(|e| error::unreachable(address, e))?;
            Ok::<Box<dyn Stream>, Error>(match connector.zip(options.tls.as_ref()) {
                None => Box::new(socket),
                Some((connector, tls)) => {
                    let stream = connector.connect(tls.server_name(&address.name)?, socket).await;
                    Box::new(stream.map_err(|e| error::tls_handshake(address, e))?)
                }
            })
        };
        let limit = options.connect_timeout;
        let stream = time::timeout(limit, open).await.unwrap_or_else(|_| Err(error::late(address, limit)))?;
        Ok(Wire {
            address: address.clone(),
            has_tls: options.tls.is_some(),
            stream,
            buffer: BytesMut::new(),
            limits: Limits { frame_len_max: options.response_len_max },
            timeout: options.silence_max,
        })
    }

    async fn exchange(&mut self, question: &[u8]) -> Result<Bytes> {
        let limit = self.timeout;
        time::timeout(limit, self.ask(question)).await.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Timeout, format!("a statement was not described within {limit:?}")))
        })
    }

    async fn ask(&mut self, question: &[u8]) -> Result<Bytes> {
        let (address, has_tls) = (&self.address, self.has_tls);
        let silent = |cause| error::no_greeting(address, has_tls, cause);
        self.stream.write_all(question).await.map_err(|e| silent(Some(e)))?;
        self.stream.flush().await.map_err(|e| silent(Some(e)))?;
        loop {
            let unreadable = |e: DecodeError| error::unreadable(e);
            if let Some(body) = frame::decode(&mut self.buffer, &self.limits).map_err(unreadable)? {
                return Ok(body);
            }
            self.buffer.reserve(4096);
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) => return Err(silent(None)),
                Ok(_) => {}
                Err(e) => return Err(silent(Some(e))),
            }
        }
    }
}
