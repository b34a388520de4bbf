//! gRPC statuses and Arrow errors as querent's.

use arrow_flight::error::FlightError;
use arrow_schema::ArrowError;
use querent_core::{Error, ErrorKind, Value};
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
        Code::Cancelled | Code::Aborted if transport => ErrorKind::Connection,
        Code::Unknown if transport => ErrorKind::Connection,
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

/// The message without the values of the query, which servers like to repeat.
pub(crate) fn without_values(message: &str, values: &[Value<'_>]) -> String {
    let mut message = message.to_owned();
    for value in values {
        hide(&mut message, value);
    }
    message
}

fn hide(message: &mut String, value: &Value<'_>) {
    let text = match value {
        Value::Null | Value::Bool(_) => return,
        Value::Str(text) => (*text).to_owned(),
        Value::String(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Timestamp(timestamp) => timestamp.to_string(),
        Value::Uuid(uuid) => uuid.to_string(),
        Value::List(values) => return values.iter().for_each(|value| hide(message, value)),
        _ => return,
    };
    // A short text is hidden only where it stands as a value, for it may be part of any word.
    let short = text.chars().count() < 4;
    for quote in ["'", "\""] {
        let quoted = format!("{quote}{text}{quote}");
        *message = message.replace(&quoted, "<value>");
    }
    if !short {
        *message = message.replace(&text, "<value>");
    }
}
