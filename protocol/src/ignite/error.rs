//! What makes bytes of a server unreadable.

use std::error::Error;
use std::fmt;

/// Bytes that are no answer of an Ignite server: what was expected, and at which byte of the body.
///
/// It never holds a byte of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    at: usize,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    /// So many bytes more were announced or needed than there are.
    Truncated { needed: usize },
    /// A type code, operation or flag that is not known here.
    Unknown { what: &'static str, code: i64 },
    /// Something else was expected.
    Expected(&'static str),
    /// More than the limits allow.
    TooMuch { what: &'static str, limit: usize },
}

impl DecodeError {
    /// `needed` bytes more than there are, wanted at byte `at`.
    pub fn truncated(at: usize, needed: usize) -> DecodeError {
        DecodeError { at, problem: Problem::Truncated { needed } }
    }

    /// A `what` numbered `code`, which is not known.
    pub fn unknown(at: usize, what: &'static str, code: i64) -> DecodeError {
        DecodeError { at, problem: Problem::Unknown { what, code } }
    }

    /// Something else than `what`.
    pub fn expected(at: usize, what: &'static str) -> DecodeError {
        DecodeError { at, problem: Problem::Expected(what) }
    }

    /// More `what` than `limit`.
    pub fn too_much(at: usize, what: &'static str, limit: usize) -> DecodeError {
        DecodeError { at, problem: Problem::TooMuch { what, limit } }
    }

    /// The byte of the body at which it shows.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Whether there were simply too few bytes.
    pub fn is_truncated(&self) -> bool {
        matches!(self.problem, Problem::Truncated { .. })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match &self.problem {
            Problem::Truncated { needed } => write!(f, "the bytes end {needed} too early, at byte {at}"),
            Problem::Unknown { what, code } => write!(f, "unknown {what} {code} at byte {at}"),
            Problem::Expected(what) => write!(f, "expected {what} at byte {at}"),
            Problem::TooMuch { what, limit } => write!(f, "more than {limit} {what}, at byte {at}"),
        }
    }
}

impl Error for DecodeError {}
