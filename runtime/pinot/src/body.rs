//! The body of an answer, piece by piece, with a limit on its length and on how long a piece may take.

use std::time::Duration;

use bytes::BytesMut;
use querent_core::{Error, ErrorKind, Result};

use crate::error;
use crate::exchange::Answer;

/// What is left of a body.
pub(crate) struct Body {
    /// `None` where all of it has come.
    answer: Option<Answer>,
    len: u64,
    len_max: u64,
    /// How long the server may be silent.
    silence_max: Duration,
}

impl Body {
    pub(crate) fn of(answer: Answer, len_max: u64, silence_max: Duration) -> Result<Body> {
        answer.plain()?;
        Ok(Body { answer: Some(answer), len: 0, len_max, silence_max })
    }

    /// A body that has come.
    pub(crate) fn whole() -> Body {
        Body { answer: None, len: 0, len_max: 0, silence_max: Duration::ZERO }
    }

    /// Appends what arrives next; `false` at the end.
    pub(crate) async fn more(&mut self, buffer: &mut BytesMut) -> Result<bool> {
        let Some(answer) = &mut self.answer else { return Ok(false) };
        let chunk = match tokio::time::timeout(self.silence_max, answer.chunk()).await {
            Ok(chunk) => chunk?,
            Err(_) => return Err(error::silent(self.silence_max)),
        };
        let Some(chunk) = chunk else {
            self.answer = None;
            return Ok(false);
        };
        self.len += chunk.len() as u64;
        if self.len > self.len_max {
            let message =
                format!("the answer is longer than {} bytes (response_len_max of the URL)", self.len_max);
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        buffer.extend_from_slice(&chunk);
        Ok(true)
    }
}
