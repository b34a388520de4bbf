//! Values as the prepared statement wants them: binary, by the type that the server gave each parameter.
//!
//! A value is sent exactly or not at all: what does not fit is an error that holds no value. A decimal of more digits than the
//! server's binary form holds goes as text.

use std::fmt;

use bytes::{BufMut as _, BytesMut};
use querent_core::types::TimeUnit;
use querent_core::types::value::{Decimal, Timestamp};
use querent_core::{Error, ErrorKind, Value};
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type};

use crate::types::numeric;

/// Microseconds from 1970-01-01 to 2000-01-01, where the wire counts from.
pub(crate) const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// Days between the same.
pub(crate) const EPOCH_DAYS: i32 = 10_957;

/// One value on its way.
#[derive(Debug)]
pub(crate) struct Argument<'r>(pub(crate) &'r Value<'r>);

/// Why a value cannot be sent as a parameter's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncodeError {
    problem: Problem,
    /// The parameter's type as the server calls it.
    ty: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    /// A value of another kind.
    Kind(&'static str),
    /// A value that this type cannot hold exactly.
    Inexact,
}

impl EncodeError {
    pub(crate) fn to_error(&self) -> Error {
        let kind = match self.problem {
            Problem::Kind(_) => ErrorKind::SchemaMismatch,
            Problem::Inexact => ErrorKind::Value,
        };
        Error::new(kind, self.to_string())
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::Kind(kind) => {
                write!(f, "the server takes a parameter of type {}, and the value is {kind}", self.ty)
            }
            Problem::Inexact => {
                write!(f, "a value does not fit a parameter of type {} without loss", self.ty)
            }
        }
    }
}

impl std::error::Error for EncodeError {}

impl ToSql for Argument<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let encoded = match long_decimal(self.0, ty) {
            Some(decimal) => numeric::encode_text(decimal, out).ok_or(Problem::Inexact).map(|()| IsNull::No),
            None => encode(self.0, ty, out),
        };
        encoded.map_err(|problem| EncodeError { problem, ty: ty.name().to_owned() }.into())
    }

    fn encode_format(&self, ty: &Type) -> Format {
        if long_decimal(self.0, ty).is_some() { Format::Text } else { Format::Binary }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.to_sql(ty, out)
    }
}

/// Digits that a NUMERIC in binary has at most, and decimal places: Picodata (26.1) reads it into 96 bits, and stores 38 digits.
const BINARY_DIGITS_MAX: usize = 28;

/// A decimal that only its text carries to the server whole.
fn long_decimal<'v>(value: &'v Value<'_>, ty: &Type) -> Option<&'v Decimal> {
    match value {
        Value::Decimal(decimal) if *ty == Type::NUMERIC => {
            let places = usize::try_from(decimal.scale()).unwrap_or_default();
            let digits = decimal.precision().max(places);
            // Zeros before the point count as well.
            let zeros = usize::try_from(decimal.scale().saturating_neg()).unwrap_or_default();
            (digits + zeros > BINARY_DIGITS_MAX).then_some(decimal.as_ref())
        }
        _ => None,
    }
}

fn encode(value: &Value<'_>, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
    if value.is_null() {
        return Ok(IsNull::Yes);
    }
    match ty.kind() {
        Kind::Array(element) => return list(value, element, out),
        Kind::Domain(base) => return encode(value, base, out),
        _ => {}
    }
    match *ty {
        Type::BOOL => match value {
            Value::Bool(v) => out.put_u8(u8::from(*v)),
            _ => return Err(other(value)),
        },
        Type::INT2 => out.put_i16(narrow(value)?),
        Type::INT4 => out.put_i32(narrow(value)?),
        Type::INT8 => out.put_i64(narrow(value)?),
        Type::OID => out.put_u32(narrow(value)?),
        Type::FLOAT4 => out.put_f32(single(value)?),
        Type::FLOAT8 => out.put_f64(double(value)?),
        Type::NUMERIC => numeric::encode(decimal(value)?.as_ref(), out).ok_or(Problem::Inexact)?,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::UNKNOWN => {
            out.put_slice(text(value)?.as_bytes());
        }
        Type::JSONB => {
            let text = text(value)?;
            // The format's version.
            out.put_u8(1);
            out.put_slice(text.as_bytes());
        }
        Type::BYTEA => match value {
            Value::Bytes(v) => out.put_slice(v),
            _ => return Err(other(value)),
        },
        Type::UUID => match value {
            Value::Uuid(v) => out.put_slice(v.as_bytes()),
            _ => return Err(other(value)),
        },
        Type::DATE | Type::TIME | Type::TIMESTAMP | Type::TIMESTAMPTZ | Type::INTERVAL => {
            temporal(value, ty, out)?;
        }
        _ => return Err(other(value)),
    }
    Ok(IsNull::No)
}

