//! Values as literals of the types that their parameters were checked with.
//!
//! The type matters: both engines compare a FLOAT with a DOUBLE, or an INT with a wider integer, in ways that find
//! nothing without a word. A value that the type cannot hold exactly is refused here.

use querent_core::types::value::Decimal;
use querent_core::{Error, ErrorKind, Result, Value};
use querent_protocol::pinot::literal::Literal;

/// Writes `value` as a literal of the SQL type `ty` (Arrow's notation; empty where it is not known).
pub(crate) fn write(value: &Value<'_>, ty: &str, out: &mut String) -> Result<()> {
    let text;
    let decimal;
    let literal = match value {
        Value::Null => {
            out.push_str("NULL");
            return Ok(());
        }
        Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Double(_) => match number(value, ty)? {
            Number::Literal(literal) => literal,
            Number::Decimal(number) => {
                decimal = number;
                Literal::BigDecimal(&decimal)
            }
        },
        Value::Bool(value) => Literal::Boolean(*value),
        Value::Decimal(value) => match ty {
            "Int32" => Literal::Int(i32::try_from(whole(value, ty)?).map_err(|_| inexact(ty))?),
            "Int64" => Literal::Long(i64::try_from(whole(value, ty)?).map_err(|_| inexact(ty))?),
            _ => Literal::BigDecimal(value),
        },
        Value::Str(value) => Literal::String(value),
        Value::String(value) => Literal::String(value),
        Value::Bytes(value) => Literal::Bytes(value),
        Value::Timestamp(value) => Literal::Timestamp(*value),
        Value::Uuid(value) => {
            text = value.to_string();
            Literal::String(&text)
        }
        _ => {
            let message = "Pinot has no literal for a value of this kind";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
    };
    literal.write(out).map_err(|e| Error::new(ErrorKind::Value, e.to_string()))
}

enum Number<'a> {
    Literal(Literal<'a>),
    Decimal(Decimal),
}

fn number(value: &Value<'_>, ty: &str) -> Result<Number<'static>> {
    let whole = match value {
        Value::Int(value) => Some(i128::from(*value)),
        Value::UInt(value) => Some(i128::from(*value)),
        _ => None,
    };
    Ok(Number::Literal(match (ty, whole) {
        ("Int32", Some(value)) => Literal::Int(i32::try_from(value).map_err(|_| inexact(ty))?),
        ("BigDecimal", Some(value)) => return Ok(Number::Decimal(Decimal::from_parts(value, 0))),
        ("Float64", _) => Literal::Double(double(value, ty)?),
        ("Float32", _) => {
            let wide = double(value, ty)?;
            if !wide.is_nan() && f64::from(wide as f32) != wide {
                return Err(inexact(ty));
            }
            Literal::Float(wide as f32)
        }
        // Beyond 64 bits the servers take other digits than were sent.
        (_, Some(value)) => Literal::Long(i64::try_from(value).map_err(|_| inexact("Int64"))?),
        (_, None) => match value {
            Value::Float(value) => Literal::Float(*value),
            other => Literal::Double(double(other, ty)?),
        },
    }))
}

fn double(value: &Value<'_>, ty: &str) -> Result<f64> {
    let whole = match value {
        Value::Double(value) => return Ok(*value),
        Value::Float(value) => return Ok(f64::from(*value)),
        Value::Int(value) => i128::from(*value),
        Value::UInt(value) => i128::from(*value),
        _ => return Err(inexact(ty)),
    };
    if (whole as f64) as i128 == whole { Ok(whole as f64) } else { Err(inexact(ty)) }
}

fn whole(value: &Decimal, ty: &str) -> Result<i128> {
    value.to_i128(0).map_err(|_| inexact(ty))
}

fn inexact(ty: &str) -> Error {
    Error::new(ErrorKind::Value, format!("a value does not fit a parameter of type {ty} without loss"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn writes(value: Value<'_>, ty: &str, expected: &str) {
        let mut out = String::new();
        write(&value, ty, &mut out).unwrap();
        assert_eq!(out, expected);
    }

    #[track_caller]
    fn refuses(value: Value<'_>, ty: &str) {
        let mut out = String::new();
        let kind = write(&value, ty, &mut out).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::Value | ErrorKind::Unsupported) && out.is_empty());
    }

    #[test]
    fn the_checked_type_chooses_the_form() {
        writes(Value::Int(-1), "Int32", "(-1)");
        writes(Value::Int(7), "Float64", "7E0");
        writes(Value::Int(7), "BigDecimal", "CAST('7' AS BIG_DECIMAL)");
        writes(Value::Float(1.1), "Float32", "CAST('1.1' AS FLOAT)");
        writes(Value::Float(0.5), "Float64", "5E-1");
        writes(Value::Double(2.2), "", "2.2E0");
        writes(Value::Str("O'Brien -- \\"), "Utf8", "'O''Brien -- \\'");
        writes(Value::Bytes(&[0, 255]), "Binary", "hexToBytes('00ff')");
        writes(Value::Timestamp("1970-01-01T00:00:01".parse().unwrap()), "Timestamp(ms, \"UTC\")", "1000");
        writes(Value::Null, "Utf8", "NULL");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        refuses(Value::Int(i64::from(i32::MAX) + 1), "Int32");
        refuses(Value::UInt(u64::MAX), "Int64");
        refuses(Value::UInt(u64::MAX), "");
        refuses(Value::Int(i64::MAX), "Float64");
        refuses(Value::Double(0.1), "Float32");
        refuses(Value::Timestamp("1970-01-01T00:00:00.0001".parse().unwrap()), "");
        refuses(Value::List(vec![]), "List(Int32)");
        refuses(Value::Date("1970-01-01".parse().unwrap()), "");
    }
}
