//! What differs between two descriptions of one source, by table and column.

use std::collections::BTreeMap;

use querent_types::{ColumnDescription, SourceDescription, TableDescription};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The table's full path; `None` where it is about the source as a whole.
    pub(crate) table: Option<Vec<String>>,
    /// What changed, in words.
    pub(crate) what: String,
}

/// What changed from the cache to the source as it is now.
pub(crate) fn changes(cached: &SourceDescription, now: &SourceDescription) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut source = |what: String| changes.push(Change { table: None, what });
    if cached.dialect != now.dialect {
        source(format!("dialect {} → {}", cached.dialect, now.dialect));
    }
    if cached.options != now.options {
        source("the source's options changed".into());
    }
    if cached.nullability != now.nullability {
        source(format!("nullability {:?} → {:?}", cached.nullability, now.nullability));
    }
    if cached.capabilities != now.capabilities {
        source(format!("capabilities {:?} → {:?}", cached.capabilities, now.capabilities));
    }
    fn by_path(source: &SourceDescription) -> BTreeMap<&Vec<String>, &TableDescription> {
        source.tables.iter().map(|t| (&t.path, t)).collect()
    }
    let (before, after) = (by_path(cached), by_path(now));
    for (path, table) in &before {
        match after.get(path) {
            None => changes.push(Change { table: Some((*path).clone()), what: "the table is gone".into() }),
            Some(now) => columns(path, table, now, &mut changes),
        }
    }
    for path in after.keys().filter(|path| !before.contains_key(*path)) {
        changes.push(Change { table: Some((*path).clone()), what: "the table is new".into() });
    }
    entries("type", &cached.types, &now.types, |t| &t.name, &mut changes);
    entries("cache", &cached.caches, &now.caches, |c| &c.name, &mut changes);
    changes
}

/// What changed among the things of one kind that have names of their own.
fn entries<T: PartialEq>(
    kind: &str,
    before: &[T],
    after: &[T],
    name: fn(&T) -> &String,
    changes: &mut Vec<Change>,
) {
    let mut change = |entry: &T, how: &str| {
        changes.push(Change { table: None, what: format!("the {kind} `{}` {how}", name(entry)) });
    };
    for entry in before {
        match after.iter().find(|now| name(now) == name(entry)) {
            None => change(entry, "is gone"),
            Some(now) if now != entry => change(now, "changed"),
            Some(_) => {}
        }
    }
    for entry in after.iter().filter(|now| !before.iter().any(|entry| name(entry) == name(now))) {
        change(entry, "is new");
    }
}

fn columns(path: &[String], before: &TableDescription, after: &TableDescription, changes: &mut Vec<Change>) {
    let mut change = |what: String| changes.push(Change { table: Some(path.to_vec()), what });
    fn find<'t>(table: &'t TableDescription, name: &str) -> Option<&'t ColumnDescription> {
        table.columns.iter().find(|c| c.name == name)
    }
    for column in &before.columns {
        let Some(now) = find(after, &column.name) else {
            change(format!("column `{}` is gone", column.name));
            continue;
        };
        let print =
            |c: &ColumnDescription| c.ty.as_ref().map_or_else(|| "unknown".into(), ToString::to_string);
        if column.ty != now.ty {
            change(format!("column `{}`: {} → {}", column.name, print(column), print(now)));
        }
        match (column.nullable, now.nullable) {
            (false, true) => change(format!("column `{}` may be NULL now", column.name)),
            (true, false) => change(format!("column `{}` is NOT NULL now", column.name)),
            _ => {}
        }
    }
    for column in after.columns.iter().filter(|c| find(before, &c.name).is_none()) {
        change(format!("column `{}` is new", column.name));
    }
    if before.kind != after.kind {
        change(format!("{:?} → {:?}", before.kind, after.kind));
    }
    if before.primary_key != after.primary_key {
        change(format!(
            "primary key ({}) → ({})",
            before.primary_key.join(", "),
            after.primary_key.join(", ")
        ));
    }
    if before.properties != after.properties {
        change("its properties changed".into());
    }
}
