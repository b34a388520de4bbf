//! `ignite-h2` and `ignite-calcite`: the two SQL engines of Apache Ignite 2.x, measured on 2.17.0.
//!
//! They share identifiers, schemas, DDL and system views; types, functions and refusals are each engine's own.

mod calcite;
mod h2;
mod hint;
mod objects;
mod tables;
mod types;

pub use calcite::IGNITE_CALCITE;
pub(crate) use calcite::column_name as calcite_column_name;
pub use h2::IGNITE_H2;

/// The schema of a name that names none.
const DEFAULT_SCHEMAS: &[&str] = &["PUBLIC"];

/// Transactions are in the thin client's protocol since 1.5 (Ignite 2.8), and no server with both engines is older.
const CAPABILITIES: &[&str] = &["transactions"];
