//! `std::time`. A [`Timestamp`] is an instant here: of a column with a zone, or of a wall clock that shows UTC.

use ::std::time::{Duration as StdDuration, SystemTime};

use super::super::{ConversionError, Duration, Timestamp};

impl TryFrom<Duration> for StdDuration {
    type Error = ConversionError;

    fn try_from(value: Duration) -> Result<StdDuration, ConversionError> {
        let secs = u64::try_from(value.secs())
            .map_err(|_| ConversionError::new("duration", "std::time::Duration", "no negative durations"))?;
        Ok(StdDuration::new(secs, value.subsec_nanos()))
    }
}

impl TryFrom<StdDuration> for Duration {
    type Error = ConversionError;

    fn try_from(value: StdDuration) -> Result<Duration, ConversionError> {
        i64::try_from(value.as_secs()).ok().and_then(|secs| Duration::new(secs, value.subsec_nanos())).ok_or(
            ConversionError::new("std::time::Duration", "querent's Duration", "less than 2^63 seconds"),
        )
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = ConversionError;

    fn try_from(value: Timestamp) -> Result<SystemTime, ConversionError> {
        let whole = StdDuration::from_secs(value.secs().unsigned_abs());
        let epoch = SystemTime::UNIX_EPOCH;
        let base = if value.secs() < 0 { epoch.checked_sub(whole) } else { epoch.checked_add(whole) };
        base.and_then(|base| base.checked_add(StdDuration::from_nanos(u64::from(value.subsec_nanos()))))
            .ok_or(ConversionError::new(
                "timestamp",
                "std::time::SystemTime",
                "what the platform's clock reaches",
            ))
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = ConversionError;

    fn try_from(value: SystemTime) -> Result<Timestamp, ConversionError> {
        let (sign, distance) = match value.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => (1, after),
            Err(before) => (-1, before.duration()),
        };
        // A u64 of seconds in nanoseconds is far below 2^127.
        let nanos = sign * distance.as_nanos() as i128;
        Timestamp::from_total_nanos(nanos).ok_or(ConversionError::new(
            "std::time::SystemTime",
            "querent's Timestamp",
            "an i64 count of seconds",
        ))
    }
}
