//! The controller's documents: tables, schemas and table configs into a [`SourceDescription`], and brokers.
//!
//! `GET /tables`, `GET /tableConfigs/{table}` (schema and configs of both kinds in one document),
//! `GET /v2/brokers/tables?state=ONLINE`, `GET /version`. Logical tables are not read.

use std::collections::BTreeMap;

use querent_types::{
    ColumnDescription, NullabilityTrust, ServerIdentity, SourceDescription, TableDescription,
};
use serde_json::Value;

use super::request::Engine;
use super::{DecodeError, PinotType};

/// What decides the meaning of a query besides its text; it belongs to the source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceOptions {
    /// The engine.
    pub engine: Engine,
    /// Whether queries ask for NULLs (`enableNullHandling`).
    pub null_handling: bool,
}

/// A broker that serves a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Broker {
    /// Its host as the cluster knows it.
    pub host: String,
    /// Its HTTP port.
    pub port: u16,
}

/// Columns that every table has and `SELECT *` leaves out.
const VIRTUAL_COLUMNS: &[(&str, PinotType)] =
    &[("$docId", PinotType::Int), ("$hostName", PinotType::String), ("$segmentName", PinotType::String)];

/// The lists of a schema that hold fields of one form.
const FIELD_LISTS: &[&str] =
    &["dimensionFieldSpecs", "metricFieldSpecs", "dateTimeFieldSpecs", "complexFieldSpecs"];

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
    let names =
        document.get("tables").and_then(Value::as_array).ok_or_else(|| malformed("a list of tables"))?;
    names
        .iter()
        .map(|name| name.as_str().map(str::to_owned))
        .collect::<Option<_>>()
        .ok_or_else(|| malformed("names"))
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

    let mut columns = fields(schema)?
        .into_iter()
        .map(|field| column(field, &nulls).ok_or_else(|| malformed("a field with name and type")))
        .collect::<Result<Vec<_>, _>>()?;
    // Java compares strings by UTF-16 code units.
    columns.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
    columns.extend(VIRTUAL_COLUMNS.iter().map(|(name, ty)| ColumnDescription {
        native: Some(ty.name().to_owned()),
        hidden: true,
        ..ColumnDescription::new(*name, ty.sql_type(), false)
    }));

    let mut table = TableDescription::new(vec![name.to_owned()], columns);
    table.primary_key = strings(schema.get("primaryKeyColumns"));
    let kinds: Vec<&str> = configs().map(|(kind, _)| kind).collect();
    table.properties.insert("kind".to_owned(), kinds.join("+"));
    let time_column = configs().find_map(|(_, config)| text(config.get("segmentsConfig")?, "timeColumnName"));
    if let Some(column) = time_column {
        table.properties.insert("time_column".to_owned(), column.to_owned());
    }
    Ok(table)
}

/// The brokers of each table, of `GET /v2/brokers/tables?state=ONLINE`.
///
/// # Errors
/// A body that is no such document.
pub fn brokers(body: &[u8]) -> Result<BTreeMap<String, Vec<Broker>>, DecodeError> {
    let document = parse(body)?;
    let tables = document.as_object().ok_or_else(|| malformed("tables and their brokers"))?;
    let entry = |(table, list): (&String, &Value)| Some((table.clone(), list_of_brokers(list)?));
    tables.iter().map(entry).collect::<Option<_>>().ok_or_else(|| malformed("brokers with host and port"))
}

/// The brokers of a tenant, of `GET /v2/brokers/tenants/{tenant}?state=ONLINE`.
///
/// # Errors
/// A body that is no such document.
pub fn tenant_brokers(body: &[u8]) -> Result<Vec<Broker>, DecodeError> {
    list_of_brokers(&parse(body)?).ok_or_else(|| malformed("a list of brokers with host and port"))
}

fn list_of_brokers(list: &Value) -> Option<Vec<Broker>> {
    let broker = |value: &Value| {
        let port = u16::try_from(value.get("port")?.as_u64()?).ok()?;
        Some(Broker { host: text(value, "host")?.to_owned(), port })
    };
    list.as_array()?.iter().map(broker).collect()
}

