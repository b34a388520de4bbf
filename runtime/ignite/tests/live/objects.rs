//! Values of every type: back as they went, and as Java's client reads them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::time::{Duration as StdDuration, SystemTime};

use querent_core::types::value::{Date, Decimal, Duration, Time, Timestamp, Uuid};
use querent_core::{ErrorKind, Pool};
use querent_ignite::object::{
    BinaryEnum, BinaryType, Cell, Encoder, Fields, FromObject, List, ObjectArray, ObjectReader, ObjectWriter,
    ReadError, ToObject, read_enum, write_enum,
};
use querent_ignite::wire::{Millis, Value};
use querent_ignite::{Cache, Cluster};
use serde_json::{Value as Json, json};

use crate::oracle::Oracle;
use crate::{Orders, pool, rows, run_sql};

crate::tests! { TESTS:
    scalars_come_back,
    collections_come_back,
    nothing_is_cut_short,
    java_reads_the_same,
    types_evolve,
    enums_are_registered,
    types_are_told,
    sql_sees_the_same,
    raw_data_is_read_and_written,
    raw_data_and_handles_are_read,
    python_and_we_find_each_other,
}

crate::tests! { ZONE: days_are_the_servers, sql_sees_the_same }

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Color {
    Red,
    Green,
    Blue,
}

impl BinaryEnum for Color {
    const TYPE_NAME: &'static str = "querent.test.Hue";
    const VALUES: &'static [(&'static str, i32)] = &[("RED", 0), ("GREEN", 1), ("BLUE", 2)];

    fn ordinal(&self) -> i32 {
        *self as i32
    }

    fn from_ordinal(ordinal: i32) -> Option<Color> {
        [Color::Red, Color::Green, Color::Blue].into_iter().find(|color| color.ordinal() == ordinal)
    }
}

impl ToObject for Color {
    const CODE: u8 = 28;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        write_enum(self, encoder);
    }
}

impl FromObject for Color {
    const NAME: &'static str = "Color";

    fn from_object(cell: &Cell<'_>) -> Result<Color, ReadError> {
        read_enum(cell)
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Person {
    name: String,
    age: Option<i32>,
    tags: Vec<String>,
    home: Option<Box1>,
}

/// A field that is an object itself.
#[derive(Debug, Clone, PartialEq)]
struct Box1 {
    color: Option<Color>,
    since: Option<Date>,
}

impl BinaryType for Box1 {
    const TYPE_NAME: &'static str = "querent.test.Box";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("color", &self.color).field("since", &self.since);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Box1 { color: object.field("color")?, since: object.field("since")? })
    }
}

impl BinaryType for Person {
    const TYPE_NAME: &'static str = "querent.test.Person";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("name", &self.name).field("age", &self.age);
        object.field("tags", &self.tags).field("home", &self.home);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Person {
            name: object.field("name")?,
            age: object.field("age")?,
            tags: object.field("tags")?,
            home: object.field("home")?,
        })
    }
}

/// Stores a value and reads it.
#[track_caller]
fn back<T>(pool: &Pool<Orders>, value: T) -> impl Future<Output = ()>
where
    T: ToObject + FromObject + PartialEq + Debug,
{
    let cache: Cache<Orders, String, T> = Cache::new("ob_back");
    let place = std::panic::Location::caller();
    async move {
        let key = place.to_string();
        cache.put(pool, &key, &value).await.unwrap_or_else(|error| panic!("{place}: {error:?}"));
        let read = cache.get(pool, &key).await.unwrap_or_else(|error| panic!("{place}: {error:?}"));
        assert_eq!(read.as_ref(), Some(&value), "{place}");
    }
}

