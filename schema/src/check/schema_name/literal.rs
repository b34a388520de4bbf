//! Names of literals: `ScalarValue`'s `Debug` of datafusion-common.

use crate::ast::{Expr, ExprKind, Literal, UnaryOp};

/// A literal with its type, as `Int64(1)`.
pub(super) fn scalar(literal: &Literal) -> String {
    match literal {
        Literal::Null => "NULL".to_owned(),
        Literal::Boolean(value) => format!("Boolean({value})"),
        Literal::Number(text) => number(text),
        Literal::String(text) | Literal::NationalString(text) => format!("Utf8(\"{text}\")"),
        Literal::Bytes(digits) => bytes(digits),
    }
}

fn number(text: &str) -> String {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    if let Ok(value) = plain.parse::<i64>() {
        return format!("Int64({value})");
    }
    if let Ok(value) = plain.parse::<u64>() {
        return format!("UInt64({value})");
    }
    match plain.parse::<f64>() {
        Ok(value) => format!("Float64({value})"),
        Err(_) => plain,
    }
}

fn bytes(digits: &str) -> String {
    let padded = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
    let values: Vec<String> = padded
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .map(|value| value.to_string())
        .collect();
    format!("Binary(\"{}\")", values.join(","))
}

/// An interval as months, days and nanoseconds.
pub(super) fn interval(value: &Expr, unit: Option<&str>, negative: bool) -> String {
    if let ExprKind::Binary { left, op, right, .. } = &value.kind {
        let sign = super::symbol(op);
        return format!("{} {sign} {}", interval(left, unit, negative), interval(right, unit, false));
    }
    let Some(text) = amount(value, negative) else { return "interval".to_owned() };
    let text = unit.map_or_else(|| text.clone(), |unit| format!("{text} {unit}"));
    let [months, days, nanos] = parts(&text);
    format!(
        "IntervalMonthDayNano(\"IntervalMonthDayNano {{ months: {months}, days: {days}, nanoseconds: {nanos} }}\")"
    )
}

fn amount(value: &Expr, negative: bool) -> Option<String> {
    match &value.kind {
        ExprKind::Literal(Literal::String(text) | Literal::Number(text)) => {
            Some(if negative { format!("-{text}") } else { text.clone() })
        }
        ExprKind::Unary { op: UnaryOp::Minus, expr } => amount(expr, !negative),
        ExprKind::Unary { op: UnaryOp::Plus, expr } => amount(expr, negative),
        _ => None,
    }
}

/// The months, days and nanoseconds of an interval's text; seconds where it names no unit.
fn parts(text: &str) -> [i128; 3] {
    let mut total = [0_i128; 3];
    let lower = text.to_lowercase();
    let mut words = split_units(&lower).into_iter().peekable();
    while let Some(word) = words.next() {
        let unit = words.next_if(|next| next.starts_with(char::is_alphabetic));
        add(&mut total, &word, unit.as_deref().unwrap_or("second"));
    }
    total
}

/// Words, with a number and a unit that touch (`1day`) taken apart.
pub(in crate::check) fn split_units(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        match word.find(|c: char| c.is_alphabetic()) {
            Some(at) if at > 0 => words.extend([word[..at].to_owned(), word[at..].to_owned()]),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn add(total: &mut [i128; 3], amount: &str, unit: &str) {
    const SECOND: i128 = 1_000_000_000;
    if let Some(nanos) = clock(amount) {
        total[2] += nanos;
        return;
    }
    let (part, scale) = match unit.trim_end_matches('s') {
        "century" | "centurie" => (0, 1200),
        "decade" => (0, 120),
        "year" | "yr" | "y" => (0, 12),
        "month" | "mon" => (0, 1),
        "week" | "w" => (1, 7),
        "day" | "d" => (1, 1),
        "hour" | "hr" | "h" => (2, 3600 * SECOND),
        "minute" | "min" | "m" => (2, 60 * SECOND),
        "millisecond" | "m sec" | "msec" => (2, 1_000_000),
        "microsecond" | "u" | "usec" => (2, 1_000),
        "nanosecond" | "nsec" => (2, 1),
        _ => (2, SECOND),
    };
    let (negative, digits) = amount.strip_prefix('-').map_or((false, amount), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut values = [0_i128; 3];
    values[part] = whole.parse::<i128>().unwrap_or(0).saturating_mul(scale);
    spill(&mut values, part, fraction, scale);
    for (sum, value) in total.iter_mut().zip(values) {
        *sum = sum.saturating_add(if negative { -value } else { value });
    }
}

/// The fraction of a unit goes into the next smaller one: a month has 30 days, a day 24 hours.
fn spill(values: &mut [i128; 3], part: usize, fraction: &str, scale: i128) {
    let Ok(numerator) = fraction.chars().take(15).collect::<String>().parse::<i128>() else { return };
    let denominator = 10_i128.pow(fraction.len().min(15) as u32);
    let smaller = [30, 86_400_000_000_000];
    let mut numerator = numerator * scale;
    for (i, value) in values.iter_mut().enumerate().skip(part) {
        *value += numerator / denominator;
        numerator %= denominator;
        if let Some(factor) = smaller.get(i) {
            numerator *= factor;
        }
    }
}

/// `12:30:15.5` as nanoseconds.
fn clock(text: &str) -> Option<i128> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let fraction: String = format!("{fraction:0<9}").chars().take(9).collect();
    let nanos = ((hours.parse::<i128>().ok()? * 60 + minutes.parse::<i128>().ok()?) * 60
        + whole.parse::<i128>().ok()?)
        * 1_000_000_000
        + fraction.parse::<i128>().ok()?;
    Some(if negative { -nanos } else { nanos })
}
