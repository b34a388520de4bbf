//! A Flight SQL server over DataFusion, in process or on a port: files and SQL scripts become
//! tables, and any Flight SQL client queries them.
//!
//! [`Server::open`] takes a folder of CSV, Parquet, JSON or Arrow files, one such file, or an
//! SQL script. [`Server::service`] is the server for a client in the same process, without a
//! port and without HTTP/2; [`Server::listen`] and [`Server::serve`] put it on TCP.
//!
//! SQL is DataFusion's, with its default types: `VARCHAR` is Arrow's `Utf8View`, an unquoted
//! name is folded to lower case. Tables that SQL created live in memory and can be changed;
//! tables over files can be read. There are no transactions: each statement is its own.

mod engine;
mod error;
mod handles;
mod limits;
mod listen;
mod script;
mod server;
mod service;
mod status;
mod tables;

pub use engine::Access;
pub use error::{Error, ErrorKind};
pub use listen::Listening;
pub use server::{Builder, InProcess, Server};
pub use service::Service;
