//! One connection: the client, the task that moves its bytes, and its prepared statements.

use std::future::Future;

use querent_core::Result;
use tokio::task::AbortHandle;
use tokio_postgres::{Client, Statement};

use crate::error;

/// A connection to one instance of a Picodata cluster.
pub struct Connection {
    pub(crate) client: Client,
    /// The task that moves bytes. It ends by itself once the client is gone and nothing is outstanding.
    wire: AbortHandle,
    /// Texts that ran, least recently used first. One that ran once is not prepared yet.
    statements: Vec<(String, Option<Statement>)>,
    statements_max: usize,
    /// Whether an answer is outstanding.
    pub(crate) busy: bool,
}

impl Connection {
    pub(crate) fn new(
        client: Client,
        wire: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
        statements_max: usize,
    ) -> Connection {
        // Its error also reaches whoever waits for an answer.
        let wire = tokio::spawn(async move { drop(wire.await) }).abort_handle();
        Connection { client, wire, statements: Vec::new(), statements_max, busy: false }
    }

    pub(crate) fn is_usable(&self) -> bool {
        !self.busy && !self.client.is_closed()
    }

    /// Closes the socket at once. Picodata has no way to stop a statement but that.
    pub(crate) fn abandon(self) {
        self.wire.abort();
    }

    /// Whether a text has not run on this connection; from now on it has.
    pub(crate) fn is_new(&mut self, sql: &str) -> bool {
        let known = self.statements.iter().any(|(text, _)| text == sql);
        if !known {
            self.keep(sql.to_owned(), None);
        }
        !known
    }

    /// The prepared statement of a text; the least recently used one is closed where there are too many.
    pub(crate) async fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(at) = self.statements.iter().rposition(|(text, _)| text == sql) {
            if let (_, Some(statement)) = &self.statements[at] {
                let statement = statement.clone();
                // What is used now is used last of all.
                self.statements[at..].rotate_left(1);
                return Ok(statement);
            }
            self.statements.remove(at);
        }
        let statement = self.client.prepare(sql).await.map_err(|e| error::from_wire(e).unsent())?;
        self.keep(sql.to_owned(), Some(statement.clone()));
        Ok(statement)
    }

    fn keep(&mut self, sql: String, statement: Option<Statement>) {
        if self.statements.len() >= self.statements_max {
            // Dropping the last handle sends its Close.
            self.statements.remove(0);
        }
        self.statements.push((sql, statement));
    }

    /// Closes all prepared statements.
    pub(crate) fn forget_all(&mut self) {
        self.statements.clear();
    }

    /// Closes the prepared statement of a text.
    pub(crate) fn forget(&mut self, sql: &str) {
        self.statements.retain(|(text, _)| text != sql);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Otherwise the task takes leave of the server and ends.
        if self.busy {
            self.wire.abort();
        }
    }
}
