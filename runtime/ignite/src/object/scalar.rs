//! Single values, and the arrays that Ignite has for them.

use std::borrow::Cow;
use std::sync::Arc;

use querent_core::ValueProblem;
use querent_core::types::value::{Decimal, Uuid};
use querent_protocol::ignite::value::{
    Millis, Object, Value, code, write_bytes, write_decimal, write_string, write_uuid,
};

use super::time::JAVA_TIME;
use super::{Cell, Encoder, FromObject, ReadError, ToObject};

macro_rules! numbers {
    ($($rust:ident, $name:literal, $code:ident, [$($object:ident)|+], $array_code:ident, $array:ident;)+) => { $(
        impl ToObject for $rust {
            const CODE: u8 = code::$code;
            const SEQUENCE_CODE: u8 = code::$array_code;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                encoder.writer().u8(code::$code);
                encoder.writer().$rust(*self);
            }

            fn sequence_to_object(items: &[$rust], encoder: &mut Encoder<'_>) {
                encoder.writer().u8(code::$array_code);
                encoder.writer().count(items.len());
                for item in items {
                    encoder.writer().$rust(*item);
                }
            }
        }

        impl FromObject for $rust {
            const NAME: &'static str = $name;

            fn from_object(cell: &Cell<'_>) -> Result<$rust, ReadError> {
                match cell.object() {
                    $(Object::$object(number) => Ok(<$rust>::from(number)),)+
                    _ => Err(cell.wrong_type($name)),
                }
            }

            fn sequence_from_object(cell: &Cell<'_>) -> Result<Vec<$rust>, ReadError> {
                match cell.object() {
                    Object::$array(array) => Ok(array.iter().collect()),
                    _ => elements(cell, concat!("Vec<", $name, ">")),
                }
            }
        }
    )+ };
}

numbers! {
    i16, "i16", SHORT, [Byte | Short], SHORT_ARRAY, Shorts;
    i32, "i32", INT, [Byte | Short | Int], INT_ARRAY, Ints;
    i64, "i64", LONG, [Byte | Short | Int | Long], LONG_ARRAY, Longs;
    f32, "f32", FLOAT, [Float], FLOAT_ARRAY, Floats;
    f64, "f64", DOUBLE, [Float | Double], DOUBLE_ARRAY, Doubles;
    bool, "bool", BOOL, [Bool], BOOL_ARRAY, Bools;
}

/// What a list, a set or an array of objects holds.
pub(super) fn elements<T: FromObject>(cell: &Cell<'_>, rust: &'static str) -> Result<Vec<T>, ReadError> {
    let Some(sequence) = cell.sequence() else { return Err(cell.wrong_type(rust)) };
    sequence.map(|cell| T::from_object(&cell?)).collect()
}

impl ToObject for i8 {
    const CODE: u8 = code::BYTE;
    const SEQUENCE_CODE: u8 = code::BYTE_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        encoder.writer().u8(code::BYTE);
        encoder.writer().i8(*self);
    }

    fn sequence_to_object(items: &[i8], encoder: &mut Encoder<'_>) {
        encoder.writer().u8(code::BYTE_ARRAY);
        encoder.writer().count(items.len());
        for item in items {
            encoder.writer().i8(*item);
        }
    }
}

impl FromObject for i8 {
    const NAME: &'static str = "i8";

    fn from_object(cell: &Cell<'_>) -> Result<i8, ReadError> {
        match cell.object() {
            Object::Byte(number) => Ok(number),
            _ => Err(cell.wrong_type("i8")),
        }
    }

    fn sequence_from_object(cell: &Cell<'_>) -> Result<Vec<i8>, ReadError> {
        match cell.object() {
            Object::Bytes(bytes) => Ok(bytes.iter().map(|byte| byte.cast_signed()).collect()),
            _ => elements(cell, "Vec<i8>"),
        }
    }
}

/// The one UTF-16 unit of a character.
fn unit(char: char, encoder: &mut Encoder<'_>) -> u16 {
    u16::try_from(u32::from(char)).unwrap_or_else(|_| {
        encoder.fail("a character of two UTF-16 units as one `char` of Java: send a string");
        0
    })
}

fn character(unit: u16) -> Result<char, ReadError> {
    char::from_u32(u32::from(unit)).ok_or(ValueProblem::OutOfRange("char").into())
}

