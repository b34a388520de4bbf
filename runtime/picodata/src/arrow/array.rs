//! Arrays that grow by a value at a time, one for each type that a column of a result has.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder as _, BinaryBuilder, BooleanBuilder, Date32Builder, FixedSizeBinaryBuilder, Float32Builder,
    Float64Builder, Int16Builder, Int32Builder, Int64Builder, NullBuilder, StringBuilder,
    Time64MicrosecondBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, ListArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef};
use querent_core::ValueProblem;
use querent_core::arrow::from_field;
use querent_core::types::value::{Date, Decimal, Time, Timestamp, Uuid};
use querent_core::types::{Layout, ListLayout, SqlType, TimeUnit};
use tokio_postgres::types::{Kind, Type};

use crate::types::{DecimalForm, Elements, FloatForm, FromWire, IntegerForm, TextForm, base};

/// The array of a column, as far as it has come.
pub(super) struct Growing {
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
    /// An empty array of the type of a field, for a column of the wire; `None` where that loses something on the way.
    pub(super) fn of(field: &Field, wire: &Type) -> Option<Growing> {
        let (ty, wire) = (from_field(field).ty, base(wire));
        let (SqlType::List(inner, ListLayout::List), DataType::List(item)) = (&ty, field.data_type()) else {
            return Some(Growing { leaf: Leaf::of(&ty, field, wire)?, list: None });
        };
        let element = match wire.kind() {
            Kind::Array(element) => base(element),
            // A NULL without a type.
            _ if *wire == Type::UNKNOWN => wire,
            _ => return None,
        };
        let list = Lists { item: item.clone(), offsets: vec![0], nulls: NullBufferBuilder::new(0) };
        Some(Growing { leaf: Leaf::of(&inner.ty, item, element)?, list: Some(list) })
    }

    pub(super) fn push_null(&mut self) {
        match &mut self.list {
            None => self.leaf.push_null(),
            Some(lists) => lists.end(self.leaf.len(), false),
        }
    }

