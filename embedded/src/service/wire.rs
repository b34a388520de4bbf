//! Small conversions between messages and what they carry.

use arrow_flight::encode::{DictionaryHandling, FlightDataEncoderBuilder};
use arrow_flight::error::FlightError;
use arrow_flight::sql::{Any, Command, ProstMessageExt};
use arrow_flight::{
    FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, IpcMessage, SchemaAsIpc, SchemaResult, Ticket,
};
use bytes::Bytes;
use datafusion::arrow::datatypes::Schema;
use datafusion::arrow::ipc::writer::IpcWriteOptions;
use futures_util::{StreamExt, TryStreamExt};
use prost::Message;
use tonic::Status;

use super::ResponseStream;
use crate::engine::Rows;
use crate::status::arrow_status;

/// The command inside a descriptor or a ticket.
pub(super) fn command(bytes: &[u8]) -> Result<Command, Status> {
    let any = Any::decode(bytes)
        .map_err(|_| Status::invalid_argument("the request is not a Flight SQL command"))?;
    Command::try_from(any)
        .map_err(|_| Status::invalid_argument("the Flight SQL command could not be decoded"))
}

/// The message inside an action's body.
pub(super) fn unpack<M: ProstMessageExt>(body: &[u8]) -> Result<M, Status> {
    let expected = || {
        let name = M::type_url().rsplit('.').next().unwrap_or_default();
        Status::invalid_argument(format!("the body of the action is not an {name}"))
    };
    Any::decode(body).map_err(|_| expected())?.unpack::<M>().map_err(|_| expected())?.ok_or_else(expected)
}

pub(super) fn flight_info(
    descriptor: FlightDescriptor,
    schema: &Schema,
    ticket: impl Into<Bytes>,
) -> Result<FlightInfo, Status> {
    let endpoint = FlightEndpoint::new().with_ticket(Ticket::new(ticket));
    let info = FlightInfo::new().try_with_schema(schema).map_err(|error| arrow_status(&error))?;
    Ok(info.with_descriptor(descriptor).with_endpoint(endpoint))
}

pub(super) fn schema_result(schema: &Schema) -> Result<SchemaResult, Status> {
    let options = IpcWriteOptions::default();
    SchemaAsIpc::new(schema, &options).try_into().map_err(|error| arrow_status(&error))
}

/// A schema as an encapsulated IPC message, as prepared statements carry it.
pub(super) fn schema_message(schema: &Schema) -> Result<Bytes, Status> {
    let options = IpcWriteOptions::default();
    let message: IpcMessage =
        SchemaAsIpc::new(schema, &options).try_into().map_err(|error| arrow_status(&error))?;
    Ok(message.0)
}

/// Rows as they are sent. Dictionaries stay dictionaries: the schema is the one promised.
pub(super) fn encode(rows: Rows) -> ResponseStream<FlightData> {
    let batches = rows.batches.map_err(|status| FlightError::Tonic(Box::new(status)));
    FlightDataEncoderBuilder::new()
        .with_schema(rows.schema)
        .with_dictionary_handling(DictionaryHandling::Resend)
        .build(batches)
        .map_err(flight_status)
        .boxed()
}

pub(super) fn flight_status(error: FlightError) -> Status {
    match error {
        FlightError::Tonic(status) => *status,
        FlightError::Arrow(error) => arrow_status(&error),
        FlightError::DecodeError(message) | FlightError::ProtocolError(message) => {
            Status::invalid_argument(message)
        }
        FlightError::NotYetImplemented(message) => Status::unimplemented(message),
        FlightError::ExternalError(error) => Status::internal(error.to_string()),
    }
}
