//! What an answer says besides its rows, and whether the rows are all of them.

use serde_json::{Map, Value};

use super::code::ErrorCode;

/// Everything in an answer besides the result table.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// What went wrong, as the broker says it. It may come beside rows.
    pub exceptions: Vec<Exception>,
    /// Rows that were handed out.
    pub row_count: u64,
    /// Whether there was a result table.
    pub has_result_table: bool,
    /// All other members as the broker named them: statistics and flags, those of later versions included.
    pub members: Map<String, Value>,
}

/// One error that the broker reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its code.
    pub code: ErrorCode,
    /// The broker's words, which may hold parts of the query, values included.
    pub message: String,
}

/// A reason for which an answer may lack rows, or be computed from less than all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incomplete {
    /// The broker reports errors ([`Summary::exceptions`]).
    Exceptions,
    /// Some servers did not answer.
    Servers {
        /// Servers asked.
        queried: u64,
        /// Servers that answered.
        responded: u64,
    },
    /// Fewer rows came than the broker counted.
    Rows {
        /// Rows that the broker counted.
        announced: u64,
        /// Rows that came.
        received: u64,
    },
    /// A limit was reached at which the engine stops counting groups, joining or opening windows; the member's name.
    Limit(&'static str),
    /// The broker flags the answer as partial and does not say why.
    Flagged,
}

/// Flags that say that an engine stopped early.
const LIMIT_FLAGS: &[&str] = &[
    "numGroupsLimitReached",
    "maxRowsInJoinReached",
    "maxRowsInWindowReached",
    "maxRowsInDistinctReached",
    "maxRowsWithoutChangeInDistinctReached",
    "maxExecutionTimeInDistinctReached",
];

impl Summary {
    /// Why the answer is not all of it; empty for a complete one.
    pub fn incompleteness(&self) -> Vec<Incomplete> {
        let mut reasons = Vec::new();
        if !self.exceptions.is_empty() {
            reasons.push(Incomplete::Exceptions);
        }
        if let (Some(queried), Some(responded)) =
            (self.count("numServersQueried"), self.count("numServersResponded"))
            && responded < queried
        {
            reasons.push(Incomplete::Servers { queried, responded });
        }
        if let Some(announced) = self.count("numRowsResultSet")
            && self.row_count < announced
        {
            reasons.push(Incomplete::Rows { announced, received: self.row_count });
        }
        reasons.extend(LIMIT_FLAGS.iter().filter(|name| self.flag(name)).map(|name| Incomplete::Limit(name)));
        if reasons.is_empty() && self.flag("partialResult") {
            reasons.push(Incomplete::Flagged);
        }
        reasons
    }

    /// A count among the members.
    pub fn count(&self, member: &str) -> Option<u64> {
        self.members.get(member)?.as_u64()
    }

    /// A flag among the members; absent is false.
    pub fn flag(&self, member: &str) -> bool {
        // A flag of another type than boolean is no reason to take an answer for complete.
        self.members.get(member).is_some_and(|value| !matches!(value, Value::Bool(false) | Value::Null))
    }
}

impl Exception {
    /// The list of them; `None` for anything else.
    pub(super) fn list(value: &Value) -> Option<Vec<Exception>> {
        let exception = |value: &Value| {
            let code = i32::try_from(value.get("errorCode")?.as_i64()?).ok()?;
            let message = value.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
            Some(Exception { code: ErrorCode(code), message })
        };
        value.as_array()?.iter().map(exception).collect()
    }
}
