//! Values that are there more than once, and handles.

use bytes::Bytes;
use querent_protocol::ignite::value::{Object, Value};
use querent_protocol::ignite::{DecodeError, Writer};

use crate::golden::{OBJECTS, VALUES, object, objects, unhex};

#[track_caller]
fn encode(value: &Value) -> Bytes {
    let mut writer = Writer::new(10_000_000);
    value.write(&mut writer);
    writer.finish().unwrap().into()
}

#[track_caller]
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Collection(collection) => &collection.values,
        Value::Array(array) => &array.values,
        other => panic!("{other:?}"),
    }
}

/// The type of Golden.java: name, friend and children, in this order.
fn friend(person: &Value) -> Value {
    person.as_object().unwrap().field_at(1).unwrap().unwrap()
}

fn name(person: &Value) -> Value {
    person.as_object().unwrap().field_at(0).unwrap().unwrap()
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

#[test]
fn a_collection_that_is_there_twice_is_one() {
    for name in ["list-twice", "map-twice", "array-twice", "point-twice"] {
        let value = Value::decode(&object(VALUES, name)).unwrap();
        assert_eq!(list(&value)[0], list(&value)[1], "{name}");
    }
    let inner = Value::list([Value::Int(1)]);
    assert_eq!(encode(&Value::list([inner.clone(), inner])), object(VALUES, "list-twice"));
}

#[test]
fn a_handle_in_an_object_finds_what_is_outside_of_it() {
    let value = Value::decode(&object(VALUES, "list-cross")).unwrap();
    let [a, b, again] = list(&value) else { panic!() };
    assert_eq!((name(a), name(&friend(b)), a), (text("a"), text("a"), again));
    let value = Value::decode(&object(VALUES, "list-into")).unwrap();
    let [b, c] = list(&value) else { panic!() };
    assert_eq!((name(&friend(b)), name(&friend(c))), (text("a"), text("a")));
}

#[test]
fn an_object_taken_out_brings_along_what_it_refers_to() {
    let value = Value::decode(&object(VALUES, "list-cross")).unwrap();
    let alone = Value::decode(&encode(&list(&value)[1])).unwrap();
    assert_eq!((name(&alone), name(&friend(&alone))), (text("b"), text("a")));
    // The same, written by Java: b with a inside.
    let java = Value::decode(&object(VALUES, "list-into")).unwrap();
    assert_eq!(encode(&alone), encode(&list(&java)[0]));
}

#[test]
fn a_cycle_is_walked_as_long_as_one_likes() {
    for (name, bytes) in objects(OBJECTS).filter(|(name, _)| name.ends_with(":cycle")) {
        let mut person = Value::decode(&bytes).unwrap();
        for _ in 0..1000 {
            person = friend(&person);
        }
        assert_eq!(self::name(&person), text("a"), "{name}");
        // Taken out of the middle, b comes first, with a inside, and a handle of b in that.
        let b = friend(&person);
        let alone = Value::decode(&encode(&b)).unwrap();
        assert_eq!(self::name(&alone), text("b"), "{name}");
        assert_eq!(self::name(&friend(&alone)), text("a"), "{name}");
        assert_eq!(friend(&friend(&alone)), alone, "{name}");
        assert_eq!(encode(&alone).len(), bytes.len(), "{name}");
    }
}

#[test]
fn parent_and_child_are_a_cycle_through_a_list() {
    let parent = Value::decode(&object(VALUES, "cycle")).unwrap();
    let children = parent.as_object().unwrap().field_at(2).unwrap().unwrap();
    let child = &list(&children)[0];
    assert_eq!((name(child), name(&friend(child))), (text("child"), text("parent")));
    let alone = Value::decode(&encode(&children)).unwrap();
    let child = &list(&alone)[0];
    let parent = friend(child);
    assert_eq!((name(child), name(&parent)), (text("child"), text("parent")));
    let children = parent.as_object().unwrap().field_at(2).unwrap().unwrap();
    assert_eq!(list(&children)[0], *child);
}

#[test]
fn a_collection_in_itself_can_be_read_but_not_owned() {
    let bytes = object(VALUES, "array-of-itself");
    let error = DecodeError::expected(9, "a collection that does not contain itself");
    assert_eq!(Value::decode(&bytes), Err(error));
    let mut object = Object::decode(&bytes).unwrap();
    for _ in 0..100 {
        let Object::Array { mut elements, .. } = object else { panic!() };
        object = elements.next().unwrap().unwrap().resolve().unwrap();
    }
}

#[test]
fn a_handle_must_be_of_something() {
    for hex in ["6600000000", "6605000000", "66ffffffff", "66ffffff7f"] {
        assert!(Value::decode(&unhex(hex)).is_err(), "{hex}");
    }
    // A handle of a handle of a list.
    let bytes = unhex("17ffffffff030000001800000000016606000000660500000065");
    assert!(Value::decode(&bytes.slice(..25)).is_err());
}

#[test]
fn forty_lists_of_two_handles_are_refused() {
    // Each list holds the one before it twice, in forty steps side by side in one array.
    let mut bytes = vec![23, 0xff, 0xff, 0xff, 0xff, 40, 0, 0, 0];
    let mut last = bytes.len();
    bytes.extend([24, 1, 0, 0, 0, 1, 101]);
    for _ in 1..40 {
        let start = bytes.len();
        bytes.extend([24, 2, 0, 0, 0, 1]);
        for _ in 0..2 {
            let offset = i32::try_from(bytes.len() - last).unwrap();
            bytes.push(102);
            bytes.extend(offset.to_le_bytes());
        }
        last = start;
    }
    assert!(Value::decode(&Bytes::from(bytes)).is_err());
}
