//! Messages as servers write them, with the values of a query in them.

use std::borrow::Cow;

use querent_types::value::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};

use super::*;
use crate::error::ErrorKind;

#[track_caller]
fn check(value: Value<'_>, message: &str, expected: &str) {
    assert_eq!(without_values(message, &[value]), expected);
}

#[test]
fn values_are_hidden_and_words_are_not() {
    let values = [Value::Str("O'Brien"), Value::Int(7), Value::List(vec![Value::Str("ab"), Value::Str("")])];
    let message = "no 'O''Brien', O'Brien or '7' in table ab7 with \"ab\" and ''";
    assert_eq!(
        without_values(message, &values),
        "no <value>, <value> or <value> in table ab7 with <value> and ''"
    );
}

#[test]
fn texts_are_found_however_they_are_escaped() {
    check(Value::Str("it's \\ here"), r"near 'it\'s \\ here'", "near <value>");
    check(Value::Str("it's \\ here"), r#"{"m":"near 'it\\'s \\\\ here'"}"#, r#"{"m":"near <value>"}"#);
    check(Value::Str("say \"hi\""), r#"Utf8("say \"hi\"") is no number"#, "Utf8(<value>) is no number");
    check(Value::Str("two\nlines"), r"cannot cast 'two\nlines'", "cannot cast <value>");
    check(Value::Str("Café"), r"cannot cast Caf\u00e9 or Caf\u{e9}", "cannot cast <value> or <value>");
    check(Value::Str("ends'"), "near 'ends''' here", "near <value> here");
}

#[test]
fn short_texts_are_hidden_as_words_and_bare_signs_between_quotes() {
    check(Value::Str("able"), "able: table is not available", "<value>: table is not available");
    check(Value::Str("x1"), "cannot parse x1, 'x1' or x12", "cannot parse <value>, <value> or x12");
    check(Value::Str("%"), "no '%' in 7 % 2", "no <value> in 7 % 2");
    check(Value::Str("\\"), r"near '\'", r"near '\'");
    check(Value::Str("a-"), "near a- or ba-", "near <value> or ba-");
    // As long as this, a text is no part of a word by chance.
    check(Value::Str("s3cret-8"), "xs3cret-8x", "x<value>x");
}

#[test]
fn parts_of_long_texts_are_hidden() {
    let long = "the quick brown fox jumps over the lazy dog";
    check(Value::Str(long), "near 'the quick brown f...'", "near '<value>...'");
    check(Value::Str(long), "near '...over the lazy dog' of a dog", "near '...<value>' of a dog");
    check(Value::Str(long), "the quick dog jumps", "the quick dog jumps");
    check(Value::Str(&"long ".repeat(100_000)), "at 'long long long long ", "at '<value>");
}

#[test]
fn numbers_are_found_in_any_notation() {
    check(
        Value::Int(7),
        "7, 7.0, 007, 7L, (7) and Int64(7)",
        "<value>, <value>, <value>, <value>L, (<value>) and Int64(<value>)",
    );
    check(Value::Int(-7), "-7 or (- 7)", "<value> or (- <value>)");
    let message = "col7 of v1.7.2 at 10.7.0.7: 70, 7.5, 0x7, $17";
    check(Value::Int(7), message, message);
    check(Value::UInt(u64::MAX), "18446744073709551615 is out of range", "<value> is out of range");
    check(Value::Int(1200), "1.2e3 or 1.2E+03", "<value> or <value>");
    check(Value::Double(0.1), "0.1, .1, 1e-1, 0.10", "<value>, .1, <value>, <value>");
    check(Value::Float(0.1), "0.1 or 0.10000000149011612", "<value> or <value>");
    let decimal = Decimal::from_parts(-1250, 2);
    check(Value::Decimal(Cow::Owned(decimal)), "-12.50 or 12.5BD", "<value> or <value>BD");
    check(Value::Bool(true), "TRUE = true, untrue", "<value> = <value>, untrue");
}

#[test]
fn times_are_found_as_text_and_as_counts() {
    let timestamp: Timestamp = "2026-11-21T12:00:00.5".parse().unwrap();
    check(
        Value::Timestamp(timestamp),
        "'2026-11-21 12:00:00.5' 2026-11-21T12:00:00.500Z (1795262400500, None)",
        "<value> <value>Z (<value>, None)",
    );
    let date: Date = "2026-11-21".parse().unwrap();
    check(Value::Date(date), "DATE '2026-11-21' is day 20778", "DATE <value> is day <value>");
    let time: Time = "12:00:01".parse().unwrap();
    check(Value::Time(time), "12:00:01 is 43201000", "<value> is <value>");
    check(Value::Duration(Duration::from_secs(90)), "PT1M30S is 90000 ms", "<value> is <value> ms");
    check(
        Value::Interval(Interval::new(14, 3, 0)),
        "P1Y2M3D, months: 14, days: 3",
        "<value>, months: <value>, days: <value>",
    );
    let uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    check(
        Value::Uuid(uuid),
        "01234567-89AB-CDEF-0123-456789ABCDEF or 0123456789abcdef0123456789abcdef",
        "<value> or <value>",
    );
}

#[test]
fn bytes_are_found_in_hexadecimal_as_text_and_as_a_list() {
    check(
        Value::Bytes(&[0, 255]),
        r"X'00FF' or '\x00ff' or 0x00ff or Binary([0, 255]) or 0,255",
        "X<value> or <value> or <value> or Binary([<value>]) or <value>",
    );
    check(Value::Bytes(&[7]), "X'07' or [7]", "X<value> or <value>");
    check(Value::Bytes(b"s3cret"), "b\"s3cret\"", "b<value>");
    check(Value::Bytes(&[]), "X''", "X''");
}

#[test]
fn what_is_hidden_is_not_looked_at_again() {
    let values = [Value::Str("value"), Value::Str("secret")];
    assert_eq!(without_values("'secret' is no value", &values), "<value> is no <value>");
}

#[test]
fn causes_are_cleared_only_where_they_need_it() {
    let made = |text: &str| {
        let inner = std::io::Error::other(text.to_owned());
        Error::new(ErrorKind::Query, "refused 'alice'").with_cause(std::io::Error::other(inner))
    };
    let error = made("no row for alice").without_values(&[Value::Str("alice")]);
    assert!(!format!("{error} {error:?}").contains("alice"), "{error:?}");
    let chain = std::iter::successors(std::error::Error::source(&error), |e| e.source());
    assert!(chain.map(|e| format!("{e} {e:?}")).all(|text| !text.contains("alice")));
    let error = made("the disk is full").without_values(&[Value::Str("alice")]);
    assert_eq!(error.message(), "refused <value>");
    let cause = std::error::Error::source(&error).unwrap();
    assert!(cause.is::<std::io::Error>(), "the cause itself stays");
}
