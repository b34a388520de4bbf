//! What an answer says besides its rows, and whether the rows are all of them.

use std::fmt;

use super::code::ErrorCode;
use super::statistics::Statistics;
use super::value::Cell;

/// Everything in an answer besides the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// What went wrong, as the broker says it. It may come beside rows.
    pub exceptions: Vec<Exception>,
    /// Rows that were handed out.
    pub row_count: u64,
    /// Whether there was a result table.
    pub has_result_table: bool,
    /// All other members: statistics and flags.
    pub statistics: Statistics,
}

/// One error that the broker reports.
#[derive(Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its code.
    pub code: ErrorCode,
    /// The broker's words, which may hold parts of the query, values included.
    pub message: String,
}

/// The code only: the words may hold values.
impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exception({})", self.code)
    }
}

/// A reason for which an answer may lack rows, or be computed from less than all rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Incomplete {
    /// The broker reports errors, of these codes.
    Exceptions(Vec<ErrorCode>),
    /// Some segments are on no server that could be asked (code 305), or on one that lacks them (code 235).
    Segments,
    /// Some servers did not answer.
    Servers {
        /// Servers asked.
        queried: i64,
        /// Servers that answered.
        responded: i64,
    },
    /// Fewer rows came than the broker counted.
    Rows {
        /// Rows that the broker counted.
        announced: i64,
        /// Rows that came.
        received: u64,
    },
    /// Groups were trimmed before they were whole: what they add up may be too low.
    GroupsTrimmed,
    /// A limit was reached at which the engine stops counting groups, joining or opening windows; the member's name.
    Limit(String),
    /// The engine stopped early, for reasons that it names (1.6).
    StoppedEarly,
    /// The result is an approximation (1.6).
    Approximate,
    /// The broker flags the answer as partial and does not say why.
    Flagged,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Incomplete::Exceptions(codes) => {
                f.write_str("the broker reports ")?;
                for (i, code) in codes.iter().enumerate() {
                    write!(f, "{}{code}", if i == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Incomplete::Segments => f.write_str("segments are unavailable"),
            Incomplete::Servers { queried, responded } => {
                write!(f, "{responded} of {queried} servers answered")
            }
            Incomplete::Rows { announced, received } => write!(f, "{received} of {announced} rows came"),
            Incomplete::GroupsTrimmed => {
                f.write_str("groups were trimmed before they were whole (groupsTrimmed)")
            }
            Incomplete::Limit(name) => write!(f, "the engine reached a limit ({name})"),
            Incomplete::StoppedEarly => f.write_str("the engine stopped early (earlyTerminationReasons)"),
            Incomplete::Approximate => f.write_str("the result is an approximation (approximatedResult)"),
            Incomplete::Flagged => f.write_str("the broker calls it partial and says no more"),
        }
    }
}

/// Codes that say that segments are missing.
const SEGMENT_CODES: &[i32] = &[235, 305];

impl Summary {
    /// Why the answer is not all of it; empty for a complete one.
    pub fn incompleteness(&self) -> Vec<Incomplete> {
        let statistics = &self.statistics;
        let mut reasons = Vec::new();
        if !self.exceptions.is_empty() {
            reasons.push(Incomplete::Exceptions(self.exceptions.iter().map(|e| e.code).collect()));
        }
        if self.exceptions.iter().any(|exception| SEGMENT_CODES.contains(&exception.code.0)) {
            reasons.push(Incomplete::Segments);
        }
        if let (Some(queried), Some(responded)) =
            (statistics.num_servers_queried, statistics.num_servers_responded)
            && responded < queried
        {
            reasons.push(Incomplete::Servers { queried, responded });
        }
        if let Some(announced) = self.announced()
            && i64::try_from(self.row_count).is_ok_and(|received| received < announced)
        {
            reasons.push(Incomplete::Rows { announced, received: self.row_count });
        }
        if statistics.groups_trimmed {
            reasons.push(Incomplete::GroupsTrimmed);
        }
        reasons.extend(self.limits().into_iter().map(Incomplete::Limit));
        if statistics.early_termination_reasons.as_ref().is_some_and(|reasons| !reasons.is_empty()) {
            reasons.push(Incomplete::StoppedEarly);
        }
        if statistics.approximated_result {
            reasons.push(Incomplete::Approximate);
        }
        if reasons.is_empty() && statistics.partial_result {
            reasons.push(Incomplete::Flagged);
        }
        reasons
    }

    /// How many rows the broker says this answer has: those of the page, where it is one of several.
    fn announced(&self) -> Option<i64> {
        self.statistics.num_rows.or(self.statistics.num_rows_result_set)
    }

    /// The limits that were reached, those of later versions too: their flags all end alike.
    fn limits(&self) -> Vec<String> {
        let known = &self.statistics;
        let flags = [
            ("numGroupsLimitReached", known.num_groups_limit_reached),
            ("maxRowsInJoinReached", known.max_rows_in_join_reached),
            ("maxRowsInWindowReached", known.max_rows_in_window_reached),
            ("maxRowsInDistinctReached", known.max_rows_in_distinct_reached),
            ("maxRowsWithoutChangeInDistinctReached", known.max_rows_without_change_in_distinct_reached),
            ("maxExecutionTimeInDistinctReached", known.max_execution_time_in_distinct_reached),
        ];
        let named = flags.into_iter().filter(|(_, set)| *set).map(|(name, _)| name);
        let others =
            known.other.iter().filter(|(name, value)| name.ends_with("Reached") && value.0 != "false");
        named.chain(others.map(|(name, _)| name.as_str())).map(str::to_owned).collect()
    }
}

impl Exception {
    /// The list of them; `None` for anything else.
    pub(super) fn list(cell: Cell<'_>) -> Option<Vec<Exception>> {
        cell.elements().ok()?.map(Exception::read).collect()
    }

    fn read(cell: Cell<'_>) -> Option<Exception> {
        let (mut code, mut message) = (None, String::new());
        for (name, value) in cell.members().ok()? {
            match &*name {
                "errorCode" => code = Some(ErrorCode(value.i32().ok()?)),
                "message" if !value.is_null() => message = value.text().ok()?.into_owned(),
                _ => {}
            }
        }
        Some(Exception { code: code?, message })
    }
}
