//! `Serialize` and `Deserialize`: every value travels as the text of its `Display`, which no JSON reader rounds.

use std::fmt;
use std::str::FromStr;

use ::serde::de::{Error, Visitor};
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};

struct TextVisitor<T> {
    expected: &'static str,
    from_u64: Option<fn(u64) -> T>,
    from_i64: Option<fn(i64) -> T>,
}

impl<T> Visitor<'_> for TextVisitor<T>
where
    T: FromStr<Err: fmt::Display>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        match self.from_u64 {
            Some(from) => Ok(from(number)),
            None => Err(E::custom(format_args!("a number where {} was expected", self.expected))),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        match self.from_i64 {
            Some(from) => Ok(from(number)),
            None => Err(E::custom(format_args!("a number where {} was expected", self.expected))),
        }
    }

    // The defaults would print the value, which has no place in an error.
    fn visit_bool<E: Error>(self, _: bool) -> Result<T, E> {
        Err(E::custom(format_args!("a boolean where {} was expected", self.expected)))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Err(E::custom(format_args!("a floating point number where {} was expected", self.expected)))
    }
}

macro_rules! as_text {
    ($($ty:ty: $expected:literal, $u64:expr, $i64:expr;)*) => {$(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$ty, D::Error> {
                let visitor = TextVisitor { expected: $expected, from_u64: $u64, from_i64: $i64 };
                // A binary format cannot tell what comes; a readable one may hold a number in the text's place.
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(visitor)
                } else {
                    deserializer.deserialize_str(visitor)
                }
            }
        }
    )*};
}

as_text! {
    Date: "the text of a date", None, None;
    Time: "the text of a time", None, None;
    Timestamp: "the text of a timestamp", None, None;
    Duration: "the text of a duration", None, None;
    Interval: "the text of an interval", None, None;
    Uuid: "the text of a UUID", None, None;
    Decimal: "the text of a decimal, or an integer", Some(Decimal::from), Some(Decimal::from);
}
