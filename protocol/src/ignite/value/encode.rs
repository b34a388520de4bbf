//! Owned values to bytes.

use std::sync::Arc;

use super::super::binary::Transcript;
use super::super::writer::{EncodeError, Writer};
use super::code;
use super::decimal::write_decimal;
use super::optimized::{write_duration, write_period, write_sql_date};
use super::owned::{EnumValue, ObjectArray, Value};
use super::string::write_string;
use super::time::write_timestamp;
use querent_types::value::Uuid;

/// How deep collections may be nested in each other.
const DEPTH_MAX: usize = 128;

impl Value {
    /// Writes the value as one object.
    ///
    /// What cannot be sent (a timestamp beyond 64 bits of milliseconds, more elements than an `i32` counts, collections
    /// nested more than 128 deep) is remembered by the writer; nothing is cut off.
    pub fn write(&self, writer: &mut Writer) {
        Encoder { transcript: Transcript::default(), writer }.value(self, 0);
    }
}

/// Writes a UUID object.
pub fn write_uuid(writer: &mut Writer, uuid: Uuid) {
    let number = uuid.as_u128();
    writer.u8(code::UUID);
    writer.u64((number >> 64) as u64);
    writer.u64(number as u64);
}

/// Writes a `byte[]` object.
pub fn write_bytes(writer: &mut Writer, bytes: &[u8]) {
    writer.u8(code::BYTE_ARRAY);
    writer.count(bytes.len());
    writer.bytes(bytes);
}

struct Encoder<'w> {
    writer: &'w mut Writer,
    transcript: Transcript,
}

