//! Errors of HTTP and of brokers as querent's.

use std::io;
use std::time::Duration;

use querent_core::{Error, ErrorKind, tls};
use querent_protocol::pinot::DecodeError;
use querent_protocol::pinot::code::{ErrorClass, ErrorCode};
use querent_protocol::pinot::request::{http_error_message, is_html};
use querent_protocol::pinot::summary::{Exception, Incomplete};
use reqwest::StatusCode;

use crate::redirect;

/// How much of a broker's words is told: a stack trace may follow them.
const CHARS_MAX: usize = 2_000;

/// The kind that an error of the transport has.
pub(crate) fn kind_of(error: &reqwest::Error) -> ErrorKind {
    if tls::is_tls_error(error) || error.is_connect() && ends_in_handshake(error) {
        ErrorKind::Tls
    } else if error.is_builder() {
        ErrorKind::Config
    } else if error.is_redirect() {
        ErrorKind::Protocol
    } else {
        ErrorKind::Connection
    }
}

/// An error of the transport.
pub(crate) fn transport(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if let Some(reason) = tls::reason(&error) {
        let message = format!("TLS with the server could not be agreed on: {reason}");
        return Error::new(ErrorKind::Tls, message).with_cause(error);
    }
    if error.is_connect() && ends_in_handshake(&error) {
        let message = "the server closed the connection while TLS was agreed on: it may ask for a client certificate, \
                       or not take the one of `tls_cert`";
        return Error::new(ErrorKind::Tls, message).with_cause(error);
    }
    if error.is_connect() && error.is_timeout() {
        let message = "the server was not reached within `connect_timeout_ms` of the URL; one that speaks no TLS is silent \
                       where the URL begins with pinot+tls";
        return Error::new(ErrorKind::Connection, message).with_cause(error).with_retry();
    }
    if error.is_connect() {
        return Error::new(ErrorKind::Connection, "the server cannot be reached")
            .with_cause(error)
            .with_retry();
    }
    if error.is_builder() {
        return Error::new(ErrorKind::Config, "the HTTP request cannot be made").with_cause(error);
    }
    if error.is_redirect() {
        let why = redirect::refused(&error).map(|why| why.to_string());
        let message = why.unwrap_or_else(|| "the server redirects to where nothing can be sent".to_owned());
        return Error::new(ErrorKind::Protocol, message).with_cause(error);
    }
    let message = match error.is_request() {
        true => {
            "the connection broke before an answer came; a server that speaks TLS breaks it where the URL does not begin \
             with pinot+tls"
        }
        false => "the connection broke",
    };
    Error::new(ErrorKind::Connection, message).with_cause(error)
}

/// Whether a connection that was being made ended too early, which only TLS can find.
fn ends_in_handshake(error: &reqwest::Error) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| (*error).source()).any(|mut error| {
        while let Some(io) = error.downcast_ref::<io::Error>() {
            match io.get_ref() {
                Some(inner) if io.kind() != io::ErrorKind::UnexpectedEof => error = inner,
                _ => return io.kind() == io::ErrorKind::UnexpectedEof,
            }
        }
        false
    })
}

/// A server that says nothing for too long.
pub(crate) fn silent(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("the server was silent for {limit:?}"))
}

/// A body that something on the way has compressed.
pub(crate) fn encoded() -> Error {
    let message = "the answer is compressed, which was not asked for: a proxy stands before the server";
    Error::new(ErrorKind::Protocol, message)
}

/// An answer of the HTTP layer that is no answer to a query.
pub(crate) fn status(status: StatusCode, body: &[u8]) -> Error {
    let kind = match status {
        StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => ErrorKind::Authentication,
        StatusCode::FORBIDDEN => ErrorKind::Permission,
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => ErrorKind::Query,
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => ErrorKind::Timeout,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Resource,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY => ErrorKind::Connection,
        status if status.is_server_error() => ErrorKind::Server,
        _ => ErrorKind::Protocol,
    };
    let message = match http_error_message(body) {
        Some(message) => message,
        None if is_html(body) => {
            "a page of HTML answered: the URL leads to no broker or controller, or a proxy stands before it"
                .to_owned()
        }
        None if status.is_redirection() => {
            "the server redirects, which `redirects_max` of the URL does not allow".to_owned()
        }
        None => "the server refused the request".to_owned(),
    };
    let error = Error::new(kind, message).with_code(format!("HTTP {}", status.as_u16()));
    // It has refused to begin.
    if status == StatusCode::TOO_MANY_REQUESTS { error.with_retry() } else { error }
}

