//! What became of each statement that was sent in the place of one, or of many.

use std::sync::Arc;

use super::Executed;
use crate::error::{Error, ErrorKind, Result};

/// One of the statements that were sent in the place of one that was split, or of [many](super::execute_many).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Part {
    /// The [group](crate::Node::group) of nodes that owns its rows; `None` where that was not known.
    pub owner: Option<Arc<str>>,
    /// What it holds, by index from 0: rows of VALUES, elements of the IN list with spreads written out, or queries of
    /// [many](super::execute_many).
    pub items: Vec<u32>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a [`Part`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// It took effect, and changed so many rows; `None` where the server does not say.
    Done(Option<u64>),
    /// It failed, as any statement may. Of the kind [`Ambiguous`](ErrorKind::Ambiguous) it may have taken effect all the
    /// same.
    Failed(Arc<Error>),
    /// It was not sent, for one before it failed.
    NotSent,
}

impl Part {
    pub(super) fn new(owner: Option<Arc<str>>, items: Vec<u32>, outcome: Result<Option<u64>>) -> Part {
        let outcome = match outcome {
            Ok(rows) => Outcome::Done(rows),
            Err(error) => Outcome::Failed(Arc::new(error)),
        };
        Part { owner, items, outcome }
    }

    /// Whether it took effect; `None` where that is not known.
    pub fn took_effect(&self) -> Option<bool> {
        match &self.outcome {
            Outcome::Done(_) => Some(true),
            Outcome::Failed(error) if error.kind() == ErrorKind::Ambiguous => None,
            Outcome::Failed(_) | Outcome::NotSent => Some(false),
        }
    }

    fn failure(&self) -> Option<&Error> {
        match &self.outcome {
            Outcome::Failed(error) => Some(error),
            Outcome::Done(_) | Outcome::NotSent => None,
        }
    }
}

/// What the parts come to: their rows, or one error that has them all.
pub(super) fn joined(parts: Vec<Part>) -> Result<Executed> {
    match failed(&parts) {
        Some(error) => Err(error.with_parts(parts)),
        None => {
            let rows = parts.iter().map(|part| match part.outcome {
                Outcome::Done(rows) => rows,
                Outcome::Failed(_) | Outcome::NotSent => None,
            });
            Ok(Executed { rows_affected: rows.sum(), parts })
        }
    }
}

/// The error of all parts, if one failed: of the kind of the first, or `Ambiguous` where it is not known of one whether it
/// took effect. It may be tried again as a whole only where nothing took effect.
fn failed(parts: &[Part]) -> Option<Error> {
    let failures = || parts.iter().filter_map(Part::failure);
    let first = failures().next()?;
    let count = |wanted: Option<bool>| parts.iter().filter(|part| part.took_effect() == wanted).count();
    let (done, unknown) = (count(Some(true)), count(None));
    let kind = if unknown > 0 { ErrorKind::Ambiguous } else { first.kind() };
    let mut effect = format!("{done} took effect");
    if unknown > 0 {
        effect.push_str(&format!(" and of {unknown} that is not known"));
    }
    let message =
        format!("{} of {} parts failed, {effect}: {}", failures().count(), parts.len(), first.message());
    let mut error = Error::new(kind, message);
    if let Some(code) = first.code() {
        error = error.with_code(code);
    }
    let again = done == 0 && failures().all(Error::is_retryable);
    Some(if again { error.with_retry() } else { error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(outcome: Result<Option<u64>>) -> Part {
        Part::new(None, vec![0], outcome)
    }

    fn error(kind: ErrorKind) -> Error {
        Error::new(kind, "what was said").with_code("X1")
    }

    #[test]
    fn rows_are_added_up_where_all_parts_tell() {
        let joined = |rows: &[Option<u64>]| {
            super::joined(rows.iter().map(|rows| part(Ok(*rows))).collect()).unwrap().rows_affected
        };
        assert_eq!(joined(&[Some(2), Some(3)]), Some(5));
        assert_eq!(joined(&[Some(2), None]), None);
        assert_eq!(joined(&[]), Some(0));
    }

    #[test]
    fn one_failure_is_the_error_of_all() {
        let parts = vec![part(Ok(Some(1))), part(Err(error(ErrorKind::Constraint))), part(Ok(None))];
        let error = joined(parts).unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.is_retryable()),
            (ErrorKind::Constraint, Some("X1"), false)
        );
        assert_eq!(error.message(), "1 of 3 parts failed, 2 took effect: what was said");
        let effects: Vec<Option<bool>> = error.parts().iter().map(Part::took_effect).collect();
        assert_eq!(effects, [Some(true), Some(false), Some(true)]);
    }

    #[test]
    fn what_is_not_known_of_one_is_not_known_of_all() {
        let not_sent = Part { outcome: Outcome::NotSent, ..part(Ok(None)) };
        let parts =
            vec![part(Err(error(ErrorKind::Query))), part(Err(error(ErrorKind::Ambiguous))), not_sent];
        let error = joined(parts).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
        assert_eq!(
            error.message(),
            "2 of 3 parts failed, 0 took effect and of 1 that is not known: what was said"
        );
        assert_eq!(error.parts()[2].took_effect(), Some(false));
    }

    #[test]
    fn what_did_nothing_may_be_tried_again() {
        let unsent = || part(Err(error(ErrorKind::Connection).with_retry()));
        assert!(joined(vec![unsent(), unsent()]).unwrap_err().is_retryable());
        assert!(!joined(vec![unsent(), part(Ok(Some(1)))]).unwrap_err().is_retryable());
    }
}
