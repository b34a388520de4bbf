//! A small Flight SQL client over arrow-flight's generated one, for either transport.

use std::path::{Path, PathBuf};

use arrow_flight::decode::FlightRecordBatchStream;
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use arrow_flight::flight_service_client::FlightServiceClient;
use arrow_flight::sql::{
    ActionClosePreparedStatementRequest, ActionCreatePreparedStatementRequest,
    ActionCreatePreparedStatementResult, Any, CommandPreparedStatementQuery, CommandPreparedStatementUpdate,
    CommandStatementQuery, CommandStatementUpdate, DoPutPreparedStatementResult, DoPutUpdateResult,
    ProstMessageExt,
};
use arrow_flight::{Action, FlightData, FlightDescriptor, FlightInfo, IpcMessage, SchemaResult, Ticket};
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::arrow::util::pretty::pretty_format_batches;
use futures_util::{TryStreamExt, stream};
use prost::Message;
use querent_embedded::{Listening, Server};
use tempfile::TempDir;
use tonic::Status;
use tonic::body::Body;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

pub(crate) type Transport = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) flight: FlightServiceClient<Transport>,
}

/// A prepared statement as the server answered.
pub(crate) struct Prepared {
    pub(crate) handle: Bytes,
    pub(crate) dataset: Option<Schema>,
    pub(crate) parameters: Schema,
}

/// A server on both transports.
pub(crate) struct Both {
    pub(crate) clients: [Client; 2],
    pub(crate) listening: Listening,
}

pub(crate) async fn both(server: &Server) -> Both {
    let listening = server.listen(([127, 0, 0, 1], 0).into()).await.expect("a free port");
    let endpoint = format!("http://{}", listening.local_addr());
    let channel = tonic::transport::Endpoint::from_shared(endpoint)
        .expect("an address")
        .connect()
        .await
        .expect("a connection");
    Both { clients: [Client::in_process(server), Client::over(channel)], listening }
}

impl Client {
    pub(crate) fn in_process(server: &Server) -> Self {
        let never = |never: std::convert::Infallible| -> Status { match never {} };
        let service = ServiceExt::<http::Request<Body>>::map_err(server.service(), never);
        Self::new(Transport::new(service))
    }

    pub(crate) fn over(channel: tonic::transport::Channel) -> Self {
        Self::new(Transport::new(channel.map_err(transport_status)))
    }

    fn new(transport: Transport) -> Self {
        let flight = FlightServiceClient::new(transport).max_decoding_message_size(usize::MAX);
        Self { flight }
    }

    pub(crate) async fn info(&self, command: &impl ProstMessageExt) -> Result<FlightInfo, Status> {
        let descriptor = FlightDescriptor::new_cmd(command.as_any().encode_to_vec());
        let info = self.flight.clone().get_flight_info(descriptor).await?;
        Ok(info.into_inner())
    }

    pub(crate) async fn schema(&self, command: &impl ProstMessageExt) -> Result<Schema, Status> {
        let descriptor = FlightDescriptor::new_cmd(command.as_any().encode_to_vec());
        let result = self.flight.clone().get_schema(descriptor).await?;
        Ok(Schema::try_from(&SchemaResult::clone(result.get_ref())).expect("a schema"))
    }

    /// All rows of an info, which has to promise the schema of its stream.
    pub(crate) async fn read(&self, info: FlightInfo) -> Result<RecordBatch, Status> {
        let [endpoint] = info.endpoint.as_slice() else {
            panic!("one endpoint");
        };
        let ticket = endpoint.ticket.clone().expect("a ticket");
        let promised = info.try_decode_schema().expect("a schema");
        let (schema, batches) = self.get(ticket).await?;
        assert_eq!(*schema, promised, "promised and sent schema");
        Ok(concat_batches(&schema, &batches).expect("batches of one schema"))
    }

    pub(crate) async fn get(&self, ticket: Ticket) -> Result<(SchemaRef, Vec<RecordBatch>), Status> {
        let stream = self.flight.clone().do_get(ticket).await?.into_inner();
        let stream = stream.map_err(|status| FlightError::Tonic(Box::new(status)));
        let mut stream = FlightRecordBatchStream::new_from_flight_data(stream);
        let mut batches = Vec::new();
        while let Some(batch) = stream.try_next().await.map_err(Status::from)? {
            batches.push(batch);
        }
        let schema = stream.schema().cloned().expect("a schema, also of no rows");
        Ok((schema, batches))
    }

    pub(crate) async fn command(&self, command: &impl ProstMessageExt) -> Result<RecordBatch, Status> {
        self.read(self.info(command).await?).await
    }

    pub(crate) async fn query(&self, sql: &str) -> Result<RecordBatch, Status> {
        self.command(&statement(sql)).await
    }

    pub(crate) async fn update(&self, sql: &str) -> Result<i64, Status> {
        let command = CommandStatementUpdate { query: sql.to_owned(), transaction_id: None };
        let result: DoPutUpdateResult = self.put(&command, Vec::new()).await?;
        Ok(result.record_count)
    }

