//! Primary keys, as tables declare them. DataFusion does not enforce them, and has no foreign
//! keys at all.

use std::sync::Arc;

use arrow_flight::sql::CommandGetPrimaryKeys;
use datafusion::arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray, new_null_array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Constraint;
use tonic::Status;

use super::{Shared, metadata};
use crate::status::status;

pub(super) fn primary_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("catalog_name", DataType::Utf8, true),
        Field::new("db_schema_name", DataType::Utf8, true),
        Field::new("table_name", DataType::Utf8, false),
        Field::new("column_name", DataType::Utf8, false),
        Field::new("key_name", DataType::Utf8, true),
        Field::new("key_sequence", DataType::Int32, false),
    ]))
}

pub(super) fn foreign_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("pk_catalog_name", DataType::Utf8, true),
        Field::new("pk_db_schema_name", DataType::Utf8, true),
        Field::new("pk_table_name", DataType::Utf8, false),
        Field::new("pk_column_name", DataType::Utf8, false),
        Field::new("fk_catalog_name", DataType::Utf8, true),
        Field::new("fk_db_schema_name", DataType::Utf8, true),
        Field::new("fk_table_name", DataType::Utf8, false),
        Field::new("fk_column_name", DataType::Utf8, false),
        Field::new("key_sequence", DataType::Int32, false),
        Field::new("fk_key_name", DataType::Utf8, true),
        Field::new("pk_key_name", DataType::Utf8, true),
        Field::new("update_rule", DataType::UInt8, false),
        Field::new("delete_rule", DataType::UInt8, false),
    ]))
}

impl Shared {
    /// The primary key of a table; no rows where it has none, or where there is no such table.
    pub(super) async fn primary_keys(&self, command: CommandGetPrimaryKeys) -> Result<RecordBatch, Status> {
        let mut columns: [Vec<String>; 4] = Default::default();
        let mut sequence = Vec::new();
        for (catalog, schema_name, schema) in self.schemas() {
            let is_wanted =
                |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
            if !is_wanted(&command.catalog, &catalog) || !is_wanted(&command.db_schema, &schema_name) {
                continue;
            }
            let table = schema.table(&command.table).await;
            let Some(table) = table.map_err(|error| status(&error))? else {
                continue;
            };
            let fields = table.schema();
            let keys = table.constraints().into_iter().flat_map(|all| all.iter());
            let key = keys.filter_map(|constraint| match constraint {
                Constraint::PrimaryKey(columns) => Some(columns),
                Constraint::Unique(_) => None,
            });
            for (position, column) in (1..).zip(key.flatten()) {
                let Some(field) = fields.fields().get(*column) else {
                    continue;
                };
                let row = [&catalog, &schema_name, &command.table, field.name()];
                for (column, value) in columns.iter_mut().zip(row) {
                    column.push(value.clone());
                }
                sequence.push(position);
            }
        }
        let count = sequence.len();
        let mut arrays: Vec<ArrayRef> =
            columns.into_iter().map(|values| Arc::new(StringArray::from(values)) as ArrayRef).collect();
        // DataFusion does not keep a constraint's name.
        arrays.push(new_null_array(&DataType::Utf8, count));
        arrays.push(Arc::new(Int32Array::from(sequence)));
        metadata::batch(primary_schema(), arrays)
    }
}
