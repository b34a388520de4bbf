//! What a server says of itself and of its tables.
//!
//! Reflection is taken as far as the server offers it; what it does not offer is noted, not guessed. The dialect is found by
//! asking questions that only one family of engines answers.

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, UnionArray};
use arrow_cast::cast;
use arrow_flight::IpcMessage;
use arrow_flight::sql::{
    Any, CommandGetPrimaryKeys, CommandGetSqlInfo, CommandGetTables, CommandStatementQuery,
    ProstMessageExt as _, SqlInfo,
};
use arrow_schema::{DataType, Schema};
use querent_core::types::{
    ColumnDescription, NullabilityTrust, ServerIdentity, SourceDescription, TableDescription, TableKind,
};
use querent_core::{Error, ErrorKind, Result};

use crate::FlightOptions;
use crate::connection::Connection;
use crate::error;
use crate::execute::read;

/// Connects and describes the source: its dialect, what it can do, its tables.
///
/// Fails where the server cannot be reached or refuses the credentials. What it does not implement is said in
/// [`SourceDescription::notes`].
pub async fn describe(options: &FlightOptions) -> Result<SourceDescription> {
    let mut connection = Connection::connect(options).await?;
    let mut description = SourceDescription { backend: "flight".into(), ..SourceDescription::default() };
    description.server = server(&mut connection, &mut description.notes).await?;
    dialect(&mut connection, &mut description).await?;
    description.tables = tables(&mut connection, &mut description.notes).await?;
    primary_keys(&mut connection, &mut description).await?;
    Ok(description)
}