    /// DoPut of a command with batches, or of the command alone.
    pub(crate) async fn put<M: Message + Default>(
        &self,
        command: &impl ProstMessageExt,
        batches: Vec<RecordBatch>,
    ) -> Result<M, Status> {
        let descriptor = FlightDescriptor::new_cmd(command.as_any().encode_to_vec());
        let messages: Vec<FlightData> = if batches.is_empty() {
            vec![FlightData::new().with_descriptor(descriptor)]
        } else {
            FlightDataEncoderBuilder::new()
                .with_flight_descriptor(Some(descriptor))
                .build(stream::iter(batches.into_iter().map(Ok)))
                .try_collect()
                .await
                .expect("batches that can be encoded")
        };
        self.put_messages(messages).await
    }

    pub(crate) async fn put_messages<M: Message + Default>(
        &self,
        messages: Vec<FlightData>,
    ) -> Result<M, Status> {
        let mut results = self.flight.clone().do_put(stream::iter(messages)).await?.into_inner();
        let result = results.message().await?.expect("a result");
        assert!(results.message().await?.is_none(), "one result");
        Ok(M::decode(result.app_metadata).expect("the result's message"))
    }

    pub(crate) async fn action(&self, name: &str, body: Vec<u8>) -> Result<Vec<Bytes>, Status> {
        let results = self.flight.clone().do_action(Action::new(name, body)).await?.into_inner();
        results.map_ok(|result| result.body).try_collect().await
    }

    pub(crate) async fn prepare(&self, sql: &str) -> Result<Prepared, Status> {
        let request = ActionCreatePreparedStatementRequest { query: sql.to_owned(), transaction_id: None };
        let body = request.as_any().encode_to_vec();
        let results = self.action("CreatePreparedStatement", body).await?;
        let any = Any::decode(results[0].clone()).expect("Any");
        let created: ActionCreatePreparedStatementResult =
            any.unpack().expect("a message").expect("of this type");
        let schema = |bytes: Bytes| Schema::try_from(IpcMessage(bytes)).expect("a schema");
        Ok(Prepared {
            handle: created.prepared_statement_handle,
            dataset: (!created.dataset_schema.is_empty()).then(|| schema(created.dataset_schema)),
            parameters: schema(created.parameter_schema),
        })
    }

    pub(crate) async fn bind(&self, handle: &Bytes, row: RecordBatch) -> Result<Bytes, Status> {
        let command = CommandPreparedStatementQuery { prepared_statement_handle: handle.clone() };
        let result: DoPutPreparedStatementResult = self.put(&command, vec![row]).await?;
        Ok(result.prepared_statement_handle.expect("a new handle"))
    }

    pub(crate) async fn execute(&self, handle: &Bytes) -> Result<RecordBatch, Status> {
        let command = CommandPreparedStatementQuery { prepared_statement_handle: handle.clone() };
        self.command(&command).await
    }

    /// Prepares, binds one row and executes.
    pub(crate) async fn ask(&self, sql: &str, row: RecordBatch) -> Result<RecordBatch, Status> {
        let prepared = self.prepare(sql).await?;
        let bound = self.bind(&prepared.handle, row).await?;
        self.execute(&bound).await
    }

    pub(crate) async fn execute_update(
        &self,
        handle: &Bytes,
        batches: Vec<RecordBatch>,
    ) -> Result<i64, Status> {
        let command = CommandPreparedStatementUpdate { prepared_statement_handle: handle.clone() };
        let result: DoPutUpdateResult = self.put(&command, batches).await?;
        Ok(result.record_count)
    }

    pub(crate) async fn close(&self, handle: &Bytes) -> Result<(), Status> {
        let request = ActionClosePreparedStatementRequest { prepared_statement_handle: handle.clone() };
        let body = request.as_any().encode_to_vec();
        self.action("ClosePreparedStatement", body).await.map(drop)
    }
}

pub(crate) fn statement(sql: &str) -> CommandStatementQuery {
    CommandStatementQuery { query: sql.to_owned(), transaction_id: None }
}

pub(crate) fn transport_status(error: tonic::transport::Error) -> Status {
    Status::from_error(Box::new(error))
}

/// A server without files.
pub(crate) async fn empty_server() -> Server {
    Server::builder().open().await.expect("a server")
}

/// A client in process of a server that ran this script.
pub(crate) async fn scripted(sql: &str) -> Client {
    let folder = Folder::new();
    let script = folder.write("init.sql", sql);
    Client::in_process(&Server::open(script).await.expect("the script runs"))
}

/// Rows as the lines of a table, without its borders.
pub(crate) fn lines(batch: &RecordBatch) -> Vec<String> {
    let text = pretty_format_batches(std::slice::from_ref(batch)).expect("printable");
    let text = text.to_string();
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let cells = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        cells.join("|")
    };
    rows.skip(1).map(cells).collect()
}

/// `name: type` of each field, with `?` where it is nullable.
pub(crate) fn fields(schema: &Schema) -> Vec<String> {
    let fields = schema.fields().iter().map(|field| {
        let mark = if field.is_nullable() { "?" } else { "" };
        format!("{}: {}{mark}", field.name(), field.data_type())
    });
    fields.collect()
}

/// A folder that goes away at the end of the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }
}
