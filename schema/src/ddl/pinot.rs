//! Pinot's schemas and table configs as JSON files in git, as its users keep them: what tables there are, without a cluster.
//!
//! A document is a schema (`schemaName`), a table config (`tableName` and `tableType`), both kinds of a hybrid table in
//! one (`{"OFFLINE": …, "REALTIME": …}`), what `GET /tableConfigs/{t}` gives (`tableName`, `schema`, `offline`,
//! `realtime`), a logical table (`physicalTableConfigMap`), or an array of such. Where there are table configs, they say
//! which tables there are; else each schema is a table. What a field becomes is in `fields`.

mod fields;

use std::collections::BTreeMap;

use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, TableDescription};
use serde_json::{Map, Value};

use super::{Evaluated, File, Finding, Note};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use fields::{Nulls, columns, flag, text};

/// Whether a file of a source is JSON rather than SQL.
pub(super) fn is_json(file: &File) -> bool {
    file.name.rsplit('.').next().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// The tables that the documents of the files amount to. `options` are those of the source.
pub(super) fn evaluate(
    files: &[&File],
    dialect: &'static Dialect,
    options: &BTreeMap<String, String>,
) -> Evaluated {
    let null_handling = options.get("null_handling").is_some_and(|value| value == "true");
    let mut reader =
        Reader { schemas: BTreeMap::new(), tables: BTreeMap::new(), findings: Vec::new(), notes: Vec::new() };
    for file in files {
        match serde_json::from_str::<Value>(&file.text) {
            Ok(document) => reader.document(&file.name, document),
            Err(error) => reader.not_json(file, &error),
        }
    }
    let described = reader.describe(null_handling);
    let mut source = SourceDescription {
        backend: "pinot".to_owned(),
        dialect: dialect.name.to_owned(),
        nullability: NullabilityTrust::Trusted,
        options: BTreeMap::from([("null_handling".to_owned(), null_handling.to_string())]),
        tables: described,
        ..SourceDescription::default()
    };
    let own = dialect.reading.options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    source.options.extend(own);
    Evaluated { source, findings: reader.findings, notes: reader.notes }
}

/// A schema and the file that holds it.
struct Schema {
    file: String,
    document: Value,
}

/// A table by its name without a type, and what was said of it.
#[derive(Default)]
struct Table {
    file: String,
    name: String,
    offline: Option<Value>,
    realtime: Option<Value>,
    logical: Option<Value>,
}

struct Reader {
    /// By name in lower case, for Pinot looks names up without regard to case.
    schemas: BTreeMap<String, Schema>,
    tables: BTreeMap<String, Table>,
    findings: Vec<Finding>,
    notes: Vec<Note>,
}

impl Reader {
    fn document(&mut self, file: &str, document: Value) {
        match document {
            Value::Array(all) => all.into_iter().for_each(|one| self.document(file, one)),
            Value::Object(object) => self.object(file, object),
            _ => self.skip(file, "a value that is neither an object nor an array of them"),
        }
    }

    fn object(&mut self, file: &str, mut object: Map<String, Value>) {
        let name = object.get("tableName").and_then(Value::as_str).map(str::to_owned);
        match name {
            _ if object.contains_key("schemaName") => self.schema(file, Value::Object(object)),
            Some(name) if object.contains_key("physicalTableConfigMap") => {
                self.table(file, &name, |table, document| table.logical = document, Value::Object(object));
            }
            Some(name) if object.contains_key("schema") => {
                if let Some(schema) = object.remove("schema").filter(Value::is_object) {
                    self.schema(file, named(schema, &name));
                }
                for (key, value) in object {
                    match key.as_str() {
                        "offline" => self.table(file, &name, |table, value| table.offline = value, value),
                        "realtime" => self.table(file, &name, |table, value| table.realtime = value, value),
                        _ => {}
                    }
                }
            }
            Some(name) => self.config(file, &name, Value::Object(object)),
            None if object.contains_key("OFFLINE") || object.contains_key("REALTIME") => {
                for (_, config) in object {
                    self.document(file, config);
                }
            }
            None => self.skip(file, "a document that is neither a schema nor a table config"),
        }
    }

    fn config(&mut self, file: &str, name: &str, config: Value) {
        let kind = text(&config, "tableType").unwrap_or("OFFLINE").to_uppercase();
        let raw = raw_name(name);
        match kind.as_str() {
            "REALTIME" => self.table(file, raw, |table, value| table.realtime = value, config),
            "OFFLINE" => self.table(file, raw, |table, value| table.offline = value, config),
            other => {
                let message =
                    format!("`{name}` has the tableType {other}, and it may be OFFLINE or REALTIME");
                self.report(file, Diagnostic::error(Code::Syntax, Span::default(), message));
            }
        }
    }

    fn table(&mut self, file: &str, name: &str, set: fn(&mut Table, Option<Value>), document: Value) {
        let table = self.tables.entry(name.to_lowercase()).or_default();
        let twice = {
            let before = (table.offline.is_some(), table.realtime.is_some(), table.logical.is_some());
            set(table, Some(document));
            before == (table.offline.is_some(), table.realtime.is_some(), table.logical.is_some())
        };
        if table.file.is_empty() {
            (table.file, table.name) = (file.to_owned(), name.to_owned());
        }
        if twice {
            let message = format!("table `{name}` is configured twice");
            self.report(file, Diagnostic::error(Code::DuplicateTable, Span::default(), message));
        }
    }

    fn schema(&mut self, file: &str, document: Value) {
        let Some(name) = text(&document, "schemaName").map(str::to_owned) else {
            return self.report(
                file,
                Diagnostic::error(Code::Syntax, Span::default(), "`schemaName` of a schema is a text"),
            );
        };
        let schema = Schema { file: file.to_owned(), document };
        match self.schemas.get(&name.to_lowercase()) {
            Some(other) if other.document != schema.document => {
                let message = format!("schema `{name}` is there twice, and differs");
                let found = Diagnostic::error(Code::DuplicateTable, Span::default(), message)
                    .note(format!("the other one is in {}", other.file));
                self.report(file, found);
            }
            Some(_) => {}
            None => {
                self.schemas.insert(name.to_lowercase(), schema);
            }
        }
    }

    /// The tables, in the order of their names.
    fn describe(&mut self, null_handling: bool) -> Vec<TableDescription> {
        if self.tables.is_empty() {
            let all = std::mem::take(&mut self.schemas);
            return all.values().filter_map(|schema| self.of_schema(schema, null_handling)).collect();
        }
        let (tables, schemas) = (std::mem::take(&mut self.tables), std::mem::take(&mut self.schemas));
        let mut used = Vec::new();
        let mut described = Vec::new();
        let mut logical = Vec::new();
        for table in tables.values() {
            let wanted = table.schema_name();
            let Some(schema) = schemas.get(&wanted.to_lowercase()) else {
                let message =
                    format!("table `{}` has the schema `{wanted}`, which no file holds", table.name);
                let found = Diagnostic::error(Code::UnknownTable, Span::default(), message)
                    .help("fix this by adding its file to `schema = [\"…\"]` in querent.toml");
                self.report(&table.file, found);
                continue;
            };
            used.push(wanted.to_lowercase());
            let nulls = Nulls::of(&schema.document, table.configs(), null_handling);
            let Some(columns) = self.columns(&schema.file, &schema.document, &nulls) else { continue };
            let description = table.description(&schema.document, columns);
            match table.logical {
                Some(_) => logical.push((table, description)),
                None => described.push(description),
            }
        }
        let whole: Vec<TableDescription> = logical
            .into_iter()
            .map(|(table, own)| self.of_parts(table, own, &described, null_handling))
            .collect();
        described.extend(whole);
        described.sort_by_key(|table| table.path.join(".").to_lowercase());
        for (name, schema) in schemas.iter().filter(|(name, _)| !used.contains(name)) {
            self.skip(&schema.file, &format!("schema {name}, which no table has"));
        }
        described
    }

    /// A logical table with the types and NULLs of the tables that it is made of.
    fn of_parts(
        &mut self,
        table: &Table,
        mut own: TableDescription,
        others: &[TableDescription],
        null_handling: bool,
    ) -> TableDescription {
        let parts = table.parts();
        let known = parts.iter().filter_map(|part| {
            let raw = raw_name(part);
            others.iter().find(|other| other.path.last().is_some_and(|name| name.eq_ignore_ascii_case(raw)))
        });
        let known: Vec<&TableDescription> = known.collect();
        for odd in own.made_of(&known) {
            self.report(&table.file, Diagnostic::warning(Code::UnknownType, Span::default(), odd));
        }
        if known.len() < parts.len() && null_handling {
            own.columns.iter_mut().filter(|column| !column.hidden).for_each(|column| column.nullable = true);
        }
        own
    }

    fn of_schema(&mut self, schema: &Schema, null_handling: bool) -> Option<TableDescription> {
        let name = text(&schema.document, "schemaName")?;
        let nulls = Nulls::of(&schema.document, std::iter::empty(), null_handling);
        let columns = self.columns(&schema.file, &schema.document, &nulls)?;
        let table = Table { name: name.to_owned(), ..Table::default() };
        Some(table.description(&schema.document, columns))
    }

    fn columns(&mut self, file: &str, schema: &Value, nulls: &Nulls) -> Option<Vec<ColumnDescription>> {
        match columns(schema, nulls) {
            Ok(columns) => {
                for column in columns.iter().filter(|column| column.ty.is_none()) {
                    let native = column.native.as_deref().unwrap_or("?");
                    let message = format!(
                        "column `{}` has the type {native}, of which querent knows nothing",
                        column.name
                    );
                    self.report(file, Diagnostic::warning(Code::UnknownType, Span::default(), message));
                }
                Some(columns)
            }
            Err(reason) => {
                self.report(file, Diagnostic::error(Code::Syntax, Span::default(), reason));
                None
            }
        }
    }

    fn not_json(&mut self, file: &File, error: &serde_json::Error) {
        let before: usize =
            file.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let at = (before + error.column().saturating_sub(1)).min(file.text.len());
        // The parser's sentence ends with the place, which is told besides.
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or("it ends early");
        let diagnostic =
            Diagnostic::error(Code::Syntax, Span::new(at, at), format!("this is not JSON: {words}"));
        let (line, column) = (error.line().max(1) as u32, error.column().max(1) as u32);
        self.findings.push(Finding { file: file.name.clone(), line, column, diagnostic });
    }

    fn report(&mut self, file: &str, diagnostic: Diagnostic) {
        self.findings.push(Finding { file: file.to_owned(), line: 1, column: 1, diagnostic });
    }

    fn skip(&mut self, file: &str, what: &str) {
        self.notes.push(Note { file: file.to_owned(), line: 1, text: format!("{what} was skipped") });
    }
}

/// A table's name without its type.
fn raw_name(name: &str) -> &str {
    name.strip_suffix("_OFFLINE").or_else(|| name.strip_suffix("_REALTIME")).unwrap_or(name)
}

/// A schema that may leave its name to the table around it.
fn named(mut schema: Value, table: &str) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.entry("schemaName").or_insert_with(|| Value::String(table.to_owned()));
    }
    schema
}

