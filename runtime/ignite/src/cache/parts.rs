//! What became of the parts of a write that was split over nodes.

use std::fmt;

use querent_core::types::value::Uuid;
use querent_core::{Error, ErrorKind, Result};

/// What became of the keys that one node was sent.
#[derive(Debug)]
pub struct Part {
    /// The node; `None` for the keys whose node was not known.
    pub node: Option<Uuid>,
    /// Which of the keys or entries that were given, by their place.
    pub indexes: Vec<usize>,
    /// Whether they were written. An error of the kind [`Ambiguous`](ErrorKind::Ambiguous) leaves that open.
    pub outcome: Result<()>,
}

/// The parts of a write of which not all succeeded: the [`source`](std::error::Error::source) of its error.
///
/// A write that is split over nodes is not atomic: what some of them did stays when others failed.
#[derive(Debug)]
pub struct Parts(Vec<Part>);

impl Parts {
    /// What became of each part; every key is in one.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The parts of a failed write, if its error is of one that was split.
    pub fn of(error: &Error) -> Option<&Parts> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// An error where a part has one.
    pub(super) fn check(parts: Vec<Part>) -> Result<()> {
        let failed = || parts.iter().filter_map(|part| part.outcome.as_ref().err());
        let Some(first) = failed().next() else { return Ok(()) };
        let kind = match failed().any(|error| error.kind() == ErrorKind::Ambiguous) {
            true => ErrorKind::Ambiguous,
            false if failed().count() == parts.len() => first.kind(),
            false => ErrorKind::Partial,
        };
        let message =
            format!("{} of {} parts of the write failed: {}", failed().count(), parts.len(), first.message());
        let is_retryable = failed().count() == parts.len() && failed().all(Error::is_retryable);
        let mut error = Error::new(kind, message);
        if let Some(code) = first.code() {
            error = error.with_code(code.to_owned());
        }
        if is_retryable {
            error = error.with_retry();
        }
        Err(error.with_cause(Parts(parts)))
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, part) in self.0.iter().enumerate() {
            let separator = if idx == 0 { "" } else { "; " };
            write!(f, "{separator}{} keys ", part.indexes.len())?;
            match part.node {
                Some(node) => write!(f, "on node {node}")?,
                None => f.write_str("on any node")?,
            }
            match &part.outcome {
                Ok(()) => f.write_str(": done")?,
                Err(error) => write!(f, ": {error}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Parts {}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(indexes: &[usize], outcome: Result<()>) -> Part {
        Part { node: None, indexes: indexes.to_vec(), outcome }
    }

    #[test]
    fn an_error_says_what_became_of_each_part() {
        assert!(Parts::check(vec![part(&[0], Ok(())), part(&[1], Ok(()))]).is_ok());
        let lost = || Error::new(ErrorKind::Connection, "gone").with_retry();
        let error = Parts::check(vec![part(&[0, 2], Ok(())), part(&[1], Err(lost()))]).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Partial, false));
        let parts = Parts::of(&error).unwrap().parts();
        assert_eq!((&parts[0].indexes[..], parts[1].outcome.is_err()), (&[0, 2][..], true));
        assert!(error.message().contains("1 of 2 parts"), "{error}");
        let error = Parts::check(vec![part(&[0], Err(lost())), part(&[1], Err(lost()))]).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, true));
        let unknown = Error::new(ErrorKind::Ambiguous, "who knows");
        let error = Parts::check(vec![part(&[0], Err(lost())), part(&[1], Err(unknown))]).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
    }
}
