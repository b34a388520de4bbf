//! Errors of the wire as querent's.
//!
//! Picodata has a handful of SQLSTATEs and says `XX000` for everything else: what its words mean, and what of them is told, is in
//! `querent_protocol::picodata::failure`. Here is which kind of error that is, and whether it may go better next time.

use querent_core::{Error, ErrorKind, tls};
use querent_protocol::picodata::failure::{Cause, Failure};
use tokio_postgres::error::DbError;

use crate::parameters::EncodeError;

/// An error while connecting.
pub(crate) fn connecting(error: tokio_postgres::Error) -> Error {
    if let Some(server) = error.as_db_error() {
        return from_server(server);
    }
    let causes = || std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
    if tls::is_tls_error(&error) {
        return tls::handshake_error(error);
    }
    if causes().any(|cause| cause.is::<std::io::Error>()) || error.is_closed() {
        return lost(error, "the server broke the connection off while it was made");
    }
    // What is left: an authentication that cannot be done (no password in the URL, a method that is not known), or a
    // server that has no TLS.
    match causes().map(ToString::to_string).any(|text| text.contains("server does not support TLS")) {
        true => Error::new(ErrorKind::Tls, "the server has no TLS, and picodata+tls:// never goes without"),
        false => Error::new(ErrorKind::Authentication, "the server asks for credentials that the URL lacks")
            .with_cause(error),
    }
}

/// An error of a statement.
pub(crate) fn from_wire(error: tokio_postgres::Error) -> Error {
    if let Some(server) = error.as_db_error() {
        return from_server(server);
    }
    if error.is_closed() {
        return lost(error, "the connection was closed");
    }
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        if let Some(encode) = inner.downcast_ref::<EncodeError>() {
            return encode.to_error();
        }
        if inner.is::<std::io::Error>() {
            return lost(error, "the connection broke");
        }
        cause = inner.source();
    }
    Error::new(ErrorKind::Protocol, "the server's answer cannot be read").with_cause(error)
}

fn lost(error: tokio_postgres::Error, message: &str) -> Error {
    Error::new(ErrorKind::Connection, message).with_cause(error)
}

/// An answer of the server, in words without values. Its detail is left out, for it repeats rows.
fn from_server(server: &DbError) -> Error {
    let code = server.code().code();
    let failure = Failure::of(code, server.message());
    let cause = failure.cause;
    let mut error = Error::new(kind(code, cause), failure.message.clone()).with_code(code);
    if cause.is_some() {
        error = error.with_cause(failure);
    }
    if is_before_all(code, cause) { error.with_retry() } else { error }
}

/// Whether the server says so before anything runs, and it may go better next time, on a connection of its own at least.
fn is_before_all(code: &str, cause: Option<Cause>) -> bool {
    matches!(code, "42999" | "57P03" | "53300")
        || matches!(
            cause,
            Some(
                Cause::StatementsFull
                    | Cause::PortalsFull
                    | Cause::DuplicateStatement
                    | Cause::DuplicatePortal
                    | Cause::UnknownStatement
            )
        )
}

fn kind(code: &str, cause: Option<Cause>) -> ErrorKind {
    match cause {
        Some(cause) => of_cause(cause),
        None => of_code(code),
    }
}

fn of_cause(cause: Cause) -> ErrorKind {
    match cause {
        Cause::UniqueViolation | Cause::NotNullViolation | Cause::TypeViolation => ErrorKind::Constraint,
        Cause::AccessDenied => ErrorKind::Permission,
        Cause::AuthenticationFailed => ErrorKind::Authentication,
        Cause::TlsRequired => ErrorKind::Tls,
        Cause::Syntax
        | Cause::UnknownTable
        | Cause::UnknownColumn
        | Cause::UnknownFunction
        | Cause::UnknownIndex
        | Cause::TypeMismatch
        | Cause::Arithmetic
        | Cause::StaleStatement
        | Cause::BadParameter => ErrorKind::Query,
        Cause::RowLimit | Cause::OpcodeLimit | Cause::StatementsFull | Cause::PortalsFull => {
            ErrorKind::Resource
        }
        Cause::Unsupported => ErrorKind::Unsupported,
        // What the connection and the server take to be prepared differs: it is of no use any more.
        Cause::DuplicateStatement | Cause::DuplicatePortal | Cause::UnknownStatement | Cause::Protocol => {
            ErrorKind::Protocol
        }
        // Cause::Sharding and Cause::Io among them.
        _ => ErrorKind::Server,
    }
}

