//! Record batches as they came, in the schema that was checked.
//!
//! Arrays of the checked type are handed on as they are. Of another one only that is taken from which nothing can be lost:
//! another layout of the same (a dictionary, text as a view), a narrower number, another name of a zone.

use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field, SchemaRef};
use arrow_select::concat::concat_batches;
use querent_core::arrow::ToArrow;
use querent_core::{ValueError, ValueProblem};

use crate::Flight;
use crate::execute::Cursor;
use crate::row::FlightBatch;

impl ToArrow for Flight {
    fn schema(cursor: &Cursor) -> Option<SchemaRef> {
        cursor.schema.get().cloned()
    }

    fn record_batch(batches: &[FlightBatch], schema: &SchemaRef) -> Result<RecordBatch, ValueError> {
        let [batch] = batches else {
            let batches = batches.iter().map(|batch| conform(batch.record_batch(), schema));
            let batches = batches.collect::<Result<Vec<_>, _>>()?;
            return concat_batches(schema, &batches).map_err(of_the_result);
        };
        conform(batch.record_batch(), schema)
    }
}

/// A batch in a schema, whose columns are the first ones of the batch's.
fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ValueError> {
    let columns = schema.fields().iter().enumerate().map(|(index, field)| {
        let of_column = |problem| ValueError::column(index, problem);
        let array = batch.columns().get(index).ok_or(of_column(ValueProblem::MissingColumn))?;
        let array = of_type(array, field).ok_or(of_column(ValueProblem::OtherType))?;
        match first_null(&array) {
            Some(row) if !field.is_nullable() => {
                let column = u16::try_from(index).unwrap_or(u16::MAX);
                Err(ValueError::row(column, row, ValueProblem::Null))
            }
            _ => Ok(array),
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options).map_err(of_the_result)
}

/// A NULL within a value where none was checked.
fn of_the_result(_: arrow_schema::ArrowError) -> ValueError {
    ValueError::column(usize::from(u16::MAX), ValueProblem::OtherType)
}

fn of_type(array: &ArrayRef, field: &Field) -> Option<ArrayRef> {
    if array.data_type() == field.data_type() {
        return Some(Arc::clone(array));
    }
    if !is_lossless(array.data_type(), field.data_type()) {
        return None;
    }
    // A value that does not fit is an error, not a NULL.
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, field.data_type(), &options).ok()
}

/// Whether every value of a type is one of the other, exactly.
fn is_lossless(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    match (from, to) {
        (from, to) if from == to => true,
        (Dictionary(_, values), to) => is_lossless(values, to),
        (RunEndEncoded(_, values), to) => is_lossless(values.data_type(), to),
        (Utf8 | LargeUtf8 | Utf8View, Utf8 | LargeUtf8 | Utf8View)
        | (Binary | LargeBinary | BinaryView, Binary | LargeBinary | BinaryView) => true,
        (Int8, Int16 | Int32 | Int64) | (Int16, Int32 | Int64) | (Int32, Int64) => true,
        (UInt8, UInt16 | UInt32 | UInt64 | Int16 | Int32 | Int64)
        | (UInt16, UInt32 | UInt64 | Int32 | Int64)
        | (UInt32, UInt64 | Int64) => true,
        (Float16, Float32 | Float64) | (Float32, Float64) => true,
        (Timestamp(from, Some(_)), Timestamp(to, Some(_))) => from == to,
        (List(from) | LargeList(from), List(to) | LargeList(to)) => {
            is_lossless(from.data_type(), to.data_type())
        }
        _ => false,
    }
}

/// The first NULL of an array, also where only a dictionary's value or a run says it.
fn first_null(array: &ArrayRef) -> Option<usize> {
    let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0)?;
    nulls.iter().position(|is_there| !is_there)
}

#[cfg(test)]
mod tests {
    use arrow_array::types::Int32Type;
    use arrow_array::{DictionaryArray, Int64Array, StringArray, StringViewArray};
    use arrow_schema::{Schema, TimeUnit};

    use super::*;

    fn conformed(array: ArrayRef, field: Field) -> Result<RecordBatch, ValueProblem> {
        let batch = RecordBatch::try_from_iter_with_nullable([("server's", array, true)]).expect("a batch");
        let schema = Arc::new(Schema::new(vec![field]));
        conform(&batch, &schema).map_err(|error| error.what)
    }

    #[test]
    fn arrays_of_the_checked_type_are_not_copied() {
        let array: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let batch = conformed(array.clone(), Field::new("n", DataType::Int64, false)).expect("it fits");
        assert!(Arc::ptr_eq(batch.column(0), &array));
        assert_eq!(batch.schema_ref().field(0), &Field::new("n", DataType::Int64, false));
    }

    #[test]
    fn another_layout_is_the_same_text() {
        let texts = StringArray::from(vec![Some("a"), None, Some("ä")]);
        let views: ArrayRef = Arc::new(StringViewArray::from_iter(texts.iter()));
        let dictionary: ArrayRef = Arc::new(texts.iter().collect::<DictionaryArray<Int32Type>>());
        for array in [views, dictionary] {
            let batch = conformed(array.clone(), Field::new("t", DataType::Utf8, true)).expect("it fits");
            assert_eq!(batch.column(0).as_ref(), &texts as &dyn arrow_array::Array);
            let none = conformed(array, Field::new("t", DataType::Utf8, false));
            assert_eq!(none, Err(ValueProblem::Null));
        }
    }

    #[test]
    fn what_could_lose_something_is_of_another_type() {
        let array: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let stamp = |unit, zone: Option<&str>| DataType::Timestamp(unit, zone.map(Arc::from));
        for to in [DataType::Int32, DataType::Float64, DataType::Utf8, stamp(TimeUnit::Second, None)] {
            let outcome = conformed(array.clone(), Field::new("n", to, true));
            assert_eq!(outcome, Err(ValueProblem::OtherType));
        }
        let utc = stamp(TimeUnit::Second, Some("UTC"));
        assert!(is_lossless(&stamp(TimeUnit::Second, Some("+00:00")), &utc));
        assert!(!is_lossless(&stamp(TimeUnit::Millisecond, Some("UTC")), &utc));
        assert!(!is_lossless(&stamp(TimeUnit::Second, None), &utc));
        assert!(!is_lossless(&DataType::UInt32, &DataType::Int32));
    }
}
