//! Transactions. Their ids belong to the connection.

use super::super::code::Op;
use super::super::handshake::Agreed;
use super::super::value::write_string;
use super::super::writer::Writer;
use super::Request;

/// When a transaction takes its locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Concurrency {
    /// When it commits.
    Optimistic = 0,
    /// When it first touches a key.
    #[default]
    Pessimistic = 1,
}

/// What a transaction sees of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Isolation {
    /// What was committed when it reads.
    ReadCommitted = 0,
    /// The same value each time it reads a key.
    #[default]
    RepeatableRead = 1,
    /// As if it were alone; where it is optimistic, a conflict fails the commit.
    Serializable = 2,
}

/// Begins a transaction.
#[derive(Debug, Clone, Copy, Default)]
pub struct TxStart<'a> {
    /// When it takes locks.
    pub concurrency: Concurrency,
    /// What it sees of others.
    pub isolation: Isolation,
    /// After how many milliseconds the server takes it back; 0 is its default.
    pub timeout_ms: i64,
    /// Shown in the server's views.
    pub label: Option<&'a str>,
}

impl Request for TxStart<'_> {
    fn op(&self) -> Op {
        Op::TxStart
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.u8(self.concurrency as u8);
        w.u8(self.isolation as u8);
        w.i64(self.timeout_ms);
        write_string(w, self.label);
    }
}

/// Ends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxEnd {
    /// Its id on this connection.
    pub tx_id: i32,
    /// Whether it is made permanent or taken back.
    pub commit: bool,
}

impl Request for TxEnd {
    fn op(&self) -> Op {
        Op::TxEnd
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i32(self.tx_id);
        w.bool(self.commit);
    }
}
