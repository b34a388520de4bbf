//! GetFlightInfo, GetSchema and DoGet: statements that answer with rows.
//!
//! A query is planned when its info is asked for and runs while its rows are read. A change or
//! a definition runs once, when its info is asked for: clients that send every statement as a
//! query (ADBC) do not always read the rows, and a statement must not depend on that.

use std::sync::Arc;

use arrow_flight::sql::{Any, Command, ProstMessageExt, TicketStatementQuery};
use arrow_flight::{FlightData, FlightDescriptor, FlightInfo, Ticket};
use bytes::Bytes;
use datafusion::arrow::array::{RecordBatch, UInt64Array};
use datafusion::arrow::datatypes::SchemaRef;
use prost::Message;
use tonic::Status;

use super::prepared::Prepared;
use super::{ResponseStream, Shared, metadata, wire};
use crate::engine::{Bound, Kind, Planned, Rows, Runnable};
use crate::handles;

/// An answer that nobody has read yet.
pub(super) enum Pending {
    /// A query that has not run.
    Query(Runnable),
    /// The count of a change that has.
    Done(SchemaRef, Vec<RecordBatch>),
}

impl Shared {
    pub(super) async fn flight_info(&self, descriptor: FlightDescriptor) -> Result<FlightInfo, Status> {
        match wire::command(&descriptor.cmd)? {
            Command::CommandStatementQuery(command) => {
                no_transaction(command.transaction_id.as_ref())?;
                let planned = self.engine.plan(&command.query).await?;
                self.answer(descriptor, &planned, &Bound::none()).await
            }
            Command::CommandPreparedStatementQuery(command) => {
                let (prepared, bound) = self.prepared_with_values(&command.prepared_statement_handle)?;
                let planned = self.current_plan(&prepared).await?;
                self.answer(descriptor, &planned, &bound).await
            }
            command => {
                let schema = metadata::schema(&command)?;
                let ticket = descriptor.cmd.clone();
                wire::flight_info(descriptor, &schema, ticket)
            }
        }
    }

    /// The schema of what a command answers with. Nothing runs.
    pub(super) async fn describe(&self, descriptor: FlightDescriptor) -> Result<SchemaRef, Status> {
        match wire::command(&descriptor.cmd)? {
            Command::CommandStatementQuery(command) => Ok(self.engine.plan(&command.query).await?.schema),
            Command::CommandPreparedStatementQuery(command) => {
                let prepared = self.prepared(&command.prepared_statement_handle)?;
                Ok(Arc::clone(&self.current_plan(&prepared).await?.schema))
            }
            command => metadata::schema(&command),
        }
    }

    pub(super) async fn do_get(&self, ticket: Ticket) -> Result<ResponseStream<FlightData>, Status> {
        match wire::command(&ticket.ticket)? {
            Command::TicketStatementQuery(ticket) => self.read(&ticket.statement_handle),
            command => {
                let batch = self.metadata(command).await?;
                Ok(wire::encode(Rows::ready(batch.schema(), vec![batch])))
            }
        }
    }

    fn read(&self, handle: &[u8]) -> Result<ResponseStream<FlightData>, Status> {
        let handle = handles::parse(handle)?;
        let pending = self.tickets.take(handle);
        let rows = match pending.ok_or_else(|| self.tickets.unknown())? {
            Pending::Query(runnable) => Rows::of(Arc::clone(&self.engine), runnable),
            Pending::Done(schema, batches) => Rows::ready(schema, batches),
        };
        Ok(self.running.track(handle, wire::encode(rows)))
    }

    async fn answer(
        &self,
        descriptor: FlightDescriptor,
        planned: &Planned,
        bound: &Bound,
    ) -> Result<FlightInfo, Status> {
        let pending = match planned.kind {
            Kind::Query => Pending::Query(self.engine.prepare_run(planned, bound).await?),
            Kind::Change => {
                let count = self.engine.change(planned, bound).await?;
                Pending::Done(Arc::clone(&planned.schema), vec![count_row(planned, count)?])
            }
            Kind::Definition | Kind::Setting => {
                self.engine.change(planned, bound).await?;
                Pending::Done(Arc::clone(&planned.schema), Vec::new())
            }
        };
        let schema = match &pending {
            Pending::Query(runnable) => Arc::clone(&runnable.schema),
            Pending::Done(schema, _) => Arc::clone(schema),
        };
        let ticket =
            TicketStatementQuery { statement_handle: handles::to_bytes(self.tickets.insert(pending)?) };
        wire::flight_info(descriptor, &schema, pack(&ticket))
    }

    /// The plan of a prepared statement as the tables are now.
    pub(super) async fn current_plan(&self, prepared: &Prepared) -> Result<Arc<Planned>, Status> {
        if prepared.definitions == self.engine.definitions() {
            return Ok(Arc::clone(&prepared.planned));
        }
        let planned = self.engine.plan(&prepared.sql).await?;
        if planned.parameters != prepared.planned.parameters || planned.kind != prepared.planned.kind {
            return Err(Status::failed_precondition(
                "the tables of the prepared statement were changed; prepare it again",
            ));
        }
        Ok(Arc::new(planned))
    }
}

/// An unknown count is NULL where it travels as a row.
fn count_row(planned: &Planned, count: i64) -> Result<RecordBatch, Status> {
    let count = u64::try_from(count).unwrap_or_default();
    let column = Arc::new(UInt64Array::from(vec![count]));
    RecordBatch::try_new(Arc::clone(&planned.schema), vec![column])
        .map_err(|error| crate::status::arrow_status(&error))
}

pub(super) fn pack(message: &impl ProstMessageExt) -> Bytes {
    let any: Any = message.as_any();
    any.encode_to_vec().into()
}

/// Refuses a transaction: this server never began one.
pub(super) fn no_transaction(transaction: Option<&Bytes>) -> Result<(), Status> {
    match transaction {
        Some(id) if !id.is_empty() => {
            Err(Status::invalid_argument("no such transaction: this server has none"))
        }
        _ => Ok(()),
    }
}
