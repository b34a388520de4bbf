//! The README as documentation tests: its queries are checked against the workspace's `.sqlcache`, as a reader's would be.
//!
//! It is no documentation of `querent` itself, for a package cannot include what lies outside its folder; the example in
//! `runtime/src/lib.rs` is compiled where the feature `flight` is on, as it is in this workspace's builds.
#![doc = include_str!("../../../README.md")]
