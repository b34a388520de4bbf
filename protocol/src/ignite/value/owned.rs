//! A value that owns what it holds: for users whose types are known at run time only.

use std::sync::Arc;

use bytes::Bytes;
use querent_types::value::{Decimal, Duration, Timestamp, Uuid};

use super::super::binary::BinaryObject;
use super::class::{CollectionKind, MapKind, TypeName};
use super::optimized::Period;
use super::time::Millis;

/// Any value that Ignite has, without loss: what was decoded is encoded into the same bytes, wherever Java itself would
/// write the same.
///
/// (Java would not: a string in the form of [`JavaStr`](super::JavaStr)'s property, a truth value other than 0 and 1, a magnitude with
/// leading zeros.) Arrays of objects, collections, maps and complex objects are shared, as they are in Java: one that is
/// there twice is written once, and then as a handle.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value.
    #[default]
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
    String(String),
    /// `UUID`.
    Uuid(Uuid),
    /// `java.util.Date`.
    Date(Millis),
    /// `java.sql.Date` (code 254).
    SqlDate(Millis),
    /// `java.sql.Time`.
    Time(Millis),
    /// `java.sql.Timestamp`.
    Timestamp(Timestamp),
    /// `BigDecimal`.
    Decimal(Decimal),
    /// `java.time.Duration` (code 254).
    Duration(Duration),
    /// `java.time.Period` (code 254).
    Period(Period),
    /// `byte[]`.
    Bytes(Bytes),
    /// `short[]`.
    Shorts(Vec<i16>),
    /// `int[]`.
    Ints(Vec<i32>),
    /// `long[]`.
    Longs(Vec<i64>),
    /// `float[]`.
    Floats(Vec<f32>),
    /// `double[]`.
    Doubles(Vec<f64>),
    /// `char[]`.
    Chars(Vec<u16>),
    /// `boolean[]`.
    Bools(Vec<bool>),
    /// `String[]`.
    Strings(Vec<Option<String>>),
    /// `UUID[]`.
    Uuids(Vec<Option<Uuid>>),
    /// `java.util.Date[]`.
    Dates(Vec<Option<Millis>>),
    /// `BigDecimal[]`.
    Decimals(Vec<Option<Decimal>>),
    /// `java.sql.Timestamp[]`.
    Timestamps(Vec<Option<Timestamp>>),
    /// `java.sql.Time[]`.
    Times(Vec<Option<Millis>>),
    /// An array of objects.
    Array(Arc<ObjectArray>),
    /// A list or set.
    Collection(Arc<Collection>),
    /// A map.
    Map(Arc<Map>),
    /// An enum value (code 28).
    Enum(EnumValue),
    /// An enum value of a binary type (code 38).
    BinaryEnum(EnumValue),
    /// An array of enum values.
    EnumArray(Arc<ObjectArray>),
    /// A class.
    Class(TypeName),
    /// A dynamic proxy.
    Proxy(Arc<Proxy>),
    /// A complex object.
    Object(BinaryObject),
    /// A complex object inside a byte array, as servers send them.
    Wrapped(BinaryObject),
    /// What the optimized marshaller wrote and is no value of SQL.
    Optimized(Bytes),
    /// A value in a server's stored, transformed form.
    Transformed(Bytes),
}

/// An array of objects.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectArray {
    /// The type of its elements.
    pub element: TypeName,
    /// The elements.
    pub values: Vec<Value>,
}

/// A list or set.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// What it is in Java.
    pub kind: CollectionKind,
    /// The elements, in their order.
    pub values: Vec<Value>,
}

/// A map.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// What it is in Java.
    pub kind: MapKind,
    /// Keys and values, in their order.
    pub entries: Vec<(Value, Value)>,
}

/// An enum value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnumValue {
    /// The enum.
    pub class: TypeName,
    /// Which of its values.
    pub ordinal: i32,
}

/// A dynamic proxy of Java.
#[derive(Debug, Clone, PartialEq)]
pub struct Proxy {
    /// The interfaces that it implements.
    pub interfaces: Vec<TypeName>,
    /// The object behind it.
    pub handler: Value,
}

impl Value {
    /// An `ArrayList` of these.
    pub fn list(values: impl IntoIterator<Item = Value>) -> Value {
        let values = values.into_iter().collect();
        Value::Collection(Arc::new(Collection { kind: CollectionKind::ArrayList, values }))
    }

    /// An `Object[]` of these.
    pub fn array(values: impl IntoIterator<Item = Value>) -> Value {
        let values = values.into_iter().collect();
        Value::Array(Arc::new(ObjectArray { element: TypeName::OBJECT, values }))
    }

    /// A `LinkedHashMap` of these, which keeps their order.
    pub fn map(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
        let entries = entries.into_iter().collect();
        Value::Map(Arc::new(Map { kind: MapKind::LinkedHashMap, entries }))
    }

    /// The complex object that it is, wrapped or not.
    pub fn as_object(&self) -> Option<&BinaryObject> {
        match self {
            Value::Object(object) | Value::Wrapped(object) => Some(object),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}
