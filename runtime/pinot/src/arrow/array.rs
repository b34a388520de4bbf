//! Arrays that grow by a cell at a time, one for each type that an answer's column has.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder as _, BinaryBuilder, BooleanBuilder, FixedSizeBinaryBuilder, Float32Builder, Float64Builder,
    Int32Builder, Int64Builder, NullBuilder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, ListArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef};
use querent_core::ValueProblem;
use querent_core::arrow::from_field;
use querent_core::types::{Layout, ListLayout, SqlType, TimeUnit};
use querent_protocol::pinot::PinotType;

use crate::types::{Cell, malformed};

/// The array of a column, as far as it has come.
pub(super) struct Growing {
    ty: SqlType,
    leaf: Leaf,
    list: Option<Lists>,
}

/// Where the lists of a column are among the elements of all of them.
struct Lists {
    item: FieldRef,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Growing {
    /// An empty array of the type of a field; `None` for one that is made of no type of Pinot's.
    pub(super) fn of(field: &Field) -> Option<Growing> {
        let ty = from_field(field).ty;
        match (&ty, field.data_type()) {
            (SqlType::List(inner, ListLayout::List), DataType::List(item)) => {
                let list = Lists { item: item.clone(), offsets: vec![0], nulls: NullBufferBuilder::new(0) };
                let leaf = Leaf::of(&inner.ty, item)?;
                Some(Growing { ty, leaf, list: Some(list) })
            }
            _ => Some(Growing { leaf: Leaf::of(&ty, field)?, ty, list: None }),
        }
    }

    /// Whether nothing is lost from this type of an answer.
    pub(super) fn accepts(&self, ty: Option<PinotType>) -> bool {
        match ty {
            Some(ty) => accepts(&self.ty, ty),
            // In a text of the run time it is a column of no type, and spoiled by its first value.
            None => self.ty == SqlType::Null,
        }
    }

    pub(super) fn push_null(&mut self) {
        match &mut self.list {
            None => self.leaf.push_null(),
            Some(lists) => lists.end(self.leaf.len(), false),
        }
    }

    /// Adds a cell that is not NULL.
    pub(super) fn push(&mut self, cell: Cell<'_>) -> Result<(), ValueProblem> {
        let Some(lists) = &mut self.list else { return self.leaf.push(cell) };
        for element in cell.wire.elements().map_err(malformed)? {
            match element.is_null() {
                false => self.leaf.push(cell.within(element))?,
                true if lists.item.is_nullable() => self.leaf.push_null(),
                true => return Err(ValueProblem::Null),
            }
        }
        lists.end(self.leaf.len(), true);
        Ok(())
    }

    /// The array; `None` where it would be longer than arrays can be.
    pub(super) fn finish(mut self) -> Option<ArrayRef> {
        let values = self.leaf.finish();
        let Some(mut lists) = self.list else { return Some(values) };
        if i32::try_from(values.len()).is_err() {
            return None;
        }
        let offsets = OffsetBuffer::new(lists.offsets.into());
        let lists = ListArray::try_new(lists.item, offsets, values, lists.nulls.finish());
        lists.ok().map(|lists| Arc::new(lists) as ArrayRef)
    }
}

impl Lists {
    /// The elements until `end` were those of a list, or of none.
    fn end(&mut self, end: usize, is_there: bool) {
        // Saturated, an array is refused when it is finished.
        self.offsets.push(i32::try_from(end).unwrap_or(i32::MAX));
        self.nulls.append(is_there);
    }
}

/// Whether a column of this type is read from Pinot's: the same that [`FromCell`](crate::types::FromCell) says.
fn accepts(ty: &SqlType, pinot: PinotType) -> bool {
    use PinotType::*;
    // A bare NULL has no type, and nothing but NULL.
    pinot == Unknown
        || match ty {
            SqlType::Boolean => pinot == Boolean,
            SqlType::Int32 => pinot == Int,
            SqlType::Int64 => matches!(pinot, Int | Long),
            SqlType::Float32 => pinot == Float,
            SqlType::Float64 => matches!(pinot, Float | Double),
            SqlType::BigDecimal => matches!(pinot, BigDecimal | Int | Long),
            SqlType::Timestamp(..) => pinot == Timestamp,
            SqlType::Text(_) | SqlType::Json => matches!(pinot, String | Json | Map | Object),
            SqlType::Binary(_) => pinot == Bytes,
            SqlType::Uuid => pinot == Uuid,
            SqlType::List(item, _) => pinot.element().is_some_and(|element| accepts(&item.ty, element)),
            _ => false,
        }
}

/// The values of a column that are no lists, or the elements of lists.
enum Leaf {
    Null(NullBuilder),
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float32(Float32Builder),
    Float64(Float64Builder),
    Decimal(StringBuilder),
    Text(StringBuilder),
    Binary(BinaryBuilder),
    Timestamp(TimestampMillisecondBuilder),
    Uuid(FixedSizeBinaryBuilder),
}

macro_rules! each {
    ($leaf:expr, $builder:ident => $body:expr) => {
        match $leaf {
            Leaf::Null($builder) => $body,
            Leaf::Boolean($builder) => $body,
            Leaf::Int32($builder) => $body,
            Leaf::Int64($builder) => $body,
            Leaf::Float32($builder) => $body,
            Leaf::Float64($builder) => $body,
            Leaf::Decimal($builder) | Leaf::Text($builder) => $body,
            Leaf::Binary($builder) => $body,
            Leaf::Timestamp($builder) => $body,
            Leaf::Uuid($builder) => $body,
        }
    };
}

impl Leaf {
    fn of(ty: &SqlType, field: &Field) -> Option<Leaf> {
        Some(match ty {
            SqlType::Null => Leaf::Null(NullBuilder::new()),
            SqlType::Boolean => Leaf::Boolean(BooleanBuilder::new()),
            SqlType::Int32 => Leaf::Int32(Int32Builder::new()),
            SqlType::Int64 => Leaf::Int64(Int64Builder::new()),
            SqlType::Float32 => Leaf::Float32(Float32Builder::new()),
            SqlType::Float64 => Leaf::Float64(Float64Builder::new()),
            SqlType::BigDecimal => Leaf::Decimal(StringBuilder::new()),
            SqlType::Text(Layout::Plain) | SqlType::Json => Leaf::Text(StringBuilder::new()),
            SqlType::Binary(Layout::Plain) => Leaf::Binary(BinaryBuilder::new()),
            SqlType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
                let builder = TimestampMillisecondBuilder::new();
                Leaf::Timestamp(builder.with_data_type(field.data_type().clone()))
            }
            SqlType::Uuid => Leaf::Uuid(FixedSizeBinaryBuilder::new(16)),
            _ => return None,
        })
    }

