//! What becomes of a request: its answer, or why there is none.

use std::sync::Arc;
use std::{fmt, io};

use bytes::Bytes;
use querent_protocol::ignite::response::Failure;
use querent_protocol::ignite::{DecodeError, EncodeError, Reader};

pub(super) type Reply = Result<Answer, CallError>;

/// An answer that is no error.
#[derive(Clone)]
pub(crate) struct Answer {
    body: Bytes,
    payload_at: usize,
}

impl Answer {
    pub(super) fn new(body: Bytes, payload_at: usize) -> Answer {
        Answer { body, payload_at }
    }

    pub(super) fn payload(&self) -> Option<&[u8]> {
        self.body.get(self.payload_at..)
    }

    /// Reads the payload; `body` is what the reader reads, for pages that keep it.
    pub(crate) fn read<'a, T>(
        &'a self,
        read: impl FnOnce(&'a Bytes, &mut Reader<'a>) -> Result<T, DecodeError>,
    ) -> Result<T, CallError> {
        let reader = Reader::new(&self.body).at(self.payload_at);
        let read = reader.and_then(|mut reader| read(&self.body, &mut reader));
        read.map_err(CallError::Unreadable)
    }
}

/// Only its length: it holds values.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} bytes)", self.body.len())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(crate) enum CallError {
    /// The request was not sent.
    Unsendable(EncodeError),
    /// The server refused it.
    Refused(Failure),
    /// The answer is none.
    Unreadable(DecodeError),
    /// The answer is another than was asked for.
    Unexpected(&'static str),
    /// The connection ended first.
    Lost {
        /// Why.
        lost: Arc<Lost>,
        /// Whether the server may have seen the request.
        written: bool,
    },
}

/// Why a connection ended.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(super) what: &'static str,
    cause: Option<Cause>,
}

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    Decode(DecodeError),
}

impl Lost {
    pub(super) fn new(what: &'static str) -> Lost {
        Lost { what, cause: None }
    }

    pub(super) fn io(what: &'static str, error: io::Error) -> Lost {
        Lost { what, cause: Some(Cause::Io(error)) }
    }

    pub(super) fn decode(error: DecodeError) -> Lost {
        Lost { what: "the server sent what is no answer", cause: Some(Cause::Decode(error)) }
    }

    /// Whether the server broke the protocol.
    pub(crate) fn is_protocol(&self) -> bool {
        matches!(self.cause, Some(Cause::Decode(_)))
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl std::error::Error for Lost {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.cause.as_ref()? {
            Cause::Io(error) => Some(error),
            Cause::Decode(error) => Some(error),
        }
    }
}
