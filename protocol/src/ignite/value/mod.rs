//! Objects: a type code and what follows it.
//!
//! [`code`] names the type codes, [`skip`] finds where an object ends, [`read_string`] and [`write_string`] are for the
//! strings of messages. Complex objects (code 103) are opaque here.

pub mod code;
mod skip;
mod string;

pub use skip::skip;
pub use string::{JavaStr, read_string, write_string};