    fn len(&self) -> usize {
        each!(self, builder => builder.len())
    }

    fn push_null(&mut self) {
        each!(self, builder => builder.append_null());
    }

    fn finish(&mut self) -> ArrayRef {
        each!(self, builder => Arc::new(builder.finish()))
    }

    /// Adds a cell that is not NULL.
    fn push(&mut self, cell: Cell<'_>) -> Result<(), ValueProblem> {
        let wire = cell.wire;
        match self {
            Leaf::Null(_) => return Err(ValueProblem::Malformed("of a type that this driver knows")),
            Leaf::Boolean(builder) => builder.append_value(wire.bool().map_err(malformed)?),
            Leaf::Int32(builder) => builder.append_value(wire.i32().map_err(malformed)?),
            Leaf::Int64(builder) => builder.append_value(wire.i64().map_err(malformed)?),
            Leaf::Float32(builder) => builder.append_value(wire.f32().map_err(malformed)?),
            Leaf::Float64(builder) => builder.append_value(wire.f64().map_err(malformed)?),
            Leaf::Decimal(builder) => {
                let decimal = wire.decimal().map_err(malformed)?;
                write!(builder, "{decimal}").map_err(|_| ValueProblem::OutOfRange("Utf8"))?;
                builder.append_value("");
            }
            Leaf::Text(builder) => builder.append_value(wire.json().map_err(malformed)?),
            Leaf::Binary(builder) => builder.append_value(wire.bytes().map_err(malformed)?),
            Leaf::Timestamp(builder) => {
                let millis = cell.instant()?.to_unit(TimeUnit::Millisecond);
                builder.append_value(millis.map_err(|_| ValueProblem::OutOfRange("Timestamp(ms)"))?);
            }
            Leaf::Uuid(builder) => {
                let uuid = wire.uuid().map_err(malformed)?;
                builder.append_value(uuid.as_bytes()).map_err(|_| ValueProblem::OutOfRange("Uuid"))?;
            }
        }
        Ok(())
    }
}
