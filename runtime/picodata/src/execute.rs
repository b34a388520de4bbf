//! A statement: prepared, bound, its rows streamed in batches of bounded size.

use std::pin::Pin;
use std::task::Poll;

use futures_util::Stream as _;
use futures_util::future::poll_fn;
use querent_core::{Error, ErrorKind, Rendered, Request, Result};
use tokio_postgres::{Row, RowStream, Statement};

use crate::Picodata;
use crate::connection::Connection;
use crate::error;
use crate::parameters::Argument;
use crate::row::PicodataBatch;

/// How many rows a batch has at most, unless the call says otherwise.
const BATCH_ROWS_MAX: usize = 1024;
/// After how many bytes a batch is handed on.
const BATCH_LEN_MAX: usize = 1 << 20;
/// A prepared statement that a schema change made void. It is said before anything runs (Picodata 26.1, at Bind).
const INVALIDATED: &str = "42999";

/// An open result.
pub struct Cursor {
    statement: Statement,
    rows: Pin<Box<RowStream>>,
    batch_rows_max: usize,
    affected: Option<u64>,
    ended: bool,
}

/// Sends a statement. A prepared statement that the server declared void is prepared anew, once.
pub(crate) async fn open(connection: &mut Connection, request: Request<'_, Picodata>) -> Result<Cursor> {
    let rendered = request.render();
    connection.busy = true;
    let outcome = run(connection, &rendered).await;
    let outcome = match outcome {
        Err(error) if error.code() == Some(INVALIDATED) => {
            connection.forget(&rendered.sql);
            run(connection, &rendered).await
        }
        outcome => outcome,
    };
    match outcome {
        Ok((statement, rows)) => {
            let batch_rows_max = request.call.page_size.unwrap_or(BATCH_ROWS_MAX).max(1);
            Ok(Cursor { statement, rows: Box::pin(rows), batch_rows_max, affected: None, ended: false })
        }
        Err(error) => {
            // The server has answered, or the connection is closed and says so.
            connection.busy = false;
            Err(error)
        }
    }
}

async fn run(connection: &mut Connection, rendered: &Rendered<'_>) -> Result<(Statement, RowStream)> {
    let statement = connection.prepare(&rendered.sql).await?;
    let (wanted, given) = (statement.params().len(), rendered.values.len());
    if wanted != given {
        let message = format!("the server counts {wanted} parameters, the query has {given}");
        return Err(Error::new(ErrorKind::SchemaMismatch, message));
    }
    if connection.client.is_closed() {
        // It died while it was idle, and the statement was prepared before that.
        return Err(Error::new(ErrorKind::Connection, "the connection was closed").unsent());
    }
    let arguments = rendered.values.iter().map(|(value, _)| Argument(value));
    let rows = connection.client.query_raw(&statement, arguments).await.map_err(error::from_wire)?;
    Ok((statement, rows))
}

impl Cursor {
    /// The next rows: waits for one, and takes what has arrived with it.
    pub(crate) async fn next(&mut self, connection: &mut Connection) -> Result<Option<PicodataBatch>> {
        let mut rows = Vec::new();
        let outcome = poll_fn(|cx| self.poll_rows(cx, &mut rows)).await;
        if self.ended {
            connection.busy = false;
            self.affected = self.rows.rows_affected();
        }
        outcome.map_err(error::from_wire)?;
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(PicodataBatch::new(self.statement.clone(), rows)))
    }

    fn poll_rows(
        &mut self,
        cx: &mut std::task::Context<'_>,
        rows: &mut Vec<Row>,
    ) -> Poll<Result<(), tokio_postgres::Error>> {
        let mut len = 0;
        while !self.ended && rows.len() < self.batch_rows_max && len < BATCH_LEN_MAX {
            match self.rows.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(row))) => {
                    len += row.raw_size_bytes();
                    rows.push(row);
                }
                Poll::Ready(Some(Err(error))) => {
                    self.ended = true;
                    return Poll::Ready(Err(error));
                }
                Poll::Ready(None) => self.ended = true,
                Poll::Pending if rows.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        Poll::Ready(Ok(()))
    }

    pub(crate) fn affected(&self) -> Option<u64> {
        self.affected
    }
}
