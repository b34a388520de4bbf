//! `chrono`. Its leap seconds, which it keeps as nanoseconds beyond a second, have no counterpart.

use ::chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};

use super::super::{ConversionError, Date, Duration, Time, Timestamp};

const DATE_RANGE: &str = "years -262143 to 262142";
const NO_LEAP: &str = "no leap seconds";
/// Days from 0001-01-01, which chrono counts as day 1, to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

impl TryFrom<Date> for NaiveDate {
    type Error = ConversionError;

    fn try_from(value: Date) -> Result<NaiveDate, ConversionError> {
        value
            .days()
            .checked_add(EPOCH_FROM_CE)
            .and_then(NaiveDate::from_num_days_from_ce_opt)
            .ok_or(ConversionError::new("date", "chrono::NaiveDate", DATE_RANGE))
    }
}

impl From<NaiveDate> for Date {
    fn from(value: NaiveDate) -> Date {
        Date::from_days(value.num_days_from_ce() - EPOCH_FROM_CE)
    }
}

impl From<Time> for NaiveTime {
    fn from(value: Time) -> NaiveTime {
        // The sum wraps at midnight, which less than a day never reaches; 86,400 * 10^9 fits an i64.
        NaiveTime::MIN + TimeDelta::nanoseconds(value.nanos() as i64)
    }
}

impl TryFrom<NaiveTime> for Time {
    type Error = ConversionError;

    fn try_from(value: NaiveTime) -> Result<Time, ConversionError> {
        let (hour, minute, second) = (value.hour() as u8, value.minute() as u8, value.second() as u8);
        Time::from_hms_nano(hour, minute, second, value.nanosecond()).ok_or(ConversionError::new(
            "chrono::NaiveTime",
            "querent's Time",
            NO_LEAP,
        ))
    }
}

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = ConversionError;

    fn try_from(value: Timestamp) -> Result<DateTime<Utc>, ConversionError> {
        DateTime::from_timestamp(value.secs(), value.subsec_nanos()).ok_or(ConversionError::new(
            "timestamp",
            "chrono::DateTime<Utc>",
            DATE_RANGE,
        ))
    }
}

/// The instant, whatever the offset.
impl<Z: TimeZone> TryFrom<DateTime<Z>> for Timestamp {
    type Error = ConversionError;

    fn try_from(value: DateTime<Z>) -> Result<Timestamp, ConversionError> {
        Timestamp::new(value.timestamp(), value.timestamp_subsec_nanos()).ok_or(ConversionError::new(
            "chrono::DateTime",
            "querent's Timestamp",
            NO_LEAP,
        ))
    }
}

impl TryFrom<Timestamp> for NaiveDateTime {
    type Error = ConversionError;

    fn try_from(value: Timestamp) -> Result<NaiveDateTime, ConversionError> {
        DateTime::from_timestamp(value.secs(), value.subsec_nanos())
            .map(|utc| utc.naive_utc())
            .ok_or(ConversionError::new("timestamp", "chrono::NaiveDateTime", DATE_RANGE))
    }
}

impl TryFrom<NaiveDateTime> for Timestamp {
    type Error = ConversionError;

    fn try_from(value: NaiveDateTime) -> Result<Timestamp, ConversionError> {
        let utc = value.and_utc();
        Timestamp::new(utc.timestamp(), utc.timestamp_subsec_nanos()).ok_or(ConversionError::new(
            "chrono::NaiveDateTime",
            "querent's Timestamp",
            NO_LEAP,
        ))
    }
}

impl TryFrom<Duration> for TimeDelta {
    type Error = ConversionError;

    fn try_from(value: Duration) -> Result<TimeDelta, ConversionError> {
        TimeDelta::new(value.secs(), value.subsec_nanos()).ok_or(ConversionError::new(
            "duration",
            "chrono::TimeDelta",
            "less than 2^63 milliseconds either way",
        ))
    }
}

impl From<TimeDelta> for Duration {
    fn from(value: TimeDelta) -> Duration {
        // Both parts have the sign of the whole; the sum is within 2^63 milliseconds.
        let nanos = i128::from(value.num_seconds()) * 1_000_000_000 + i128::from(value.subsec_nanos());
        Duration::from_total_nanos(nanos).unwrap_or_default()
    }
}
