//! Values as the arguments of a statement: objects of the parameter's type.
//!
//! A value is sent exactly or not at all. Where a parameter's type is not known, a number is sent as it is wide: both
//! engines take a `long` for any integer.

use querent_core::types::value::{Decimal, Duration, Interval, Timestamp};
use querent_core::{Error, ErrorKind, Result, Value};
use querent_protocol::ignite::value::{Millis, Period, Value as Object};
use querent_protocol::ignite::{EncodeError, Writer};

use crate::clock::Clock;
use crate::options::Engine;

const NANOS_PER_DAY: i128 = 86_400_000_000_000;

/// Whether the servers' zone decides how a value is sent.
pub(crate) fn needs_clock(value: &Value<'_>) -> bool {
    match value {
        Value::Date(_) | Value::Time(_) | Value::Timestamp(_) => true,
        Value::List(values) => values.iter().any(needs_clock),
        _ => false,
    }
}

/// The object of a value.
pub(crate) fn object(value: &Value<'_>, ty: &str, engine: Option<Engine>, clock: &Clock) -> Result<Object> {
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
        // As `java.util.Date`: both engines take it for a DATE (2.17.0).
        Value::Date(date) => Object::Date(millis(clock.midnight(*date))?),
        Value::Time(time) => Object::Time(millis(clock.time(*time))?),
        Value::Timestamp(wall) => Object::Timestamp(clock.instant(*wall).map_err(unsendable)?),
        // It closes the connection at one (2.17.0).
        Value::Duration(_) | Value::Interval(_) if engine == Some(Engine::H2) => {
            return Err(unsendable("an interval: the H2 engine has none"));
        }
        Value::Duration(duration) => Object::Duration(*duration),
        Value::Interval(interval) => of_interval(*interval, ty)?,
        Value::List(values) => {
            let element = element_type(ty);
            let values = values.iter().map(|value| object(value, element, engine, clock));
            let values = values.collect::<Result<Vec<_>>>()?;
            // Each takes no other (2.17.0).
            if engine == Some(Engine::Calcite) { Object::list(values) } else { Object::array(values) }
        }
        _ => return Err(unsendable("a value of this kind is no argument of a statement")),
    })
}

fn unsendable(why: &'static str) -> Error {
    Error::new(ErrorKind::Value, EncodeError::Unsendable(why).to_string())
}

/// The type of the elements of `List(Int32)`; empty where it is not known.
fn element_type(ty: &str) -> &str {
    let element = ty.split_once("List(").and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    element.strip_prefix("non-null ").unwrap_or(element)
}

/// Calcite's intervals are of months, or of days and a time, whose days have 24 hours.
fn of_interval(interval: Interval, ty: &str) -> Result<Object> {
    let (has_months, has_time) = (interval.months() != 0, interval.days() != 0 || interval.nanos() != 0);
    if has_months && has_time {
        return Err(unsendable("an interval of both months and days or a time"));
    }
    let as_months = if has_months == has_time { ty != "Interval(DayTime)" } else { has_months };
    if as_months && ty == "Interval(DayTime)" || !as_months && ty == "Interval(YearMonth)" {
        return Err(unsendable("an interval of other units than the parameter's"));
    }
    if as_months {
        return Ok(Object::Period(Period { years: 0, months: interval.months(), days: 0 }));
    }
    let nanos = i128::from(interval.days()) * NANOS_PER_DAY + i128::from(interval.nanos());
    Duration::from_total_nanos(nanos)
        .map(Object::Duration)
        .ok_or_else(|| unsendable("an interval beyond a duration"))
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

fn millis(instant: std::result::Result<Timestamp, &'static str>) -> Result<Millis> {
    let instant = instant.map_err(unsendable)?;
    Millis::from_timestamp(instant).map_err(|_| unsendable("a time of day finer than a millisecond"))
}

#[cfg(test)]
mod tests {
    use querent_core::types::value::Time;

    use super::*;

    #[track_caller]
    fn check(value: Value<'_>, ty: &str, expected: Object) {
        assert_eq!(object(&value, ty, None, &Clock::UTC).unwrap(), expected);
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
            let error = object(&value, ty, None, &Clock::UTC).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value);
            assert!(!error.to_string().contains("128 "));
        }
    }

    #[test]
    fn times_finer_than_the_wire_are_refused() {
        let time = Time::from_nanos(1_000_001).unwrap();
        assert_eq!(object(&Value::Time(time), "", None, &Clock::UTC).unwrap_err().kind(), ErrorKind::Value);
        check(Value::Time(Time::from_nanos(2_000_000).unwrap()), "", Object::Time(Millis(2)));
    }
}
