//! What makes an answer unreadable.

use std::error::Error;
use std::fmt;

/// An answer that is no answer of a broker or a controller: what was expected, and at which byte of the body.
///
/// It never holds a byte of the body, whose cells are the user's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    at: u64,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// Something else was expected here.
    Expected(&'static str),
    /// More of something than the limits allow.
    TooMuch(&'static str, u64),
    /// The body ends before the answer does.
    Truncated,
    /// A row of another length than the schema.
    RowLength { expected: usize, found: usize },
}

impl DecodeError {
    pub(super) fn new(at: u64, problem: Problem) -> DecodeError {
        DecodeError { at, problem }
    }

    pub(super) fn expected(at: u64, what: &'static str) -> DecodeError {
        DecodeError::new(at, Problem::Expected(what))
    }

    /// The byte of the body at which it shows.
    pub fn offset(&self) -> u64 {
        self.at
    }

    /// Whether the body simply ended too early, as when a connection breaks.
    pub fn is_truncated(&self) -> bool {
        self.problem == Problem::Truncated
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match &self.problem {
            Problem::Expected(what) => write!(f, "unreadable answer: expected {what} at byte {at}"),
            Problem::TooMuch(what, max) => write!(f, "answer beyond the limit of {max} {what}, at byte {at}"),
            Problem::Truncated => write!(f, "the answer breaks off after {at} bytes"),
            Problem::RowLength { expected, found } => {
                write!(f, "a row of {found} cells for {expected} columns, at byte {at}")
            }
        }
    }
}

impl Error for DecodeError {}
