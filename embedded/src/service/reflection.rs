//! Catalogs, schemas and tables as Flight SQL lists them.
//!
//! The tables of information_schema can be queried like any others, but are listed only for a
//! client that asks for them, by the table type `SYSTEM TABLE` or by their schema's name: a
//! client that lists everything means the data.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_flight::sql::{CommandGetCatalogs, CommandGetDbSchemas, CommandGetTableTypes, CommandGetTables};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::datasource::{MemTable, TableType};
use tonic::Status;

use super::type_info::{scale_and_precision, sql_name};
use super::{Shared, wire};
use crate::status::status;

const INFORMATION_SCHEMA: &str = "information_schema";
const TABLE: &str = "TABLE";
const VIEW: &str = "VIEW";
const SYSTEM_TABLE: &str = "SYSTEM TABLE";

impl Shared {
    pub(super) fn catalogs(&self, command: CommandGetCatalogs) -> Result<RecordBatch, Status> {
        let mut builder = command.into_builder();
        for name in self.engine.context().catalog_names() {
            builder.append(name);
        }
        builder.build().map_err(wire::flight_status)
    }

    pub(super) fn db_schemas(&self, command: CommandGetDbSchemas) -> Result<RecordBatch, Status> {
        let mut builder = command.into_builder();
        for (catalog, schema, _) in self.schemas() {
            builder.append(&catalog, &schema);
        }
        builder.build().map_err(wire::flight_status)
    }

    pub(super) fn table_types(&self, command: CommandGetTableTypes) -> Result<RecordBatch, Status> {
        let mut builder = command.into_builder();
        for name in [SYSTEM_TABLE, TABLE, VIEW] {
            builder.append(name);
        }
        builder.build().map_err(wire::flight_status)
    }

    pub(super) async fn tables(&self, command: CommandGetTables) -> Result<RecordBatch, Status> {
        let wants_system = command.table_types.iter().any(|name| name == SYSTEM_TABLE)
            || command.db_schema_filter_pattern.as_deref() == Some(INFORMATION_SCHEMA);
        let include_schema = command.include_schema;
        let mut builder = command.into_builder();
        for (catalog, schema_name, schema) in self.schemas() {
            if schema_name == INFORMATION_SCHEMA && !wants_system {
                continue;
            }
            for name in schema.table_names() {
                // A table that was dropped meanwhile is not there any more.
                let table = schema.table(&name).await.map_err(|error| status(&error))?;
                let Some(table) = table else { continue };
                let described = if include_schema {
                    described(&catalog, &schema_name, &name, table.as_ref())
                } else {
                    Schema::empty()
                };
                let table_type = table_type(&schema_name, table.as_ref());
                builder
                    .append(&catalog, &schema_name, &name, table_type, &described)
                    .map_err(wire::flight_status)?;
            }
        }
        builder.build().map_err(wire::flight_status)
    }

    /// All schemas, each with its catalog's name and its own.
    pub(super) fn schemas(&self) -> Vec<(String, String, Arc<dyn SchemaProvider>)> {
        let context = self.engine.context();
        let mut schemas = Vec::new();
        for catalog_name in context.catalog_names() {
            let Some(catalog) = context.catalog(&catalog_name) else {
                continue;
            };
            for schema_name in catalog.schema_names() {
                if let Some(schema) = catalog.schema(&schema_name) {
                    schemas.push((catalog_name.clone(), schema_name, schema));
                }
            }
            schemas.push((catalog_name, INFORMATION_SCHEMA.to_owned(), self.information_schema()));
        }
        schemas
    }

    fn information_schema(&self) -> Arc<dyn SchemaProvider> {
        let catalogs = Arc::clone(self.engine.context().state().catalog_list());
        Arc::new(datafusion::catalog::information_schema::InformationSchemaProvider::new(catalogs))
    }
}

fn table_type(schema: &str, table: &dyn TableProvider) -> &'static str {
    match table.table_type() {
        _ if schema == INFORMATION_SCHEMA => SYSTEM_TABLE,
        TableType::View => VIEW,
        TableType::Base | TableType::Temporary => TABLE,
    }
}

/// The table's schema with what Flight SQL says about a column in its metadata.
fn described(catalog: &str, schema: &str, name: &str, table: &dyn TableProvider) -> Schema {
    let is_read_only = !table.is::<MemTable>();
    let table_schema = table.schema();
    let fields = table_schema.fields().iter().map(|field| {
        let mut metadata = field.metadata().clone();
        let mut put = |key: &str, value: String| {
            metadata.insert(format!("ARROW:FLIGHT:SQL:{key}"), value);
        };
        put("CATALOG_NAME", catalog.to_owned());
        put("SCHEMA_NAME", schema.to_owned());
        put("DB_SCHEMA_NAME", schema.to_owned());
        put("TABLE_NAME", name.to_owned());
        put("TYPE_NAME", sql_name(field.data_type()));
        let (precision, scale) = scale_and_precision(field.data_type());
        if let Some(precision) = precision {
            put("PRECISION", precision.to_string());
        }
        if let Some(scale) = scale {
            put("SCALE", scale.to_string());
        }
        put("IS_AUTO_INCREMENT", "0".to_owned());
        put("IS_CASE_SENSITIVE", flag(is_text(field.data_type())));
        put("IS_READ_ONLY", flag(is_read_only));
        put("IS_SEARCHABLE", "1".to_owned());
        Field::clone(field).with_metadata(metadata)
    });
    let metadata: HashMap<String, String> = table_schema.metadata().clone();
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), metadata)
}

fn flag(is_set: bool) -> String {
    if is_set { "1" } else { "0" }.to_owned()
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}
