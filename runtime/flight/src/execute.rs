//! Running a statement: as it is, prepared with parameters, or as an update; results from all endpoints.
//!
//! Servers that take no parameters (roapi, Sail) are told by what they answer, not by their name, and get the values as
//! literals; that is remembered for the transport.

use std::sync::{Arc, OnceLock};

use arrow_array::RecordBatch;
use arrow_flight::decode::FlightRecordBatchStream;
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use arrow_flight::flight_service_client::FlightServiceClient;
use arrow_flight::sql::{
    Any, CommandPreparedStatementQuery, CommandPreparedStatementUpdate, CommandStatementQuery,
    CommandStatementUpdate, DoPutPreparedStatementResult, DoPutUpdateResult, ProstMessageExt as _,
};
use arrow_flight::{FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, IpcMessage, Ticket};
use arrow_schema::{Schema, SchemaRef};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use prost::Message as _;
use querent_core::{Error, ErrorKind, Rendered, Request, Result, Wants};

use crate::connect::Transport;
use crate::connection::{Connection, Prepared};
use crate::options::{FlightOptions, Target};
use crate::row::FlightBatch;
use crate::{Flight, error, literal, parameters};

/// How many endpoints are read at a time.
const ENDPOINTS_AT_ONCE: usize = 8;

/// An open result.
pub struct Cursor {
    batches: BoxStream<'static, Result<RecordBatch>>,
    /// That of the endpoint which was the first to answer, or what the server said before.
    pub(crate) schema: Told,
    affected: Option<u64>,
}

/// A schema, once the server has told it.
type Told = Arc<OnceLock<SchemaRef>>;

impl Cursor {
    pub(crate) async fn next(&mut self) -> Result<Option<FlightBatch>> {
        loop {
            match self.batches.try_next().await? {
                Some(batch) if batch.num_rows() == 0 => {}
                Some(batch) => return Ok(Some(FlightBatch::new(batch))),
                None => return Ok(None),
            }
        }
    }

    pub(crate) fn affected(&self) -> Option<u64> {
        self.affected
    }

    fn done(affected: Option<u64>) -> Cursor {
        Cursor { batches: stream::empty().boxed(), schema: Told::default(), affected }
    }
}

pub(crate) async fn open(connection: &mut Connection, request: Request<'_, Flight>) -> Result<Cursor> {
    let rendered = request.render();
    if rendered.values.is_empty() {
        without_parameters(connection, &rendered.sql, &request).await
    } else {
        with_parameters(connection, &rendered, &request).await
    }
}

async fn without_parameters(
    connection: &mut Connection,
    sql: &str,
    request: &Request<'_, Flight>,
) -> Result<Cursor> {
    if request.wants == Wants::Affected && !request.read_only {
        let command = CommandStatementUpdate { query: sql.to_owned(), transaction_id: None };
        match put(connection, command.as_any(), None).await {
            Ok(reply) => return affected(&reply),
            // A server without updates runs everything as a query; nothing has happened yet.
            Err(e) if e.kind() == ErrorKind::Unsupported => {}
            Err(e) => return Err(e),
        }
    }
    let command = CommandStatementQuery { query: sql.to_owned(), transaction_id: None };
    let info = connection.flight_info(command.as_any()).await?;
    read(connection, info).await
}

async fn with_parameters(
    connection: &mut Connection,
    rendered: &Rendered<'_>,
    request: &Request<'_, Flight>,
) -> Result<Cursor> {
    if connection.server.takes_parameters() == Some(false) {
        return with_literals(connection, request).await;
    }
    match bound(connection, rendered, request).await {
        Ok(cursor) => {
            connection.server.set_takes_parameters(true);
            Ok(cursor)
        }
        Err(Bound::Refused(e)) => Err(e),
        Err(Bound::NoParameters) => {
            let cursor = with_literals(connection, request).await?;
            // Only now is it sure that the parameters were the trouble.
            connection.server.set_takes_parameters(false);
            Ok(cursor)
        }
    }
}

/// Why a statement with parameters did not run.
enum Bound {
    /// The server refused it.
    Refused(Error),
    /// The server takes no parameters, and nothing has happened.
    NoParameters,
}

