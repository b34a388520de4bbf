//! Bytes that no server should send: nothing panics, and no announced size is believed.

use bytes::Bytes;
use querent_protocol::ignite::binary::ObjectReader;
use querent_protocol::ignite::hash::key_hash;
use querent_protocol::ignite::value::{Object, Value, skip};
use querent_protocol::ignite::{Reader, Writer};

use crate::golden::{OBJECTS, PYIGNITE, VALUES, object, objects};

/// Does with the bytes all that can be done.
fn exercise(bytes: &Bytes) {
    let end = skip(&mut Reader::new(bytes)).map(|range| range.end);
    if let Ok(object) = Object::decode(bytes) {
        assert_eq!(end, Ok(bytes.len()));
        walk(object, 0);
        let _ = key_hash(&object);
    }
    if let Ok(value) = Value::decode(bytes) {
        assert_eq!(end, Ok(bytes.len()));
        let mut writer = Writer::new(100_000);
        value.write(&mut writer);
        // Whatever could be written can be read again, and is then written the same.
        if let Ok(written) = writer.finish() {
            let again = Value::from_slice(&written).unwrap();
            let mut writer = Writer::new(100_000);
            again.write(&mut writer);
            assert_eq!(writer.finish().unwrap(), written);
        }
        fields(&value, 0);
    }
}

fn walk(object: Object<'_>, depth: usize) {
    if depth > 4 {
        return;
    }
    match object {
        Object::Typed { elements, .. }
        | Object::Array { elements, .. }
        | Object::Collection { elements, .. }
        | Object::EnumArray { elements, .. }
        | Object::Proxy { handler: elements, .. } => {
            elements.flatten().for_each(|element| walk(element, depth + 1));
        }
        Object::Map { entries, .. } => entries.flatten().for_each(|(key, value)| {
            walk(key, depth + 1);
            walk(value, depth + 1);
        }),
        Object::Handle(handle) => handle.object().into_iter().for_each(|object| walk(object, depth + 1)),
        Object::Complex(object) | Object::Wrapped { object, .. } => {
            let _ = (object.class().to_owned(), object.data(), object.as_bytes(), object.raw().i32());
            for ordinal in 0..object.field_count().min(100) {
                let _ = object.field_id(ordinal);
                object.field_at(ordinal).into_iter().flatten().for_each(|field| walk(field, depth + 1));
            }
        }
        Object::Decimal(decimal) => {
            let _ = decimal.decimal();
        }
        _ => {}
    }
}

fn fields(value: &Value, depth: usize) {
    let Some(object) = value.as_object().filter(|_| depth < 4) else { return };
    for ordinal in 0..object.reader().field_count().min(100) {
        if let Ok(Some(field)) = object.field_at(ordinal) {
            let mut writer = Writer::new(100_000);
            field.write(&mut writer);
            let _ = writer.finish();
            fields(&field, depth + 1);
        }
    }
}

fn all() -> impl Iterator<Item = (&'static str, Bytes)> {
    objects(VALUES).chain(objects(OBJECTS)).chain(objects(PYIGNITE)).filter(|(_, bytes)| bytes.len() < 1000)
}

#[test]
fn every_changed_byte_is_survived() {
    for (_, bytes) in all() {
        for idx in 0..bytes.len() {
            for byte in [0, 1, 24, 27, 101, 102, 103, 0x7f, 0x80, 0xff, bytes[idx].wrapping_add(1)] {
                let mut changed = bytes.to_vec();
                changed[idx] = byte;
                exercise(&changed.into());
            }
        }
    }
}

#[test]
fn every_changed_number_is_survived() {
    for (_, bytes) in all() {
        for idx in 0..bytes.len().saturating_sub(3) {
            for number in [-1_i32, i32::MAX, i32::MIN, 0x0100_0000, 5] {
                let mut changed = bytes.to_vec();
                changed[idx..idx + 4].copy_from_slice(&number.to_le_bytes());
                exercise(&changed.into());
            }
        }
    }
}

#[test]
fn random_bytes_are_survived() {
    // A xorshift generator: the same bytes on every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let interesting = [1, 2, 3, 9, 12, 20, 23, 24, 25, 27, 28, 29, 30, 32, 33, 35, 101, 102, 103, 253, 254];
    for _ in 0..20_000 {
        let len = (next() % 80) as usize;
        let mut byte = || {
            let random = next();
            match random % 4 {
                0 => interesting[(random >> 8) as usize % interesting.len()],
                1 => (random >> 8) as u8,
                _ => (random >> 8) as u8 % 4,
            }
        };
        let bytes: Bytes = std::iter::repeat_with(&mut byte).take(len).collect();
        exercise(&bytes);
    }
}

#[test]
fn depth_is_bounded_where_it_costs() {
    let nested = |depth| {
        let mut bytes = [24, 1, 0, 0, 0, 1].repeat(depth);
        bytes.push(101);
        Bytes::from(bytes)
    };
    assert!(Value::decode(&nested(128)).is_ok());
    assert!(Value::decode(&nested(129)).is_err());
    assert!(Value::decode(&nested(100_000)).is_err());
    // Wrapped objects in each other are not looked into.
    exercise(&nested(1000));
}

#[test]
fn objects_in_objects_are_written_to_a_depth() {
    // Each object holds the next, and the innermost a handle of a list before them all.
    let mut writer = Writer::new(1_000_000);
    writer.bytes(&[24, 2, 0, 0, 0, 1]);
    let target = writer.position();
    writer.bytes(&[24, 0, 0, 0, 0, 1]);
    nest(&mut writer, 300, target);
    let bytes = Bytes::from(writer.finish().unwrap());
    let value = Value::decode(&bytes).unwrap();
    let Value::Collection(list) = &value else { panic!() };
    let mut writer = Writer::new(1_000_000);
    list.values[1].write(&mut writer);
    assert!(writer.finish().is_err());
}

fn nest(writer: &mut Writer, depth: usize, target: usize) {
    use querent_protocol::ignite::binary::{Footer, ObjectWriter};
    use querent_protocol::ignite::value::TypeName;
    if depth == 0 {
        let offset = i32::try_from(writer.position() - target).unwrap();
        writer.u8(102);
        writer.i32(offset);
        return;
    }
    let mut object = ObjectWriter::new(writer, &TypeName::Id(1), Footer::Compact);
    nest(object.field(1), depth - 1, target);
    object.finish();
}

#[test]
fn a_footer_that_points_outside_is_an_error() {
    let good = object(OBJECTS, "compact:point");
    let object = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.to_vec();
        change(&mut bytes);
        Bytes::from(bytes)
    };
    for (idx, byte) in [(20, 0), (20, 23), (20, 0xff), (23, 0x80), (1, 2), (12, 23), (12, 0xff), (15, 0x80)] {
        let bytes = object(&|bytes| bytes[idx] = byte);
        assert!(ObjectReader::decode(&bytes).is_err(), "{idx} {byte}");
    }
    for offset in [0, 23, 34, 35, 0xff] {
        let bytes = object(&|bytes| bytes[34] = offset);
        assert!(ObjectReader::decode(&bytes).unwrap().field_at(0).is_err(), "{offset}");
    }
    // The last field would end within the footer.
    let bytes = object(&|bytes| bytes[34] = 30);
    assert!(ObjectReader::decode(&bytes).unwrap().field_at(0).is_err());
}