async fn prepared(url: &str) -> Pool<Orders> {
    let pool = pool(url).await;
    Cache::<Orders, (), ()>::new("ob_back").get_or_create(&pool).await.unwrap();
    pool
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

async fn scalars_come_back(url: String) {
    let pool = prepared(&url).await;
    for number in [i8::MIN, 0, i8::MAX] {
        back(&pool, number).await;
    }
    back(&pool, i16::MIN).await;
    back(&pool, i32::MIN).await;
    back(&pool, i64::MAX).await;
    back(&pool, f32::MIN_POSITIVE).await;
    back(&pool, f64::NEG_INFINITY).await;
    back(&pool, true).await;
    back(&pool, 'ß').await;
    back(&pool, "a😀\0é".to_owned()).await;
    back(&pool, Uuid::from_u128(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210)).await;
    // pyignite loses the scale.
    for text in [
        "1.50",
        "0.00",
        "-1e-20",
        "123456789012345678901234567890.5",
        "-170141183460469231731687303715884105728",
    ] {
        back(&pool, decimal(text)).await;
    }
    back(&pool, Date::from_ymd(1969, 2, 28).expect("a day")).await;
    back(&pool, Time::from_hms_nano(23, 59, 59, 999_000_000).expect("a time")).await;
    back(&pool, Timestamp::new(-1, 999_999_999).expect("a timestamp")).await;
    back(&pool, Millis(-12_345)).await;
    back(&pool, SystemTime::UNIX_EPOCH + StdDuration::from_nanos(1_700_000_000_123_456_789)).await;
    back(&pool, Duration::new(-5, 7).expect("a duration")).await;
    back(&pool, Some(7)).await;
    back(&pool, Color::Blue).await;
}

async fn collections_come_back(url: String) {
    let pool = prepared(&url).await;
    back(&pool, vec![1_u8, 255]).await;
    back(&pool, vec![1_i8, -1]).await;
    back(&pool, vec![1_i16, -1]).await;
    back(&pool, vec![1_i32, -1]).await;
    back(&pool, vec![1_i64, -1]).await;
    back(&pool, vec![1_f32, -1.5]).await;
    back(&pool, vec![1_f64, -1.5]).await;
    back(&pool, vec![true, false]).await;
    back(&pool, vec!['a', 'ß']).await;
    back(&pool, vec!["a".to_owned(), String::new()]).await;
    back(&pool, vec![Some("a".to_owned()), None]).await;
    back(&pool, vec![Uuid::from_u128(7)]).await;
    back(&pool, vec![Some(decimal("1.50")), None]).await;
    back(&pool, vec![Timestamp::from_secs(7)]).await;
    back(&pool, vec![Time::from_nanos(0)]).await;
    back(&pool, vec![Millis(7)]).await;
    back(&pool, vec![Date::from_days(7)]).await;
    back(&pool, vec![Some(1), None]).await;
    back(&pool, vec![vec![1, 2], vec![]]).await;
    // pyignite cannot send it.
    back(&pool, List::<i32>(vec![])).await;
    back(&pool, Vec::<String>::new()).await;
    back(&pool, ObjectArray(vec![Some(1), None])).await;
    back(&pool, VecDeque::from([1, 2])).await;
    back(&pool, BTreeSet::from(["a".to_owned()])).await;
    back(&pool, HashSet::from([1, 2])).await;
    back(&pool, BTreeMap::from([("a".to_owned(), vec![1])])).await;
    back(&pool, HashMap::from([(1, Some(2)), (2, None)])).await;
    back(&pool, vec![Color::Green]).await;
    let any =
        Value::list([Value::Int(1), Value::Null, Value::map([(Value::Char(7), Value::Bytes("x".into()))])]);
    back(&pool, any.clone()).await;
    back(&pool, vec![any, Value::Null]).await;
}

async fn nothing_is_cut_short(url: String) {
    let pool = prepared(&url).await;
    let fails = async |outcome: querent_core::Result<()>| {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value, "{error:?}");
    };
    let c: Cache<Orders, i32, char> = Cache::new("ob_back");
    fails(c.put(&pool, &1, &'😀').await).await;
    let c: Cache<Orders, i32, Time> = Cache::new("ob_back");
    fails(c.put(&pool, &1, &Time::from_nanos(1).expect("a time")).await).await;
    let c: Cache<Orders, i32, Timestamp> = Cache::new("ob_back");
    fails(c.put(&pool, &1, &Timestamp::MAX).await).await;
    // A value is read as it is, or not at all; an integer widens.
    let c: Cache<Orders, i32, i32> = Cache::new("ob_back");
    c.put(&pool, &1, &7).await.unwrap();
    let long: Cache<Orders, i32, i64> = Cache::new("ob_back");
    assert_eq!(long.get(&pool, &1).await.unwrap(), Some(7));
    let short: Cache<Orders, i32, i16> = Cache::new("ob_back");
    let error = short.get(&pool, &1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    let text: Cache<Orders, i32, String> = Cache::new("ob_back");
    assert_eq!(text.get(&pool, &1).await.unwrap_err().kind(), ErrorKind::Value);
}

pub(crate) async fn java_reads_the_same(url: String) {
    let pool = prepared(&url).await;
    let mut java = Oracle::connect("java", &url).await;
    async fn check<T: ToObject>(pool: &Pool<Orders>, java: &mut Oracle, value: T, expected: Json) {
        let cache: Cache<Orders, i32, T> = Cache::new("ob_back");
        cache.put(pool, &5, &value).await.unwrap();
        let read = java.ask(json!({"op": "get", "cache": "ob_back", "key": {"t": "int", "v": 5}})).await;
        assert_eq!(read, expected);
    }
    check(&pool, &mut java, 7_i8, json!({"t": "byte", "v": 7})).await;
    check(&pool, &mut java, i64::MIN, json!({"t": "long", "v": i64::MIN})).await;
    check(&pool, &mut java, decimal("1.50"), json!({"t": "decimal", "unscaled": "150", "scale": 2})).await;
    check(&pool, &mut java, "a😀".to_owned(), json!({"t": "string", "v": "a😀"})).await;
    check(&pool, &mut java, 'ß', json!({"t": "char", "v": 223})).await;
    check(&pool, &mut java, vec![1, 2], json!({"t": "int[]", "v": [1, 2]})).await;
    let strings = json!({"t": "string[]", "v": [{"t": "string", "v": "a"}, {"t": "null"}]});
    check(&pool, &mut java, vec![Some("a".to_owned()), None], strings).await;
    check(&pool, &mut java, Date::from_days(1), json!({"t": "sql_date", "ms": 86_400_000})).await;
    check(&pool, &mut java, Time::from_hms_nano(0, 0, 1, 0), json!({"t": "time", "ms": 1000})).await;
    let stamp = json!({"t": "timestamp", "ms": -1, "ns": 999_999});
    check(&pool, &mut java, Timestamp::new(-1, 999_999_999), stamp).await;
    let list = json!({"t": "collection", "kind": "array_list", "v": [{"t": "int", "v": 1}]});
    check(&pool, &mut java, List(vec![1]), list).await;
    let map = json!({"t": "map", "kind": "linked_hash_map", "v": [[{"t": "int", "v": 1}, {"t": "bool", "v": true}]]});
    check(&pool, &mut java, BTreeMap::from([(1, true)]), map).await;
    let person = Person { name: "Ada".to_owned(), age: None, tags: Vec::new(), home: None };
    let cache: Cache<Orders, i32, Person> = Cache::new("ob_back");
    cache.put(&pool, &6, &person).await.unwrap();
    let read = java.ask(json!({"op": "get", "cache": "ob_back", "key": {"t": "int", "v": 6}})).await;
    assert_eq!(read["type"], Person::TYPE_NAME);
    assert_eq!(read["fields"][0], json!(["name", {"t": "string", "v": "Ada"}]));
}

/// The same type in two programs: one has a field more, in another place.
pub(crate) async fn types_evolve(url: String) {
    let pool = prepared(&url).await;
    let person = Person {
        name: "Ada".to_owned(),
        age: Some(36),
        tags: vec!["a".to_owned()],
        home: Some(Box1 { color: Some(Color::Red), since: Date::from_ymd(1840, 1, 1) }),
    };
    let people: Cache<Orders, i32, Person> = Cache::new("ob_back");
    people.put(&pool, &1, &person).await.unwrap();
    // Another program knows nothing of the schema, and asks for it when it meets it.
    let other = crate::pool(&url).await;
    assert_eq!(people.get(&other, &1).await.unwrap().as_ref(), Some(&person));
    let anything: Cache<Orders, i32, Fields> = Cache::new("ob_back");
    let older = Fields {
        type_name: Person::TYPE_NAME.to_owned(),
        fields: vec![
            ("tags".to_owned(), Value::Strings(vec![None, Some("x".to_owned())][1..].to_vec())),
            ("nick".to_owned(), Value::String("A".to_owned())),
            ("NAME".to_owned(), Value::String("Bob".to_owned())),
        ],
    };
    put_fields(&anything, &other, &older).await;
    let bob = people.get(&pool, &2).await.unwrap().expect("an entry");
    assert_eq!((bob.name.as_str(), bob.age, bob.tags.len(), bob.home), ("Bob", None, 1, None));
    let meta = Cluster::<Orders>::new().binary_type(&pool, Person::TYPE_NAME).await.unwrap().expect("a type");
    assert!(meta.schemas.len() >= 2 && meta.fields.iter().any(|field| field.name == "nick"));
    // A field keeps its type.
    let wrong = Fields { fields: vec![("age".to_owned(), Value::Bool(true))], ..older };
    let outcome: querent_core::Result<()> = async {
        let cache: Cache<Orders, i32, Fields> = Cache::new("ob_back");
        cache.put(&pool, &3, &wrong).await
    }
    .await;
    assert!(outcome.is_err());
    // One that is no such type is not read as one.
    let boxes: Cache<Orders, i32, Box1> = Cache::new("ob_back");
    assert_eq!(boxes.get(&pool, &1).await.unwrap_err().kind(), ErrorKind::Value);
}

async fn put_fields(cache: &Cache<Orders, i32, Fields>, pool: &Pool<Orders>, fields: &Fields) {
    cache.put(pool, &2, fields).await.unwrap();
}

pub(crate) async fn enums_are_registered(url: String) {
    let pool = prepared(&url).await;
    back(&pool, Color::Green).await;
    let meta = Cluster::<Orders>::new().binary_type(&pool, Color::TYPE_NAME).await.unwrap().expect("a type");
    let values = meta.enum_values.expect("an enum");
    assert!(values.contains(&("BLUE".to_owned(), 2)));
}

async fn types_are_told(url: String) {
    use querent_ignite::wire::{BinaryField, TypeMeta};
    let pool = prepared(&url).await;
    let cluster = Cluster::<Orders>::new();
    assert_eq!(cluster.binary_type(&pool, "querent.test.Nothing").await.unwrap(), None);
    let field = |name: &str, type_code| BinaryField { name: name.to_owned(), type_code, id: 0 };
    let meta = TypeMeta {
        name: "querent.test.Declared".to_owned(),
        affinity_field: Some("id".to_owned()),
        fields: vec![field("id", 4), field("text", 9)],
        ..TypeMeta::default()
    };
    cluster.put_binary_type(&pool, &meta).await.unwrap();
    let told = cluster.binary_type(&pool, "querent.test.Declared").await.unwrap().expect("a type");
    assert_eq!((told.affinity_field.as_deref(), told.fields.len()), (Some("id"), 2));
}

/// What SQL has written is read as the same day and time, whatever the server's zone; and the other way round.
pub(crate) async fn sql_sees_the_same(url: String) {
    let pool = pool(&url).await;
    run_sql(&pool, "DROP TABLE IF EXISTS ob_sql").await;
    let table = "CREATE TABLE ob_sql (id INT PRIMARY KEY, d DATE, t TIME, ts TIMESTAMP, n DECIMAL(20, 4), u UUID) \
                 WITH \"cache_name=ob_sql, value_type=querent.test.Moment\"";
    run_sql(&pool, table).await;
    run_sql(
        &pool,
        "INSERT INTO ob_sql VALUES (1, DATE '2024-01-15', TIME '12:34:56', TIMESTAMP '2024-07-15 01:02:03.123456789', \
         1.5000, '01234567-89ab-cdef-fedc-ba9876543210')",
    )
    .await;
    let cache: Cache<Orders, i32, Moment> = Cache::new("ob_sql");
    let moment = cache.get(&pool, &1).await.unwrap().expect("a row");
    let expected = Moment {
        d: Date::from_ymd(2024, 1, 15),
        t: Time::from_hms_nano(12, 34, 56, 0),
        ts: "2024-07-15 01:02:03.123456789".parse().ok(),
        n: Some(decimal("1.5000")),
        u: Some(Uuid::from_u128(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210)),
    };
    assert_eq!(moment, expected);
    cache.put(&pool, &2, &expected).await.unwrap();
    let same = "SELECT COUNT(*) FROM ob_sql WHERE d = DATE '2024-01-15' AND t = TIME '12:34:56' \
                AND ts = TIMESTAMP '2024-07-15 01:02:03.123456789' AND n = 1.5";
    assert_eq!(rows::<(i64,)>(&pool, same).await, [(2,)]);
}

#[derive(Debug, Clone, PartialEq)]
struct Moment {
    d: Option<Date>,
    t: Option<Time>,
    ts: Option<Timestamp>,
    n: Option<Decimal>,
    u: Option<Uuid>,
}

impl BinaryType for Moment {
    const TYPE_NAME: &'static str = "querent.test.Moment";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("D", &self.d).field("T", &self.t).field("TS", &self.ts);
        object.field("N", &self.n).field("U", &self.u);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Moment {
            d: object.field("D")?,
            t: object.field("T")?,
            ts: object.field("TS")?,
            n: object.field("N")?,
            u: object.field("U")?,
        })
    }
}

