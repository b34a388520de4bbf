//! What both engines know of tables: views of the server's own, options of CREATE TABLE, pseudo columns.

use std::collections::BTreeMap;
use std::str::FromStr;

use querent_types::{ColumnDescription, SqlType, TableDescription, TableKind};

const VIEWS: &str = include_str!("system_views.tsv");

/// A view of schema SYS; of one that is not listed the columns are not known. `is_h2` is whether the engine is H2, which
/// gives as text what Calcite gives as objects of Java's own.
pub(super) fn system_view(name: &[String], is_h2: bool) -> Option<TableDescription> {
    let [schema, view] = name else { return None };
    if schema != "SYS" {
        return None;
    }
    let line = VIEWS.lines().find(|line| line.split('\t').next() == Some(view));
    let columns = line.into_iter().flat_map(|line| line.split('\t').skip(1));
    let columns = columns.filter_map(|cell| system_column(cell, is_h2)).collect();
    let table = TableDescription::new(name.to_vec(), columns);
    Some(TableDescription { kind: TableKind::System, ..table })
}

/// `NAME type`, `NAME type!` for one that is never NULL, `NAME object` for one that is text on H2 alone.
fn system_column(cell: &str, is_h2: bool) -> Option<ColumnDescription> {
    let (name, ty) = cell.split_once(' ')?;
    let (ty, nullable) = ty.strip_suffix('!').map_or((ty, true), |ty| (ty, false));
    let column = ColumnDescription::new(name, SqlType::TEXT, nullable);
    Some(match ty {
        "object" if is_h2 => column,
        "object" => ColumnDescription { ty: None, ..column },
        ty => ColumnDescription { ty: Some(SqlType::from_str(ty).ok()?), ..column },
    })
}

/// The options of CREATE TABLE … WITH "…", by their names in the server.
const OPTIONS: &[&str] = &[
    "template",
    "backups",
    "atomicity",
    "write_synchronization_mode",
    "cache_group",
    "affinity_key",
    "cache_name",
    "data_region",
    "key_type",
    "value_type",
    "wrap_key",
    "wrap_value",
    "parallelism",
    "pk_inline_size",
    "affinity_index_inline_size",
    "encrypted",
];

/// Those that say how rows are found and what their binary types are called; the others change neither.
const KEPT: &[&str] = &[
    "template",
    "affinity_key",
    "cache_name",
    "cache_group",
    "key_type",
    "value_type",
    "wrap_key",
    "wrap_value",
    "atomicity",
];

/// What is kept of the options of a CREATE TABLE.
pub(super) fn properties(options: &[(String, String)]) -> Result<BTreeMap<String, String>, String> {
    let mut kept = BTreeMap::new();
    for (key, value) in options {
        let key = key.to_lowercase();
        if !OPTIONS.contains(&&*key) {
            return Err(format!("CREATE TABLE has no option `{key}`"));
        }
        if !KEPT.contains(&&*key) {
            continue;
        }
        let value = match key.as_str() {
            // A column's name, which is folded like any other.
            "affinity_key" => match value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
                Some(quoted) => quoted.to_owned(),
                None => value.to_uppercase(),
            },
            "template" | "atomicity" | "wrap_key" | "wrap_value" => value.to_lowercase(),
            _ => value.clone(),
        };
        kept.insert(key, value);
    }
    Ok(kept)
}

/// `_KEY` and `_VAL`. The key of one column is kept as it is, unless it is wrapped; what else they hold are binary
/// objects, which have no SQL type.
pub(super) fn hidden_columns(table: &TableDescription) -> Vec<ColumnDescription> {
    let wrapped = table.properties.contains_key("key_type")
        || table.properties.get("wrap_key").is_some_and(|wrap| wrap != "false");
    let key = match &table.primary_key[..] {
        [only] if !wrapped => table.columns.iter().find(|column| column.name == *only),
        _ => None,
    };
    let column = |name: &str, from: Option<&ColumnDescription>, nullable: bool| ColumnDescription {
        name: name.to_owned(),
        ty: from.and_then(|column| column.ty.clone()),
        native: from.and_then(|column| column.native.clone()),
        nullable,
        has_default: true,
        hidden: true,
        comment: None,
    };
    vec![column("_KEY", key, false), column("_VAL", None, true)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_views_is_read() {
        for line in VIEWS.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            for is_h2 in [true, false] {
                let view = system_view(&["SYS".to_owned(), cells[0].to_owned()], is_h2).expect("a view");
                assert_eq!(view.columns.len(), cells.len() - 1, "{}", cells[0]);
                let known = view.columns.iter().filter(|column| column.ty.is_some()).count();
                let objects = cells.iter().filter(|cell| cell.ends_with(" object")).count();
                assert_eq!(known, cells.len() - 1 - if is_h2 { 0 } else { objects }, "{}", cells[0]);
            }
        }
    }

    #[test]
    fn options_are_kept_by_their_own_names() {
        let given = |options: &[(&str, &str)]| {
            let owned: Vec<_> = options.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            properties(&owned)
        };
        let kept =
            given(&[("TEMPLATE", "Replicated"), ("affinity_key", "a"), ("backups", "1")]).expect("good");
        let expected = [("affinity_key", "A"), ("template", "replicated")];
        assert_eq!(kept, expected.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect());
        assert_eq!(given(&[("colour", "red")]), Err("CREATE TABLE has no option `colour`".to_owned()));
    }
}
