//! What one process has read already: a thousand macros in one rustc read each cache file once.
//!
//! Every use looks at the file again (`stat`, about a microsecond): rust-analyzer keeps one process for all crates and
//! all edits.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use super::CacheError;

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    inode: u64,
}

type Slot = (Vec<Option<Stamp>>, Box<dyn Any + Send>);

/// By the text of a path, which costs less to hash than the path by its parts.
static MEMO: LazyLock<Mutex<HashMap<(OsString, TypeId), Slot>>> = LazyLock::new(Mutex::default);

impl Stamp {
    /// The present state of a file; `None` where there is none, or none that can be looked at.
    pub(crate) fn of(path: &Path) -> Option<Stamp> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Stamp { modified: metadata.modified().ok(), len: metadata.len(), inode: inode(&metadata) })
    }
}

/// Files are replaced by renaming, so that a new state has a new inode even within one tick of the clock.
#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// What `make` gave for this path when the stamps were the same, or what it gives now. Errors are kept as well.
pub(super) fn get<T: Send + Sync + 'static>(
    path: &Path,
    stamps: Vec<Option<Stamp>>,
    make: impl FnOnce() -> Result<T, CacheError>,
) -> Result<Arc<T>, CacheError> {
    let key = (path.as_os_str().to_owned(), TypeId::of::<T>());
    if let Some((kept, value)) = MEMO.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        let value = value.downcast_ref::<Result<Arc<T>, CacheError>>();
        if let Some(value) = value.filter(|_| *kept == stamps) {
            return value.clone();
        }
    }
    // Nothing is locked here: two threads that come at once both read, and find the same.
    let value = make().map(Arc::new);
    MEMO.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (stamps, Box::new(value.clone())));
    value
}

/// A file, read and understood once for each of its states.
pub(super) fn file<T: Send + Sync + 'static>(
    path: &Path,
    failed: impl FnOnce(io::Error) -> CacheError,
    parse: impl FnOnce(Vec<u8>) -> Result<T, CacheError>,
) -> Result<Arc<T>, CacheError> {
    // The stamp is taken first: a file that changes while it is read is read again next time.
    let stamp = Stamp::of(path);
    get(path, vec![stamp], || parse(std::fs::read(path).map_err(failed)?))
}
