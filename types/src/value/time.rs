//! A time of day.

use std::fmt;
use std::str::FromStr;

use super::count::{NANOS_PER_SEC, write_fraction};
use super::scan::Scanner;
use super::{ConversionError, ParseValueError, pad};
use crate::TimeUnit;

/// A time of day: nanoseconds since midnight, from `00:00:00` to `23:59:59.999999999`.
///
/// There are no leap seconds (`23:59:60` is no time) and no `24:00:00`. The text is ISO 8601, `12:00:00.5` read and
/// `12:00:00.500` written: no fraction, or 3, 6 or 9 digits of it.
///
/// ```
/// use querent_types::value::Time;
///
/// let time: Time = "12:30:00.25".parse()?;
/// assert_eq!(time.hms_nano(), (12, 30, 0, 250_000_000));
/// assert_eq!(time.to_string(), "12:30:00.250");
/// # Ok::<(), querent_types::value::ParseValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Time {
    nanos: u64,
}

const NANOS_PER_DAY: u64 = 86_400 * NANOS_PER_SEC as u64;

impl Time {
    /// `00:00:00`.
    pub const MIN: Time = Time { nanos: 0 };
    /// `23:59:59.999999999`.
    pub const MAX: Time = Time { nanos: NANOS_PER_DAY - 1 };
    /// `00:00:00`.
    pub const MIDNIGHT: Time = Time::MIN;

    /// The time so many nanoseconds after midnight, or `None` from 86,400 s on.
    pub const fn from_nanos(nanos: u64) -> Option<Time> {
        if nanos < NANOS_PER_DAY { Some(Time { nanos }) } else { None }
    }

    /// The time so many units after midnight, or `None` where that is negative or a day or more.
    pub const fn from_unit(count: i64, unit: TimeUnit) -> Option<Time> {
        // A count that overflows here is far beyond a day in any unit.
        match count.checked_mul(unit.nanos() as i64) {
            Some(nanos) if nanos >= 0 => Time::from_nanos(nanos as u64),
            _ => None,
        }
    }

    /// The given time, or `None` if a part is out of range (hour 24, second 60, a whole second of nanoseconds).
    pub const fn from_hms_nano(hour: u8, minute: u8, second: u8, nano: u32) -> Option<Time> {
        if hour > 23 || minute > 59 || second > 59 || nano >= NANOS_PER_SEC {
            return None;
        }
        let seconds = hour as u64 * 3600 + minute as u64 * 60 + second as u64;
        Some(Time { nanos: seconds * NANOS_PER_SEC as u64 + nano as u64 })
    }

    /// Nanoseconds since midnight, below 86,400,000,000,000.
    pub const fn nanos(self) -> u64 {
        self.nanos
    }

    /// Whole units since midnight.
    ///
    /// # Errors
    /// Where the time is no whole number of units: nothing is rounded.
    pub const fn to_unit(self, unit: TimeUnit) -> Result<i64, ConversionError> {
        if !self.nanos.is_multiple_of(unit.nanos()) {
            return Err(ConversionError::new("time", unit.count_name(), "whole units only"));
        }
        Ok((self.nanos / unit.nanos()) as i64)
    }

    /// Hour, minute, second and nanosecond.
    pub const fn hms_nano(self) -> (u8, u8, u8, u32) {
        let seconds = self.nanos / NANOS_PER_SEC as u64;
        let nano = (self.nanos % NANOS_PER_SEC as u64) as u32;
        ((seconds / 3600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8, nano)
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hms_nano().0
    }

    /// The minute, 0 to 59.
    pub const fn minute(self) -> u8 {
        self.hms_nano().1
    }

    /// The second, 0 to 59.
    pub const fn second(self) -> u8 {
        self.hms_nano().2
    }

    /// The nanosecond, 0 to 999,999,999.
    pub const fn nanosecond(self) -> u32 {
        self.hms_nano().3
    }
}

/// Writes `HH:MM:SS` and the fraction.
pub(super) fn write_time(w: &mut dyn fmt::Write, time: Time) -> fmt::Result {
    let (hour, minute, second, nano) = time.hms_nano();
    write!(w, "{hour:02}:{minute:02}:{second:02}")?;
    write_fraction(w, nano)
}

/// Reads `HH:MM`, `HH:MM:SS` and a fraction.
pub(super) fn scan_time(scanner: &mut Scanner<'_>) -> Option<Time> {
    let hour = scanner.two_digits()?;
    scanner.byte(b':')?;
    let minute = scanner.two_digits()?;
    if scanner.byte(b':').is_none() {
        return Time::from_hms_nano(hour, minute, 0, 0);
    }
    let second = scanner.two_digits()?;
    let nano = scanner.fraction()?;
    Time::from_hms_nano(hour, minute, second, nano)
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |w| write_time(w, *self))
    }
}

impl FromStr for Time {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Time, ParseValueError> {
        let mut scanner = Scanner::new(text);
        scan_time(&mut scanner).filter(|_| scanner.is_empty()).ok_or(ParseValueError::new(
            "time",
            "HH:MM:SS and at most nine digits of a fraction, below 24 hours",
        ))
    }
}
