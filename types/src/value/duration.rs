//! An elapsed time.

use std::fmt;
use std::str::FromStr;

use super::count::Count;
use super::period::{Period, write_clock};
use super::{ConversionError, ParseValueError, pad};
use crate::TimeUnit;

/// An elapsed time: a signed count of seconds (`i64`) and nanoseconds.
///
/// It holds every Arrow duration of every unit exactly. The text is ISO 8601, `PT1H30M0.250S`, negative ones with a
/// sign in front, `-PT1H`. Reading also takes days of 24 hours and weeks of seven of them (`P1DT12H`), but neither
/// months nor years, which have no fixed length: those are an [`Interval`](super::Interval)'s.
///
/// ```
/// use querent_types::value::Duration;
///
/// assert_eq!(Duration::from_millis(-5_400_250).to_string(), "-PT1H30M0.250S");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Duration(pub(super) Count);

impl Duration {
    /// -2⁶³ s.
    pub const MIN: Duration = Duration(Count::MIN);
    /// 1 ns less than 2⁶³ s.
    pub const MAX: Duration = Duration(Count::MAX);
    /// 0 s.
    pub const ZERO: Duration = Duration(Count { secs: 0, nanos: 0 });

    /// The given seconds, and nanoseconds **added** to them; `None` if those are a second or more.
    ///
    /// Half a second back is `Duration::new(-1, 500_000_000)`.
    pub const fn new(secs: i64, nanos: u32) -> Option<Duration> {
        match Count::new(secs, nanos) {
            Some(count) => Some(Duration(count)),
            None => None,
        }
    }

    /// A count of units.
    pub const fn from_unit(count: i64, unit: TimeUnit) -> Duration {
        Duration(Count::from_unit(count, unit))
    }

    /// So many seconds.
    pub const fn from_secs(secs: i64) -> Duration {
        Duration::from_unit(secs, TimeUnit::Second)
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: i64) -> Duration {
        Duration::from_unit(millis, TimeUnit::Millisecond)
    }

    /// So many microseconds.
    pub const fn from_micros(micros: i64) -> Duration {
        Duration::from_unit(micros, TimeUnit::Microsecond)
    }

    /// So many nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Duration {
        Duration::from_unit(nanos, TimeUnit::Nanosecond)
    }

    /// So many nanoseconds, or `None` beyond the range of the type.
    pub const fn from_total_nanos(nanos: i128) -> Option<Duration> {
        match Count::from_total_nanos(nanos) {
            Some(count) => Some(Duration(count)),
            None => None,
        }
    }

    /// Whole seconds, rounded down (so -0.5 s gives -1).
    pub const fn secs(self) -> i64 {
        self.0.secs
    }

    /// Nanoseconds after [`secs`](Duration::secs), 0 to 999,999,999.
    pub const fn subsec_nanos(self) -> u32 {
        self.0.nanos
    }

    /// All of it in nanoseconds.
    pub const fn total_nanos(self) -> i128 {
        self.0.total_nanos()
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0.secs < 0
    }

    /// The exact count in a unit.
    ///
    /// # Errors
    /// Where that is no whole number, or beyond an `i64`: nothing is rounded or clipped.
    pub const fn to_unit(self, unit: TimeUnit) -> Result<i64, ConversionError> {
        match self.0.to_unit(unit) {
            Some(count) => Ok(count),
            None => Err(ConversionError::new("duration", unit.count_name(), "whole units of 64 bits")),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pad(f, |w| {
            w.write_str(if self.is_negative() { "-P" } else { "P" })?;
            let magnitude = self.total_nanos().abs();
            if magnitude == 0 { w.write_str("T0S") } else { write_clock(w, magnitude) }
        })
    }
}

impl FromStr for Duration {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Duration, ParseValueError> {
        const NANOS_PER_DAY: i128 = 86_400_000_000_000;
        Period::parse(text)
            .filter(|period| !period.has_months)
            .and_then(|period| period.days.checked_mul(NANOS_PER_DAY)?.checked_add(period.nanos))
            .and_then(Duration::from_total_nanos)
            .ok_or(ParseValueError::new("duration", "ISO 8601 like PT1H30M0.25S, without years or months"))
    }
}