async fn bound(
    connection: &mut Connection,
    rendered: &Rendered<'_>,
    request: &Request<'_, Flight>,
) -> Result<Cursor, Bound> {
    loop {
        // To prepare is not to run.
        let prepared = connection.prepare(&rendered.sql).await.map_err(Error::unsent);
        let (prepared, cached) = match prepared {
            Ok(prepared) => prepared,
            // Unimplemented, or a planner that does not know placeholders: for a literal text it may be another matter.
            Err(e) if e.kind() == ErrorKind::Unsupported => return Err(Bound::NoParameters),
            Err(e) if connection.server.takes_parameters().is_none() && is_refusal(&e) => {
                return Err(Bound::NoParameters);
            }
            Err(e) => return Err(Bound::Refused(e)),
        };
        let silent = prepared.parameters.fields().is_empty();
        let outcome = run_prepared(connection, &prepared, rendered, request).await;
        match outcome {
            Ok(cursor) => return Ok(cursor),
            // The server may have forgotten it, or the tables may have changed since.
            Err(e) if cached && is_refusal(&e) && request.read_only => connection.forget(&rendered.sql),
            Err(e) => {
                connection.forget(&rendered.sql);
                let lost = silent && request.read_only && is_refusal(&e);
                return Err(match lost || e.kind() == ErrorKind::Unsupported {
                    true => Bound::NoParameters,
                    false => Bound::Refused(e),
                });
            }
        }
    }
}

/// Whether the server said no, so that the statement has not run.
fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Query | ErrorKind::Server | ErrorKind::Unsupported)
}

async fn run_prepared(
    connection: &mut Connection,
    prepared: &Prepared,
    rendered: &Rendered<'_>,
    request: &Request<'_, Flight>,
) -> Result<Cursor> {
    let batch = parameters::batch(&rendered.values, &prepared.parameters)?;
    if request.wants == Wants::Affected && !request.read_only {
        let command = CommandPreparedStatementUpdate { prepared_statement_handle: prepared.handle.clone() };
        let reply = put(connection, command.as_any(), Some(batch)).await?;
        return affected(&reply);
    }
    let command = CommandPreparedStatementQuery { prepared_statement_handle: prepared.handle.clone() };
    // This only binds.
    let reply = put(connection, command.as_any(), Some(batch)).await.map_err(Error::unsent)?;
    // A stateless server answers with the handle that holds the parameters.
    let handle = match reply.first().filter(|m| !m.is_empty()) {
        None => prepared.handle.clone(),
        Some(metadata) => DoPutPreparedStatementResult::decode(&metadata[..])
            .ok()
            .and_then(|r| r.prepared_statement_handle)
            .unwrap_or_else(|| prepared.handle.clone()),
    };
    let command = CommandPreparedStatementQuery { prepared_statement_handle: handle };
    let info = connection.flight_info(command.as_any()).await?;
    read(connection, info).await
}

async fn with_literals(connection: &mut Connection, request: &Request<'_, Flight>) -> Result<Cursor> {
    let escapes = match connection.server.escapes_backslash() {
        Some(known) => known,
        None => {
            let found = probe_backslash(connection).await.map_err(Error::unsent)?;
            connection.server.set_escapes_backslash(found);
            found
        }
    };
    let sql = request.render_literals(&mut |value, ty, out| literal::write(value, ty, escapes, out))?;
    without_parameters(connection, &sql, request).await
}

