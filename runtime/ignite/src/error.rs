//! Errors of the wire as querent's.

use std::io;
use std::time::Duration;

use querent_core::url::Host;
use querent_core::{Error, ErrorKind};
use querent_protocol::ignite::handshake::Refusal;
use querent_protocol::ignite::response::Failure;
use querent_protocol::ignite::sql::{ErrorClass, Said, classify, without_details};
use querent_protocol::ignite::{DecodeError, EncodeError};
use tokio_rustls::rustls::{self, CertificateError};

use crate::channel::CallError;

/// What a request does on the server, for what is said when its answer never came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It reads only, or doing it twice is as doing it once.
    Reads,
    /// It changes something.
    Writes,
}

/// Why there is no answer to a request.
pub(crate) fn of_call(error: CallError, effect: Effect) -> Error {
    match error {
        CallError::Unsendable(error) => of_encode(&error),
        CallError::Refused(failure) => of_server(&failure, effect),
        CallError::Unreadable(error) => unreadable(error),
        CallError::Unexpected(what) => Error::new(ErrorKind::Protocol, what),
        // The server broke the protocol in the answer to somebody else perhaps: what became of this is not known either.
        CallError::Lost { lost, written: true } if effect == Effect::Writes => {
            let message = format!("{lost} before it answered: whether the write happened is not known");
            Error::new(ErrorKind::Ambiguous, message).with_cause(lost)
        }
        CallError::Lost { lost, .. } if lost.is_protocol() => {
            Error::new(ErrorKind::Protocol, lost.to_string()).with_cause(lost)
        }
        // Nothing was written, or it only reads.
        CallError::Lost { lost, .. } => {
            Error::new(ErrorKind::Connection, lost.to_string()).with_cause(lost).with_retry()
        }
    }
}

/// A handshake, or a question to another front end, that cannot be written.
pub(crate) fn unsendable(error: EncodeError) -> Error {
    Error::new(ErrorKind::Unsupported, error.to_string())
}

/// A node that was not ready in time.
pub(crate) fn late(address: &Host, limit: Duration) -> Error {
    Error::new(ErrorKind::Connection, format!("{address} did not accept within {limit:?}")).with_retry()
}

fn of_encode(error: &EncodeError) -> Error {
    let kind = match error {
        EncodeError::Missing { .. } => ErrorKind::Unsupported,
        _ => ErrorKind::Value,
    };
    Error::new(kind, error.to_string())
}

pub(crate) fn unreadable(error: DecodeError) -> Error {
    Error::new(ErrorKind::Protocol, "the server's answer cannot be read").with_cause(error)
}

/// What the server says. Its message is cleared of what may hold keys, values and arguments.
fn of_server(failure: &Failure, effect: Effect) -> Error {
    let class = classify(failure);
    let said = Said::of(&failure.message);
    let code = match said.sqlstate {
        // Says no more than the status does.
        Some("50000") | None => {
            failure.status.name().map_or_else(|| failure.status.0.to_string(), str::to_owned)
        }
        Some(state) => state.to_owned(),
    };
    let error = Error::new(kind(class), without_details(said.text)).with_code(code);
    if is_retryable(class, effect) { error.with_retry() } else { error }
}

fn kind(class: ErrorClass) -> ErrorKind {
    match class {
        ErrorClass::Statement
        | ErrorClass::Arguments
        | ErrorClass::Conversion
        | ErrorClass::CacheMissing
        | ErrorClass::CacheExists
        | ErrorClass::CacheConfiguration
        | ErrorClass::TransactionMissing => ErrorKind::Query,
        ErrorClass::Constraint => ErrorKind::Constraint,
        ErrorClass::Unsupported => ErrorKind::Unsupported,
        ErrorClass::Cancelled => ErrorKind::Timeout,
        ErrorClass::ReadOnly | ErrorClass::Security => ErrorKind::Permission,
        ErrorClass::Authentication => ErrorKind::Authentication,
        ErrorClass::TooManyCursors | ErrorClass::Limit => ErrorKind::Resource,
        ErrorClass::TransactionUnknown => ErrorKind::Ambiguous,
        _ => ErrorKind::Server,
    }
}

/// Whether nothing happened and it may go better next time: of a transaction, all of it again.
fn is_retryable(class: ErrorClass, effect: Effect) -> bool {
    match class {
        ErrorClass::TransactionConflict
        | ErrorClass::TransactionTimeout
        | ErrorClass::TransactionNodeLeft
        | ErrorClass::NodeNotReady
        | ErrorClass::Limit
        // Said before a statement runs; the next one is sent on another connection.
        | ErrorClass::TooManyCursors => true,
        ErrorClass::NodeLeft => effect == Effect::Reads,
        _ => false,
    }
}

