//! Nothing but the examples in docs/ignite.md, compiled as documentation tests against this folder's tables.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/ignite.md")]
mod guide {}
