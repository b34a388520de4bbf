//! Errors of HTTP and of brokers as querent's.

use std::time::Duration;

use querent_core::{Error, ErrorKind, tls};
use querent_protocol::pinot::DecodeError;
use querent_protocol::pinot::code::ErrorClass;
use querent_protocol::pinot::request::http_error_message;
use querent_protocol::pinot::summary::{Exception, Incomplete};
use reqwest::StatusCode;

/// An error of the transport.
pub(crate) fn transport(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if tls::is_tls_error(&error) {
        return tls::handshake_error(error);
    }
    match (error.is_connect(), error.is_builder()) {
        (true, _) => {
            Error::new(ErrorKind::Connection, "the server cannot be reached").with_cause(error).with_retry()
        }
        (_, true) => Error::new(ErrorKind::Config, "the HTTP request cannot be made").with_cause(error),
        _ => Error::new(ErrorKind::Connection, "the connection broke").with_cause(error),
    }
}

/// A server that says nothing for too long.
pub(crate) fn silent(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("the server was silent for {limit:?}"))
}

/// An answer of the HTTP layer that is no answer to a query.
pub(crate) fn status(status: StatusCode, body: &[u8]) -> Error {
    let kind = match status {
        StatusCode::UNAUTHORIZED => ErrorKind::Authentication,
        StatusCode::FORBIDDEN => ErrorKind::Permission,
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => ErrorKind::Query,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Timeout,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Resource,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY => ErrorKind::Connection,
        status if status.is_server_error() => ErrorKind::Server,
        _ => ErrorKind::Protocol,
    };
    let message = http_error_message(body);
    let message = message.unwrap_or_else(|| "the server refused the request".to_owned());
    Error::new(kind, message).with_code(format!("HTTP {}", status.as_u16()))
}

/// A body that is none of Pinot's.
pub(crate) fn unreadable(error: DecodeError) -> Error {
    match error.is_truncated() {
        true => Error::new(ErrorKind::Connection, "the answer broke off").with_cause(error),
        false => Error::new(ErrorKind::Protocol, "the server's answer cannot be read").with_cause(error),
    }
}

/// The first of a broker's exceptions; the message still holds what the broker repeats of the query.
pub(crate) fn exception(exception: &Exception) -> Error {
    let kind = match exception.code.class() {
        ErrorClass::Syntax | ErrorClass::Invalid | ErrorClass::NoSuchTable => ErrorKind::Query,
        ErrorClass::AccessDenied => ErrorKind::Permission,
        ErrorClass::Timeout | ErrorClass::Cancelled => ErrorKind::Timeout,
        ErrorClass::Unavailable => ErrorKind::Resource,
        _ => ErrorKind::Server,
    };
    let message = match exception.message.trim() {
        "" => "the broker refused the query",
        message => message,
    };
    let error = Error::new(kind, message).with_code(exception.code.to_string());
    if exception.code.is_retryable() { error.with_retry() } else { error }
}

/// An answer that is not all of it.
pub(crate) fn incomplete(reasons: &[Incomplete], exceptions: &[Exception]) -> Error {
    let words: Vec<String> = reasons.iter().map(|reason| words(reason, exceptions)).collect();
    let error = Error::new(ErrorKind::Partial, format!("the answer is incomplete: {}", words.join("; ")));
    match exceptions.first() {
        Some(exception) => error.with_code(exception.code.to_string()),
        None => error,
    }
}

fn words(reason: &Incomplete, exceptions: &[Exception]) -> String {
    match reason {
        Incomplete::Exceptions => {
            let codes: Vec<String> = exceptions.iter().map(|e| e.code.to_string()).collect();
            format!("the broker reports {}", codes.join(", "))
        }
        Incomplete::Servers { queried, responded } => format!("{responded} of {queried} servers answered"),
        Incomplete::Rows { announced, received } => format!("{received} of {announced} rows came"),
        Incomplete::Limit(name) => format!("the server reached a limit ({name})"),
        _ => "the broker says no more than that".to_owned(),
    }
}
