//! The tables of one cached source, read file by file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use querent_types::TableDescription;

use super::format::{self, TableFile};
use super::memo::{self, Stamp};
use super::names::{self, Stem};
use super::{CacheDir, CacheError};
use crate::catalog::{TableIndex, TableKey, TableStore};

/// Where the tables of a source are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// The `tables` directory.
    pub(super) dir: PathBuf,
    /// `source.json`, which is written anew whenever the set of tables changes.
    pub(super) marker: PathBuf,
    pub(super) source: String,
}

/// The tables of one catalog: what was looked at once is not looked at again.
pub(super) struct DirTables {
    places: Arc<Places>,
    index: OnceLock<Arc<TableIndex>>,
    loaded: Mutex<Vec<(String, Arc<TableDescription>)>>,
}

impl Places {
    pub(super) fn new(cache: &CacheDir, source: &str) -> Places {
        Places { dir: cache.tables_dir(source), marker: cache.source_file(source), source: source.to_owned() }
    }

    pub(super) fn read_all(&self) -> Result<Vec<Arc<TableDescription>>, CacheError> {
        self.list()?.keys().iter().map(|key| self.read(&key.id)).collect()
    }

    fn list(&self) -> Result<Arc<TableIndex>, CacheError> {
        let stamps = vec![Stamp::of(&self.dir), Stamp::of(&self.marker)];
        memo::get(&self.dir, stamps, || {
            let mut keys = Vec::new();
            for stem in stems(&self.dir).map_err(|error| self.invalid(&self.dir, error))? {
                let path = match names::read_stem(&stem) {
                    Stem::Lower(path) => path,
                    Stem::Cut => self.read(&stem)?.path.iter().map(|part| part.to_lowercase()).collect(),
                    Stem::Foreign => continue,
                };
                keys.push(TableKey { path, id: stem });
            }
            Ok(TableIndex::new(keys))
        })
    }

    pub(super) fn read(&self, stem: &str) -> Result<Arc<TableDescription>, CacheError> {
        let file = self.dir.join(format!("{stem}.json"));
        memo::file(
            &file,
            |error| self.invalid(&file, error),
            |bytes| {
                let pull = super::pull_command(&self.source);
                let table = TableDescription::from(format::parse::<TableFile>(&bytes, &file, &pull)?);
                if names::file_stem(&table.path) != stem {
                    return Err(self.invalid(&file, "it describes a table of another name"));
                }
                Ok(table)
            },
        )
    }

    fn invalid(&self, file: &Path, reason: impl std::fmt::Display) -> CacheError {
        CacheError::invalid(file, reason, format!("run `{}`", super::pull_command(&self.source)))
    }
}

impl DirTables {
    pub(super) fn new(places: Arc<Places>) -> DirTables {
        DirTables { places, index: OnceLock::new(), loaded: Mutex::default() }
    }
}

impl TableStore for DirTables {
    fn index(&self) -> Result<Arc<TableIndex>, CacheError> {
        if let Some(index) = self.index.get() {
            return Ok(Arc::clone(index));
        }
        let index = self.places.list()?;
        Ok(Arc::clone(self.index.get_or_init(|| index)))
    }

    fn load(&self, id: &str) -> Result<Arc<TableDescription>, CacheError> {
        let loaded = || self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, table)) = loaded().iter().find(|(known, _)| known == id) {
            return Ok(Arc::clone(table));
        }
        let table = self.places.read(id)?;
        loaded().push((id.to_owned(), Arc::clone(&table)));
        Ok(table)
    }
}

/// The names of the JSON files in a directory, without `.json`; none where there is no directory.
pub(super) fn stems(dir: &Path) -> std::io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut stems = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        stems.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::to_owned));
    }
    Ok(stems)
}
