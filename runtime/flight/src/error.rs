//! gRPC statuses and Arrow errors as querent's.

use arrow_flight::error::FlightError;
use arrow_schema::ArrowError;
use querent_core::{Error, ErrorKind};
use tonic::{Code, Status};

/// A status of the server.
pub(crate) fn status(status: Status) -> Error {
    // A transport that broke shows as a status whose source is the transport's error.
    let transport = std::error::Error::source(&status).is_some();
    let kind = match status.code() {
        Code::Unauthenticated => ErrorKind::Authentication,
        Code::PermissionDenied => ErrorKind::Permission,
        Code::Unavailable => ErrorKind::Connection,
        Code::DeadlineExceeded => ErrorKind::Timeout,
        Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::OutOfRange => {
            ErrorKind::Query
        }
        Code::AlreadyExists => ErrorKind::Constraint,
        Code::Unimplemented => ErrorKind::Unsupported,
        Code::ResourceExhausted => ErrorKind::Resource,
        Code::DataLoss => ErrorKind::Protocol,
        _ if transport => ErrorKind::Connection,
        _ => ErrorKind::Server,
    };
    let message = match status.message().trim() {
        "" => format!("the server answered {:?}", status.code()),
        message => message.to_owned(),
    };
    let retry = status.code() == Code::Unavailable;
    let error = Error::new(kind, message).with_code(format!("{:?}", status.code()));
    if retry { error.with_retry() } else { error }
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
