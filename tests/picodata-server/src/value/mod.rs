//! Values and types as the protocol carries them; [`binary`] and [`text`] are the two formats.

mod binary;
mod numeric;
mod text;

use querent_types::value::{Decimal, Timestamp, Uuid};

/// The types that a result or a parameter of Picodata can have, by the OIDs that it calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// INTEGER and UNSIGNED.
    Int8,
    /// TEXT.
    Text,
    /// BOOLEAN.
    Bool,
    /// DOUBLE.
    Float8,
    /// DECIMAL.
    Numeric,
    /// UUID.
    Uuid,
    /// DATETIME.
    Timestamptz,
    /// MAP, ANY and arrays of system tables. Never a parameter.
    Json,
    /// A NULL literal.
    Unknown,
    /// A typed array; on the wire from 26.2 on, and of results only.
    Array(Element),
}

/// What a typed array is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// INTEGER.
    Int8,
    /// TEXT.
    Text,
    /// BOOLEAN.
    Bool,
    /// DOUBLE.
    Float8,
    /// DECIMAL.
    Numeric,
    /// UUID.
    Uuid,
    /// DATETIME.
    Timestamptz,
}

impl Element {
    /// The type of one element.
    pub const fn ty(self) -> Type {
        match self {
            Element::Int8 => Type::Int8,
            Element::Text => Type::Text,
            Element::Bool => Type::Bool,
            Element::Float8 => Type::Float8,
            Element::Numeric => Type::Numeric,
            Element::Uuid => Type::Uuid,
            Element::Timestamptz => Type::Timestamptz,
        }
    }
}

impl Type {
    /// The OID on the wire.
    pub const fn oid(self) -> u32 {
        match self {
            Type::Bool => 16,
            Type::Int8 => 20,
            Type::Text => 25,
            Type::Json => 114,
            Type::Float8 => 701,
            Type::Unknown => 705,
            Type::Timestamptz => 1184,
            Type::Numeric => 1700,
            Type::Uuid => 2950,
            Type::Array(element) => match element {
                Element::Bool => 1000,
                Element::Text => 1009,
                Element::Int8 => 1016,
                Element::Float8 => 1022,
                Element::Timestamptz => 1185,
                Element::Numeric => 1231,
                Element::Uuid => 2951,
            },
        }
    }

    /// What Picodata's messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Type::Int8 => "int",
            Type::Text => "text",
            Type::Bool => "bool",
            Type::Float8 => "double",
            Type::Numeric => "numeric",
            Type::Uuid => "uuid",
            Type::Timestamptz => "datetime",
            Type::Json => "json",
            Type::Unknown => "unknown",
            Type::Array(_) => "array",
        }
    }
}

/// A value of a parameter or a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// INTEGER and UNSIGNED.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BOOLEAN.
    Bool(bool),
    /// DOUBLE.
    Double(f64),
    /// DECIMAL, with its scale.
    Numeric(Decimal),
    /// UUID.
    Uuid(Uuid),
    /// DATETIME, of microseconds.
    Timestamptz(Timestamp),
    /// MAP, ANY, untyped ARRAY.
    Json(serde_json::Value),
    /// A typed array.
    Array(Vec<Value>),
}

/// A value that a format cannot carry, or bytes that are none of the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

impl Value {
    /// The DECIMAL of a text.
    ///
    /// # Panics
    /// If it is none: scripts are written by tests.
    pub fn numeric(text: &str) -> Value {
        Value::Numeric(text.parse().expect("a decimal"))
    }

    /// The UUID of a text; panics if it is none.
    pub fn uuid(text: &str) -> Value {
        Value::Uuid(text.parse().expect("a UUID"))
    }

    /// The DATETIME of a text (`2026-02-03T04:05:06.123456Z`); panics if it is none.
    pub fn timestamptz(text: &str) -> Value {
        Value::Timestamptz(text.parse().expect("a timestamp"))
    }

    /// The number, if it is an INTEGER.
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(number) = self { Some(*number) } else { None }
    }

    /// The text, if it is a TEXT.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Double(number)
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Value {
        Value::Json(json)
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Value {
        Value::Numeric(number)
    }
}

impl From<Uuid> for Value {
    fn from(uuid: Uuid) -> Value {
        Value::Uuid(uuid)
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Value {
        Value::Timestamptz(instant)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// A row from expressions: `row![1, "one", None::<i64>]`.
#[macro_export]
macro_rules! row {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::Value::from($value)),*] };
}