async fn days_are_the_servers(url: String) {
    let pool = prepared(&url).await;
    let cache: Cache<Orders, i32, Date> = Cache::new("ob_back");
    cache.put(&pool, &1, &Date::from_days(1)).await.unwrap();
    let raw: Cache<Orders, i32, Millis> = Cache::new("ob_back");
    // Midnight in New York.
    assert_eq!(raw.get(&pool, &1).await.unwrap(), Some(Millis(86_400_000 + 5 * 3_600_000)));
    assert_eq!(cache.get(&pool, &1).await.unwrap(), Some(Date::from_days(1)));
}

/// An object with a field and raw data, as Java's `Raw` of the oracle.
#[derive(Debug, PartialEq)]
struct Raw {
    a: i32,
    raw: (i32, String),
}

impl BinaryType for Raw {
    const TYPE_NAME: &'static str = "Raw";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("a", &self.a);
        let mut raw = object.raw();
        raw.writer().i32(self.raw.0);
        raw.value(&self.raw.1);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        let mut raw = object.raw();
        let number = raw.i32()?;
        let text = querent_protocol::ignite::value::read_string(&mut raw)?.unwrap_or_default().into_owned();
        Ok(Raw { a: object.field("a")?, raw: (number, text) })
    }
}

/// Two fields that are one object: the second is a handle.
#[derive(Debug, PartialEq)]
struct Twins {
    first: Box2,
    second: Box2,
}

