//! Values of every type, between us and the two other clients: written here and read there, and back. Each that can be one
//! is a key as well: what one side has stored, the other finds.
//!
//! What a type means to Rust (`Date`, `Decimal`, structs) is in `objects`; which node a key goes to, in `partitions`.

use std::collections::BTreeSet;
use std::sync::Arc;

use querent_core::Pool;
use querent_core::types::value::{Decimal, Duration, Timestamp, Uuid};
use querent_ignite::object::{BinaryEnum, BinaryType, ObjectReader, ObjectWriter, ReadError, ToObject};
use querent_ignite::wire::{
    Collection, CollectionKind, EnumValue, Map, MapKind, Millis, ObjectArray, Period, TypeName, Value,
};
use querent_ignite::{Cache, Cluster};
use querent_protocol::ignite::Writer;
use querent_protocol::ignite::value::code;
use serde_json::{Value as Json, json};

use crate::objects::Color;
use crate::oracle::Oracle;
use crate::{Orders, pool};

crate::tests! { TESTS:
    every_type_is_exchanged_with_java,
    every_type_is_exchanged_with_python,
    every_type_has_a_case,
    objects_are_exchanged,
}

/// One value, as we have it and as the oracles say it.
struct Case {
    ours: Value,
    theirs: Json,
    /// What they read of ours where that is not what they write, and what we read of theirs: the server keeps it so.
    kept: Option<(Value, Json)>,
    /// Whether it can be a key: it has a hash of its own.
    is_key: bool,
    /// Whether pyignite has the type; where not, why.
    python: Result<(), &'static str>,
}

impl Case {
    fn new(ours: Value, theirs: Json) -> Case {
        Case { ours, theirs, kept: None, is_key: false, python: Ok(()) }
    }

    fn key(self) -> Case {
        Case { is_key: true, ..self }
    }

    fn kept_as(self, ours: Value, theirs: Json) -> Case {
        Case { kept: Some((ours, theirs)), ..self }
    }

    fn not_in_python(self, why: &'static str) -> Case {
        Case { python: Err(why), ..self }
    }
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().expect("a decimal"))
}

fn one(t: &str, v: impl Into<Json>) -> Json {
    json!({"t": t, "v": v.into()})
}

/// Numbers, texts, ids, and what is a date or a time.
fn scalars() -> Vec<Case> {
    let uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210);
    let stamp = Timestamp::new(1_700_000_000, 123_456_789).expect("a timestamp");
    vec![
        Case::new(Value::Byte(-128), one("byte", -128)).key(),
        Case::new(Value::Short(-300), one("short", -300)).key(),
        Case::new(Value::Int(i32::MIN), one("int", i32::MIN)).key(),
        Case::new(Value::Long(i64::MAX), one("long", i64::MAX)).key(),
        Case::new(Value::Float(-1.5), one("float", "-1.5")).key(),
        Case::new(Value::Double(1e300), one("double", "1e300")).key(),
        Case::new(Value::Double(f64::NEG_INFINITY), one("double", "-Infinity")).key(),
        Case::new(Value::Char(0xdf), one("char", 0xdf)).key(),
        Case::new(Value::Bool(true), one("bool", true)).key(),
        Case::new(Value::String("aé".into()), one("string", "aé")).key(),
        Case::new(Value::String("a\0é".into()), one("string", "a\0é"))
            .key()
            .not_in_python("it reads a text up to its first NUL"),
        Case::new(Value::String("a😀é".into()), one("string", "a😀é"))
            .key()
            .not_in_python("it hashes code points, not UTF-16 units, so it finds no such key"),
        Case::new(Value::String(String::new()), one("string", "")).key(),
        Case::new(Value::Uuid(uuid), one("uuid", uuid.to_string())).key(),
        Case::new(Value::Date(Millis(-1)), json!({"t": "date", "ms": -1})).key(),
        Case::new(Value::Time(Millis(45_296_789)), json!({"t": "time", "ms": 45_296_789})).key(),
        Case::new(
            Value::Timestamp(stamp),
            json!({"t": "timestamp", "ms": 1_700_000_000_123_i64, "ns": 456_789}),
        )
        .key(),
        Case::new(decimal("1.5"), json!({"t": "decimal", "unscaled": "15", "scale": 1})).key(),
        Case::new(
            decimal("-123456789012345678901234567890.5"),
            json!({"t": "decimal", "unscaled": "-1234567890123456789012345678905", "scale": 1}),
        )
        .key(),
        Case::new(decimal("1.50"), json!({"t": "decimal", "unscaled": "150", "scale": 2}))
            .key()
            .not_in_python("it loses the scale"),
        Case::new(Value::SqlDate(Millis(86_400_000)), json!({"t": "sql_date", "ms": 86_400_000}))
            .not_in_python("it cannot read code 254"),
    ]
}

