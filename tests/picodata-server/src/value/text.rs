//! The text format.

use querent_types::value::Timestamp;

use super::{Malformed, Value};

impl Value {
    /// The text of a result, `None` for NULL.
    pub(crate) fn to_text(&self) -> Option<String> {
        Some(match self {
            Value::Null => return None,
            Value::Int(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Bool(value) => if *value { "t" } else { "f" }.to_owned(),
            Value::Double(number) => double(*number),
            Value::Numeric(number) => number.to_string(),
            Value::Uuid(uuid) => uuid.to_string(),
            Value::Timestamptz(instant) => timestamp(*instant),
            Value::Json(json) => json.to_string(),
            Value::Array(items) => array(items),
        })
    }

    /// A parameter, by the OID that its statement has it with.
    pub(crate) fn from_text(oid: u32, bytes: &[u8]) -> Result<Value, Malformed> {
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
        let read = match oid {
            20 | 21 | 23 => text.parse().ok().map(Value::Int),
            25 | 1043 => Some(Value::Text(text.to_owned())),
            16 => match text.to_ascii_lowercase().as_str() {
                "t" | "true" | "1" | "on" | "yes" => Some(Value::Bool(true)),
                "f" | "false" | "0" | "off" | "no" => Some(Value::Bool(false)),
                _ => None,
            },
            701 => text.parse().ok().map(Value::Double),
            1700 => text.parse().ok().map(Value::Numeric),
            2950 => text.parse().ok().map(Value::Uuid),
            1184 => text.parse().ok().map(Value::Timestamptz),
            _ => None,
        };
        read.ok_or(Malformed)
    }
}

fn double(number: f64) -> String {
    match number {
        _ if number.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        // The shortest that reads back.
        _ if number != 0.0 && !(1e-5..1e16).contains(&number.abs()) => format!("{number:e}"),
        _ => number.to_string(),
    }
}

/// `2026-02-03 04:05:06.123456+00`
fn timestamp(instant: Timestamp) -> String {
    instant.to_string().replacen('T', " ", 1) + "+00"
}

fn array(items: &[Value]) -> String {
    let spelled = items.iter().map(|item| match item {
        Value::Null => "NULL".to_owned(),
        Value::Text(_) | Value::Timestamptz(_) | Value::Json(_) => {
            let text = item.to_text().unwrap_or_default();
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        }
        _ => item.to_text().unwrap_or_default(),
    });
    format!("{{{}}}", spelled.collect::<Vec<_>>().join(","))
}
