//! Rust types read from Arrow arrays.
//!
//! [`FromArray`] is the driver's own view of a column: any array of a type from which nothing is lost, prepared once a
//! batch (integers and decimals widened, dictionaries resolved), then read by index. [`Decode`] is derived from it.

mod list;
mod number;
mod temporal;
mod text;

use arrow_array::Array;
use arrow_schema::DataType;
use querent_core::{Decode, ValueError, ValueProblem};

pub use list::{Item, Lists};
pub use number::{Booleans, Decimals, Primitive};
pub use temporal::{Counts, Intervals};
pub use text::{Bytes, Texts, Uuids};

use crate::Flight;
use crate::row::FlightBatch;

/// A Rust type that is read from Arrow arrays.
pub trait FromArray<'b>: Sized {
    /// The array, ready to be read.
    type Column;
    /// Checks and prepares an array; `column` is its index in the result, for errors.
    fn prepare(array: &'b dyn Array, column: u16) -> Result<Self::Column, ValueError>;
    /// Whether a value is NULL.
    fn is_null(column: &Self::Column, row: usize) -> bool;
    /// A value; an error where it is NULL.
    fn read(column: &Self::Column, row: usize) -> Result<Self, ValueError>;
}

/// The column of a batch, for [`Decode`].
pub(crate) fn column<'b, T: FromArray<'b>>(
    batch: &'b FlightBatch,
    index: usize,
) -> Result<T::Column, ValueError> {
    let columns = batch.record_batch().columns();
    let Some(array) = columns.get(index) else {
        return Err(ValueError::column(index, ValueProblem::MissingColumn));
    };
    T::prepare(array.as_ref(), u16::try_from(index).unwrap_or(u16::MAX))
}

macro_rules! decode {
    ($($(#[$meta:meta])* $rust:ty;)+) => { $(
        $(#[$meta])*
        impl<'b> Decode<'b, Flight> for $rust {
            type Column = <$rust as FromArray<'b>>::Column;

            fn column(batch: &'b FlightBatch, index: usize) -> Result<Self::Column, ValueError> {
                column::<$rust>(batch, index)
            }

            #[inline]
            fn is_null(column: &Self::Column, row: usize) -> bool {
                <$rust as FromArray<'b>>::is_null(column, row)
            }

            #[inline]
            fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
                <$rust as FromArray<'b>>::read(column, row)
            }
        }
    )+ };
}

use querent_core::types::value;

decode! {
    bool; i8; i16; i32; i64; u8; u16; u32; u64; f32; f64;
    String; &'b str; Box<str>; std::sync::Arc<str>; std::borrow::Cow<'b, str>;
    Vec<u8>; &'b [u8];
    value::Decimal; value::Date; value::Time; value::Timestamp; value::Duration; value::Interval; value::Uuid;
}

/// The array has a type that `rust` is not read from.
fn wrong_type(column: u16, rust: &'static str) -> ValueError {
    ValueError::column(usize::from(column), ValueProblem::WrongType(rust))
}

fn null(column: u16, row: usize) -> ValueError {
    ValueError::row(column, row, ValueProblem::Null)
}

/// A dictionary as its values, any other array as it is.
fn without_dictionary(array: &dyn Array, column: u16) -> Result<arrow_array::ArrayRef, ValueError> {
    let plain = match array.data_type() {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        DataType::RunEndEncoded(_, values) => values.data_type().clone(),
        _ => return Ok(arrow_array::make_array(array.to_data())),
    };
    arrow_cast::cast(array, &plain).map_err(|_| wrong_type(column, "its dictionary's values"))
}