/// Arrays that have a code of their own.
fn arrays() -> Vec<Case> {
    let none = || json!({"t": "null"});
    let uuid = Uuid::from_u128(7);
    let ms = |t: &str| json!({"t": t, "ms": 5});
    vec![
        Case::new(Value::Bytes(vec![1, 255].into()), one("byte[]", json!([1, -1]))),
        Case::new(Value::Shorts(vec![1, -1]), one("short[]", json!([1, -1]))),
        Case::new(Value::Ints(vec![1, -1]), one("int[]", json!([1, -1]))),
        Case::new(Value::Longs(vec![1, i64::MIN]), one("long[]", json!([1, i64::MIN]))),
        Case::new(Value::Floats(vec![1.5, -1.5]), one("float[]", json!(["1.5", "-1.5"]))),
        Case::new(Value::Doubles(vec![1.5, -1.5]), one("double[]", json!(["1.5", "-1.5"]))),
        Case::new(Value::Chars(vec![97, 0xdf]), one("char[]", json!([97, 0xdf]))),
        Case::new(Value::Bools(vec![true, false]), one("bool[]", json!([true, false]))),
        Case::new(
            Value::Strings(vec![Some("ß".into()), None]),
            one("string[]", json!([one("string", "ß"), none()])),
        ),
        Case::new(
            Value::Uuids(vec![Some(uuid), None]),
            one("uuid[]", json!([one("uuid", uuid.to_string()), none()])),
        ),
        Case::new(Value::Dates(vec![Some(Millis(5)), None]), one("date[]", json!([ms("date"), none()]))),
        Case::new(Value::Times(vec![Some(Millis(5)), None]), one("time[]", json!([ms("time"), none()]))),
        Case::new(
            Value::Timestamps(vec![Timestamp::new(0, 5_000_007), None]),
            one("timestamp[]", json!([{"t": "timestamp", "ms": 5, "ns": 7}, none()])),
        ),
        Case::new(
            Value::Decimals(vec![Some(Decimal::from_parts(-15, 1)), None]),
            one("decimal[]", json!([{"t": "decimal", "unscaled": "-15", "scale": 1}, none()])),
        ),
    ]
}

