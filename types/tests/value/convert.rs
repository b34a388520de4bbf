//! Conversions from and to the types of other libraries: both ways, at the edges, and beyond them.

use std::time::{Duration as StdDuration, SystemTime};

use querent_types::value::{Duration, Timestamp};

#[test]
fn std_time() {
    let before = SystemTime::UNIX_EPOCH - StdDuration::from_nanos(1_500_000_001);
    assert_eq!(Timestamp::try_from(before).unwrap(), Timestamp::from_nanos(-1_500_000_001));
    assert_eq!(SystemTime::try_from(Timestamp::from_nanos(-1_500_000_001)).unwrap(), before);
    // Whatever the platform reaches, neither end panics.
    for value in [Timestamp::MIN, Timestamp::MAX, Timestamp::EPOCH] {
        if let Ok(system) = SystemTime::try_from(value) {
            assert_eq!(Timestamp::try_from(system), Ok(value));
        }
    }
    assert_eq!(StdDuration::try_from(Duration::from_millis(1_500)), Ok(StdDuration::from_millis(1_500)));
    assert!(StdDuration::try_from(Duration::from_nanos(-1)).is_err());
    assert_eq!(StdDuration::try_from(Duration::MAX).map(Duration::try_from), Ok(Ok(Duration::MAX)));
    assert!(Duration::try_from(StdDuration::MAX).is_err());
}

#[cfg(any(feature = "chrono", feature = "time", feature = "jiff"))]
mod civil {
    use std::fmt::Debug;

    use querent_types::value::{ConversionError, Date, Duration, Time, Timestamp};

    use crate::random::Random;

    /// Converts there and back, for every day where that is possible; expects that days about us are.
    #[track_caller]
    pub(super) fn dates<T: TryFrom<Date, Error = ConversionError> + TryInto<Date, Error: Debug>>() {
        let mut random = Random::new(20);
        let days = [i32::MIN, i32::MIN + 1, i32::MAX - 1, i32::MAX, 0, -1, -719_528, 2_932_896].into_iter();
        for days in days.chain((0..5_000).map(|_| random.i64() as i32)) {
            let date = Date::from_days(days);
            match T::try_from(date) {
                Ok(other) => assert_eq!(other.try_into().unwrap(), date),
                Err(error) => assert!(!(-3_600_000..=2_900_000).contains(&days), "{date}: {error}"),
            }
        }
        assert!(T::try_from(Date::MIN).is_err() && T::try_from(Date::MAX).is_err());
    }

    #[track_caller]
    pub(super) fn times<T: From<Time> + TryInto<Time, Error: Debug>>() {
        let mut random = Random::new(21);
        let nanos = [0, 1, 86_399_999_999_999].into_iter();
        for nanos in nanos.chain((0..5_000).map(|_| random.below(86_400_000_000_000))) {
            let time = Time::from_nanos(nanos).unwrap();
            assert_eq!(T::from(time).try_into().unwrap(), time);
        }
    }

    #[track_caller]
    pub(super) fn timestamps<T>()
    where
        T: TryFrom<Timestamp, Error = ConversionError> + TryInto<Timestamp, Error: Debug>,
    {
        let mut random = Random::new(22);
        for _ in 0..20_000 {
            let value = Timestamp::new(random.i64(), random.below(1_000_000_000) as u32).unwrap();
            match T::try_from(value) {
                Ok(other) => assert_eq!(other.try_into().unwrap(), value),
                Err(error) => assert!(value.secs().abs() > 250_000_000_000, "{value}: {error}"),
            }
        }
        assert!(T::try_from(Timestamp::MIN).is_err() && T::try_from(Timestamp::MAX).is_err());
    }

    #[track_caller]
    pub(super) fn durations<T>()
    where
        T: TryFrom<Duration, Error: Debug> + TryInto<Duration, Error: Debug>,
    {
        let mut random = Random::new(23);
        for _ in 0..20_000 {
            let value = Duration::new(random.i64(), random.below(1_000_000_000) as u32).unwrap();
            match T::try_from(value) {
                Ok(other) => assert_eq!(other.try_into().unwrap(), value),
                Err(error) => assert!(value.secs().abs() > i64::MAX / 1_001, "{value}: {error:?}"),
            }
        }
    }
}

