//! Values of every type, both ways.

use std::borrow::Cow;

use bytes::Bytes;
use querent_protocol::ignite::value::{
    CollectionKind, EnumValue, MapKind, Millis, Object, Period, TypeName, Value, skip,
};
use querent_protocol::ignite::{EncodeError, Reader, Writer};
use querent_types::value::{Decimal, Duration, Timestamp, Uuid};

use crate::golden::{OBJECTS, PYIGNITE, VALUES, object, objects, unhex};

#[track_caller]
fn encode(value: &Value) -> Bytes {
    let mut writer = Writer::new(10_000_000);
    value.write(&mut writer);
    writer.finish().unwrap().into()
}

/// Whole objects of the golden files, without those of which only header and footer are there.
fn all() -> impl Iterator<Item = (&'static str, Bytes)> {
    objects(VALUES)
        .chain(objects(OBJECTS))
        .chain(objects(PYIGNITE))
        .filter(|(name, _)| !name.contains(":wide-"))
}

#[test]
fn every_object_comes_back_as_the_same_bytes() {
    let mut count = 0;
    for (name, bytes) in all() {
        if name == "array-of-itself" {
            continue;
        }
        let value = Value::decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(encode(&value), bytes, "{name}");
        assert_eq!(encode(&Value::read(&mut Reader::new(&bytes)).unwrap()), bytes, "{name}");
        count += 1;
    }
    assert!(count > 120, "{count}");
}

#[test]
fn every_object_is_skipped_to_its_end() {
    for (name, bytes) in all() {
        let mut padded = vec![0; 3];
        padded.extend(&bytes);
        padded.push(103);
        let mut reader = Reader::new(&padded).at(3).unwrap();
        assert_eq!(skip(&mut reader), Ok(3..padded.len() - 1), "{name}");
        let mut reader = Reader::new(&padded).at(3).unwrap();
        Object::read(&mut reader).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(reader.position(), padded.len() - 1, "{name}");
    }
}

#[test]
fn every_object_cut_short_is_an_error() {
    for (name, bytes) in all() {
        for len in 0..bytes.len() {
            let cut = bytes.slice(..len);
            assert!(skip(&mut Reader::new(&cut)).is_err(), "{name} {len}");
            assert!(Object::decode(&cut).is_err(), "{name} {len}");
            assert!(Value::decode(&cut).is_err(), "{name} {len}");
        }
    }
}

#[track_caller]
fn check(name: &str, expected: &Value) {
    let bytes = object(VALUES, name);
    let value = Value::decode(&bytes).unwrap();
    assert_eq!(value, *expected, "{name}");
    assert_eq!(encode(expected), bytes, "{name}");
}

fn timestamp(text: &str) -> Value {
    Value::Timestamp(text.parse().unwrap())
}

#[test]
fn scalars_mean_what_java_meant() {
    check("null", &Value::Null);
    check("byte", &Value::Byte(-128));
    check("short", &Value::Short(i16::MIN));
    check("int", &Value::Int(i32::MIN));
    check("long", &Value::Long(i64::MIN));
    check("float", &Value::Float(1.5));
    check("double", &Value::Double(-0.0));
    check("double-max", &Value::Double(f64::MAX));
    check("char", &Value::Char(0xd83d));
    check("bool-true", &Value::Bool(true));
    check("bool-false", &Value::Bool(false));
    check("string-empty", &Value::String(String::new()));
    check("string", &Value::String("naïve".into()));
    check("string-emoji", &Value::String("a😀b".into()));
    check("string-nul", &Value::String("\0".into()));
    check("uuid", &Value::Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()));
    assert!(
        matches!(Value::decode(&object(VALUES, "float-nan")), Ok(Value::Float(number)) if number.is_nan())
    );
}

#[test]
fn dates_and_times_mean_what_java_meant() {
    check("date", &Value::Date(Millis(1_705_276_800_000)));
    check("date-negative", &Value::Date(Millis(-1)));
    check("sql-date", &Value::SqlDate(Millis(1_705_276_800_000)));
    check("time", &Value::Time(Millis(61_200_000)));
    check("timestamp", &timestamp("2024-01-15T00:00:00.123456789"));
    check("timestamp-negative", &timestamp("1969-12-31T23:59:59.999000001"));
    check("duration", &Value::Duration(Duration::new(-5, 7).unwrap()));
    check("duration-day", &Value::Duration(Duration::from_secs(172_800)));
    check("period", &Value::Period(Period { years: 1, months: -2, days: 3 }));
    check("period-zero", &Value::Period(Period::default()));
    assert_eq!(Period { years: 1, months: -2, days: 3 }.interval().unwrap().months(), 10);
    assert!(matches!(Value::decode(&object(VALUES, "local-date")), Ok(Value::Optimized(_))));
}

#[test]
fn decimals_keep_their_scale() {
    let mut count = 0;
    for (name, bytes) in objects(VALUES) {
        let Some(text) = name.strip_prefix("decimal:") else { continue };
        let expected: Decimal = text.parse().unwrap();
        let Ok(Value::Decimal(read)) = Value::decode(&bytes) else { panic!("{name}") };
        // Reading text gives a scale of zero at least, so that one is compared as a number only.
        let scale = if text == "1E+10" { -10 } else { expected.scale() };
        assert_eq!((&read, read.scale()), (&expected, scale), "{name}");
        assert_eq!(encode(&Value::Decimal(read)), bytes, "{name}");
        count += 1;
    }
    assert_eq!(count, 16);
}

