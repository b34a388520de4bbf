//! What the broker said of an answer besides its rows, for whoever asks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use querent_protocol::pinot::statistics::Statistics;
use querent_protocol::pinot::summary::{Incomplete, Summary};

/// Takes in what a broker says of the answer to a query: its statistics, its exceptions, and what is missing.
///
/// It is given to a query by [`PinotQuery::report`](crate::PinotQuery::report) and read when the query is done. A result
/// that came in pages has an answer for each.
#[derive(Debug, Clone, Default)]
pub struct Report {
    answers: Arc<Mutex<Vec<Summary>>>,
}

impl Report {
    /// An empty one.
    pub fn new() -> Report {
        Report::default()
    }

    /// What was said, one a page; nothing where no answer has ended.
    pub fn answers(&self) -> Vec<Summary> {
        self.lock().clone()
    }

    /// The statistics of the answer, of the last page where there are several.
    pub fn statistics(&self) -> Option<Statistics> {
        self.lock().last().map(|summary| summary.statistics.clone())
    }

    /// Why the answer is not all of it, each reason once; empty for a complete one.
    pub fn missing(&self) -> Vec<Incomplete> {
        let mut reasons = Vec::new();
        for reason in self.lock().iter().flat_map(Summary::incompleteness) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn push(&self, summary: &Summary) {
        self.lock().push(summary.clone());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Summary>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
