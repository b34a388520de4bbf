//! Every type is read back from its text, and broken texts are told apart.

use super::*;

/// Names that break readers which do not respect quotes.
const NAMES: [&str; 10] =
    ["item", "a", "", "it's", "')", "back\\slash", "say \"hi\"", "x, field: 'y'", "é\u{301}\n\0", "}), "];
const UNITS: [TimeUnit; 4] =
    [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

#[track_caller]
fn round_trip(ty: &SqlType) {
    let text = ty.to_string();
    assert_eq!(text.parse::<SqlType>().as_ref(), Ok(ty), "{text}");
}

/// Every type without members, with the bounds of every argument.
fn leaves() -> Vec<SqlType> {
    let mut types: Vec<SqlType> =
        "Null Boolean Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float16 Float32 \
        Float64 BigDecimal Number Utf8 LargeUtf8 Utf8View Binary LargeBinary BinaryView Uuid Json Date32 Date64"
            .split_whitespace()
            .map(|name| simple(name).expect(name))
            .collect();
    for width in [DecimalWidth::W32, DecimalWidth::W64, DecimalWidth::W128, DecimalWidth::W256] {
        for (precision, scale) in [(1, 0), (9, -128), (76, 76), (255, 127)] {
            types.push(SqlType::Decimal { width, precision, scale });
        }
    }
    for n in [i32::MIN, 0, 16, i32::MAX] {
        types.push(SqlType::FixedSizeBinary(n));
    }
    for unit in UNITS {
        types.extend([SqlType::Time(unit), SqlType::Timestamp(unit, None), SqlType::Duration(unit)]);
        for zone in ["UTC", "+02:00", "Europe/Oslo", "", "a\"), b\\"] {
            types.push(SqlType::Timestamp(unit, Some(zone.to_owned())));
        }
    }
    types.extend(
        [IntervalUnit::YearMonth, IntervalUnit::DayTime, IntervalUnit::MonthDayNano].map(SqlType::Interval),
    );
    types
}

/// Every type with members over the given one.
fn nested(ty: &SqlType, name: &str, nullable: bool) -> Vec<SqlType> {
    let plain = Field::new(name, ty.clone(), nullable);
    let metadata = NAMES.iter().map(|k| (k.to_string(), name.to_owned())).collect();
    let noted = Field { metadata, ..plain.clone() };
    let mut types = vec![SqlType::Struct(Vec::new()), SqlType::Union(Vec::new(), UnionMode::Dense)];
    for field in [plain, noted] {
        let boxed = Box::new(field.clone());
        for layout in [ListLayout::List, ListLayout::Large, ListLayout::View, ListLayout::LargeView] {
            types.push(SqlType::List(boxed.clone(), layout));
        }
        types.push(SqlType::FixedSizeList(boxed.clone(), 3));
        types.push(SqlType::Struct(vec![field.clone(), Field::item(SqlType::Json), field.clone()]));
        types.push(SqlType::Map(boxed.clone(), true));
        types.push(SqlType::Map(boxed.clone(), false));
        types.push(SqlType::RunEndEncoded(Box::new(Field::item(SqlType::Int16)), boxed));
        let members = vec![(-128, field.clone()), (0, Field::item(SqlType::Uuid)), (127, field)];
        types.push(SqlType::Union(members.clone(), UnionMode::Sparse));
        types.push(SqlType::Union(members, UnionMode::Dense));
    }
    types.push(SqlType::Dictionary(Box::new(SqlType::Int8), Box::new(ty.clone())));
    types
}

#[test]
fn every_type_is_read_back() {
    for (i, leaf) in leaves().iter().enumerate() {
        round_trip(leaf);
        let name = NAMES[i % NAMES.len()];
        for once in nested(leaf, name, i % 2 == 0) {
            round_trip(&once);
            nested(&once, NAMES[(i + 3) % NAMES.len()], i % 3 == 0).iter().for_each(round_trip);
        }
    }
}

#[test]
fn hand_written_texts_may_be_looser() {
    let ty: SqlType = " Timestamp( us ,\"UTC\" ) ".parse().unwrap();
    assert_eq!(ty, SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned())));
    assert_eq!("Decimal128(10,2)".parse(), Ok(SqlType::decimal128(10, 2)));
    // As Arrow's own parser reads them besides.
    for (text, canonical) in [
        ("FixedSizeList(3, List(Int64))", "FixedSizeList(3 x List(Int64))"),
        ("Timestamp(Second, None)", "Timestamp(s)"),
        ("Timestamp(Nanosecond, Some( \"+08:00\" ))", "Timestamp(ns, \"+08:00\")"),
        ("Time64(Microsecond)", "Time64(µs)"),
        ("Duration(Millisecond)", "Duration(ms)"),
    ] {
        assert_eq!(text.parse::<SqlType>().unwrap().to_string(), canonical);
    }
}

#[test]
fn errors_name_the_place() {
    for (text, message) in [
        ("", "not a type: expected the name of a type at byte 0"),
        ("int", "not a type: expected the name of a type at byte 0"),
        ("Int64 NOT NULL", "not a type: expected the end at byte 6"),
        ("Decimal128(10)", "not a type: expected `,` at byte 13"),
        ("Decimal128(300, 2)", "not a type: expected a precision at byte 11"),
        ("Time32(ns)", "not a type: expected `s` or `ms` at byte 7"),
        ("List(Utf8", "not a type: expected `)` at byte 9"),
        ("Struct(a: Int8)", "not a type: expected a text in \" at byte 7"),
        ("Struct(\"a", "not a type: expected a closing \" at byte 9"),
        (
            "Struct(\"\\u{d800}\": Int8)",
            "not a type: expected an escape such as `\\n` or `\\u{e9}` at byte 8",
        ),
        ("Map(\"e\": Int8, often)", "not a type: expected `unsorted` at byte 15"),
    ] {
        assert_eq!(text.parse::<SqlType>().unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn every_prefix_of_a_type_is_an_error_and_no_panic() {
    let inner = Field { metadata: vec![("k".into(), "é".into())], ..Field::new("µ", SqlType::TEXT, false) };
    let text = SqlType::Union(vec![(1, inner)], UnionMode::Dense).to_string();
    for (end, _) in text.char_indices() {
        assert!(text[..end].parse::<SqlType>().is_err(), "{}", &text[..end]);
    }
}

#[test]
fn nesting_is_bounded() {
    let text = "List(".repeat(100_000);
    assert!(text.parse::<SqlType>().unwrap_err().to_string().contains("64 levels"));
}

#[cfg(feature = "serde")]
#[test]
fn serde_writes_the_text() {
    let ty = SqlType::list(SqlType::decimal128(38, -2));
    let json = serde_json::to_string(&ty).unwrap();
    assert_eq!(json, "\"List(Decimal128(38, -2))\"");
    assert_eq!(serde_json::from_str::<SqlType>(&json).unwrap(), ty);
    assert!(serde_json::from_str::<SqlType>("\"List(\"").unwrap_err().to_string().contains("name of a type"));
}
