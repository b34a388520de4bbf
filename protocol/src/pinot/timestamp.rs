//! The text of `java.sql.Timestamp.toString()`: `yyyy-MM-dd HH:mm:ss.f`, without a zone.

use querent_types::value::{Date, Timestamp};

/// 1582-10-15, from which on Java's dates are Gregorian; the day before it is 1582-10-04.
const GREGORIAN_FROM: (i32, u8, u8) = (1582, 10, 15);
/// Days from 0000-03-01 of the Julian calendar to 1970-01-01.
const EPOCH_FROM_JULIAN_MARCH_0: i64 = 719_470;

/// The wall clock reading; `None` for any other text, also for years before Christ, which Java cannot write.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(' ')?;
    // Years of more digits need a sign in ISO 8601. They come from Long.MAX_VALUE, MIN over no rows in the
    // multi-stage engine: +292278994-08-17.
    if date.len() > "yyyy-MM-dd".len() && date.as_bytes()[0].is_ascii_digit() && is_time(time) {
        return format!("+{text}").parse().ok();
    }
    let mut parts = date.splitn(3, '-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    let date = civil_date(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    if !is_time(time) {
        return None;
    }
    Some(Timestamp::from_date_time(date, time.parse().ok()?))
}

/// Whether it is a time with seconds, and without a zone.
fn is_time(text: &str) -> bool {
    text.len() >= "HH:mm:ss".len()
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'))
}

fn number(digits: &str, len: usize) -> Option<i32> {
    let is_number = digits.len() == len && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

fn civil_date(year: i32, month: u8, day: u8) -> Option<Date> {
    if (year, month, day) >= GREGORIAN_FROM {
        return Date::from_ymd(year, month, day);
    }
    let is_leap = year % 4 == 0;
    let month_len = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(is_leap),
        _ => return None,
    };
    if year < 1 || day < 1 || day > month_len || (year, month, day) > (1582, 10, 4) {
        return None;
    }
    // Years from March on, so that the leap day is the last: 1,461 days in four of them.
    let march_year = i64::from(year) - i64::from(month <= 2);
    let month_from_march = (i64::from(month) + 9) % 12;
    let days = march_year * 1_461 / 4 + (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    i32::try_from(days - EPOCH_FROM_JULIAN_MARCH_0).ok().map(Date::from_days)
}
