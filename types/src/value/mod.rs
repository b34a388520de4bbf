//! Lossless values of the SQL types that Rust's standard library lacks.
//!
//! | type | holds | unit and range |
//! |---|---|---|
//! | [`Date`] | a day of the proleptic Gregorian calendar | `i32` days since 1970-01-01 |
//! | [`Time`] | a time of day | nanoseconds, `00:00:00` to `23:59:59.999999999` |
//! | [`Timestamp`] | an instant or a wall clock reading | `i64` seconds since 1970-01-01T00:00:00, and nanoseconds |
//! | [`Duration`] | an elapsed time | `i64` seconds, and nanoseconds |
//! | [`Interval`] | a calendar interval | `i32` months, `i32` days, `i64` nanoseconds |
//! | [`Decimal`] | an exact decimal number | any integer, times ten to the power of an `i32` |
//! | [`Uuid`] | a UUID | 16 bytes, big-endian |
//!
//! Each holds every value of every Arrow type that it stands for, whatever the unit, so decoding never rounds, clips or
//! fails on range. What does not fit is met where it leaves: conversions to the types of `chrono`, `time`, `jiff`,
//! `uuid`, `rust_decimal` and `bigdecimal` (each behind the feature of that name) are [`From`] where they are total and
//! [`TryFrom`] with a [`ConversionError`] where they are not.
//!
//! `Display` and `FromStr` are inverses, and with the feature `serde` values travel as that text, so no JSON reader
//! can round them. There is no arithmetic and no time zone data here: convert to a library that has them.

mod calendar;
mod convert;
mod count;
mod date;
mod decimal;
mod duration;
mod error;
mod interval;
mod period;
mod scan;
#[cfg(feature = "serde")]
mod serde;
mod time;
mod timestamp;
mod uuid;

pub use date::Date;
pub use decimal::Decimal;
pub use duration::Duration;
pub use error::{ConversionError, ParseValueError};
pub use interval::Interval;
pub use time::Time;
pub use timestamp::Timestamp;
pub use uuid::Uuid;

use std::fmt;

/// Writes `body`, honouring the width, fill and alignment that the caller of `Display` asked for.
fn pad(f: &mut fmt::Formatter<'_>, body: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> fmt::Result {
    if f.width().is_none() && f.precision().is_none() {
        return body(f);
    }
    let mut text = String::new();
    body(&mut text)?;
    f.pad(&text)
}

/// `Debug` as `Display` prints: rows of values stay readable.
macro_rules! debug_as_display {
    ($($ty:ty),*) => {$(
        impl fmt::Debug for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

debug_as_display!(Date, Time, Timestamp, Duration, Interval, Decimal, Uuid);
