//! Both ways without a cluster: bytes of the wire, and back. What real servers say is in `tests/live`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::time::{Duration as StdDuration, SystemTime};

use bytes::Bytes;
use querent_core::types::value::{Date, Decimal, Duration, Time, Timestamp, Uuid};
use querent_protocol::ignite::meta::{self, BinaryConfiguration};
use querent_protocol::ignite::value::{Millis, Value};

use super::*;
use crate::clock::Clock;
use crate::options::Engine;
use crate::server_clock::ServerClock;
use crate::zone::{self, Zone};

fn types(compact_footer: bool) -> Types {
    let clock = ServerClock::default();
    clock.learn(Clock::new(Zone::named("America/New_York"), Engine::H2));
    let types = Types::new(clock);
    types.set_form(BinaryConfiguration { compact_footer, name_mapper: meta::NameMapper::FullName });
    types
}

fn packed<T: ToObject + ?Sized>(types: &Types, value: &T) -> Packed {
    let mut packer = Packer::new(types, 1 << 20);
    packer.add(value);
    packer.finish().unwrap()
}

fn read<T: FromObject>(types: &Types, bytes: &[u8]) -> Result<T, ReadError> {
    let body = Bytes::copy_from_slice(bytes);
    T::from_object(&Cell::read(&body, 0, types)?)
}

#[track_caller]
fn back<T: ToObject + FromObject + PartialEq + Debug>(value: T, code: u8) {
    let types = types(true);
    let packed = packed(&types, &value);
    assert_eq!(packed.get(0).first(), Some(&code));
    assert_eq!(read::<T>(&types, packed.get(0)).as_ref(), Ok(&value));
    let null = T::from_object(&Cell::read(&Bytes::from_static(&[101]), 0, &types).unwrap());
    assert!(null.is_err() || null == T::from_nothing());
}

#[test]
fn scalars_have_their_codes() {
    back(-1_i8, 1);
    back(-1_i16, 2);
    back(-1_i32, 3);
    back(-1_i64, 4);
    back(-1.5_f32, 5);
    back(-1.5_f64, 6);
    back('ß', 7);
    back(true, 8);
    back("a😀".to_owned(), 9);
    back(Box::<str>::from("a"), 9);
    back(Uuid::from_u128(7), 10);
    back(Millis(-7), 11);
    back("-1.500".parse::<Decimal>().unwrap(), 30);
    back(Timestamp::new(-1, 999_999_999).unwrap(), 33);
    back(SystemTime::UNIX_EPOCH - StdDuration::from_nanos(1), 33);
    back(Time::from_hms_nano(23, 59, 59, 999_000_000).unwrap(), 36);
    back(Date::from_days(-719_000), 254);
    back(Duration::new(-1, 1).unwrap(), 254);
    back(Some(7), 3);
    back(Value::list([Value::Null]), 24);
}

#[test]
fn sequences_have_their_codes() {
    back(vec![1_u8], 12);
    back(vec![-1_i8], 12);
    back(vec![1_i16], 13);
    back(vec![1_i32], 14);
    back(vec![1_i64], 15);
    back(vec![1.5_f32], 16);
    back(vec![1.5_f64], 17);
    back(vec!['a'], 18);
    back(vec![true], 19);
    back(vec![String::new()], 20);
    back(vec![Some(String::new()), None], 20);
    back(vec![Uuid::from_u128(7)], 21);
    back(vec![Millis(7)], 22);
    back(ObjectArray(vec![1]), 23);
    back(vec![Some(1), None], 24);
    back(List(Vec::<i32>::new()), 24);
    back(vec![vec![1]], 24);
    back(vec![Date::from_days(1)], 24);
    back(VecDeque::from([1]), 24);
    back(HashSet::from([1]), 24);
    back(BTreeSet::from([1]), 24);
    back(HashMap::from([(1, Some(true))]), 25);
    back(BTreeMap::from([(1, Value::Null)]), 25);
    back(vec![Decimal::from_parts(150, 2)], 31);
    back(vec![Some(Timestamp::from_secs(1))], 34);
    back(vec![Time::from_nanos(0)], 37);
}

#[cfg(feature = "chrono")]
#[test]
fn types_of_chrono_are_written_as_ours() {
    let day = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let wall = day.and_hms_milli_opt(1, 2, 3, 4).unwrap();
    back(day, 254);
    back(wall.time(), 36);
    back(wall, 33);
    back(wall.and_utc(), 33);
    back(chrono::TimeDelta::milliseconds(-1500), 254);
    back(vec![day], 24);
    back(vec![wall], 34);
    back(vec![wall.and_utc()], 34);
}

#[cfg(feature = "time")]
#[test]
fn types_of_time_are_written_as_ours() {
    let day = ::time::Date::from_calendar_date(2024, ::time::Month::February, 29).unwrap();
    let wall = day.with_hms_milli(1, 2, 3, 4).unwrap();
    back(day, 254);
    back(wall.time(), 36);
    back(wall, 33);
    back(wall.assume_utc(), 33);
    back(::time::Duration::milliseconds(-1500), 254);
    back(vec![wall.time()], 37);
}

#[cfg(feature = "jiff")]
#[test]
fn types_of_jiff_are_written_as_ours() {
    let wall = jiff::civil::date(2024, 2, 29).at(1, 2, 3, 4_000_000);
    back(wall.date(), 254);
    back(wall.time(), 36);
    back(wall, 33);
    back(jiff::Timestamp::from_millisecond(-1500).unwrap(), 33);
    back(jiff::SignedDuration::from_millis(-1500), 254);
    back(vec![wall], 34);
}