#[derive(Debug, PartialEq)]
struct Box2(i32);

impl BinaryType for Box2 {
    const TYPE_NAME: &'static str = "querent.test.Twin";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("n", &self.0);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Box2(object.field("n")?))
    }
}

impl BinaryType for Twins {
    const TYPE_NAME: &'static str = "querent.test.Twins";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("first", &self.first).field("second", &self.second);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Twins { first: object.field("first")?, second: object.field("second")? })
    }
}

async fn raw_data_is_read_and_written(url: String) {
    let pool = prepared(&url).await;
    let mut java = Oracle::connect("java", &url).await;
    let expected = raw_data_is_read(&pool, &mut java, 17).await;
    let key = json!({"t": "int", "v": 17});
    let int = |n: i32| json!({"t": "int", "v": n});
    let cache: Cache<Orders, i32, Raw> = Cache::new("ob_back");
    cache.put(&pool, &17, &expected).await.unwrap();
    let get =
        json!({"op": "get", "cache": "ob_back", "key": key, "raw": ["int", "string"], "field_names": ["a"]});
    let read = java.ask(get).await;
    assert_eq!(read["fields"][0], json!(["a", int(5)]));
    assert_eq!(read["raw"], json!([int(6), {"t": "string", "v": "x"}]));
}

/// What Java has written, as it was read here.
async fn raw_data_is_read(pool: &Pool<Orders>, java: &mut Oracle, key: i32) -> Raw {
    let int = |n: i32| json!({"t": "int", "v": n});
    let raw = json!({"t": "raw", "fields": [["a", int(5)]], "raw": [int(6), {"t": "string", "v": "x"}]});
    java.ask(json!({"op": "put", "cache": "ob_back", "key": int(key), "value": raw})).await;
    let cache: Cache<Orders, i32, Raw> = Cache::new("ob_back");
    let expected = Raw { a: 5, raw: (6, "x".to_owned()) };
    assert_eq!(cache.get(pool, &key).await.unwrap().as_ref(), Some(&expected));
    expected
}

