//! Decimals: texts, numeric order, and every way in and out.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use querent_types::value::Decimal;

use crate::random::Random;
use crate::{reads, refuses, round_trips};

fn hash(value: &Decimal) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn texts() {
    reads::<Decimal>("0", "0");
    reads::<Decimal>("-0.00", "0.00");
    reads::<Decimal>("+000.10", "0.10");
    reads::<Decimal>(".5", "0.5");
    reads::<Decimal>("5.", "5");
    reads::<Decimal>("-12.50", "-12.50");
    reads::<Decimal>("1e3", "1000");
    reads::<Decimal>("1.25E+1", "12.5");
    reads::<Decimal>("125e-5", "0.00125");
    reads::<Decimal>("0e1000000000", "0");
    reads::<Decimal>("1e2147483648", "1E+2147483648");
}

#[test]
fn refused_texts() {
    for text in [
        "",
        "-",
        ".",
        "+.",
        "e5",
        "1e",
        "1e+",
        "1e1.5",
        "1.2.3",
        "1,5",
        "1_000",
        " 1",
        "1 ",
        "--1",
        "0x10",
        "NaN",
        "Infinity",
        "∞",
        "1e9223372036854775808",
        "1e99999999999999999999999999",
        "1e-2147483648",
        "1e2147483649",
        "１２",
    ] {
        refuses::<Decimal>(text);
    }
}

#[test]
fn no_text_is_out_of_proportion() {
    assert_eq!(decimal("1e1000").to_string().len(), 1_001);
    assert_eq!(decimal("1e1001").to_string(), "1E+1001");
    assert_eq!(decimal("-12.5e-2000").to_string(), "-125E-2001");
    assert_eq!(Decimal::from_parts(7, i32::MIN).to_string(), "7E+2147483648");
    for scale in [i32::MIN, i32::MIN + 1, -1_001, -1_000, 1_000, 1_001, i32::MAX] {
        let value = Decimal::from_parts(-70, scale);
        round_trips(value.clone());
        assert_eq!(hash(&value), hash(&decimal(&value.to_string())));
    }
}

#[test]
fn order_and_hash_are_numeric() {
    let ascending = [
        "-1e2000000000",
        "-10000000000000000000000000000000000000000000000000000000000000000000000000000000001",
        "-1e40",
        "-100",
        "-99.99",
        "-1.5",
        "-1.499",
        "-1e-2000000000",
        "0",
        "1e-2000000000",
        "0.000001",
        "0.09",
        "0.1",
        "0.11",
        "1",
        "1.01",
        "9",
        "10",
        "10.00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
        "11",
        "1e77",
        "1.1e77",
        "1e78",
        "1e2000000000",
    ];
    for (i, a) in ascending.iter().enumerate() {
        for (j, b) in ascending.iter().enumerate() {
            assert_eq!(decimal(a).cmp(&decimal(b)), i.cmp(&j), "{a} against {b}");
        }
    }
    for (a, b) in [
        ("1.0", "1.00"),
        ("0", "0.000"),
        ("0e5", "0"),
        ("1000", "1e3"),
        ("-120", "-1.2e2"),
        (
            "1e100",
            "10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000.000",
        ),
    ] {
        assert_eq!(decimal(a), decimal(b));
        assert_eq!(hash(&decimal(a)), hash(&decimal(b)), "{a} and {b}");
    }
}

#[test]
fn ten_thousand_digits() {
    let mut random = Random::new(8);
    for len in [76, 77, 78, 79, 95, 96, 10_000] {
        let digits: String =
            (0..len).map(|i| char::from(b'1' + random.below(if i == 0 { 9 } else { 8 }) as u8)).collect();
        let (whole, fraction) = digits.split_at(len / 3);
        let text = format!("-{whole}.{fraction}");
        let value = decimal(&text);
        assert_eq!(value.to_string(), text);
        assert_eq!((value.precision(), value.scale()), (len, fraction.len() as i32));
        let bytes = value.to_signed_be_bytes();
        let back = Decimal::from_signed_be_bytes(&bytes, value.scale());
        assert_eq!(back.to_string(), text);
        assert_eq!(decimal(&format!("{text}000")), value);
        assert!(decimal(&format!("{text}001")) < value);
    }
}

#[test]
fn edges_of_the_inline_form() {
    let max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let beyond = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
    for text in [max, beyond] {
        reads::<Decimal>(text, text);
        round_trips(decimal(&format!("-{text}")));
        assert_eq!(Decimal::from_signed_be_bytes(&decimal(text).to_signed_be_bytes(), 0), decimal(text));
    }
    assert!(decimal(max) < decimal(beyond));
    let zeros = "0".repeat(500);
    assert_eq!(decimal(&format!("{zeros}1.{zeros}")), Decimal::from(1));
}

