//! Servers like to repeat the values of a query in their messages; here they are taken out again.

use crate::value::Value;

/// The message without the values of the query.
pub fn without_values(message: &str, values: &[Value<'_>]) -> String {
    let mut message = message.to_owned();
    for value in values {
        hide(&mut message, value);
    }
    message
}

fn hide(message: &mut String, value: &Value<'_>) {
    let text = match value {
        Value::Null | Value::Bool(_) => return,
        Value::Str(text) => (*text).to_owned(),
        Value::String(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Timestamp(timestamp) => {
            // Servers write it with a space as often as with a T.
            let text = timestamp.to_string();
            replace(message, &text.replace('T', " "));
            text
        }
        Value::Duration(duration) => duration.to_string(),
        Value::Interval(interval) => interval.to_string(),
        Value::Uuid(uuid) => uuid.to_string(),
        Value::List(values) => return values.iter().for_each(|value| hide(message, value)),
        Value::Bytes(_) | Value::Invalid(_) => return,
    };
    replace(message, &text);
    if text.contains('\'') {
        // As it stands in a literal.
        replace(message, &text.replace('\'', "''"));
    }
}

fn replace(message: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    for quote in ["'", "\""] {
        let quoted = format!("{quote}{text}{quote}");
        *message = message.replace(&quoted, "<value>");
    }
    // A short text is hidden only where it stands as a value, for it may be part of any word.
    if text.chars().count() >= 4 {
        *message = message.replace(text, "<value>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_hidden_and_words_are_not() {
        let values =
            [Value::Str("O'Brien"), Value::Int(7), Value::List(vec![Value::Str("ab"), Value::Str("")])];
        let message = "no 'O''Brien', O'Brien or '7' in table ab7 with \"ab\" and ''";
        assert_eq!(
            without_values(message, &values),
            "no <value>, <value> or <value> in table ab7 with <value> and ''"
        );
    }
}
