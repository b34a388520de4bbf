//! A statement: prepared, bound, its rows streamed in batches of bounded size.
//!
//! What only reads is not prepared the first time that a connection sees it: it goes with the types that the checker found,
//! in one round trip. A write is prepared first, so that one which the connection loses meanwhile is known not to have run.

use std::pin::Pin;
use std::task::Poll;

use futures_util::Stream as _;
use futures_util::future::poll_fn;
use querent_core::{Error, ErrorKind, Rendered, Request, Result};
use querent_protocol::picodata::failure::{Cause, Failure};
use tokio_postgres::types::Type;
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
    rows: Pin<Box<RowStream>>,
    /// What was prepared for it; `None` where nothing was.
    #[cfg_attr(
        not(feature = "arrow"),
        expect(dead_code, reason = "record batches alone ask for its columns")
    )]
    statement: Option<Statement>,
    batch_rows_max: usize,
    read_only: bool,
    affected: Option<u64>,
    ended: bool,
}

/// Sends a statement. A prepared statement that the server declared void is prepared anew, once.
pub(crate) async fn open(connection: &mut Connection, request: Request<'_, Picodata>) -> Result<Cursor> {
    let rendered = request.render();
    connection.busy = true;
    // A column of which the checker left the type open is described before there is a row.
    let is_known = request.columns.iter().all(|column| !column.ty.is_empty());
    let once = (request.read_only && is_known).then(|| declared(&rendered)).flatten();
    let once = once.filter(|_| connection.is_new(&rendered.sql));
    let outcome = match once {
        Some(types) => run_once(connection, &rendered, types).await,
        None => run(connection, &rendered).await,
    };
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
            let read_only = request.read_only;
            Ok(Cursor {
                rows: Box::pin(rows),
                statement,
                batch_rows_max,
                read_only,
                affected: None,
                ended: false,
            })
        }
        Err(error) => {
            // The server has answered, or the connection is closed and says so.
            connection.busy = false;
            Err(after_change(connection, error, request.read_only))
        }
    }
}

/// After a change of the schema that a server tells by words alone, nothing that was prepared before it is of use. A read is
/// sent again; a write may have taken effect on some nodes.
fn after_change(connection: &mut Connection, error: Error, read_only: bool) -> Error {
    match Failure::behind(&error).and_then(|failure| failure.cause) {
        Some(Cause::StaleStatement) => {
            connection.forget_all();
            if read_only { error.with_retry() } else { error }
        }
        Some(Cause::UnknownTable) => {
            connection.forget_all();
            error
        }
        _ => error,
    }
}

/// What was prepared for a statement, if anything was, and its rows.
type Begun = (Option<Statement>, RowStream);

/// Runs a statement without preparing it.
async fn run_once(connection: &Connection, rendered: &Rendered<'_>, types: Vec<Type>) -> Result<Begun> {
    let arguments = rendered.values.iter().map(|(value, _)| Argument(value)).zip(types);
    let rows = connection.client.query_typed_raw(&rendered.sql, arguments).await;
    Ok((None, rows.map_err(error::from_wire)?))
}

/// The types that the checker found for the parameters, as the wire has them; `None` where one is not known.
fn declared(rendered: &Rendered<'_>) -> Option<Vec<Type>> {
    let each = rendered.values.iter().map(|(_, ty)| {
        Some(match *ty {
            "Int64" => Type::INT8,
            "Utf8" => Type::TEXT,
            "Boolean" => Type::BOOL,
            "Float64" => Type::FLOAT8,
            "BigDecimal" => Type::NUMERIC,
            "Uuid" => Type::UUID,
            "Timestamp(µs, \"UTC\")" => Type::TIMESTAMPTZ,
            _ => return None,
        })
    });
    each.collect()
}

async fn run(connection: &mut Connection, rendered: &Rendered<'_>) -> Result<Begun> {
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
    Ok((Some(statement), rows))
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
        outcome.map_err(|e| after_change(connection, error::from_wire(e), self.read_only))?;
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(PicodataBatch::new(rows)))
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

    /// The columns as the server described them before there was a row; of what was not prepared they are those of a row.
    #[cfg(feature = "arrow")]
    pub(crate) fn columns(&self) -> &[tokio_postgres::Column] {
        self.statement.as_ref().map(Statement::columns).unwrap_or_default()
    }

    pub(crate) fn affected(&self) -> Option<u64> {
        self.affected
    }
}
