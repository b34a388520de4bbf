//! Values on their way to a server.

use querent_types::value::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};

/// One value to send, borrowed where it is large. Which SQL type it is sent as is the plan's business.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'q> {
    /// NULL.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A signed integer of any width.
    Int(i64),
    /// An unsigned integer of any width.
    UInt(u64),
    /// A single-precision number.
    Float(f32),
    /// A double-precision number.
    Double(f64),
    /// A decimal.
    Decimal(std::borrow::Cow<'q, Decimal>),
    /// Text.
    Str(&'q str),
    /// Text that had to be made for sending.
    String(String),
    /// Bytes.
    Bytes(&'q [u8]),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A timestamp, with or without a zone.
    Timestamp(Timestamp),
    /// An elapsed time.
    Duration(Duration),
    /// A calendar interval.
    Interval(Interval),
    /// A UUID.
    Uuid(Uuid),
    /// A value that no SQL value is equal to; what it is, in words. A query with one is refused before it is sent.
    Invalid(&'static str),
    /// Several values: an array, or the elements of a spread.
    List(Vec<Value<'q>>),
}

impl Value<'_> {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}