#[test]
fn arrays_mean_what_java_meant() {
    check("byte-array", &Value::Bytes(Bytes::from_static(&[1, 0xff])));
    check("short-array", &Value::Shorts(vec![1, -1]));
    check("int-array", &Value::Ints(vec![1, -1]));
    check("int-array-empty", &Value::Ints(vec![]));
    check("long-array", &Value::Longs(vec![1, -1]));
    check("float-array", &Value::Floats(vec![1.5]));
    check("double-array", &Value::Doubles(vec![1.5]));
    check("char-array", &Value::Chars(vec![97, 0xe9]));
    check("bool-array", &Value::Bools(vec![true, false]));
    check("string-array", &Value::Strings(vec![Some("a".into()), None, Some("é".into())]));
    check("uuid-array", &Value::Uuids(vec![Some(Uuid::from_u128(0x1_ffff_ffff_ffff_ffff)), None]));
    check("date-array", &Value::Dates(vec![Some(Millis(1)), None]));
    check("decimal-array", &Value::Decimals(vec![Some("1.50".parse().unwrap()), None]));
    let instant: Timestamp = "2024-01-15T00:00:00.123456789".parse().unwrap();
    check("timestamp-array", &Value::Timestamps(vec![Some(instant), None]));
    check("time-array", &Value::Times(vec![Some(Millis(1)), None]));
    check("object-array", &Value::array([Value::Int(1), Value::String("a".into()), Value::Null]));
    let inner = Value::array([Value::Long(1)]);
    check("object-array-nested", &Value::array([inner, Value::Ints(vec![2])]));
}

#[test]
fn collections_and_maps_mean_what_java_meant() {
    let one_a_null = [Value::Int(1), Value::String("a".into()), Value::Null];
    check("array-list", &Value::list(one_a_null));
    // pyignite 0.6.1 cannot send it.
    check("array-list-empty", &Value::list([]));
    let map = [(Value::Int(1), Value::Null), (Value::Null, Value::Long(2))];
    check("linked-hash-map", &Value::map(map));
    for (name, expected) in [
        ("linked-list", CollectionKind::LinkedList),
        ("hash-set", CollectionKind::HashSet),
        ("linked-hash-set", CollectionKind::LinkedHashSet),
        ("singleton-list", CollectionKind::SingletonList),
    ] {
        let Ok(Value::Collection(collection)) = Value::decode(&object(VALUES, name)) else {
            panic!("{name}")
        };
        assert_eq!(collection.kind, expected);
    }
    let Ok(Value::Map(map)) = Value::decode(&object(VALUES, "hash-map")) else { panic!() };
    assert_eq!(map.kind, MapKind::HashMap);
    for kind in [255_u8, 0] {
        let bytes = Bytes::from(vec![24, 1, 0, 0, 0, kind, 101]);
        assert_eq!(encode(&Value::decode(&bytes).unwrap()), bytes);
    }
    assert!(Value::decode(&Bytes::from_static(&[24, 0, 0, 0, 0, 6])).is_err());
    assert!(Value::decode(&Bytes::from_static(&[25, 0, 0, 0, 0, 3])).is_err());
}

#[test]
fn enums_and_classes_mean_what_java_meant() {
    let Ok(Value::Enum(green)) = Value::decode(&object(VALUES, "enum")) else { panic!() };
    assert_eq!(green.ordinal, 1);
    let named = EnumValue { class: TypeName::Name("Golden$Color".into()), ordinal: 1 };
    assert_eq!(Value::decode(&object(OBJECTS, "unregistered:enum")), Ok(Value::Enum(named)));
    check("class-int", &Value::Class(TypeName::Id(3)));
    let Ok(Value::Proxy(proxy)) = Value::decode(&object(VALUES, "proxy")) else { panic!() };
    assert_eq!((proxy.interfaces.len(), proxy.handler.as_object().is_some()), (1, true));
    let binary = unhex("260700000002000000");
    let value = Value::decode(&binary).unwrap();
    assert_eq!(value, Value::BinaryEnum(EnumValue { class: TypeName::Id(7), ordinal: 2 }));
    assert_eq!(encode(&value), binary);
}

#[test]
fn a_lazy_object_borrows_its_text() {
    let bytes = object(VALUES, "array-list");
    let Ok(Object::Collection { elements, .. }) = Object::decode(&bytes) else { panic!() };
    let mut elements = elements.map(Result::unwrap);
    assert!(matches!(elements.next(), Some(Object::Int(1))));
    let Some(Object::String(text)) = elements.next() else { panic!() };
    assert!(matches!(text.text(), Cow::Borrowed("a")));
    assert!(elements.next().unwrap().is_null() && elements.next().is_none());
}

#[test]
fn an_element_of_another_type_is_refused() {
    let bytes = Bytes::from_static(&[20, 1, 0, 0, 0, 3, 0, 0, 0, 0]);
    assert_eq!(Value::decode(&bytes).unwrap_err().offset(), 5);
    let Ok(Object::Typed { mut elements, .. }) = Object::decode(&bytes) else { panic!() };
    assert!(elements.next().unwrap().is_err() && elements.next().is_none());
}

#[test]
fn what_does_not_fit_is_refused() {
    for value in [
        Value::Timestamp(Timestamp::MAX),
        Value::Class(TypeName::Id(0)),
        Value::list([Value::Transformed(Bytes::new())]),
        (0..200).fold(Value::Null, |value, _| Value::list([value])),
    ] {
        let mut writer = Writer::new(10_000);
        value.write(&mut writer);
        assert!(matches!(writer.finish(), Err(EncodeError::Unsendable(_))));
    }
}

#[test]
fn wrong_utf8_is_read_as_java_reads_it() {
    // "a😀" as IGNITE_BINARY_MARSHALLER_USE_STRING_SERIALIZATION_VER_2 writes it.
    let bytes = unhex("090700000061eda0bdedb880");
    assert_eq!(Value::decode(&bytes), Ok(Value::String("a😀".into())));
}
