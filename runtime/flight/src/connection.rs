//! One logical connection: the client over a shared transport, its headers, its prepared statements, and what the server
//! was found unable to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use arrow_flight::flight_service_client::FlightServiceClient;
use arrow_flight::sql::{
    ActionClosePreparedStatementRequest, ActionCreatePreparedStatementRequest,
    ActionCreatePreparedStatementResult, Any, ProstMessageExt as _,
};
use arrow_flight::{Action, FlightDescriptor, FlightInfo, HandshakeRequest, IpcMessage};
use arrow_schema::Schema;
use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream};
use prost::Message as _;
use querent_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret as _, SecretString};
use tonic::metadata::{
    AsciiMetadataKey, AsciiMetadataValue, BinaryMetadataKey, BinaryMetadataValue, MetadataMap,
};

use crate::connect::{self, Transport};
use crate::error;
use crate::options::{Credentials, FlightOptions};

/// How many prepared statements a connection keeps.
const PREPARED_MAX: usize = 64;

/// A connection to a Flight SQL server. Many of them share one transport.
pub struct Connection {
    pub(crate) client: FlightServiceClient<Transport>,
    headers: MetadataMap,
    pub(crate) options: FlightOptions,
    pub(crate) server: Arc<Server>,
    /// Least recently used first.
    prepared: Vec<(String, Prepared)>,
}

/// What was found out about the server behind a transport.
#[derive(Default)]
pub(crate) struct Server {
    parameters: AtomicU8,
    escapes: AtomicU8,
}

/// A tri-state that starts as unknown.
fn known(state: &AtomicU8) -> Option<bool> {
    match state.load(Ordering::Relaxed) {
        0 => None,
        1 => Some(false),
        _ => Some(true),
    }
}

impl Server {
    /// Whether it takes parameters of prepared statements.
    pub(crate) fn takes_parameters(&self) -> Option<bool> {
        known(&self.parameters)
    }

    pub(crate) fn set_takes_parameters(&self, yes: bool) {
        self.parameters.store(1 + u8::from(yes), Ordering::Relaxed);
    }

    /// Whether a backslash in a string literal is an escape (as in Spark) and not a character (as in the standard).
    pub(crate) fn escapes_backslash(&self) -> Option<bool> {
        known(&self.escapes)
    }

    pub(crate) fn set_escapes_backslash(&self, yes: bool) {
        self.escapes.store(1 + u8::from(yes), Ordering::Relaxed);
    }
}

/// A prepared statement.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) handle: Bytes,
    /// What the server says of its parameters; no fields where it says nothing.
    pub(crate) parameters: Arc<Schema>,
}

impl Connection {
    /// Connects and authenticates.
    pub(crate) async fn connect(options: &FlightOptions) -> Result<Connection> {
        let transport = connect::connect(options).await?;
        let client = FlightServiceClient::new(transport)
            .max_decoding_message_size(options.message_len_max)
            .max_encoding_message_size(usize::MAX);
        let mut connection = Connection {
            client,
            headers: headers(&options.headers)?,
            options: options.clone(),
            server: Arc::default(),
            prepared: Vec::new(),
        };
        connection.authenticate().await?;
        Ok(connection)
    }

    /// Another connection over the same transport.
    pub(crate) fn share(&self) -> Connection {
        Connection {
            client: self.client.clone(),
            headers: self.headers.clone(),
            options: self.options.clone(),
            server: self.server.clone(),
            prepared: Vec::new(),
        }
    }

    /// A client of another server of the same cluster, with this connection's credentials.
    pub(crate) async fn client_of(&self, options: &FlightOptions) -> Result<FlightServiceClient<Transport>> {
        let transport = connect::connect(options).await?;
        Ok(FlightServiceClient::new(transport).max_decoding_message_size(options.message_len_max))
    }

    async fn authenticate(&mut self) -> Result<()> {
        let (user, password) = match &self.options.credentials {
            Credentials::None => return Ok(()),
            Credentials::Bearer(token) => {
                let value = authorization("Bearer ", token)?;
                self.headers.insert("authorization", value);
                return Ok(());
            }
            Credentials::Basic { user, password } => (user, password),
        };
        let pair = SecretString::from(format!("{user}:{}", password.expose_secret()));
        let basic = authorization("Basic ", &SecretString::from(base64(pair.expose_secret().as_bytes())))?;
        let mut request = self.request(stream::iter([HandshakeRequest::default()]));
        request.metadata_mut().insert("authorization", basic.clone());
        let value = match self.client.handshake(request).await {
            Ok(reply) => match reply.metadata().get("authorization") {
                Some(bearer) => bearer.clone(),
                None => {
                    let first = reply.into_inner().try_next().await.map_err(error::status)?;
                    let token = first.map(|r| r.payload).unwrap_or_default();
                    let token = std::str::from_utf8(&token)
                        .map_err(|_| error::protocol("the server's token is no text"))?;
                    if token.is_empty() { basic } else { authorization("Bearer ", &token.to_owned().into())? }
                }
            },
            // A server without a handshake takes the header with every call.
            Err(status) if status.code() == tonic::Code::Unimplemented => basic,
            Err(status) => return Err(error::status(status)),
        };
        self.headers.insert("authorization", value);
        Ok(())
    }

