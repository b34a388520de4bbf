//! querent's checker as a plain library: no proc macro, no async, no network.
//!
//! The pipeline is text → tokens → parameters, spreads, sections and overrides taken out ([`parse`]) → our own syntax
//! tree ([`ast`], visited by [`mod@walk`]) → names bound against a [`catalog`] and typed by unification ([`mod@check`]) → a
//! [`plan::Plan`] and all [`diagnostic::Diagnostic`]s. What an SQL dialect is stands in [`dialect`], as data where that goes.
//! The committed caches are read and written by [`cache`]; [`ddl`] makes a source of SQL files; [`answer`] takes what a
//! server said where the checker does not know.
//!
//! The file system is touched in [`cache`] and [`ddl`] only.

pub mod answer;
pub mod ast;
pub mod cache;
pub mod catalog;
pub mod check;
pub mod ddl;
pub mod diagnostic;
pub mod dialect;
pub mod json;
pub mod objects;
pub mod parse;
pub mod plan;
pub mod rust_type;
pub mod suggest;
pub mod walk;

pub use check::check;
