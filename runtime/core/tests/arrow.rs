//! The mapping between `SqlType` and Arrow, over every type of Arrow, alone and inside of others.
#![cfg(feature = "arrow")]

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, IntervalUnit, TimeUnit, UnionFields, UnionMode};
use querent_core::arrow::{TYPE_KEY, from_arrow, from_field, to_arrow, to_field};
use querent_types::{Field as SqlField, ListLayout, SqlType};

const UNITS: [TimeUnit; 4] =
    [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

/// Every type of Arrow without members, with each of its arguments at work.
fn leaves() -> Vec<DataType> {
    use DataType::*;
    let mut types = vec![
        Null,
        Boolean,
        Int8,
        Int16,
        Int32,
        Int64,
        UInt8,
        UInt16,
        UInt32,
        UInt64,
        Float16,
        Float32,
        Float64,
        Date32,
        Date64,
        Binary,
        LargeBinary,
        BinaryView,
        Utf8,
        LargeUtf8,
        Utf8View,
        FixedSizeBinary(0),
        FixedSizeBinary(16),
        FixedSizeBinary(i32::MAX),
        Decimal32(9, -1),
        Decimal64(18, 18),
        Decimal128(38, 10),
        Decimal256(76, i8::MIN),
        Decimal256(u8::MAX, i8::MAX),
        Time32(TimeUnit::Second),
        Time32(TimeUnit::Millisecond),
        Time64(TimeUnit::Microsecond),
        Time64(TimeUnit::Nanosecond),
        Interval(IntervalUnit::YearMonth),
        Interval(IntervalUnit::DayTime),
        Interval(IntervalUnit::MonthDayNano),
    ];
    for unit in UNITS {
        types.push(Duration(unit));
        types.push(Timestamp(unit, None));
        for zone in ["UTC", "+02:00", "Europe/Paris", "", "odd \"zone\" \\ é\n"] {
            types.push(Timestamp(unit, Some(Arc::from(zone))));
        }
    }
    types
}

/// Every type of Arrow with members, of the given type.
fn around(inner: &DataType) -> Vec<DataType> {
    use DataType::*;
    let metadata = HashMap::from([("b".to_owned(), "2".to_owned()), ("a".to_owned(), "\"1\", é".to_owned())]);
    let item = |nullable| Arc::new(Field::new("item", inner.clone(), nullable));
    let odd = || Arc::new(Field::new("odd \"name\"", inner.clone(), false).with_metadata(metadata.clone()));
    let ends: FieldRef = Arc::new(Field::new("run_ends", Int32, false));
    let entries =
        Struct(vec![Field::new("key", Utf8, false), Field::new("value", inner.clone(), true)].into());
    let entries: FieldRef = Arc::new(Field::new("entries", entries, false));
    vec![
        List(item(true)),
        List(item(false)),
        List(odd()),
        LargeList(item(true)),
        LargeList(odd()),
        ListView(item(true)),
        ListView(odd()),
        LargeListView(item(true)),
        LargeListView(odd()),
        FixedSizeList(item(true), 0),
        FixedSizeList(odd(), 3),
        Struct(Vec::<Field>::new().into()),
        Struct(vec![odd()].into()),
        Struct(vec![item(true), odd(), item(false)].into()),
        Map(entries.clone(), false),
        Map(entries, true),
        Dictionary(Box::new(Int8), Box::new(inner.clone())),
        Dictionary(Box::new(UInt64), Box::new(inner.clone())),
        RunEndEncoded(ends, odd()),
        Union(UnionFields::empty(), UnionMode::Dense),
        Union([(0, item(true)), (5, odd())].into_iter().collect(), UnionMode::Sparse),
        Union([(127, odd())].into_iter().collect(), UnionMode::Dense),
    ]
}

/// All leaves, each of them in everything that has members, and some of those in one more.
fn all_types() -> Vec<DataType> {
    let leaves = leaves();
    let nested: Vec<DataType> = leaves.iter().flat_map(around).collect();
    let deeper: Vec<DataType> = nested.iter().step_by(17).flat_map(around).collect();
    [leaves, nested, deeper].concat()
}

/// Fails to compile when Arrow has a type that [`leaves`] and [`around`] do not know of.
fn variant_name(data_type: &DataType) -> &'static str {
    use DataType::*;
    match data_type {
        Null => "Null",
        Boolean => "Boolean",
        Int8 => "Int8",
        Int16 => "Int16",
        Int32 => "Int32",
        Int64 => "Int64",
        UInt8 => "UInt8",
        UInt16 => "UInt16",
        UInt32 => "UInt32",
        UInt64 => "UInt64",
        Float16 => "Float16",
        Float32 => "Float32",
        Float64 => "Float64",
        Timestamp(..) => "Timestamp",
        Date32 => "Date32",
        Date64 => "Date64",
        Time32(_) => "Time32",
        Time64(_) => "Time64",
        Duration(_) => "Duration",
        Interval(_) => "Interval",
        Binary => "Binary",
        FixedSizeBinary(_) => "FixedSizeBinary",
        LargeBinary => "LargeBinary",
        BinaryView => "BinaryView",
        Utf8 => "Utf8",
        LargeUtf8 => "LargeUtf8",
        Utf8View => "Utf8View",
        List(_) => "List",
        ListView(_) => "ListView",
        FixedSizeList(..) => "FixedSizeList",
        LargeList(_) => "LargeList",
        LargeListView(_) => "LargeListView",
        Struct(_) => "Struct",
        Union(..) => "Union",
        Dictionary(..) => "Dictionary",
        Decimal32(..) => "Decimal32",
        Decimal64(..) => "Decimal64",
        Decimal128(..) => "Decimal128",
        Decimal256(..) => "Decimal256",
        Map(..) => "Map",
        RunEndEncoded(..) => "RunEndEncoded",
    }
}