    /// A request with this connection's headers.
    pub(crate) fn request<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        *request.metadata_mut() = self.headers.clone();
        request
    }

    /// Asks where the result of a command is. On some servers this runs the command.
    pub(crate) async fn flight_info(&mut self, command: Any) -> Result<FlightInfo> {
        let descriptor = FlightDescriptor::new_cmd(command.encode_to_vec());
        let request = self.request(descriptor);
        Ok(self.client.get_flight_info(request).await.map_err(error::status)?.into_inner())
    }

    /// Runs an action and returns its whole reply.
    pub(crate) async fn action(&mut self, kind: &str, body: Any) -> Result<Vec<arrow_flight::Result>> {
        let action = Action { r#type: kind.to_owned(), body: body.encode_to_vec().into() };
        let request = self.request(action);
        let reply = self.client.do_action(request).await.map_err(error::status)?;
        reply.into_inner().try_collect().await.map_err(error::status)
    }

    /// A prepared statement, from the cache if it is there; the flag says so.
    pub(crate) async fn prepare(&mut self, sql: &str) -> Result<(Prepared, bool)> {
        if let Some(at) = self.prepared.iter().position(|(text, _)| text == sql) {
            let entry = self.prepared.remove(at);
            let prepared = entry.1.clone();
            self.prepared.push(entry);
            return Ok((prepared, true));
        }
        if self.prepared.len() >= PREPARED_MAX {
            let (_, old) = self.prepared.remove(0);
            self.close_prepared(old).await;
        }
        let message = ActionCreatePreparedStatementRequest { query: sql.to_owned(), transaction_id: None };
        let reply = self.action("CreatePreparedStatement", message.as_any()).await?;
        let body = reply.first().ok_or_else(|| error::protocol("the server prepared nothing"))?.body.clone();
        let result: ActionCreatePreparedStatementResult = unpack(&body)?;
        let parameters = match result.parameter_schema.is_empty() {
            true => Schema::empty(),
            false => Schema::try_from(IpcMessage(result.parameter_schema)).map_err(error::arrow)?,
        };
        let prepared =
            Prepared { handle: result.prepared_statement_handle, parameters: Arc::new(parameters) };
        self.prepared.push((sql.to_owned(), prepared.clone()));
        Ok((prepared, false))
    }

    /// Forgets a prepared statement that the server no longer knows.
    pub(crate) fn forget(&mut self, sql: &str) {
        self.prepared.retain(|(text, _)| text != sql);
    }

    async fn close_prepared(&mut self, prepared: Prepared) {
        let message = ActionClosePreparedStatementRequest { prepared_statement_handle: prepared.handle };
        if let Err(error) = self.action("ClosePreparedStatement", message.as_any()).await {
            // It ends with the session or by its age; nothing depends on it.
            tracing::debug!(kind = ?error.kind(), "a prepared statement was not closed");
        }
    }
}

/// Reads a message out of a `google.protobuf.Any`.
pub(crate) fn unpack<T: arrow_flight::sql::ProstMessageExt>(body: &[u8]) -> Result<T> {
    let any = Any::decode(body).map_err(|e| error::protocol("a reply is no message").with_cause(e))?;
    any.unpack()
        .map_err(error::arrow)?
        .ok_or_else(|| error::protocol("a reply holds another message than was asked for"))
}

fn authorization(scheme: &str, secret: &SecretString) -> Result<AsciiMetadataValue> {
    let text = format!("{scheme}{}", secret.expose_secret());
    let mut value: AsciiMetadataValue = text
        .parse()
        .map_err(|_| Error::new(ErrorKind::Config, "the token holds a character that no header can"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn headers(given: &[(String, SecretString)]) -> Result<MetadataMap> {
    let mut headers = MetadataMap::new();
    for (name, value) in given {
        let invalid = || Error::new(ErrorKind::Config, format!("header `{name}` is no valid gRPC header"));
        if name.ends_with("-bin") {
            let key = BinaryMetadataKey::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
            headers.insert_bin(key, BinaryMetadataValue::from_bytes(value.expose_secret().as_bytes()));
        } else {
            let key = AsciiMetadataKey::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
            let mut value: AsciiMetadataValue = value.expose_secret().parse().map_err(|_| invalid())?;
            value.set_sensitive(true);
            headers.insert(key, value);
        }
    }
    Ok(headers)
}

/// Standard base64 with padding, as basic authentication wants it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) & 63;
            out.push(if place <= chunk.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_padded() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("a:ü", "YTrDvA==")]
        {
            assert_eq!(super::base64(text.as_bytes()), expected);
        }
    }
}
