//! The tables of one source, looked up by name.
//!
//! A [`Catalog`] knows the names of all its tables and reads a table when it is asked for, from any [`TableStore`]: in
//! memory ([`MemoryTables`]) or file by file from `.sqlcache` ([`crate::cache`]).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use querent_types::{SourceDescription, TableDescription};

use crate::ast::Name;
use crate::cache::CacheError;
use crate::diagnostic::Diagnostic;
use crate::dialect::{self, Dialect};
use crate::suggest::nearest;

/// At most this many names are suggested.
const SUGGESTIONS_MAX: usize = 3;

/// One source's tables and what else checking needs to know of it.
pub struct Catalog {
    /// What the server said of itself; `tables` is empty, for tables are looked up one by one.
    pub source: Arc<SourceDescription>,
    /// The dialect that the source speaks.
    pub dialect: &'static Dialect,
    tables: Arc<dyn TableStore>,
}

/// Where a [`Catalog`] finds its tables: in memory, or file by file in `.sqlcache`.
pub trait TableStore: Send + Sync {
    /// The names of all tables, without reading them.
    fn index(&self) -> Result<Arc<TableIndex>, CacheError>;
    /// One table of the index, by its [`TableKey::id`].
    fn load(&self, id: &str) -> Result<Arc<TableDescription>, CacheError>;
}

/// The names of a store's tables, without regard to case.
#[derive(Debug, Default)]
pub struct TableIndex {
    keys: Vec<TableKey>,
    by_name: HashMap<String, Vec<usize>>,
}

/// One table of a [`TableIndex`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableKey {
    /// The table's path in lower case.
    pub path: Vec<String>,
    /// The store's own name of it.
    pub id: String,
}

/// The outcome of looking a table up.
#[derive(Debug)]
pub enum TableLookup {
    /// There is exactly one.
    Found(Arc<TableDescription>),
    /// There is none; the names that come nearest, best first, as they would be written in a query.
    Missing(Vec<String>),
    /// Several fit; their full names, as they would be written in a query.
    Ambiguous(Vec<String>),
    /// It is there, but cannot be read.
    Unreadable(Diagnostic),
}

/// Tables held in memory.
#[derive(Debug, Default)]
pub struct MemoryTables {
    index: Arc<TableIndex>,
    tables: BTreeMap<String, Arc<TableDescription>>,
}

impl Catalog {
    /// A catalog over any store.
    pub fn new(
        source: impl Into<Arc<SourceDescription>>,
        dialect: &'static Dialect,
        tables: Box<dyn TableStore>,
    ) -> Catalog {
        let source = source.into();
        let dialect = (dialect.reading.variant)(&source).unwrap_or(dialect);
        Catalog { source, dialect, tables: Arc::from(tables) }
    }

    /// A catalog held in memory, in the dialect that the description names.
    ///
    /// The error says that querent has no dialect of that name.
    pub fn from_description(mut source: SourceDescription) -> Result<Catalog, String> {
        let dialect = dialect::by_name(&source.dialect).ok_or_else(|| unknown_dialect(&source.dialect))?;
        let tables = MemoryTables::new(std::mem::take(&mut source.tables).into_iter().map(Arc::new));
        Ok(Catalog::new(source, dialect, Box::new(tables)))
    }

    /// The same tables in the dialect that a text names by a hint, where that is another one.
    pub fn hinted(&self, text: &str) -> Option<Catalog> {
        let dialect = (self.dialect.reading.engine)(text)?.ok()?;
        let (source, tables) = (self.source.clone(), self.tables.clone());
        (dialect.name != self.dialect.name).then_some(Catalog { source, dialect, tables })
    }