#[test]
fn every_arrow_type_survives() {
    let mut names: Vec<_> = all_types().iter().map(variant_name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 41, "a variant is missing: {names:?}");
    for data_type in all_types() {
        let ty = from_arrow(&data_type, &HashMap::new());
        assert_eq!(to_arrow(&ty), data_type);
        assert_eq!(ty.to_string(), data_type.to_string());
        assert_eq!(ty.storage(), ty, "an Arrow type is its own storage");
        assert_eq!(ty.to_string().parse().as_ref(), Ok(&ty), "the text reads back");
        for nullable in [true, false] {
            let field = to_field("name", &ty, nullable);
            assert_eq!(field, Field::new("name", data_type.clone(), nullable));
            assert_eq!(from_field(&field), SqlField::new("name", ty.clone(), nullable));
        }
    }
}

#[test]
fn every_extension_survives_at_every_depth() {
    let extensions = [SqlType::BigDecimal, SqlType::Number, SqlType::Uuid, SqlType::Json];
    for extension in extensions {
        let member = |name: &str| SqlField::new(name, extension.clone(), false);
        let item = Box::new(SqlField::item(extension.clone()));
        let annotated = SqlField { metadata: vec![("k".into(), "v".into())], ..member("annotated") };
        let dictionary = |value| SqlType::Dictionary(Box::new(SqlType::Int32), Box::new(value));
        let ends = Box::new(SqlField::new("run_ends", SqlType::Int16, false));
        let entries = SqlType::Struct(vec![member("key"), member("value")]);
        for ty in [
            extension.clone(),
            SqlType::list(extension.clone()),
            SqlType::list(SqlType::list(extension.clone())),
            SqlType::List(Box::new(annotated.clone()), ListLayout::LargeView),
            SqlType::FixedSizeList(item.clone(), 2),
            SqlType::Struct(vec![annotated, member("other")]),
            SqlType::Map(Box::new(SqlField::new("entries", entries, false)), true),
            dictionary(extension.clone()),
            dictionary(dictionary(extension.clone())),
            SqlType::list(dictionary(extension.clone())),
            SqlType::RunEndEncoded(ends, item),
            SqlType::Union(vec![(3, member("only"))], querent_types::UnionMode::Dense),
        ] {
            let field = to_field("column", &ty, true);
            assert_eq!(from_field(&field), SqlField::new("column", ty.clone(), true));
            assert_eq!(from_arrow(field.data_type(), field.metadata()), ty);
            let storage = from_arrow(&to_arrow(&ty.storage()), &HashMap::new());
            assert_eq!(storage, ty.storage());
        }
    }
}

#[test]
fn extensions_are_stored_as_documented() {
    let field = to_field("id", &SqlType::Uuid, false);
    assert_eq!(field.data_type(), &DataType::FixedSizeBinary(16));
    assert_eq!(field.metadata(), &HashMap::from([(TYPE_KEY.to_owned(), "Uuid".to_owned())]));
    let list = to_arrow(&SqlType::list(SqlType::BigDecimal));
    let mark = HashMap::from([(TYPE_KEY.to_owned(), "BigDecimal".to_owned())]);
    assert_eq!(list, DataType::List(Arc::new(Field::new("item", DataType::Utf8, true).with_metadata(mark))));
}

#[test]
fn a_mark_that_does_not_fit_stays_metadata() {
    for (data_type, mark) in [
        (DataType::Int32, "Uuid"),
        (DataType::FixedSizeBinary(15), "Uuid"),
        (DataType::LargeUtf8, "Json"),
        (DataType::Utf8, "Utf8"),
        (DataType::Utf8, " Json"),
        (DataType::Utf8, "List(Json)"),
        (DataType::Utf8, "hostile("),
        (DataType::Utf8, ""),
    ] {
        let metadata = HashMap::from([(TYPE_KEY.to_owned(), mark.to_owned())]);
        let field = Field::new("column", data_type.clone(), true).with_metadata(metadata);
        let read = from_field(&field);
        assert_eq!(to_arrow(&read.ty), data_type);
        assert_eq!(read.metadata, [(TYPE_KEY.to_owned(), mark.to_owned())]);
        // Inside of another type it comes back as it was.
        let list = DataType::List(Arc::new(field));
        assert_eq!(to_arrow(&from_arrow(&list, &HashMap::new())), list);
    }
}
