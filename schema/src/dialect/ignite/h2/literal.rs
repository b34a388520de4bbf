//! Literals: the types of numbers, and which texts H2 reads as which type.

use querent_types::SqlType;

/// The type of a number: whole ones by their size, all others exact (`1e0` is no DOUBLE).
pub(super) fn number(text: &str) -> Result<SqlType, String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let wrong = || "this is not a number".to_owned();
    if digits.is_empty() {
        return Err(wrong());
    }
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        let value = i128::from_str_radix(hex, 16).map_err(|_| wrong())?;
        return Ok(whole(value));
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.parse().map_or(SqlType::BigDecimal, whole));
    }
    digits.parse::<f64>().map(|_| SqlType::BigDecimal).map_err(|_| wrong())
}

/// The type of a whole number.
pub(super) fn whole(value: i128) -> SqlType {
    if i32::try_from(value).is_ok() {
        SqlType::Int32
    } else if i64::try_from(value).is_ok() {
        SqlType::Int64
    } else {
        SqlType::BigDecimal
    }
}

/// Whether a text is read as a type.
pub(super) fn reads(text: &str, ty: &SqlType) -> bool {
    let trimmed = text.trim();
    match ty {
        SqlType::Boolean => {
            let words = ["true", "t", "yes", "y", "false", "f", "no", "n"];
            words.iter().any(|word| trimmed.eq_ignore_ascii_case(word)) || trimmed.parse::<f64>().is_ok()
        }
        SqlType::Int8 => trimmed.parse::<i8>().is_ok(),
        SqlType::Int16 => trimmed.parse::<i16>().is_ok(),
        SqlType::Int32 => trimmed.parse::<i32>().is_ok(),
        SqlType::Int64 => trimmed.parse::<i64>().is_ok(),
        SqlType::BigDecimal | SqlType::Float32 | SqlType::Float64 => trimmed.parse::<f64>().is_ok(),
        SqlType::Date32 => is_date(trimmed),
        SqlType::Time(_) => is_time(trimmed),
        SqlType::Timestamp(..) => match trimmed.split_once([' ', 'T']) {
            None => is_date(trimmed),
            Some((date, time)) => is_date(date) && is_time(without_zone(time)),
        },
        SqlType::Binary(_) => {
            trimmed.len().is_multiple_of(2) && trimmed.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        SqlType::Uuid => {
            let digits = trimmed.bytes().filter(u8::is_ascii_hexdigit).count();
            digits == 32 && trimmed.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        }
        _ => true,
    }
}

/// `2024-02-29`, with the sign of a year before year 1.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.trim_start_matches(['-', '+']).split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<i64>(), month.parse::<u8>(), day.parse::<u8>()) else {
        return false;
    };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// `12:34:56.789`.
fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let [hour, minute, second] = parts[..] else { return false };
    let below = |text: &str, end: u8| text.parse::<u8>().is_ok_and(|value| value < end);
    let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
    below(hour, 24) && below(minute, 60) && below(whole, 60) && fraction.bytes().all(|b| b.is_ascii_digit())
}

/// A time of day without the zone after it.
fn without_zone(time: &str) -> &str {
    let end = time.find(['Z', '+', '-', ' ']).unwrap_or(time.len());
    &time[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::ignite::types::{TIME, TIMESTAMP};

    #[test]
    fn numbers() {
        let ty = |text| number(text).expect("a number");
        assert_eq!(ty("1"), SqlType::Int32);
        assert_eq!(ty("-2147483648"), SqlType::Int32);
        assert_eq!(ty("2147483648"), SqlType::Int64);
        assert_eq!(ty("12345678901234567890"), SqlType::BigDecimal);
        assert_eq!(ty("1e0"), SqlType::BigDecimal);
        assert_eq!(ty("1.50"), SqlType::BigDecimal);
        assert!(number("1x").is_err());
    }

    #[test]
    fn texts() {
        let read = |text: &str, ty: SqlType| reads(text, &ty);
        assert!(read("2024-02-29", SqlType::Date32) && !read("2023-02-29", SqlType::Date32));
        assert!(read("2024-1-1 10:00:00.5", TIMESTAMP) && !read("2024-01-01 25:00:00", TIMESTAMP));
        assert!(read("23:59:59", TIME) && !read("noon", TIME));
        assert!(read(" 12 ", SqlType::Int32) && !read("1.5", SqlType::Int32));
        assert!(read("0aff", SqlType::BINARY) && !read("x", SqlType::BINARY));
        assert!(read("123e4567-e89b-12d3-a456-426614174000", SqlType::Uuid) && !read("123", SqlType::Uuid));
        assert!(read("yes", SqlType::Boolean) && !read("maybe", SqlType::Boolean));
    }
}
