//! Values as literals.

use querent_protocol::pinot::literal::{Literal, Writer};
use querent_protocol::pinot::request::Engine;
use querent_types::value::{Decimal, Timestamp};

#[track_caller]
fn writes(literal: Literal<'_>, expected: &str) {
    let mut sql = String::from("x-");
    literal.write(Engine::SingleStage, &mut sql).unwrap();
    assert_eq!(sql, format!("x-{expected}"));
    let mut other = String::from("x-");
    literal.write(Engine::MultiStage, &mut other).unwrap();
    assert_eq!(sql, other, "both engines read it alike");
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
}

#[test]
fn no_text_ends_its_literal() {
    for (text, expected) in [
        ("", "''"),
        ("it's", "'it''s'"),
        ("'", "''''"),
        ("'; DROP TABLE t --", "'''; DROP TABLE t --'"),
        // The single-stage engine takes a pair of quotes for one.
        ("''", "''''''''"),
        ("a'''b''", "'a''''''''''b'''''''"),
        ("''; DROP TABLE t --", "'''''''; DROP TABLE t --'"),
        ("\\", "'\\'"),
        ("\\'", "'\\'''"),
        ("a?$1:name{{ }}%s\n\0😀", "'a?$1:name{{ }}%s\n\0😀'"),
    ] {
        let mut sql = String::new();
        Literal::String(text).write(Engine::SingleStage, &mut sql).unwrap();
        assert_eq!(sql, expected);
        let inner = &sql[1..sql.len() - 1];
        assert_eq!(inner.replace("''", ""), text.replace('\'', ""), "every quote inside is doubled");
    }
}

/// The multi-stage engine takes no numbers in IN and behind BETWEEN; `TIMESTAMP '…'` is the other engine's own zone.
#[test]
fn timestamps_are_what_each_engine_takes_everywhere() {
    let check = |millis: i64, single: &str, multi: &str| {
        let value = Literal::Timestamp(Timestamp::from_millis(millis));
        for (engine, expected) in [(Engine::SingleStage, single), (Engine::MultiStage, multi)] {
            let mut sql = String::new();
            value.write(engine, &mut sql).unwrap();
            assert_eq!(sql, expected);
        }
    };
    check(1_709_210_096_789, "1709210096789", "TIMESTAMP '2024-02-29 12:34:56.789'");
    check(-1, "(-1)", "TIMESTAMP '1969-12-31 23:59:59.999'");
    check(0, "0", "TIMESTAMP '1970-01-01 00:00:00'");
    check(253_402_300_799_999, "253402300799999", "TIMESTAMP '9999-12-31 23:59:59.999'");
    // Beyond four digits of a year, and where calendars were others.
    check(253_402_300_800_000, "253402300800000", "253402300800000");
    check(-12_212_553_600_001, "(-12212553600001)", "(-12212553600001)");
    check(-62_135_596_800_001, "(-62135596800001)", "(-62135596800001)");
    check(i64::MIN, "(-9223372036854775808)", "(-9223372036854775808)");
}

#[test]
fn timestamps_that_pinot_cannot_hold() {
    for value in [Timestamp::from_nanos(1), Timestamp::from_micros(-1), Timestamp::MAX, Timestamp::MIN] {
        let mut sql = String::from("SELECT ");
        let error = Literal::Timestamp(value).write(Engine::SingleStage, &mut sql).unwrap_err();
        assert_eq!(error.to_string(), "Pinot's timestamps are whole milliseconds since 1970, of 64 bits");
        assert_eq!(sql, "SELECT ");
    }
}

