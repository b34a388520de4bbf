//! The fields of a Pinot schema as columns: types, nullability, order, and the columns that every table has besides.

use querent_types::{ColumnDescription, SqlType};
use serde_json::Value;

use crate::dialect::{pinot_type, pinot_virtual_columns};

/// The lists of a schema that hold fields of one form.
const LISTS: &[&str] =
    &["dimensionFieldSpecs", "metricFieldSpecs", "dateTimeFieldSpecs", "complexFieldSpecs"];

/// Which columns may hold a NULL.
pub(super) enum Nulls {
    None,
    /// Those that are not `notNull`.
    ByColumn,
    /// All: the older, table-wide switch.
    All,
}

impl Nulls {
    pub(super) fn of<'v>(
        schema: &Value,
        mut configs: impl Iterator<Item = &'v Value>,
        null_handling: bool,
    ) -> Nulls {
        // Without it a column gives its default value and never NULL, whatever was ingested.
        if !null_handling {
            return Nulls::None;
        }
        if flag(schema, "enableColumnBasedNullHandling") == Some(true) {
            return Nulls::ByColumn;
        }
        // The multi-stage planner ignores this switch, but its servers have the null vectors.
        let table_wide = |config: &Value| {
            let index = config.get("tableIndexConfig");
            index.and_then(|index| flag(index, "nullHandlingEnabled")) == Some(true)
        };
        if configs.any(table_wide) { Nulls::All } else { Nulls::None }
    }
}

/// The columns in the order of `SELECT *`, which is that of their names, and behind them those that every table has.
pub(super) fn columns(schema: &Value, nulls: &Nulls) -> Result<Vec<ColumnDescription>, String> {
    let mut columns = Vec::new();
    for field in fields(schema)? {
        let column = column(field, nulls)
            .ok_or_else(|| format!("a field has `name` and `dataType`: {}", shown(field)))?;
        columns.push(column);
    }
    // Java compares strings by UTF-16 code units.
    columns.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
    if let Some(twice) = columns.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(format!("there are two fields `{}`", twice[0].name));
    }
    columns.extend(pinot_virtual_columns());
    Ok(columns)
}

/// What a field that cannot be read is called, for a message.
fn shown(field: &Value) -> String {
    match text(field, "name") {
        Some(name) => format!("`{name}` has no `dataType`"),
        None => "one has no `name`".to_owned(),
    }
}

/// The fields of all lists, and the one of the older time field.
fn fields(schema: &Value) -> Result<Vec<&Value>, String> {
    let mut fields = Vec::new();
    for key in LISTS {
        match schema.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) => fields.extend(list),
            Some(_) => return Err(format!("`{key}` is a list of fields")),
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
    let is_multiple = flag(field, "singleValueField") == Some(false);
    let single = pinot_type(data_type);
    let ty = if is_multiple { single.map(SqlType::list) } else { single };
    let nullable = match nulls {
        Nulls::None => false,
        Nulls::ByColumn => flag(field, "notNull") != Some(true),
        Nulls::All => true,
    };
    let native = match child_types(field) {
        Some((key, value)) => format!("{data_type}<{key}, {value}>"),
        None if is_multiple => format!("{data_type}_ARRAY"),
        None => data_type.to_owned(),
    };
    let comment = match (text(field, "format"), text(field, "transformFunction")) {
        (_, Some(function)) => Some(format!("computed at ingestion: {function}")),
        (Some(format), None) => Some(format!("format {format}")),
        (None, None) => None,
    };
    Some(ColumnDescription {
        name: name.to_owned(),
        ty,
        native: Some(native),
        nullable,
        has_default: false,
        hidden: text(field, "virtualColumnProvider").is_some(),
        comment,
    })
}

/// Columns that a table config computes at ingestion say by what.
pub(super) fn transformed(config: &Value, columns: &mut [ColumnDescription]) {
    let transforms = config.get("ingestionConfig").and_then(|ingestion| ingestion.get("transformConfigs"));
    for transform in transforms.and_then(Value::as_array).into_iter().flatten() {
        let (Some(name), Some(function)) =
            (text(transform, "columnName"), text(transform, "transformFunction"))
        else {
            continue;
        };
        if let Some(column) = columns.iter_mut().find(|column| column.name == name) {
            column.comment = Some(format!("computed at ingestion: {function}"));
        }
    }
}

/// The types of a map's keys and values.
fn child_types(field: &Value) -> Option<(&str, &str)> {
    let children = field.get("childFieldSpecs")?;
    Some((text(children.get("key")?, "dataType")?, text(children.get("value")?, "dataType")?))
}

/// A flag. Servers take texts for it as well, and Pinot's own examples have them (1.5.1).
pub(super) fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

pub(super) fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
