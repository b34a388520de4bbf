//! What can go wrong while a server is opened or put on a port. What goes wrong with a
//! statement is a gRPC status and lives in `status`.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

/// Why a server could not be opened or could not listen.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`] that a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or folder could not be read at all.
    Io,
    /// A file is of a kind that cannot be a table.
    UnsupportedFile,
    /// A file is of a known kind, but its content could not be read as such.
    MalformedFile,
    /// An option of the server cannot be what it was set to.
    InvalidOption,
    /// Two files would have the same table name.
    NameClash,
    /// A statement of an SQL script failed.
    Script,
    /// The address could not be listened on, or the listener failed.
    Listen,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn io(action: &str, path: &Path, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("could not {action} {}", path.display())).with_source(source)
    }

    /// The kind of error, to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