#[cfg(feature = "uuid")]
#[test]
fn an_id_of_uuid_is_written_as_ours() {
    back(uuid::Uuid::from_u128(7), 10);
    back(vec![Some(uuid::Uuid::from_u128(7)), None], 21);
}

#[cfg(feature = "rust_decimal")]
#[test]
fn a_number_of_rust_decimal_is_written_as_ours() {
    back(rust_decimal::Decimal::new(-150, 2), 30);
    back(vec![rust_decimal::Decimal::ONE], 31);
}

#[cfg(feature = "bigdecimal")]
#[test]
fn a_number_of_bigdecimal_is_written_as_ours() {
    back("-1.50".parse::<bigdecimal::BigDecimal>().unwrap(), 30);
}

#[test]
fn numbers_widen_and_never_narrow() {
    let types = types(true);
    let byte = packed(&types, &-1_i8);
    assert_eq!(read::<i64>(&types, byte.get(0)), Ok(-1));
    let long = packed(&types, &1_i64);
    assert!(read::<i32>(&types, long.get(0)).is_err());
    assert!(read::<f64>(&types, long.get(0)).is_err());
    // An array of another type is no list of this one.
    let longs = packed(&types, &vec![1_i64]);
    assert!(read::<Vec<i32>>(&types, longs.get(0)).is_err());
    let list = packed(&types, &List(vec![1_i32]));
    assert_eq!(read::<Vec<i64>>(&types, list.get(0)), Ok(vec![1]));
}

#[test]
fn what_has_no_form_is_not_sent() {
    let types = types(true);
    let refused = |pack: &dyn Fn(&mut Packer<'_>)| {
        let mut packer = Packer::new(&types, 1000);
        pack(&mut packer);
        assert!(packer.finish().is_err());
    };
    refused(&|packer| packer.add(&'😀'));
    refused(&|packer| packer.add(&vec!['a', '😀']));
    refused(&|packer| packer.add(&Time::from_nanos(1)));
    refused(&|packer| packer.add(&Timestamp::MAX));
    refused(&|packer| packer.add("x".repeat(1000).as_str()));
    // Half a pair of surrogates is no character.
    assert!(read::<char>(&types, &[7, 0, 0xd8]).is_err());
}

#[derive(Debug, PartialEq)]
struct Point {
    x: i32,
    label: Option<String>,
}

impl BinaryType for Point {
    const TYPE_NAME: &'static str = "Point";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("x", &self.x).field("label", &self.label);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Point { x: object.field("x")?, label: object.field("label")? })
    }
}

#[test]
fn objects_say_what_must_be_registered() {
    let types = types(true);
    let point = Point { x: 7, label: None };
    let first = packed(&types, &vec![point]);
    let [meta] = &first.needs.as_ref().unwrap().register[..] else { panic!("one type") };
    let fields: Vec<_> = meta.fields.iter().map(|field| (field.name.as_str(), field.type_code)).collect();
    assert_eq!((meta.name.as_str(), &fields[..]), ("Point", &[("x", 3), ("label", 9)][..]));
    // Before the schema is known, it is asked for; then the object is read.
    let error = read::<Vec<Point>>(&types, first.get(0)).unwrap_err();
    assert!(matches!(error.needs(), Some(Need::Schema { .. })));
    types.learn(meta.clone());
    assert_eq!(read::<Vec<Point>>(&types, first.get(0)).unwrap()[0].x, 7);
    assert!(packed(&types, &Point { x: 1, label: None }).needs.is_none());
    // What an object lacks is null, and null where there can be none is told with its field.
    let other = Fields { type_name: "Point".to_owned(), fields: vec![("label".to_owned(), Value::Null)] };
    let mut other = packed(&types, &other);
    types.learn(other.needs.take().unwrap().register.remove(0));
    let error = read::<Point>(&types, other.get(0)).unwrap_err();
    assert!(error.to_string().contains("`x` of `Point`"), "{error}");
    // Another type of the same fields is another type.
    let alien = packed(&types, &Fields { type_name: "Alien".to_owned(), fields: Vec::new() });
    assert!(read::<Point>(&types, alien.get(0)).is_err());
}

#[test]
fn objects_written_one_after_the_other_are_found_again() {
    let types = types(true);
    let mut packer = Packer::new(&types, 1000);
    for number in 0..5_i32 {
        packer.add(&number);
    }
    let packed = packer.finish().unwrap();
    assert_eq!(packed.len(), 5);
    for number in 0..5_i32 {
        assert_eq!(read::<i32>(&types, packed.get(number as usize)), Ok(number));
    }
    assert!(packed.get(5).is_empty());
}

#[test]
fn full_footers_need_no_schema() {
    let types = types(false);
    let point = Point { x: 7, label: Some("a".to_owned()) };
    let bytes = packed(&types, &point);
    assert_eq!(read::<Point>(&Types::default(), bytes.get(0)), Ok(point));
}

#[test]
fn the_clock_is_asked_for_when_it_is_needed() {
    let clock = ServerClock::default();
    let types = Types::new(clock.clone());
    assert!(packed(&types, &7).needs.is_none());
    assert!(packed(&types, &SystemTime::UNIX_EPOCH).needs.is_none());
    assert!(packed(&types, &Date::from_days(1)).needs.unwrap().clock);
    let bytes = packed(&types, &Millis(0));
    assert_eq!(read::<Date>(&types, bytes.get(0)).unwrap_err().needs(), Some(Need::Clock));
    clock.learn(Clock::new(Zone::Unknown(zone::MIXED), Engine::H2));
    let mut packer = Packer::new(&types, 100);
    packer.add(&Date::from_days(1));
    assert!(packer.finish().is_err());
}