impl Table {
    fn configs(&self) -> impl Iterator<Item = &Value> {
        [&self.offline, &self.realtime].into_iter().flatten()
    }

    /// The tables that a logical one is made of.
    fn parts(&self) -> Vec<&str> {
        let parts =
            self.logical.as_ref().and_then(|logical| logical.get("physicalTableConfigMap")?.as_object());
        parts.into_iter().flat_map(|parts| parts.keys().map(String::as_str)).collect()
    }

    /// The schema's name: what the config says, else that of the table. A logical table has one of its own name.
    fn schema_name(&self) -> String {
        let said = self.configs().find_map(|config| text(config.get("segmentsConfig")?, "schemaName"));
        said.unwrap_or(&self.name).to_owned()
    }

    fn description(&self, schema: &Value, columns: Vec<ColumnDescription>) -> TableDescription {
        let mut table = TableDescription::new(vec![self.name.clone()], columns);
        table.primary_key = fields::strings(schema.get("primaryKeyColumns"));
        let kinds = [("offline", &self.offline), ("realtime", &self.realtime), ("logical", &self.logical)];
        let kinds: Vec<&str> =
            kinds.iter().filter(|(_, config)| config.is_some()).map(|(kind, _)| *kind).collect();
        let mut property = |key: &str, value: String| table.properties.insert(key.to_owned(), value);
        if !kinds.is_empty() {
            property("kind", kinds.join("+"));
        }
        let time = self.configs().find_map(|config| text(config.get("segmentsConfig")?, "timeColumnName"));
        if let Some(column) = time {
            property("time_column", column.to_owned());
        }
        if self.configs().any(|config| flag(config, "isDimTable") == Some(true)) {
            property("dimension", "true".to_owned());
        }
        let upsert = self.configs().find_map(|config| text(config.get("upsertConfig")?, "mode"));
        if let Some(mode) = upsert.filter(|mode| !mode.eq_ignore_ascii_case("NONE")) {
            property("upsert", mode.to_lowercase());
        }
        if self.logical.is_some() {
            property("tables", self.parts().join(","));
        }
        for config in self.configs() {
            fields::transformed(config, &mut table.columns);
        }
        table
    }
}
