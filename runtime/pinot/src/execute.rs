//! A query: its text with every value in it, posted to a broker, and the answer read as it arrives.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use querent_core::{Error, ErrorKind, Request, Result};
use querent_protocol::pinot::request::{self, QueryRequest};
use querent_protocol::pinot::response::{Event, ResponseDecoder};
use querent_protocol::pinot::summary::Summary;
use querent_protocol::pinot::{Column, Limits};
use reqwest::Response;

use crate::Pinot;
use crate::connection::Connection;
use crate::error;
use crate::literal;
use crate::row::PinotBatch;

/// An open answer. Dropped, it closes its HTTP connection.
pub struct Cursor {
    response: Response,
    decoder: ResponseDecoder,
    buffer: BytesMut,
    columns: Arc<[Column]>,
    summary: Option<Summary>,
    partial_ok: bool,
    reads: bool,
    /// How long the broker may be silent.
    silence_max: Duration,
}

/// Sends a query and waits until its answer begins.
pub(crate) async fn open(connection: &mut Connection, request: Request<'_, Pinot>) -> Result<Cursor> {
    let sql = request.render_literals(&mut |value, ty, sql| literal::write(value, ty, sql))?;
    let reads = only_reads(&sql);
    let options = connection.client.options();
    let timeout = request.call.timeout;
    let body = QueryRequest {
        sql: &sql,
        engine: options.source.engine,
        null_handling: options.source.null_handling,
        timeout_ms: timeout
            .and_then(|timeout| NonZeroU64::new(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX / 2))),
        client_query_id: None,
        options: Vec::new(),
    }
    .to_json()
    .map_err(|e| Error::new(ErrorKind::Config, e.to_string()))?;
    // A call's own limit is kept by who runs it; this one is for calls that have none.
    let silence_max = options.response_timeout.max(timeout.unwrap_or_default());
    let response = match tokio::time::timeout(silence_max, connection.post(request::PATH, body)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(error::silent(silence_max)),
    };
    let response = response.map_err(|e| known(e, reads))?;
    Ok(Cursor {
        response,
        decoder: ResponseDecoder::new(Limits::default()),
        buffer: BytesMut::new(),
        columns: Arc::from([]),
        summary: None,
        partial_ok: request.call.partial_ok,
        reads,
        silence_max,
    })
}

impl Cursor {
    /// The next rows, or the end: an error where the answer is not all of it, unless that is wanted.
    pub(crate) async fn next(&mut self) -> Result<Option<PinotBatch>> {
        self.advance().await.map_err(|e| known(e, self.reads))
    }

    async fn advance(&mut self) -> Result<Option<PinotBatch>> {
        if self.summary.is_some() {
            return Ok(None);
        }
        loop {
            match self.decoder.decode(&mut self.buffer).map_err(error::unreadable)? {
                Some(Event::Columns(columns)) => self.columns = columns,
                Some(Event::Rows(rows)) => {
                    return Ok(Some(PinotBatch { columns: self.columns.clone(), rows }));
                }
                Some(Event::End(summary)) => {
                    let verdict = self.verdict(&summary);
                    self.summary = Some(summary);
                    // To the end of the body, so that the HTTP connection can be used again.
                    while self.more().await? {}
                    self.decoder.finish(&self.buffer).map_err(error::unreadable)?;
                    return verdict.map(|()| None);
                }
                None if self.more().await? => {}
                None => self.decoder.finish(&self.buffer).map_err(error::unreadable)?,
            }
        }
    }

    /// Whether something more arrived.
    async fn more(&mut self) -> Result<bool> {
        let chunk = match tokio::time::timeout(self.silence_max, self.response.chunk()).await {
            Ok(chunk) => chunk.map_err(error::transport)?,
            Err(_) => return Err(error::silent(self.silence_max)),
        };
        let Some(chunk) = chunk else { return Ok(false) };
        self.buffer.extend_from_slice(&chunk);
        Ok(true)
    }

    fn verdict(&self, summary: &Summary) -> Result<()> {
        let reasons = summary.incompleteness();
        match summary.exceptions.first() {
            // No rows at all, not even none.
            Some(exception) if !summary.has_result_table => Err(error::exception(exception)),
            _ if reasons.is_empty() || self.partial_ok => Ok(()),
            _ => Err(error::incomplete(&reasons, &summary.exceptions)),
        }
    }
}

/// Whether a statement surely changes nothing, checked or not: `INSERT INTO … FROM FILE` is the one that does (1.5.1).
fn only_reads(sql: &str) -> bool {
    !sql.as_bytes().windows("insert".len()).any(|word| word.eq_ignore_ascii_case(b"insert"))
}

fn known(error: Error, reads: bool) -> Error {
    if reads { error.unsent() } else { error }
}