/// What PostgreSQL's other codes are, which its stand-ins send.
fn of_code(code: &str) -> ErrorKind {
    match code {
        "57014" => ErrorKind::Timeout,
        "57P01" | "57P02" | "57P03" => ErrorKind::Connection,
        "25006" => ErrorKind::Permission,
        "3D000" => ErrorKind::Config,
        _ => match code.get(..2).unwrap_or_default() {
            "08" => ErrorKind::Protocol,
            "22" | "42" => ErrorKind::Query,
            "23" => ErrorKind::Constraint,
            "53" | "54" => ErrorKind::Resource,
            _ => ErrorKind::Server,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_and_codes_have_kinds() {
        for (code, message, expected, again) in [
            ("28P01", "authentication failed for user 'x'", ErrorKind::Authentication, false),
            ("28000", "this server requires the client to use ssl", ErrorKind::Tls, false),
            ("28000", "something else", ErrorKind::Authentication, false),
            ("42999", "prepared statement s105 has been invalidated", ErrorKind::Query, true),
            ("22P02", "invalid input syntax", ErrorKind::Query, false),
            ("0A000", "_int8 parameters", ErrorKind::Unsupported, false),
            ("42P05", "duplicate", ErrorKind::Protocol, true),
            ("42P03", "duplicate", ErrorKind::Protocol, true),
            ("08P01", "unexpected", ErrorKind::Protocol, false),
            ("58030", "broken pipe", ErrorKind::Server, false),
            ("23505", "duplicate key value", ErrorKind::Constraint, false),
            ("23514", "a check", ErrorKind::Constraint, false),
            ("42P01", "no such relation", ErrorKind::Query, false),
            ("57014", "cancelled", ErrorKind::Timeout, false),
            ("57P03", "starting up", ErrorKind::Connection, true),
            ("53300", "too many connections", ErrorKind::Resource, true),
            ("XX000", "sbroad: table with name \"nope\" not found", ErrorKind::Query, false),
            (
                "XX000",
                "box error: AccessDenied: Read access to space 'w' is denied",
                ErrorKind::Permission,
                false,
            ),
            ("XX000", "TupleFound: Duplicate key exists in unique index", ErrorKind::Constraint, false),
            (
                "XX000",
                "FieldType: Tuple field 3 (a) type: expected string, got nil",
                ErrorKind::Constraint,
                false,
            ),
            ("XX000", "sbroad: Exceeded maximum number of rows (5000)", ErrorKind::Resource, false),
            (
                "XX000",
                "Reached a limit on max executed vdbe opcodes. Limit: 45000",
                ErrorKind::Resource,
                false,
            ),
            ("XX000", "Statement storage is full", ErrorKind::Resource, true),
            ("XX000", "Couldn't find statement 's1'", ErrorKind::Protocol, true),
            ("XX000", "ShardingError", ErrorKind::Server, false),
            ("XX000", "sbroad: storage schema version different from router", ErrorKind::Query, false),
            ("XX000", "sbroad: rule parsing error:  --> 1:1\n", ErrorKind::Query, false),
            ("XX000", "something else", ErrorKind::Server, false),
            ("", "", ErrorKind::Server, false),
        ] {
            let cause = Failure::of(code, message).cause;
            assert_eq!(
                (kind(code, cause), is_before_all(code, cause)),
                (expected, again),
                "{code} {message}"
            );
        }
    }
}