/// Whether the transaction that a request was in is over on the server. Whoever goes on using its id writes outside of any
/// transaction (2.17.0).
pub(crate) fn ends_transaction(error: &CallError) -> bool {
    let CallError::Refused(failure) = error else { return false };
    matches!(
        classify(failure),
        ErrorClass::TransactionMissing
            | ErrorClass::TransactionTimeout
            | ErrorClass::TransactionConflict
            | ErrorClass::TransactionNodeLeft
            | ErrorClass::TransactionUnknown
    )
}

pub(crate) fn unreachable(address: &Host, error: io::Error) -> Error {
    let message = format!("{address} cannot be reached");
    Error::new(ErrorKind::Connection, message).with_cause(error).with_retry()
}

/// TLS that was not agreed on: a certificate that is not trusted, or a port that speaks none.
pub(crate) fn tls_handshake(address: &Host, error: io::Error) -> Error {
    let is_closed = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    );
    let message = match (is_closed, certificate_fault(&error)) {
        (true, _) => format!(
            "{address} closed the connection within the TLS handshake: it speaks no TLS, or asks for a client \
             certificate (tls_cert, tls_key) that it trusts"
        ),
        (false, Some(why)) => format!("the certificate of {address} {why}"),
        (false, None) => format!("TLS with {address} could not be agreed on"),
    };
    Error::new(ErrorKind::Tls, message).with_cause(error)
}

/// What is wrong with the server's certificate, and which option says otherwise.
fn certificate_fault(error: &io::Error) -> Option<&'static str> {
    let rustls::Error::InvalidCertificate(fault) = error.get_ref()?.downcast_ref()? else { return None };
    Some(match fault {
        CertificateError::UnknownIssuer => "is of no authority that is trusted (tls_roots)",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another name (tls_server_name)"
        }
        _ => "is not accepted",
    })
}

/// The connection ended before the answer to the handshake. Under TLS 1.3 a server says so of a client certificate.
pub(crate) fn no_greeting(address: &Host, has_tls: bool, cause: Option<io::Error>) -> Error {
    let (kind, why) = match has_tls {
        true => (
            ErrorKind::Tls,
            "it asks for a client certificate (tls_cert, tls_key) that it trusts, or is no Ignite node's client port",
        ),
        false => (
            ErrorKind::Connection,
            "it asks for TLS (ignite+tls://) and perhaps for a client certificate, or is no Ignite node's client port",
        ),
    };
    let error = Error::new(kind, format!("{address} closed the connection before it answered: {why}"));
    match cause {
        Some(cause) => error.with_cause(cause),
        None => error,
    }
}

/// The answer to the handshake is none.
pub(crate) fn no_handshake(address: &Host, error: DecodeError) -> Error {
    let message = format!("{address} answered what is no handshake: it is no Ignite node's client port");
    Error::new(ErrorKind::Protocol, message).with_cause(error)
}

/// The node refuses the handshake.
pub(crate) fn refused(address: &Host, refusal: &Refusal) -> Error {
    if refusal.is_authentication() {
        // The server's words repeat the user's name.
        let message = format!("{address} does not know the user and password, or asks for some");
        return Error::new(ErrorKind::Authentication, message).with_code("AUTH_FAILED");
    }
    let status = refusal.status.and_then(|status| status.name()).unwrap_or("FAILED");
    let message = format!("{address} refused the connection: {}", refusal.message);
    let kind = if status == "NODE_IN_RECOVERY_MODE" { ErrorKind::Connection } else { ErrorKind::Unsupported };
    Error::new(kind, message).with_code(status)
}

#[cfg(test)]
mod tests {
    use querent_protocol::ignite::code::Status;

    use super::*;

    fn server(status: Status, message: &str) -> Error {
        let failure = Failure { status, message: message.to_owned() };
        of_call(CallError::Refused(failure), Effect::Writes)
    }

    #[test]
    fn servers_say_kind_and_code() {
        for (status, message, kind, code) in [
            (Status::FAILED, "42000: no such table [42102-197]", ErrorKind::Query, "42000"),
            (Status::FAILED, "50000: odd", ErrorKind::Server, "FAILED"),
            (Status::CACHE_DOES_NOT_EXIST, "50000: x", ErrorKind::Query, "CACHE_DOES_NOT_EXIST"),
            (Status::TOO_MANY_CURSORS, "50000: x", ErrorKind::Resource, "TOO_MANY_CURSORS"),
            (Status(77), "odd", ErrorKind::Server, "77"),
            (Status::FAILED, "Remote node left grid: x", ErrorKind::Ambiguous, "FAILED"),
        ] {
            let error = server(status, message);
            assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{message}");
        }
    }

    #[test]
    fn values_are_not_repeated() {
        let error = server(Status::FAILED, "read/write conflict [key=secret, val=secret]");
        assert!(!error.to_string().contains("secret") && error.is_retryable(), "{error}");
    }
}