/// The time zone of a broker, of its `GET /appconfigs`: what `pinot.timezone` says, else what its JVM was given; `None`
/// where neither says anything.
///
/// # Errors
/// A body that is no such document.
pub fn time_zone(body: &[u8]) -> Result<Option<String>, DecodeError> {
    let document = parse(body)?;
    let of_pinot = document.get("pinotConfig").ok_or_else(|| malformed("pinotConfig and jvmConfig"))?;
    let properties = document.get("jvmConfig").and_then(|jvm| jvm.get("systemProperties"));
    let of_jvm = properties.and_then(|properties| text(properties, "user.timezone"));
    let zone = text(of_pinot, "pinot.timezone").or(of_jvm).filter(|zone| !zone.is_empty());
    Ok(zone.map(str::to_owned))
}

/// The controller's version, of `GET /version`, without its commit.
///
/// # Errors
/// A body that is no such document.
pub fn version(body: &[u8]) -> Result<String, DecodeError> {
    let document = parse(body)?;
    let version =
        ["pinot-controller", "pinot-common", "pinot-spi"].into_iter().find_map(|part| text(&document, part));
    let version = version.ok_or_else(|| malformed("versions of Pinot's parts"))?;
    Ok(version.split('-').next().unwrap_or(version).to_owned())
}

/// Which columns may hold a NULL.
enum Nulls {
    None,
    /// Those that are not `notNull`.
    ByColumn,
    /// All: the older, table-wide switch.
    All,
}

impl Nulls {
    fn of<'v>(
        schema: &Value,
        mut configs: impl Iterator<Item = &'v Value>,
        options: &SourceOptions,
    ) -> Nulls {
        let is_on = |value: Option<&Value>| value.and_then(Value::as_bool).unwrap_or(false);
        if !options.null_handling {
            return Nulls::None;
        }
        if is_on(schema.get("enableColumnBasedNullHandling")) {
            return Nulls::ByColumn;
        }
        // The multi-stage planner ignores this switch, but its servers have the null vectors.
        let table_wide = |config: &Value| {
            is_on(config.get("tableIndexConfig").and_then(|index| index.get("nullHandlingEnabled")))
        };
        if configs.any(table_wide) { Nulls::All } else { Nulls::None }
    }
}

/// The fields of all lists, and the one of the older time field.
fn fields(schema: &Value) -> Result<Vec<&Value>, DecodeError> {
    let mut fields = Vec::new();
    for list in FIELD_LISTS {
        match schema.get(list) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) => fields.extend(list),
            Some(_) => return Err(malformed("lists of fields")),
        }
    }
    if let Some(time) = schema.get("timeFieldSpec") {
        let spec = time.get("outgoingGranularitySpec").or_else(|| time.get("incomingGranularitySpec"));
        fields.extend(spec);
    }
    Ok(fields)
}

fn column(field: &Value, nulls: &Nulls) -> Option<ColumnDescription> {
    let name = text(field, "name")?;
    let data_type = text(field, "dataType")?;
    let flag = |key: &str| field.get(key).and_then(Value::as_bool);
    let single = PinotType::from_name(data_type);
    let is_multiple = flag("singleValueField") == Some(false);
    let ty = if is_multiple { single.and_then(PinotType::array) } else { single };
    let nullable = match nulls {
        Nulls::None => false,
        Nulls::ByColumn => flag("notNull") != Some(true),
        Nulls::All => true,
    };
    let native = match child_types(field) {
        Some((key, value)) => format!("{data_type}<{key}, {value}>"),
        None if is_multiple => format!("{data_type}_ARRAY"),
        None => data_type.to_owned(),
    };
    Some(ColumnDescription {
        name: name.to_owned(),
        ty: ty.map(PinotType::sql_type),
        native: Some(native),
        nullable,
        has_default: false,
        hidden: false,
        comment: text(field, "format").map(|format| format!("format {format}")),
    })
}

/// The types of a map's keys and values.
fn child_types(field: &Value) -> Option<(&str, &str)> {
    let children = field.get("childFieldSpecs")?;
    Some((text(children.get("key")?, "dataType")?, text(children.get("value")?, "dataType")?))
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn parse(body: &[u8]) -> Result<Value, DecodeError> {
    serde_json::from_slice(body).map_err(|_| malformed("JSON"))
}

fn malformed(expected: &'static str) -> DecodeError {
    DecodeError::expected(0, expected)
}
