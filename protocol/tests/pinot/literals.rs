//! Values as literals.

use querent_protocol::pinot::literal::Literal;
use querent_types::value::{Decimal, Timestamp};

#[track_caller]
fn writes(literal: Literal<'_>, expected: &str) {
    let mut sql = String::from("x-");
    literal.write(&mut sql).unwrap();
    assert_eq!(sql, format!("x-{expected}"));
    assert!(!sql.contains("--"), "a comment: {sql}");
}

#[test]
fn each_value_as_both_engines_read_it() {
    writes(Literal::Boolean(true), "TRUE");
    writes(Literal::Boolean(false), "FALSE");
    writes(Literal::Int(7), "7");
    writes(Literal::Int(-1), "(-1)");
    writes(Literal::Long(i64::MIN), "(-9223372036854775808)");
    writes(Literal::Long(i64::MAX), "9223372036854775807");
    writes(Literal::Double(2.2), "2.2E0");
    writes(Literal::Double(-2.2), "(-2.2E0)");
    writes(Literal::Double(-0.0), "(-0E0)");
    writes(Literal::Double(f64::MAX), "1.7976931348623157E308");
    writes(Literal::Double(f64::from_bits(1)), "5E-324");
    writes(Literal::Double(f64::NAN), "CAST('NaN' AS DOUBLE)");
    writes(Literal::Double(f64::NEG_INFINITY), "CAST('-Infinity' AS DOUBLE)");
    writes(Literal::Float(1.1), "CAST('1.1' AS FLOAT)");
    writes(Literal::Float(-1.1), "CAST('-1.1' AS FLOAT)");
    writes(Literal::Float(f32::MAX), "CAST('3.4028235e38' AS FLOAT)");
    writes(Literal::Float(f32::INFINITY), "CAST('Infinity' AS FLOAT)");
    writes(Literal::Float(f32::NAN), "CAST('NaN' AS FLOAT)");
    let decimal: Decimal = "-123.450".parse().unwrap();
    writes(Literal::BigDecimal(&decimal), "CAST('-123.450' AS BIG_DECIMAL)");
    writes(Literal::Bytes(&[0, 255, 16]), "hexToBytes('00ff10')");
    writes(Literal::Bytes(&[]), "hexToBytes('')");
    writes(Literal::Timestamp(Timestamp::from_millis(1_709_210_096_789)), "1709210096789");
    writes(Literal::Timestamp(Timestamp::from_millis(-1)), "(-1)");
}

#[test]
fn no_text_ends_its_literal() {
    for (text, expected) in [
        ("", "''"),
        ("it's", "'it''s'"),
        ("'", "''''"),
        ("''; DROP TABLE t --", "'''''; DROP TABLE t --'"),
        ("\\", "'\\'"),
        ("\\'", "'\\'''"),
        ("a?$1:name{{ }}%s\n\0😀", "'a?$1:name{{ }}%s\n\0😀'"),
    ] {
        let mut sql = String::new();
        Literal::String(text).write(&mut sql).unwrap();
        assert_eq!(sql, expected);
        let inner = &sql[1..sql.len() - 1];
        assert_eq!(inner.replace("''", ""), text.replace('\'', ""), "every quote inside is doubled");
    }
}

#[test]
fn timestamps_that_pinot_cannot_hold() {
    for value in [Timestamp::from_nanos(1), Timestamp::from_micros(-1), Timestamp::MAX, Timestamp::MIN] {
        let mut sql = String::from("SELECT ");
        let error = Literal::Timestamp(value).write(&mut sql).unwrap_err();
        assert_eq!(error.to_string(), "Pinot's timestamps are whole milliseconds since 1970, of 64 bits");
        assert_eq!(sql, "SELECT ");
    }
}
