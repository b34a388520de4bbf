//! The tables of one source, looked up by name.

use std::sync::Arc;

use querent_types::{SourceDescription, TableDescription};

use crate::ast::Name;
use crate::dialect::Dialect;
use crate::diagnostic::Diagnostic;

/// One source's tables and what else checking needs to know of it.
pub struct Catalog {
    /// What the server said of itself; `tables` is empty, for tables are looked up one by one.
    pub source: SourceDescription,
    /// The dialect that the source speaks.
    pub dialect: &'static Dialect,
    tables: Box<dyn TableStore>,
}

/// Where a [`Catalog`] finds its tables: in memory, or file by file in `.sqlcache`.
pub trait TableStore: Send + Sync {
    /// The full paths of all tables, without reading them.
    fn paths(&self) -> Vec<Vec<String>>;
    /// One table by its full path, which is one of [`paths`](TableStore::paths).
    fn load(&self, path: &[String]) -> Result<Arc<TableDescription>, Diagnostic>;
}

/// The outcome of looking a table up.
pub enum TableLookup {
    /// There is exactly one.
    Found(Arc<TableDescription>),
    /// There is none; the names that come nearest, best first.
    Missing(Vec<String>),
    /// Several fit; their full names.
    Ambiguous(Vec<String>),
    /// It is there, but cannot be read.
    Unreadable(Diagnostic),
}

impl Catalog {
    /// A catalog over any store.
    pub fn new(source: SourceDescription, dialect: &'static Dialect, tables: Box<dyn TableStore>) -> Catalog {
        Catalog { source, dialect, tables }
    }

    /// A catalog held in memory, in the dialect that the description names.
    pub fn from_description(source: SourceDescription) -> Result<Catalog, String> {
        let _ = source;
        todo!()
    }

    /// Looks a table up by a name of one to three parts, folded as the dialect folds identifiers.
    ///
    /// The parts must equal the last parts of a table's path. Where several tables fit, the one in the source's
    /// default schema wins.
    pub fn table(&self, name: &Name) -> TableLookup {
        let _ = (name, &self.tables);
        todo!()
    }
}
