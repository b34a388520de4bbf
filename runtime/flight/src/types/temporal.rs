//! Dates, times, timestamps, durations and intervals, of any unit.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Date32Type, Date64Type, IntervalDayTimeType, IntervalMonthDayNanoType, IntervalYearMonthType,
};
use arrow_array::{Array, Int32Array, Int64Array, PrimitiveArray};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use querent_core::types::TimeUnit as Unit;
use querent_core::types::value::{Date, Duration, Interval, Time, Timestamp};
use querent_core::{ValueError, ValueProblem};

use super::{FromArray, null, without_dictionary, wrong_type};

/// Counts of a unit.
pub struct Counts {
    counts: Int64Array,
    unit: Unit,
    column: u16,
}

const MS_A_DAY: i64 = 86_400_000;

fn unit(unit: TimeUnit) -> Unit {
    match unit {
        TimeUnit::Second => Unit::Second,
        TimeUnit::Millisecond => Unit::Millisecond,
        TimeUnit::Microsecond => Unit::Microsecond,
        TimeUnit::Nanosecond => Unit::Nanosecond,
    }
}

/// The raw counts of an array of 64-bit values: the same buffers, read as integers.
fn counts(array: &dyn Array) -> Option<Int64Array> {
    let data = array.to_data().into_builder().data_type(DataType::Int64).build().ok()?;
    Some(Int64Array::from(data))
}

fn counts32(array: &dyn Array) -> Option<Int64Array> {
    let data = array.to_data().into_builder().data_type(DataType::Int32).build().ok()?;
    Some(Int32Array::from(data).unary(i64::from))
}

macro_rules! counted {
    ($($rust:ident, $prepare:ident, $get:expr;)+) => { $(
        impl<'b> FromArray<'b> for $rust {
            type Column = Counts;

            fn prepare(array: &'b dyn Array, column: u16) -> Result<Counts, ValueError> {
                let array = without_dictionary(array, column)?;
                let (counts, unit) = $prepare(array.as_ref()).ok_or_else(|| wrong_type(column, stringify!($rust)))?;
                Ok(Counts { counts, unit, column })
            }

            #[inline]
            fn is_null(column: &Counts, row: usize) -> bool {
                column.counts.is_null(row)
            }

            #[inline]
            fn read(column: &Counts, row: usize) -> Result<$rust, ValueError> {
                if column.counts.is_null(row) {
                    return Err(null(column.column, row));
                }
                let get: fn(i64, Unit) -> Option<$rust> = $get;
                get(column.counts.value(row), column.unit)
                    .ok_or_else(|| ValueError::row(column.column, row, ValueProblem::OutOfRange(stringify!($rust))))
            }
        }
    )+ };
}

counted! {
    Timestamp, timestamps, |count, unit| Some(Timestamp::from_unit(count, unit));
    Duration, durations, |count, unit| Some(Duration::from_unit(count, unit));
    Time, times, Time::from_unit;
    Date, dates, |days, _| i32::try_from(days).ok().map(Date::from_days);
}

fn timestamps(array: &dyn Array) -> Option<(Int64Array, Unit)> {
    match array.data_type() {
        DataType::Timestamp(u, _) => Some((counts(array)?, unit(*u))),
        DataType::Date64 => Some((counts(array)?, Unit::Millisecond)),
        _ => None,
    }
}

fn durations(array: &dyn Array) -> Option<(Int64Array, Unit)> {
    match array.data_type() {
        DataType::Duration(u) => Some((counts(array)?, unit(*u))),
        _ => None,
    }
}

fn times(array: &dyn Array) -> Option<(Int64Array, Unit)> {
    match array.data_type() {
        DataType::Time64(u) => Some((counts(array)?, unit(*u))),
        DataType::Time32(u) => Some((counts32(array)?, unit(*u))),
        _ => None,
    }
}

/// Days, in a count whose unit is of no matter.
fn dates(array: &dyn Array) -> Option<(Int64Array, Unit)> {
    let days = match array.data_type() {
        DataType::Date32 => array.as_primitive::<Date32Type>().unary(i64::from),
        DataType::Date64 => array.as_primitive::<Date64Type>().unary(|ms| ms.div_euclid(MS_A_DAY)),
        _ => return None,
    };
    Some((days, Unit::Second))
}

/// Intervals of any unit.
pub struct Intervals {
    array: IntervalArray,
    column: u16,
}

enum IntervalArray {
    YearMonth(PrimitiveArray<IntervalYearMonthType>),
    DayTime(PrimitiveArray<IntervalDayTimeType>),
    MonthDayNano(PrimitiveArray<IntervalMonthDayNanoType>),
}

impl IntervalArray {
    fn is_null(&self, row: usize) -> bool {
        match self {
            IntervalArray::YearMonth(a) => a.is_null(row),
            IntervalArray::DayTime(a) => a.is_null(row),
            IntervalArray::MonthDayNano(a) => a.is_null(row),
        }
    }
}

impl<'b> FromArray<'b> for Interval {
    type Column = Intervals;

    fn prepare(array: &'b dyn Array, column: u16) -> Result<Intervals, ValueError> {
        let array = without_dictionary(array, column)?;
        let array = match array.data_type() {
            DataType::Interval(IntervalUnit::YearMonth) => {
                IntervalArray::YearMonth(array.as_primitive().clone())
            }
            DataType::Interval(IntervalUnit::DayTime) => IntervalArray::DayTime(array.as_primitive().clone()),
            DataType::Interval(IntervalUnit::MonthDayNano) => {
                IntervalArray::MonthDayNano(array.as_primitive().clone())
            }
            _ => return Err(wrong_type(column, "Interval")),
        };
        Ok(Intervals { array, column })
    }

    fn is_null(column: &Intervals, row: usize) -> bool {
        column.array.is_null(row)
    }

    fn read(column: &Intervals, row: usize) -> Result<Interval, ValueError> {
        if column.array.is_null(row) {
            return Err(null(column.column, row));
        }
        Ok(match &column.array {
            IntervalArray::YearMonth(a) => Interval::new(a.value(row), 0, 0),
            IntervalArray::DayTime(a) => {
                let value = a.value(row);
                Interval::new(0, value.days, i64::from(value.milliseconds) * 1_000_000)
            }
            IntervalArray::MonthDayNano(a) => {
                let value = a.value(row);
                Interval::new(value.months, value.days, value.nanoseconds)
            }
        })
    }
}