pub(crate) async fn raw_data_and_handles_are_read(url: String) {
    let pool = prepared(&url).await;
    let mut java = Oracle::connect("java", &url).await;
    raw_data_is_read(&pool, &mut java, 7).await;
    let key = json!({"t": "int", "v": 7});
    let int = |n: i32| json!({"t": "int", "v": n});
    let twin = json!({"t": "object", "type": "querent.test.Twin", "id": 1, "fields": [["n", int(9)]]});
    let twins = json!({"t": "object", "type": "querent.test.Twins",
        "fields": [["first", twin], ["second", {"t": "ref", "id": 1}]]});
    java.ask(json!({"op": "put", "cache": "ob_back", "key": key, "value": twins})).await;
    let cache: Cache<Orders, i32, Twins> = Cache::new("ob_back");
    let read = cache.get(&pool, &7).await.unwrap();
    assert_eq!(read, Some(Twins { first: Box2(9), second: Box2(9) }));
    // As anything, too, and back as it was.
    let anything: Cache<Orders, i32, Value> = Cache::new("ob_back");
    let value = anything.get(&pool, &7).await.unwrap().expect("an entry");
    anything.put(&pool, &8, &value).await.unwrap();
    assert_eq!(cache.get(&pool, &8).await.unwrap(), read);
    // What has no layout of fields: a class, an enum of Java's, an array of objects.
    for value in [
        json!({"t": "class", "v": "java.lang.String"}),
        json!({"t": "enum", "type": "Color", "ordinal": 1}),
        json!({"t": "object[]", "v": [int(1), {"t": "null"}]}),
        json!({"t": "collection", "kind": "singleton_list", "v": [int(1)]}),
    ] {
        java.ask(json!({"op": "put", "cache": "ob_back", "key": key, "value": value})).await;
        let read = anything.get(&pool, &7).await.unwrap().expect("an entry");
        anything.put(&pool, &8, &read).await.unwrap();
        assert_eq!(anything.get(&pool, &8).await.unwrap(), Some(read), "{value}");
    }
}

