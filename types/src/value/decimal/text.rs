//! The text of a decimal, and the `f64` nearest to it.

use std::fmt;
use std::str::FromStr;

use super::super::ParseValueError;
use super::super::scan::Scanner;
use super::Decimal;
use super::magnitude::Magnitude;

/// Padding zeros that a text without an exponent may have.
const PADDING_MAX: i64 = 1_000;

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() && !f.sign_plus() {
            f.write_str(if self.negative { "-" } else { "" })?;
            return write_unsigned(f, self);
        }
        let mut text = String::new();
        write_unsigned(&mut text, self)?;
        f.pad_integral(!self.negative, "", &text)
    }
}

fn write_unsigned(w: &mut dyn fmt::Write, decimal: &Decimal) -> fmt::Result {
    let digits = decimal.magnitude.digits();
    let digits = std::str::from_utf8(&digits).map_err(|_| fmt::Error)?;
    let scale = i64::from(decimal.scale);
    if scale <= 0 && (decimal.is_zero() || scale == 0) {
        return w.write_str(digits);
    }
    let point = digits.len() as i64 - scale;
    if -scale > PADDING_MAX || -point > PADDING_MAX {
        return write!(w, "{digits}E{:+}", -scale);
    }
    if scale < 0 {
        w.write_str(digits)?;
        return write_zeros(w, -scale);
    }
    if point > 0 {
        let (whole, fraction) = digits.split_at(point as usize);
        return write!(w, "{whole}.{fraction}");
    }
    w.write_str("0.")?;
    write_zeros(w, -point)?;
    w.write_str(digits)
}

fn write_zeros(w: &mut dyn fmt::Write, count: i64) -> fmt::Result {
    (0..count).try_for_each(|_| w.write_char('0'))
}

impl FromStr for Decimal {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Decimal, ParseValueError> {
        parse(text)
            .ok_or(ParseValueError::new("decimal", "digits, at most one point, and an exponent at most"))
    }
}

fn parse(text: &str) -> Option<Decimal> {
    let mut scanner = Scanner::new(text);
    let negative = scanner.sign() == Some(-1);
    let whole = scanner.digits();
    let fraction = if scanner.byte(b'.').is_some() { scanner.digits() } else { "" };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut exponent = 0;
    if scanner.byte(b'e').or_else(|| scanner.byte(b'E')).is_some() {
        let sign = i64::from(scanner.sign().unwrap_or(1));
        exponent = sign * scanner.digits().parse::<i64>().ok()?;
    }
    if !scanner.is_empty() {
        return None;
    }
    let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    let magnitude = Magnitude::from_digits([whole.as_bytes(), fraction.as_bytes()].into_iter());
    Some(Decimal::new(negative, magnitude, i32::try_from(scale).ok()?))
}

/// The nearest `f64`: exact operands and one rounding where that is possible, else by way of the standard library's
/// correctly rounded reading of text.
pub(super) fn to_f64(decimal: &Decimal) -> f64 {
    /// Integers up to here are exact in an `f64`.
    const EXACT_MAX: u128 = 1 << 53;
    let unsigned = match (decimal.magnitude.to_u128(), decimal.scale) {
        (Some(number), scale @ 0..=22) if number <= EXACT_MAX => number as f64 / 10_f64.powi(scale),
        _ => {
            let digits = decimal.magnitude.digits();
            let text = format!("{}e{}", String::from_utf8_lossy(&digits), -i64::from(decimal.scale));
            text.parse().unwrap_or(f64::INFINITY)
        }
    };
    if decimal.negative { -unsigned } else { unsigned }
}
