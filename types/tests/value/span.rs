//! Durations and intervals.

use querent_types::TimeUnit;
use querent_types::value::{Duration, Interval};

use crate::random::Random;
use crate::{reads, refuses, round_trips};

#[test]
fn duration_texts() {
    reads::<Duration>("PT0S", "PT0S");
    reads::<Duration>("P0D", "PT0S");
    reads::<Duration>("P1W2DT3H", "PT219H");
    reads::<Duration>("-PT1H-30M", "-PT30M");
    reads::<Duration>("PT-0.5S", "-PT0.500S");
    reads::<Duration>("+PT90,25S", "PT1M30.250S");
    reads::<Duration>("PT2562047788015215H30M7.999999999S", "PT2562047788015215H30M7.999999999S");
    for text in [
        "",
        "P",
        "PT",
        "P1",
        "PT1",
        "P1DT",
        "P1Y",
        "P0M",
        "PT1S1M",
        "PT1M1M",
        "PT1.5H",
        "P1.5D",
        "PT1.S",
        "PT1.0000000001S",
        "T1S",
        "PT1S ",
        "pt1s",
        "PTS",
        "PT--1S",
        "P1S",
        "PT1D",
        "PT9223372036854775808S",
        "PT99999999999999999999S",
        "1H",
    ] {
        refuses::<Duration>(text);
    }
    assert_eq!(Duration::MIN.to_string(), "-PT2562047788015215H30M8S");
    round_trips(Duration::MIN);
    round_trips(Duration::MAX);
}

#[test]
fn durations_hold_every_count_of_every_unit() {
    let mut random = Random::new(5);
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        for count in [i64::MIN, -1, 0, 1, i64::MAX].into_iter().chain((0..10_000).map(|_| random.i64())) {
            let value = Duration::from_unit(count, unit);
            assert_eq!(value.to_unit(unit), Ok(count));
            assert_eq!(value.is_negative(), count < 0);
            round_trips(value);
        }
    }
    assert!(Duration::from_millis(1).to_unit(TimeUnit::Second).is_err());
    assert!(Duration::MIN.to_unit(TimeUnit::Millisecond).is_err());
    assert!(Duration::from_nanos(-1) < Duration::ZERO);
}

#[test]
fn interval_texts() {
    reads::<Interval>("P1Y2M3DT4H5M6.7S", "P1Y2M3DT4H5M6.700S");
    reads::<Interval>("-P1Y-2M3W", "P-10M-21D");
    reads::<Interval>("P14M", "P1Y2M");
    reads::<Interval>("P1DT-24H", "P1DT-24H");
    reads::<Interval>("PT-0.000000001S", "PT-0.000000001S");
    reads::<Interval>("P0Y", "PT0S");
    for text in [
        "",
        "P",
        "PT",
        "P1M1Y",
        "P1Y1Y",
        "P1H",
        "PT1Y",
        "P1.5Y",
        "P178956970Y8M",
        "P2147483648D",
        "PT9223372036.854775808S",
        "P99999999999999999999Y",
        "P1YT",
        "P1Y T1H",
    ] {
        refuses::<Interval>(text);
    }
    let extreme = [Interval::new(i32::MIN, i32::MIN, i64::MIN), Interval::new(i32::MAX, i32::MAX, i64::MAX)];
    extreme.into_iter().for_each(round_trips);
    let mut random = Random::new(6);
    for _ in 0..20_000 {
        round_trips(Interval::new(random.i64() as i32, random.i64() as i32, random.i64()));
    }
    assert_ne!(Interval::new(0, 1, 0), Interval::new(0, 0, 86_400_000_000_000));
}