/// A body that is none of Pinot's.
pub(crate) fn unreadable(error: DecodeError) -> Error {
    match error.is_truncated() {
        true => Error::new(ErrorKind::Connection, "the answer broke off").with_cause(error),
        false => Error::new(ErrorKind::Protocol, "the server's answer cannot be read").with_cause(error),
    }
}

/// A body under the status of an answer that is a page for people.
pub(crate) fn html() -> Error {
    Error::new(
        ErrorKind::Protocol,
        "a page of HTML came in place of an answer: the URL leads to no broker, or a proxy stands before it",
    )
}

/// What is known of a query when its answer is judged.
pub(crate) struct Asked<'a> {
    /// Its text, values included.
    pub(crate) sql: &'a str,
    /// Whether it only reads.
    pub(crate) reads: bool,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// How long the servers could take.
    pub(crate) limit: Duration,
}

/// A broker's exceptions where there are no rows; the words still hold what the broker repeats of the query's values.
pub(crate) fn exceptions(exceptions: &[Exception], asked: &Asked<'_>) -> Error {
    let Some(first) = exceptions.first() else {
        return Error::new(ErrorKind::Protocol, "the broker gave neither rows nor a reason");
    };
    let words: Vec<String> = exceptions.iter().map(|exception| words(exception, asked.sql)).collect();
    let error = Error::new(kind(first.code, asked), words.join("; ")).with_code(first.code.to_string());
    let may_go_better = exceptions.iter().all(|exception| may_go_better(exception.code, asked));
    if may_go_better && asked.reads { error.with_retry() } else { error }
}

/// Whether servers did not respond because the query's time was over: a scatter that runs out of it ends so.
fn ran_out_of_time(code: ErrorCode, asked: &Asked<'_>) -> bool {
    const NOT_RESPONDING: ErrorCode = ErrorCode(427);
    /// The broker counts whole milliseconds.
    const GRAIN: Duration = Duration::from_millis(2);
    code == NOT_RESPONDING && asked.elapsed + GRAIN >= asked.limit
}

fn may_go_better(code: ErrorCode, asked: &Asked<'_>) -> bool {
    code.is_retryable() && !ran_out_of_time(code, asked)
}

fn kind(code: ErrorCode, asked: &Asked<'_>) -> ErrorKind {
    if ran_out_of_time(code, asked) {
        return ErrorKind::Timeout;
    }
    match code.class() {
        ErrorClass::Syntax | ErrorClass::Invalid | ErrorClass::NoSuchTable => ErrorKind::Query,
        ErrorClass::AccessDenied => ErrorKind::Permission,
        ErrorClass::Timeout => ErrorKind::Timeout,
        // Who cancels a query that its caller still waits for is the server, short of memory or of what it allows.
        ErrorClass::Unavailable | ErrorClass::Cancelled => ErrorKind::Resource,
        _ => ErrorKind::Server,
    }
}

/// The broker's words without the query's text, which it likes to repeat, and without a stack trace.
fn words(exception: &Exception, sql: &str) -> String {
    let text = match sql {
        "" => exception.message.clone(),
        sql => exception.message.replace(sql, "<query>"),
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("at "));
    let told: String = lines.collect::<Vec<_>>().join(" ").chars().take(CHARS_MAX).collect();
    match told.is_empty() {
        true => format!("the broker refused the query with {}", exception.code),
        false => told,
    }
}

