//! Requests about the connection and what is open on it.

use super::super::code::Op;
use super::super::handshake::Agreed;
use super::super::writer::Writer;
use super::Request;

/// Closes a cursor or another resource by its id. The server frees a cursor itself after its last page; closing it then
/// is an error (status 1011).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceClose(pub i64);

impl Request for ResourceClose {
    fn op(&self) -> Op {
        Op::ResourceClose
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i64(self.0);
    }
}

/// Keeps the connection from being closed as idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heartbeat;

impl Request for Heartbeat {
    fn op(&self) -> Op {
        Op::Heartbeat
    }

    fn write(&self, _: &Agreed, _: &mut Writer) {}
}

/// Asks how long the server lets a connection be idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleTimeout;

impl Request for IdleTimeout {
    fn op(&self) -> Op {
        Op::GetIdleTimeout
    }

    fn write(&self, _: &Agreed, _: &mut Writer) {}
}
