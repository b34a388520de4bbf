//! Finding a number in a message, in whatever notation.

use std::ops::Range;

/// Letters that make a literal of a number: `7L`, `1.5BD`.
const SUFFIXES: &[&str] = &["l", "d", "f", "s", "y", "bd"];

/// A number to look for; its sign aside, which may stand apart.
pub(super) enum Number {
    /// By its digits, without zeros that say nothing.
    Exact {
        digits: String,
        near: f64,
    },
    Single(f32),
    Double(f64),
}

impl Number {
    /// From its text, without an exponent.
    pub(super) fn exact(text: &str) -> Number {
        let text = text.trim_start_matches('-');
        Number::Exact { digits: trimmed(text), near: text.parse().unwrap_or(f64::NAN) }
    }

    pub(super) fn single(number: f32) -> Number {
        Number::Single(number.abs())
    }

    pub(super) fn double(number: f64) -> Number {
        Number::Double(number.abs())
    }

    fn is(&self, token: &str) -> bool {
        match self {
            Number::Exact { near, .. } if token.contains(['e', 'E']) => token.parse() == Ok(*near),
            Number::Exact { digits, .. } => trimmed(token) == *digits,
            // A wider print shows what the narrow number was rounded to.
            Number::Single(number) => token.parse() == Ok(*number) || token.parse() == Ok(f64::from(*number)),
            Number::Double(number) => token.parse() == Ok(*number),
        }
    }
}

/// `007.50` is `7.5`.
fn trimmed(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    format!("{whole}.{fraction}")
}

/// The places at which one of the numbers stands, with a sign before it.
pub(super) fn find(message: &str, numbers: &[Number]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    if numbers.is_empty() {
        return spans;
    }
    let mut at = 0;
    while let Some(found) = message[at..].find(|c: char| c.is_alphanumeric() || c == '_') {
        let start = at + found;
        let rest = &message[start..];
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
        match token(rest) {
            Some(len) => {
                if numbers.iter().any(|number| number.is(&rest[..len])) {
                    let sign = usize::from(message[..start].ends_with('-'));
                    spans.push(start - sign..start + len);
                }
                at = start + len.max(1);
            }
            // A name, a version or an address.
            None => at = start + word.max(1),
        }
    }
    spans
}

/// The length of the number that a text begins with; `None` where that is a part of something else.
fn token(text: &str) -> Option<usize> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut len = digits(0);
    if len == 0 {
        return None;
    }
    if text[len..].starts_with('.') && digits(len + 1) > 0 {
        len += 1 + digits(len + 1);
    }
    if let Some(exponent) = text[len..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        if digits(len + 1 + sign) > 0 {
            len += 1 + sign + digits(len + 1 + sign);
        }
    }
    let after = &text[len..];
    if after.starts_with('.') && digits(len + 1) > 0 {
        return None;
    }
    let letters = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
    let suffix = after[..letters].to_ascii_lowercase();
    (suffix.is_empty() || SUFFIXES.contains(&suffix.as_str())).then_some(len)
}