/// What holds objects. `color` is the id of the enum of these tests.
fn holders(color: i32) -> Vec<Case> {
    let (int, text) = (Value::Int(1), Value::String("x".into()));
    let theirs = json!([one("int", 1), one("string", "x"), {"t": "null"}]);
    let values = vec![int.clone(), text.clone(), Value::Null];
    let collection = |kind, name: &str, values: Vec<Value>, theirs: Json| {
        let ours = Value::Collection(Arc::new(Collection { kind, values }));
        Case::new(ours, json!({"t": "collection", "kind": name, "v": theirs}))
    };
    let map = |kind, name: &str, key: Value, their_key: Json| {
        let ours = Value::Map(Arc::new(Map { kind, entries: vec![(key, Value::Bool(true))] }));
        Case::new(ours, json!({"t": "map", "kind": name, "v": [[their_key, one("bool", true)]]}))
    };
    let hue = |ordinal| EnumValue { class: TypeName::Id(color), ordinal };
    let their_hue =
        |ordinal: i32| json!({"t": "binary_enum", "type": "querent.test.Hue", "ordinal": ordinal});
    let hues = ObjectArray { element: TypeName::Id(color), values: vec![Value::Enum(hue(1)), Value::Null] };
    let kept_hues = Value::array([Value::BinaryEnum(hue(1)), Value::Null]);
    let their_hues = json!({"t": "object[]", "v": [their_hue(1), {"t": "null"}]});
    let singleton = collection(
        CollectionKind::SingletonList,
        "singleton_list",
        vec![int.clone()],
        json!([one("int", 1)]),
    );
    vec![
        Case::new(Value::array(values.clone()), json!({"t": "object[]", "type_id": -1, "v": theirs})),
        collection(CollectionKind::ArrayList, "array_list", values.clone(), theirs.clone()),
        collection(CollectionKind::LinkedList, "linked_list", values.clone(), theirs.clone()),
        collection(CollectionKind::HashSet, "hash_set", vec![int.clone()], json!([one("int", 1)])),
        collection(CollectionKind::LinkedHashSet, "linked_hash_set", values, theirs),
        // Java's class for it has no code: what Java and servers write is 254, and only Java reads it as a list.
        singleton.kept_as(Value::Null, Json::Null).not_in_python("the server keeps it as code 254"),
        collection(CollectionKind::ArrayList, "array_list", vec![], json!([]))
            .not_in_python("it cannot write an empty list"),
        map(MapKind::HashMap, "hash_map", text, one("string", "x")),
        map(MapKind::LinkedHashMap, "linked_hash_map", int, one("int", 1)),
        Case::new(Value::BinaryEnum(hue(2)), their_hue(2)).key(),
        // A server keeps an enum as one of a binary type, and an array of them as one of objects.
        Case::new(Value::Enum(hue(2)), their_hue(2)).kept_as(Value::BinaryEnum(hue(2)), their_hue(2)).key(),
        Case::new(Value::EnumArray(Arc::new(hues)), their_hues.clone()).kept_as(kept_hues, their_hues),
    ]
}

/// What only Java has, and says in its own way.
fn of_java() -> Vec<Case> {
    let why = "it cannot read code 254";
    let java = |class: &str, text: &str| json!({"t": "java", "class": class, "text": text});
    vec![
        Case::new(
            Value::Duration(Duration::new(-5, 7).expect("a duration")),
            java("java.time.Duration", "PT-4.999999993S"),
        )
        .not_in_python(why),
        Case::new(
            Value::Period(Period { years: 1, months: -2, days: 3 }),
            java("java.time.Period", "P1Y-2M3D"),
        )
        .not_in_python(why),
    ]
}

/// The same in one way, whoever says it: objects without the numbers that Java adds, floats as numbers.
fn plain(said: &Json, color: i32) -> Json {
    match said {
        Json::Array(items) => items.iter().map(|item| plain(item, color)).collect(),
        Json::Object(members) => {
            let kind = members.get("t").and_then(Json::as_str).unwrap_or_default();
            let mut plain: serde_json::Map<_, _> =
                members.iter().map(|(name, value)| (name.clone(), self::plain(value, color))).collect();
            if let ("float" | "double", Some(text)) = (kind, members.get("v").and_then(Json::as_str)) {
                let number: f64 = text.replace("Infinity", "inf").parse().expect("a number");
                plain.insert("v".to_owned(), Json::String(format!("{number:?}")));
            }
            if let "float[]" | "double[]" = kind {
                let number = |item: &Json| match item.as_str() {
                    Some(text) => text.parse().expect("a number"),
                    None => item.as_f64().expect("a number"),
                };
                let items = members["v"].as_array().expect("elements").iter().map(number);
                plain.insert("v".to_owned(), items.collect::<Vec<f64>>().into());
            }
            if kind == "object[]" {
                plain.remove("class");
                plain.remove("type_id");
            }
            if plain.get("type").is_some_and(|name| name == HUE) {
                plain.remove("type");
                plain.insert("type_id".to_owned(), color.into());
            }
            Json::Object(plain)
        }
        other => other.clone(),
    }
}

/// The enum of these tests.
const HUE: &str = <Color as BinaryEnum>::TYPE_NAME;

