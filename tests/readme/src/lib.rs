//! The README as documentation tests: its queries are checked against the workspace's `.sqlcache`, as a reader's would be.
//!
//! It is no documentation of `querent` itself, for a package cannot include what lies outside its folder; the example in
//! `runtime/src/lib.rs` is compiled where the feature `flight` is on, as it is in this workspace's builds.
#![expect(rustdoc::broken_intra_doc_links, reason = "the README's links lead to folders of the checkout")]
#![doc = include_str!("../../../README.md")]