#[test]
fn arrays() {
    use Literal::{Boolean, Double, Float, Int, Long, Null};
    let text = [Literal::String("it's")];
    writes(Literal::Array(&[Int(1), Int(-2)]), "ARRAY[1, (-2)]");
    writes(
        Literal::Array(&[Long(8_000_000_000), Long(-1)]),
        "ARRAY[CAST((8000000000) AS LONG), CAST((-1) AS LONG)]",
    );
    writes(Literal::Array(&[Float(1.1)]), "ARRAY[CAST('1.1' AS FLOAT)]");
    writes(Literal::Array(&[Double(f64::NAN), Double(-0.5)]), "ARRAY[CAST('NaN' AS DOUBLE), (-5E-1)]");
    writes(Literal::Array(&text), "ARRAY['it''s']");
    writes(Null, "NULL");
    let inner = [Int(1)];
    let nested = [Literal::Array(&inner)];
    for none in
        [&[][..], &[Boolean(true)], &[Int(1), Long(2)], &[Int(1), Null], &nested, &[Literal::Bytes(b"")]]
    {
        let mut sql = String::new();
        let error = Literal::Array(none).write(Engine::SingleStage, &mut sql).unwrap_err();
        assert!(error.to_string().contains("literals of arrays") && sql.is_empty(), "{error}");
    }
}

/// A template with `?` where each value goes.
fn rendered(template: &str, values: &[Literal<'_>]) -> Result<String, String> {
    let (mut sql, mut writer) = (String::new(), Writer::new(Engine::SingleStage));
    let mut parts = template.split('?');
    sql.push_str(parts.next().unwrap_or_default());
    for (value, part) in values.iter().zip(parts) {
        writer.write(value, &mut sql).map_err(|e| e.to_string())?;
        sql.push_str(part);
    }
    writer.finish(&mut sql);
    Ok(sql)
}

#[test]
fn no_literal_joins_its_neighbours() {
    use Literal::Int;
    let text = Literal::String;
    for (template, values, expected) in [
        ("x = ? AND y = ?", [Int(1), text("a")], "x = 1 AND y = 'a'"),
        ("x-?+?", [Int(-1), Int(2)], "x-(-1)+2"),
        ("x=5?AND y=?.5", [Int(1), Int(2)], "x=5 1 AND y=2 .5"),
        ("x='a'?'b'?", [text("c"), text("d")], "x='a' 'c' 'b' 'd'"),
        ("?\"c\", x_?", [text("c"), Int(7)], "'c' \"c\", x_ 7"),
        ("\"it''s ' -- \" = ?, 'x--' = ?", [Int(1), Int(2)], "\"it''s ' -- \" = 1, 'x--' = 2"),
        ("-- c'\n? /* ' */ ?", [Int(1), Int(2)], "-- c'\n1 /* ' */ 2"),
        ("? / ?", [Int(1), Int(2)], "1 / 2"),
        ("'--' = ? - -?", [Int(1), Int(-2)], "'--' = 1 - -(-2)"),
    ] {
        assert_eq!(rendered(template, &values).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn no_literal_goes_into_a_comment_or_quotes() {
    let hostile = [Literal::String("x\n'\"*/ UNION SELECT secret FROM u --")];
    for template in [
        "SELECT a -- ?\nFROM t",
        "SELECT a // ?\nFROM t",
        "SELECT a /* ? */ FROM t",
        "SELECT /*+ hint(?) */ a FROM t",
        "SELECT '?' FROM t",
        "SELECT 'it''s ?' FROM t",
        "SELECT \"?\" FROM t",
        "SELECT `?` FROM t",
        "SELECT a FROM t -- x\r -- ?",
    ] {
        let error = rendered(template, &hostile).unwrap_err();
        assert!(error.contains("comment, a hint or quotes"), "{error}: {template}");
    }
}

#[test]
fn what_the_multi_stage_engine_was_not_proved_to_read_is_refused() {
    for (text, taken) in [("it's", true), ("'a'", true), ("''", false), ("a''b", false)] {
        let outcome = Literal::String(text).write(Engine::MultiStage, &mut String::new());
        assert_eq!(outcome.is_ok(), taken, "{text}");
    }
}
