//! gRPC statuses and Arrow errors as querent's.

use arrow_flight::error::FlightError;
use arrow_schema::ArrowError;
use querent_core::{Error, ErrorKind};
use tonic::{Code, Status};

/// A status of the server, or of the transport that broke.
pub(crate) fn status(status: Status) -> Error {
    // A transport that broke shows as a status whose source is the transport's error.
    let transport = std::error::Error::source(&status).is_some();
    let kind = match status.code() {
        _ if transport => ErrorKind::Connection,
        Code::Unauthenticated => ErrorKind::Authentication,
        Code::PermissionDenied => ErrorKind::Permission,
        // The server's word that it is not available says nothing of what it did until then.
        Code::Unavailable => ErrorKind::Connection,
        Code::DeadlineExceeded | Code::Cancelled => ErrorKind::Timeout,
        Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::OutOfRange => {
            ErrorKind::Query
        }
        Code::AlreadyExists => ErrorKind::Constraint,
        Code::Unimplemented => ErrorKind::Unsupported,
        Code::ResourceExhausted => ErrorKind::Resource,
        Code::DataLoss => ErrorKind::Protocol,
        _ => ErrorKind::Server,
    };
    let message = match status.message().trim() {
        "" => format!("the server answered {:?}", status.code()),
        message => message.to_owned(),
    };
    let error = Error::new(kind, message).with_code(format!("{:?}", status.code()));
    if never_ran(&status) { error.with_retry() } else { error }
}

/// Whether the call never reached the server's code: no connection was there and none could be made, or the server reset
/// the stream with REFUSED_STREAM, which promises it (RFC 9113, section 8.7).
fn never_ran(status: &Status) -> bool {
    let first: &(dyn std::error::Error + 'static) = status;
    std::iter::successors(Some(first), |e| e.source()).any(|e| {
        let reset = e.downcast_ref::<h2::Error>();
        e.is::<tonic::ConnectError>()
            || reset.is_some_and(|e| e.is_reset() && e.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// An error while reading a stream.
pub(crate) fn flight(error: FlightError) -> Error {
    match error {
        FlightError::Tonic(inner) => status(*inner),
        other => Error::new(ErrorKind::Protocol, "the server's data cannot be read").with_cause(other),
    }
}

/// Arrow data that is not what it should be.
pub(crate) fn arrow(error: ArrowError) -> Error {
    Error::new(ErrorKind::Protocol, "the server's data cannot be read").with_cause(error)
}

/// A reply that breaks the protocol.
pub(crate) fn protocol(what: &str) -> Error {
    Error::new(ErrorKind::Protocol, what)
}

#[cfg(test)]
mod tests {
    use querent_core::retry::Effect;

    use super::*;

    #[test]
    fn only_a_call_that_never_ran_may_be_made_again() {
        #[track_caller]
        fn check(given: Status, effect: Effect, kind: ErrorKind, retry: bool) {
            let error = status(given).settle(effect);
            assert_eq!((error.kind(), error.is_retryable()), (kind, retry), "{error:?}");
        }
        let io = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let dial = || Status::from_error(Box::new(tonic::ConnectError(Box::new(io()))));
        let reset = |reason: h2::Reason| Status::from_error(Box::new(h2::Error::from(reason)));
        let broken = || Status::from_error(Box::new(io()));
        check(dial(), Effect::Writes, ErrorKind::Connection, true);
        // Not a reset of the stream, but an error of this side's making.
        check(reset(h2::Reason::REFUSED_STREAM), Effect::Writes, ErrorKind::Ambiguous, false);
        check(broken(), Effect::Reads, ErrorKind::Connection, true);
        check(broken(), Effect::Writes, ErrorKind::Ambiguous, false);
        check(Status::unavailable("x"), Effect::Reads, ErrorKind::Connection, true);
        check(Status::unavailable("x"), Effect::Writes, ErrorKind::Ambiguous, false);
        check(Status::deadline_exceeded("x"), Effect::Writes, ErrorKind::Ambiguous, false);
        check(Status::cancelled("x"), Effect::Writes, ErrorKind::Ambiguous, false);
        check(Status::invalid_argument("x"), Effect::Writes, ErrorKind::Query, false);
        check(Status::resource_exhausted("x"), Effect::Writes, ErrorKind::Resource, false);
    }
}