struct Meeting {
    pool: Pool<Orders>,
    cache: Cache<Orders, Value, Value>,
    oracle: Oracle,
    /// The id of the enum.
    color: i32,
}

impl Meeting {
    /// With another client, in a cache that no other test has.
    async fn new(url: &str, kind: &str, cache: &'static str) -> Meeting {
        let pool = pool(url).await;
        let cache = crate::keyvalue::cache(&pool, cache).await;
        let cluster = Cluster::<Orders>::new();
        cluster.register_enum::<Color>(&pool).await.unwrap();
        let color = cluster.binary_type(&pool, HUE).await.unwrap().expect("an enum").id;
        Meeting { pool, cache, oracle: Oracle::connect(kind, url).await, color }
    }

    async fn put_theirs(&mut self, key: &Json, value: &Json) {
        let put = json!({"op": "put", "cache": self.cache.name(), "key": key, "value": value});
        self.oracle.ask(put).await;
    }

    async fn get_theirs(&mut self, key: &Json) -> Json {
        let read = self.oracle.ask(json!({"op": "get", "cache": self.cache.name(), "key": key})).await;
        plain(&read, self.color)
    }

    /// A value goes both ways, and as a key it is found from both sides.
    async fn exchange(&mut self, case: &Case) {
        let at = one("string", "at");
        let (pool, cache) = (self.pool.clone(), self.cache.clone());
        let key = Value::String("at".to_owned());
        let said = &case.theirs;
        let kept = case.kept.as_ref();
        let read_there = plain(kept.map_or(said, |kept| &kept.1), self.color);
        let read_here = kept.map_or(&case.ours, |kept| &kept.0);
        cache.put(&pool, &key, &case.ours).await.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        if !read_there.is_null() {
            assert_eq!(self.get_theirs(&at).await, read_there, "ours, read by them");
        }
        // `java` is how Java tells what it has and no JSON says.
        if said["t"] != "java" {
            self.put_theirs(&at, said).await;
            let read = cache.get(&pool, &key).await.unwrap_or_else(|error| panic!("{said}: {error:?}"));
            let read = read.expect("what they wrote");
            if !read_here.is_null() {
                assert_eq!(&read, read_here, "{said}: theirs, read by us");
            }
            // Whatever it is, it goes back as it came.
            cache.put(&pool, &key, &read).await.unwrap_or_else(|error| panic!("{said}: {error:?}"));
            assert_eq!(self.get_theirs(&at).await, plain(said, self.color), "theirs, by way of us");
        }
        if case.is_key {
            self.is_found(case).await;
        }
    }

    async fn is_found(&mut self, case: &Case) {
        let (pool, cache) = (self.pool.clone(), self.cache.clone());
        let text = |text: &str| Value::String(text.to_owned());
        cache.put(&pool, &case.ours, &text("ours")).await.unwrap();
        assert_eq!(self.get_theirs(&case.theirs).await, one("string", "ours"), "{}", case.theirs);
        self.put_theirs(&case.theirs, &one("string", "theirs")).await;
        let found = cache.get(&pool, &case.ours).await.unwrap();
        assert_eq!(found, Some(text("theirs")), "{}", case.theirs);
    }
}

pub(crate) async fn every_type_is_exchanged_with_java(url: String) {
    let mut meeting = Meeting::new(&url, "java", "ex_java").await;
    for case in [scalars(), arrays(), holders(meeting.color), of_java()].concat_all() {
        meeting.exchange(&case).await;
    }
}

async fn every_type_is_exchanged_with_python(url: String) {
    let mut meeting = Meeting::new(&url, "python", "ex_python").await;
    let mut skipped = 0;
    for case in [scalars(), arrays(), holders(meeting.color), of_java()].concat_all() {
        match case.python {
            Ok(()) => meeting.exchange(&case).await,
            Err(why) => {
                println!("{}: {why}", case.theirs);
                skipped += 1;
            }
        }
    }
    assert_eq!(skipped, 8, "what pyignite cannot");
}