/// An answer that is not all of it.
pub(crate) fn incomplete(reasons: &[Incomplete], exceptions: &[Exception], asked: &Asked<'_>) -> Error {
    let told: Vec<String> = reasons.iter().map(Incomplete::to_string).collect();
    let error = Error::new(ErrorKind::Partial, format!("the answer is incomplete: {}", told.join("; ")));
    let error = match exceptions.first() {
        Some(exception) => error.with_code(exception.code.to_string()),
        None => error,
    };
    // Servers that were away may be back; limits are reached again.
    let may_go_better = reasons.iter().all(|reason| match reason {
        Incomplete::Exceptions(codes) => codes.iter().all(|code| may_go_better(*code, asked)),
        Incomplete::Servers { .. } | Incomplete::Segments => true,
        _ => false,
    });
    if may_go_better && asked.reads { error.with_retry() } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked {
        sql: "SELECT 's3cret'",
        reads: true,
        elapsed: Duration::from_secs(1),
        limit: Duration::from_secs(10),
    };

    fn exception(code: i32, message: &str) -> Exception {
        Exception { code: ErrorCode(code), message: message.to_owned() }
    }

    /// All codes of 1.5.1 and 1.6: kind, and whether a query that reads may be sent again.
    #[test]
    fn every_code_has_a_kind_and_advice() {
        use ErrorKind::*;
        for (code, expected, retry) in [
            (100, Query, false),
            (150, Query, false),
            (155, Query, false),
            (160, Server, false),
            (180, Permission, false),
            (190, Query, false),
            (191, Query, false),
            (200, Server, false),
            (210, Resource, true),
            (211, Resource, true),
            (230, Resource, false),
            (235, Resource, false),
            (240, Timeout, false),
            (245, Resource, true),
            (246, Query, false),
            (250, Timeout, false),
            (305, Resource, true),
            (400, Timeout, false),
            (410, Resource, true),
            (420, Resource, false),
            (425, Resource, true),
            (427, Resource, true),
            (429, Resource, true),
            (450, Server, false),
            (500, Server, false),
            (503, Resource, false),
            (510, Resource, false),
            (700, Query, false),
            (710, Query, false),
            (720, Query, false),
            (1000, Server, false),
            (77, Server, false),
        ] {
            let list = [exception(code, "x")];
            let error = exceptions(&list, &ASKED);
            assert_eq!((error.kind(), error.is_retryable()), (expected, retry), "{code}");
            assert!(error.code().is_some_and(|told| told.starts_with(&code.to_string())), "{code}");
            let writes = exceptions(&list, &Asked { reads: false, ..ASKED });
            assert!(!writes.is_retryable(), "{code}");
        }
    }

    #[test]
    fn a_scatter_that_ran_out_of_time_is_a_timeout() {
        let late = Asked { elapsed: ASKED.limit, ..ASKED };
        let error = exceptions(&[exception(427, "1 servers not responded")], &late);
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false));
        let part = [Incomplete::Exceptions(vec![ErrorCode(427)])];
        assert!(!incomplete(&part, &[], &late).is_retryable());
        assert_eq!(exceptions(&[exception(425, "x")], &late).kind(), ErrorKind::Resource);
    }

    #[test]
    fn words_hold_neither_the_query_nor_a_stack() {
        let message =
            "cannot parse query: SELECT 's3cret'\n\tat org.x.Y(Y.java:1)\n\tat org.x.Z\nCaused by: W";
        let error = exceptions(&[exception(150, message), exception(427, "")], &ASKED);
        assert_eq!(
            error.message(),
            "cannot parse query: <query> Caused by: W; the broker refused the query with 427 SERVER_NOT_RESPONDING"
        );
        assert!(!error.is_retryable());
        assert_eq!(exceptions(&[exception(200, &"x".repeat(9_000))], &ASKED).message().len(), CHARS_MAX);
        assert_eq!(exceptions(&[], &ASKED).kind(), ErrorKind::Protocol);
    }

    #[test]
    fn incomplete_answers_say_what_is_missing() {
        let codes = Incomplete::Exceptions(vec![ErrorCode(427), ErrorCode(425)]);
        let servers = Incomplete::Servers { queried: 2, responded: 1 };
        let error = incomplete(&[codes, servers.clone()], &[exception(427, "s3cret")], &ASKED);
        assert_eq!(
            error.message(),
            "the answer is incomplete: the broker reports 427 SERVER_NOT_RESPONDING, 425 BROKER_REQUEST_SEND; \
             1 of 2 servers answered"
        );
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Partial, true));
        assert!(!incomplete(&[servers, Incomplete::GroupsTrimmed], &[], &ASKED).is_retryable());
    }

    #[test]
    fn statuses_have_kinds() {
        use ErrorKind::*;
        let page = b"<!DOCTYPE html><html>Bad Gateway</html>";
        for (code, expected) in [
            (302, Protocol),
            (400, Query),
            (401, Authentication),
            (403, Permission),
            (404, Query),
            (407, Authentication),
            (408, Timeout),
            (418, Protocol),
            (429, Resource),
            (500, Server),
            (502, Connection),
            (503, Connection),
            (504, Timeout),
        ] {
            let error = status(StatusCode::from_u16(code).unwrap(), page);
            let told = format!("HTTP {code}");
            assert_eq!((error.kind(), error.code()), (expected, Some(told.as_str())));
            assert_eq!(error.is_retryable(), code == 429);
            assert!(error.message().contains("a page of HTML"), "{error}");
        }
        assert!(status(StatusCode::FOUND, b"").message().contains("redirects_max"));
    }
}
