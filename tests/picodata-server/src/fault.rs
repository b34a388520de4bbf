//! What goes wrong, and when.

use std::time::Duration;

use crate::SqlError;

/// The moment of a fault: a message that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The TCP connection: nothing was read yet.
    Connect,
    /// SSLRequest.
    Ssl,
    /// The startup message.
    Startup,
    /// A password, or a message of SCRAM.
    Password,
    /// A simple query.
    Query,
    /// Parse.
    Parse,
    /// Bind.
    Bind,
    /// Describe, of a statement or a portal.
    Describe,
    /// Execute.
    Execute,
    /// Close, of a statement or a portal.
    Close,
    /// Flush.
    Flush,
    /// Sync.
    Sync,
    /// Terminate.
    Terminate,
}

/// What happens then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The connection ends; what was to be sent is not.
    Close,
    /// Half of what was to be sent is, then the connection ends.
    CloseHalfway,
    /// Nothing is sent any more; what comes is read.
    Hang,
    /// Nothing is sent any more and nothing is read: the client's sends fill up.
    StopReading,
    /// It all goes on, later.
    Delay(Duration),
    /// The server answers with an error. After [`Fault::after`] there is no place for one.
    Error(SqlError),
}

/// A fault: at the first message that it fits, and at all later ones unless [`Fault::times`] says how often.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(crate) at: At,
    pub(crate) action: Action,
    pub(crate) node: Option<String>,
    pub(crate) sql: Option<String>,
    pub(crate) after: bool,
    pub(crate) left: Option<u32>,
}

impl Fault {
    /// On every node, before the message does anything, each time.
    pub fn new(at: At, action: Action) -> Fault {
        Fault { at, action, node: None, sql: None, after: false, left: None }
    }

    /// On this node only.
    #[must_use]
    pub fn on(mut self, node: &str) -> Fault {
        self.node = Some(node.to_owned());
        self
    }

    /// Of this statement only (Query, Parse, Bind, Describe, Execute).
    #[must_use]
    pub fn of(mut self, sql: &str) -> Fault {
        self.sql = Some(crate::sql::normal(sql));
        self
    }

    /// After the message has done its work (a statement ran), but before anything that is still to be sent is sent.
    #[must_use]
    pub fn after(mut self) -> Fault {
        self.after = true;
        self
    }

    /// So many times.
    #[must_use]
    pub fn times(mut self, count: u32) -> Fault {
        self.left = Some(count);
        self
    }

    pub(crate) fn fits(&self, at: At, after: bool, node: &str, sql: Option<&str>) -> bool {
        self.at == at
            && self.after == after
            && self.left != Some(0)
            && self.node.as_deref().is_none_or(|wanted| wanted == node)
            && self.sql.as_deref().is_none_or(|wanted| Some(wanted) == sql)
    }
}
