//! The one error of the runtime: opaque, with a small kind to branch on.
//!
//! [`Display`](fmt::Display) prints this layer only; the cause is in [`source`](std::error::Error::source). Neither ever
//! holds a value, a rendered literal or a secret: the query is named by its checked template.

use std::fmt;
use std::time::Duration;

use crate::query::Part;
use crate::retry::Sent;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong, to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A URL or an option that cannot be.
    Config,
    /// No connection could be made, or it broke.
    Connection,
    /// The server refused the credentials, or asked for some.
    Authentication,
    /// The server knows who asks and refuses all the same.
    Permission,
    /// TLS could not be agreed on.
    Tls,
    /// The peer broke the protocol.
    Protocol,
    /// A deadline passed.
    Timeout,
    /// The pool had no connection free before the deadline.
    PoolTimeout,
    /// The pool was closed.
    PoolClosed,
    /// The server refused the statement: syntax, names or types.
    Query,
    /// A constraint was violated.
    Constraint,
    /// The result is not what the query was checked against: another column, another type, a NULL.
    SchemaMismatch,
    /// A value could not be turned into the Rust type that was asked for.
    Value,
    /// No row where one was asked for.
    RowNotFound,
    /// More than one row where one was asked for.
    TooManyRows,
    /// The server does not offer what was asked for.
    Unsupported,
    /// The answer is incomplete.
    Partial,
    /// The server is out of memory, slots or quota.
    Resource,
    /// A statement that may have taken effect, or not: it was sent, is not known to read only, and no answer came that can
    /// be read. Its words and its cause say what happened; only the data can say whether to send it again.
    Ambiguous,
    /// The server failed.
    Server,
}

/// What the runtime and the drivers return.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    code: Option<String>,
    source: Option<&'static str>,
    query: Option<String>,
    place: Option<(&'static str, u32)>,
    retryable: bool,
    sent: Sent,
    cause: Option<Cause>,
    parts: Vec<Part>,
}

/// The usual result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the given kind. The message is lower case, without a final dot, and holds no value and no secret.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            code: None,
            source: None,
            query: None,
            place: None,
            retryable: false,
            sent: Sent::Perhaps,
            cause: None,
            parts: Vec::new(),
        }))
    }

    /// The same with its cause.
    pub fn with_cause(mut self, cause: impl Into<Cause>) -> Error {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same with the server's own code.
    pub fn with_code(mut self, code: impl Into<String>) -> Error {
        self.0.code = Some(code.into());
        self
    }

    /// The same, marked as safe and sensible to retry: nothing happened, by the server's word or because nothing was sent,
    /// and it may go better next time.
    pub fn with_retry(mut self) -> Error {
        self.0.retryable = true;
        self
    }

    /// The opposite of [`unsent`](Error::unsent) and [`with_retry`](Error::with_retry): by the time of this error the request
    /// had run, or may have.
    pub fn perhaps_sent(mut self) -> Error {
        self.0.sent = Sent::Perhaps;
        self.without_retry()
    }

    pub(crate) fn without_retry(mut self) -> Error {
        self.0.retryable = false;
        self
    }

    /// The same, of a request of which nothing that could take effect was sent: what prepares it does not count.
    pub fn unsent(mut self) -> Error {
        self.0.sent = Sent::Nothing;
        self
    }

    pub(crate) fn sent(&self) -> Sent {
        self.0.sent
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Error {
        self.0.kind = kind;
        self
    }

    /// The same with the query's template and the place where it was written; the first one set stays.
    pub fn with_query(mut self, template: impl Into<String>, place: Option<(&'static str, u32)>) -> Error {
        if self.0.query.is_none() {
            self.0.query = Some(template.into());
            self.0.place = place;
        }
        self
    }

    /// The same with the source's name.
    pub fn with_source_name(mut self, source: &'static str) -> Error {
        self.0.source.get_or_insert(source);
        self
    }

    /// What went wrong, to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, in words, without code, source and place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The same in other words.
    pub fn with_message(mut self, message: impl Into<String>) -> Error {
        self.0.message = message.into();
        self
    }

    /// The server's own code, where it gave one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The name of the source on which it happened.
    pub fn source_name(&self) -> Option<&str> {
        self.0.source
    }

    /// The template of the query, as it was checked; never the text with values in it.
    pub fn query(&self) -> Option<&str> {
        self.0.query.as_deref()
    }

    /// Whether the same call may be made again: it cannot have happened twice then, and it may go better next time.
    ///
    /// True where nothing was sent, where the server said that it did nothing, and where the connection broke under a
    /// statement that only reads (as far as the checker knows; a run-time query is never known to). A statement that may
    /// have taken effect is [`Ambiguous`](ErrorKind::Ambiguous) and not retryable. Within a transaction nothing is: begin
    /// the transaction again. On a pool the runtime has sent it again already, as often as it may. [`retry`](crate::retry) has
    /// the whole rule.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// What became of each statement that was sent in the place of one, where it was split by the owners of its rows, or in
    /// the place of [many](crate::execute_many); empty for a statement that was sent as it is. Those that took effect stay:
    /// a write in parts is not atomic.
    pub fn parts(&self) -> &[Part] {
        &self.0.parts
    }

    pub(crate) fn with_parts(mut self, parts: Vec<Part>) -> Error {
        self.0.parts = parts;
        self
    }

    pub(crate) fn timeout(what: &str, after: Duration) -> Error {
        Error::new(ErrorKind::Timeout, format!("{what} took longer than {after:?}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(code) = &self.0.code {
            write!(f, " [{code}]")?;
        }
        if let Some(source) = self.0.source {
            write!(f, " (source {source})")?;
        }
        if let Some((file, line)) = self.0.place {
            write!(f, " (query at {file}:{line})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = f.debug_struct("Error");
        s.field("kind", &self.0.kind).field("message", &self.0.message);
        if let Some(code) = &self.0.code {
            s.field("code", code);
        }
        if let Some(source) = &self.0.source {
            s.field("source", source);
        }
        if let Some(query) = &self.0.query {
            s.field("query", query);
        }
        if let Some((file, line)) = &self.0.place {
            s.field("at", &format_args!("{file}:{line}"));
        }
        if !self.0.parts.is_empty() {
            s.field("parts", &self.0.parts.len());
        }
        if let Some(cause) = &self.0.cause {
            s.field("cause", &format_args!("{cause}"));
        }
        s.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|c| c as _)
    }
}
