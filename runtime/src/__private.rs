//! What generated code names. Nothing here is for users, and nothing here is stable.

pub use core;
pub use core::default::Default;
pub use core::fmt::Debug;
pub use core::option::Option;
pub use core::primitive::{bool, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64};
pub use core::result::Result;
pub use std::string::String;
pub use std::vec::Vec;

pub use querent_core::types::value as types;
pub use querent_core::{
    Backend, BackendOf, Batch, Bind, ColumnMeta, Commands, Constant, Decode, Element, FromRow, Holds,
    InPredicate, Key, KeyColumn, KeyPart, NeverNull, NotNull, ParamMeta, Piece, Plan, Query, Source,
    Transactions, Typed, Value, ValueError, column_of, sql,
};
#[cfg(feature = "macros")]
pub use querent_macros as macros;

#[cfg(feature = "bigdecimal")]
pub use bigdecimal;
#[cfg(feature = "jiff")]
pub use jiff;
#[cfg(feature = "rust_decimal")]
pub use rust_decimal;
#[cfg(feature = "json")]
pub use serde_json;
#[cfg(feature = "time")]
pub use time;
#[cfg(feature = "uuid")]
pub use uuid;

/// chrono's types as columns become them.
#[cfg(feature = "chrono")]
pub mod chrono {
    pub use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
    /// A timestamp with a zone.
    pub type DateTimeUtc = chrono::DateTime<chrono::Utc>;
}

/// The backends that are compiled in.
pub mod backends {
    #[cfg(feature = "flight")]
    pub use querent_flight::Flight;
    #[cfg(feature = "ignite")]
    pub use querent_ignite::Ignite;
    #[cfg(feature = "picodata")]
    pub use querent_picodata::Picodata;
    #[cfg(feature = "pinot")]
    pub use querent_pinot::Pinot;
}

/// The type of a column whose library's feature is off. No backend has it: `source!` has said which feature is missing and
/// given the source a backend that the compiler knows to be wrong.
#[diagnostic::on_unimplemented(
    message = "[types] in querent.toml names a library whose feature of the crate `querent` is off",
    label = "a column of this query becomes a type of that library"
)]
pub trait NeedsFeature {
    /// Never there.
    type Type;
}

/// The decode function of a statement that gives no rows.
pub fn no_rows<B: Backend>(_: &B::Batch, _: &mut Vec<()>) -> Result<(), ValueError> {
    Ok(())
}

/// Stands in for a query that the compiler refused; it is never run.
pub fn refused<S: Source, R>() -> Query<'static, S, R> {
    unreachable!("a query that was refused is not run")
}

/// Stands in for a query without a cache; it is never run.
pub fn absent<T>() -> T {
    unreachable!("a query without a cache is not run")
}

/// A column whose Rust type is found by inference, from the field that it is put into.
pub struct Column<'b, B: Backend, T: Decode<'b, B>> {
    column: T::Column,
}

/// Begins to read a column.
pub fn column<'b, B: Backend, T: Decode<'b, B>>(
    batch: &'b B::Batch,
    index: usize,
) -> Result<Column<'b, B, T>, ValueError> {
    Ok(Column { column: T::column(batch, index)? })
}

impl<'b, B: Backend, T: Decode<'b, B>> Column<'b, B, T> {
    /// The value of a row.
    pub fn get(&self, row: usize) -> Result<T, ValueError> {
        T::get(&self.column, row)
    }
}

/// A column by name, if the result has it.
pub fn column_if_any<'b, B: Backend, T: Decode<'b, B>>(
    batch: &'b B::Batch,
    name: &str,
) -> Result<Option<T::Column>, ValueError> {
    querent_core::column_index(batch, name).map(|index| T::column(batch, index)).transpose()
}

/// A value that is none of an enum's.
pub fn malformed(column: u16, row: usize, what: &'static str) -> ValueError {
    ValueError::row(column, row, querent_core::ValueProblem::Malformed(what))
}

/// What `cache!` and `#[derive(Binary)]` name.
#[cfg(feature = "ignite")]
pub mod ignite {
    pub use querent_ignite::Cache;
    pub use querent_ignite::object::{
        BinaryEnum, BinaryType, Cell, Encoder, FromObject, ObjectReader, ObjectWriter, ReadError, ToObject,
        read_enum, write_enum,
    };
    /// The code of an enum on the wire.
    pub const ENUM: u8 = 28;
}

/// Whether two texts are the same, in constants.
pub const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
