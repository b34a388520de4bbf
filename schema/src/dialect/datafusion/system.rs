//! The tables of DataFusion's information schema, as `datafusion-catalog` 55.2 declares them.
//!
//! They are there where the server turns `datafusion.catalog.information_schema` on, as the embedded one does; no server
//! lists them among its tables.

use querent_types::{ColumnDescription, SqlType, TableDescription, TableKind};

/// Tables and their columns: `?` behind a name means nullable, `#` a UInt64, `^` a UInt8, `!` a Boolean; the rest is text.
const TABLES: &[(&str, &[&str])] = &[
    ("tables", &["table_catalog", "table_schema", "table_name", "table_type"]),
    ("views", &["table_catalog", "table_schema", "table_name", "definition?"]),
    (
        "columns",
        &[
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "ordinal_position#",
            "column_default?",
            "is_nullable",
            "data_type",
            "character_maximum_length#?",
            "character_octet_length#?",
            "numeric_precision#?",
            "numeric_precision_radix#?",
            "numeric_scale#?",
            "datetime_precision#?",
            "interval_type?",
        ],
    ),
    (
        "schemata",
        &[
            "catalog_name",
            "schema_name",
            "schema_owner?",
            "default_character_set_catalog?",
            "default_character_set_schema?",
            "default_character_set_name?",
            "sql_path?",
        ],
    ),
    ("df_settings", &["name", "value?", "description?"]),
    (
        "routines",
        &[
            "specific_catalog",
            "specific_schema",
            "specific_name",
            "routine_catalog",
            "routine_schema",
            "routine_name",
            "routine_type",
            "is_deterministic!?",
            "data_type?",
            "function_type?",
            "description?",
            "syntax_example?",
        ],
    ),
    (
        "parameters",
        &[
            "specific_catalog",
            "specific_schema",
            "specific_name",
            "ordinal_position#",
            "parameter_mode",
            "parameter_name?",
            "data_type",
            "parameter_default?",
            "is_variadic!",
            "rid^",
        ],
    ),
];

/// The table that a folded name means.
pub(super) fn table(name: &[String]) -> Option<TableDescription> {
    let [.., schema, table] = name else { return None };
    let in_catalog = name.len() == 2 || name.len() == 3 && name[0] == "datafusion";
    if schema != "information_schema" || !in_catalog {
        return None;
    }
    let (_, columns) = TABLES.iter().find(|(name, _)| name == table)?;
    let path = vec!["datafusion".to_owned(), schema.clone(), table.clone()];
    let columns = columns.iter().map(|text| column(text)).collect();
    Some(TableDescription { kind: TableKind::System, ..TableDescription::new(path, columns) })
}

fn column(text: &str) -> ColumnDescription {
    let name = text.trim_end_matches(['#', '^', '!', '?']);
    let marks = &text[name.len()..];
    let ty = match marks.chars().next() {
        Some('#') => SqlType::UInt64,
        Some('^') => SqlType::UInt8,
        Some('!') => SqlType::Boolean,
        _ => SqlType::TEXT,
    };
    ColumnDescription::new(name, ty, marks.ends_with('?'))
}
