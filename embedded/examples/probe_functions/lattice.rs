//! The types over which functions are probed: every Arrow type that SQL can make, and argument lists of them.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use querent_types::SqlType;

/// The types, the usual ones first.
pub(crate) fn types() -> Vec<DataType> {
    use DataType::*;
    let units = [TimeUnit::Nanosecond, TimeUnit::Microsecond, TimeUnit::Millisecond, TimeUnit::Second];
    let list = |item: DataType| Arc::new(Field::new("item", item, true));
    let mut types = vec![Int64, Utf8, Utf8View, Float64, Boolean, Null];
    types.extend([Int8, Int16, Int32, UInt8, UInt16, UInt32, UInt64, Float16, Float32]);
    types.extend([Decimal128(10, 2), Decimal128(20, 0), Decimal128(38, 10), Decimal256(50, 5)]);
    // Two of each kind that has parameters, so that no rule can mistake one of them for the kind.
    types.extend([Decimal32(7, 2), Decimal64(15, 3), LargeUtf8]);
    types.extend([Decimal32(5, 0), Decimal64(12, 4), Decimal256(60, 10), FixedSizeBinary(8)]);
    types.extend([Binary, LargeBinary, BinaryView, FixedSizeBinary(4), Date32, Date64]);
    types.extend([Time32(TimeUnit::Second), Time32(TimeUnit::Millisecond)]);
    types.extend([Time64(TimeUnit::Microsecond), Time64(TimeUnit::Nanosecond)]);
    types.extend(units.map(|unit| Timestamp(unit, None)));
    types.extend(units.map(|unit| Timestamp(unit, Some("UTC".into()))));
    types.push(Timestamp(TimeUnit::Nanosecond, Some("+02:00".into())));
    types.extend(units.map(Duration));
    types.extend([IntervalUnit::MonthDayNano, IntervalUnit::DayTime, IntervalUnit::YearMonth].map(Interval));
    types.extend([Int64, Utf8, Utf8View, Float64, Boolean, Date32, Int32].map(|item| List(list(item))));
    types.extend([LargeList(list(Int64)), LargeList(list(Utf8)), FixedSizeList(list(Int64), 2)]);
    types.extend([LargeList(list(Float64)), FixedSizeList(list(Float64), 3)]);
    types.extend([
        List(list(List(list(Int64)))),
        List(list(List(list(Utf8)))),
        List(list(Decimal128(10, 2))),
    ]);
    types.extend([LargeList(list(List(list(Int64)))), Struct(vec![Field::new("x", Float64, true)].into())]);
    types.extend([map_of(Int64, Utf8View), Dictionary(Box::new(Int8), Box::new(Utf8View))]);
    let members = Fields::from(vec![Field::new("a", Int64, true), Field::new("b", Utf8, true)]);
    types.extend([Struct(members.clone()), List(list(Struct(members)))]);
    types.push(map_of(Utf8, Int64));
    types.extend([Utf8, Int64].map(|value| Dictionary(Box::new(Int32), Box::new(value))));
    types
}

/// A map as SQL makes it.
fn map_of(key: DataType, value: DataType) -> DataType {
    let entries = vec![Field::new("key", key, false), Field::new("value", value, true)];
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries.into()), false)), false)
}

/// The same type in querent's notation.
pub(crate) fn sql_type(ty: &DataType) -> SqlType {
    ty.to_string().parse().unwrap_or_else(|error| panic!("{ty}: {error}"))
}

/// A small generator of repeatable choices.
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) fn new(seed: u64) -> Choices {
        Choices(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % end
    }
}

/// Argument lists of one length: all of them up to two arguments, then a sample in which every accepted list of the
/// length below is extended by every type.
pub(crate) fn lists(count: usize, shorter: &[Vec<DataType>], sample: usize, seed: u64) -> Vec<Vec<DataType>> {
    let types = types();
    match count {
        0 => vec![Vec::new()],
        1 => types.into_iter().map(|ty| vec![ty]).collect(),
        2 => {
            let pairs = |first: &DataType| {
                types.iter().map(|second| vec![first.clone(), second.clone()]).collect::<Vec<_>>()
            };
            types.iter().flat_map(pairs).collect()
        }
        _ => {
            let mut choices = Choices::new(seed);
            let mut lists = Vec::new();
            for _ in 0..sample {
                let mut list = if shorter.is_empty() || choices.below(4) == 0 {
                    (0..count - 1).map(|_| types[choices.below(types.len())].clone()).collect()
                } else {
                    shorter[choices.below(shorter.len())].clone()
                };
                list.truncate(count - 1);
                list.push(types[choices.below(types.len())].clone());
                lists.push(list);
            }
            // Signatures of three and more mostly repeat few types: all combinations of those.
            let few = [0, 1, 2, 3, 5].map(|place| types[place].clone());
            let mut combinations: Vec<Vec<DataType>> = vec![Vec::new()];
            for _ in 0..count {
                combinations = combinations
                    .into_iter()
                    .flat_map(|list| few.iter().map(move |ty| [list.clone(), vec![ty.clone()]].concat()))
                    .collect();
            }
            combinations.truncate(4000);
            lists.extend(combinations);
            lists
        }
    }
}
