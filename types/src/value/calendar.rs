//! Days since 1970-01-01 to and from year, month and day of the proleptic Gregorian calendar.
//!
//! Years are counted from 1 March inside, so that the leap day is the last of its year and month lengths follow one
//! linear formula; 400 years are 146,097 days.

use std::fmt;

use super::scan::Scanner;

const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_FROM_MARCH_0: i64 = 719_468;
/// More digits than any year that a [`Timestamp`](super::Timestamp) reaches (292,277,026,596).
const YEAR_DIGITS_MAX: usize = 12;

/// Year, month (1 to 12) and day (1 to 31) of a day count. `days` stays within a [`Timestamp`](super::Timestamp)'s.
pub(super) const fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let shifted = days + EPOCH_FROM_MARCH_0;
    let era = shifted.div_euclid(DAYS_PER_ERA);
    let day_of_era = shifted.rem_euclid(DAYS_PER_ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / (DAYS_PER_ERA - 1)) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month as u8, day as u8)
}

/// The day count of a date, if there is such a date; `year` has at most twelve digits.
pub(super) const fn days_from_civil(year: i64, month: u8, day: u8) -> Option<i64> {
    if month < 1 || month > 12 || day < 1 || day > month_len(year, month) {
        return None;
    }
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let month_from_march = (month as i64 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_MARCH_0)
}

const fn month_len(year: i64, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Writes `YYYY-MM-DD`; years outside 0 to 9999 carry their sign (ISO 8601 expanded representation).
pub(super) fn write_date(w: &mut dyn fmt::Write, days: i64) -> fmt::Result {
    let (year, month, day) = civil_from_days(days);
    if (0..=9999).contains(&year) {
        write!(w, "{year:04}-{month:02}-{day:02}")
    } else {
        write!(w, "{year:+05}-{month:02}-{day:02}")
    }
}

/// Reads what [`write_date`] writes: four digits, or a sign and at least four.
pub(super) fn scan_date(scanner: &mut Scanner<'_>) -> Option<i64> {
    let sign = scanner.sign();
    let digits = scanner.digits();
    let len_ok = match sign {
        None => digits.len() == 4,
        Some(_) => (4..=YEAR_DIGITS_MAX).contains(&digits.len()),
    };
    if !len_ok {
        return None;
    }
    let magnitude: i64 = digits.parse().ok()?;
    let year = if sign == Some(-1) { -magnitude } else { magnitude };
    if sign == Some(-1) && year == 0 {
        return None;
    }
    scanner.byte(b'-')?;
    let month = scanner.two_digits()?;
    scanner.byte(b'-')?;
    let day = scanner.two_digits()?;
    days_from_civil(year, month, day)
}
