//! The controller's documents: tables, schemas and table configs into a [`SourceDescription`]. Here is what a source and its
//! tables are; `fields` has the columns of a schema, `cluster` brokers, zone and configuration.
//!
//! `GET /tables`, `GET /tableConfigs/{table}` (schema and configs of both kinds in one document), from 1.4 on
//! `GET /logicalTables` and `GET /logicalTables/{table}` with the schema of the same name.

mod cluster;
mod fields;

use std::collections::BTreeMap;

use querent_types::{NullabilityTrust, ServerIdentity, SourceDescription, TableDescription};
use serde_json::Value;

use super::DecodeError;
use super::request::Engine;
pub use cluster::{Broker, Configuration, brokers, configuration, tenant_brokers, time_zone, version};
use fields::{Nulls, columns, transformed};

/// What decides the meaning of a query besides its text; it belongs to the source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceOptions {
    /// The engine.
    pub engine: Engine,
    /// Whether queries ask for NULLs (`enableNullHandling`).
    pub null_handling: bool,
}

/// The source, from its tables.
pub fn source(
    options: &SourceOptions,
    version: Option<String>,
    tables: Vec<TableDescription>,
) -> SourceDescription {
    let mut notes = Vec::new();
    for table in &tables {
        let name = table.path.join(".");
        let unknown = table.columns.iter().filter(|column| column.ty.is_none());
        notes.extend(unknown.map(|column| {
            let native = column.native.as_deref().unwrap_or("?");
            format!("{name}.{} has the type {native}, which has no counterpart in SQL", column.name)
        }));
    }
    SourceDescription {
        backend: "pinot".to_owned(),
        dialect: options.engine.dialect().to_owned(),
        server: version.map(|version| ServerIdentity { name: "Apache Pinot".to_owned(), version }),
        options: BTreeMap::from([
            ("engine".to_owned(), options.engine.name().to_owned()),
            ("null_handling".to_owned(), options.null_handling.to_string()),
        ]),
        // Without null vectors a column gives its default value, never NULL; with them `notNull` is kept at ingestion.
        nullability: NullabilityTrust::Trusted,
        tables,
        notes,
        ..SourceDescription::default()
    }
}

/// The names of `GET /tables`.
///
/// # Errors
/// A body that is no such document.
pub fn table_names(body: &[u8]) -> Result<Vec<String>, DecodeError> {
    let document = parse(body)?;
    document.get("tables").and_then(names).ok_or_else(|| malformed("a list of tables"))
}

/// The table of `GET /tableConfigs/{table}`.
///
/// Columns come in the order of `SELECT *`, which is that of their names.
///
/// # Errors
/// A body that is no such document.
pub fn table(body: &[u8], options: &SourceOptions) -> Result<TableDescription, DecodeError> {
    let document = parse(body)?;
    let name = text(&document, "tableName").ok_or_else(|| malformed("tableName"))?;
    let schema =
        document.get("schema").filter(|schema| schema.is_object()).ok_or_else(|| malformed("a schema"))?;
    let configs = || ["offline", "realtime"].into_iter().filter_map(|kind| Some((kind, document.get(kind)?)));
    let nulls = Nulls::of(schema, configs().map(|(_, config)| config), options);
    let mut table = TableDescription::new(vec![name.to_owned()], columns(schema, &nulls)?);
    table.primary_key = strings(schema.get("primaryKeyColumns"));
    let kinds: Vec<&str> = configs().map(|(kind, _)| kind).collect();
    table.properties.insert("kind".to_owned(), kinds.join("+"));
    let time_column = configs().find_map(|(_, config)| text(config.get("segmentsConfig")?, "timeColumnName"));
    if let Some(column) = time_column {
        table.properties.insert("time_column".to_owned(), column.to_owned());
    }
    if configs().any(|(_, config)| flag(config, "isDimTable") == Some(true)) {
        table.properties.insert("dimension".to_owned(), "true".to_owned());
    }
    let upsert = configs().find_map(|(_, config)| text(config.get("upsertConfig")?, "mode"));
    if let Some(mode) = upsert.filter(|mode| !mode.eq_ignore_ascii_case("NONE")) {
        table.properties.insert("upsert".to_owned(), mode.to_lowercase());
    }
    configs().for_each(|(_, config)| transformed(config, &mut table.columns));
    Ok(table)
}

