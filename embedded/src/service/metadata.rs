//! The commands that ask about the server and its tables: their schemas, and where each of
//! them is answered. Their tickets are the commands themselves, so that nothing is kept.

use arrow_flight::sql::Command;
use arrow_flight::sql::metadata::SqlInfoDataBuilder;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use std::sync::Arc;
use tonic::Status;

use super::put::short_name;
use super::{Shared, keys, sql_info, type_info};
use crate::status::arrow_status;

/// The schema of the answer to a metadata command.
pub(super) fn schema(command: &Command) -> Result<SchemaRef, Status> {
    Ok(match command.clone() {
        Command::CommandGetCatalogs(command) => command.into_builder().schema(),
        Command::CommandGetDbSchemas(command) => command.into_builder().schema(),
        Command::CommandGetTables(command) => command.into_builder().schema(),
        Command::CommandGetTableTypes(command) => command.into_builder().schema(),
        Command::CommandGetSqlInfo(_) => Arc::new(Schema::clone(SqlInfoDataBuilder::schema())),
        Command::CommandGetXdbcTypeInfo(_) => type_info::types()?.schema(),
        Command::CommandGetPrimaryKeys(_) => keys::primary_schema(),
        Command::CommandGetImportedKeys(_)
        | Command::CommandGetExportedKeys(_)
        | Command::CommandGetCrossReference(_) => keys::foreign_schema(),
        Command::CommandStatementSubstraitPlan(_) => {
            return Err(Status::unimplemented("Substrait plans are not supported; send SQL"));
        }
        other => {
            return Err(Status::invalid_argument(format!("{} does not ask for rows", short_name(&other))));
        }
    })
}

impl Shared {
    /// The answer to a metadata command.
    pub(super) async fn metadata(&self, command: Command) -> Result<RecordBatch, Status> {
        match command {
            Command::CommandGetCatalogs(command) => self.catalogs(command),
            Command::CommandGetDbSchemas(command) => self.db_schemas(command),
            Command::CommandGetTables(command) => self.tables(command).await,
            Command::CommandGetTableTypes(command) => self.table_types(command),
            Command::CommandGetSqlInfo(command) => sql_info::answer(command, self.engine.access()),
            Command::CommandGetXdbcTypeInfo(command) => {
                command.into_builder(&type_info::types()?).build().map_err(super::wire::flight_status)
            }
            Command::CommandGetPrimaryKeys(command) => self.primary_keys(command).await,
            Command::CommandGetImportedKeys(_)
            | Command::CommandGetExportedKeys(_)
            | Command::CommandGetCrossReference(_) => {
                // DataFusion has no foreign keys.
                Ok(RecordBatch::new_empty(keys::foreign_schema()))
            }
            other => schema(&other).map(RecordBatch::new_empty),
        }
    }
}

/// Builds a batch from its columns.
pub(super) fn batch(
    schema: SchemaRef,
    columns: Vec<datafusion::arrow::array::ArrayRef>,
) -> Result<RecordBatch, Status> {
    RecordBatch::try_new(schema, columns).map_err(|error| arrow_status(&error))
}
