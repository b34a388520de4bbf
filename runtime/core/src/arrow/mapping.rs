//! The one mapping between [`SqlType`] and Arrow's `DataType`, without loss in both directions.
//!
//! Every valid Arrow type has its own `SqlType`. The other way round, the types that Arrow lacks ([`BigDecimal`],
//! [`Number`], [`Uuid`], [`Json`]) travel as their [storage type](SqlType::storage) in a field whose metadata holds their text
//! under [`TYPE_KEY`]; a dictionary of such values, whose values have no field of their own, is marked as a whole
//! (`Dictionary(Int32, Uuid)`). A mark that does not fit the field's type is left where it is, as plain metadata.
//!
//! Arrays and batches are not here.
//!
//! [`BigDecimal`]: SqlType::BigDecimal
//! [`Number`]: SqlType::Number
//! [`Uuid`]: SqlType::Uuid
//! [`Json`]: SqlType::Json

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{
    DataType, Field as ArrowField, FieldRef, IntervalUnit as ArrowIntervalUnit, TimeUnit as ArrowTimeUnit,
    UnionFields, UnionMode as ArrowUnionMode,
};
use querent_types::{DecimalWidth, Field, IntervalUnit, Layout, ListLayout, SqlType, TimeUnit, UnionMode};

/// The key of the field metadata that names a type which Arrow lacks.
pub const TYPE_KEY: &str = "querent.type";

/// The Arrow type that stores a type: all of it, but for an extension at the top, which only a field can mark.
pub fn to_arrow(ty: &SqlType) -> DataType {
    match ty {
        SqlType::Null => DataType::Null,
        SqlType::Boolean => DataType::Boolean,
        SqlType::Int8 => DataType::Int8,
        SqlType::Int16 => DataType::Int16,
        SqlType::Int32 => DataType::Int32,
        SqlType::Int64 => DataType::Int64,
        SqlType::UInt8 => DataType::UInt8,
        SqlType::UInt16 => DataType::UInt16,
        SqlType::UInt32 => DataType::UInt32,
        SqlType::UInt64 => DataType::UInt64,
        SqlType::Float16 => DataType::Float16,
        SqlType::Float32 => DataType::Float32,
        SqlType::Float64 => DataType::Float64,
        SqlType::Decimal { width, precision, scale } => decimal_to_arrow(*width)(*precision, *scale),
        SqlType::Text(Layout::Plain) => DataType::Utf8,
        SqlType::Text(Layout::Large) => DataType::LargeUtf8,
        SqlType::Text(Layout::View) => DataType::Utf8View,
        SqlType::Binary(Layout::Plain) => DataType::Binary,
        SqlType::Binary(Layout::Large) => DataType::LargeBinary,
        SqlType::Binary(Layout::View) => DataType::BinaryView,
        SqlType::FixedSizeBinary(len) => DataType::FixedSizeBinary(*len),
        SqlType::Uuid => DataType::FixedSizeBinary(16),
        SqlType::Date32 => DataType::Date32,
        SqlType::Date64 => DataType::Date64,
        SqlType::Time(unit @ (TimeUnit::Second | TimeUnit::Millisecond)) => {
            DataType::Time32(unit_to_arrow(*unit))
        }
        SqlType::Time(unit) => DataType::Time64(unit_to_arrow(*unit)),
        SqlType::Timestamp(unit, zone) => {
            DataType::Timestamp(unit_to_arrow(*unit), zone.as_deref().map(Arc::from))
        }
        SqlType::Duration(unit) => DataType::Duration(unit_to_arrow(*unit)),
        SqlType::Interval(unit) => DataType::Interval(interval_to_arrow(*unit)),
        SqlType::List(item, layout) => list_to_arrow(*layout)(member_to_arrow(item)),
        SqlType::FixedSizeList(item, len) => DataType::FixedSizeList(member_to_arrow(item), *len),
        SqlType::Struct(members) => DataType::Struct(members.iter().map(member_to_arrow).collect()),
        SqlType::Map(entries, sorted) => DataType::Map(member_to_arrow(entries), *sorted),
        SqlType::Dictionary(key, value) => {
            DataType::Dictionary(Box::new(to_arrow(key)), Box::new(to_arrow(value)))
        }
        SqlType::RunEndEncoded(ends, values) => {
            DataType::RunEndEncoded(member_to_arrow(ends), member_to_arrow(values))
        }
        SqlType::Union(members, mode) => {
            let members: UnionFields =
                members.iter().map(|(id, member)| (*id, member_to_arrow(member))).collect();
            let mode = match mode {
                UnionMode::Sparse => ArrowUnionMode::Sparse,
                UnionMode::Dense => ArrowUnionMode::Dense,
            };
            DataType::Union(members, mode)
        }
        // Text, as any type to come that Arrow lacks: the field says what it is.
        SqlType::BigDecimal | SqlType::Number | SqlType::Json | _ => DataType::Utf8,
    }
}

