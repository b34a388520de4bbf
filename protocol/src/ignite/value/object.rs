//! One object over the buffer, decoded no further than its own bounds.

use querent_types::value::{Duration, Timestamp, Uuid};

use super::super::binary::ObjectReader;
use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::array::Array;
use super::class::{CollectionKind, MapKind, TypeRef};
use super::code;
use super::decimal::DecimalBytes;
use super::elements::{Elements, Entries, Interfaces};
use super::optimized::{self, Known, Period};
use super::skip::skip_many;
use super::string::JavaStr;
use super::time::{Millis, read_timestamp};

type Result<T> = std::result::Result<T, DecodeError>;

/// An object as it lies in the buffer. Reading one allocates nothing; what it contains is decoded on demand.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// No value.
    Null,
    /// `byte`.
    Byte(i8),
    /// `short`.
    Short(i16),
    /// `int`.
    Int(i32),
    /// `long`.
    Long(i64),
    /// `float`.
    Float(f32),
    /// `double`.
    Double(f64),
    /// `char`: one UTF-16 unit, which can be half a character.
    Char(u16),
    /// `boolean`.
    Bool(bool),
    /// `String`.
    String(JavaStr<'a>),
    /// `UUID`.
    Uuid(Uuid),
    /// `java.util.Date`.
    Date(Millis),
    /// `java.sql.Date`, which comes from the optimized marshaller (code 254).
    SqlDate(Millis),
    /// `java.sql.Time`.
    Time(Millis),
    /// `java.sql.Timestamp`.
    Timestamp(Timestamp),
    /// `BigDecimal`.
    Decimal(DecimalBytes<'a>),
    /// `java.time.Duration`: a day-time interval of Calcite (code 254).
    Duration(Duration),
    /// `java.time.Period`: a year-month interval of Calcite (code 254).
    Period(Period),
    /// `byte[]`.
    Bytes(&'a [u8]),
    /// `short[]`.
    Shorts(Array<'a, i16>),
    /// `int[]`.
    Ints(Array<'a, i32>),
    /// `long[]`.
    Longs(Array<'a, i64>),
    /// `float[]`.
    Floats(Array<'a, f32>),
    /// `double[]`.
    Doubles(Array<'a, f64>),
    /// `char[]`.
    Chars(Array<'a, u16>),
    /// `boolean[]`.
    Bools(Array<'a, bool>),
    /// An array of strings, UUIDs, dates, decimals, timestamps or times, each of which can be null.
    Typed {
        /// The code of each element that is not null.
        element: u8,
        /// The elements.
        elements: Elements<'a>,
    },
    /// An array of objects.
    Array {
        /// The type of its elements.
        element: TypeRef<'a>,
        /// The elements.
        elements: Elements<'a>,
    },
    /// A list or set.
    Collection {
        /// What it is in Java.
        kind: CollectionKind,
        /// The elements.
        elements: Elements<'a>,
    },
    /// A map.
    Map {
        /// What it is in Java.
        kind: MapKind,
        /// Keys and values.
        entries: Entries<'a>,
    },
    /// An enum value (code 28).
    Enum {
        /// The enum.
        class: TypeRef<'a>,
        /// Which of its values.
        ordinal: i32,
    },
    /// An enum value of a binary type (code 38).
    BinaryEnum {
        /// The enum.
        class: TypeRef<'a>,
        /// Which of its values.
        ordinal: i32,
    },
    /// An array of enum values.
    EnumArray {
        /// The enum.
        element: TypeRef<'a>,
        /// The values.
        elements: Elements<'a>,
    },
    /// A class.
    Class(TypeRef<'a>),
    /// A dynamic proxy.
    Proxy {
        /// The interfaces that it implements.
        interfaces: Interfaces<'a>,
        /// The one object behind it.
        handler: Elements<'a>,
    },
    /// An object that came before.
    Handle(Handle<'a>),
    /// A complex object.
    Complex(ObjectReader<'a>),
    /// A complex object inside a byte array, as servers send them.
    Wrapped {
        /// The object.
        object: ObjectReader<'a>,
        /// Where the bytes of the array are in the body.
        array: (usize, usize),
    },
    /// What the optimized marshaller wrote and is no value of SQL.
    Optimized(&'a [u8]),
    /// A value in a server's stored, transformed form: all bytes up to the end of what holds it.
    Transformed(&'a [u8]),
}

/// A reference to an object that came before.
#[derive(Debug, Clone, Copy)]
pub struct Handle<'a> {
    target: Reader<'a>,
    at: usize,
}

impl<'a> Handle<'a> {
    /// Reads the offset, after the code.
    fn read(reader: &mut Reader<'a>, at: usize) -> Result<Handle<'a>> {
        let offset = usize::try_from(reader.i32()?).ok().filter(|offset| (1..=at).contains(offset));
        let offset = offset.ok_or(DecodeError::expected(at, "a handle of an object that came before"))?;
        Ok(Handle { target: reader.at(at - offset)?, at })
    }

    /// Where the object begins in the body.
    pub fn position(&self) -> usize {
        self.target.position()
    }

    /// A reader that stands at the object.
    pub(in super::super) fn target(&self) -> Reader<'a> {
        self.target
    }

    /// The object. It may well contain this handle: objects can be cycles.
    ///
    /// # Errors
    /// Where that place holds no object, or another handle.
    pub fn object(&self) -> Result<Object<'a>> {
        match Object::read(&mut { self.target })? {
            Object::Handle(_) => {
                Err(DecodeError::expected(self.at, "a handle of an object, not of a handle"))
            }
            object => Ok(object),
        }
    }
}

/// An object, or all of one but its elements.
pub(in super::super) enum Head<'a> {
    Whole(Object<'a>),
    Elements(Holder<'a>, usize),
}

/// What elements that follow belong to.
#[derive(Clone, Copy)]
pub(in super::super) enum Holder<'a> {
    Typed(u8),
    Array(TypeRef<'a>),
    EnumArray(TypeRef<'a>),
    Collection(CollectionKind),
    Map(MapKind),
    Proxy(Interfaces<'a>),
}

impl<'a> Object<'a> {
    /// Reads the next object and moves the reader behind it.
    ///
    /// # Errors
    /// Where a type code is unknown, something announces more than there is, or a part is impossible.
    pub fn read(reader: &mut Reader<'a>) -> Result<Object<'a>> {
        let (holder, count) = match Head::read(reader)? {
            Head::Whole(object) => return Ok(object),
            Head::Elements(holder, count) => (holder, count),
        };
        let start = *reader;
        skip_many(reader, count)?;
        let elements = |only| Elements::new(start, count, only);
        Ok(match holder {
            Holder::Typed(element) => Object::Typed { element, elements: elements(Some(element)) },
            Holder::Array(element) => Object::Array { element, elements: elements(None) },
            Holder::EnumArray(element) => Object::EnumArray { element, elements: elements(None) },
            Holder::Collection(kind) => Object::Collection { kind, elements: elements(None) },
            Holder::Map(kind) => Object::Map { kind, entries: Entries::new(elements(None)) },
            Holder::Proxy(interfaces) => Object::Proxy { interfaces, handler: elements(None) },
        })
    }

    /// Decodes bytes that are one object and nothing more.
    pub fn decode(bytes: &'a [u8]) -> Result<Object<'a>> {
        let mut reader = Reader::new(bytes);
        let object = Object::read(&mut reader)?;
        reader.end()?;
        Ok(object)
    }

    /// The object itself, or the one that a handle stands for.
    pub fn resolve(self) -> Result<Object<'a>> {
        match self {
            Object::Handle(handle) => handle.object(),
            object => Ok(object),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Object::Null)
    }

    /// The complex object that it is, or wraps.
    pub fn complex(&self) -> Option<ObjectReader<'a>> {
        match self {
            Object::Complex(object) | Object::Wrapped { object, .. } => Some(*object),
            _ => None,
        }
    }
}

impl<'a> Head<'a> {
    pub(in super::super) fn read(reader: &mut Reader<'a>) -> Result<Head<'a>> {
        let at = reader.position();
        let code = reader.u8()?;
        Ok(Head::Whole(match code {
            code::NULL => Object::Null,
            code::BYTE => Object::Byte(reader.i8()?),
            code::SHORT => Object::Short(reader.i16()?),
            code::INT => Object::Int(reader.i32()?),
            code::LONG => Object::Long(reader.i64()?),
            code::FLOAT => Object::Float(reader.f32()?),
            code::DOUBLE => Object::Double(reader.f64()?),
            code::CHAR => Object::Char(reader.u16()?),
            code::BOOL => Object::Bool(reader.bool()?),
            code::STRING => Object::String(JavaStr::read(reader)?),
            code::UUID => Object::Uuid(read_uuid(reader)?),
            code::DATE => Object::Date(Millis(reader.i64()?)),
            code::TIME => Object::Time(Millis(reader.i64()?)),
            code::TIMESTAMP => Object::Timestamp(read_timestamp(reader)?),
            code::DECIMAL => Object::Decimal(DecimalBytes::read(reader)?),
            code::BYTE_ARRAY => Object::Bytes(read_bytes(reader)?),
            code::SHORT_ARRAY => Object::Shorts(Array::read(reader)?),
            code::INT_ARRAY => Object::Ints(Array::read(reader)?),
            code::LONG_ARRAY => Object::Longs(Array::read(reader)?),
            code::FLOAT_ARRAY => Object::Floats(Array::read(reader)?),
            code::DOUBLE_ARRAY => Object::Doubles(Array::read(reader)?),
            code::CHAR_ARRAY => Object::Chars(Array::read(reader)?),
            code::BOOL_ARRAY => Object::Bools(Array::read(reader)?),
            code::ENUM => Object::Enum { class: TypeRef::read(reader)?, ordinal: reader.i32()? },
            code::BINARY_ENUM => Object::BinaryEnum { class: TypeRef::read(reader)?, ordinal: reader.i32()? },
            code::CLASS => Object::Class(TypeRef::read(reader)?),
            code::HANDLE => Object::Handle(Handle::read(reader, at)?),
            code::OBJECT => Object::Complex(ObjectReader::read(reader)?),
            code::WRAPPED => read_wrapped(reader)?,
            code::OPTIMIZED => optimised(read_bytes(reader)?),
            code::TRANSFORMED => Object::Transformed(reader.bytes(reader.remaining())?),
            _ => return Head::read_holder(reader, at, code),
        }))
    }

    fn read_holder(reader: &mut Reader<'a>, at: usize, code: u8) -> Result<Head<'a>> {
        let element = match code {
            code::STRING_ARRAY => code::STRING,
            code::UUID_ARRAY => code::UUID,
            code::DATE_ARRAY => code::DATE,
            code::DECIMAL_ARRAY => code::DECIMAL,
            code::TIMESTAMP_ARRAY => code::TIMESTAMP,
            code::TIME_ARRAY => code::TIME,
            code::OBJECT_ARRAY => {
                let element = TypeRef::read(reader)?;
                return Ok(Head::Elements(Holder::Array(element), reader.count(1)?));
            }
            code::ENUM_ARRAY => {
                let element = TypeRef::read(reader)?;
                return Ok(Head::Elements(Holder::EnumArray(element), reader.count(1)?));
            }
            code::COLLECTION => {
                let count = reader.count(1)?;
                return Ok(Head::Elements(Holder::Collection(CollectionKind::read(reader)?), count));
            }
            code::MAP => {
                let count = reader.count(2)?;
                return Ok(Head::Elements(Holder::Map(MapKind::read(reader)?), count * 2));
            }
            code::PROXY => return Ok(Head::Elements(Holder::Proxy(Interfaces::read(reader)?), 1)),
            _ => return Err(DecodeError::unknown(at, "type code", i64::from(code))),
        };
        Ok(Head::Elements(Holder::Typed(element), reader.count(1)?))
    }
}

fn read_uuid(reader: &mut Reader<'_>) -> Result<Uuid> {
    let (high, low) = (reader.u64()?, reader.u64()?);
    Ok(Uuid::from_u128(u128::from(high) << 64 | u128::from(low)))
}

fn read_bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    let len = reader.count(1)?;
    reader.bytes(len)
}

/// The object stands in its array at an offset; handles in it count positions of that array.
fn read_wrapped<'a>(reader: &mut Reader<'a>) -> Result<Object<'a>> {
    let len = reader.count(1)?;
    let start = reader.position();
    reader.bytes(len)?;
    let at = reader.position();
    let offset = usize::try_from(reader.i32()?).ok().filter(|offset| *offset < len);
    let offset = offset.ok_or(DecodeError::expected(at, "an offset within the wrapped bytes"))?;
    let mut inner = Reader::new(&reader.body()[..start + len]).at(start + offset)?;
    match inner.u8()? {
        code::OBJECT => {
            Ok(Object::Wrapped { object: ObjectReader::read(&mut inner)?, array: (start, start + len) })
        }
        code::TRANSFORMED => Ok(Object::Transformed(inner.bytes(inner.remaining())?)),
        _ => Err(DecodeError::expected(start + offset, "a complex object in the wrapped bytes")),
    }
}

fn optimised(bytes: &[u8]) -> Object<'_> {
    match optimized::recognise(bytes) {
        Some(Known::SqlDate(millis)) => Object::SqlDate(millis),
        Some(Known::Duration(duration)) => Object::Duration(duration),
        Some(Known::Period(period)) => Object::Period(period),
        None => Object::Optimized(bytes),
    }
}
