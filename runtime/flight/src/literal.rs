//! Values as SQL literals, for servers that take no parameters.
//!
//! Every literal is written so that it can neither end early nor join with what stands beside it: strings with their
//! quotes doubled (and backslashes where the server reads them as escapes), negative numbers in parentheses.

use std::fmt::Write as _;

use querent_core::{Error, ErrorKind, Result, Value};

/// Writes `value` as a literal of the SQL type `ty` (Arrow's notation; empty where it is not known).
pub(crate) fn write(value: &Value<'_>, ty: &str, escapes_backslash: bool, out: &mut String) -> Result<()> {
    // Writing into a String cannot fail.
    let _ = match value {
        Value::Null => write!(out, "NULL"),
        Value::Bool(yes) => write!(out, "{}", if *yes { "TRUE" } else { "FALSE" }),
        Value::Int(number) if *number < 0 => write!(out, "({number})"),
        Value::Int(number) => write!(out, "{number}"),
        Value::UInt(number) => write!(out, "{number}"),
        Value::Float(number) => write_float(f64::from(*number), "FLOAT", out),
        Value::Double(number) => write_float(*number, "DOUBLE", out),
        Value::Decimal(number) => {
            let scale = number.scale().max(0);
            let precision = number.precision().max(scale as usize + 1);
            write!(out, "CAST('{number}' AS DECIMAL({precision}, {scale}))")
        }
        Value::Str(text) => write_text(text, escapes_backslash, out),
        Value::String(text) => write_text(text, escapes_backslash, out),
        Value::Bytes(bytes) => {
            out.push_str("X'");
            for byte in *bytes {
                let _ = write!(out, "{byte:02X}");
            }
            write!(out, "'")
        }
        Value::Date(date) => write!(out, "DATE '{date}'"),
        Value::Timestamp(timestamp) => {
            let zone = if zoned(ty) { "Z" } else { "" };
            write!(out, "TIMESTAMP '{timestamp}{zone}'")
        }
        Value::List(values) => return write_list(values, ty, escapes_backslash, out),
        _ => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "this server takes no parameters, and a value of type {} cannot be written as a literal",
                    if ty.is_empty() { "unknown" } else { ty }
                ),
            ));
        }
    };
    Ok(())
}

/// `Timestamp(ns, "UTC")` has a zone, `Timestamp(ns)` has none.
fn zoned(ty: &str) -> bool {
    ty.starts_with("Timestamp") && ty.contains(", ")
}

fn write_text(text: &str, escapes_backslash: bool, out: &mut String) -> std::fmt::Result {
    out.push('\'');
    for c in text.chars() {
        match c {
            // Where backslashes escape, a doubled quote may be two literals side by side.
            '\'' if escapes_backslash => out.push_str(r"\'"),
            '\'' => out.push_str("''"),
            '\\' if escapes_backslash => out.push_str(r"\\"),
            c => out.push(c),
        }
    }
    out.push('\'');
    Ok(())
}

fn write_float(number: f64, ty: &str, out: &mut String) -> std::fmt::Result {
    match number {
        n if n.is_nan() => write!(out, "CAST('NaN' AS {ty})"),
        n if n.is_infinite() => write!(out, "CAST('{}Infinity' AS {ty})", if n < 0.0 { "-" } else { "" }),
        // A cast, since a bare 0.1 is a decimal to some servers; quoted, since -0.0 must keep its sign.
        n => write!(out, "CAST('{n:?}' AS {ty})"),
    }
}

fn write_list(values: &[Value<'_>], ty: &str, escapes_backslash: bool, out: &mut String) -> Result<()> {
    let element = ty.strip_prefix("List(").and_then(|t| t.strip_suffix(')')).unwrap_or("");
    out.push_str("ARRAY[");
    for (i, value) in values.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        write(value, element, escapes_backslash, out)?;
    }
    out.push(']');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Value<'_>, escapes: bool, expected: &str) {
        let mut out = String::new();
        write(&value, "", escapes, &mut out).unwrap();
        assert_eq!(out, expected);
    }

    #[test]
    fn literals_neither_end_early_nor_join_their_neighbours() {
        check(Value::Str(r"it's \ ';--"), false, r"'it''s \ '';--'");
        check(Value::Str(r"it's \'"), true, r"'it\'s \\\''");
        check(Value::Int(-1), false, "(-1)");
        check(Value::Int(i64::MIN), false, "(-9223372036854775808)");
        check(Value::Double(-0.0), false, "CAST('-0.0' AS DOUBLE)");
        check(Value::Double(f64::NAN), false, "CAST('NaN' AS DOUBLE)");
        check(Value::Bytes(&[0, 255]), false, "X'00FF'");
        check(Value::List(vec![Value::Null, Value::Str("'")]), false, "ARRAY[NULL, '''']");
    }
}