impl ToObject for char {
    const CODE: u8 = code::CHAR;
    const SEQUENCE_CODE: u8 = code::CHAR_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        let unit = unit(*self, encoder);
        encoder.writer().u8(code::CHAR);
        encoder.writer().u16(unit);
    }

    fn sequence_to_object(items: &[char], encoder: &mut Encoder<'_>) {
        encoder.writer().u8(code::CHAR_ARRAY);
        encoder.writer().count(items.len());
        for item in items {
            let unit = unit(*item, encoder);
            encoder.writer().u16(unit);
        }
    }
}

impl FromObject for char {
    const NAME: &'static str = "char";

    fn from_object(cell: &Cell<'_>) -> Result<char, ReadError> {
        match cell.object() {
            Object::Char(unit) => character(unit),
            _ => Err(cell.wrong_type("char")),
        }
    }

    fn sequence_from_object(cell: &Cell<'_>) -> Result<Vec<char>, ReadError> {
        match cell.object() {
            Object::Chars(units) => units.iter().map(character).collect(),
            _ => elements(cell, "Vec<char>"),
        }
    }
}

/// Writes an array whose elements have type codes.
pub(super) fn typed_array<'t, T: ToObject + 't>(
    code: u8,
    items: impl ExactSizeIterator<Item = &'t T>,
    encoder: &mut Encoder<'_>,
) {
    encoder.writer().u8(code);
    encoder.writer().count(items.len());
    for item in items {
        item.to_object(encoder);
    }
}

macro_rules! scalars {
    ($($rust:ty, $name:literal, $code:ident, $array_code:ident, |$value:ident, $writer:ident| $write:expr,
        |$object:ident| $read:expr;)+) => { $(
        impl ToObject for $rust {
            const CODE: u8 = code::$code;
            const SEQUENCE_CODE: u8 = code::$array_code;
            const NULLABLE_SEQUENCE_CODE: u8 = code::$array_code;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                let ($value, $writer) = (self, encoder.writer());
                $write;
            }

            fn sequence_to_object(items: &[$rust], encoder: &mut Encoder<'_>) {
                typed_array(code::$array_code, items.iter(), encoder);
            }
        }

        impl FromObject for $rust {
            const NAME: &'static str = $name;

            fn from_object(cell: &Cell<'_>) -> Result<$rust, ReadError> {
                let $object = cell.object();
                let read: Option<$rust> = $read;
                read.ok_or_else(|| cell.wrong_type($name))
            }
        }
    )+ };
}

scalars! {
    String, "String", STRING, STRING_ARRAY, |value, w| write_string(w, Some(value)),
        |object| match object { Object::String(text) => Some(text.text().into_owned()), _ => None };
    Box<str>, "Box<str>", STRING, STRING_ARRAY, |value, w| write_string(w, Some(value)),
        |object| match object { Object::String(text) => Some(text.text().into()), _ => None };
    Arc<str>, "Arc<str>", STRING, STRING_ARRAY, |value, w| write_string(w, Some(value)),
        |object| match object { Object::String(text) => Some(text.text().into()), _ => None };
    Uuid, "Uuid", UUID, UUID_ARRAY, |value, w| write_uuid(w, *value),
        |object| match object { Object::Uuid(uuid) => Some(uuid), _ => None };
    Millis, "Millis", DATE, DATE_ARRAY, |value, w| { w.u8(code::DATE); w.i64(value.0); },
        |object| match object { Object::Date(millis) | Object::SqlDate(millis) => Some(millis), _ => None };
    Decimal, "Decimal", DECIMAL, DECIMAL_ARRAY, |value, w| write_decimal(w, value),
        |object| match object { Object::Decimal(number) => Some(number.decimal()?), _ => None };
}

impl ToObject for str {
    const CODE: u8 = code::STRING;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        write_string(encoder.writer(), Some(self));
    }
}

impl ToObject for &str {
    const CODE: u8 = code::STRING;
    const SEQUENCE_CODE: u8 = code::STRING_ARRAY;
    const NULLABLE_SEQUENCE_CODE: u8 = code::STRING_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        write_string(encoder.writer(), Some(self));
    }

    fn sequence_to_object(items: &[&str], encoder: &mut Encoder<'_>) {
        typed_array(code::STRING_ARRAY, items.iter(), encoder);
    }
}