#[cfg(feature = "chrono")]
#[test]
fn chrono() {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
    use querent_types::value::{Date, Time};

    civil::dates::<NaiveDate>();
    civil::times::<NaiveTime>();
    civil::timestamps::<NaiveDateTime>();
    civil::timestamps::<DateTime<Utc>>();
    civil::durations::<TimeDelta>();
    let seen = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_nano_opt(12, 30, 1, 5).unwrap();
    assert_eq!(Timestamp::try_from(seen).unwrap().to_string(), "2026-11-21T12:30:01.000000005");
    assert_eq!(Date::from(NaiveDate::MIN).to_string(), "-262143-01-01");
    assert_eq!(Date::from(NaiveDate::MAX).to_string(), "+262142-12-31");
    let offset = DateTime::<FixedOffset>::parse_from_rfc3339("2026-11-21T14:00:00+02:00").unwrap();
    assert_eq!(Timestamp::try_from(offset).unwrap().to_string(), "2026-11-21T12:00:00");
    let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_500).unwrap();
    assert!(Time::try_from(leap).is_err());
    assert!(Timestamp::try_from(seen.date().and_time(leap)).is_err());
    assert!(Timestamp::try_from(seen.date().and_time(leap).and_utc()).is_err());
    for delta in [TimeDelta::MIN, TimeDelta::MAX, TimeDelta::nanoseconds(-1)] {
        assert_eq!(TimeDelta::try_from(Duration::from(delta)), Ok(delta));
    }
    assert!(TimeDelta::try_from(Duration::MIN).is_err());
    let error = NaiveDate::try_from(Date::MIN).unwrap_err().to_string();
    assert_eq!(error, "this date does not fit chrono::NaiveDate, which holds years -262143 to 262142");
}

#[cfg(feature = "time")]
#[test]
fn time() {
    use querent_types::value::Date;
    use time::{Duration as TimeDuration, OffsetDateTime, PrimitiveDateTime, UtcOffset};

    civil::dates::<time::Date>();
    civil::times::<time::Time>();
    civil::timestamps::<PrimitiveDateTime>();
    civil::timestamps::<OffsetDateTime>();
    civil::durations::<TimeDuration>();
    let last = PrimitiveDateTime::MAX;
    assert_eq!(Timestamp::from(last), Timestamp::from(last.assume_utc()));
    assert_eq!(
        PrimitiveDateTime::try_from(Timestamp::from(PrimitiveDateTime::MIN)),
        Ok(PrimitiveDateTime::MIN)
    );
    assert!(PrimitiveDateTime::try_from(Timestamp::from_secs(Timestamp::from(last).secs() + 1)).is_err());
    let paris = OffsetDateTime::UNIX_EPOCH.to_offset(UtcOffset::from_hms(1, 0, 0).unwrap());
    assert_eq!(Timestamp::from(paris), Timestamp::EPOCH);
    assert_eq!(Date::from(time::Date::MAX).to_string(), "9999-12-31");
    assert_eq!(TimeDuration::from(Duration::MIN), TimeDuration::seconds(i64::MIN));
    assert_eq!(TimeDuration::from(Duration::MAX), TimeDuration::MAX);
    assert!(Duration::try_from(TimeDuration::MIN).is_err());
}

