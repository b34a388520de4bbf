//! Bytes to messages and back, one module a backend: no socket, no clock, no environment, no logging.
//!
//! Decoders take what has arrived and say when they need more. Whatever a server sends, a decoder answers with a
//! message or an error: every length, count and depth meets a limit before it is used, and nothing is reserved for
//! bytes that have not come. Flight SQL is not here (its messages are generated, in `arrow-flight`).

pub mod ignite;
pub mod picodata;
pub mod pinot;
