//! `jiff`. Its calendar reaches from year -9999 to 9999, its instants a day less at both ends.

use ::jiff::{SignedDuration, Span, Timestamp as Instant, civil};

use super::super::{ConversionError, Date, Duration, Interval, Time, Timestamp};

const DATE_RANGE: &str = "years -9999 to 9999";

impl TryFrom<Date> for civil::Date {
    type Error = ConversionError;

    fn try_from(value: Date) -> Result<civil::Date, ConversionError> {
        let (year, month, day) = value.ymd();
        i16::try_from(year)
            .ok()
            .and_then(|year| civil::Date::new(year, month as i8, day as i8).ok())
            .ok_or(ConversionError::new("date", "jiff::civil::Date", DATE_RANGE))
    }
}

impl From<civil::Date> for Date {
    fn from(value: civil::Date) -> Date {
        // Every day of jiff's calendar is one of the same calendar here.
        Date::from_ymd(i32::from(value.year()), value.month() as u8, value.day() as u8).unwrap_or_default()
    }
}

impl From<Time> for civil::Time {
    fn from(value: Time) -> civil::Time {
        // Less than a day never wraps.
        civil::Time::midnight().wrapping_add(SignedDuration::from_nanos(value.nanos() as i64))
    }
}

impl From<civil::Time> for Time {
    fn from(value: civil::Time) -> Time {
        let (hour, minute, second) = (value.hour() as u8, value.minute() as u8, value.second() as u8);
        // jiff has no leap seconds either, so there is always a counterpart.
        Time::from_hms_nano(hour, minute, second, value.subsec_nanosecond() as u32).unwrap_or_default()
    }
}

impl TryFrom<Timestamp> for civil::DateTime {
    type Error = ConversionError;

    fn try_from(value: Timestamp) -> Result<civil::DateTime, ConversionError> {
        let date = value
            .date()
            .and_then(|date| civil::Date::try_from(date).ok())
            .ok_or(ConversionError::new("timestamp", "jiff::civil::DateTime", DATE_RANGE))?;
        Ok(civil::DateTime::from_parts(date, value.time().into()))
    }
}

impl From<civil::DateTime> for Timestamp {
    fn from(value: civil::DateTime) -> Timestamp {
        Timestamp::from_date_time(value.date().into(), value.time().into())
    }
}

impl TryFrom<Timestamp> for Instant {
    type Error = ConversionError;

    fn try_from(value: Timestamp) -> Result<Instant, ConversionError> {
        Instant::from_nanosecond(value.total_nanos()).map_err(|_| {
            ConversionError::new(
                "timestamp",
                "jiff::Timestamp",
                "-9999-01-02T01:59:59 to 9999-12-30T22:00:00",
            )
        })
    }
}

impl From<Instant> for Timestamp {
    fn from(value: Instant) -> Timestamp {
        // 10,000 years are far within the range of a Timestamp.
        Timestamp::from_total_nanos(value.as_nanosecond()).unwrap_or_default()
    }
}

impl From<Duration> for SignedDuration {
    fn from(value: Duration) -> SignedDuration {
        SignedDuration::new(value.secs(), value.subsec_nanos() as i32)
    }
}

impl TryFrom<SignedDuration> for Duration {
    type Error = ConversionError;

    fn try_from(value: SignedDuration) -> Result<Duration, ConversionError> {
        Duration::from_total_nanos(value.as_nanos()).ok_or(ConversionError::new(
            "jiff::SignedDuration",
            "querent's Duration",
            "not less than -2^63 seconds",
        ))
    }
}

/// Months, days and nanoseconds as such: nothing is balanced into larger units.
impl TryFrom<Interval> for Span {
    type Error = ConversionError;

    fn try_from(value: Interval) -> Result<Span, ConversionError> {
        let error = ConversionError::new(
            "interval",
            "jiff::Span",
            "parts of one sign, up to 239,976 months and 7,304,484 days",
        );
        let signs = [i64::from(value.months()), i64::from(value.days()), value.nanos()].map(i64::signum);
        if signs.contains(&1) && signs.contains(&-1) {
            return Err(error);
        }
        Span::new()
            .try_months(value.months())
            .and_then(|span| span.try_days(value.days()))
            .and_then(|span| span.try_nanoseconds(value.nanos()))
            .map_err(|_| error)
    }
}

/// Years count as months, weeks as days, and all below as nanoseconds.
impl TryFrom<Span> for Interval {
    type Error = ConversionError;

    fn try_from(value: Span) -> Result<Interval, ConversionError> {
        let months = i32::from(value.get_years()) * 12 + value.get_months();
        let days = value.get_weeks() * 7 + value.get_days();
        let nanos = i128::from(value.get_hours()) * 3_600_000_000_000
            + i128::from(value.get_minutes()) * 60_000_000_000
            + i128::from(value.get_seconds()) * 1_000_000_000
            + i128::from(value.get_milliseconds()) * 1_000_000
            + i128::from(value.get_microseconds()) * 1_000
            + i128::from(value.get_nanoseconds());
        let nanos = i64::try_from(nanos).map_err(|_| {
            ConversionError::new("jiff::Span", "querent's Interval", "an i64 count of nanoseconds below days")
        })?;
        Ok(Interval::new(months, days, nanos))
    }
}
