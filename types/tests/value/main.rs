//! The value types from outside: texts, edges, random values, hostile input, and the conversions by feature.

mod civil;
mod convert;
mod decimal;
mod random;
mod span;

use std::fmt::{Debug, Display};
use std::str::FromStr;

use querent_types::value::{Date, Decimal, Duration, Interval, ParseValueError, Time, Timestamp, Uuid};

/// Reads `text`, and expects that it is written as `canonical`.
#[track_caller]
fn reads<T: FromStr<Err = ParseValueError> + Display>(text: &str, canonical: &str) {
    match text.parse::<T>() {
        Ok(value) => assert_eq!(value.to_string(), canonical, "of {text:?}"),
        Err(error) => panic!("{text:?}: {error}"),
    }
}

/// Expects that `text` is refused, by an error that does not repeat it.
#[track_caller]
fn refuses<T: FromStr<Err = ParseValueError> + Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => panic!("{text:?} was read as {value:?}"),
        Err(error) => {
            let message = error.to_string();
            assert!(text.len() < 4 || !message.contains(text), "{message:?} repeats {text:?}");
        }
    }
}

/// Expects that the text of `value` reads back to it.
#[track_caller]
fn round_trips<T: FromStr<Err = ParseValueError> + Display + PartialEq + Debug>(value: T) {
    let text = value.to_string();
    assert_eq!(text.parse::<T>().as_ref(), Ok(&value), "by way of {text:?}");
}

#[test]
fn uuid_texts() {
    let canonical = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    for text in [
        canonical,
        "67E55044-10B1-426F-9247-BB680E5FE0C8",
        "67e5504410b1426f9247bb680e5fe0c8",
        "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
        "{67e5504410b1426f9247bb680e5fe0c8}",
        "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
        "URN:UUID:67e55044-10b1-426f-9247-bb680e5fe0c8",
    ] {
        reads::<Uuid>(text, canonical);
    }
    for text in [
        "",
        "67e55044-10b1-426f-9247-bb680e5fe0c",
        "67e55044-10b1-426f-9247-bb680e5fe0c88",
        "67e5504-410b1-426f-9247-bb680e5fe0c8",
        "67e55044_10b1_426f_9247_bb680e5fe0c8",
        "67e55044-10b1-426f-9247-bb680e5fe0cg",
        "{67e55044-10b1-426f-9247-bb680e5fe0c8",
        "67e55044-10b1-426f-9247-bb680e5fe0c8}",
        "67e55044-10b1-426f-9247-bb680e5fe0ü",
        "-67e55044-10b1-426f-9247-bb680e5fe0c",
        "67e5504410b1426f9247bb680e5fe-c8",
    ] {
        refuses::<Uuid>(text);
    }
    assert_eq!(Uuid::NIL.to_string(), "00000000-0000-0000-0000-000000000000");
    assert!(Uuid::from_u128(1) > Uuid::NIL && Uuid::from_u128(256) > Uuid::from_u128(255));
    let mut random = random::Random::new(7);
    (0..2_000).for_each(|_| round_trips(Uuid::from_u128(random.u128())));
}

#[test]
fn any_text_is_read_or_refused_without_a_panic() {
    const PIECES: &[&str] = &[
        "",
        "0",
        "1",
        "9",
        "00",
        "12",
        "2026",
        "-",
        "+",
        ".",
        ",",
        ":",
        "T",
        "t",
        " ",
        "Z",
        "P",
        "PT",
        "Y",
        "M",
        "W",
        "D",
        "H",
        "S",
        "e",
        "E",
        "e+",
        "E-99999999999999999999",
        "9999999999999999999",
        "99999999999999999999999",
        "é",
        "∞",
        "\0",
        "NaN",
        "inf",
        "2026-11-21",
        "12:00:00",
        "-02:30",
        "{",
        "}",
        "urn:uuid:",
        "67e5504410b1426f9247bb680e5fe0c8",
    ];
    let mut random = random::Random::new(1);
    for _ in 0..50_000 {
        let text: String =
            (0..random.below(7)).map(|_| PIECES[random.below(PIECES.len() as u64) as usize]).collect();
        let _ = text.parse::<Date>().map(round_trips);
        let _ = text.parse::<Time>().map(round_trips);
        let _ = text.parse::<Timestamp>().map(round_trips);
        let _ = text.parse::<Duration>().map(round_trips);
        let _ = text.parse::<Interval>().map(round_trips);
        let _ = text.parse::<Uuid>().map(round_trips);
        let _ = text.parse::<Decimal>().map(round_trips);
    }
}

#[test]
fn widths_are_honoured() {
    assert_eq!(format!("[{:>12}]", Date::EPOCH), "[  1970-01-01]");
    assert_eq!(format!("[{:<10}]", Time::MIDNIGHT), "[00:00:00  ]");
    assert_eq!(format!("[{:>8}]", Decimal::from_parts(-125, 2)), "[   -1.25]");
    assert_eq!(format!("[{:+}]", Decimal::from_parts(125, 2)), "[+1.25]");
    assert_eq!(format!("{:?}", Some(Decimal::from_parts(125, 2))), "Some(1.25)");
}

#[cfg(feature = "serde")]
#[test]
fn serde_speaks_the_text() {
    type Row = (Date, Time, Timestamp, Duration, Interval, Decimal, Uuid);
    let row: Row = (
        Date::MIN,
        Time::MAX,
        Timestamp::from_nanos(-1),
        Duration::from_millis(1_500),
        Interval::new(-1, 2, -3),
        Decimal::from_parts(i128::MAX, 40),
        Uuid::from_u128(1),
    );
    let json = serde_json::to_string(&row).unwrap();
    assert_eq!(
        json,
        "[\"-5877641-06-23\",\"23:59:59.999999999\",\"1969-12-31T23:59:59.999999999\",\"PT1.500S\",\
         \"P-1M2DT-0.000000003S\",\"0.0170141183460469231731687303715884105727\",\
         \"00000000-0000-0000-0000-000000000001\"]"
    );
    assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row);
    assert_eq!(serde_json::from_str::<Decimal>("-12").unwrap(), Decimal::from(-12));
    for (json, secret) in [("1.5625", "1.5625"), ("true", "true"), ("\"x1y2\"", "x1y2")] {
        let message = serde_json::from_str::<Decimal>(json).unwrap_err().to_string();
        assert!(!message.contains(secret), "{message}");
    }
    let message = serde_json::from_str::<Date>("4711").unwrap_err().to_string();
    assert!(!message.contains("4711"), "{message}");
}
