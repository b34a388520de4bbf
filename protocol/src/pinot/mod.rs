//! Apache Pinot: the JSON of the broker's `POST /query/sql` and of the controller's tables and schemas.
//!
//! HTTP is the framing and there is no handshake, so there is no `frame` and no `handshake` here. Facts are those of
//! Pinot 1.5.1, run with both engines; what 1.6 adds to the wire (`UUID` and more) is decoded too.
//!
//! Pinot knows no bind parameters: values become [literals](literal) in the text of a query, in the one spelling of
//! each that both engines read alike.

pub mod code;
pub mod describe;
mod error;
mod json;
pub mod literal;
pub mod options;
mod place;
pub mod request;
pub mod response;
mod rows;
mod schema;
pub mod settings;
pub mod statistics;
pub mod summary;
mod timestamp;
mod types;
pub mod value;

pub use error::DecodeError;
pub use rows::RowBatch;
pub use types::{Column, PinotType};

/// How much a decoder takes from a server before it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one row.
    pub row_len_max: u32,
    /// Bytes of one member of the answer besides the rows (the schema, the exceptions, a statistic).
    pub member_len_max: usize,
    /// Number of such members.
    pub member_count_max: usize,
    /// Number of columns.
    pub column_count_max: usize,
    /// Brackets within brackets.
    pub depth_max: u32,
    /// Bytes of memory for rows that come before the schema, which has their types.
    pub held_len_max: usize,
    /// Bytes of rows after which a batch is handed out even though more have arrived.
    pub batch_len_max: u32,
}

impl Default for Limits {
    /// 256 MiB a row, 4 MiB a member, 1,000 members, 100,000 columns, 64 levels, 256 MiB of rows before their schema,
    /// batches of 1 MiB.
    fn default() -> Limits {
        Limits {
            row_len_max: 256 << 20,
            member_len_max: 4 << 20,
            member_count_max: 1_000,
            column_count_max: 100_000,
            depth_max: 64,
            held_len_max: 256 << 20,
            batch_len_max: 1 << 20,
        }
    }
}
