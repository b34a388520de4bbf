//! A connection out of the pool: it goes back by itself, or is closed if a statement was left half way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::shared::Fate;
use crate::backend::Backend;
use crate::cluster::NodeIndex;
use crate::error::{Error, ErrorKind, Result};

/// A connection on loan.
pub(crate) struct Lease<B: Backend> {
    /// `None` only once it was given back.
    connection: Option<B::Connection>,
    home: Arc<Shared<B>>,
    /// The node that it leads to, where there are several.
    pub(super) node: Option<NodeIndex>,
    pub(super) made: Instant,
    /// How long its last statement took until its first rows.
    pub(super) took: Option<Duration>,
    /// Set before the first byte of a statement, cleared after the last of its answer.
    busy: bool,
    /// Set while a transaction is open.
    in_transaction: bool,
    /// Set when an error showed that it cannot be used again.
    broken: bool,
    /// Set when a transaction was dropped.
    left: bool,
}

impl<B: Backend> Lease<B> {
    pub(super) fn new(
        connection: B::Connection,
        home: Arc<Shared<B>>,
        node: Option<NodeIndex>,
        made: Instant,
    ) -> Self {
        Lease {
            connection: Some(connection),
            home,
            node,
            made,
            took: None,
            busy: false,
            in_transaction: false,
            broken: false,
            left: false,
        }
    }

    /// The connection, marked as busy; refused where an earlier statement or transaction was left half way.
    pub(crate) fn start(&mut self) -> Result<&mut B::Connection> {
        if self.busy || self.broken || self.left {
            return Err(Error::new(
                ErrorKind::Connection,
                "this connection was left in the middle of a statement or transaction; take another from the pool",
            ));
        }
        self.busy = true;
        self.connection()
    }

    /// The connection in the middle of a statement.
    pub(crate) fn connection(&mut self) -> Result<&mut B::Connection> {
        self.connection
            .as_mut()
            .ok_or_else(|| Error::new(ErrorKind::PoolClosed, "the connection was given back"))
    }

    /// Its statement began to be answered after this time.
    pub(crate) fn answered(&mut self, took: Duration) {
        self.took = Some(took);
    }

    /// The statement is done, by its end or by an answer that leaves the connection usable.
    pub(crate) fn finish(&mut self) {
        self.busy = false;
    }

    /// The statement failed. What the server refused leaves the connection usable; anything else closes it.
    ///
    /// After a timeout it is busy for ever, as if the statement was dropped: a transport that it shares may live on.
    pub(crate) fn fail(&mut self, kind: ErrorKind) {
        match kind {
            ErrorKind::Connection
            | ErrorKind::Protocol
            | ErrorKind::Tls
            | ErrorKind::Authentication
            | ErrorKind::Ambiguous => self.broken = true,
            ErrorKind::Timeout => {}
            _ => self.busy = false,
        }
    }

    pub(crate) fn set_in_transaction(&mut self, open: bool) {
        self.in_transaction = open;
    }

    pub(crate) fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// A transaction was dropped: nothing may run on this connection any more. A transport that it shares is as good as
    /// before.
    pub(crate) fn leave_transaction(&mut self) {
        self.left = true;
    }

    /// Takes the connection out; the lease's drop then does nothing.
    pub(super) fn take(&mut self) -> Option<B::Connection> {
        self.connection.take()
    }
}

impl<B: Backend> Drop for Lease<B> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if self.busy || self.in_transaction || self.broken || self.left {
            B::abandon(connection);
            let fate = match (self.broken, self.busy) {
                (true, _) => Fate::Broken,
                (false, true) => Fate::Doubtful,
                (false, false) => Fate::Fine,
            };
            self.home.closed_one(fate, self.node);
        } else {
            let mut lease = Lease::new(connection, self.home.clone(), self.node, self.made);
            lease.took = self.took;
            self.home.deliver(lease, false);
        }
    }
}

/// A lease of one's own, or one borrowed from a connection or transaction.
pub(crate) enum Held<'f, B: Backend> {
    Owned(Lease<B>),
    Borrowed(&'f mut Lease<B>),
}

impl<B: Backend> Held<'_, B> {
    pub(crate) fn lease(&mut self) -> &mut Lease<B> {
        match self {
            Held::Owned(lease) => lease,
            Held::Borrowed(lease) => lease,
        }
    }
}
