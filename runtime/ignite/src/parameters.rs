//! Values as the arguments of a statement: objects of the parameter's type.
//!
//! A value is sent exactly or not at all. Where a parameter's type is not known, a number is sent as it is wide: both
//! engines take a `long` for any integer.

use querent_core::types::TimeUnit;
use querent_core::types::value::{Decimal, Time};
use querent_core::{Error, ErrorKind, Result, Value};
use querent_protocol::ignite::value::{Millis, Period, Value as Object};
use querent_protocol::ignite::{EncodeError, Writer};

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The object of a value.
pub(crate) fn object(value: &Value<'_>, ty: &str) -> Result<Object> {
    let unsendable = |error: EncodeError| Error::new(ErrorKind::Value, error.to_string());
    Ok(match value {
        Value::Null => Object::Null,
        Value::Bool(truth) => Object::Bool(*truth),
        Value::Int(number) => integer(i128::from(*number), ty)?,
        Value::UInt(number) => integer(i128::from(*number), ty)?,
        Value::Float(number) if ty == "Float64" => Object::Double(f64::from(*number)),
        Value::Float(number) => Object::Float(*number),
        Value::Double(number) => Object::Double(*number),
        Value::Decimal(number) => Object::Decimal(number.clone().into_owned()),
        Value::Str(text) => Object::String((*text).to_owned()),
        Value::String(text) => Object::String(text.clone()),
        Value::Bytes(bytes) => Object::Bytes(bytes::Bytes::copy_from_slice(bytes)),
        Value::Uuid(uuid) => Object::Uuid(*uuid),
        // The wall clock of a server in UTC: see `types`.
        Value::Date(date) => Object::Date(Millis(i64::from(date.days()) * MILLIS_PER_DAY)),
        Value::Time(time) => Object::Time(millis_of_day(*time)?),
        Value::Timestamp(timestamp) => Object::Timestamp(*timestamp),
        Value::Duration(duration) => Object::Duration(*duration),
        Value::Interval(interval) if interval.nanos() == 0 => {
            Object::Period(Period { years: 0, months: interval.months(), days: interval.days() })
        }
        Value::Interval(_) => {
            return Err(unsendable(EncodeError::Unsendable("an interval of both months and a time")));
        }
        Value::List(_) => {
            return Err(unsendable(EncodeError::Unsendable("a list is no argument of a statement here")));
        }
        _ => {
            return Err(unsendable(EncodeError::Unsendable(
                "a value of this kind is no argument of a statement",
            )));
        }
    })
}

/// Writes an object; for statements' arguments.
pub(crate) fn writer(object: &Object) -> impl Fn(&mut Writer) + '_ {
    |w| object.write(w)
}

fn integer(number: i128, ty: &str) -> Result<Object> {
    let inexact = || {
        let message = format!("a value does not fit a parameter of type {ty}");
        Error::new(ErrorKind::Value, message)
    };
    let wide = || i64::try_from(number).ok();
    let object = match ty {
        "Int8" => i8::try_from(number).ok().map(Object::Byte),
        "Int16" => i16::try_from(number).ok().map(Object::Short),
        "Int32" => i32::try_from(number).ok().map(Object::Int),
        "Float32" => i16::try_from(number).ok().map(|number| Object::Float(f32::from(number))),
        "Float64" => i32::try_from(number).ok().map(|number| Object::Double(f64::from(number))),
        _ if ty.starts_with("Decimal") => Some(Object::Decimal(Decimal::from_parts(number, 0))),
        _ => wide().map(Object::Long).or_else(|| Some(Object::Decimal(Decimal::from_parts(number, 0)))),
    };
    object.ok_or_else(inexact)
}

fn millis_of_day(time: Time) -> Result<Millis> {
    let millis = time.to_unit(TimeUnit::Millisecond);
    millis.map(Millis).map_err(|_| Error::new(ErrorKind::Value, "a time of day finer than a millisecond"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Value<'_>, ty: &str, expected: Object) {
        assert_eq!(object(&value, ty).unwrap(), expected);
    }

    #[test]
    fn numbers_are_as_wide_as_their_parameter() {
        check(Value::Int(7), "Int8", Object::Byte(7));
        check(Value::Int(7), "Int16", Object::Short(7));
        check(Value::Int(7), "Int32", Object::Int(7));
        check(Value::Int(7), "Int64", Object::Long(7));
        check(Value::Int(7), "", Object::Long(7));
        check(Value::Int(7), "Float64", Object::Double(7.0));
        check(Value::Int(7), "Decimal128(10, 2)", Object::Decimal(Decimal::from_parts(7, 0)));
        check(Value::UInt(u64::MAX), "", Object::Decimal(Decimal::from_parts(u64::MAX.into(), 0)));
        check(Value::Float(1.5), "Float64", Object::Double(1.5));
        for (value, ty) in [(Value::Int(128), "Int8"), (Value::Int(1 << 40), "Float64")] {
            let error = object(&value, ty).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value);
            assert!(!error.to_string().contains("128 "));
        }
    }

    #[test]
    fn times_finer_than_the_wire_are_refused() {
        let time = Time::from_nanos(1_000_001).unwrap();
        assert_eq!(object(&Value::Time(time), "").unwrap_err().kind(), ErrorKind::Value);
        check(Value::Time(Time::from_nanos(2_000_000).unwrap()), "", Object::Time(Millis(2)));
    }
}
