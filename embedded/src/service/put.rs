//! DoPut: updates, values for prepared statements, and bulk ingestion.

use arrow_flight::decode::FlightRecordBatchStream;
use arrow_flight::error::FlightError;
use arrow_flight::sql::{Command, DoPutPreparedStatementResult, DoPutUpdateResult};
use arrow_flight::{FlightData, PutResult};
use datafusion::arrow::array::RecordBatch;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use prost::Message;
use tonic::{Status, Streaming};

use super::query::no_transaction;
use super::{Shared, wire};
use crate::engine::{Bound, Kind, Planned};

impl Shared {
    pub(super) async fn do_put(&self, mut messages: Streaming<FlightData>) -> Result<PutResult, Status> {
        let first =
            messages.message().await?.ok_or_else(|| Status::invalid_argument("the stream is empty"))?;
        let descriptor = first
            .flight_descriptor
            .clone()
            .ok_or_else(|| Status::invalid_argument("the first message of the stream has no command"))?;
        let command = wire::command(&descriptor.cmd)?;
        let batches = batches(first, messages);
        match command {
            Command::CommandStatementUpdate(command) => {
                no_transaction(command.transaction_id.as_ref())?;
                let planned = self.engine.plan(&command.query).await?;
                self.update(&planned, &Bound::none()).await
            }
            Command::CommandPreparedStatementUpdate(command) => {
                let handle = &command.prepared_statement_handle;
                let prepared = self.prepared(handle)?;
                let planned = self.current_plan(&prepared).await?;
                let batches = self.collect(batches).await?;
                // Without rows here, the values are those that were bound before (arrow-rs).
                let bound = if batches.iter().all(|batch| batch.num_rows() == 0) {
                    self.prepared_with_values(handle)?.1
                } else {
                    Bound::new(&planned.parameters, &batches)?
                };
                self.update(&planned, &bound).await
            }
            Command::CommandPreparedStatementQuery(command) => {
                let handle = &command.prepared_statement_handle;
                let prepared = self.prepared(handle)?;
                let batches = self.collect(batches).await?;
                let bound = Bound::new(&prepared.planned.parameters, &batches)?;
                let result = DoPutPreparedStatementResult {
                    prepared_statement_handle: Some(self.bind(handle, bound)?),
                };
                Ok(put_result(&result))
            }
            Command::CommandStatementIngest(command) => {
                let count = self.ingest(command, batches).await?;
                Ok(put_result(&DoPutUpdateResult { record_count: count }))
            }
            Command::CommandStatementSubstraitPlan(_) => {
                Err(Status::unimplemented("Substrait plans are not supported; send SQL"))
            }
            other => {
                Err(Status::invalid_argument(format!("{} is not a command for DoPut", short_name(&other))))
            }
        }
    }

    async fn update(&self, planned: &Planned, bound: &Bound) -> Result<PutResult, Status> {
        if planned.kind == Kind::Query {
            return Err(Status::invalid_argument("the statement answers with rows; send it as a query"));
        }
        let record_count = self.engine.change(planned, bound).await?;
        Ok(put_result(&DoPutUpdateResult { record_count }))
    }

    /// All batches of a stream of parameters.
    async fn collect(
        &self,
        mut batches: BoxStream<'static, Result<RecordBatch, Status>>,
    ) -> Result<Vec<RecordBatch>, Status> {
        let mut collected = Vec::new();
        let mut len = 0;
        while let Some(batch) = batches.try_next().await? {
            len += batch.get_array_memory_size();
            if len > self.limits.parameters_len_max {
                return Err(Status::resource_exhausted(format!(
                    "the bound values take more than {} bytes; send them in parts",
                    self.limits.parameters_len_max
                )));
            }
            collected.push(batch);
        }
        Ok(collected)
    }
}

/// The batches of a stream whose first message was read already. Messages without any (a
/// command alone) are left out.
fn batches(
    first: FlightData,
    rest: Streaming<FlightData>,
) -> BoxStream<'static, Result<RecordBatch, Status>> {
    let messages = stream::iter([Ok(first)])
        .chain(rest)
        .try_filter(|message| {
            let has_data = !message.data_header.is_empty();
            std::future::ready(has_data)
        })
        .map_err(|status| FlightError::Tonic(Box::new(status)));
    FlightRecordBatchStream::new_from_flight_data(messages).map_err(wire::flight_status).boxed()
}

fn put_result(message: &impl Message) -> PutResult {
    PutResult { app_metadata: message.encode_to_vec().into() }
}

pub(super) fn short_name(command: &Command) -> String {
    let url = command.type_url();
    let name = url.rsplit(['.', '/']).next().unwrap_or(url);
    name.chars().take(80).collect()
}
