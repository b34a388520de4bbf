//! Questions to the system tables, and the values of their rows, whichever of the wire's types they come in: JSON is text,
//! and where another server stands in for Picodata numbers may have fewer bits and `map` may be `jsonb`.

use querent_core::types::SqlType;
use querent_core::{Error, ErrorKind, Result};
use tokio_postgres::{Client, Row};

use crate::error;
use crate::types::{field, sql_type};

/// A connection to ask on, and what it was denied.
pub(super) struct Ask<'c> {
    client: &'c Client,
    /// The system tables that the user may not read.
    pub(super) denied: Vec<&'static str>,
}

/// The answer to a question.
pub(super) enum Said {
    /// Its rows.
    Rows(Vec<Row>),
    /// The user may not ask that.
    Denied,
    /// There is no such thing, or it cannot be told at this moment.
    Nothing(Error),
}

impl Ask<'_> {
    pub(super) fn new(client: &Client) -> Ask<'_> {
        Ask { client, denied: Vec::new() }
    }

    /// The rows of a statement without parameters, which takes one round trip. `table` is what it reads.
    pub(super) async fn rows(&mut self, sql: &str, table: &'static str) -> Result<Said> {
        let answer = self.client.query_typed(sql, &[]).await;
        match answer.map_err(error::from_wire) {
            Ok(rows) => Ok(Said::Rows(rows)),
            Err(error) if error.kind() == ErrorKind::Permission => {
                self.denied.push(table);
                Ok(Said::Denied)
            }
            Err(error) if matches!(error.kind(), ErrorKind::Query | ErrorKind::Server) => {
                Ok(Said::Nothing(error))
            }
            Err(error) => Err(error),
        }
    }

    /// The same of what a source cannot do without; `None` where the user may not read it.
    pub(super) async fn needed(&mut self, sql: &str, table: &'static str) -> Result<Option<Vec<Row>>> {
        match self.rows(sql, table).await? {
            Said::Rows(rows) => Ok(Some(rows)),
            Said::Denied => Ok(None),
            Said::Nothing(error) => {
                let message = format!("the server does not tell what is in {table}: {}", error.message());
                Err(error.with_message(message))
            }
        }
    }

    /// The types of the columns of a query, which is not run; `None` where the server does not describe it.
    pub(super) async fn types(&mut self, sql: &str) -> Result<Option<Vec<Option<SqlType>>>> {
        match self.client.prepare(sql).await.map_err(error::from_wire) {
            Ok(statement) => Ok(Some(statement.columns().iter().map(|c| sql_type(c.type_())).collect())),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::Permission | ErrorKind::Query | ErrorKind::Server | ErrorKind::Unsupported
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Text or JSON.
pub(super) fn text(row: &Row, index: usize) -> Option<String> {
    field(row, index)
}

/// A number, also as text.
pub(super) fn number(row: &Row, index: usize) -> Option<i64> {
    field(row, index).or_else(|| text(row, index)?.parse().ok())
}

/// A truth value, also as text.
pub(super) fn flag(row: &Row, index: usize) -> Option<bool> {
    field(row, index).or_else(|| match text(row, index)?.as_str() {
        "t" | "true" => Some(true),
        "f" | "false" => Some(false),
        _ => None,
    })
}

/// An identifier in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
