//! What a server saw, in order.

use std::collections::BTreeMap;

use crate::Value;

/// One line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The node.
    pub node: String,
    /// The connection: counted over all nodes, from 1.
    pub connection: u64,
    /// What happened.
    pub event: Event,
}

/// What happened on a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It was taken.
    Opened,
    /// SSLRequest.
    SslRequest,
    /// GSSENCRequest; the connection ends.
    GssEncRequest,
    /// CancelRequest; the connection ends, and nothing else happens.
    CancelRequest,
    /// The startup message.
    Startup(Startup),
    /// A password or a message of SCRAM; without its bytes.
    Password,
    /// The user is in.
    Ready,
    /// The server refused the connection with this code.
    Refused(&'static str),
    /// A message after that.
    Message(Message),
    /// A statement ran.
    Ran(Ran),
    /// A statement came that neither the script nor the server knows: an error for the client, and perhaps in the test.
    Unscripted(String),
    /// An error was sent.
    Error(&'static str),
    /// It ended, on whose side ever.
    Closed,
}

/// What a client says first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Startup {
    /// Its parameters, `options` too.
    pub parameters: BTreeMap<String, String>,
    /// What `options` says, as a server reads it: `name=value`, separated by commas.
    pub options: BTreeMap<String, String>,
    /// Names in `options` that no server knows; a real one logs them.
    pub unknown_options: Vec<String>,
    /// `pico_stmt_invalidation`, of the parameters or else of the options.
    pub invalidation: bool,
    /// `pico_query_metadata`, likewise.
    pub metadata: bool,
}

/// A message of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Query.
    Query(String),
    /// Parse: the statement's name, its text, the types that the client gave.
    Parse {
        /// Empty for the unnamed one.
        statement: String,
        /// The text.
        sql: String,
        /// OIDs; 0 where the client gave none.
        types: Vec<u32>,
    },
    /// Bind.
    Bind {
        /// Empty for the unnamed one.
        portal: String,
        /// Empty for the unnamed one.
        statement: String,
    },
    /// Describe of a statement.
    DescribeStatement(String),
    /// Describe of a portal.
    DescribePortal(String),
    /// Execute.
    Execute {
        /// Empty for the unnamed one.
        portal: String,
        /// 0 is all.
        max_rows: u32,
    },
    /// Close of a statement.
    CloseStatement(String),
    /// Close of a portal.
    ClosePortal(String),
    /// Flush.
    Flush,
    /// Sync.
    Sync,
    /// Terminate.
    Terminate,
    /// Something else, by its letter.
    Other(u8),
}

/// A statement that ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// The text as the client sent it.
    pub sql: String,
    /// Who asked.
    pub user: String,
    /// The values.
    pub args: Vec<Value>,
}

/// How a node is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Connections so far.
    pub accepted: u64,
    /// Of them, how many got in.
    pub ready: u64,
    /// Connections now.
    pub open: u64,
    /// Logins that failed.
    pub failed_logins: u64,
    /// Prepared statements that the node holds for all its clients.
    pub statements: usize,
    /// Portals, likewise.
    pub portals: usize,
}
