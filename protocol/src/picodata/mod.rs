//! Picodata: which bucket a row belongs to, which is a function of its distribution key ([`KeyHasher`]).
//!
//! Messages are not here: Picodata speaks PostgreSQL's protocol, and its driver uses a client of that.

mod bucket;
mod murmur3;

pub use bucket::KeyHasher;
