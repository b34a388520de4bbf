//! Values as literals of the types that their parameters were checked with.
//!
//! The type matters: both engines compare a FLOAT with a DOUBLE, or an INT with a wider integer, in ways that find nothing
//! without a word. A value that the type cannot hold exactly is refused here.

use querent_core::types::TimeUnit;
use querent_core::types::value::Decimal;
use querent_core::{Error, ErrorKind, Request, Result, Value};
use querent_protocol::pinot::literal::{Literal, Writer};
use querent_protocol::pinot::request::Engine;

use crate::Pinot;

/// The text of a request with every value in it, as this engine reads it.
pub(crate) fn render(request: &Request<'_, Pinot>, engine: Engine) -> Result<String> {
    let mut writer = Writer::new(engine);
    let mut sql = request.render_literals(&mut |value, ty, sql| write(&mut writer, value, ty, sql))?;
    writer.finish(&mut sql);
    Ok(sql)
}

/// Writes `value` as a literal of the SQL type `ty` (Arrow's notation; empty where it is not known).
fn write(writer: &mut Writer, value: &Value<'_>, ty: &str, out: &mut String) -> Result<()> {
    let mut write = |literal: &Literal<'_>| {
        writer.write(literal, out).map_err(|e| Error::new(ErrorKind::Value, e.to_string()))
    };
    if let Value::List(values) = value {
        let ty = element(ty);
        let texts: Vec<Option<String>> = values.iter().map(uuid_text).collect();
        let literals = values.iter().zip(&texts).map(|(value, text)| plain(value, text.as_deref(), ty));
        let literals: Vec<Literal<'_>> = literals.collect::<Result<_>>()?;
        return write(&Literal::Array(&literals));
    }
    if let Some(decimal) = as_decimal(value, ty)? {
        return write(&Literal::BigDecimal(&decimal));
    }
    let text = uuid_text(value);
    write(&plain(value, text.as_deref(), ty)?)
}

/// The type of the elements of a list; empty where it is not known.
fn element(ty: &str) -> &str {
    ty.strip_prefix("List(").and_then(|ty| ty.strip_suffix(')')).unwrap_or_default()
}

fn uuid_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Uuid(uuid) => Some(uuid.to_string()),
        _ => None,
    }
}

/// A number for a BIG_DECIMAL.
fn as_decimal(value: &Value<'_>, ty: &str) -> Result<Option<Decimal>> {
    match (value, ty) {
        (Value::Decimal(decimal), "BigDecimal" | "") => Ok(Some(decimal.as_ref().clone())),
        (Value::Int(value), "BigDecimal") => Ok(Some(Decimal::from_parts(i128::from(*value), 0))),
        (Value::UInt(value), "BigDecimal") => Ok(Some(Decimal::from_parts(i128::from(*value), 0))),
        // Digits of a double are not those of the decimal that was meant.
        (Value::Float(_) | Value::Double(_), "BigDecimal") => Err(inexact(ty)),
        _ => Ok(None),
    }
}

/// Whether columns of the type take texts only: against a number the engines find nothing, or fail.
fn is_text(ty: &str) -> bool {
    matches!(ty, "Utf8" | "Json" | "Uuid")
}

fn is_number(value: &Value<'_>) -> bool {
    use Value::{Decimal, Double, Float, Int, Timestamp, UInt};
    matches!(value, Int(_) | UInt(_) | Float(_) | Double(_) | Decimal(_) | Timestamp(_))
}

