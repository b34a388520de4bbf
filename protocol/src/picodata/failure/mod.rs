//! What an error of the server means: nearly all have the code `XX000`, and only their words tell them apart.
//!
//! Those words repeat rows (`old tuple - [1, "a"]`), values that could not be cast, and a trace in JSON. A [`Failure`] that is
//! understood is told in words of our own, which hold names, types and limits and nothing of a row; of one that is not, what
//! may be a value is left out. What kind of error follows is the driver's affair. Words of 25.6 and 26.1; newer ones may differ.

mod words;

use std::fmt;

use words::Words;

/// What an error of the server means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// A row with the same key is there already.
    UniqueViolation,
    /// A NULL in a column that has none.
    NotNullViolation,
    /// A value of another type than the column's, such as a negative one in an UNSIGNED.
    TypeViolation,
    /// The user may not do that.
    AccessDenied,
    /// The user or the password is wrong, or the user is locked.
    AuthenticationFailed,
    /// The server takes connections with TLS only.
    TlsRequired,
    /// The statement is none of Picodata's SQL.
    Syntax,
    /// There is no such table.
    UnknownTable,
    /// There is no such column.
    UnknownColumn,
    /// There is no such function.
    UnknownFunction,
    /// There is no such index.
    UnknownIndex,
    /// Types do not fit: an operator, a literal, a parameter.
    TypeMismatch,
    /// A number was divided by zero, or the result is beyond its type.
    Arithmetic,
    /// More rows travelled than `sql_motion_row_max` allows.
    RowLimit,
    /// More was computed than `sql_vdbe_opcode_max` allows.
    OpcodeLimit,
    /// A node that holds rows of the statement does not answer, or buckets are moving.
    Sharding,
    /// The schema changed after the statement was prepared.
    StaleStatement,
    /// The instance holds as many prepared statements of all clients as it may.
    StatementsFull,
    /// The instance holds as many portals of all clients as it may.
    PortalsFull,
    /// A prepared statement of that name is there already.
    DuplicateStatement,
    /// A portal of that name is there already.
    DuplicatePortal,
    /// There is no prepared statement or portal of that name.
    UnknownStatement,
    /// The server does not know the feature or the type of a parameter.
    Unsupported,
    /// The text or the bytes of a parameter are no value of its type.
    BadParameter,
    /// The server could not read or write.
    Io,
    /// The server took what was sent for a breach of the protocol.
    Protocol,
}

/// An error of the server that was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it means; `None` where that is not known here.
    pub cause: Option<Cause>,
    /// Where in the statement it is, from 1: line and column, in characters.
    pub place: Option<(u32, u32)>,
    /// The table that it names.
    pub table: Option<String>,
    /// The column that it names.
    pub column: Option<String>,
    /// The unique index that it names.
    pub index: Option<String>,
    /// What is wrong, in words that hold nothing of a row.
    pub message: String,
}

impl Failure {
    /// Reads an error by its code and its words.
    pub fn of(code: &str, message: &str) -> Failure {
        let words = Words::of(message);
        let cause = of_code(code).or_else(|| words.cause()).or_else(|| of_class(code));
        words.failure(cause, code)
    }

    /// The failure behind an error, where it came from a server and was understood.
    pub fn behind<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Failure> {
        std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref())
    }
}

/// Its cause alone: the message is the error's above it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause.map_or("an error of the server", Cause::says))
    }
}

/// Without names, which may happen to be values of the query.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("cause", &self.cause)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Failure {}

/// Codes that say it all: the server's own, and PostgreSQL's for the same, which its stand-ins send.
fn of_code(code: &str) -> Option<Cause> {
    Some(match code {
        "23505" => Cause::UniqueViolation,
        "23502" => Cause::NotNullViolation,
        "42501" => Cause::AccessDenied,
        "28P01" => Cause::AuthenticationFailed,
        "42601" => Cause::Syntax,
        "42P01" => Cause::UnknownTable,
        "42703" => Cause::UnknownColumn,
        "42883" => Cause::UnknownFunction,
        "42804" | "42846" | "42P18" | "42P08" => Cause::TypeMismatch,
        "22012" | "22003" => Cause::Arithmetic,
        "42999" => Cause::StaleStatement,
        "42P05" => Cause::DuplicateStatement,
        "42P03" => Cause::DuplicatePortal,
        "26000" | "34000" => Cause::UnknownStatement,
        "0A000" => Cause::Unsupported,
        "22P02" | "22P03" => Cause::BadParameter,
        "58030" => Cause::Io,
        "08P01" => Cause::Protocol,
        _ => return None,
    })
}

/// What is left of a class of codes.
fn of_class(code: &str) -> Option<Cause> {
    match code.get(..2)? {
        "28" => Some(Cause::AuthenticationFailed),
        _ => None,
    }
}

impl Cause {
    /// What it means, in words.
    pub fn says(self) -> &'static str {
        match self {
            Cause::UniqueViolation => "a row with this key is there already",
            Cause::NotNullViolation => "a NULL in a column that has none",
            Cause::TypeViolation => "a value that its column cannot hold",
            Cause::AccessDenied => "access is denied",
            Cause::AuthenticationFailed => "the server refused the credentials",
            Cause::TlsRequired => "the server takes connections with TLS only",
            Cause::Syntax => "a syntax error",
            Cause::UnknownTable => "an unknown table",
            Cause::UnknownColumn => "an unknown column",
            Cause::UnknownFunction => "an unknown function",
            Cause::UnknownIndex => "an unknown index",
            Cause::TypeMismatch => "types that do not fit",
            Cause::Arithmetic => "a number beyond its type, or a division by zero",
            Cause::RowLimit => "too many rows had to travel",
            Cause::OpcodeLimit => "too much had to be computed",
            Cause::Sharding => "a node that holds rows of the statement does not answer",
            Cause::StaleStatement => "the schema changed after the statement was prepared",
            Cause::StatementsFull => "the instance can hold no more prepared statements",
            Cause::PortalsFull => "the instance can hold no more portals",
            Cause::DuplicateStatement => "a prepared statement of that name is there already",
            Cause::DuplicatePortal => "a portal of that name is there already",
            Cause::UnknownStatement => "the server has no such prepared statement or portal",
            Cause::Unsupported => "the server does not know that",
            Cause::BadParameter => "a parameter that the server cannot read",
            Cause::Io => "the server could not read or write",
            Cause::Protocol => "a breach of the protocol, says the server",
        }
    }
}

#[cfg(test)]
mod tests;
