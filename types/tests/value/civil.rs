//! Dates, times of day and timestamps.

use querent_types::TimeUnit;
use querent_types::value::{Date, Time, Timestamp};

use crate::random::Random;
use crate::{reads, refuses, round_trips};

const UNITS: [TimeUnit; 4] =
    [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

#[test]
fn days_follow_the_calendar() {
    // Every day of 800 years about the epoch: each is the day after the one before.
    let mut expected = (1600, 1, 1);
    let first = Date::from_ymd(1600, 1, 1).unwrap().days();
    for days in first..first + 2 * 146_097 {
        let date = Date::from_days(days);
        assert_eq!(date.ymd(), expected);
        assert_eq!(Date::from_ymd(expected.0, expected.1, expected.2), Some(date));
        expected = day_after(expected);
    }
    assert_eq!(expected, (2400, 1, 1));
}

fn day_after((year, month, day): (i32, u8, u8)) -> (i32, u8, u8) {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let len = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    match (month, day) {
        (12, 31) => (year + 1, 1, 1),
        (_, day) if day == len => (year, month + 1, 1),
        _ => (year, month, day + 1),
    }
}

#[test]
fn date_edges() {
    assert_eq!(Date::EPOCH.to_string(), "1970-01-01");
    assert_eq!(Date::MIN.to_string(), "-5877641-06-23");
    assert_eq!(Date::MAX.to_string(), "+5881580-07-11");
    assert_eq!(Date::from_ymd(0, 2, 29).map(Date::days), Some(-719_469));
    assert_eq!(Date::from_ymd(9999, 12, 31).map(Date::days), Some(2_932_896));
    for (year, month, day) in [
        (2026, 2, 29),
        (1900, 2, 29),
        (2026, 0, 1),
        (2026, 13, 1),
        (2026, 4, 31),
        (2026, 1, 0),
        (2026, 255, 255),
    ] {
        assert_eq!(Date::from_ymd(year, month, day), None);
    }
    assert_eq!(Date::from_ymd(5_881_580, 7, 12), None);
    assert_eq!(Date::from_ymd(-5_877_641, 6, 22), None);
    assert_eq!(Date::from_ymd(i32::MAX, 12, 31), None);
    assert_eq!(Date::from_ymd(i32::MIN, 1, 1), None);
}

#[test]
fn date_texts() {
    reads::<Date>("2024-02-29", "2024-02-29");
    reads::<Date>("0000-01-01", "0000-01-01");
    reads::<Date>("+0000-01-01", "0000-01-01");
    reads::<Date>("+2026-11-21", "2026-11-21");
    reads::<Date>("-0044-03-15", "-0044-03-15");
    reads::<Date>("+12026-11-21", "+12026-11-21");
    for text in [
        "",
        "2026",
        "2026-11",
        "2026-11-2",
        "2026-11-211",
        "26-11-21",
        "12026-11-21",
        "-044-03-15",
        "-0000-01-01",
        "2026/11/21",
        "2026-11-21 ",
        " 2026-11-21",
        "2026-02-30",
        "2026-1-21",
        "２０２６-11-21",
        "+5881580-07-12",
        "-5877641-06-22",
        "+9999999999999-01-01",
        "+99999999999999999999999-01-01",
        "--044-01-01",
        "2026-11-21T",
        "2026-é1-21",
    ] {
        refuses::<Date>(text);
    }
    let mut random = Random::new(2);
    (0..20_000).for_each(|_| round_trips(Date::from_days(random.i64() as i32)));
}

#[test]
fn time_edges_and_texts() {
    assert_eq!(Time::MAX.to_string(), "23:59:59.999999999");
    assert_eq!(Time::from_nanos(86_400_000_000_000), None);
    for (hour, minute, second, nano) in
        [(24, 0, 0, 0), (23, 60, 0, 0), (23, 59, 60, 0), (0, 0, 0, 1_000_000_000)]
    {
        assert_eq!(Time::from_hms_nano(hour, minute, second, nano), None);
    }
    assert_eq!(Time::from_unit(86_399_999, TimeUnit::Millisecond).unwrap().to_string(), "23:59:59.999");
    for (count, unit) in
        [(86_400, TimeUnit::Second), (-1, TimeUnit::Nanosecond), (i64::MAX, TimeUnit::Second)]
    {
        assert_eq!(Time::from_unit(count, unit), None);
    }
    assert_eq!(Time::MAX.to_unit(TimeUnit::Nanosecond), Ok(86_399_999_999_999));
    assert!(Time::MAX.to_unit(TimeUnit::Microsecond).is_err());
    reads::<Time>("12:30", "12:30:00");
    reads::<Time>("12:30:00.5", "12:30:00.500");
    reads::<Time>("12:30:00,1234", "12:30:00.123400");
    reads::<Time>("12:30:00.000000001000", "12:30:00.000000001");
    for text in [
        "",
        "12",
        "12:3",
        "12:30:",
        "12:30:0",
        "12:30:00.",
        "12:30:00.0000000001",
        "24:00:00",
        "23:59:60",
        "-1:00:00",
        "12:30:00Z",
        "12:30:00 ",
        "1２:30:00",
    ] {
        refuses::<Time>(text);
    }
    let mut random = Random::new(3);
    for _ in 0..20_000 {
        let time = Time::from_nanos(random.below(86_400_000_000_000)).unwrap();
        round_trips(time);
        let (hour, minute, second, nano) = time.hms_nano();
        assert_eq!(Time::from_hms_nano(hour, minute, second, nano), Some(time));
    }
}

#[test]
fn timestamps_hold_every_count_of_every_unit() {
    let mut random = Random::new(4);
    let edges = [i64::MIN, i64::MIN + 1, -1_000_000_001, -1, 0, 1, 999_999_999, i64::MAX - 1, i64::MAX];
    for unit in UNITS {
        for count in edges.into_iter().chain((0..20_000).map(|_| random.i64())) {
            let value = Timestamp::from_unit(count, unit);
            assert_eq!(value.to_unit(unit), Ok(count), "{unit}");
            round_trips(value);
            if let Some(date) = value.date() {
                assert_eq!(Timestamp::from_date_time(date, value.time()), value);
            }
        }
    }
}

#[test]
fn timestamp_edges() {
    assert_eq!(Timestamp::MIN.to_string(), "-292277022657-01-27T08:29:52");
    assert_eq!(Timestamp::MAX.to_string(), "+292277026596-12-04T15:30:07.999999999");
    assert_eq!(Timestamp::from_nanos(-1).to_string(), "1969-12-31T23:59:59.999999999");
    assert_eq!(Timestamp::from_nanos(i64::MIN).to_string(), "1677-09-21T00:12:43.145224192");
    assert_eq!(Timestamp::from_nanos(i64::MAX).to_string(), "2262-04-11T23:47:16.854775807");
    assert_eq!(
        (Timestamp::from_millis(-1).secs(), Timestamp::from_millis(-1).subsec_nanos()),
        (-1, 999_000_000)
    );
    assert_eq!(Timestamp::new(0, 1_000_000_000), None);
    assert_eq!(Timestamp::MIN.date(), None);
    assert_eq!(Timestamp::from_total_nanos(Timestamp::MAX.total_nanos()), Some(Timestamp::MAX));
    assert_eq!(Timestamp::from_total_nanos(Timestamp::MAX.total_nanos() + 1), None);
    assert_eq!(Timestamp::from_total_nanos(i128::MIN), None);
    assert!(Timestamp::MAX.to_unit(TimeUnit::Nanosecond).is_err());
    assert!(Timestamp::from_nanos(1).to_unit(TimeUnit::Microsecond).is_err());
    assert!(Timestamp::from_nanos(-1) < Timestamp::EPOCH && Timestamp::MIN < Timestamp::from_nanos(-1));
}

#[test]
fn timestamp_texts() {
    reads::<Timestamp>("2026-11-21T12:00:00.123456789", "2026-11-21T12:00:00.123456789");
    reads::<Timestamp>("2026-11-21 12:00", "2026-11-21T12:00:00");
    reads::<Timestamp>("2026-11-21t12:00:00z", "2026-11-21T12:00:00");
    reads::<Timestamp>("2026-11-21T00:30:00+02", "2026-11-20T22:30:00");
    reads::<Timestamp>("2026-11-21T00:30:00-0530", "2026-11-21T06:00:00");
    reads::<Timestamp>("-0001-12-31T23:00:00-02:00", "0000-01-01T01:00:00");
    for text in [
        "",
        "2026-11-21",
        "2026-11-21T",
        "2026-11-21T12",
        "2026-11-21_12:00:00",
        "2026-11-21T12:00:00+",
        "2026-11-21T12:00:00+2",
        "2026-11-21T12:00:00+02:",
        "2026-11-21T12:00:00+24:00",
        "2026-11-21T12:00:00+02:60",
        "2026-11-21T12:00:00 Europe/Paris",
        "2026-11-21T12:00:00ZZ",
        "+292277026596-12-04T15:30:08",
        "-292277022657-01-27T08:29:51",
        "+999999999999-01-01T00:00:00",
        "-292277022657-01-27T08:29:52+00:01",
    ] {
        refuses::<Timestamp>(text);
    }
}
