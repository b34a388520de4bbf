//! The bucket of a distribution key, against other clients and a real server. `buckets.txt` was written by `buckets.py`.

use querent_protocol::picodata::KeyHasher;
use querent_types::value::{Decimal, Uuid};

const BUCKETS: &str = include_str!("buckets.txt");
const COUNTS: [u64; 4] = [3000, 1, 16384, 1 << 32];

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn push(key: &mut KeyHasher, kind: &str, value: &str) {
    match kind {
        "null" => key.push_null(),
        "bool" => key.push_bool(value == "true"),
        "int" => match value.parse() {
            Ok(number) => key.push_i64(number),
            Err(_) => key.push_u64(value.parse().unwrap()),
        },
        "text" => key.push_str(std::str::from_utf8(&unhex(value)).unwrap()),
        "uuid" => key.push_uuid(*value.parse::<Uuid>().unwrap().as_bytes()),
        "decimal" => key.push_decimal(&value.parse().unwrap()),
        "double" => key.push_f64(f64::from_bits(u64::from_str_radix(value, 16).unwrap())),
        "datetime" => {
            let (secs, nanos) = value.split_once('.').unwrap();
            key.push_datetime(secs.parse().unwrap(), nanos.parse().unwrap());
        }
        other => panic!("{other}"),
    }
}

fn bucket(push: impl FnOnce(&mut KeyHasher)) -> Option<u64> {
    let mut key = KeyHasher::new();
    push(&mut key);
    key.bucket(3000)
}

#[test]
fn buckets_are_those_of_the_golden_table() {
    let mut count = 0;
    for line in BUCKETS.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<_> = line.split(' ').collect();
        let mut key = KeyHasher::new();
        for part in words[1].split(',') {
            let (kind, value) = part.split_once(':').unwrap();
            push(&mut key, kind, value);
        }
        for (bucket_count, expected) in COUNTS.into_iter().zip(&words[2..]) {
            assert_eq!(key.bucket(bucket_count).unwrap().to_string(), *expected, "{line}");
        }
        assert_eq!(words.len(), 6, "{line}");
        count += 1;
    }
    assert_eq!(count, 310);
}

/// `SELECT bucket_id` of 26.1.6 for a table DISTRIBUTED BY an INTEGER, 3000 buckets.
#[test]
fn a_real_server_says_the_same() {
    assert_eq!(bucket(|key| key.push_i64(1)), Some(1934));
}

/// What picodata-driver 3.0.0 (crates.io) computes for a DOUBLE, which is right where it is not whole.
#[test]
fn doubles_are_those_of_the_rust_client() {
    for (number, of_3000, of_all) in DOUBLES {
        let mut key = KeyHasher::new();
        key.push_f64(number);
        assert_eq!((key.bucket(3000), key.bucket(1 << 32)), (Some(of_3000), Some(of_all)), "{number}");
    }
}

#[test]
fn an_unsigned_has_the_bucket_of_its_integer() {
    for number in [0, 1, 127, 128, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 32, i64::MAX as u64] {
        let signed = i64::try_from(number).unwrap();
        assert_eq!(bucket(|key| key.push_u64(number)), bucket(|key| key.push_i64(signed)), "{number}");
    }
}

#[test]
fn every_power_of_ten_has_its_own_bytes() {
    // All lengths of the digits, each with its header: no two may be one.
    let mut seen = std::collections::BTreeSet::new();
    for digits in 0..28 {
        for unscaled in [10_i128.pow(digits), -(10_i128.pow(digits))] {
            let mut key = KeyHasher::new();
            key.push_decimal(&Decimal::from_parts(unscaled, 0));
            assert!(seen.insert(key.bucket(1 << 32).unwrap()), "{unscaled}");
        }
    }
}

#[test]
fn what_is_not_known_has_no_bucket() {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    for (name, found) in [
        ("nothing", bucket(|_| {})),
        ("29 digits", bucket(|key| key.push_decimal(&decimal("10000000000000000000000000000")))),
        ("77 digits", bucket(|key| key.push_decimal(&decimal(&"9".repeat(77))))),
        (
            "29 digits of fraction",
            bucket(|key| key.push_decimal(&decimal("0.00000000000000000000000000001"))),
        ),
        ("a scale beyond a byte", bucket(|key| key.push_decimal(&Decimal::from_parts(1, 300)))),
        ("a negative scale beyond 28 digits", bucket(|key| key.push_decimal(&Decimal::from_parts(1, -28)))),
        ("NaN", bucket(|key| key.push_f64(f64::NAN))),
        ("a second of nanoseconds", bucket(|key| key.push_datetime(0, 1_000_000_000))),
    ] {
        assert_eq!(found, None, "{name}");
    }
    let mut key = KeyHasher::new();
    key.push_decimal(&Decimal::from_parts(1, 300));
    key.push_i64(1);
    assert_eq!(key.bucket(3000), None, "a known column does not mend an unknown one");
    let mut key = KeyHasher::new();
    key.push_i64(1);
    assert_eq!(key.bucket(0), None);
}

#[test]
fn an_empty_text_is_a_key() {
    assert_eq!(bucket(|key| key.push_str("")), bucket(|key| [key.push_str(""), key.push_str("")][0]));
    assert!(bucket(|key| key.push_str("")).is_some());
}

const DOUBLES: [(f64, u64, u64); 11] = [
    (0.5, 366, 503790366),
    (-0.5, 2530, 1207178530),
    (0.1, 2673, 1920425673),
    (1.5, 632, 2895216632),
    (-2.25, 733, 708105733),
    (std::f64::consts::PI, 1554, 2413141554),
    (1e-300, 2174, 930365174),
    (5e-324, 2564, 1574876564),
    (123456789.125, 2936, 1221956936),
    (f64::INFINITY, 1721, 2951803721),
    (f64::NEG_INFINITY, 1086, 1454005086),
];
