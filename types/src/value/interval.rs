//! A calendar interval.

use std::fmt;
use std::str::FromStr;

use super::period::{Period, write_clock};
use super::{ParseValueError, pad};

/// A calendar interval: months, days and nanoseconds, each with its own sign, as Arrow's `MonthDayNano` holds them.
///
/// The three do not convert into each other (a month has no fixed number of days, nor a day of hours), so intervals
/// have no order, and 24 hours are not equal to a day. Arrow's `YearMonth` and `DayTime` fit as well. The text is ISO
/// 8601 with a sign at each number that needs it, `P1Y2M-3DT4H5M6.700S`; nothing at all is `PT0S`.
///
/// ```
/// use querent_types::value::Interval;
///
/// let interval: Interval = "P1Y2M-3DT4H5M6.7S".parse()?;
/// assert_eq!(interval, Interval::new(14, -3, 14_706_700_000_000));
/// # Ok::<(), querent_types::value::ParseValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Interval {
    months: i32,
    days: i32,
    nanos: i64,
}

impl Interval {
    /// No time at all.
    pub const ZERO: Interval = Interval::new(0, 0, 0);

    /// So many months, days and nanoseconds.
    pub const fn new(months: i32, days: i32, nanos: i64) -> Interval {
        Interval { months, days, nanos }
    }

    /// The months; twelve are a year.
    pub const fn months(self) -> i32 {
        self.months
    }

    /// The days; seven are a week.
    pub const fn days(self) -> i32 {
        self.days
    }

    /// The nanoseconds; 3.6 · 10¹² are an hour.
    pub const fn nanos(self) -> i64 {
        self.nanos
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |w| {
            if *self == Interval::ZERO {
                return w.write_str("PT0S");
            }
            w.write_str("P")?;
            for (count, unit) in [(self.months / 12, 'Y'), (self.months % 12, 'M'), (self.days, 'D')] {
                if count != 0 {
                    write!(w, "{count}{unit}")?;
                }
            }
            if self.nanos == 0 { Ok(()) } else { write_clock(w, i128::from(self.nanos)) }
        })
    }
}

impl FromStr for Interval {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Interval, ParseValueError> {
        Period::parse(text).and_then(|period| period.to_interval()).ok_or(ParseValueError::new(
            "interval",
            "ISO 8601 like P1Y2M3DT4H5M6.7S, with i32 months, i32 days and i64 nanoseconds",
        ))
    }
}

impl Period {
    fn to_interval(&self) -> Option<Interval> {
        Some(Interval {
            months: i32::try_from(self.months).ok()?,
            days: i32::try_from(self.days).ok()?,
            nanos: i64::try_from(self.nanos).ok()?,
        })
    }
}
