//! querent's driver for Apache Ignite 2, over the binary protocol of its thin clients.
//!
//! One connection to a node carries the requests of all who use it (`channel`); a pool limits how many there are at a time.
//! Answers come in any order, so nothing is sent ahead that depends on an answer.

mod channel;
mod connect;
mod connection;
mod error;
mod options;
mod tls;

pub use connection::{Connection, TransactionOptions};
pub use options::IgniteOptions;
