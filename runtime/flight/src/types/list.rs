//! Lists of every layout.

use arrow_array::Array;
use arrow_array::cast::AsArray as _;
use arrow_schema::DataType;
use querent_core::types::value;
use querent_core::{Decode, ValueError};

use super::{FromArray, column, null, wrong_type};
use crate::Flight;
use crate::row::FlightBatch;

/// The elements' column and where each row's elements are.
pub struct Lists<C> {
    elements: C,
    /// Start and end; `None` is a NULL list.
    ranges: Vec<Option<(usize, usize)>>,
    column: u16,
}

/// A type of which lists are read as `Vec`. Not `u8`: a `Vec<u8>` is bytes.
pub trait Item {}

impl<T: Item> Item for Option<T> {}
impl<T: Item> Item for Vec<T> {}

macro_rules! items {
    ($($rust:ty),+) => { $(impl Item for $rust {})+ };
}

items!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u16,
    u32,
    u64,
    f32,
    f64,
    String,
    &str,
    Box<str>,
    std::sync::Arc<str>,
    Vec<u8>
);
items!(
    value::Decimal,
    value::Date,
    value::Time,
    value::Timestamp,
    value::Duration,
    value::Interval,
    value::Uuid
);

impl<'b, T: FromArray<'b>> FromArray<'b> for Option<T> {
    type Column = T::Column;

    fn prepare(array: &'b dyn Array, column: u16) -> Result<Self::Column, ValueError> {
        T::prepare(array, column)
    }

    fn is_null(_: &Self::Column, _: usize) -> bool {
        false
    }

    fn read(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
        if T::is_null(column, row) { Ok(None) } else { T::read(column, row).map(Some) }
    }
}

impl<'b, T: FromArray<'b> + Item> FromArray<'b> for Vec<T> {
    type Column = Lists<T::Column>;

    fn prepare(array: &'b dyn Array, column: u16) -> Result<Self::Column, ValueError> {
        let (values, ranges) = ranges(array).ok_or_else(|| wrong_type(column, "Vec<_>"))?;
        Ok(Lists { elements: T::prepare(values, column)?, ranges, column })
    }

    fn is_null(column: &Self::Column, row: usize) -> bool {
        column.ranges[row].is_none()
    }

    fn read(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
        let (start, end) = column.ranges[row].ok_or_else(|| null(column.column, row))?;
        (start..end).map(|at| T::read(&column.elements, at)).collect()
    }
}

impl<'b, T: FromArray<'b> + Item> Decode<'b, Flight> for Vec<T> {
    type Column = Lists<T::Column>;

    fn column(batch: &'b FlightBatch, index: usize) -> Result<Self::Column, ValueError> {
        column::<Vec<T>>(batch, index)
    }

    fn is_null(column: &Self::Column, row: usize) -> bool {
        <Vec<T> as FromArray<'b>>::is_null(column, row)
    }

    fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
        <Vec<T> as FromArray<'b>>::read(column, row)
    }
}

type Ranges = Vec<Option<(usize, usize)>>;

fn ranges(array: &dyn Array) -> Option<(&dyn Array, Ranges)> {
    let valid = |row: usize, range: (usize, usize)| array.is_valid(row).then_some(range);
    let rows = 0..array.len();
    Some(match array.data_type() {
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            let at = |i: usize| list.value_offsets()[i] as usize;
            (list.values().as_ref(), rows.map(|i| valid(i, (at(i), at(i + 1)))).collect())
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            let at = |i: usize| list.value_offsets()[i] as usize;
            (list.values().as_ref(), rows.map(|i| valid(i, (at(i), at(i + 1)))).collect())
        }
        DataType::ListView(_) => {
            let list = array.as_list_view::<i32>();
            let range = |i: usize| {
                (list.value_offset(i) as usize, (list.value_offset(i) + list.value_size(i)) as usize)
            };
            (list.values().as_ref(), rows.map(|i| valid(i, range(i))).collect())
        }
        DataType::LargeListView(_) => {
            let list = array.as_list_view::<i64>();
            let range = |i: usize| {
                (list.value_offset(i) as usize, (list.value_offset(i) + list.value_size(i)) as usize)
            };
            (list.values().as_ref(), rows.map(|i| valid(i, range(i))).collect())
        }
        DataType::FixedSizeList(_, len) => {
            let (list, len) = (array.as_fixed_size_list(), *len as usize);
            let from = |i: usize| list.value_offset(i) as usize;
            (list.values().as_ref(), rows.map(|i| valid(i, (from(i), from(i) + len))).collect())
        }
        _ => return None,
    })
}