fn plain<'a>(value: &'a Value<'_>, text: Option<&'a str>, ty: &str) -> Result<Literal<'a>> {
    match value {
        value if is_number(value) && is_text(ty) => Err(inexact(ty)),
        Value::Null => Ok(Literal::Null),
        Value::Bool(value) => Ok(Literal::Boolean(*value)),
        Value::Int(value) => integer(i128::from(*value), ty),
        Value::UInt(value) => integer(i128::from(*value), ty),
        Value::Float(value) if ty.is_empty() => Ok(Literal::Float(*value)),
        Value::Float(value) => float(f64::from(*value), ty),
        Value::Double(value) => float(*value, ty),
        Value::Decimal(value) => decimal(value, ty),
        Value::Str(value) => Ok(Literal::String(value)),
        Value::String(value) => Ok(Literal::String(value)),
        Value::Bytes(value) => Ok(Literal::Bytes(value)),
        // Where nothing is known of the place a LONG may be meant as well.
        Value::Timestamp(value) if ty.is_empty() => {
            value.to_unit(TimeUnit::Millisecond).map(Literal::Long).map_err(|_| inexact("Timestamp(ms)"))
        }
        Value::Timestamp(value) => Ok(Literal::Timestamp(*value)),
        Value::Uuid(_) => Ok(Literal::String(text.unwrap_or_default())),
        _ => {
            let message = "Pinot has no literal for a value of this kind";
            Err(Error::new(ErrorKind::Unsupported, message))
        }
    }
}

/// Beyond 64 bits the servers take other digits than were sent.
fn integer(value: i128, ty: &str) -> Result<Literal<'static>> {
    match ty {
        "Int32" => i32::try_from(value).map(Literal::Int).map_err(|_| inexact(ty)),
        "Float32" if (value as f32) as i128 == value => Ok(Literal::Float(value as f32)),
        "Float64" if (value as f64) as i128 == value => Ok(Literal::Double(value as f64)),
        "Float32" | "Float64" => Err(inexact(ty)),
        _ => i64::try_from(value).map(Literal::Long).map_err(|_| inexact("Int64")),
    }
}

fn float(value: f64, ty: &str) -> Result<Literal<'static>> {
    /// Below 2^63, and a whole number.
    const WHOLE_MAX: f64 = 9e18;
    match ty {
        "Float32" if value.is_nan() || f64::from(value as f32) == value => Ok(Literal::Float(value as f32)),
        "Float32" => Err(inexact(ty)),
        // In a list beside an INT, `1E0` is an error.
        "Int32" | "Int64" if value.fract() == 0.0 && value.abs() < WHOLE_MAX => integer(value as i128, ty),
        "Int32" | "Int64" => Err(inexact(ty)),
        _ => Ok(Literal::Double(value)),
    }
}

fn decimal(value: &Decimal, ty: &str) -> Result<Literal<'static>> {
    if matches!(ty, "Int32" | "Int64") {
        return integer(value.to_i128(0).map_err(|_| inexact(ty))?, ty);
    }
    // Exact only where the nearest double has the same digits.
    let near: f64 = value.to_string().parse().map_err(|_| inexact(ty))?;
    let back = format!("{near}").parse::<Decimal>();
    match near.is_finite() && back.is_ok_and(|back| back.normalized() == value.normalized()) {
        true => float(near, ty),
        false => Err(inexact(ty)),
    }
}

