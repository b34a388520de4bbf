//! The tables and views at one point of a script.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use querent_types::{NullabilityTrust, SourceDescription, TableDescription};

use crate::ast::Name;
use crate::catalog::{Catalog, MemoryTables};
use crate::dialect::{Dialect, Fold};

/// Tables by their names as the dialect compares them.
pub(super) struct Tables {
    dialect: &'static Dialect,
    tables: BTreeMap<Vec<String>, Arc<TableDescription>>,
    /// Last parts of names whose statements were broken.
    poisoned: BTreeSet<String>,
}

impl Tables {
    pub(super) fn new(dialect: &'static Dialect) -> Tables {
        Tables { dialect, tables: BTreeMap::new(), poisoned: BTreeSet::new() }
    }

    pub(super) fn into_descriptions(self) -> Vec<TableDescription> {
        let mut tables: Vec<TableDescription> = self.tables.into_values().map(Arc::unwrap_or_clone).collect();
        tables.sort_by(|a, b| a.path.cmp(&b.path));
        tables
    }

    /// The full path that a name in a statement means: in the default catalog and the first default schema where it
    /// names none.
    pub(super) fn path(&self, name: &Name) -> Vec<String> {
        let mut path: Vec<String> = name.parts.iter().map(|part| self.dialect.fold(part)).collect();
        if path.len() > 1 && self.dialect.reading.implied_schema == Some(path[0].as_str()) {
            path.remove(0);
        }
        if path.len() == 1 {
            path.splice(0..0, self.dialect.default_schemas.first().map(|schema| schema.to_string()));
        }
        if path.len() == 2 {
            path.splice(0..0, self.dialect.default_catalog.map(str::to_owned));
        }
        path
    }

    pub(super) fn get(&self, path: &[String]) -> Option<Arc<TableDescription>> {
        self.tables.get(&self.key(path)).cloned()
    }

    /// Adds a table or replaces the one of its name.
    pub(super) fn put(&mut self, table: TableDescription) {
        self.poisoned.remove(&self.key(&table.path[table.path.len() - 1..])[0]);
        self.tables.insert(self.key(&table.path), Arc::new(table));
    }

    pub(super) fn remove(&mut self, path: &[String]) -> Option<Arc<TableDescription>> {
        self.tables.remove(&self.key(path))
    }

    /// Remembers that something of this name, as written, should be there and is not.
    pub(super) fn poison(&mut self, name: &str) {
        let last = name.rsplit('.').next().unwrap_or_default();
        let bare = last.trim_matches(['"', '`']);
        self.poisoned.insert(bare.to_lowercase());
    }

    /// Whether a statement that was broken should have made something of this name.
    pub(super) fn is_poisoned(&self, name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or_default();
        self.poisoned.contains(&last.trim_matches(['"', '`']).to_lowercase())
    }

    /// A catalog of what is there now.
    pub(super) fn catalog(&self) -> Catalog {
        let source = SourceDescription {
            dialect: self.dialect.name.to_owned(),
            nullability: NullabilityTrust::Trusted,
            ..SourceDescription::default()
        };
        Catalog::new(source, self.dialect, Box::new(MemoryTables::new(self.tables.values().cloned())))
    }

    fn key(&self, path: &[String]) -> Vec<String> {
        match self.dialect.fold {
            Fold::Insensitive => path.iter().map(|part| part.to_ascii_lowercase()).collect(),
            _ => path.to_vec(),
        }
    }
}