async fn python_and_we_find_each_other(url: String) {
    let pool = prepared(&url).await;
    let mut python = Oracle::connect("python", &url).await;
    let cache: Cache<Orders, Value, Value> = Cache::new("ob_back");
    let text = |v: &str| json!({"t": "string", "v": v});
    let keys = [
        (Value::Int(1), json!({"t": "int", "v": 1})),
        (Value::Long(1), json!({"t": "long", "v": 1})),
        (Value::String("ключ".to_owned()), text("ключ")),
        (Value::Bool(true), json!({"t": "bool", "v": true})),
        (Value::Uuid(Uuid::from_u128(77)), json!({"t": "uuid", "v": "00000000-0000-0000-0000-00000000004d"})),
        (Value::Date(Millis(86_400_000)), json!({"t": "date", "ms": 86_400_000})),
    ];
    for (ours, theirs) in keys {
        cache.put(&pool, &ours, &Value::String("ours".to_owned())).await.unwrap();
        let read = python.ask(json!({"op": "get", "cache": "ob_back", "key": theirs})).await;
        assert_eq!(read, text("ours"), "{theirs}");
        python.ask(json!({"op": "put", "cache": "ob_back", "key": theirs, "value": text("theirs")})).await;
        assert_eq!(
            cache.get(&pool, &ours).await.unwrap(),
            Some(Value::String("theirs".to_owned())),
            "{theirs}"
        );
    }
}