impl ToObject for Cow<'_, str> {
    const CODE: u8 = code::STRING;
    const SEQUENCE_CODE: u8 = code::STRING_ARRAY;
    const NULLABLE_SEQUENCE_CODE: u8 = code::STRING_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        write_string(encoder.writer(), Some(self));
    }

    fn sequence_to_object(items: &[Self], encoder: &mut Encoder<'_>) {
        typed_array(code::STRING_ARRAY, items.iter(), encoder);
    }
}

impl ToObject for [u8] {
    const CODE: u8 = code::BYTE_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        write_bytes(encoder.writer(), self);
    }
}

macro_rules! bytes {
    ($($rust:ty, $name:literal;)+) => { $(
        impl ToObject for $rust {
            const CODE: u8 = code::BYTE_ARRAY;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                write_bytes(encoder.writer(), self);
            }
        }

        impl FromObject for $rust {
            const NAME: &'static str = $name;

            fn from_object(cell: &Cell<'_>) -> Result<$rust, ReadError> {
                match cell.object() {
                    Object::Bytes(bytes) => Ok(bytes.to_vec().into()),
                    _ => Err(cell.wrong_type($name)),
                }
            }
        }
    )+ };
}

bytes! {
    Vec<u8>, "Vec<u8>";
    bytes::Bytes, "Bytes";
}

impl ToObject for Value {
    const CODE: u8 = code::OBJECT;

    fn code(&self) -> u8 {
        match self {
            Value::Byte(_) => code::BYTE,
            Value::Short(_) => code::SHORT,
            Value::Int(_) => code::INT,
            Value::Long(_) => code::LONG,
            Value::Float(_) => code::FLOAT,
            Value::Double(_) => code::DOUBLE,
            Value::Char(_) => code::CHAR,
            Value::Bool(_) => code::BOOL,
            Value::String(_) => code::STRING,
            Value::Uuid(_) => code::UUID,
            Value::Date(_) => code::DATE,
            Value::Time(_) => code::TIME,
            Value::Timestamp(_) => code::TIMESTAMP,
            Value::Decimal(_) => code::DECIMAL,
            Value::Bytes(_) => code::BYTE_ARRAY,
            Value::Shorts(_) => code::SHORT_ARRAY,
            Value::Ints(_) => code::INT_ARRAY,
            Value::Longs(_) => code::LONG_ARRAY,
            Value::Floats(_) => code::FLOAT_ARRAY,
            Value::Doubles(_) => code::DOUBLE_ARRAY,
            Value::Chars(_) => code::CHAR_ARRAY,
            Value::Bools(_) => code::BOOL_ARRAY,
            Value::Strings(_) => code::STRING_ARRAY,
            Value::Uuids(_) => code::UUID_ARRAY,
            Value::Dates(_) => code::DATE_ARRAY,
            Value::Decimals(_) => code::DECIMAL_ARRAY,
            Value::Timestamps(_) => code::TIMESTAMP_ARRAY,
            Value::Times(_) => code::TIME_ARRAY,
            Value::Array(_) => code::OBJECT_ARRAY,
            Value::Collection(_) => code::COLLECTION,
            Value::Map(_) => code::MAP,
            Value::Enum(_) | Value::BinaryEnum(_) => code::ENUM,
            Value::EnumArray(_) => code::ENUM_ARRAY,
            _ => code::OBJECT,
        }
    }

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        if has_java_time(self) {
            encoder.class(JAVA_TIME);
        }
        // Servers send objects wrapped; sent as a key or value they are themselves.
        match self {
            Value::Wrapped(object) => Value::Object(object.clone()).write(encoder.writer()),
            value => value.write(encoder.writer()),
        }
    }
}

/// Whether there is a duration or period in it.
pub(crate) fn has_java_time(value: &Value) -> bool {
    match value {
        Value::Duration(_) | Value::Period(_) => true,
        Value::Array(array) => array.values.iter().any(has_java_time),
        Value::Collection(collection) => collection.values.iter().any(has_java_time),
        Value::Map(map) => map.entries.iter().any(|(key, value)| has_java_time(key) || has_java_time(value)),
        _ => false,
    }
}

impl FromObject for Value {
    const NAME: &'static str = "Value";
    const TAKES_NULL: bool = true;

    fn from_object(cell: &Cell<'_>) -> Result<Value, ReadError> {
        cell.value()
    }

    fn from_nothing() -> Result<Value, ReadError> {
        Ok(Value::Null)
    }
}
