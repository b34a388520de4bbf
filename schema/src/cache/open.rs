//! A source opened for one query of a thousand: what does not change between them is worked out once.
//!
//! Each opening looks at querent.toml, `querent.json` and `source.json` (three `stat`s); as long as they are what they
//! were, nothing is read, hashed or copied again. A source of DDL files has those looked at as well.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use querent_types::SourceDescription;

use super::memo::Stamp;
use super::store::{DirTables, Places};
use super::{CacheDir, CacheError, Config};
use crate::catalog::Catalog;
use crate::dialect::Dialect;

/// A source, ready for a query.
pub struct Opened {
    /// What querent.toml said.
    pub config: Arc<Config>,
    /// The source's tables.
    pub catalog: Catalog,
    /// What the source's type and its queries must agree on.
    pub fingerprint: u64,
}

/// What is remembered of a source.
struct Known {
    files: [PathBuf; 3],
    stamps: [Option<Stamp>; 3],
    config: Arc<Config>,
    description: Arc<SourceDescription>,
    dialect: &'static Dialect,
    places: Arc<Places>,
    fingerprint: u64,
    /// Whether DDL files decide if the cache is stale.
    of_files: bool,
}

/// Sources by their folders.
type Sources = Vec<(PathBuf, Arc<Known>)>;

/// A process asks for a handful of sources: a list is searched faster than a map.
static KNOWN: LazyLock<Mutex<Sources>> = LazyLock::new(Mutex::default);

impl CacheDir {
    /// Opens a source for a query. A stale cache is an error, and so is whatever [`CacheDir::catalog`] fails with.
    pub fn open(&self, source: &str) -> Result<Opened, CacheError> {
        let known = self.known(source).filter(|known| known.stamps == stamps(&known.files));
        let known = match known {
            Some(known) => known,
            None => self.know(source)?,
        };
        if known.of_files
            && let Some(error) = self.stale(source)
        {
            return Err(error);
        }
        let tables = Box::new(DirTables::new(Arc::clone(&known.places)));
        Ok(Opened {
            config: Arc::clone(&known.config),
            catalog: Catalog::new(Arc::clone(&known.description), known.dialect, tables),
            fingerprint: known.fingerprint,
        })
    }

    fn known(&self, source: &str) -> Option<Arc<Known>> {
        let all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |(root, known): &&(PathBuf, Arc<Known>)| {
            root.as_os_str() == self.root.as_os_str() && known.places.source == source
        };
        all.iter().find(fits).map(|(_, known)| Arc::clone(known))
    }

    fn know(&self, source: &str) -> Result<Arc<Known>, CacheError> {
        let places = Arc::new(Places::new(self, source));
        let manifest = self.root.parent().map_or_else(PathBuf::new, |folder| folder.join("querent.toml"));
        let files = [manifest, self.config_file(), places.marker.clone()];
        // Taken first: a file that changes while it is read is read again next time.
        let stamps = stamps(&files);
        let config = self.config()?;
        // Before the source is looked for: one that is in querent.toml and not in the cache yet makes the cache stale.
        if let Some(error) = self.stale(source) {
            return Err(error);
        }
        let catalog = self.catalog(source)?;
        let known = Arc::new(Known {
            files,
            stamps,
            fingerprint: config.fingerprint(source, &catalog.source),
            of_files: config.sources.get(source).is_some_and(|section| !section.schema.is_empty()),
            config,
            description: Arc::clone(&catalog.source),
            dialect: catalog.dialect,
            places,
        });
        let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(root, other)| *root != self.root || other.places.source != source);
        all.push((self.root.clone(), Arc::clone(&known)));
        Ok(known)
    }
}

fn stamps(files: &[PathBuf; 3]) -> [Option<Stamp>; 3] {
    [Stamp::of(&files[0]), Stamp::of(&files[1]), Stamp::of(&files[2])]
}
