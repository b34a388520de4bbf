//! A handle on a channel, with what belongs to whoever holds it: the transaction.

use std::sync::Arc;
use std::time::Duration;

use querent_core::types::value::Uuid;
use querent_protocol::ignite::request::{Concurrency, Isolation};
use querent_protocol::ignite::response::AffinityVersion;
use tokio::sync::watch;

use crate::channel::{Channel, Hold};
use crate::grid::Grid;

/// A handle on a connection to a node. All of a pool's may share one connection.
pub struct Connection {
    pub(crate) channel: Arc<Channel>,
    /// The cluster that the node belongs to.
    pub(crate) grid: Arc<Grid>,
    /// The schema of names without one.
    pub(crate) schema: Arc<str>,
    /// Rows a page, where a call does not say.
    pub(crate) page_size: i32,
    pub(crate) transaction: Option<OpenTransaction>,
}

/// A transaction of this handle's.
pub(crate) struct OpenTransaction {
    /// Its id on the channel.
    pub(crate) id: i32,
    /// Whether the server has ended it: its id would be taken for none.
    pub(crate) is_over: bool,
    pub(crate) _hold: Hold,
}

/// How a transaction begins: what `begin_with` of a pool or connection takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionOptions {
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) timeout_ms: i64,
    pub(crate) label: Option<String>,
}

impl TransactionOptions {
    /// Pessimistic, REPEATABLE READ (READ COMMITTED where SQL can be in transactions), the server's own timeout.
    pub fn new() -> TransactionOptions {
        TransactionOptions::default()
    }

    /// When it takes its locks.
    #[must_use]
    pub fn concurrency(self, concurrency: Concurrency) -> TransactionOptions {
        TransactionOptions { concurrency: Some(concurrency), ..self }
    }

    /// What it sees of others.
    #[must_use]
    pub fn isolation(self, isolation: Isolation) -> TransactionOptions {
        TransactionOptions { isolation: Some(isolation), ..self }
    }

    /// After how long the server takes it back, in whole milliseconds, one at least.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> TransactionOptions {
        let timeout_ms = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX).max(1);
        TransactionOptions { timeout_ms, ..self }
    }

    /// Shown in the server's views.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> TransactionOptions {
        TransactionOptions { label: Some(label.into()), ..self }
    }
}

impl Connection {
    pub(crate) fn new(channel: Channel, grid: Arc<Grid>) -> Connection {
        Connection {
            channel: Arc::new(channel),
            schema: grid.options().schema.as_str().into(),
            page_size: grid.options().page_size,
            grid,
            transaction: None,
        }
    }

    /// The id of the node that it leads to; known from protocol 1.4 on.
    pub fn node(&self) -> Option<Uuid> {
        self.channel.setup().node
    }

    /// Where that node was reached, `host:port`.
    pub fn address(&self) -> String {
        self.channel.setup().address.to_string()
    }

    /// The latest version of the topology that the node told, and its changes.
    pub fn topology(&self) -> watch::Receiver<Option<AffinityVersion>> {
        self.channel.topology()
    }

    /// Another handle on the same channel.
    pub(crate) fn share(&self) -> Connection {
        Connection {
            channel: self.channel.clone(),
            grid: self.grid.clone(),
            schema: self.schema.clone(),
            page_size: self.page_size,
            transaction: None,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.channel.rollback_later(transaction.id);
        }
    }
}
