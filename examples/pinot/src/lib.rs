//! Nothing but the examples in docs/pinot.md, compiled as documentation tests against this folder's tables.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/pinot.md")]
mod guide {}
