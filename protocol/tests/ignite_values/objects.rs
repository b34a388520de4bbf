//! Complex objects, read and written.

use bytes::Bytes;
use querent_protocol::ignite::binary::{BinaryObject, Footer, ObjectReader, ObjectWriter, Schema, flag};
use querent_protocol::ignite::hash::{EMPTY_SCHEMA_ID, NameMapper, bytes_hash, field_id, type_id};
use querent_protocol::ignite::value::{
    Object, TypeName, TypeRef, Value, code, write_bytes, write_decimal, write_string, write_timestamp,
    write_uuid,
};
use querent_protocol::ignite::{Reader, Writer};
use querent_types::value::{Timestamp, Uuid};

use crate::golden::{OBJECTS, PYIGNITE, ROWS, VALUES, lines, object, objects, unhex};

const FOOTERS: [(&str, Footer); 2] = [("compact", Footer::Compact), ("full", Footer::Full)];

fn id(name: &str) -> TypeName {
    TypeName::Id(type_id(name, NameMapper::Full))
}

/// Writes an object, and returns its bytes and schema.
fn write(class: &TypeName, footer: Footer, fields: impl FnOnce(&mut ObjectWriter<'_>)) -> (Bytes, Schema) {
    let mut writer = Writer::new(1_000_000);
    let mut object = ObjectWriter::new(&mut writer, class, footer);
    fields(&mut object);
    let schema = object.finish();
    (writer.finish().unwrap().into(), schema)
}

/// The object in a golden line, taken out of its wrapping.
#[track_caller]
fn unwrapped(bytes: &Bytes) -> Bytes {
    let object = BinaryObject::decode(bytes).unwrap();
    Bytes::copy_from_slice(object.reader().as_bytes())
}

fn int(writer: &mut Writer, number: i32) {
    writer.u8(code::INT);
    writer.i32(number);
}

fn point(object: &mut ObjectWriter<'_>) {
    int(object.field(field_id("x")), 1);
    int(object.field(field_id("y")), -2);
}

#[test]
fn objects_are_written_as_java_writes_them() {
    for (form, footer) in FOOTERS {
        let check = |name: &str, class: TypeName, fields: &dyn Fn(&mut ObjectWriter<'_>)| {
            let (bytes, _) = write(&class, footer, |object| fields(object));
            let expected = object(OBJECTS, &format!("{form}:{name}"));
            assert_eq!(bytes, unwrapped(&expected), "{form} {name}");
        };
        check("point", id("Golden$Point"), &point);
        check("empty", id("Golden$Empty"), &|_| {});
        check("built-empty", id("None"), &|_| {});
        check("raw", id("Golden$Raw"), &|object| {
            let raw = object.raw();
            raw.i32(7);
            write_string(raw, Some("raw"));
        });
        check("mixed", id("Golden$Mixed"), &mixed);
        check("built", id("org.example.Built"), &|object| {
            write_string(object.field(field_id("Name")), Some("x"));
            int(object.field(field_id("iD")), 5);
            write_string(object.field(field_id("none")), None);
        });
        check("key", id("K"), &key);
        check("nested", id("Nest"), &|object| {
            let mut inner = ObjectWriter::new(object.field(field_id("o")), &id("K"), footer);
            key(&mut inner);
            inner.finish();
            let list = object.field(field_id("l"));
            list.u8(code::COLLECTION);
            list.count(1);
            list.i8(1);
            let mut inner = ObjectWriter::new(list, &id("K"), footer);
            key(&mut inner);
            inner.finish();
        });
        check("plain", id("Golden$Plain"), &|object| plain(object, footer));
    }
}

fn key(object: &mut ObjectWriter<'_>) {
    int(object.field(field_id("a")), 1);
    write_string(object.field(field_id("k")), Some("é"));
}

fn mixed(object: &mut ObjectWriter<'_>) {
    int(object.field(field_id("a")), 1);
    write_string(object.field(field_id("b")), Some("two"));
    let raw = object.raw();
    raw.i64(9);
    raw.u8(code::NULL);
}

fn plain(object: &mut ObjectWriter<'_>, footer: Footer) {
    let mut value = |name: &str, value: Value| value.write(object.field(field_id(name)));
    value("by", Value::Byte(-1));
    value("bo", Value::Bool(true));
    value("ch", Value::Char(0xe9));
    value("d", Value::Double(1.5));
    write_uuid(object.field(field_id("u")), Uuid::from_u128(0x1_0000_0000_0000_0002));
    write_decimal(object.field(field_id("dec")), &"-1.50".parse().unwrap());
    let date = object.field(field_id("dt"));
    date.u8(code::DATE);
    date.i64(5);
    write_timestamp(object.field(field_id("ts")), Timestamp::from_millis(5));
    let time = object.field(field_id("t"));
    time.u8(code::TIME);
    time.i64(5);
    Value::Ints(vec![1]).write(object.field(field_id("ia")));
    Value::Null.write(object.field(field_id("null")));
    let color = object.field(field_id("e"));
    color.u8(code::ENUM);
    color.i32(type_id("Golden$Color", NameMapper::Full));
    color.i32(2);
    let mut inner = ObjectWriter::new(object.field(field_id("o")), &id("Golden$Point"), footer);
    point(&mut inner);
    inner.finish();
}

#[test]
fn classes_without_an_id_are_written_as_java_writes_them() {
    let class = |name: &str| TypeName::Name(name.into());
    let (bytes, _) = write(&class("Golden$Point"), Footer::Compact, point);
    assert_eq!(bytes, object(OBJECTS, "unregistered:point"));
    let (bytes, _) = write(&class("Golden$Mixed"), Footer::Compact, mixed);
    assert_eq!(bytes, object(OBJECTS, "unregistered:mixed"));
    let object = ObjectReader::decode(&bytes).unwrap();
    assert_eq!((object.type_id(), object.class().to_owned()), (0, class("Golden$Mixed")));
    assert_eq!(object.class_name().unwrap().text(), "Golden$Mixed");
    assert!(matches!(object.field_at(0), Ok(Some(Object::Int(1)))));
    assert_eq!(object.raw().i64(), Ok(9));
}

#[test]
fn pyignite_writes_the_same() {
    for (form, footer) in FOOTERS {
        let (bytes, _) = write(&id("K"), footer, key);
        assert_eq!(bytes, object(PYIGNITE, &format!("object-{form}")));
    }
}

/// Header and footer of an object whose last field begins at `last`.
fn wide(last: usize, footer: Footer) -> (Bytes, Vec<u8>) {
    let (bytes, _) = write(&id("Wide"), footer, |object| {
        write_bytes(object.field(field_id("data")), &vec![0; last - 29]);
        int(object.field(field_id("last")), 1);
    });
    let footer = [&bytes[..24], &bytes[last + 5..]].concat();
    (bytes, footer)
}

#[test]
fn offsets_are_as_wide_as_the_last_one_needs() {
    for (last, width) in [(255, 1), (256, 2), (65_535, 2), (65_536, 4)] {
        for (form, footer) in FOOTERS {
            let (bytes, ends) = wide(last, footer);
            assert_eq!(ends, object(OBJECTS, &format!("{form}:wide-{last}")), "{form} {last}");
            let object = ObjectReader::decode(&bytes).unwrap();
            let widths = flag::OFFSET_ONE_BYTE | flag::OFFSET_TWO_BYTES;
            let expected = [0, flag::OFFSET_ONE_BYTE, flag::OFFSET_TWO_BYTES, 0, 0][width];
            assert_eq!(object.flags() & widths, expected);
            assert!(matches!(object.field_at(1), Ok(Some(Object::Int(1)))), "{form} {last}");
            assert!(matches!(object.field_at(2), Ok(None)));
        }
    }
    // pyignite 0.6.1 takes two bytes at 255 already.
    assert_ne!(wide(255, Footer::Compact).0, object(PYIGNITE, "wide-255"));
    let theirs = object(PYIGNITE, "wide-255");
    assert!(matches!(ObjectReader::decode(&theirs).unwrap().field_at(1), Ok(Some(Object::Int(1)))));
}

#[test]
fn fields_are_found_by_id() {
    let schema = Schema::new(vec![field_id("a"), field_id("k")]);
    for (form, _) in FOOTERS {
        let bytes = object(OBJECTS, &format!("{form}:key"));
        let Ok(Object::Wrapped { object, .. }) = Object::decode(&bytes) else { panic!() };
        assert_eq!((object.schema_id(), object.field_count()), (schema.id(), 2));
        let Ok(Some(Object::String(text))) = object.field(field_id("K"), Some(&schema)) else { panic!() };
        assert_eq!(text.text(), "é");
        assert!(matches!(object.field(field_id("z"), Some(&schema)), Ok(None)));
        let owned = BinaryObject::decode(&bytes).unwrap();
        assert_eq!(owned.field(field_id("a"), Some(&schema)), Ok(Some(Value::Int(1))));
        let is_compact = form == "compact";
        assert_eq!(object.is_compact(), is_compact);
        // A full footer needs no schema; a compact one no other than its own.
        assert_eq!(object.field(field_id("a"), None).is_err(), is_compact);
        let other = Schema::new(vec![field_id("k"), field_id("a")]);
        assert_eq!(object.ordinal(field_id("a"), Some(&other)).is_err(), is_compact);
        assert_eq!(object.field_id(0), (!is_compact).then(|| field_id("a")));
    }
}

#[test]
fn raw_data_are_read_behind_the_fields_and_without_any() {
    for (form, _) in FOOTERS {
        let bytes = object(OBJECTS, &format!("{form}:raw"));
        let object = ObjectReader::decode(&bytes).unwrap();
        let mut raw = object.raw();
        assert_eq!((object.field_count(), object.schema_id()), (0, EMPTY_SCHEMA_ID));
        assert_eq!(raw.i32(), Ok(7));
        assert!(matches!(Object::read(&mut raw), Ok(Object::String(_))));
        assert_eq!(raw.end(), Ok(()));
        let bytes = crate::golden::object(OBJECTS, &format!("{form}:mixed"));
        let object = ObjectReader::decode(&bytes).unwrap();
        let mut raw = object.raw();
        assert_eq!((raw.i64(), object.field_count()), (Ok(9), 2));
        assert!(matches!(Object::read(&mut raw), Ok(Object::Null)));
        assert_eq!(raw.end(), Ok(()));
    }
    let bytes = object(OBJECTS, "compact:point");
    assert_eq!(ObjectReader::decode(&bytes).unwrap().raw().remaining(), 0);
}

#[test]
fn the_hash_is_that_of_fields_and_raw_data() {
    let mut count = 0;
    for (name, bytes) in objects(OBJECTS).chain(objects(VALUES)).filter(|(name, _)| !name.contains(":wide-"))
    {
        let Some(object) = Object::decode(&bytes).unwrap().complex() else { continue };
        assert_eq!(bytes_hash(object.data()), object.hash(), "{name}");
        count += 1;
    }
    assert!(count > 25, "{count}");
}

#[test]
fn rows_of_real_nodes_are_read() {
    let mut count = 0;
    for words in lines(ROWS) {
        let bytes = unhex(words[2]);
        let mut reader = Reader::new(&bytes);
        for _ in 0..words[1].parse().unwrap() {
            let start = reader.position();
            let value = Value::read(&mut reader).unwrap_or_else(|error| panic!("{}: {error}", words[0]));
            let mut writer = Writer::new(10_000);
            value.write(&mut writer);
            assert_eq!(writer.finish().unwrap(), bytes[start..reader.position()], "{}", words[0]);
        }
        assert_eq!(reader.end(), Ok(()), "{}", words[0]);
        count += 1;
    }
    assert_eq!(count, 11);
}

#[track_caller]
fn row(name: &str) -> Vec<Value> {
    let words = lines(ROWS).find(|words| words[0] == name).unwrap();
    let bytes = unhex(words[2]);
    let mut reader = Reader::new(&bytes);
    std::iter::repeat_with(|| Value::read(&mut reader).unwrap()).take(words[1].parse().unwrap()).collect()
}

#[test]
fn rows_of_real_nodes_mean_what_was_written() {
    for engine in ["h2", "calcite"] {
        let row = row(&format!("{engine}:all"));
        assert_eq!(row[7], Value::Decimal("-1.5000".parse().unwrap()));
        assert_eq!(row[9], Value::String("é😀".into()));
        let Value::SqlDate(date) = row[10] else { panic!("{:?}", row[10]) };
        assert_eq!(date.timestamp().to_string(), "2024-01-15T00:00:00");
        let Value::Time(time) = row[11] else { panic!("{:?}", row[11]) };
        assert_eq!(time.timestamp().time().to_string(), "17:00:00");
        assert_eq!(row[14], Value::Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()));
        // A DATE inside an object comes in the same form.
        let value = self::row(&format!("{engine}:value"));
        let object = value[0].as_object().unwrap();
        let dates =
            (0..object.reader().field_count()).filter_map(|ordinal| object.field_at(ordinal).unwrap());
        assert!(dates.into_iter().any(|field| field == value[1]));
    }
    let Value::Period(period) = row("calcite:intervals")[0] else { panic!() };
    assert_eq!((period.interval().unwrap().months(), period.days), (14, 0));
    let Value::Duration(duration) = row("calcite:intervals")[1] else { panic!() };
    assert_eq!(duration.to_string(), "-PT76H5M6.789S");
    let Value::Decimal(large) = &row("calcite:decimal")[2] else { panic!() };
    assert_eq!((large.scale(), large.to_string()), (-30, format!("1{}", "0".repeat(30))));
}

#[test]
fn a_type_reference_is_an_id_or_a_name() {
    let bytes = object(OBJECTS, "unregistered:class");
    let Ok(Object::Class(TypeRef::Name(name))) = Object::decode(&bytes) else { panic!() };
    assert_eq!(name.text(), "Golden$Point");
}