#[cfg(feature = "jiff")]
#[test]
fn jiff() {
    use jiff::{SignedDuration, Span, civil as calendar};
    use querent_types::value::{Date, Interval};

    civil::dates::<calendar::Date>();
    civil::times::<calendar::Time>();
    civil::timestamps::<calendar::DateTime>();
    civil::timestamps::<jiff::Timestamp>();
    civil::durations::<SignedDuration>();
    assert_eq!(Date::from(calendar::Date::MIN).to_string(), "-9999-01-01");
    assert_eq!(Timestamp::from(calendar::DateTime::MAX).to_string(), "9999-12-31T23:59:59.999999999");
    assert_eq!(Timestamp::from(jiff::Timestamp::MIN).to_string(), "-9999-01-02T01:59:59");
    assert_eq!(Timestamp::from(jiff::Timestamp::MAX).to_string(), "9999-12-30T22:00:00.999999999");
    assert_eq!(SignedDuration::from(Duration::MIN), SignedDuration::from_secs(i64::MIN));
    assert_eq!(SignedDuration::from(Duration::MAX), SignedDuration::MAX);
    assert!(Duration::try_from(SignedDuration::MIN).is_err());

    for value in
        [Interval::ZERO, Interval::new(14, 3, 5), Interval::new(-14, -3, -5), Interval::new(0, -1, 0)]
    {
        assert_eq!(Interval::try_from(Span::try_from(value).unwrap()), Ok(value));
    }
    let span = Span::new().years(1).months(2).weeks(3).days(4).hours(5).minutes(6).seconds(7).milliseconds(8);
    assert_eq!(Interval::try_from(span).unwrap().to_string(), "P1Y2M25DT5H6M7.008S");
    let mixed = Interval::new(1, -1, 0);
    let wide = [Interval::new(i32::MAX, 0, 0), Interval::new(0, i32::MIN, 0), Interval::new(0, 0, i64::MIN)];
    assert!(Span::try_from(mixed).is_err());
    assert!(wide.into_iter().all(|value| Span::try_from(value).is_err()));
    assert!(Interval::try_from(Span::new().hours(175_307_616)).is_err());
}

#[cfg(feature = "uuid")]
#[test]
fn uuid() {
    use querent_types::value::Uuid;

    let mut random = crate::random::Random::new(24);
    for _ in 0..1_000 {
        let own = Uuid::from_u128(random.u128());
        let other = uuid::Uuid::from(own);
        assert_eq!(other.to_string(), own.to_string());
        assert_eq!(Uuid::from(other), own);
    }
}

#[cfg(feature = "rust_decimal")]
#[test]
fn rust_decimal() {
    use querent_types::value::Decimal;
    use rust_decimal::Decimal as Decimal96;

    for text in
        ["0", "0.00", "-12.50", "79228162514264337593543950335", "-7.9228162514264337593543950335", "1e-28"]
    {
        let own: Decimal = text.parse().unwrap();
        let other = Decimal96::try_from(&own).unwrap();
        assert_eq!(other.to_string(), own.to_string());
        assert_eq!(Decimal::from(other).to_string(), own.to_string());
    }
    // Zeros at the end of the fraction are given up where that helps, digits never.
    for (text, expected) in [
        ("1.0000000000000000000000000000000", "1.0000000000000000000000000000"),
        ("5e3", "5000"),
        ("79228162514264337593543950335.00", "79228162514264337593543950335"),
        ("0e99", "0"),
    ] {
        assert_eq!(Decimal96::try_from(text.parse::<Decimal>().unwrap()).unwrap().to_string(), expected);
    }
    for text in [
        "79228162514264337593543950336",
        "1e-29",
        "1e29",
        "1e2000000000",
        "1e-2000000000",
        "79228162514264337593543950335.5",
    ] {
        assert!(Decimal96::try_from(text.parse::<Decimal>().unwrap()).is_err(), "{text}");
    }
}

#[cfg(feature = "bigdecimal")]
#[test]
fn bigdecimal() {
    use bigdecimal::BigDecimal;
    use querent_types::value::Decimal;

    let long = format!("-{}.{}", "123456789".repeat(100), "987654321".repeat(50));
    for text in ["0", "0.00", "-12.50", "1e30", "-1e-30", long.as_str()] {
        let own: Decimal = text.parse().unwrap();
        let other = BigDecimal::from(&own);
        assert_eq!(other, text.parse::<BigDecimal>().unwrap());
        let back = Decimal::try_from(&other).unwrap();
        assert_eq!((back.to_string(), back.scale()), (own.to_string(), own.scale()));
    }
    assert!(Decimal::try_from(BigDecimal::new(1.into(), i64::from(i32::MAX) + 1)).is_err());
}