fn narrow<T: TryFrom<i128>>(value: &Value<'_>) -> Result<T, Problem> {
    let wide = match value {
        Value::Int(v) => i128::from(*v),
        Value::UInt(v) => i128::from(*v),
        Value::Decimal(v) => v.to_i128(0).map_err(|_| Problem::Inexact)?,
        _ => return Err(other(value)),
    };
    T::try_from(wide).map_err(|_| Problem::Inexact)
}

/// Comparing bits lets NaN be itself.
fn single(value: &Value<'_>) -> Result<f32, Problem> {
    let wide = double(value)?;
    let narrow = wide as f32;
    if f64::from(narrow).to_bits() == wide.to_bits() || wide.is_nan() {
        Ok(narrow)
    } else {
        Err(Problem::Inexact)
    }
}

fn double(value: &Value<'_>) -> Result<f64, Problem> {
    let whole = match value {
        Value::Double(v) => return Ok(*v),
        Value::Float(v) => return Ok(f64::from(*v)),
        Value::Int(v) => i128::from(*v),
        Value::UInt(v) => i128::from(*v),
        _ => return Err(other(value)),
    };
    let double = whole as f64;
    if double as i128 == whole { Ok(double) } else { Err(Problem::Inexact) }
}

fn decimal<'v>(value: &'v Value<'_>) -> Result<std::borrow::Cow<'v, Decimal>, Problem> {
    use std::borrow::Cow;
    Ok(match value {
        Value::Decimal(v) => Cow::Borrowed(v.as_ref()),
        Value::Int(v) => Cow::Owned(Decimal::from_parts(i128::from(*v), 0)),
        Value::UInt(v) => Cow::Owned(Decimal::from_parts(i128::from(*v), 0)),
        _ => return Err(other(value)),
    })
}

fn text<'v>(value: &'v Value<'_>) -> Result<&'v str, Problem> {
    match value {
        Value::Str(v) => Ok(v),
        Value::String(v) => Ok(v),
        _ => Err(other(value)),
    }
}

fn temporal(value: &Value<'_>, ty: &Type, out: &mut BytesMut) -> Result<(), Problem> {
    let micros = TimeUnit::Microsecond;
    match (value, ty) {
        (Value::Date(v), &Type::DATE) => {
            let days = v.days().checked_sub(EPOCH_DAYS).filter(|days| *days != i32::MIN);
            out.put_i32(days.ok_or(Problem::Inexact)?);
        }
        (Value::Date(v), &Type::TIMESTAMP) => {
            out.put_i64(since_epoch(Timestamp::from_secs(i64::from(v.days()) * 86_400))?);
        }
        (Value::Time(v), &Type::TIME) => out.put_i64(v.to_unit(micros).map_err(|_| Problem::Inexact)?),
        (Value::Timestamp(v), &Type::TIMESTAMP | &Type::TIMESTAMPTZ) => out.put_i64(since_epoch(*v)?),
        (Value::Interval(v), &Type::INTERVAL) => {
            if v.nanos() % 1000 != 0 {
                return Err(Problem::Inexact);
            }
            out.put_i64(v.nanos() / 1000);
            out.put_i32(v.days());
            out.put_i32(v.months());
        }
        (Value::Duration(v), &Type::INTERVAL) => {
            out.put_i64(v.to_unit(micros).map_err(|_| Problem::Inexact)?);
            out.put_i64(0);
        }
        _ => return Err(other(value)),
    }
    Ok(())
}

/// The ends of the range are infinity on the wire.
fn since_epoch(timestamp: Timestamp) -> Result<i64, Problem> {
    let micros = timestamp.to_unit(TimeUnit::Microsecond).map_err(|_| Problem::Inexact)?;
    let micros = micros.checked_sub(EPOCH_MICROS).ok_or(Problem::Inexact)?;
    if micros == i64::MIN || micros == i64::MAX { Err(Problem::Inexact) } else { Ok(micros) }
}

