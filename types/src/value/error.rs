//! Errors of reading and converting values. They name types and ranges, never the value.

use std::error::Error;
use std::fmt;

/// A text that is not a value of the type it was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseValueError {
    ty: &'static str,
    expected: &'static str,
}

/// A value that the type it was converted to cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversionError {
    from: &'static str,
    to: &'static str,
    limit: &'static str,
}

impl ParseValueError {
    pub(crate) const fn new(ty: &'static str, expected: &'static str) -> ParseValueError {
        ParseValueError { ty, expected }
    }
}

impl ConversionError {
    pub(crate) const fn new(from: &'static str, to: &'static str, limit: &'static str) -> ConversionError {
        ConversionError { from, to, limit }
    }
}

impl fmt::Display for ParseValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}: expected {}", self.ty, self.expected)
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this {} does not fit {}, which holds {}", self.from, self.to, self.limit)
    }
}

impl Error for ParseValueError {}
impl Error for ConversionError {}
