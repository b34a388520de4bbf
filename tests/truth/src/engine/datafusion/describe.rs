//! The tables of a session as a driver would describe them.

use std::collections::HashMap;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::catalog::TableProvider;
use datafusion::common::Constraint;
use datafusion::datasource::TableType;
use datafusion::prelude::SessionContext;
use querent_types::{
    ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription, TableKind,
};

/// Everything that a name in a statement can mean.
pub(super) async fn source(context: &SessionContext) -> SourceDescription {
    let mut tables = Vec::new();
    for catalog in sorted(context.catalog_names()) {
        let Some(found) = context.catalog(&catalog) else { continue };
        for schema in sorted(found.schema_names()) {
            let Some(found) = found.schema(&schema) else { continue };
            for name in sorted(found.table_names()) {
                if let Ok(Some(table)) = found.table(&name).await {
                    tables.push(description(vec![catalog.clone(), schema.clone(), name], table.as_ref()));
                }
            }
        }
    }
    SourceDescription {
        backend: "flight".to_owned(),
        dialect: "datafusion".to_owned(),
        nullability: NullabilityTrust::Trusted,
        tables,
        ..SourceDescription::default()
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

fn description(path: Vec<String>, table: &dyn TableProvider) -> TableDescription {
    let schema = table.schema();
    let columns = schema.fields().iter().map(|field| ColumnDescription {
        has_default: table.get_column_default(field.name()).is_some(),
        ..ColumnDescription::new(field.name(), sql_type(field), field.is_nullable())
    });
    let kind = match table.table_type() {
        _ if path[1] == "information_schema" => TableKind::System,
        TableType::View => TableKind::View,
        TableType::Base | TableType::Temporary => TableKind::Table,
    };
    let mut described = TableDescription { kind, ..TableDescription::new(path, columns.collect()) };
    let keys = table.constraints().into_iter().flat_map(|constraints| constraints.iter());
    for constraint in keys {
        if let Constraint::PrimaryKey(columns) = constraint {
            described.primary_key = columns.iter().map(|i| schema.field(*i).name().clone()).collect();
        }
    }
    described
}

/// The type of a field in querent's notation.
pub(super) fn sql_type(field: &Field) -> SqlType {
    querent_core::arrow::from_arrow(field.data_type(), field.metadata())
}

/// The same where there is no field.
pub(super) fn plain_type(ty: &DataType) -> SqlType {
    querent_core::arrow::from_arrow(ty, &HashMap::new())
}