/// Whether two backslashes in a literal are one character or two: a wrong guess would let a value end its literal.
async fn probe_backslash(connection: &mut Connection) -> Result<bool> {
    let command = CommandStatementQuery { query: r"SELECT '\\' AS probe".to_owned(), transaction_id: None };
    let info = connection.flight_info(command.as_any()).await?;
    let mut cursor = read(connection, info).await?;
    let batch =
        cursor.next().await?.ok_or_else(|| error::protocol("the server's answer to a probe is empty"))?;
    match batch.first_text().as_deref() {
        Some(r"\") => Ok(true),
        Some(r"\\") => Ok(false),
        _ => Err(error::protocol("the server reads string literals in a way that is not known")),
    }
}

/// Sends a command with DoPut and returns the metadata of every reply.
async fn put(
    connection: &mut Connection,
    command: Any,
    batch: Option<RecordBatch>,
) -> Result<Vec<bytes::Bytes>> {
    let descriptor = FlightDescriptor::new_cmd(command.encode_to_vec());
    let messages: Vec<FlightData> = match batch {
        None => vec![FlightData { flight_descriptor: Some(descriptor), ..FlightData::default() }],
        Some(batch) => {
            let encoder = FlightDataEncoderBuilder::new()
                .with_schema(batch.schema())
                .with_flight_descriptor(Some(descriptor))
                .build(stream::iter([Ok::<_, FlightError>(batch)]));
            encoder.try_collect().await.map_err(error::flight)?
        }
    };
    let request = connection.request(stream::iter(messages));
    let reply = connection.client.do_put(request).await.map_err(error::status)?;
    reply.into_inner().map_ok(|r| r.app_metadata).try_collect().await.map_err(error::status)
}

/// The count of a DoPut reply; −1 is "not known".
fn affected(reply: &[bytes::Bytes]) -> Result<Cursor> {
    let Some(metadata) = reply.first() else { return Ok(Cursor::done(None)) };
    let result = DoPutUpdateResult::decode(&metadata[..])
        .map_err(|e| error::protocol("the server's count cannot be read").with_cause(e))?;
    Ok(Cursor::done(u64::try_from(result.record_count).ok()))
}

/// Reads all endpoints of a result.
pub(crate) async fn read(connection: &Connection, info: FlightInfo) -> Result<Cursor> {
    let (ordered, schema) = (info.ordered, Told::default());
    if info.endpoint.is_empty()
        && !info.schema.is_empty()
        && let Ok(told) = Schema::try_from(IpcMessage(info.schema))
    {
        schema.get_or_init(|| Arc::new(told));
    }
    let mut streams = Vec::with_capacity(info.endpoint.len());
    for endpoint in info.endpoint {
        streams.push(endpoint_stream(connection, endpoint, &schema)?);
    }
    let batches = match streams.len() {
        1 => streams.remove(0),
        _ if ordered => stream::iter(streams).flatten().boxed(),
        _ => stream::iter(streams).flatten_unordered(ENDPOINTS_AT_ONCE).boxed(),
    };
    // Whatever goes wrong from here on, the statement may have run: many servers run it when they are asked where the
    // result is.
    Ok(Cursor { batches: batches.map_err(Error::perhaps_sent).boxed(), schema, affected: None })
}

fn endpoint_stream(
    connection: &Connection,
    endpoint: FlightEndpoint,
    schema: &Told,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let ticket = endpoint.ticket.ok_or_else(|| error::protocol("an endpoint has no ticket"))?;
    let here = connection.client.clone();
    let metadata = connection.request(()).metadata().clone();
    let reuse = endpoint.location.is_empty()
        || endpoint.location.iter().any(|l| l.uri.starts_with("arrow-flight-reuse-connection:"));
    let elsewhere: Vec<FlightOptions> = match reuse {
        true => Vec::new(),
        false => endpoint.location.iter().filter_map(|l| location(&connection.options, &l.uri)).collect(),
    };
    if !reuse && elsewhere.is_empty() {
        return Err(error::protocol("an endpoint is at no location that can be reached by gRPC"));
    }
    let (connection, schema) = (connection.share(), Arc::clone(schema));
    Ok(stream::once(async move {
        let mut last = None;
        for options in &elsewhere {
            match connection.client_of(options).await {
                Ok(client) => return get(client, metadata, ticket, schema).await,
                Err(error) => last = Some(error),
            }
        }
        match last {
            Some(error) => Err(error),
            None => get(here, metadata, ticket, schema).await,
        }
    })
    .try_flatten()
    .boxed())
}

async fn get(
    mut client: FlightServiceClient<Transport>,
    metadata: tonic::metadata::MetadataMap,
    ticket: Ticket,
    schema: Told,
) -> Result<impl futures_util::Stream<Item = Result<RecordBatch>> + Send> {
    let mut request = tonic::Request::new(ticket);
    *request.metadata_mut() = metadata;
    let data = client.do_get(request).await.map_err(error::status)?.into_inner();
    let data = data.map_err(|status| FlightError::Tonic(Box::new(status)));
    let batches = FlightRecordBatchStream::new_from_flight_data(data);
    Ok(stream::unfold(Some((batches, schema)), |reading| async move {
        let (mut batches, schema) = reading?;
        let next = batches.next().await;
        if let Some(told) = batches.schema() {
            schema.get_or_init(|| Arc::clone(told));
        }
        match next {
            Some(outcome) => Some((outcome.map_err(error::flight), Some((batches, schema)))),
            // Even a result without rows has a schema.
            None if batches.schema().is_none() => {
                Some((Err(error::protocol("the stream of an endpoint ended before its schema")), None))
            }
            None => None,
        }
    }))
}

/// The options of a location that an endpoint names: another host, everything else as here.
fn location(here: &FlightOptions, uri: &str) -> Option<FlightOptions> {
    let url = uri.strip_prefix("grpc")?;
    let url = match url.split_once("://")? {
        ("+tls", rest) => format!("flight+tls://{rest}"),
        ("" | "+tcp", rest) => format!("flight://{rest}"),
        ("+unix", rest) => format!("flight+unix://{rest}"),
        _ => return None,
    };
    let target = FlightOptions::parse(&url).ok()?.target;
    // Credentials never go to a plain location when this connection is secure, nor to a socket of the server's choice.
    let downgrade = matches!(here.target, Target::TcpTls(_)) && !matches!(target, Target::TcpTls(_));
    (!downgrade).then(|| FlightOptions { target, ..here.clone() })
}
