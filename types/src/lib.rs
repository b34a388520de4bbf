//! What querent's checker and its drivers agree on: the logical [`SqlType`], the lossless value types, and the
//! [`SourceDescription`] that a driver's `describe` returns.
//!
//! This crate depends on `std` alone; `serde`, `chrono`, `time`, `jiff`, `uuid`, `rust_decimal` and `bigdecimal` are
//! optional and add conversions only. It deliberately knows neither Arrow (the mapping lives in `querent-core` under
//! its feature `arrow`) nor any backend.

mod answer;
mod description;
mod parse;
mod sql_name;
mod sql_type;
pub mod value;

pub use answer::{AnsweredColumn, AnsweredType, StatementAnswer};
pub use description::{
    CacheDescription, ColumnDescription, NullabilityTrust, ObjectField, ObjectType, ServerIdentity,
    SourceDescription, TableDescription, TableKind,
};
pub use parse::ParseTypeError;
pub use sql_type::{DecimalWidth, Field, IntervalUnit, Layout, ListLayout, SqlType, TimeUnit, UnionMode};
