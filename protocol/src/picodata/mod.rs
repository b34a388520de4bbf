//! Picodata: which bucket a row belongs to, which is a function of its distribution key ([`KeyHasher`]), and what its server says
//! in text of its own: [`catalog`] reads the system tables, [`explain`] plans, [`failure`] the words of errors.
//!
//! Messages are not here: Picodata speaks PostgreSQL's protocol, and its driver uses a client of that. Facts are those of 25.6
//! and 26.1 unless a comment names another version.

mod bucket;
pub mod catalog;
pub mod explain;
pub mod failure;
mod murmur3;

pub use bucket::KeyHasher;
