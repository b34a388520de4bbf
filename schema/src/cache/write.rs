//! Writing a cache, so that a reader never sees half a file and cargo rebuilds no more than must be.
//!
//! A file is written beside its place and renamed into it, and only where its bytes differ. `source.json` comes after
//! the tables, and is written anew even with the same bytes when the set of tables changed: a file that did not exist
//! cannot be tracked by cargo, `source.json` is. Tables that are gone are removed last.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use querent_types::{CacheDescription, ObjectType, SourceDescription};

use super::format::{self, SourceFile, TableFile};
use super::{CacheDir, CacheError, Config, store};

/// What writing changed on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have other bytes now.
    pub changed: Vec<PathBuf>,
    /// Files, and directories of sources, that are gone.
    pub removed: Vec<PathBuf>,
}

/// After this time a file that was written beside its place belongs to nobody any more.
const ABANDONED: Duration = Duration::from_secs(600);

impl CacheDir {
    /// Writes `querent.json`, and removes the directories of sources that it does not name.
    pub fn write_config(&self, config: &Config) -> Result<Written, CacheError> {
        create_dir(&self.root)?;
        let _lock = lock(&self.root);
        let mut written = Written::default();
        let file = self.config_file();
        written.put(&file, &format::print(config, &file)?, false)?;
        remove_abandoned(&self.root);
        let kept: BTreeSet<PathBuf> = config.sources.keys().map(|source| self.source_dir(source)).collect();
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let dir = entry.path();
            if !kept.contains(&dir) && dir.join("source.json").is_file() {
                fs::remove_dir_all(&dir).map_err(|error| CacheError::unwritable(&dir, error))?;
                written.removed.push(dir);
            }
        }
        Ok(written)
    }

    /// Writes one source of `config`. `files` are the DDL files that it was made of, with the hashes of their texts.
    ///
    /// Safe beside readers and other writers: a file is replaced as a whole, and the last writer wins.
    pub fn write(
        &self,
        source: &str,
        config: &Config,
        description: &SourceDescription,
        files: BTreeMap<String, String>,
    ) -> Result<Written, CacheError> {
        create_dir(&self.source_dir(source))?;
        let _lock = lock(&self.source_dir(source));
        let folders = [
            (self.tables_dir(source), self.print_tables(source, description)?),
            (self.entries_dir::<ObjectType>(source), self.print_entries(source, &description.types)?),
            (self.entries_dir::<CacheDescription>(source), self.print_entries(source, &description.caches)?),
        ];
        let (mut written, mut gone, mut set_changed) = (Written::default(), Vec::new(), false);
        for (dir, files) in &folders {
            if !files.is_empty() {
                create_dir(dir)?;
            }
            let before = store::stems(dir).map_err(|error| CacheError::unwritable(dir, error))?;
            let before: BTreeSet<PathBuf> =
                before.iter().map(|stem| dir.join(format!("{stem}.json"))).collect();
            for (file, bytes) in files {
                written.put(file, bytes, false)?;
            }
            set_changed |= !before.iter().eq(files.keys());
            gone.extend(before.into_iter().filter(|file| !files.contains_key(file)));
        }
        let hash = config.sources.get(source).map(|source| source.hash()).unwrap_or_default();
        let file = self.source_file(source);
        written.put(
            &file,
            &format::print(&SourceFile::new(description, hash, files), &file)?,
            set_changed,
        )?;
        for gone in gone {
            remove(&gone)?;
            written.removed.push(gone);
        }
        for (dir, _) in &folders {
            remove_abandoned(dir);
        }
        remove_abandoned(&self.source_dir(source));
        Ok(written)
    }

    /// The files of all tables with their bytes.
    fn print_tables(
        &self,
        source: &str,
        description: &SourceDescription,
    ) -> Result<BTreeMap<PathBuf, Vec<u8>>, CacheError> {
        let mut tables = BTreeMap::new();
        for table in &description.tables {
            let file = self.table_file(source, &table.path);
            let bytes = format::print(&TableFile::from(table), &file)?;
            if tables.insert(file.clone(), bytes).is_some() {
                let reason = format!("the source describes `{}` twice", table.path.join("."));
                return Err(CacheError::unwritable(&file, reason));
            }
        }
        Ok(tables)
    }
}

impl Written {
    /// Puts `bytes` in place where they differ from what is there, or in any case.
    pub(super) fn put(&mut self, file: &Path, bytes: &[u8], always: bool) -> Result<(), CacheError> {
        let same = fs::read(file).is_ok_and(|present| present == bytes);
        if same && !always {
            return Ok(());
        }
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let beside = file.with_extension(format!("{}-{count}.tmp", std::process::id()));
        let done = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, file));
        if let Err(error) = done {
            // The error at hand says more than one about the leftover would.
            let _ = fs::remove_file(&beside);
            return Err(CacheError::unwritable(file, error));
        }
        if !same {
            self.changed.push(file.to_owned());
        }
        Ok(())
    }
}

pub(super) fn create_dir(dir: &Path) -> Result<(), CacheError> {
    fs::create_dir_all(dir).map_err(|error| CacheError::unwritable(dir, error))
}

/// Another writer may have removed it first.
pub(super) fn remove(file: &Path) -> Result<(), CacheError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(CacheError::unwritable(file, error))
        }
        _ => Ok(()),
    }
}

/// Keeps other writers away while it lives, where the system can lock a directory (Windows cannot): without it two
/// writers of different schemas could each remove what the other has just written.
fn lock(dir: &Path) -> Option<File> {
    let file = File::open(dir).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Removes what writers that were killed have left behind.
fn remove_abandoned(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.ends_with(".tmp"));
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = modified.and_then(|modified| modified.elapsed().ok());
        if is_ours && age.is_some_and(|age| age > ABANDONED) {
            // It does no harm where it is.
            let _ = fs::remove_file(entry.path());
        }
    }
}
