//! Caches and binary types that agree with what the cluster has.
//@ pass

use std::collections::HashMap;

use querent::Binary;
use querent::ignite::object::{List, ObjectArray};
use querent::ignite::wire::{Millis, Value};
use querent::ignite::{Cache, IgniteQuery};
use querent::types::{Date, Decimal, Time, Timestamp, Uuid};

querent::source!(pub Orders);
querent::source!(pub Grid);

#[derive(Binary)]
#[querent(source = Orders, type = "org.Person")]
struct Person {
    name: String,
    age: Option<i32>,
    #[querent(rename = "BORN")]
    birthday: Option<Date>,
}

/// Fewer fields, where that is meant; a null is read as the default.
#[derive(Binary)]
#[querent(source = Orders, type = "org.Person", partial, rename_all = "UPPERCASE")]
struct Age {
    #[querent(default)]
    age: i32,
}

/// The affinity key is taken from the cluster.
#[derive(Binary)]
#[querent(source = Orders)]
struct OrderKey {
    customer: i32,
    id: i64,
}

/// Or said.
#[derive(Binary)]
#[querent(source = Orders, type = "OrderKey")]
struct Marked {
    #[querent(affinity)]
    customer: i32,
    id: i64,
}

#[derive(Binary)]
#[querent(source = Orders, rename_all = "UPPERCASE")]
enum Color {
    Red,
    #[querent(rename = "BLUE")]
    Azure = 2,
}

/// A type that the cluster does not have yet.
#[derive(Binary)]
struct Later {
    color: Color,
    colors: Vec<Color>,
    #[querent(affinity)]
    key: OrderKey,
}

/// A field of every type there is.
#[derive(Binary)]
#[querent(source = Orders)]
struct Everything {
    of1: i8,
    of2: Option<i16>,
    of3: i32,
    of4: i64,
    of5: f32,
    of6: f64,
    of7: char,
    of8: bool,
    of9: String,
    of10: Uuid,
    of11: Millis,
    of12: Vec<u8>,
    of13: Vec<i16>,
    of14: Vec<i32>,
    of15: Vec<i64>,
    of16: Vec<f32>,
    of17: Vec<f64>,
    of18: Vec<char>,
    of19: Vec<bool>,
    of20: Vec<String>,
    of21: Vec<Option<Uuid>>,
    of22: Vec<Millis>,
    of23: ObjectArray<i32>,
    of24: List<i32>,
    of25: HashMap<String, i32>,
    of28: Color,
    of29: Value,
    of30: Decimal,
    of31: Vec<Decimal>,
    of32: Value,
    of33: Timestamp,
    of34: Vec<Timestamp>,
    of35: Value,
    of36: Time,
    of37: Vec<Time>,
    of38: Option<Color>,
    of103: OrderKey,
}

async fn run(pool: &querent::Pool<Orders>) -> querent::Result<()> {
    let people: Cache<Orders, i64, Person> = querent::cache!(Orders, "people", i64 => Person);
    people.get(pool, &1).await?;
    querent::cache!(Orders, "people", i64 => Value).get(pool, &1).await?;
    querent::cache!(Orders, "colors", String => Color,).get(pool, "sky").await?;
    querent::cache!(Orders, "orders", Marked => Decimal).size(pool, &[]).await?;
    // Neither side, or one of the two, is known.
    querent::cache!(Orders, "anything", u8Like => HashMap<String, Vec<i32>>).size(pool, &[]).await?;
    querent::cache!(Orders, "names", Uuid => List<String>).size(pool, &[]).await?;
    let rows = querent::query!(Orders, "SELECT name, age FROM person").schema("PUBLIC").lazy().fetch_all(pool).await?;
    let (_, _): (&String, Option<i32>) = (&rows[0].name, rows[0].age);
    pool.begin().await?.commit().await
}

#[allow(non_camel_case_types)]
type u8Like = i8;

fn main() {
    let _ = (run, std::mem::size_of::<(Age, Later, Everything, Grid)>());
    let Color::Red = Color::Azure else { return };
}