    /// Adds a value that is not NULL.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), ValueProblem> {
        let Some(lists) = &mut self.list else { return self.leaf.push(bytes) };
        for element in Elements::of(bytes)? {
            match element? {
                Some(bytes) => self.leaf.push(bytes)?,
                None if lists.item.is_nullable() => self.leaf.push_null(),
                None => return Err(ValueProblem::Null),
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

/// The values of a column that are no lists, or the elements of lists, with the form in which they come. Of a NULL without a
/// type there is no form, and no value.
enum Leaf {
    Null(NullBuilder),
    Boolean(BooleanBuilder, Option<()>),
    Int16(Int16Builder, Option<IntegerForm>),
    Int32(Int32Builder, Option<IntegerForm>),
    Int64(Int64Builder, Option<IntegerForm>),
    Float32(Float32Builder, Option<()>),
    Float64(Float64Builder, Option<FloatForm>),
    Decimal(StringBuilder, Option<DecimalForm>),
    Text(StringBuilder, Option<TextForm>),
    Binary(BinaryBuilder, Option<()>),
    Timestamp(TimestampMicrosecondBuilder, Option<()>),
    Date(Date32Builder, Option<()>),
    Time(Time64MicrosecondBuilder, Option<()>),
    Uuid(FixedSizeBinaryBuilder, Option<()>),
}

macro_rules! each {
    ($leaf:expr, $builder:ident => $body:expr) => {
        match $leaf {
            Leaf::Null($builder) => $body,
            Leaf::Boolean($builder, _) => $body,
            Leaf::Int16($builder, _) => $body,
            Leaf::Int32($builder, _) => $body,
            Leaf::Int64($builder, _) => $body,
            Leaf::Float32($builder, _) => $body,
            Leaf::Float64($builder, _) => $body,
            Leaf::Decimal($builder, _) | Leaf::Text($builder, _) => $body,
            Leaf::Binary($builder, _) => $body,
            Leaf::Timestamp($builder, _) => $body,
            Leaf::Date($builder, _) => $body,
            Leaf::Time($builder, _) => $body,
            Leaf::Uuid($builder, _) => $body,
        }
    };
}

/// A value of the one form that a column of the wire has.
fn read<'b, T: FromWire<'b>>(form: Option<T::Form>, bytes: &'b [u8]) -> Result<T, ValueProblem> {
    T::read(form.ok_or(ValueProblem::WrongType(T::NAME))?, bytes)
}

impl Leaf {
    /// For elements the field is that of the elements.
    fn of(ty: &SqlType, field: &Field, wire: &Type) -> Option<Leaf> {
        let is_untyped = *wire == Type::UNKNOWN;
        /// The form of a column of the wire, where it is read from that; nothing comes of a NULL without a type.
        macro_rules! form {
            ($rust:ty) => {
                match <$rust as FromWire<'_>>::form(wire) {
                    _ if is_untyped => None,
                    None => return None,
                    form => form,
                }
            };
        }
        Some(match ty {
            // In a text of the run time it is a column of a type that is not known, and spoiled by its first value.
            SqlType::Null => Leaf::Null(NullBuilder::new()),
            SqlType::Boolean => Leaf::Boolean(BooleanBuilder::new(), form!(bool)),
            SqlType::Int16 => Leaf::Int16(Int16Builder::new(), form!(i16)),
            SqlType::Int32 => Leaf::Int32(Int32Builder::new(), form!(i32)),
            SqlType::Int64 => Leaf::Int64(Int64Builder::new(), form!(i64)),
            SqlType::Float32 => Leaf::Float32(Float32Builder::new(), form!(f32)),
            SqlType::Float64 => Leaf::Float64(Float64Builder::new(), form!(f64)),
            SqlType::BigDecimal => Leaf::Decimal(StringBuilder::new(), form!(Decimal)),
            SqlType::Text(Layout::Plain) | SqlType::Json => Leaf::Text(StringBuilder::new(), form!(&str)),
            SqlType::Binary(Layout::Plain) => Leaf::Binary(BinaryBuilder::new(), form!(&[u8])),
            SqlType::Timestamp(TimeUnit::Microsecond, _) => {
                let builder = TimestampMicrosecondBuilder::new().with_data_type(field.data_type().clone());
                Leaf::Timestamp(builder, form!(Timestamp))
            }
            SqlType::Date32 => Leaf::Date(Date32Builder::new(), form!(Date)),
            SqlType::Time(TimeUnit::Microsecond) => Leaf::Time(Time64MicrosecondBuilder::new(), form!(Time)),
            SqlType::Uuid => Leaf::Uuid(FixedSizeBinaryBuilder::new(16), form!(Uuid)),
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

    /// Adds a value that is not NULL.
    fn push(&mut self, bytes: &[u8]) -> Result<(), ValueProblem> {
        let micros = TimeUnit::Microsecond;
        match self {
            Leaf::Null(_) => return Err(ValueProblem::Malformed("of a type that this driver knows")),
            Leaf::Boolean(builder, form) => builder.append_value(read::<bool>(*form, bytes)?),
            Leaf::Int16(builder, form) => builder.append_value(read::<i16>(*form, bytes)?),
            Leaf::Int32(builder, form) => builder.append_value(read::<i32>(*form, bytes)?),
            Leaf::Int64(builder, form) => builder.append_value(read::<i64>(*form, bytes)?),
            Leaf::Float32(builder, form) => builder.append_value(read::<f32>(*form, bytes)?),
            Leaf::Float64(builder, form) => builder.append_value(read::<f64>(*form, bytes)?),
            Leaf::Decimal(builder, form) => {
                let decimal = read::<Decimal>(*form, bytes)?;
                write!(builder, "{decimal}").map_err(|_| ValueProblem::OutOfRange("Utf8"))?;
                builder.append_value("");
            }
            Leaf::Text(builder, form) => builder.append_value(read::<&str>(*form, bytes)?),
            Leaf::Binary(builder, form) => builder.append_value(read::<&[u8]>(*form, bytes)?),
            Leaf::Timestamp(builder, form) => {
                let value = read::<Timestamp>(*form, bytes)?.to_unit(micros);
                builder.append_value(value.map_err(|_| ValueProblem::OutOfRange("Timestamp(µs)"))?);
            }
            Leaf::Date(builder, form) => builder.append_value(read::<Date>(*form, bytes)?.days()),
            Leaf::Time(builder, form) => {
                let value = read::<Time>(*form, bytes)?.to_unit(micros);
                builder.append_value(value.map_err(|_| ValueProblem::OutOfRange("Time64(µs)"))?);
            }
            Leaf::Uuid(builder, form) => {
                let uuid = read::<Uuid>(*form, bytes)?;
                builder.append_value(uuid.as_bytes()).map_err(|_| ValueProblem::OutOfRange("Uuid"))?;
            }
        }
        Ok(())
    }
}
