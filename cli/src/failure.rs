//! Why a command failed: one line, its causes, and what to do about it.

use std::fmt;

use querent_schema::cache::{CacheError, ManifestError};

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
    usage: bool,
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), help: None, usage: false }
    }

    /// The command line itself cannot be.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure { usage: true, ..Failure::new(message) }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// An error with everything behind it.
    pub(crate) fn caused(message: impl Into<String>, error: &dyn std::error::Error) -> Failure {
        let mut message = message.into();
        let mut next = Some(error);
        while let Some(error) = next {
            message.push_str(&format!("\n  caused by: {error}"));
            next = error.source();
        }
        Failure::new(message)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        if self.usage { 2 } else { 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl From<CacheError> for Failure {
    fn from(error: CacheError) -> Failure {
        Failure::new(error.message).help(error.help)
    }
}

impl From<Vec<ManifestError>> for Failure {
    fn from(errors: Vec<ManifestError>) -> Failure {
        let lines = errors.into_iter().map(|e| match e.help {
            Some(help) => format!("{} ({help})", e.message),
            None => e.message,
        });
        Failure::new(format!("querent.toml: {}", lines.collect::<Vec<_>>().join("\n  and ")))
    }
}
