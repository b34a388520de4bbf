//! A point in time, or a wall clock reading.

use std::fmt;
use std::str::FromStr;

use super::calendar::{scan_date, write_date};
use super::count::{Count, NANOS_PER_SEC};
use super::scan::Scanner;
use super::time::{scan_time, write_time};
use super::{ConversionError, Date, ParseValueError, Time, pad};
use crate::TimeUnit;

/// A count of seconds (`i64`) and nanoseconds since 1970-01-01T00:00:00, without leap seconds.
///
/// One type serves both kinds of SQL timestamps, because both are that count: of a column **with** a zone it is the
/// instant, counted in UTC whatever the zone says; of a column **without** a zone it is what a clock on the wall shows,
/// counted as if that wall stood in UTC. The zone is part of the column's type, not of the value. It holds every Arrow
/// timestamp of every unit exactly, from -292277022657-01-27T08:29:52 to +292277026596-12-04T15:30:07.999999999.
///
/// The text is ISO 8601 without a zone, `2026-11-21T12:00:00.123456789`, the fraction in no, 3, 6 or 9 digits. Reading
/// also takes a space for the `T`, and an offset (`Z`, `+02:00`), which turns the reading into UTC.
///
/// ```
/// use querent_types::{TimeUnit, value::Timestamp};
///
/// let seen: Timestamp = "2026-11-21T12:00:00.5".parse()?;
/// assert_eq!(seen.to_unit(TimeUnit::Millisecond)?, 1_795_262_400_500);
/// assert!(seen.to_unit(TimeUnit::Second).is_err()); // would lose half a second
/// assert_eq!(seen, "2026-11-21T14:00:00.5+02:00".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(pub(super) Count);

const SECS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// -292277022657-01-27T08:29:52.
    pub const MIN: Timestamp = Timestamp(Count::MIN);
    /// +292277026596-12-04T15:30:07.999999999.
    pub const MAX: Timestamp = Timestamp(Count::MAX);
    /// 1970-01-01T00:00:00.
    pub const EPOCH: Timestamp = Timestamp(Count { secs: 0, nanos: 0 });

    /// The given seconds, and nanoseconds on top; `None` if those are a second or more.
    pub const fn new(secs: i64, nanos: u32) -> Option<Timestamp> {
        match Count::new(secs, nanos) {
            Some(count) => Some(Timestamp(count)),
            None => None,
        }
    }

    /// A count of units since 1970-01-01T00:00:00.
    pub const fn from_unit(count: i64, unit: TimeUnit) -> Timestamp {
        Timestamp(Count::from_unit(count, unit))
    }

    /// Seconds since 1970-01-01T00:00:00.
    pub const fn from_secs(secs: i64) -> Timestamp {
        Timestamp::from_unit(secs, TimeUnit::Second)
    }

    /// Milliseconds since 1970-01-01T00:00:00.
    pub const fn from_millis(millis: i64) -> Timestamp {
        Timestamp::from_unit(millis, TimeUnit::Millisecond)
    }

    /// Microseconds since 1970-01-01T00:00:00.
    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp::from_unit(micros, TimeUnit::Microsecond)
    }

    /// Nanoseconds since 1970-01-01T00:00:00.
    pub const fn from_nanos(nanos: i64) -> Timestamp {
        Timestamp::from_unit(nanos, TimeUnit::Nanosecond)
    }

    /// Nanoseconds since 1970-01-01T00:00:00, or `None` beyond the range of the type.
    pub const fn from_total_nanos(nanos: i128) -> Option<Timestamp> {
        match Count::from_total_nanos(nanos) {
            Some(count) => Some(Timestamp(count)),
            None => None,
        }
    }

    /// Midnight of a day, and a time of day on top.
    pub const fn from_date_time(date: Date, time: Time) -> Timestamp {
        let nanos = time.nanos();
        let per_sec = NANOS_PER_SEC as u64;
        let secs = date.days() as i64 * SECS_PER_DAY + (nanos / per_sec) as i64;
        Timestamp(Count { secs, nanos: (nanos % per_sec) as u32 })
    }

    /// Whole seconds since 1970-01-01T00:00:00, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.secs
    }

    /// Nanoseconds after [`secs`](Timestamp::secs), 0 to 999,999,999.
    pub const fn subsec_nanos(self) -> u32 {
        self.0.nanos
    }

    /// Nanoseconds since 1970-01-01T00:00:00.
    pub const fn total_nanos(self) -> i128 {
        self.0.total_nanos()
    }

    /// The exact count in a unit.
    ///
    /// # Errors
    /// Where that is no whole number, or beyond an `i64`: nothing is rounded or clipped.
    pub const fn to_unit(self, unit: TimeUnit) -> Result<i64, ConversionError> {
        match self.0.to_unit(unit) {
            Some(count) => Ok(count),
            None => Err(ConversionError::new("timestamp", unit.count_name(), "whole units of 64 bits")),
        }
    }

    /// The day, or `None` where a [`Date`] does not reach.
    pub const fn date(self) -> Option<Date> {
        let days = self.days();
        if days < i32::MIN as i64 || days > i32::MAX as i64 {
            return None;
        }
        Some(Date::from_days(days as i32))
    }

    /// The time of day.
    pub const fn time(self) -> Time {
        let secs = self.0.secs.rem_euclid(SECS_PER_DAY) as u64;
        match Time::from_nanos(secs * NANOS_PER_SEC as u64 + self.0.nanos as u64) {
            Some(time) => time,
            // A remainder of a day is less than a day.
            None => Time::MIDNIGHT,
        }
    }

    const fn days(self) -> i64 {
        self.0.secs.div_euclid(SECS_PER_DAY)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |w| {
            write_date(w, self.days())?;
            w.write_str("T")?;
            write_time(w, self.time())
        })
    }
}

impl FromStr for Timestamp {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Timestamp, ParseValueError> {
        scan_timestamp(&mut Scanner::new(text)).ok_or(ParseValueError::new(
            "timestamp",
            "YYYY-MM-DDTHH:MM:SS with at most nine digits of a fraction, and Z or an offset at most",
        ))
    }
}

fn scan_timestamp(scanner: &mut Scanner<'_>) -> Option<Timestamp> {
    let days = scan_date(scanner)?;
    scanner.byte(b'T').or_else(|| scanner.byte(b't')).or_else(|| scanner.byte(b' '))?;
    let time = scan_time(scanner)?;
    let offset_secs = scan_offset(scanner)?;
    if !scanner.is_empty() {
        return None;
    }
    let midnight = i128::from(days) * i128::from(SECS_PER_DAY) - i128::from(offset_secs);
    Timestamp::from_total_nanos(midnight * i128::from(NANOS_PER_SEC) + i128::from(time.nanos()))
}

/// Reads nothing, `Z`, `±HH` or `±HH:MM` (also `±HHMM`), in seconds east of UTC.
fn scan_offset(scanner: &mut Scanner<'_>) -> Option<i32> {
    if scanner.is_empty() || scanner.byte(b'Z').is_some() || scanner.byte(b'z').is_some() {
        return Some(0);
    }
    let sign = scanner.sign()?;
    let hours = scanner.two_digits()?;
    let colon = scanner.byte(b':').is_some();
    let minutes = if scanner.is_empty() && !colon { 0 } else { scanner.two_digits()? };
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some(i32::from(sign) * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}