impl Encoder<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        let w = &mut *self.writer;
        match value {
            Value::Null => w.u8(code::NULL),
            Value::Byte(number) => self.primitive(code::BYTE, &number.to_le_bytes()),
            Value::Short(number) => self.primitive(code::SHORT, &number.to_le_bytes()),
            Value::Int(number) => self.primitive(code::INT, &number.to_le_bytes()),
            Value::Long(number) => self.primitive(code::LONG, &number.to_le_bytes()),
            Value::Float(number) => self.primitive(code::FLOAT, &number.to_le_bytes()),
            Value::Double(number) => self.primitive(code::DOUBLE, &number.to_le_bytes()),
            Value::Char(unit) => self.primitive(code::CHAR, &unit.to_le_bytes()),
            Value::Bool(truth) => self.primitive(code::BOOL, &[u8::from(*truth)]),
            Value::String(text) => write_string(w, Some(text)),
            Value::Uuid(uuid) => write_uuid(w, *uuid),
            Value::Date(millis) => self.primitive(code::DATE, &millis.0.to_le_bytes()),
            Value::SqlDate(millis) => write_sql_date(w, *millis),
            Value::Time(millis) => self.primitive(code::TIME, &millis.0.to_le_bytes()),
            Value::Timestamp(instant) => write_timestamp(w, *instant),
            Value::Decimal(decimal) => write_decimal(w, decimal),
            Value::Duration(duration) => write_duration(w, *duration),
            Value::Period(period) => write_period(w, *period),
            Value::Bytes(bytes) => write_bytes(w, bytes),
            Value::Shorts(array) => self.numbers(code::SHORT_ARRAY, array, |w, number| w.i16(*number)),
            Value::Ints(array) => self.numbers(code::INT_ARRAY, array, |w, number| w.i32(*number)),
            Value::Longs(array) => self.numbers(code::LONG_ARRAY, array, |w, number| w.i64(*number)),
            Value::Floats(array) => self.numbers(code::FLOAT_ARRAY, array, |w, number| w.f32(*number)),
            Value::Doubles(array) => self.numbers(code::DOUBLE_ARRAY, array, |w, number| w.f64(*number)),
            Value::Chars(array) => self.numbers(code::CHAR_ARRAY, array, |w, unit| w.u16(*unit)),
            Value::Bools(array) => self.numbers(code::BOOL_ARRAY, array, |w, truth| w.bool(*truth)),
            Value::Strings(array) => {
                self.typed(code::STRING_ARRAY, array, |w, text| write_string(w, Some(text)))
            }
            Value::Uuids(array) => self.typed(code::UUID_ARRAY, array, |w, uuid| write_uuid(w, *uuid)),
            Value::Dates(array) => self.typed(code::DATE_ARRAY, array, |w, millis| {
                w.u8(code::DATE);
                w.i64(millis.0);
            }),
            Value::Decimals(array) => self.typed(code::DECIMAL_ARRAY, array, write_decimal),
            Value::Timestamps(array) => {
                self.typed(code::TIMESTAMP_ARRAY, array, |w, instant| write_timestamp(w, *instant));
            }
            Value::Times(array) => self.typed(code::TIME_ARRAY, array, |w, millis| {
                w.u8(code::TIME);
                w.i64(millis.0);
            }),
            _ => self.reference(value, depth),
        }
    }

    /// What holds values or is an object.
    fn reference(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Array(array) => {
                if self.begin_shared(array) {
                    self.objects(code::OBJECT_ARRAY, array, depth);
                }
            }
            // Java writes those each time.
            Value::EnumArray(array) => self.objects(code::ENUM_ARRAY, array, depth),
            Value::Collection(collection) => {
                if self.begin_shared(collection) {
                    self.writer.u8(code::COLLECTION);
                    self.writer.count(collection.values.len());
                    self.writer.i8(collection.kind.code());
                    self.values(collection.values.iter(), depth);
                }
            }
            Value::Map(map) => {
                if self.begin_shared(map) {
                    self.writer.u8(code::MAP);
                    self.writer.count(map.entries.len());
                    self.writer.i8(map.kind.code());
                    self.values(map.entries.iter().flat_map(|(key, value)| [key, value]), depth);
                }
            }
            Value::Proxy(proxy) => {
                self.writer.u8(code::PROXY);
                self.writer.count(proxy.interfaces.len());
                for interface in &proxy.interfaces {
                    interface.write(self.writer);
                }
                self.values(std::iter::once(&proxy.handler), depth);
            }
            Value::Enum(value) => self.enum_value(code::ENUM, value),
            Value::BinaryEnum(value) => self.enum_value(code::BINARY_ENUM, value),
            Value::Class(class) => {
                self.writer.u8(code::CLASS);
                class.write(self.writer);
            }
            Value::Object(object) => {
                if let Err(error) = self.transcript.write_object(self.writer, &object.reader()) {
                    self.writer.fail(error);
                }
            }
            Value::Wrapped(object) => {
                self.writer.u8(code::WRAPPED);
                self.writer.count(object.body().len());
                self.writer.bytes(object.body());
                self.writer.count(object.start());
            }
            Value::Optimized(bytes) => {
                self.writer.u8(code::OPTIMIZED);
                self.writer.count(bytes.len());
                self.writer.bytes(bytes);
            }
            _ => self.writer.fail(EncodeError::Unsendable("a value in a server's stored form")),
        }
    }

    fn primitive(&mut self, code: u8, bytes: &[u8]) {
        self.writer.u8(code);
        self.writer.bytes(bytes);
    }

    fn numbers<T>(&mut self, code: u8, array: &[T], write: impl Fn(&mut Writer, &T)) {
        self.writer.u8(code);
        self.writer.count(array.len());
        for element in array {
            write(self.writer, element);
        }
    }

    fn typed<T>(&mut self, code: u8, array: &[Option<T>], write: impl Fn(&mut Writer, &T)) {
        self.numbers(code, array, |w, element| match element {
            Some(element) => write(w, element),
            None => w.u8(code::NULL),
        });
    }

    fn enum_value(&mut self, code: u8, value: &EnumValue) {
        self.writer.u8(code);
        value.class.write(self.writer);
        self.writer.i32(value.ordinal);
    }

    fn objects(&mut self, code: u8, array: &ObjectArray, depth: usize) {
        self.writer.u8(code);
        array.element.write(self.writer);
        self.writer.count(array.values.len());
        self.values(array.values.iter(), depth);
    }

    /// Writes a handle where the same thing has been written before; else says that it is to be written.
    fn begin_shared<T>(&mut self, shared: &Arc<T>) -> bool {
        let address = Arc::as_ptr(shared).addr();
        if self.transcript.write_handle(self.writer, address) {
            return false;
        }
        self.transcript.note(self.writer, address, 1);
        true
    }

    fn values<'v>(&mut self, values: impl Iterator<Item = &'v Value>, depth: usize) {
        if depth == DEPTH_MAX {
            self.writer.fail(EncodeError::Unsendable("collections nested more than 128 deep"));
            return;
        }
        for value in values {
            self.value(value, depth + 1);
        }
    }
}
