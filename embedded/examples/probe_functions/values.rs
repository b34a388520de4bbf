//! One-row arrays of every type: usual values and those at the edges.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, FixedSizeBinaryArray, Float64Array, Int64Array, MapArray,
    StringArray, StructArray, new_empty_array, new_null_array,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{cast, concat};
use datafusion::arrow::datatypes::{DataType, Field, Fields, IntervalUnit};
use datafusion::common::ScalarValue;

/// Texts that some function or other reads as a date, a field, a number, a pattern, a format or a name.
const TEXTS: [&str; 15] = [
    "abc",
    "",
    "Int64",
    "day",
    "1",
    "2020-01-02",
    "12:30:00",
    "a",
    "hex",
    "sha256",
    "%Y",
    ",",
    "UTC",
    "2020-01-02T03:04:05",
    "b",
];

/// Arrays of one row, none of them NULL.
pub(crate) fn values(ty: &DataType) -> Vec<ArrayRef> {
    match ty {
        DataType::Boolean => {
            vec![Arc::new(BooleanArray::from(vec![true])), Arc::new(BooleanArray::from(vec![false]))]
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            TEXTS.iter().filter_map(|text| cast(&StringArray::from(vec![*text]), ty).ok()).collect()
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => [&b"ab"[..], b""]
            .iter()
            .filter_map(|bytes| cast(&BinaryArray::from_vec(vec![*bytes]), ty).ok())
            .collect(),
        DataType::FixedSizeBinary(size) => {
            let bytes = vec![7u8; *size as usize];
            FixedSizeBinaryArray::try_from_iter([bytes].into_iter())
                .map(|array| vec![Arc::new(array) as ArrayRef])
                .unwrap_or_default()
        }
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            [1.5, 0.0, -1.0, f64::NAN, f64::INFINITY, 0.5]
                .iter()
                .filter_map(|value| cast(&Float64Array::from(vec![*value]), ty).ok())
                .collect()
        }
        DataType::Interval(unit) => intervals(*unit),
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            lists(ty, field)
        }
        DataType::Struct(fields) => structs(fields),
        DataType::Map(entries, sorted) => maps(entries, *sorted),
        DataType::Dictionary(_, value) => {
            values(value).iter().take(4).filter_map(|array| cast(array, ty).ok()).collect()
        }
        DataType::Null => Vec::new(),
        number => [1i64, 0, 2, -1, 100, 3_000_000]
            .iter()
            .filter_map(|value| {
                let array = Int64Array::from(vec![*value]);
                let through = match number {
                    DataType::Date32 | DataType::Time32(_) => cast(&array, &DataType::Int32).ok()?,
                    _ => Arc::new(array) as ArrayRef,
                };
                cast(&through, number).ok()
            })
            // What does not fit casts to NULL.
            .filter(|array| array.null_count() == 0)
            .collect(),
    }
}

/// The NULL of a type.
pub(crate) fn null(ty: &DataType) -> ArrayRef {
    new_null_array(ty, 1)
}

fn intervals(unit: IntervalUnit) -> Vec<ArrayRef> {
    let scalars = match unit {
        IntervalUnit::MonthDayNano => {
            vec![ScalarValue::new_interval_mdn(0, 1, 0), ScalarValue::new_interval_mdn(0, 0, 1_000_000_000)]
        }
        IntervalUnit::DayTime => vec![ScalarValue::new_interval_dt(1, 0)],
        IntervalUnit::YearMonth => vec![ScalarValue::new_interval_ym(1, 1)],
    };
    scalars.iter().filter_map(|scalar| scalar.to_array().ok()).collect()
}

/// The empty list, one of two values, one of a value and a NULL, one of NULL.
fn lists(ty: &DataType, field: &Field) -> Vec<ArrayRef> {
    let items = values(field.data_type());
    let null = null(field.data_type());
    let first = items.first().cloned().unwrap_or_else(|| Arc::clone(&null));
    let second = items.get(1).cloned().unwrap_or_else(|| Arc::clone(&first));
    let sets: Vec<Vec<ArrayRef>> = vec![
        vec![Arc::clone(&first), Arc::clone(&second)],
        vec![],
        vec![Arc::clone(&first), Arc::clone(&null)],
        vec![Arc::clone(&null)],
        vec![Arc::clone(&first), Arc::clone(&second), Arc::clone(&first)],
    ];
    sets.iter().filter_map(|set| list(ty, field, set)).collect()
}

fn list(ty: &DataType, field: &Field, items: &[ArrayRef]) -> Option<ArrayRef> {
    let views: Vec<&dyn Array> = items.iter().map(AsRef::as_ref).collect();
    let items = if views.is_empty() { new_empty_array(field.data_type()) } else { concat(&views).ok()? };
    let field = Arc::new(field.clone());
    Some(match ty {
        DataType::List(_) => Arc::new(
            datafusion::arrow::array::ListArray::try_new(
                field,
                OffsetBuffer::from_lengths([items.len()]),
                items,
                None,
            )
            .ok()?,
        ),
        DataType::LargeList(_) => Arc::new(
            datafusion::arrow::array::LargeListArray::try_new(
                field,
                OffsetBuffer::from_lengths([items.len()]),
                items,
                None,
            )
            .ok()?,
        ),
        DataType::FixedSizeList(_, size) if items.len() == *size as usize => {
            Arc::new(datafusion::arrow::array::FixedSizeListArray::try_new(field, *size, items, None).ok()?)
        }
        _ => return None,
    })
}

fn structs(fields: &Fields) -> Vec<ArrayRef> {
    let row = |columns: Vec<ArrayRef>| StructArray::try_new(fields.clone(), columns, None).ok();
    let full = fields.iter().map(|field| values(field.data_type()).first().cloned());
    let full = full.collect::<Option<Vec<_>>>().and_then(row);
    let empty = row(fields.iter().map(|field| null(field.data_type())).collect());
    [full, empty].into_iter().flatten().map(|array| Arc::new(array) as ArrayRef).collect()
}

fn maps(entries: &Arc<Field>, sorted: bool) -> Vec<ArrayRef> {
    let DataType::Struct(fields) = entries.data_type() else { return Vec::new() };
    let (Some(key), Some(value)) =
        (values(fields[0].data_type()).first().cloned(), values(fields[1].data_type()).first().cloned())
    else {
        return Vec::new();
    };
    let map = |columns: Vec<ArrayRef>| {
        let rows = StructArray::try_new(fields.clone(), columns, None).ok()?;
        let offsets = OffsetBuffer::from_lengths([rows.len()]);
        MapArray::try_new(Arc::clone(entries), offsets, rows, None, sorted).ok()
    };
    let empty = fields.iter().map(|field| new_empty_array(field.data_type())).collect();
    let sets = [vec![Arc::clone(&key), value], empty, vec![key, null(fields[1].data_type())]];
    sets.into_iter().filter_map(map).map(|array| Arc::new(array) as ArrayRef).collect()
}