/// Lists of cases as one.
trait ConcatAll {
    fn concat_all(self) -> Vec<Case>;
}

impl<const N: usize> ConcatAll for [Vec<Case>; N] {
    fn concat_all(self) -> Vec<Case> {
        self.into_iter().flatten().collect()
    }
}

/// No type is left out but those that are no values of a client's.
async fn every_type_has_a_case(_: String) {
    let mut codes = BTreeSet::from([
        // Within others.
        code::NULL,
        // Complex objects: in `objects_are_exchanged`, wrapped as servers send them; handles in `objects`.
        code::OBJECT,
        code::WRAPPED,
        code::HANDLE,
        // Java's client sends classes as code 254 and has no proxies to show; recorded bytes of both are in
        // protocol/tests/ignite_values. A transformed value is how a server stores one, not what it sends: `transformed`.
        code::CLASS,
        code::PROXY,
        code::TRANSFORMED,
    ]);
    for case in [scalars(), arrays(), holders(1), of_java()].concat_all() {
        let mut writer = Writer::new(1000);
        case.ours.write(&mut writer);
        codes.insert(writer.finish().expect("a value")[0]);
    }
    let all: BTreeSet<u8> = (0..=255).filter(|code| code::name(*code).is_some()).collect();
    assert_eq!(codes, all);
}

/// A field of every plain type, by names that pyignite and Java are told.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    flag: bool,
    id: i64,
    name: String,
    number: i32,
    part: f64,
    tags: Vec<Option<String>>,
}

impl BinaryType for Sample {
    const TYPE_NAME: &'static str = "querent.test.Sample";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("flag", &self.flag).field("id", &self.id).field("name", &self.name);
        object.field("number", &self.number).field("part", &self.part).field("tags", &self.tags);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Sample {
            flag: object.field("flag")?,
            id: object.field("id")?,
            name: object.field("name")?,
            number: object.field("number")?,
            part: object.field("part")?,
            tags: object.field("tags")?,
        })
    }
}

/// Complex objects as values and as keys, with both.
pub(crate) async fn objects_are_exchanged(url: String) {
    let sample = Sample {
        flag: true,
        id: i64::MIN,
        name: "Zoë".to_owned(),
        number: -7,
        part: 0.5,
        tags: vec![Some("a".to_owned()), None],
    };
    let fields = json!([
        ["flag", one("bool", true)],
        ["id", one("long", i64::MIN)],
        ["name", one("string", "Zoë")],
        ["number", one("int", -7)],
        ["part", one("double", "0.5")],
        ["tags", one("string[]", json!([one("string", "a"), {"t": "null"}]))],
    ]);
    let theirs = json!({"t": "object", "type": Sample::TYPE_NAME, "fields": fields});
    for (kind, cache) in [("java", "ex_objects_java"), ("python", "ex_objects_python")] {
        let mut meeting = Meeting::new(&url, kind, cache).await;
        let (pool, name) = (meeting.pool.clone(), meeting.cache.name().to_owned());
        let values: Cache<Orders, String, Sample> = Cache::new(name.clone());
        let keys: Cache<Orders, Sample, String> = Cache::new(name);
        let at = one("string", "object");
        values.put(&pool, "object", &sample).await.unwrap();
        let mut read = meeting.get_theirs(&at).await["fields"].as_array().cloned().expect("fields");
        // Java has an order of its own.
        read.sort_by_key(|field| field[0].to_string());
        assert_eq!(Json::Array(read), plain(&fields, 0), "{kind}");
        meeting.put_theirs(&at, &theirs).await;
        assert_eq!(values.get(&pool, "object").await.unwrap().as_ref(), Some(&sample), "{kind}");
        keys.put(&pool, &sample, "ours").await.unwrap();
        assert_eq!(meeting.get_theirs(&theirs).await, one("string", "ours"), "{kind}");
        meeting.put_theirs(&theirs, &one("string", "theirs")).await;
        assert_eq!(keys.get(&pool, &sample).await.unwrap().as_deref(), Some("theirs"), "{kind}");
    }
    assert_eq!(Sample::CODE, code::OBJECT);
}
