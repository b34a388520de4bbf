//! The committed caches: `.sqlcache/querent.json` and, for each source, `source.json` and `tables/<name>.json`.
//!
//! [`CacheDir`] finds, reads and writes them. Reading is lazy (a query costs the tables that it names, whatever else
//! there is) and remembered within the process as long as the files do not change. Nothing here spawns a process, opens
//! a socket or reads an environment variable; a time, a host, a path or a secret is never written.

mod answers;
mod audit;
mod config;
mod error;
mod format;
pub(crate) mod hash;
mod manifest;
mod meaning;
mod memo;
mod names;
mod objects;
mod open;
mod stale;
mod store;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use querent_types::{CacheDescription, ObjectType, SourceDescription, TableDescription};

pub use answers::{Answered, RecordedAnswer};
pub use config::{Config, SourceConfig, TypeDefaults};
pub use error::CacheError;
pub use format::FORMAT;

pub use manifest::{Manifest, ManifestError, backend_of_dialect, backend_of_url};
pub(crate) use memo::Stamp;
pub use names::snake_case;
pub use objects::Entries;
pub use open::Opened;
pub use write::Written;

use crate::catalog::{self, Catalog};
use crate::dialect;
use crate::suggest::nearest;
use format::SourceFile;

/// The name of the directory that holds caches.
pub const DIR_NAME: &str = ".sqlcache";

/// One `.sqlcache`.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
/// # use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};
/// # let dir = tempfile::tempdir()?;
/// let columns = vec![ColumnDescription::new("symbol", SqlType::TEXT, false)];
/// let pulled = SourceDescription {
///     backend: "flight".into(),
///     dialect: "datafusion".into(),
///     tables: vec![TableDescription::new(vec!["public".into(), "trades".into()], columns)],
///     ..SourceDescription::default()
/// };
/// let sources = BTreeMap::from([("market".to_owned(), SourceConfig::default())]);
/// let config = Config::new("the text of querent.toml", sources, TypeDefaults::default());
///
/// let cache = CacheDir::at(dir.path().join(".sqlcache"));
/// cache.write_config(&config)?;
/// cache.write("market", &config, &pulled, BTreeMap::new())?;
///
/// let found = CacheDir::find(&dir.path().join("src/bin"))?;
/// assert!(found.table_file("market", &pulled.tables[0].path).ends_with("market/tables/public.trades.json"));
/// assert_eq!(found.catalog("market")?.tables()?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheDir {
    root: PathBuf,
}

impl CacheDir {
    /// The nearest `.sqlcache` in `start` or above it.
    ///
    /// Fails with [`Code::CacheMissing`](crate::diagnostic::Code::CacheMissing) where there is none.
    pub fn find(start: &Path) -> Result<CacheDir, CacheError> {
        let found = start.ancestors().map(|dir| dir.join(DIR_NAME)).find(|dir| dir.is_dir());
        found.map(CacheDir::at).ok_or_else(|| {
            let message = format!("there is no `{DIR_NAME}` in `{}` or above it", start.display());
            CacheError::missing(message, "describe the source in querent.toml, then run `querent pull`")
        })
    }

    /// The cache at a given place, whether or not it is there yet.
    pub fn at(root: impl Into<PathBuf>) -> CacheDir {
        CacheDir { root: root.into() }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of `querent.json`.
    pub fn config_file(&self) -> PathBuf {
        self.root.join("querent.json")
    }

    /// The place of a source's `source.json`.
    pub fn source_file(&self, source: &str) -> PathBuf {
        self.source_dir(source).join("source.json")
    }

    /// The place of a table's file, by the table's full path.
    pub fn table_file(&self, source: &str, path: &[String]) -> PathBuf {
        self.tables_dir(source).join(format!("{}.json", names::file_stem(path)))
    }

    /// What querent.toml said at the last `querent pull`.
    pub fn config(&self) -> Result<Arc<Config>, CacheError> {
        let file = self.config_file();
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => CacheError::missing(
                format!("cache file `{}` is missing", file.display()),
                "run `querent pull`",
            ),
            _ => CacheError::invalid(&file, error, "run `querent pull`"),
        };
        memo::file(&file, failed, |bytes| format::parse(&bytes, &file, "querent pull"))
    }

    /// A source's catalog. Its tables are read when they are asked for.
    pub fn catalog(&self, source: &str) -> Result<Catalog, CacheError> {
        let file = self.read_source(source)?;
        let Some(dialect) = dialect::by_name(&file.dialect) else {
            let reason = catalog::unknown_dialect(&file.dialect);
            return Err(CacheError::invalid(&self.source_file(source), reason, "upgrade querent"));
        };
        let places = Arc::new(store::Places::new(self, source));
        Ok(Catalog::new(file.description(), dialect, Box::new(store::DirTables::new(places))))
    }

    /// A source as it was pulled, with all its tables, sorted by path.
    pub fn description(&self, source: &str) -> Result<SourceDescription, CacheError> {
        let mut description = self.read_source(source)?.description();
        let tables = store::Places::new(self, source).read_all()?;
        description.tables = tables.iter().map(|table| TableDescription::clone(table)).collect();
        description.types = self.entries(source)?.iter().map(|entry| ObjectType::clone(entry)).collect();
        description.caches =
            self.entries(source)?.iter().map(|entry| CacheDescription::clone(entry)).collect();
        Ok(description)
    }

    fn source_dir(&self, source: &str) -> PathBuf {
        self.root.join(names::file_stem(&[source.to_owned()]))
    }

    fn tables_dir(&self, source: &str) -> PathBuf {
        self.source_dir(source).join("tables")
    }

    fn read_source(&self, source: &str) -> Result<Arc<SourceFile>, CacheError> {
        let config = self.config()?;
        if !config.sources.contains_key(source) {
            let message = format!("the cache knows no source `{source}`");
            let near = nearest(source, config.sources.keys().map(String::as_str))
                .first()
                .map(|near| format!("did you mean `{near}`? "));
            let help = format!(
                "{}add [source.{source}] to querent.toml and run `querent pull`",
                near.unwrap_or_default()
            );
            return Err(CacheError::missing(message, help));
        }
        let (file, pull) = (self.source_file(source), pull_command(source));
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => CacheError::missing(
                format!("the source `{source}` was never pulled"),
                format!("run `{pull}`"),
            ),
            _ => CacheError::invalid(&file, error, format!("run `{pull}`")),
        };
        memo::file(&file, failed, |bytes| format::parse(&bytes, &file, &pull))
    }
}

/// The command that writes a source's cache anew.
fn pull_command(source: &str) -> String {
    format!("querent pull {source}")
}