/// The type of a column of an Arrow type with the given field metadata.
pub fn from_arrow(data_type: &DataType, metadata: &HashMap<String, String>) -> SqlType {
    let plain = plain_from_arrow(data_type);
    marked_type(&plain, metadata).unwrap_or(plain)
}

/// A column as an Arrow field, with the metadata that marks an extension.
pub fn to_field(name: impl Into<String>, ty: &SqlType, nullable: bool) -> ArrowField {
    let field = ArrowField::new(name, to_arrow(ty), nullable);
    match mark(ty) {
        Some(mark) => field.with_metadata(HashMap::from([(TYPE_KEY.to_owned(), mark)])),
        None => field,
    }
}

/// An Arrow field as a field, whose metadata no longer holds the mark that its type took in.
pub fn from_field(field: &ArrowField) -> Field {
    let plain = plain_from_arrow(field.data_type());
    let marked = marked_type(&plain, field.metadata());
    let taken_in = marked.is_some();
    let mut metadata: Vec<(String, String)> = field
        .metadata()
        .iter()
        .filter(|(key, _)| !(taken_in && key.as_str() == TYPE_KEY))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    metadata.sort();
    Field { name: field.name().clone(), ty: marked.unwrap_or(plain), nullable: field.is_nullable(), metadata }
}

fn member_to_arrow(member: &Field) -> FieldRef {
    let mut metadata: HashMap<String, String> = member.metadata.iter().cloned().collect();
    if let Some(mark) = mark(&member.ty) {
        metadata.insert(TYPE_KEY.to_owned(), mark);
    }
    Arc::new(ArrowField::new(&member.name, to_arrow(&member.ty), member.nullable).with_metadata(metadata))
}

/// The text that marks a field of this type, where its Arrow type alone does not say it.
fn mark(ty: &SqlType) -> Option<String> {
    match ty {
        SqlType::Dictionary(_, value) if mark(value).is_some() => Some(ty.to_string()),
        _ if ty.is_extension() => Some(ty.to_string()),
        _ => None,
    }
}

/// The type that the metadata names, if it is one that this plain type stores.
fn marked_type(plain: &SqlType, metadata: &HashMap<String, String>) -> Option<SqlType> {
    let text = metadata.get(TYPE_KEY)?;
    let ty: SqlType = text.parse().ok()?;
    (mark(&ty)? == *text && ty.storage() == *plain).then_some(ty)
}

