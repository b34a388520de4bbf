//! Nothing but the examples in docs/picodata.md, compiled as documentation tests against this folder's source `stock`.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/picodata.md")]
mod guide {}
