//! Seconds and nanoseconds as one count: what [`Timestamp`](super::Timestamp) and [`Duration`](super::Duration) share.

use std::fmt;

use crate::TimeUnit;

pub(super) const NANOS_PER_SEC: u32 = 1_000_000_000;

/// `secs + nanos / 10⁹`, where `nanos` is below 10⁹ (so `secs` is the floor).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct Count {
    pub(super) secs: i64,
    pub(super) nanos: u32,
}

impl Count {
    pub(super) const MIN: Count = Count { secs: i64::MIN, nanos: 0 };
    pub(super) const MAX: Count = Count { secs: i64::MAX, nanos: NANOS_PER_SEC - 1 };

    pub(super) const fn new(secs: i64, nanos: u32) -> Option<Count> {
        if nanos < NANOS_PER_SEC { Some(Count { secs, nanos }) } else { None }
    }

    pub(super) const fn from_unit(count: i64, unit: TimeUnit) -> Count {
        let per_sec = unit.per_sec();
        let sub = count.rem_euclid(per_sec) as u64 * unit.nanos();
        Count { secs: count.div_euclid(per_sec), nanos: sub as u32 }
    }

    /// The exact number of units, if it is whole and fits.
    pub(super) const fn to_unit(self, unit: TimeUnit) -> Option<i64> {
        let total = self.total_nanos();
        let per = unit.nanos() as i128;
        if total % per != 0 {
            return None;
        }
        let count = total / per;
        if count < i64::MIN as i128 || count > i64::MAX as i128 {
            return None;
        }
        Some(count as i64)
    }

    pub(super) const fn from_total_nanos(total: i128) -> Option<Count> {
        let secs = total.div_euclid(NANOS_PER_SEC as i128);
        if secs < i64::MIN as i128 || secs > i64::MAX as i128 {
            return None;
        }
        Some(Count { secs: secs as i64, nanos: total.rem_euclid(NANOS_PER_SEC as i128) as u32 })
    }

    pub(super) const fn total_nanos(self) -> i128 {
        self.secs as i128 * NANOS_PER_SEC as i128 + self.nanos as i128
    }
}

impl TimeUnit {
    /// Nanoseconds in one unit.
    pub(super) const fn nanos(self) -> u64 {
        match self {
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1_000,
            TimeUnit::Nanosecond => 1,
        }
    }

    const fn per_sec(self) -> i64 {
        NANOS_PER_SEC as i64 / self.nanos() as i64
    }

    /// How an error calls a count of this unit.
    pub(super) const fn count_name(self) -> &'static str {
        match self {
            TimeUnit::Second => "an i64 count of seconds",
            TimeUnit::Millisecond => "an i64 count of milliseconds",
            TimeUnit::Microsecond => "an i64 count of microseconds",
            TimeUnit::Nanosecond => "an i64 count of nanoseconds",
        }
    }
}

/// Writes `.123`, `.123456` or `.123456789`, whichever is the shortest exact one; nothing for a whole second.
pub(super) fn write_fraction(w: &mut dyn fmt::Write, nanos: u32) -> fmt::Result {
    match nanos {
        0 => Ok(()),
        n if n % 1_000_000 == 0 => write!(w, ".{:03}", n / 1_000_000),
        n if n % 1_000 == 0 => write!(w, ".{:06}", n / 1_000),
        n => write!(w, ".{n:09}"),
    }
}
