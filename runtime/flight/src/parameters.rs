//! The arguments of a prepared statement as one record batch.
//!
//! Columns stand in the order of the server's parameter schema where it has one, under its names and types; else they are
//! called `$1`, `$2`, … and have the types that the query was checked with.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, IntervalMonthDayNanoType, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, FixedSizeBinaryArray, Float32Array,
    Float64Array, Int64Array, ListArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray,
    UInt64Array, new_null_array,
};
use arrow_buffer::{IntervalMonthDayNano, OffsetBuffer, i256};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use querent_core::types::{SqlType, TimeUnit as Unit};
use querent_core::{Error, ErrorKind, Result, Value};

/// One row with the given values.
pub(crate) fn batch(values: &[(&Value<'_>, &'static str)], declared: &Schema) -> Result<RecordBatch> {
    let order = numeric_order(declared);
    if !order.is_empty() && order.len() != values.len() {
        return Err(Error::new(
            ErrorKind::SchemaMismatch,
            format!("the server counts {} parameters, the query has {}", order.len(), values.len()),
        ));
    }
    let mut columns = vec![None; values.len()];
    for (index, (value, checked)) in values.iter().enumerate() {
        let field = order.get(index).map(|at| (*at, declared.field(*at)));
        let ty = field.map(|(_, f)| f.data_type().clone()).filter(|ty| *ty != DataType::Null);
        let ty = ty.or_else(|| checked_type(checked));
        let array = array(value, ty.as_ref()).map_err(|e| {
            let message = format!("parameter {}: {}", index + 1, e.message());
            e.with_message(message)
        })?;
        let (at, name) = match field {
            Some((at, field)) => (at, field.name().clone()),
            None => (index, format!("${}", index + 1)),
        };
        columns[at] = Some((Field::new(name, array.data_type().clone(), true), array));
    }
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().flatten().unzip();
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(invalid)
}

/// The declared fields' positions in the order of the parameters: by number where they are called `$1`, `$2`, …, for some
/// servers sort `$10` before `$2`; else as they stand.
fn numeric_order(declared: &Schema) -> Vec<usize> {
    let mut order: Vec<usize> = (0..declared.fields().len()).collect();
    let number =
        |at: &usize| declared.field(*at).name().strip_prefix('$').and_then(|n| n.parse::<usize>().ok());
    if order.iter().all(|at| number(at).is_some()) {
        order.sort_by_key(number);
    }
    order
}

fn checked_type(text: &str) -> Option<DataType> {
    let ty: SqlType = text.parse().ok()?;
    Some(querent_core::arrow::to_arrow(&ty))
}

/// One value as an array of length one, of the given type where there is one.
fn array(value: &Value<'_>, ty: Option<&DataType>) -> Result<ArrayRef> {
    let natural: ArrayRef = match value {
        Value::Null => return Ok(new_null_array(ty.unwrap_or(&DataType::Null), 1)),
        Value::Bool(v) => Arc::new(BooleanArray::from(vec![*v])),
        Value::Int(v) => Arc::new(Int64Array::from(vec![*v])),
        Value::UInt(v) => Arc::new(UInt64Array::from(vec![*v])),
        Value::Float(v) => Arc::new(Float32Array::from(vec![*v])),
        Value::Double(v) => Arc::new(Float64Array::from(vec![*v])),
        Value::Str(v) => Arc::new(StringArray::from(vec![*v])),
        Value::String(v) => Arc::new(StringArray::from(vec![v.as_str()])),
        Value::Bytes(v) => Arc::new(BinaryArray::from(vec![*v])),
        Value::Uuid(v) => Arc::new(FixedSizeBinaryArray::new(16, v.as_bytes().to_vec().into(), None)),
        Value::Date(v) => one::<Date32Type>(v.days()),
        Value::Interval(v) => {
            one::<IntervalMonthDayNanoType>(IntervalMonthDayNano::new(v.months(), v.days(), v.nanos()))
        }
        Value::Decimal(v) => return decimal(v, ty),
        Value::Time(v) => {
            let count = |unit| v.to_unit(unit).map_err(inexact);
            match ty {
                Some(DataType::Time32(TimeUnit::Second)) => {
                    one::<Time32SecondType>(narrow(count(Unit::Second)?)?)
                }
                Some(DataType::Time32(_)) => one::<Time32MillisecondType>(narrow(count(Unit::Millisecond)?)?),
                Some(DataType::Time64(TimeUnit::Microsecond)) => {
                    one::<Time64MicrosecondType>(count(Unit::Microsecond)?)
                }
                _ => one::<Time64NanosecondType>(count(Unit::Nanosecond)?),
            }
        }
        Value::Timestamp(v) => timestamp(|unit| v.to_unit(unit).map_err(inexact), ty)?,
        Value::Duration(v) => {
            let count = |unit| v.to_unit(unit).map_err(inexact);
            match ty {
                Some(DataType::Duration(TimeUnit::Second)) => one::<DurationSecondType>(count(Unit::Second)?),
                Some(DataType::Duration(TimeUnit::Millisecond)) => {
                    one::<DurationMillisecondType>(count(Unit::Millisecond)?)
                }
                Some(DataType::Duration(TimeUnit::Microsecond)) => {
                    one::<DurationMicrosecondType>(count(Unit::Microsecond)?)
                }
                _ => one::<DurationNanosecondType>(count(Unit::Nanosecond)?),
            }
        }
        Value::List(values) => return list(values, ty),
        _ => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "this kind of value cannot be sent to a Flight server",
            ));
        }
    };
    match ty {
        Some(ty) if ty != natural.data_type() => cast(&natural, ty),
        _ => Ok(natural),
    }
}