/// The names of `GET /logicalTables`.
///
/// # Errors
/// A body that is no such document.
pub fn logical_table_names(body: &[u8]) -> Result<Vec<String>, DecodeError> {
    names(&parse(body)?).ok_or_else(|| malformed("a list of names"))
}

/// The names of `GET /databases`.
///
/// # Errors
/// A body that is no such document.
pub fn database_names(body: &[u8]) -> Result<Vec<String>, DecodeError> {
    names(&parse(body)?).ok_or_else(|| malformed("a list of names"))
}

/// The queries of a broker's `GET /queries`: id and text of each.
///
/// # Errors
/// A body that is no such document.
pub fn running_queries(body: &[u8]) -> Result<Vec<(String, String)>, DecodeError> {
    let expected = || malformed("an object of texts");
    let document = parse(body)?;
    let queries = document.as_object().ok_or_else(expected)?.iter();
    queries
        .map(|(id, sql)| Some((id.clone(), sql.as_str()?.to_owned())))
        .collect::<Option<_>>()
        .ok_or_else(expected)
}

/// The logical table of `GET /logicalTables/{table}`, by `GET /schemas/{table}` and the tables that it is made of, and what
/// is odd about it, in sentences.
///
/// Types and NULLs are those of its parts, whatever its own schema says (single-stage engine, 1.5.1).
///
/// # Errors
/// A body that is no such document.
pub fn logical_table(
    config: &[u8],
    schema: &[u8],
    tables: &[TableDescription],
    options: &SourceOptions,
) -> Result<(TableDescription, Vec<String>), DecodeError> {
    let (config, schema) = (parse(config)?, parse(schema)?);
    let name = text(&config, "tableName").ok_or_else(|| malformed("tableName"))?;
    let parts = config.get("physicalTableConfigMap").and_then(Value::as_object);
    let parts: Vec<&str> = parts.ok_or_else(|| malformed("its tables"))?.keys().map(String::as_str).collect();
    let nulls = Nulls::of(&schema, std::iter::empty(), options);
    let mut table = TableDescription::new(vec![name.to_owned()], columns(&schema, &nulls)?);
    table.primary_key = strings(schema.get("primaryKeyColumns"));
    table.properties.insert("kind".to_owned(), "logical".to_owned());
    table.properties.insert("tables".to_owned(), parts.join(","));
    let found = parts.iter().filter_map(|part| {
        let raw = part.strip_suffix("_OFFLINE").or_else(|| part.strip_suffix("_REALTIME")).unwrap_or(part);
        tables.iter().find(|table| table.path.last().is_some_and(|own| own.eq_ignore_ascii_case(raw)))
    });
    let found: Vec<&TableDescription> = found.collect();
    let mut odd = table.made_of(&found);
    if found.len() < parts.len() {
        odd.push(format!("{name} is made of tables that are not known here, too: they may hold anything"));
        if options.null_handling {
            table
                .columns
                .iter_mut()
                .filter(|column| !column.hidden)
                .for_each(|column| column.nullable = true);
        }
    }
    Ok((table, odd))
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

/// A flag. Servers take texts for it as well, and Pinot's own examples have them (1.5.1).
fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A list of names.
fn names(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

fn parse(body: &[u8]) -> Result<Value, DecodeError> {
    serde_json::from_slice(body).map_err(|_| malformed("JSON"))
}

fn malformed(expected: &'static str) -> DecodeError {
    DecodeError::expected(0, expected)
}