    /// Looks a table up by a name of one or more parts, folded as the dialect folds identifiers.
    ///
    /// The parts must equal the last parts of a table's path. Where several tables fit, the one whose whole path was
    /// given wins, then the one in the first of the dialect's default schemas that has one.
    pub fn table(&self, name: &Name) -> TableLookup {
        let mut wanted: Vec<String> = name.parts.iter().map(|part| self.dialect.fold(part)).collect();
        if wanted.len() > 1 && self.dialect.reading.implied_schema == Some(wanted[0].as_str()) {
            wanted.remove(0);
        }
        let index = match self.tables.index() {
            Ok(index) => index,
            Err(error) => return TableLookup::Unreadable(error.diagnostic()),
        };
        let (mut exact, mut inexact) = (Vec::new(), Vec::new());
        for key in index.ending_with(&wanted) {
            match self.tables.load(&key.id) {
                Ok(table) if self.ends_with(&table.path, &wanted) => exact.push(table),
                Ok(table) => inexact.push(table),
                Err(error) => return TableLookup::Unreadable(error.diagnostic()),
            }
        }
        match exact.len() {
            0 => match (self.dialect.reading.system_table)(&wanted) {
                Some(table) => TableLookup::Found(Arc::new(table)),
                None => TableLookup::Missing(self.suggest(&index, &wanted, &inexact)),
            },
            1 => TableLookup::Found(exact.swap_remove(0)),
            _ => self.preferred(exact, &wanted),
        }
    }

    /// Whether a table of this path is the catalog's own, and not one that every server of the dialect has.
    pub fn holds(&self, path: &[String]) -> bool {
        self.tables.index().is_ok_and(|index| index.ending_with(path).next().is_some())
    }

    /// Every table, in the order of their paths in lower case. Reads them all.
    pub fn tables(&self) -> Result<Vec<Arc<TableDescription>>, CacheError> {
        self.tables.index()?.keys.iter().map(|key| self.tables.load(&key.id)).collect()
    }

    /// The first tables in that order, read one by one as they are asked for; those that cannot be read are left out.
    pub(crate) fn first_tables(&self, count: usize) -> impl Iterator<Item = Arc<TableDescription>> {
        let index = self.tables.index().ok();
        let ids: Vec<String> =
            index.iter().flat_map(|index| index.keys.iter().take(count)).map(|key| key.id.clone()).collect();
        ids.into_iter().filter_map(|id| self.tables.load(&id).ok())
    }

    fn ends_with(&self, path: &[String], wanted: &[String]) -> bool {
        path.len() >= wanted.len()
            && path[path.len() - wanted.len()..].iter().zip(wanted).all(|(a, b)| self.dialect.same(a, b))
    }

    fn preferred(&self, tables: Vec<Arc<TableDescription>>, wanted: &[String]) -> TableLookup {
        let schema_of = |table: &TableDescription| table.path.iter().rev().nth(1).cloned();
        let whole = |table: &Arc<TableDescription>| table.path.len() == wanted.len();
        let mut choices: Vec<Vec<Arc<TableDescription>>> =
            vec![tables.iter().filter(|t| whole(t)).cloned().collect()];
        for schema in self.dialect.default_schemas {
            let fits = |table: &&Arc<TableDescription>| {
                schema_of(table).is_some_and(|s| self.dialect.same(&s, schema))
            };
            choices.push(tables.iter().filter(fits).cloned().collect());
        }
        match choices.into_iter().find(|choice| !choice.is_empty()) {
            Some(mut choice) if choice.len() == 1 => TableLookup::Found(choice.swap_remove(0)),
            _ => TableLookup::Ambiguous(tables.iter().map(|table| self.written(&table.path)).collect()),
        }
    }

