//! How much of the server clients can hold at a time.

use std::time::Duration;

/// Bounds on what clients keep open and send.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Answers that nobody has read yet.
    pub(crate) tickets_max: usize,
    /// After this an answer that nobody read is dropped.
    pub(crate) ticket_idle: Duration,
    /// Prepared statements.
    pub(crate) prepared_max: usize,
    /// After this a prepared statement that nobody used is closed.
    pub(crate) prepared_idle: Duration,
    /// One message from a client, in bytes.
    pub(crate) message_len_max: usize,
    /// All values bound by one request, in bytes of memory.
    pub(crate) parameters_len_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tickets_max: 4096,
            ticket_idle: Duration::from_secs(5 * 60),
            prepared_max: 4096,
            prepared_idle: Duration::from_secs(60 * 60),
            message_len_max: 64 * 1024 * 1024,
            parameters_len_max: 256 * 1024 * 1024,
        }
    }
}
