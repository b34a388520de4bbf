//! Errors of the wire as querent's.
//!
//! Picodata has a handful of SQLSTATEs and says `XX000` for everything else, so those messages are told apart by the
//! words of its engine (measured on 25.6 and 26.1).

use querent_core::{Error, ErrorKind, tls};
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

/// An answer of the server. Its detail is left out, for it repeats the values of rows.
fn from_server(server: &DbError) -> Error {
    let code = server.code().code();
    let error = Error::new(kind(code, server.message()), without_tuples(server.message())).with_code(code);
    // These are said before anything runs.
    let retry = matches!(code, "42999" | "57P03" | "53300");
    if retry { error.with_retry() } else { error }
}

fn kind(code: &str, message: &str) -> ErrorKind {
    match code {
        "42501" => ErrorKind::Permission,
        "57014" => ErrorKind::Timeout,
        "57P01" | "57P02" | "57P03" => ErrorKind::Connection,
        "25006" => ErrorKind::Permission,
        "3D000" => ErrorKind::Config,
        "XX000" => of_words(message),
        _ => match code.get(..2).unwrap_or_default() {
            "08" => ErrorKind::Protocol,
            "0A" => ErrorKind::Unsupported,
            "22" | "42" => ErrorKind::Query,
            "23" => ErrorKind::Constraint,
            "28" => ErrorKind::Authentication,
            "53" | "54" => ErrorKind::Resource,
            _ => ErrorKind::Server,
        },
    }
}

/// What an `XX000` is, by the words of Picodata's engine; the first that fits.
fn of_words(message: &str) -> ErrorKind {
    const WORDS: &[(&str, ErrorKind)] = &[
        ("AccessDenied", ErrorKind::Permission),
        ("TupleFound", ErrorKind::Constraint),
        ("Duplicate key exists", ErrorKind::Constraint),
        ("FieldType", ErrorKind::Constraint),
        ("ShardingError", ErrorKind::Server),
        ("Exceeded maximum number of rows", ErrorKind::Resource),
        ("max executed vdbe opcodes", ErrorKind::Resource),
        ("storage is full", ErrorKind::Resource),
        ("NoSuchSpace", ErrorKind::Query),
        ("rule parsing error", ErrorKind::Query),
        ("not found", ErrorKind::Query),
        ("failed to parse", ErrorKind::Query),
        ("could not resolve", ErrorKind::Query),
        ("could not determine data type", ErrorKind::Query),
        ("inconsistent types", ErrorKind::Query),
        ("schema version different", ErrorKind::Query),
    ];
    let known = WORDS.iter().find(|(words, _)| message.contains(words));
    known.map_or(ErrorKind::Server, |(_, kind)| *kind)
}

/// The message without the rows that Picodata prints where a key is there already (`old tuple - [1, "a"]`).
fn without_tuples(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find("tuple - [") {
        let (before, tuple) = rest.split_at(at + "tuple - [".len());
        out.push_str(before);
        out.push_str("<values>]");
        rest = after_bracket(tuple);
    }
    out.push_str(rest);
    out
}

/// What follows the bracket that closes the one already open; brackets inside of texts do not count.
fn after_bracket(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_have_kinds() {
        for (code, message, expected) in [
            ("28P01", "authentication failed for user 'x'", ErrorKind::Authentication),
            ("28000", "this server requires the client to use ssl", ErrorKind::Authentication),
            ("42999", "prepared statement s105 has been invalidated", ErrorKind::Query),
            ("22P02", "invalid input syntax", ErrorKind::Query),
            ("0A000", "_int8 parameters", ErrorKind::Unsupported),
            ("23505", "duplicate key value", ErrorKind::Constraint),
            ("XX000", "sbroad: table with name \"nope\" not found", ErrorKind::Query),
            ("XX000", "box error: AccessDenied: Read access to space 'w' is denied", ErrorKind::Permission),
            ("XX000", "TupleFound: Duplicate key exists in unique index", ErrorKind::Constraint),
            ("XX000", "sbroad: Exceeded maximum number of rows (5000)", ErrorKind::Resource),
            ("XX000", "something else", ErrorKind::Server),
            ("", "", ErrorKind::Server),
        ] {
            assert_eq!(kind(code, message), expected, "{code} {message}");
        }
    }

    #[test]
    fn rows_are_not_repeated() {
        let message =
            r#"in space "t" with old tuple - [1, "s3cret ] \" x", [2]] and new tuple - [1, "other"]"}"#;
        assert_eq!(
            without_tuples(message),
            r#"in space "t" with old tuple - [<values>] and new tuple - [<values>]"}"#
        );
        assert_eq!(without_tuples("old tuple - [1, \"cut"), "old tuple - [<values>]");
    }
}
