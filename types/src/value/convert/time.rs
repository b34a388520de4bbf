//! `time`. Its dates reach from year -9999 to 9999 (further with its feature `large-dates`).

use ::time::{
    Date as TimeDate, Duration as TimeDuration, OffsetDateTime, PrimitiveDateTime, Time as TimeOfDay,
};

use super::super::{ConversionError, Date, Duration, Time, Timestamp};

const DATE_RANGE: &str = "years -9999 to 9999 (-999999 to 999999 with its feature large-dates)";
/// The Julian day of 1970-01-01.
const EPOCH_JULIAN: i32 = 2_440_588;

impl TryFrom<Date> for TimeDate {
    type Error = ConversionError;

    fn try_from(value: Date) -> Result<TimeDate, ConversionError> {
        value
            .days()
            .checked_add(EPOCH_JULIAN)
            .and_then(|julian| TimeDate::from_julian_day(julian).ok())
            .ok_or(ConversionError::new("date", "time::Date", DATE_RANGE))
    }
}

impl From<TimeDate> for Date {
    fn from(value: TimeDate) -> Date {
        Date::from_days(value.to_julian_day() - EPOCH_JULIAN)
    }
}

impl From<Time> for TimeOfDay {
    fn from(value: Time) -> TimeOfDay {
        // The sum wraps at midnight, which less than a day never reaches.
        TimeOfDay::MIDNIGHT + TimeDuration::nanoseconds(value.nanos() as i64)
    }
}

impl From<TimeOfDay> for Time {
    fn from(value: TimeOfDay) -> Time {
        let (hour, minute, second, nano) = value.as_hms_nano();
        // time::Time has no leap seconds either, so there is always a counterpart.
        Time::from_hms_nano(hour, minute, second, nano).unwrap_or_default()
    }
}

impl TryFrom<Timestamp> for PrimitiveDateTime {
    type Error = ConversionError;

    fn try_from(value: Timestamp) -> Result<PrimitiveDateTime, ConversionError> {
        let date = value
            .date()
            .and_then(|date| TimeDate::try_from(date).ok())
            .ok_or(ConversionError::new("timestamp", "time::PrimitiveDateTime", DATE_RANGE))?;
        Ok(PrimitiveDateTime::new(date, value.time().into()))
    }
}

impl From<PrimitiveDateTime> for Timestamp {
    fn from(value: PrimitiveDateTime) -> Timestamp {
        Timestamp::from_date_time(value.date().into(), value.time().into())
    }
}

impl TryFrom<Timestamp> for OffsetDateTime {
    type Error = ConversionError;

    fn try_from(value: Timestamp) -> Result<OffsetDateTime, ConversionError> {
        OffsetDateTime::from_unix_timestamp_nanos(value.total_nanos())
            .map_err(|_| ConversionError::new("timestamp", "time::OffsetDateTime", DATE_RANGE))
    }
}

/// The instant, whatever the offset.
impl From<OffsetDateTime> for Timestamp {
    fn from(value: OffsetDateTime) -> Timestamp {
        // A million years are far within the range of a Timestamp.
        Timestamp::from_total_nanos(value.unix_timestamp_nanos()).unwrap_or_default()
    }
}

impl From<Duration> for TimeDuration {
    fn from(value: Duration) -> TimeDuration {
        TimeDuration::new(value.secs(), value.subsec_nanos() as i32)
    }
}

impl TryFrom<TimeDuration> for Duration {
    type Error = ConversionError;

    fn try_from(value: TimeDuration) -> Result<Duration, ConversionError> {
        Duration::from_total_nanos(value.whole_nanoseconds()).ok_or(ConversionError::new(
            "time::Duration",
            "querent's Duration",
            "not less than -2^63 seconds",
        ))
    }
}
