//! What can be wrong with a cache, always with the command that mends it.

use std::fmt;
use std::path::Path;

use crate::diagnostic::{Code, Diagnostic};

/// A cache that is absent, cannot be read or cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheError {
    /// [`Code::CacheMissing`], [`Code::CacheStale`] or [`Code::CacheInvalid`].
    pub code: Code,
    /// What is wrong, naming the file or the source.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl CacheError {
    pub(crate) fn missing(message: impl Into<String>, help: impl Into<String>) -> CacheError {
        CacheError { code: Code::CacheMissing, message: message.into(), help: help.into() }
    }

    /// A file that cannot be understood.
    pub(super) fn invalid(file: &Path, reason: impl fmt::Display, help: impl Into<String>) -> CacheError {
        let message = format!("cannot read cache file `{}`: {reason}", file.display());
        CacheError { code: Code::CacheInvalid, message, help: help.into() }
    }

    /// A file that cannot be written.
    pub(super) fn unwritable(file: &Path, reason: impl fmt::Display) -> CacheError {
        CacheError {
            code: Code::CacheInvalid,
            message: format!("cannot write cache file `{}`: {reason}", file.display()),
            help: "make the directory writable, then run `querent pull` again".to_owned(),
        }
    }

    /// The same as a finding about a query.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.code, Default::default(), &*self.message).help(&*self.help)
    }
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for CacheError {}
