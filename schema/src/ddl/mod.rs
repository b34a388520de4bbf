//! A source made of SQL files instead of a server.

mod files;

pub(crate) use files::present_hashes;
pub use files::{File, FileError, hashes, read};