fn plain_from_arrow(data_type: &DataType) -> SqlType {
    let member = |field: &FieldRef| Box::new(from_field(field));
    let list = |field, layout| SqlType::List(member(field), layout);
    let decimal =
        |width, precision: &u8, scale: &i8| SqlType::Decimal { width, precision: *precision, scale: *scale };
    match data_type {
        DataType::Null => SqlType::Null,
        DataType::Boolean => SqlType::Boolean,
        DataType::Int8 => SqlType::Int8,
        DataType::Int16 => SqlType::Int16,
        DataType::Int32 => SqlType::Int32,
        DataType::Int64 => SqlType::Int64,
        DataType::UInt8 => SqlType::UInt8,
        DataType::UInt16 => SqlType::UInt16,
        DataType::UInt32 => SqlType::UInt32,
        DataType::UInt64 => SqlType::UInt64,
        DataType::Float16 => SqlType::Float16,
        DataType::Float32 => SqlType::Float32,
        DataType::Float64 => SqlType::Float64,
        DataType::Decimal32(precision, scale) => decimal(DecimalWidth::W32, precision, scale),
        DataType::Decimal64(precision, scale) => decimal(DecimalWidth::W64, precision, scale),
        DataType::Decimal128(precision, scale) => decimal(DecimalWidth::W128, precision, scale),
        DataType::Decimal256(precision, scale) => decimal(DecimalWidth::W256, precision, scale),
        DataType::Utf8 => SqlType::Text(Layout::Plain),
        DataType::LargeUtf8 => SqlType::Text(Layout::Large),
        DataType::Utf8View => SqlType::Text(Layout::View),
        DataType::Binary => SqlType::Binary(Layout::Plain),
        DataType::LargeBinary => SqlType::Binary(Layout::Large),
        DataType::BinaryView => SqlType::Binary(Layout::View),
        DataType::FixedSizeBinary(len) => SqlType::FixedSizeBinary(*len),
        DataType::Date32 => SqlType::Date32,
        DataType::Date64 => SqlType::Date64,
        // Arrow allows seconds and milliseconds in 32 bits only, the others in 64 bits only.
        DataType::Time32(unit) | DataType::Time64(unit) => SqlType::Time(unit_from_arrow(*unit)),
        DataType::Timestamp(unit, zone) => {
            SqlType::Timestamp(unit_from_arrow(*unit), zone.as_deref().map(str::to_owned))
        }
        DataType::Duration(unit) => SqlType::Duration(unit_from_arrow(*unit)),
        DataType::Interval(unit) => SqlType::Interval(interval_from_arrow(*unit)),
        DataType::List(item) => list(item, ListLayout::List),
        DataType::LargeList(item) => list(item, ListLayout::Large),
        DataType::ListView(item) => list(item, ListLayout::View),
        DataType::LargeListView(item) => list(item, ListLayout::LargeView),
        DataType::FixedSizeList(item, len) => SqlType::FixedSizeList(member(item), *len),
        DataType::Struct(members) => SqlType::Struct(members.iter().map(|field| from_field(field)).collect()),
        DataType::Map(entries, sorted) => SqlType::Map(member(entries), *sorted),
        DataType::Dictionary(key, value) => {
            SqlType::Dictionary(Box::new(plain_from_arrow(key)), Box::new(plain_from_arrow(value)))
        }
        DataType::RunEndEncoded(ends, values) => SqlType::RunEndEncoded(member(ends), member(values)),
        DataType::Union(members, mode) => {
            let mode = match mode {
                ArrowUnionMode::Sparse => UnionMode::Sparse,
                ArrowUnionMode::Dense => UnionMode::Dense,
            };
            SqlType::Union(members.iter().map(|(id, field)| (id, from_field(field))).collect(), mode)
        }
    }
}

fn decimal_to_arrow(width: DecimalWidth) -> fn(u8, i8) -> DataType {
    match width {
        DecimalWidth::W32 => DataType::Decimal32,
        DecimalWidth::W64 => DataType::Decimal64,
        DecimalWidth::W128 => DataType::Decimal128,
        DecimalWidth::W256 => DataType::Decimal256,
    }
}

fn list_to_arrow(layout: ListLayout) -> fn(FieldRef) -> DataType {
    match layout {
        ListLayout::List => DataType::List,
        ListLayout::Large => DataType::LargeList,
        ListLayout::View => DataType::ListView,
        ListLayout::LargeView => DataType::LargeListView,
    }
}

fn unit_to_arrow(unit: TimeUnit) -> ArrowTimeUnit {
    match unit {
        TimeUnit::Second => ArrowTimeUnit::Second,
        TimeUnit::Millisecond => ArrowTimeUnit::Millisecond,
        TimeUnit::Microsecond => ArrowTimeUnit::Microsecond,
        TimeUnit::Nanosecond => ArrowTimeUnit::Nanosecond,
    }
}

fn unit_from_arrow(unit: ArrowTimeUnit) -> TimeUnit {
    match unit {
        ArrowTimeUnit::Second => TimeUnit::Second,
        ArrowTimeUnit::Millisecond => TimeUnit::Millisecond,
        ArrowTimeUnit::Microsecond => TimeUnit::Microsecond,
        ArrowTimeUnit::Nanosecond => TimeUnit::Nanosecond,
    }
}

fn interval_to_arrow(unit: IntervalUnit) -> ArrowIntervalUnit {
    match unit {
        IntervalUnit::YearMonth => ArrowIntervalUnit::YearMonth,
        IntervalUnit::DayTime => ArrowIntervalUnit::DayTime,
        IntervalUnit::MonthDayNano => ArrowIntervalUnit::MonthDayNano,
    }
}

fn interval_from_arrow(unit: ArrowIntervalUnit) -> IntervalUnit {
    match unit {
        ArrowIntervalUnit::YearMonth => IntervalUnit::YearMonth,
        ArrowIntervalUnit::DayTime => IntervalUnit::DayTime,
        ArrowIntervalUnit::MonthDayNano => IntervalUnit::MonthDayNano,
    }
}