fn one<T: ArrowPrimitiveType>(value: T::Native) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::from_value(value, 1))
}

fn narrow(count: i64) -> Result<i32> {
    i32::try_from(count).map_err(|_| Error::new(ErrorKind::Value, "the time of day is out of range"))
}

fn timestamp(count: impl Fn(Unit) -> Result<i64>, ty: Option<&DataType>) -> Result<ArrayRef> {
    let (unit, zone) = match ty {
        Some(DataType::Timestamp(unit, zone)) => (*unit, zone.clone()),
        _ => (TimeUnit::Nanosecond, None),
    };
    Ok(match unit {
        TimeUnit::Second => zoned::<TimestampSecondType>(count(Unit::Second)?, zone),
        TimeUnit::Millisecond => zoned::<TimestampMillisecondType>(count(Unit::Millisecond)?, zone),
        TimeUnit::Microsecond => zoned::<TimestampMicrosecondType>(count(Unit::Microsecond)?, zone),
        TimeUnit::Nanosecond => zoned::<TimestampNanosecondType>(count(Unit::Nanosecond)?, zone),
    })
}

fn zoned<T: arrow_array::types::ArrowTimestampType>(count: i64, zone: Option<Arc<str>>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::from_value(count, 1).with_timezone_opt(zone))
}

/// A decimal in the declared precision and scale, or as text where the server wants text.
fn decimal(value: &querent_core::types::value::Decimal, ty: Option<&DataType>) -> Result<ArrayRef> {
    let scale = value.scale().clamp(0, 76) as i8;
    let array: ArrayRef = match ty {
        Some(DataType::Decimal256(precision, scale)) => decimal256(value, *precision, *scale)?,
        Some(DataType::Decimal128(precision, scale)) => {
            let unscaled = value.to_i128(i32::from(*scale)).map_err(inexact)?;
            let array = PrimitiveArray::<Decimal128Type>::from_value(unscaled, 1);
            Arc::new(array.with_precision_and_scale(*precision, *scale).map_err(invalid)?)
        }
        Some(text @ (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)) => {
            return cast(&(Arc::new(StringArray::from(vec![value.to_string()])) as ArrayRef), text);
        }
        Some(other) => return cast(&decimal256(value, 76, scale)?, other),
        None => decimal256(value, 76, scale)?,
    };
    Ok(array)
}

fn decimal256(value: &querent_core::types::value::Decimal, precision: u8, scale: i8) -> Result<ArrayRef> {
    let unscaled = value.to_i256_le_bytes(i32::from(scale)).map_err(inexact)?;
    let array = PrimitiveArray::<Decimal256Type>::from_value(i256::from_le_bytes(unscaled), 1);
    Ok(Arc::new(array.with_precision_and_scale(precision, scale).map_err(invalid)?))
}

fn list(values: &[Value<'_>], ty: Option<&DataType>) -> Result<ArrayRef> {
    let element = match ty {
        Some(
            DataType::List(f)
            | DataType::LargeList(f)
            | DataType::ListView(f)
            | DataType::FixedSizeList(f, _),
        ) => Some(f.data_type().clone()),
        _ => None,
    };
    let elements = values.iter().map(|v| array(v, element.as_ref())).collect::<Result<Vec<_>>>()?;
    let typed = elements.iter().map(|e| e.data_type()).find(|ty| **ty != DataType::Null).cloned();
    let element = element.or(typed).unwrap_or(DataType::Null);
    let elements = elements
        .iter()
        .map(|e| if e.data_type() == &element { Ok(e.clone()) } else { cast(e, &element) })
        .collect::<Result<Vec<_>>>()?;
    let parts: Vec<&dyn Array> = elements.iter().map(|e| e.as_ref()).collect();
    let joined = match parts.is_empty() {
        true => new_null_array(&element, 0),
        false => arrow_select::concat::concat(&parts).map_err(invalid)?,
    };
    let field = Arc::new(Field::new_list_field(element, true));
    let offsets = OffsetBuffer::from_lengths([values.len()]);
    let array: ArrayRef = Arc::new(ListArray::try_new(field, offsets, joined, None).map_err(invalid)?);
    match ty {
        Some(ty) if ty != array.data_type() => cast(&array, ty),
        _ => Ok(array),
    }
}

/// A conversion that must not lose anything.
fn cast(array: &ArrayRef, ty: &DataType) -> Result<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, ty, &options).map_err(|_| {
        Error::new(ErrorKind::Value, format!("a value of type {} does not fit {ty}", array.data_type()))
    })
}

/// The cause would print the value: it is left out.
fn inexact(_: querent_core::types::value::ConversionError) -> Error {
    Error::new(
        ErrorKind::Value,
        "the value does not fit the parameter's unit, precision or range without loss",
    )
}

fn invalid(error: arrow_schema::ArrowError) -> Error {
    Error::new(ErrorKind::Value, "the parameters cannot be put into a record batch").with_cause(error)
}