    /// Names to offer instead: spelt in another case, else in another schema or spelt nearly so.
    fn suggest(
        &self,
        index: &TableIndex,
        wanted: &[String],
        inexact: &[Arc<TableDescription>],
    ) -> Vec<String> {
        let mut names: Vec<String> = inexact
            .iter()
            .map(|table| self.written(&table.path[table.path.len() - wanted.len()..]))
            .collect();
        let Some(last) = wanted.last().map(|last| last.to_lowercase()).filter(|_| names.is_empty()) else {
            names.truncate(SUGGESTIONS_MAX);
            return names;
        };
        let near = nearest(&last, index.by_name.keys().map(String::as_str));
        let elsewhere = (wanted.len() > 1).then_some(&*last);
        for key in elsewhere.into_iter().chain(near).flat_map(|name| index.named(name)).take(SUGGESTIONS_MAX)
        {
            // Its spelling is in its file: a name in lower case may not be what to write.
            let Ok(table) = self.tables.load(&key.id) else { continue };
            let alone =
                wanted.len() == 1 && key.path.last().is_some_and(|name| index.named(name).count() == 1);
            names.push(self.written(if alone { &table.path[table.path.len() - 1..] } else { &table.path }));
        }
        names
    }

    /// A path as it is written in a query: quoted where it must be.
    fn written(&self, path: &[String]) -> String {
        let parts: Vec<String> = path.iter().map(|part| self.dialect.quote(part)).collect();
        parts.join(".")
    }
}

impl Dialect {
    /// An identifier as it is written in a query: in double quotes where reading it bare would give another.
    pub fn quote(&self, name: &str) -> String {
        let bare = crate::ast::Ident { value: name.to_owned(), quoted: false, span: Default::default() };
        let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let word = starts_well && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if word && self.fold(&bare) == name {
            name.to_owned()
        } else {
            format!("\"{}\"", name.replace('"', "\"\""))
        }
    }
}

impl TableIndex {
    /// An index over keys.
    pub fn new(mut keys: Vec<TableKey>) -> TableIndex {
        keys.sort();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, key) in keys.iter().enumerate() {
            by_name.entry(key.path.last().cloned().unwrap_or_default()).or_default().push(position);
        }
        TableIndex { keys, by_name }
    }

    /// The tables, sorted by path.
    pub fn keys(&self) -> &[TableKey] {
        &self.keys
    }

    /// The tables whose last part is `name`, in lower case.
    fn named(&self, name: &str) -> impl Iterator<Item = &TableKey> {
        self.by_name.get(name).into_iter().flatten().map(|position| &self.keys[*position])
    }

    /// The tables whose last parts are `parts`, without regard to case.
    fn ending_with(&self, parts: &[String]) -> impl Iterator<Item = &TableKey> {
        let parts: Vec<String> = parts.iter().map(|part| part.to_lowercase()).collect();
        let last = parts.last().cloned().unwrap_or_default();
        self.named(&last).filter(move |key| key.path.ends_with(&parts)).collect::<Vec<_>>().into_iter()
    }
}

impl MemoryTables {
    /// A store of the given tables; of two with one path, the later one stays.
    pub fn new(tables: impl IntoIterator<Item = Arc<TableDescription>>) -> MemoryTables {
        let tables: BTreeMap<_, _> =
            tables.into_iter().map(|table| (format!("{:?}", table.path), table)).collect();
        let key = |(id, table): (&String, &Arc<TableDescription>)| TableKey {
            path: table.path.iter().map(|part| part.to_lowercase()).collect(),
            id: id.clone(),
        };
        MemoryTables { index: Arc::new(TableIndex::new(tables.iter().map(key).collect())), tables }
    }
}

impl TableStore for MemoryTables {
    fn index(&self) -> Result<Arc<TableIndex>, CacheError> {
        Ok(Arc::clone(&self.index))
    }

    fn load(&self, id: &str) -> Result<Arc<TableDescription>, CacheError> {
        let absent =
            || CacheError::missing(format!("the catalog has no table {id}"), "look it up by its name");
        self.tables.get(id).cloned().ok_or_else(absent)
    }
}

/// Says that there is no such dialect, and which one may have been meant.
pub(crate) fn unknown_dialect(name: &str) -> String {
    match nearest(name, dialect::NAMES.iter().copied()).first() {
        Some(near) => format!("unknown dialect `{name}`: did you mean `{near}`?"),
        None => format!("unknown dialect `{name}`: querent knows {}", dialect::NAMES.join(", ")),
    }
}
