//! Bulk ingestion: a stream of batches becomes rows of a table in memory.
//!
//! All batches are read before anything changes, so that a stream that breaks leaves nothing
//! behind.

use std::sync::Arc;

use arrow_flight::sql::{CommandStatementIngest, TableExistsOption, TableNotExistOption};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use datafusion::common::{Column, ScalarValue, TableReference};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::dml::InsertOp;
use datafusion::logical_expr::{LogicalPlanBuilder, cast, col, lit};
use datafusion::prelude::Expr;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use tonic::Status;

use super::Shared;
use super::query::no_transaction;
use crate::engine::Access;
use crate::status::status;

impl Shared {
    /// Ingests the batches and says how many rows there were.
    pub(super) async fn ingest(
        &self,
        command: CommandStatementIngest,
        batches: BoxStream<'static, Result<RecordBatch, Status>>,
    ) -> Result<i64, Status> {
        no_transaction(command.transaction_id.as_ref())?;
        if self.engine.access() == Access::ReadOnly {
            return Err(Status::permission_denied("the server is read-only"));
        }
        if command.temporary {
            return Err(Status::unimplemented("temporary tables are not supported"));
        }
        let (if_missing, if_there) = table_options(&command)?;
        let table = reference(&command)?;
        let batches: Vec<RecordBatch> = batches.try_collect().await?;
        let context = self.engine.context();
        let is_there = context.table_exist(table.clone()).map_err(|error| status(&error))?;
        match (is_there, if_missing, if_there) {
            (false, TableNotExistOption::Create, _) => self.create(table, batches),
            (false, _, _) => Err(Status::not_found(format!("table {table} does not exist"))),
            (true, _, TableExistsOption::Append) => self.append(table, batches).await,
            (true, _, TableExistsOption::Replace) => {
                context.deregister_table(table.clone()).map_err(|error| status(&error))?;
                self.create(table, batches)
            }
            (true, _, _) => Err(Status::already_exists(format!("table {table} already exists"))),
        }
    }

    fn create(&self, table: TableReference, batches: Vec<RecordBatch>) -> Result<i64, Status> {
        let first = batches.first().ok_or_else(|| {
            Status::invalid_argument("the stream has no batch, so that the table has no columns")
        })?;
        let count = rows_of(&batches);
        let provider =
            MemTable::try_new(first.schema(), vec![batches.clone()]).map_err(|error| status(&error))?;
        self.engine.context().register_table(table, Arc::new(provider)).map_err(|error| status(&error))?;
        self.engine.note_definition();
        Ok(count)
    }

    /// Appends by column name; a column that the stream does not have becomes NULL.
    async fn append(&self, table: TableReference, batches: Vec<RecordBatch>) -> Result<i64, Status> {
        let Some(first) = batches.first() else {
            return Ok(0);
        };
        let count = rows_of(&batches);
        let context = self.engine.context();
        let provider = context.table_provider(table.clone()).await.map_err(|error| status(&error))?;
        let target = provider.schema();
        for field in first.schema().fields() {
            if target.field_with_name(field.name()).is_err() {
                return Err(Status::invalid_argument(format!(
                    "table {table} has no column {}",
                    field.name()
                )));
            }
        }
        let columns = aligned(&target, &first.schema());
        let source = MemTable::try_new(first.schema(), vec![batches]).map_err(|error| status(&error))?;
        let frame = context
            .read_table(Arc::new(source))
            .and_then(|frame| frame.select(columns))
            .map_err(|error| status(&error))?;
        let (_, input) = frame.into_parts();
        let target = datafusion::datasource::provider_as_source(provider);
        let plan = LogicalPlanBuilder::insert_into(input, table, target, InsertOp::Append)
            .and_then(LogicalPlanBuilder::build)
            .map_err(|error| status(&error))?;
        self.engine.run_change(plan).await?;
        Ok(count)
    }
}

/// The columns in the order of the table, cast to its types; NULL where one is missing.
fn aligned(target: &Schema, source: &Schema) -> Vec<Expr> {
    let exprs = target.fields().iter().map(|field| {
        let expr = if source.field_with_name(field.name()).is_ok() {
            col(Column::from_name(field.name()))
        } else {
            lit(ScalarValue::Null)
        };
        let expr = cast(expr, field.data_type().clone());
        expr.alias(field.name())
    });
    exprs.collect()
}

fn rows_of(batches: &[RecordBatch]) -> i64 {
    let count: usize = batches.iter().map(RecordBatch::num_rows).sum();
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn table_options(
    command: &CommandStatementIngest,
) -> Result<(TableNotExistOption, TableExistsOption), Status> {
    let options = command
        .table_definition_options
        .as_ref()
        .ok_or_else(|| Status::invalid_argument("the options for the table are missing"))?;
    let if_missing = options.if_not_exist();
    let if_there = options.if_exists();
    if if_missing == TableNotExistOption::Unspecified || if_there == TableExistsOption::Unspecified {
        return Err(Status::invalid_argument("say what to do if the table exists and if it does not"));
    }
    Ok((if_missing, if_there))
}

fn reference(command: &CommandStatementIngest) -> Result<TableReference, Status> {
    if command.table.is_empty() {
        return Err(Status::invalid_argument("the table's name is empty"));
    }
    let table = command.table.as_str();
    Ok(match (command.catalog.as_deref(), command.schema.as_deref()) {
        (Some(catalog), Some(schema)) => TableReference::full(catalog, schema, table),
        (None, Some(schema)) => TableReference::partial(schema, table),
        (None, None) => TableReference::bare(table),
        (Some(_), None) => {
            return Err(Status::invalid_argument("a catalog without a schema does not name a table"));
        }
    })
}
