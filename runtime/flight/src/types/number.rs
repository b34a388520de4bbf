//! Booleans, integers, floats and decimals.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal256Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;
use querent_core::types::value::Decimal;
use querent_core::{ValueError, ValueProblem};

use super::{FromArray, null, without_dictionary, wrong_type};

/// An array of one primitive type and the column's index.
pub struct Primitive<T: ArrowPrimitiveType> {
    array: PrimitiveArray<T>,
    column: u16,
}

/// The array as `T`: itself, or widened where every value of its type is one of `T`.
fn widened<T: ArrowPrimitiveType>(
    array: &dyn Array,
    column: u16,
    from: &[DataType],
    rust: &'static str,
) -> Result<Primitive<T>, ValueError> {
    let array = without_dictionary(array, column)?;
    if let Some(array) = array.as_primitive_opt::<T>() {
        return Ok(Primitive { array: array.clone(), column });
    }
    if !from.contains(array.data_type()) {
        return Err(wrong_type(column, rust));
    }
    let array = strict(&array, &T::DATA_TYPE).ok_or_else(|| wrong_type(column, rust))?;
    Ok(Primitive { array: array.as_primitive::<T>().clone(), column })
}

fn strict(array: &ArrayRef, ty: &DataType) -> Option<ArrayRef> {
    cast_with_options(array, ty, &CastOptions { safe: false, ..CastOptions::default() }).ok()
}

macro_rules! primitives {
    ($($rust:ty: $arrow:ty, [$($from:ident),*];)+) => { $(
        impl<'b> FromArray<'b> for $rust {
            type Column = Primitive<$arrow>;

            fn prepare(array: &'b dyn Array, column: u16) -> Result<Self::Column, ValueError> {
                widened(array, column, &[$(DataType::$from),*], stringify!($rust))
            }

            #[inline]
            fn is_null(column: &Self::Column, row: usize) -> bool {
                column.array.is_null(row)
            }

            #[inline]
            fn read(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
                if column.array.is_null(row) {
                    return Err(null(column.column, row));
                }
                Ok(column.array.value(row))
            }
        }
    )+ };
}

primitives! {
    i8: Int8Type, [];
    i16: Int16Type, [Int8, UInt8];
    i32: Int32Type, [Int8, Int16, UInt8, UInt16];
    i64: Int64Type, [Int8, Int16, Int32, UInt8, UInt16, UInt32];
    u8: UInt8Type, [];
    u16: UInt16Type, [UInt8];
    u32: UInt32Type, [UInt8, UInt16];
    u64: UInt64Type, [UInt8, UInt16, UInt32];
    f32: Float32Type, [Float16];
    f64: Float64Type, [Float16, Float32];
}

/// A boolean array and the column's index.
pub struct Booleans {
    array: BooleanArray,
    column: u16,
}

impl<'b> FromArray<'b> for bool {
    type Column = Booleans;

    fn prepare(array: &'b dyn Array, column: u16) -> Result<Booleans, ValueError> {
        let array = without_dictionary(array, column)?;
        let array = array.as_boolean_opt().ok_or_else(|| wrong_type(column, "bool"))?;
        Ok(Booleans { array: array.clone(), column })
    }

    #[inline]
    fn is_null(column: &Booleans, row: usize) -> bool {
        column.array.is_null(row)
    }

    #[inline]
    fn read(column: &Booleans, row: usize) -> Result<bool, ValueError> {
        if column.array.is_null(row) {
            return Err(null(column.column, row));
        }
        Ok(column.array.value(row))
    }
}

/// Decimals of any width, integers, or text.
pub enum Decimals {
    /// Unscaled values and their scale.
    Fixed(Primitive<Decimal256Type>, i32),
    /// Text, which is how decimals without a fixed scale travel.
    Text(arrow_array::StringArray, u16),
}

impl<'b> FromArray<'b> for Decimal {
    type Column = Decimals;

    fn prepare(array: &'b dyn Array, column: u16) -> Result<Decimals, ValueError> {
        let array = without_dictionary(array, column)?;
        let refuse = || wrong_type(column, "Decimal");
        let scale = match array.data_type() {
            DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale) => *scale,
            ty if ty.is_integer() => 0,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let text = strict(&array, &DataType::Utf8).ok_or_else(refuse)?;
                return Ok(Decimals::Text(text.as_string::<i32>().clone(), column));
            }
            _ => return Err(refuse()),
        };
        let wide = strict(&array, &DataType::Decimal256(76, scale)).ok_or_else(refuse)?;
        let array = wide.as_primitive::<Decimal256Type>().clone();
        Ok(Decimals::Fixed(Primitive { array, column }, i32::from(scale)))
    }

    fn is_null(column: &Decimals, row: usize) -> bool {
        match column {
            Decimals::Fixed(numbers, _) => numbers.array.is_null(row),
            Decimals::Text(texts, _) => texts.is_null(row),
        }
    }

    fn read(column: &Decimals, row: usize) -> Result<Decimal, ValueError> {
        match column {
            Decimals::Fixed(numbers, _) if numbers.array.is_null(row) => Err(null(numbers.column, row)),
            Decimals::Fixed(numbers, scale) => {
                Ok(Decimal::from_i256_le_bytes(numbers.array.value(row).to_le_bytes(), *scale))
            }
            Decimals::Text(texts, column) if texts.is_null(row) => Err(null(*column, row)),
            Decimals::Text(texts, column) => texts
                .value(row)
                .parse()
                .map_err(|_| ValueError::row(*column, row, ValueProblem::Malformed("a decimal"))),
        }
    }
}
