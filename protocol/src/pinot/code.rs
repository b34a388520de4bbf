//! Pinot's error codes (`QueryErrorCode` of 1.5.1, and 246 of 1.6).

use std::fmt;

/// The number that an exception of the broker carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErrorCode(pub i32);

/// What an error code means to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The text is no query.
    Syntax,
    /// The query does not fit the tables: an unknown column or function, a wrong type, a plan that cannot be.
    Invalid,
    /// There is no such table, or it is switched off.
    NoSuchTable,
    /// The principal may not do this.
    AccessDenied,
    /// It took too long.
    Timeout,
    /// It was cancelled.
    Cancelled,
    /// The cluster could not answer now, wholly or in part; it may later, or elsewhere.
    Unavailable,
    /// It failed while running.
    Execution,
}

/// Code, name, class, and whether a query that only reads may be sent again.
const CODES: &[(i32, &str, ErrorClass, bool)] = &[
    (100, "JSON_PARSING", ErrorClass::Syntax, false),
    (150, "SQL_PARSING", ErrorClass::Syntax, false),
    (155, "TIMESERIES_PARSING", ErrorClass::Syntax, false),
    (160, "SQL_RUNTIME", ErrorClass::Execution, false),
    (180, "ACCESS_DENIED", ErrorClass::AccessDenied, false),
    (190, "TABLE_DOES_NOT_EXIST", ErrorClass::NoSuchTable, false),
    (191, "TABLE_IS_DISABLED", ErrorClass::NoSuchTable, false),
    (200, "QUERY_EXECUTION", ErrorClass::Execution, false),
    (210, "SERVER_SHUTTING_DOWN", ErrorClass::Unavailable, true),
    (211, "SERVER_OUT_OF_CAPACITY", ErrorClass::Unavailable, true),
    (230, "SERVER_TABLE_MISSING", ErrorClass::Unavailable, false),
    (235, "SERVER_SEGMENT_MISSING", ErrorClass::Unavailable, false),
    (240, "QUERY_SCHEDULING_TIMEOUT", ErrorClass::Timeout, false),
    (245, "SERVER_RESOURCE_LIMIT_EXCEEDED", ErrorClass::Unavailable, true),
    (246, "QUERY_SCAN_LIMIT_EXCEEDED", ErrorClass::Invalid, false),
    (250, "EXECUTION_TIMEOUT", ErrorClass::Timeout, false),
    (305, "BROKER_SEGMENT_UNAVAILABLE", ErrorClass::Unavailable, true),
    (400, "BROKER_TIMEOUT", ErrorClass::Timeout, false),
    (410, "BROKER_RESOURCE_MISSING", ErrorClass::Unavailable, true),
    (420, "BROKER_INSTANCE_MISSING", ErrorClass::Unavailable, false),
    (425, "BROKER_REQUEST_SEND", ErrorClass::Unavailable, true),
    (427, "SERVER_NOT_RESPONDING", ErrorClass::Unavailable, true),
    (429, "TOO_MANY_REQUESTS", ErrorClass::Unavailable, true),
    (450, "INTERNAL", ErrorClass::Execution, false),
    (500, "MERGE_RESPONSE", ErrorClass::Execution, false),
    (503, "QUERY_CANCELLATION", ErrorClass::Cancelled, false),
    (510, "REMOTE_CLUSTER_UNAVAILABLE", ErrorClass::Unavailable, false),
    (700, "QUERY_VALIDATION", ErrorClass::Invalid, false),
    (710, "UNKNOWN_COLUMN", ErrorClass::Invalid, false),
    (720, "QUERY_PLANNING", ErrorClass::Invalid, false),
    (1000, "UNKNOWN", ErrorClass::Execution, false),
];

impl ErrorCode {
    fn entry(self) -> Option<&'static (i32, &'static str, ErrorClass, bool)> {
        CODES.iter().find(|entry| entry.0 == self.0)
    }

    /// Pinot's name of it, where it is a known one.
    pub fn name(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.1)
    }

    /// What it means; codes that are not known are failures while running.
    ///
    /// A scatter that ran out of time also ends in 427, "not responding": only the elapsed time tells the two apart.
    pub fn class(self) -> ErrorClass {
        self.entry().map_or(ErrorClass::Execution, |entry| entry.2)
    }

    /// Whether a query that only reads may be sent again, best to another broker.
    pub fn is_retryable(self) -> bool {
        self.entry().is_some_and(|entry| entry.3)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} {name}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}