#[test]
fn integers() {
    assert_eq!(Decimal::from(i128::MIN).to_string(), "-170141183460469231731687303715884105728");
    assert_eq!(Decimal::from(u128::MAX).to_string(), "340282366920938463463374607431768211455");
    assert_eq!(i128::try_from(Decimal::from(i128::MIN)), Ok(i128::MIN));
    assert_eq!(u128::try_from(Decimal::from(u128::MAX)), Ok(u128::MAX));
    assert_eq!(i64::try_from(decimal("12.000")), Ok(12));
    assert_eq!(i8::try_from(decimal("-1.28e2")), Ok(-128));
    assert_eq!(u8::try_from(decimal("0e-2147483647")), Ok(0));
    let large = format!("7{}", "0".repeat(200));
    assert_eq!(
        u16::try_from(Decimal::from_signed_be_bytes(&decimal(&large).to_signed_be_bytes(), 200)),
        Ok(7)
    );
    for text in ["12.001", "1e19", "-9223372036854775809", "1e-2147483647", "1e2147483648", "0.5"] {
        assert!(i64::try_from(decimal(text)).is_err(), "{text}");
    }
    assert!(u64::try_from(Decimal::from(-1)).is_err());
    let error = i64::try_from(decimal("12345.678")).unwrap_err().to_string();
    assert_eq!(error, "this decimal does not fit i64, which holds whole numbers from -2^63 to 2^63 - 1");
    let mut random = Random::new(9);
    for _ in 0..20_000 {
        let number = random.i128();
        let scale = random.below(60) as i32 - 20;
        assert_eq!(i128::try_from(Decimal::from(number)), Ok(number));
        let value = Decimal::from_parts(number, scale);
        round_trips(value.clone());
        assert_eq!(value.to_i128(scale), Ok(number));
        assert_eq!(Decimal::from_signed_be_bytes(&number.to_be_bytes(), scale), value);
        assert_eq!(value.cmp(&Decimal::from_parts(-number, scale)), number.cmp(&-number));
    }
}

#[test]
fn arrow_forms() {
    let mut random = Random::new(10);
    for _ in 0..20_000 {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&random.u128().to_le_bytes());
        bytes[16..].copy_from_slice(&random.i128().to_le_bytes());
        let scale = random.below(100) as i32 - 10;
        let value = Decimal::from_i256_le_bytes(bytes, scale);
        round_trips(value.clone());
        assert_eq!(value.to_i256_le_bytes(scale), Ok(bytes));
    }
    let mut min = [0; 32];
    min[31] = 0x80;
    let value = Decimal::from_i256_le_bytes(min, 0);
    assert_eq!(
        value.to_string(),
        "-57896044618658097711785492504343953926634992332820282019728792003956564819968"
    );
    assert_eq!(value.to_i256_le_bytes(0), Ok(min));
    let positive = decimal("57896044618658097711785492504343953926634992332820282019728792003956564819968");
    assert!(positive.to_i256_le_bytes(0).is_err());
    assert_eq!(decimal("-1.5").to_i128(3), Ok(-1500));
    assert_eq!(decimal("-1.500").to_i128(1), Ok(-15));
    assert!(decimal("-1.55").to_i128(1).is_err());
    assert!(decimal("1").to_i128(39).is_err());
    assert!(decimal("1").to_i256_le_bytes(i32::MAX).is_err());
    assert_eq!(decimal("0.00").to_i256_le_bytes(i32::MIN), Ok([0; 32]));
    assert_eq!(Decimal::from_signed_be_bytes(&[], 3).to_string(), "0.000");
    assert_eq!(Decimal::from(-1).to_signed_be_bytes(), [0xff]);
    assert_eq!(Decimal::from(128).to_signed_be_bytes(), [0, 0x80]);
    assert_eq!(Decimal::from(-128).to_signed_be_bytes(), [0x80]);
    assert_eq!(Decimal::ZERO.to_signed_be_bytes(), [0]);
}

#[test]
fn nearest_floats() {
    for text in [
        "0",
        "0.1",
        "-0.3",
        "1e22",
        "1e23",
        "9007199254740993",
        "123456789012345678901234567890.123456789",
        "1e308",
        "5e-324",
        "2.4703282292062327e-324",
        "1.7976931348623157e308",
        "3.4",
        "1e-22",
        "-12345.6789",
    ] {
        assert_eq!(decimal(text).to_f64().to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
    }
    assert_eq!(decimal("-1e400").to_f64(), f64::NEG_INFINITY);
    assert_eq!(decimal("1e2147483648").to_f64(), f64::INFINITY);
    assert_eq!(Decimal::from_parts(1, i32::MAX).to_f64(), 0.0);
    let mut random = Random::new(11);
    for _ in 0..20_000 {
        let value = Decimal::from_parts(random.i128(), random.below(80) as i32 - 30);
        assert_eq!(value.to_f64(), value.to_string().parse::<f64>().unwrap());
    }
}

#[test]
fn normalized() {
    let long = format!("-{}.5{}", "9".repeat(90), "0".repeat(300));
    for (text, expected) in [
        ("12.50", "12.5"),
        ("12.00", "12"),
        ("1200", "1200"),
        ("12e2", "1200"),
        ("0.000", "0"),
        ("0.0010", "0.001"),
        ("-0.5", "-0.5"),
        ("0e-2147483647", "0"),
        (long.as_str(), long.trim_end_matches('0')),
    ] {
        assert_eq!(decimal(text).normalized().to_string(), expected);
        assert_eq!(decimal(text).normalized(), decimal(text));
    }
}
