//! Cells read as values.

use querent_protocol::pinot::value::{Cell, CellError};
use querent_protocol::pinot::{Limits, RowBatch};

use crate::{decode, decode_whole, wire};

/// A row of one cell, in a batch.
fn batch(json: &str) -> RowBatch {
    let body = format!(
        r#"{{"resultTable":{{"dataSchema":{{"columnNames":["a"],"columnDataTypes":["OBJECT"]}},"rows":[[{json}]]}}}}"#
    );
    decode([body.as_bytes()], Limits::default()).expect("an answer").batches.remove(0)
}

#[track_caller]
fn reads<T: PartialEq + std::fmt::Debug>(
    json: &str,
    read: fn(&Cell<'_>) -> Result<T, CellError>,
    expected: T,
) {
    assert_eq!(read(&batch(json).cell(0, 0).unwrap()), Ok(expected), "{json}");
}

#[track_caller]
fn refuses<T: std::fmt::Debug>(json: &str, read: fn(&Cell<'_>) -> Result<T, CellError>) {
    let batch = batch(json);
    let error = read(&batch.cell(0, 0).unwrap()).expect_err(json);
    let bare = json.trim_matches('"');
    assert!(bare.len() < 3 || bare == "null" || !error.to_string().contains(bare), "{error} repeats {json}");
}

#[test]
fn integers_are_exact() {
    reads("9007199254740993", |c| c.i64(), 9_007_199_254_740_993);
    reads("9223372036854775807", |c| c.i64(), i64::MAX);
    reads("-9223372036854775808", |c| c.i64(), i64::MIN);
    reads("-2147483648", |c| c.i32(), i32::MIN);
    reads("0", |c| c.i32(), 0);
    for json in ["9223372036854775808", "1.0", "1e3", "\"1\"", "null", "true", "[1]", "{}"] {
        refuses(json, |c| c.i64());
    }
    refuses("2147483648", |c| c.i32());
}

#[test]
fn floats() {
    reads("3.4028235E38", |c| c.f32(), f32::MAX);
    reads("1.4E-45", |c| c.f32(), f32::from_bits(1));
    reads("1.1", |c| c.f32(), 1.1);
    reads("4.9E-324", |c| c.f64(), f64::from_bits(1));
    reads("-1.7976931348623157E308", |c| c.f64(), f64::MIN);
    reads("7", |c| c.f64(), 7.0);
    reads("\"Infinity\"", |c| c.f64(), f64::INFINITY);
    reads("\"-Infinity\"", |c| c.f32(), f32::NEG_INFINITY);
    assert!(batch("\"NaN\"").cell(0, 0).unwrap().f64().unwrap().is_nan());
    assert!(batch("\"NaN\"").cell(0, 0).unwrap().f32().unwrap().is_nan());
    for json in ["1E400", "\"nan\"", "\"inf\"", "\"1.5\"", "null", "\"\"", "true"] {
        refuses(json, |c| c.f64());
    }
    refuses("1E39", |c| c.f32());
}

#[test]
fn booleans_and_nulls() {
    reads("true", |c| c.bool(), true);
    reads("false", |c| c.bool(), false);
    for json in ["1", "\"true\"", "null"] {
        refuses(json, |c| c.bool());
    }
    assert!(batch("null").cell(0, 0).unwrap().is_null());
    assert!(!batch("\"null\"").cell(0, 0).unwrap().is_null());
    assert!(
        batch("1").cell(1, 0).is_none()
            && batch("1").cell(0, 1).is_none()
            && batch("1").cell(usize::MAX, 0).is_none()
    );
}

#[test]
fn strings() {
    let text = |json: &str| batch(json).cell(0, 0).unwrap().text().map(|text| text.into_owned());
    assert_eq!(text("\"plain é 你 😀\"").unwrap(), "plain é 你 😀");
    assert_eq!(text(r#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00\u0000""#).unwrap(), "\"\\/\u{8}\u{c}\n\r\té😀\0");
    assert_eq!(text("\"\"").unwrap(), "");
    for json in [
        r#""\uD83D""#,
        r#""\uD83Dx""#,
        r#""\uD83D\n""#,
        r#""\uD83D\uD83D""#,
        r#""\uDE00""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\uéé""#,
        "1",
        "null",
        "[\"x\"]",
    ] {
        refuses(json, |c| c.text().map(|text| text.into_owned()));
    }
    let borrowed = batch("\"plain\"");
    assert!(matches!(borrowed.cell(0, 0).unwrap().text(), Ok(std::borrow::Cow::Borrowed("plain"))));
    // Bytes that are no UTF-8 are refused by the cell, not by the row.
    let body: &[u8] = b"{\"resultTable\":{\"dataSchema\":{\"columnNames\":[\"a\"],\"columnDataTypes\":[\"STRING\"]},\"rows\":[[\"\xff\"]]}}";
    let answer = decode_whole(body).unwrap();
    assert!(answer.batches[0].cell(0, 0).unwrap().text().is_err());
}

/// Strings are looked through eight bytes at a time: whatever ends or breaks one may be any of the eight, or behind them.
#[test]
fn strings_of_every_length() {
    for len in 0..=20 {
        for at in 0..len {
            for odd in ["\\n", "\\\"", "\\u00e9", "é", "😀", "\u{7f}", " ", "!", "#", "[", "]"] {
                let json = format!("\"{}{odd}{}\"", "a".repeat(at), "b".repeat(len - at - 1));
                let expected: String = serde_json::from_str(&json).expect("JSON");
                reads(&json, |c| c.text().map(|text| text.into_owned()), expected);
            }
            for wrong in ["\u{1f}", "\u{0}", "\n", "\\a"] {
                let json = format!("\"{}{wrong}{}\"", "a".repeat(at), "b".repeat(len - at - 1));
                let body = format!(r#"{{"resultTable":{{"rows":[[{json}]]}}}}"#);
                assert!(decode([body.as_bytes()], Limits::default()).is_err(), "{json:?}");
            }
        }
    }
}

/// And numbers by their digits, wherever they end.
#[test]
fn numbers_of_every_length() {
    for len in 1..=19 {
        for sign in ["", "-"] {
            let json = format!("{sign}{}", &"1234567890123456789"[..len]);
            let expected: i64 = json.parse().expect("a number");
            reads(&json, |c| c.i64(), expected);
            reads(&format!("{json} "), |c| c.i64(), expected);
            refuses(&format!("{json}.5"), |c| c.i64());
        }
    }
    for json in ["01", "-", "-01", "1.", "00", "1a", "0x1", "+1"] {
        let body = format!(r#"{{"resultTable":{{"rows":[[{json}]]}}}}"#);
        assert!(decode([body.as_bytes()], Limits::default()).is_err(), "{json}");
    }
}

#[test]
fn bytes_decimals_and_uuids() {
    reads("\"00ff10\"", |c| c.bytes(), vec![0, 255, 16]);
    reads("\"\"", |c| c.bytes(), vec![]);
    for json in ["\"0\"", "\"0g\"", "\"é\"", "16", "null"] {
        refuses(json, |c| c.bytes());
    }
    let decimal = |json: &str| batch(json).cell(0, 0).unwrap().decimal().map(|value| value.to_string());
    let long = "-99999999999999999999999999999999999999.123456789";
    assert_eq!(decimal(&format!("\"{long}\"")).unwrap(), long);
    let padded = format!("1.5{}", "0".repeat(900));
    assert_eq!(decimal(&format!("\"{padded}\"")).unwrap(), padded);
    assert_eq!(decimal("12.50").unwrap(), "12.50");
    for json in ["\"NaN\"", "\"\"", "null", "true", "\"1,5\""] {
        refuses(json, |c| c.decimal());
    }
    let uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    reads(&format!("\"{uuid}\""), |c| c.uuid(), uuid.parse().unwrap());
    refuses("\"67e55044\"", |c| c.uuid());
}

#[test]
fn timestamps() {
    let read = |text: &str| {
        batch(&format!("\"{text}\"")).cell(0, 0).unwrap().timestamp().map(|value| value.to_string())
    };
    for (text, expected) in [
        ("2024-02-29 12:34:56.789", "2024-02-29T12:34:56.789"),
        ("1970-01-01 00:00:00.0", "1970-01-01T00:00:00"),
        ("1969-12-31 23:59:59.999", "1969-12-31T23:59:59.999"),
        ("2262-04-11 23:47:16.854775807", "2262-04-11T23:47:16.854775807"),
        ("292278994-08-17 07:12:55.807", "+292278994-08-17T07:12:55.807"),
        // Java's calendar changes from Julian to Gregorian between these two.
        ("1582-10-15 00:00:00.0", "1582-10-15T00:00:00"),
        ("1582-10-04 00:00:00.0", "1582-10-14T00:00:00"),
        ("1500-02-29 00:00:00.0", "1500-03-10T00:00:00"),
        ("0001-01-01 00:00:00.0", "0000-12-30T00:00:00"),
    ] {
        assert_eq!(read(text).unwrap(), expected, "{text}");
    }
    for text in [
        "",
        "2024-02-29",
        "2024-02-29T12:34:56.789",
        "2024-02-30 00:00:00.0",
        "1582-10-10 00:00:00.0",
        "0000-01-01 00:00:00.0",
        "-001-01-01 00:00:00.0",
        "2024-02-29 24:00:00.0",
        "2024-02-29 12:34",
        "2024-2-29 12:34:56.0",
        "1501-02-29 00:00:00.0",
        "1500-13-01 00:00:00.0",
        "9999999999999-01-01 00:00:00.0",
        "2024-02-29 12:34:56.0Z",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    refuses("1709210096789", |c| c.timestamp());
}

#[test]
fn arrays_and_json() {
    let cell = batch(r#"[1, -2 ,9223372036854775807]"#);
    let longs: Result<Vec<i64>, _> =
        cell.cell(0, 0).unwrap().elements().unwrap().map(|element| element.i64()).collect();
    assert_eq!(longs.unwrap(), [1, -2, i64::MAX]);
    let nested = batch(r#"[[1],["a,]"],{"k":[2]},null,"x"]"#);
    let parts: Vec<String> = nested
        .cell(0, 0)
        .unwrap()
        .elements()
        .unwrap()
        .map(|element| element.json().unwrap().into_owned())
        .collect();
    assert_eq!(parts, ["[1]", "[\"a,]\"]", "{\"k\":[2]}", "null", "x"]);
    assert_eq!(batch("[ ]").cell(0, 0).unwrap().elements().unwrap().count(), 0);
    let members = |text: &str| -> Vec<(String, String)> {
        let batch = batch(text);
        let members = batch.cell(0, 0).unwrap().members().unwrap();
        members.map(|(k, v)| (k.into_owned(), String::from_utf8_lossy(v.raw()).into_owned())).collect()
    };
    let pairs = [("a\"", "1"), ("é", "[2,{\"x\":3}]"), ("a\"", "null")];
    let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    assert_eq!(members("{ \"a\\\"\" : 1 ,\"é\":[2,{\"x\":3}], \"a\\\"\":null }"), pairs);
    assert_eq!(members("{ }"), []);
    refuses("[1]", |c| c.members().map(|members| members.count()));
    refuses("{\"a\":1}", |c| c.elements().map(|elements| elements.count()));
    let json = batch(r#""{\"a\":[1,{\"b\":null}]}""#);
    assert_eq!(json.cell(0, 0).unwrap().json().unwrap(), r#"{"a":[1,{"b":null}]}"#);
    assert_eq!(batch("{\"k\": 1}").cell(0, 0).unwrap().json().unwrap(), "{\"k\": 1}");
    assert_eq!(format!("{:?}", json.cell(0, 0).unwrap()), "Cell(a string)");
}

/// The row of maxima of a real broker, column by column as its type says.
#[test]
fn every_type_of_a_real_row() {
    for name in ["sse-all-types-null-handling", "mse-all-types-null-handling"] {
        let answer = decode_whole(&wire(name)).unwrap();
        let batch = &answer.batches[0];
        let index = |name: &str| answer.columns.iter().position(|column| column.name == name).unwrap();
        let cell = |row, name: &str| batch.cell(row, index(name)).unwrap();
        assert_eq!(cell(3, "c_int").i32(), Ok(i32::MAX));
        assert_eq!(cell(3, "c_long").i64(), Ok(i64::MAX));
        assert_eq!(cell(3, "c_float").f32(), Ok(f32::MAX));
        assert_eq!(cell(3, "c_double").f64(), Ok(f64::MAX));
        assert_eq!(cell(4, "c_double").f64(), Ok(f64::INFINITY));
        assert_eq!(
            cell(3, "c_big_decimal").decimal().unwrap().to_string(),
            "1000000000000000000000000000000"
        );
        assert_eq!(cell(3, "c_boolean").bool(), Ok(true));
        assert_eq!(cell(3, "c_timestamp").timestamp().unwrap().to_string(), "2262-04-11T23:47:16.854");
        assert_eq!(cell(3, "c_string").text().unwrap(), "é你😀 'q' \"d\" \\ \n\t%s?");
        assert_eq!(cell(3, "c_json").json().unwrap(), "[1,\"x\"]");
        assert_eq!(cell(3, "c_bytes").bytes().unwrap(), [0xde, 0xad, 0xbe, 0xef]);
        assert_eq!(cell(0, "c_map").json().unwrap(), "{\"é \\\"\":0,\"k\":0}");
        let doubles: Vec<f64> = cell(4, "a_double").elements().unwrap().map(|e| e.f64().unwrap()).collect();
        assert_eq!(doubles, [f64::INFINITY, 2.2]);
        assert!((1..answer.columns.len()).all(|column| batch.cell(1, column).unwrap().is_null()), "{name}");
    }
}