fn inexact(ty: &str) -> Error {
    Error::new(ErrorKind::Value, format!("a value does not fit a parameter of type {ty} without loss"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(value: &Value<'_>, ty: &str) -> Result<String> {
        let mut out = String::new();
        write(&mut Writer::new(Engine::SingleStage), value, ty, &mut out).map(|()| out)
    }

    #[track_caller]
    fn writes(value: Value<'_>, ty: &str, expected: &str) {
        assert_eq!(outcome(&value, ty).unwrap(), expected);
    }

    #[track_caller]
    fn refuses(value: Value<'_>, ty: &str) {
        let kind = outcome(&value, ty).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::Value | ErrorKind::Unsupported), "{kind:?}");
    }

    fn number(text: &str) -> Value<'static> {
        Value::Decimal(std::borrow::Cow::Owned(text.parse().unwrap()))
    }

    #[test]
    fn the_checked_type_chooses_the_form() {
        writes(Value::Int(-1), "Int32", "(-1)");
        writes(Value::Int(7), "Float64", "7E0");
        writes(Value::Int(7), "Float32", "CAST('7.0' AS FLOAT)");
        writes(Value::Int(7), "BigDecimal", "CAST('7' AS BIG_DECIMAL)");
        writes(Value::UInt(u64::MAX), "BigDecimal", "CAST('18446744073709551615' AS BIG_DECIMAL)");
        writes(Value::Float(1.1), "Float32", "CAST('1.1' AS FLOAT)");
        writes(Value::Float(1.1), "", "CAST('1.1' AS FLOAT)");
        writes(Value::Float(0.5), "Float64", "5E-1");
        writes(Value::Double(0.5), "Float32", "CAST('0.5' AS FLOAT)");
        writes(Value::Double(f64::NAN), "Float32", "CAST('NaN' AS FLOAT)");
        writes(Value::Double(2.2), "", "2.2E0");
        writes(Value::Double(-3.0), "Int32", "(-3)");
        writes(number("-0.10"), "BigDecimal", "CAST('-0.10' AS BIG_DECIMAL)");
        writes(number("1.50"), "Float64", "1.5E0");
        writes(number("7.00"), "Int64", "7");
        writes(Value::Str("O'Brien -- \\"), "Utf8", "'O''Brien -- \\'");
        writes(Value::Bytes(&[0, 255]), "Binary", "hexToBytes('00ff')");
        writes(Value::Timestamp("1970-01-01T00:00:01".parse().unwrap()), "Timestamp(ms, \"UTC\")", "1000");
        writes(Value::Null, "Utf8", "NULL");
        writes(Value::List(vec![Value::Int(1), Value::Int(-1)]), "List(Int32)", "ARRAY[1, (-1)]");
        writes(Value::List(vec![Value::Int(1)]), "List(Int64)", "ARRAY[CAST((1) AS LONG)]");
        writes(Value::List(vec![Value::Str("a'")]), "", "ARRAY['a''']");
    }

    #[test]
    fn a_time_of_the_multi_stage_engine_is_a_timestamp_where_one_is_meant() {
        let at = || Value::Timestamp("2024-02-29T12:34:56.789".parse().unwrap());
        let outcome = |ty: &str| {
            let mut out = String::new();
            write(&mut Writer::new(Engine::MultiStage), &at(), ty, &mut out).map(|()| out).unwrap()
        };
        assert_eq!(outcome("Timestamp(ms, \"UTC\")"), "TIMESTAMP '2024-02-29 12:34:56.789'");
        assert_eq!(outcome(""), "1709210096789");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        refuses(Value::Int(i64::from(i32::MAX) + 1), "Int32");
        refuses(Value::UInt(u64::MAX), "Int64");
        refuses(Value::UInt(1 << 63), "");
        refuses(Value::Int(i64::MAX), "Float64");
        refuses(Value::Int(16_777_217), "Float32");
        refuses(Value::Double(0.1), "Float32");
        refuses(Value::Double(1.5), "Int64");
        refuses(Value::Double(9.3e18), "Int64");
        refuses(Value::Double(f64::NAN), "Int32");
        refuses(Value::Double(0.1), "BigDecimal");
        refuses(number("0.12345678901234567890123"), "Float64");
        refuses(number("0.5"), "Int32");
        refuses(Value::Int(7), "Utf8");
        refuses(Value::Timestamp("1970-01-01T00:00:01".parse().unwrap()), "Utf8");
        refuses(Value::Timestamp("1970-01-01T00:00:00.0001".parse().unwrap()), "");
        refuses(Value::List(vec![]), "List(Int32)");
        refuses(Value::List(vec![Value::Bool(true)]), "List(Boolean)");
        refuses(Value::List(vec![Value::Int(1), Value::Null]), "List(Int32)");
        refuses(Value::List(vec![Value::Int(i64::MAX)]), "List(Int32)");
        refuses(Value::Date("1970-01-01".parse().unwrap()), "");
    }
}