/// A one-dimensional array.
fn list(value: &Value<'_>, element: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
    let Value::List(values) = value else { return Err(other(value)) };
    let len = i32::try_from(values.len()).map_err(|_| Problem::Inexact)?;
    out.put_i32(i32::from(len > 0));
    out.put_i32(i32::from(values.iter().any(Value::is_null)));
    out.put_u32(element.oid());
    if len > 0 {
        out.put_i32(len);
        // Indices begin with 1.
        out.put_i32(1);
    }
    for value in values {
        let at = out.len();
        out.put_i32(-1);
        if let IsNull::No = encode(value, element, out)? {
            let len = i32::try_from(out.len() - at - 4).map_err(|_| Problem::Inexact)?;
            out[at..at + 4].copy_from_slice(&len.to_be_bytes());
        }
    }
    Ok(IsNull::No)
}

fn other(value: &Value<'_>) -> Problem {
    Problem::Kind(match value {
        Value::Null => "NULL",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::UInt(_) => "an integer",
        Value::Float(_) | Value::Double(_) => "a floating-point number",
        Value::Decimal(_) => "a decimal",
        Value::Str(_) | Value::String(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Date(_) => "a date",
        Value::Time(_) => "a time of day",
        Value::Timestamp(_) => "a timestamp",
        Value::Duration(_) => "a duration",
        Value::Interval(_) => "an interval",
        Value::Uuid(_) => "a UUID",
        Value::List(_) => "a list",
        _ => "of a kind that has no place here",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn sends(value: Value<'_>, ty: Type, bytes: &[u8]) {
        let mut out = BytesMut::new();
        assert!(matches!(encode(&value, &ty, &mut out), Ok(IsNull::No)), "{ty}");
        assert_eq!(&out[..], bytes);
    }

    #[track_caller]
    fn refuses(value: Value<'_>, ty: Type, problem: Problem) {
        assert_eq!(encode(&value, &ty, &mut BytesMut::new()).err(), Some(problem), "{ty}");
    }

    #[test]
    fn numbers_are_sent_exactly_or_not() {
        sends(Value::Int(-2), Type::INT2, &[255, 254]);
        refuses(Value::Int(32_768), Type::INT2, Problem::Inexact);
        refuses(Value::UInt(u64::MAX), Type::INT8, Problem::Inexact);
        sends(Value::Int(1 << 53), Type::FLOAT8, &((1_i64 << 53) as f64).to_be_bytes());
        refuses(Value::Int((1 << 53) + 1), Type::FLOAT8, Problem::Inexact);
        refuses(Value::Int(i64::MAX), Type::FLOAT8, Problem::Inexact);
        sends(Value::Double(0.5), Type::FLOAT4, &0.5_f32.to_be_bytes());
        refuses(Value::Double(0.1), Type::FLOAT4, Problem::Inexact);
        refuses(Value::Double(0.5), Type::INT8, Problem::Kind("a floating-point number"));
        let mut nan = BytesMut::new();
        assert!(encode(&Value::Double(f64::NAN), &Type::FLOAT4, &mut nan).is_ok());
    }

    #[test]
    fn times_count_from_2000() {
        let at = |text: &str| Value::Timestamp(text.parse().unwrap());
        sends(at("2000-01-01T00:00:00.000001"), Type::TIMESTAMPTZ, &1_i64.to_be_bytes());
        refuses(at("2000-01-01T00:00:00.000000001"), Type::TIMESTAMP, Problem::Inexact);
        refuses(Value::Timestamp(Timestamp::MAX), Type::TIMESTAMP, Problem::Inexact);
        sends(Value::Date("1999-12-31".parse().unwrap()), Type::DATE, &(-1_i32).to_be_bytes());
        refuses(Value::Date("1999-12-31".parse().unwrap()), Type::TIMESTAMPTZ, Problem::Kind("a date"));
        let interval = querent_core::types::value::Interval::new(-1, 2, 3000);
        sends(
            Value::Interval(interval),
            Type::INTERVAL,
            &[0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 255, 255, 255, 255],
        );
    }

    #[test]
    fn lists_hold_nulls_and_may_be_empty() {
        sends(
            Value::List(vec![Value::Str("a"), Value::Null]),
            Type::TEXT_ARRAY,
            &[
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, b'a', 255, 255, 255,
                255,
            ],
        );
        sends(Value::List(vec![]), Type::INT8_ARRAY, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]);
        refuses(Value::List(vec![Value::Bool(true)]), Type::INT8_ARRAY, Problem::Kind("a boolean"));
    }

    #[test]
    fn narrower_integers_widen_to_the_servers_own() {
        sends(Value::Int(i16::MIN.into()), Type::INT8, &i64::from(i16::MIN).to_be_bytes());
        sends(Value::Int(i32::MAX.into()), Type::INT8, &i64::from(i32::MAX).to_be_bytes());
        sends(Value::UInt(7), Type::INT8, &7_i64.to_be_bytes());
    }

    #[test]
    fn text_holds_nul_and_json_is_text() {
        sends(Value::Str("a\0b"), Type::TEXT, b"a\0b");
        sends(Value::Str("a\0b"), Type::VARCHAR, b"a\0b");
        sends(Value::Str("{}"), Type::JSON, b"{}");
        sends(Value::Str("x"), Type::UNKNOWN, b"x");
        refuses(Value::Bytes(b"x"), Type::TEXT, Problem::Kind("bytes"));
    }

    #[test]
    fn arrays_of_every_type_are_sent() {
        let uuid = querent_core::types::value::Uuid::from_bytes([7; 16]);
        let at: Timestamp = "2000-01-01T00:00:00.000001".parse().unwrap();
        let decimal: Decimal = "1.5".parse().unwrap();
        for (value, ty, len) in [
            (Value::Int(1), Type::INT8_ARRAY, 8),
            (Value::Str("ab"), Type::TEXT_ARRAY, 2),
            (Value::Bool(true), Type::BOOL_ARRAY, 1),
            (Value::Double(0.5), Type::FLOAT8_ARRAY, 8),
            (Value::Decimal(std::borrow::Cow::Owned(decimal)), Type::NUMERIC_ARRAY, 12),
            (Value::Uuid(uuid), Type::UUID_ARRAY, 16),
            (Value::Timestamp(at), Type::TIMESTAMPTZ_ARRAY, 8),
            (Value::Str("{}"), Type::JSON_ARRAY, 2),
        ] {
            let mut out = BytesMut::new();
            let values = Value::List(vec![value, Value::Null]);
            assert!(matches!(encode(&values, &ty, &mut out), Ok(IsNull::No)), "{ty}");
            // Head of 20 bytes, a length and the element, the length of NULL.
            assert_eq!(out.len(), 20 + 4 + len + 4, "{ty}");
        }
    }

    #[test]
    fn a_long_decimal_goes_as_text() {
        let sent = |text: &str| {
            let value = Value::Decimal(std::borrow::Cow::Owned(text.parse().unwrap()));
            let (argument, mut out) = (Argument(&value), BytesMut::new());
            let format = argument.encode_format(&Type::NUMERIC);
            argument.to_sql(&Type::NUMERIC, &mut out).map(|_| (matches!(format, Format::Text), out)).ok()
        };
        let digits = "1234567890123456789012345678";
        assert!(!sent(digits).unwrap().0);
        for text in [format!("{digits}9"), format!("-{digits}9012345678"), format!("0.{}1", "0".repeat(28))] {
            let (as_text, bytes) = sent(&text).unwrap();
            assert_eq!((as_text, &bytes[..]), (true, text.as_bytes()), "{text}");
        }
        let (as_text, bytes) = sent("1E+30").unwrap();
        assert_eq!((as_text, &bytes[..]), (true, format!("1{}", "0".repeat(30)).as_bytes()));
        assert!(sent("1E+200000").is_none());
        let list = Value::List(vec![]);
        assert!(matches!(Argument(&list).encode_format(&Type::NUMERIC_ARRAY), Format::Binary));
    }

    #[test]
    fn an_error_names_the_type_and_no_value() {
        let sent = Argument(&Value::Str("s3cret")).to_sql(&Type::INT8, &mut BytesMut::new());
        let error = sent.err().expect("no integer");
        assert_eq!(error.to_string(), "the server takes a parameter of type int8, and the value is text");
    }
}
