//! A calendar day.

use std::fmt;
use std::str::FromStr;

use super::calendar::{civil_from_days, days_from_civil, scan_date, write_date};
use super::scan::Scanner;
use super::{ParseValueError, pad};

/// A day of the proleptic Gregorian calendar: an `i32` count of days since 1970-01-01, as Arrow's `Date32` holds it.
///
/// It reaches from -5877641-06-23 to +5881580-07-11. The text is ISO 8601, `2026-11-21`; years outside 0 to 9999 carry
/// their sign, `+12026-11-21` and `-0044-03-15` (year 0 is 1 BC).
///
/// ```
/// use querent_types::value::Date;
///
/// let day: Date = "2026-11-21".parse()?;
/// assert_eq!((day.year(), day.month(), day.day()), (2026, 11, 21));
/// assert_eq!(day.days(), 20_778);
/// # Ok::<(), querent_types::value::ParseValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    days: i32,
}

impl Date {
    /// -5877641-06-23.
    pub const MIN: Date = Date { days: i32::MIN };
    /// +5881580-07-11.
    pub const MAX: Date = Date { days: i32::MAX };
    /// 1970-01-01.
    pub const EPOCH: Date = Date { days: 0 };

    /// The day that is `days` after 1970-01-01.
    pub const fn from_days(days: i32) -> Date {
        Date { days }
    }

    /// The given day, or `None` if the calendar has no such day or it is out of range.
    pub const fn from_ymd(year: i32, month: u8, day: u8) -> Option<Date> {
        match days_from_civil(year as i64, month, day) {
            Some(days) if days >= i32::MIN as i64 && days <= i32::MAX as i64 => {
                Some(Date { days: days as i32 })
            }
            _ => None,
        }
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.days
    }

    /// Year, month (1 to 12) and day of the month (1 to 31).
    pub const fn ymd(self) -> (i32, u8, u8) {
        let (year, month, day) = civil_from_days(self.days as i64);
        (year as i32, month, day)
    }

    /// The year; 0 is 1 BC.
    pub const fn year(self) -> i32 {
        self.ymd().0
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.ymd().1
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> u8 {
        self.ymd().2
    }
}

impl Default for Date {
    /// 1970-01-01.
    fn default() -> Date {
        Date::EPOCH
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |w| write_date(w, i64::from(self.days)))
    }
}

impl FromStr for Date {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Date, ParseValueError> {
        let mut scanner = Scanner::new(text);
        scan_date(&mut scanner)
            .filter(|_| scanner.is_empty())
            .and_then(|days| i32::try_from(days).ok())
            .map(Date::from_days)
            .ok_or(ParseValueError::new(
                "date",
                "YYYY-MM-DD, a day between -5877641-06-23 and +5881580-07-11",
            ))
    }
}
