//! Servers like to repeat the values of a query in their messages; here they are taken out again.
//!
//! A value is looked for in every form in which a server was seen to print one: as it stands, escaped by doubled quotes or
//! backslashes, in parts (long statements are cut), bytes in hexadecimal and as a list, numbers in any notation, points in
//! time as counts since 1970. A text of up to seven characters is hidden only as a whole word, and one without any letter
//! or digit only between quotes: `7` in `col7` is no value, and neither is `able` in `table`. NULL is never hidden.

mod number;
mod text;

use std::fmt::{self, Write as _};
use std::ops::Range;

use querent_types::TimeUnit;

use crate::error::Error;
use crate::value::Value;
use number::Number;
use text::{Folded, Needle};

const HIDDEN: &str = "<value>";

/// The message without the values of the query.
pub fn without_values(message: &str, values: &[Value<'_>]) -> String {
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for value in values {
        forms(value, &mut texts, &mut numbers);
    }
    let mut spans = number::find(message, &numbers);
    if !texts.is_empty() {
        let folded = Folded::new(message);
        for needle in &texts {
            needle.find(&folded, &mut spans);
        }
    }
    cut(message, spans)
}

/// How a server may print a value.
fn forms(value: &Value<'_>, texts: &mut Vec<Needle>, numbers: &mut Vec<Number>) {
    match value {
        Value::Null | Value::Invalid(_) => {}
        Value::Bool(yes) => texts.push(Needle::any_case(&yes.to_string())),
        Value::Int(number) => numbers.push(Number::exact(&number.to_string())),
        Value::UInt(number) => numbers.push(Number::exact(&number.to_string())),
        Value::Float(number) => numbers.push(Number::single(*number)),
        Value::Double(number) => numbers.push(Number::double(*number)),
        Value::Decimal(number) => numbers.push(Number::exact(&number.to_string())),
        Value::Str(text) => texts.push(Needle::new(text)),
        Value::String(text) => texts.push(Needle::new(text)),
        Value::Bytes(bytes) => bytes_forms(bytes, texts),
        Value::Date(date) => {
            texts.push(Needle::new(&date.to_string()));
            numbers.push(Number::exact(&date.days().to_string()));
        }
        Value::Time(time) => {
            texts.push(Needle::new(&time.to_string()));
            counts(numbers, |unit| time.to_unit(unit).ok());
        }
        Value::Timestamp(timestamp) => {
            // Servers write it with a space as often as with a T.
            let text = timestamp.to_string();
            texts.extend([Needle::new(&text.replace('T', " ")), Needle::new(&text)]);
            counts(numbers, |unit| timestamp.to_unit(unit).ok());
        }
        Value::Duration(duration) => {
            texts.push(Needle::new(&duration.to_string()));
            counts(numbers, |unit| duration.to_unit(unit).ok());
        }
        Value::Interval(interval) => {
            texts.push(Needle::new(&interval.to_string()));
            let parts = [interval.months().into(), interval.days().into(), interval.nanos()];
            numbers.extend(parts.iter().filter(|n| **n != 0).map(|n| Number::exact(&n.to_string())));
        }
        Value::Uuid(uuid) => {
            let text = uuid.to_string();
            texts.extend([Needle::any_case(&text), Needle::any_case(&text.replace('-', ""))]);
        }
        Value::List(values) => values.iter().for_each(|value| forms(value, texts, numbers)),
    }
}

fn bytes_forms(bytes: &[u8], texts: &mut Vec<Needle>) {
    if bytes.is_empty() {
        return;
    }
    let (mut hex, mut list) = (String::new(), String::new());
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        let _ = write!(list, "{}{byte}", if list.is_empty() { "" } else { ", " });
    }
    // `X'00ff'`, `\x00ff` and `0x00ff`.
    let prefixes = ["", "x", "0x"];
    texts.extend(prefixes.map(|prefix| Needle::any_case(&format!("{prefix}{hex}"))));
    if bytes.len() > 1 {
        texts.extend([Needle::new(&list.replace(' ', "")), Needle::new(&list)]);
    } else {
        texts.push(Needle::new(&format!("[{list}]")));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        texts.push(Needle::new(text));
    }
}

/// A point in time or a span as Arrow and others count it.
fn counts(numbers: &mut Vec<Number>, count: impl Fn(TimeUnit) -> Option<i64>) {
    let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    numbers.extend(units.into_iter().filter_map(count).map(|n| Number::exact(&n.to_string())));
}

/// The message with what was found left out, quotes around it too.
fn cut(message: &str, mut spans: Vec<Range<usize>>) -> String {
    spans.sort_unstable_by_key(|span| span.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    let (mut out, mut from) = (String::with_capacity(message.len()), 0);
    for span in merged {
        let (before, after) = (&message[from..span.start], &message[span.end..]);
        let quoted = |quote: &char| before.ends_with(*quote) && after.starts_with(*quote);
        // The quote that ends a literal is one with the last of a text that itself ends in one.
        let joined = |quote: &char| before.ends_with(*quote) && message[span.clone()].ends_with(*quote);
        let closing = usize::from(['\'', '"'].iter().any(quoted));
        let opening = closing.max(usize::from(['\'', '"'].iter().any(joined)));
        out.push_str(&before[..before.len() - opening]);
        out.push_str(HIDDEN);
        from = span.end + closing;
    }
    out.push_str(&message[from..]);
    out
}

impl Error {
    /// The same without the values of the query, in its words and in its causes'.
    pub(crate) fn without_values(self, values: &[Value<'_>]) -> Error {
        if values.is_empty() {
            return self;
        }
        let message = without_values(self.message(), values);
        let cause = std::error::Error::source(&self).and_then(|cause| cleared(cause, values));
        let error = self.with_message(message);
        match cause {
            Some(cause) => error.with_cause(cause),
            None => error,
        }
    }
}

/// The words of a chain of causes without values; `None` where there was none in any of them, so that the cause itself
/// can stay.
fn cleared(cause: &(dyn std::error::Error + 'static), values: &[Value<'_>]) -> Option<Cleared> {
    let said: Vec<String> =
        std::iter::successors(Some(cause), |e| e.source()).map(|e| format!("{e}\0{e:?}")).collect();
    let clean: Vec<String> = said.iter().map(|text| without_values(text, values)).collect();
    if clean == said {
        return None;
    }
    clean.iter().rev().fold(None, |source, text| {
        let words = text.split('\0').next().unwrap_or_default().to_owned();
        Some(Cleared { words, source: source.map(Box::new) })
    })
}

/// What is left of a cause that repeated values.
#[derive(Debug)]
struct Cleared {
    words: String,
    source: Option<Box<Cleared>>,
}

impl fmt::Display for Cleared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Cleared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests;