/// The whole result of a command; `None` where the server does not implement it.
async fn ask(connection: &mut Connection, command: Any) -> Result<Option<Vec<RecordBatch>>> {
    let info = match connection.flight_info(command).await {
        Ok(info) => info,
        Err(e) if e.kind() == ErrorKind::Unsupported => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut cursor = match read(connection, info).await {
        Ok(cursor) => cursor,
        Err(e) if e.kind() == ErrorKind::Unsupported => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut batches = Vec::new();
    loop {
        match cursor.next().await {
            Ok(Some(batch)) => batches.push(batch.record_batch().clone()),
            Ok(None) => return Ok(Some(batches)),
            Err(e) if e.kind() == ErrorKind::Unsupported => return Ok(None),
            Err(e) => return Err(e),
        }
    }
}

/// The first value of a query's result as text; `None` where the server refuses the query.
async fn scalar(connection: &mut Connection, sql: &str) -> Result<Option<String>> {
    let command = CommandStatementQuery { query: sql.to_owned(), transaction_id: None };
    match ask(connection, command.as_any()).await {
        Ok(batches) => {
            let column = batches.unwrap_or_default().first().and_then(|b| b.columns().first().cloned());
            Ok(column.and_then(|c| texts(&c)).and_then(|t| t.into_iter().next().flatten()))
        }
        Err(e) if matches!(e.kind(), ErrorKind::Query | ErrorKind::Server | ErrorKind::Protocol) => Ok(None),
        Err(e) => Err(e),
    }
}

/// A column as text, whatever layout it has.
fn texts(column: &ArrayRef) -> Option<Vec<Option<String>>> {
    let column = cast(column, &DataType::Utf8).ok()?;
    Some(column.as_string::<i32>().iter().map(|v| v.map(str::to_owned)).collect())
}

async fn server(connection: &mut Connection, notes: &mut Vec<String>) -> Result<Option<ServerIdentity>> {
    // No ids ask for everything: some servers answer nothing where one of the ids is not known to them.
    let batches = match ask(connection, CommandGetSqlInfo { info: Vec::new() }.as_any()).await {
        Ok(Some(batches)) => batches,
        Ok(None) => {
            notes.push("the server does not say its name and version (GetSqlInfo is not implemented)".into());
            return Ok(None);
        }
        Err(e) if is_answer(&e) => {
            notes.push("the server does not say its name and version (GetSqlInfo failed)".into());
            return Ok(None);
        }
        Err(e) => return Err(e),
    };
    let name = batches.iter().find_map(|b| sql_info(b, SqlInfo::FlightSqlServerName));
    let version = batches.iter().find_map(|b| sql_info(b, SqlInfo::FlightSqlServerVersion));
    Ok(name.map(|name| ServerIdentity { name, version: version.unwrap_or_default() }))
}

fn is_answer(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Query | ErrorKind::Server | ErrorKind::Protocol | ErrorKind::Unsupported
    )
}

/// A text of the answer to GetSqlInfo.
fn sql_info(batch: &RecordBatch, wanted: SqlInfo) -> Option<String> {
    let names = cast(batch.columns().first()?, &DataType::Int64).ok()?;
    let names = names.as_primitive::<Int64Type>();
    let values = batch.columns().get(1)?.as_any().downcast_ref::<UnionArray>()?;
    let row = (0..batch.num_rows()).find(|row| names.is_valid(*row) && names.value(*row) == wanted as i64)?;
    texts(&values.value(row))?.into_iter().next().flatten()
}

/// Finds the dialect. `arrow_typeof` is DataFusion's own; `typeof` with Spark's type names is Spark's.
async fn dialect(connection: &mut Connection, description: &mut SourceDescription) -> Result<()> {
    let datafusion = scalar(connection, "SELECT arrow_typeof(CAST(1 AS BIGINT))").await?;
    if datafusion.as_deref() == Some("Int64") {
        description.dialect = "datafusion".into();
        description.nullability = NullabilityTrust::Trusted;
        return Ok(());
    }
    let spark = scalar(connection, "SELECT typeof(CAST(1 AS BIGINT))").await?;
    if spark.as_deref() == Some("bigint") {
        description.dialect = "spark".into();
        description.nullability = NullabilityTrust::Trusted;
        return Ok(());
    }
    description.dialect = "generic".into();
    description
        .notes
        .push("the dialect is not known: what cannot be surely typed asks for an override".into());
    Ok(())
}

async fn tables(connection: &mut Connection, notes: &mut Vec<String>) -> Result<Vec<TableDescription>> {
    let command = CommandGetTables { include_schema: true, ..CommandGetTables::default() };
    let Some(batches) = ask(connection, command.as_any()).await? else {
        notes.push(
            "the server does not list its tables (GetTables is not implemented): give the source SQL files instead \
             (`schema = [\"ddl/*.sql\"]`)"
                .into(),
        );
        return Ok(Vec::new());
    };
    let mut tables = Vec::new();
    for batch in &batches {
        let column = |name: &str| batch.column_by_name(name).and_then(texts);
        let (Some(names), Some(kinds)) = (column("table_name"), column("table_type")) else {
            return Err(error::protocol("the answer to GetTables has no table_name or table_type"));
        };
        let (catalogs, schemas) = (column("catalog_name"), column("db_schema_name"));
        for (row, name) in names.iter().enumerate() {
            let Some(name) = name else { continue };
            let part =
                |column: &Option<Vec<Option<String>>>| column.as_ref().and_then(|c| c.get(row)?.clone());
            let path: Vec<String> = [part(&catalogs), part(&schemas), Some(name.clone())]
                .into_iter()
                .flatten()
                .filter(|p| !p.is_empty())
                .collect();
            let kind = kind(kinds.get(row).and_then(Option::as_deref), part(&schemas).as_deref());
            match table_schema(batch, row) {
                Ok(schema) => tables.push(table(path, kind, &schema)),
                Err(e) => notes.push(format!("table {} has no readable schema: {e}", path.join("."))),
            }
        }
    }
    Ok(tables)
}

fn kind(text: Option<&str>, schema: Option<&str>) -> TableKind {
    let text = text.unwrap_or_default().to_ascii_uppercase();
    match text {
        _ if schema.is_some_and(|s| s.eq_ignore_ascii_case("information_schema")) => TableKind::System,
        text if text.contains("SYSTEM") => TableKind::System,
        text if text.contains("VIEW") => TableKind::View,
        _ => TableKind::Table,
    }
}

fn table_schema(batch: &RecordBatch, row: usize) -> Result<Schema> {
    let column =
        batch.column_by_name("table_schema").ok_or_else(|| error::protocol("there is no table_schema"))?;
    let column = cast(column, &DataType::Binary).map_err(error::arrow)?;
    let bytes = column.as_binary::<i32>();
    if bytes.is_null(row) || bytes.value(row).is_empty() {
        return Err(error::protocol("the table_schema is empty"));
    }
    Schema::try_from(IpcMessage(bytes.value(row).to_vec().into())).map_err(error::arrow)
}

fn table(path: Vec<String>, kind: TableKind, schema: &Schema) -> TableDescription {
    let columns = schema.fields().iter().map(|field| {
        let told = querent_core::arrow::from_field(field);
        let metadata = |key: &str| field.metadata().get(&format!("ARROW:FLIGHT:SQL:{key}")).cloned();
        ColumnDescription {
            name: told.name,
            ty: Some(told.ty),
            native: metadata("TYPE_NAME"),
            nullable: told.nullable,
            has_default: metadata("IS_AUTO_INCREMENT").as_deref() == Some("1"),
            hidden: false,
            comment: metadata("REMARKS").filter(|r| !r.is_empty()),
        }
    });
    TableDescription { kind, ..TableDescription::new(path, columns.collect()) }
}

async fn primary_keys(connection: &mut Connection, description: &mut SourceDescription) -> Result<()> {
    for table in description.tables.iter_mut().filter(|t| t.kind == TableKind::Table) {
        let mut parts = table.path.iter().rev().cloned();
        let command = CommandGetPrimaryKeys {
            table: parts.next().unwrap_or_default(),
            db_schema: parts.next(),
            catalog: parts.next(),
        };
        match ask(connection, command.as_any()).await {
            Ok(Some(batches)) => {
                let names =
                    |b: &RecordBatch| b.column_by_name("column_name").and_then(texts).unwrap_or_default();
                table.primary_key = batches.iter().flat_map(names).flatten().collect();
            }
            Ok(None) => {
                description.notes.push("the server does not tell primary keys".into());
                return Ok(());
            }
            Err(e) if is_answer(&e) => {
                description.notes.push("the server does not tell primary keys".into());
                return Ok(());
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
