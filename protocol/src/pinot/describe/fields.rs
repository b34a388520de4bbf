//! The fields of a schema as columns: types, nullability, order, and the columns that every table has besides.

use querent_types::ColumnDescription;
use serde_json::Value;

use super::{DecodeError, SourceOptions, flag, malformed, text};
use crate::pinot::PinotType;

/// Columns that every table has and `SELECT *` leaves out.
const VIRTUAL_COLUMNS: &[(&str, PinotType)] =
    &[("$docId", PinotType::Int), ("$hostName", PinotType::String), ("$segmentName", PinotType::String)];

/// The lists of a schema that hold fields of one form.
const FIELD_LISTS: &[&str] =
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
        options: &SourceOptions,
    ) -> Nulls {
        if !options.null_handling {
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
pub(super) fn columns(schema: &Value, nulls: &Nulls) -> Result<Vec<ColumnDescription>, DecodeError> {
    let mut columns = fields(schema)?
        .into_iter()
        .map(|field| column(field, nulls).ok_or_else(|| malformed("a field with name and type")))
        .collect::<Result<Vec<_>, _>>()?;
    // Java compares strings by UTF-16 code units.
    columns.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
    columns.extend(VIRTUAL_COLUMNS.iter().map(|(name, ty)| ColumnDescription {
        native: Some(ty.name().to_owned()),
        hidden: true,
        ..ColumnDescription::new(*name, ty.sql_type(), false)
    }));
    Ok(columns)
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
            column.comment = Some(computed(function));
        }
    }
}

fn computed(function: &str) -> String {
    format!("computed at ingestion: {function}")
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
    let single = PinotType::from_name(data_type);
    let is_multiple = flag(field, "singleValueField") == Some(false);
    let ty = if is_multiple { single.and_then(PinotType::array) } else { single };
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
    let of_function = text(field, "transformFunction").map(computed);
    Some(ColumnDescription {
        name: name.to_owned(),
        ty: ty.map(PinotType::sql_type),
        native: Some(native),
        nullable,
        has_default: false,
        hidden: text(field, "virtualColumnProvider").is_some(),
        comment: of_function.or_else(|| text(field, "format").map(|format| format!("format {format}"))),
    })
}

/// The types of a map's keys and values.
fn child_types(field: &Value) -> Option<(&str, &str)> {
    let children = field.get("childFieldSpecs")?;
    Some((text(children.get("key")?, "dataType")?, text(children.get("value")?, "dataType")?))
}
