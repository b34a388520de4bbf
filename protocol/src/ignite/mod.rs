//! Apache Ignite 2.x: the binary protocol of its thin clients, versions 1.0 to 1.7, and what a client needs of the ODBC
//! and JDBC protocols on the same port to describe a statement.
//!
//! [`reader`] and [`writer`] are the only places that touch bytes. All numbers are little-endian; positions in errors are
//! bytes from the start of the frame's body. Not here: sockets, retries, and which node a request goes to (the *partition*
//! of a key is here, for it is a function of its bytes).

pub mod binary;
pub mod code;
pub mod config;
pub mod describe;
pub mod error;
pub mod frame;
pub mod handshake;
pub mod hash;
pub mod meta;
pub mod reader;
pub mod request;
pub mod response;
pub mod sql;
mod uuid;
pub mod value;
pub mod writer;

pub use error::DecodeError;
pub use frame::Limits;
pub use reader::Reader;
pub use writer::{EncodeError, Writer};
