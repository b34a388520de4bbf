//! Keys go to the nodes that hold them: 10,000 random ones of each type, compared with where the servers keep them.

use querent_core::Pool;
use querent_core::types::value::{Date, Decimal, Time, Timestamp, Uuid};
use querent_ignite::object::{BinaryType, ObjectReader, ObjectWriter, ReadError, ToObject};
use querent_ignite::wire::{Millis, Value};
use querent_ignite::{Cache, Cluster};
use serde_json::{Value as Json, json};

use crate::objects::Color;
use crate::oracle::Oracle;
use crate::{Orders, pool};

crate::tests! { TESTS:
    numbers,
    texts_and_ids,
    dates_and_decimals,
    objects_and_enums,
    an_affinity_field_decides,
    other_numbers_of_partitions,
    keys_of_others_are_found,
    requests_reach_the_owners,
}

const KEYS: usize = 10_000;

/// xorshift64*: the same keys each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn text(&mut self) -> String {
        let len = self.next() % 12;
        (0..len).map(|_| char::from_u32(self.next() as u32 % 0x1_2000).unwrap_or('😀')).collect()
    }

    fn decimal(&mut self) -> Decimal {
        let unscaled = (i128::from(self.next()) << 64 | i128::from(self.next())) >> (self.next() % 128);
        Decimal::from_parts(unscaled, (self.next() % 12) as i32 - 2)
    }
}

/// A compound key.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    city: String,
    number: i32,
}

impl BinaryType for Place {
    const TYPE_NAME: &'static str = "querent.test.Place";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("city", &self.city).field("number", &self.number);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Place { city: object.field("city")?, number: object.field("number")? })
    }
}

/// A key of which one field decides the node.
struct Item {
    order: i64,
    line: i32,
}

impl BinaryType for Item {
    const TYPE_NAME: &'static str = "querent.test.Item";
    const AFFINITY_FIELD: Option<&'static str> = Some("order");

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("order", &self.order).field("line", &self.line);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Item { order: object.field("order")?, line: object.field("line")? })
    }
}

/// Creates a cache as the oracle is told to, stores keys, and compares their nodes with the server's own.
async fn check<K: ToObject + Send>(url: &str, oracle: &mut Oracle, create: Json, keys: Vec<K>) {
    let pool = pool(url).await;
    let name = create["cache"].as_str().expect("a name").to_owned();
    let cache: Cache<Orders, K, i32> = Cache::new(name.clone());
    if Cluster::new().cache_names(&pool).await.unwrap().contains(&name) {
        cache.destroy(&pool).await.unwrap();
    }
    oracle.ask(create).await;
    for (start, chunk) in keys.chunks(1000).enumerate() {
        let entries: Vec<_> = chunk.iter().enumerate().map(|(i, key)| (key, start * 1000 + i)).collect();
        let entries: Vec<_> = entries.into_iter().map(|(key, i)| (Ref(key), i as i32)).collect();
        put_all(&cache, &pool, &entries).await;
    }
    let mut nodes = Vec::new();
    for key in &keys {
        nodes.push(cache.node(&pool, key).await.unwrap());
    }
    let found = oracle.ask(json!({"op": "where", "cache": name})).await;
    let found = found.as_array().expect("a list");
    // Equal keys are one entry.
    assert!(
        found.len() > keys.len() * 9 / 10 || keys.len() < KEYS || found.len() >= 2,
        "{name}: {}",
        found.len()
    );
    let mut by_node = std::collections::HashMap::<_, usize>::new();
    for entry in found {
        let idx = entry[0]["v"].as_u64().expect("a number") as usize;
        let node = entry[2].as_str().expect("an id").to_lowercase();
        let ours = nodes[idx].map(|node| node.to_string());
        assert_eq!(ours.as_deref(), Some(node.as_str()), "{name}: key {idx} in partition {}", entry[1]);
        *by_node.entry(node).or_default() += 1;
    }
    println!("{name}: {} entries, by node {:?}", found.len(), by_node.values());
    cache.destroy(&pool).await.unwrap();
}

/// A key by reference.
struct Ref<'k, K>(&'k K);

impl<K: ToObject> ToObject for Ref<'_, K> {
    const CODE: u8 = K::CODE;

    fn to_object(&self, encoder: &mut querent_ignite::object::Encoder<'_>) {
        self.0.to_object(encoder);
    }
}

async fn put_all<K: ToObject>(
    cache: &Cache<Orders, K, i32>,
    pool: &Pool<Orders>,
    entries: &[(Ref<'_, K>, i32)],
) {
    let by_ref: Cache<Orders, Ref<'_, K>, i32> = Cache::new(cache.name().to_owned());
    by_ref.put_all(pool, entries).await.unwrap();
}

fn create(name: &str) -> Json {
    json!({"op": "create", "cache": name, "backups": 1, "atomicity": "ATOMIC"})
}

fn random<K>(make: impl Fn(&mut Random) -> K) -> Vec<K> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..KEYS).map(|_| make(&mut random)).collect()
}

async fn numbers(url: String) {
    let mut java = Oracle::connect("java", &url).await;
    let bytes: Vec<_> = (i8::MIN..=i8::MAX).collect();
    check(&url, &mut java, create("pa_byte"), bytes).await;
    check(&url, &mut java, create("pa_short"), random(|r| r.next() as i16)).await;
    check(&url, &mut java, create("pa_int"), random(|r| r.next() as i32)).await;
    check(&url, &mut java, create("pa_long"), random(|r| r.next().cast_signed())).await;
    check(&url, &mut java, create("pa_float"), random(|r| f32::from_bits(r.next() as u32 & 0xff7f_ffff)))
        .await;
    check(&url, &mut java, create("pa_double"), random(|r| r.next() as f64 / 3.0 - 1e18)).await;
    check(&url, &mut java, create("pa_bool"), vec![true, false]).await;
    let char = |r: &mut Random| char::from_u32(r.next() as u32 & 0xffff).unwrap_or('x');
    check(&url, &mut java, create("pa_char"), random(char)).await;
}

async fn texts_and_ids(url: String) {
    let mut java = Oracle::connect("java", &url).await;
    check(&url, &mut java, create("pa_string"), random(Random::text)).await;
    let uuid = |r: &mut Random| Uuid::from_u128(u128::from(r.next()) << 64 | u128::from(r.next()));
    check(&url, &mut java, create("pa_uuid"), random(uuid)).await;
}

async fn dates_and_decimals(url: String) {
    let mut java = Oracle::connect("java", &url).await;
    check(&url, &mut java, create("pa_date"), random(|r| Date::from_days(r.next() as i16 as i32 * 11))).await;
    let time = |r: &mut Random| Time::from_nanos(r.next() % 86_400_000 * 1_000_000).expect("a time");
    check(&url, &mut java, create("pa_time"), random(time)).await;
    let stamp = |r: &mut Random| Timestamp::from_nanos(r.next().cast_signed() / 3);
    check(&url, &mut java, create("pa_timestamp"), random(stamp)).await;
    check(&url, &mut java, create("pa_util_date"), random(|r| Millis(r.next().cast_signed() >> 20))).await;
    check(&url, &mut java, create("pa_decimal"), random(Random::decimal)).await;
}

async fn objects_and_enums(url: String) {
    let mut java = Oracle::connect("java", &url).await;
    let place = |r: &mut Random| Place { city: r.text(), number: r.next() as i32 };
    check(&url, &mut java, create("pa_object"), random(place)).await;
    Cluster::<Orders>::new().register_enum::<Color>(&pool(&url).await).await.unwrap();
    check(&url, &mut java, create("pa_enum"), vec![Color::Red, Color::Green, Color::Blue]).await;
    // Whatever it is, each is written as itself.
    let any = |r: &mut Random| match r.next() % 4 {
        0 => Value::Int(r.next() as i32),
        1 => Value::String(r.text()),
        2 => Value::Decimal(r.decimal()),
        _ => Value::Double(r.next() as f64),
    };
    check(&url, &mut java, create("pa_any"), random(any)).await;
}

async fn an_affinity_field_decides(url: String) {
    let mut java = Oracle::connect("java", &url).await;
    let mut create = create("pa_affinity");
    create["affinity_key"] = json!(["querent.test.Item", "order"]);
    let item = |r: &mut Random| Item { order: r.next().cast_signed() % 500, line: r.next() as i32 };
    check(&url, &mut java, create, random(item)).await;
}

/// Java takes the remainder and then its absolute value; pyignite does it the other way round.
async fn other_numbers_of_partitions(url: String) {
    let mut java = Oracle::connect("java", &url).await;
    for partitions in [1, 7, 10, 64, 1000, 4096] {
        let mut create = create(&format!("pa_parts_{partitions}"));
        create["partitions"] = json!(partitions);
        check(&url, &mut java, create, random(|r| r.next() as i32).split_off(KEYS - 2000)).await;
    }
}

/// What Java has written, we find; what we have written, Java finds.
async fn keys_of_others_are_found(url: String) {
    let mut java = Oracle::connect("java", &url).await;
    let pool = pool(&url).await;
    let cache: Cache<Orders, Place, String> = crate::keyvalue::cache(&pool, "pa_found").await;
    let object = |city: &str, number: i32| {
        json!({"t": "object", "type": "querent.test.Place", "fields": [
            ["city", {"t": "string", "v": city}], ["number", {"t": "int", "v": number}]]})
    };
    for number in 0..20 {
        // The last field begins at 255 and about: footers of one byte and of two.
        let city = "x".repeat(210 + number as usize);
        let theirs = object(&city, number);
        let put =
            json!({"op": "put", "cache": "pa_found", "key": theirs, "value": {"t": "string", "v": city}});
        java.ask(put).await;
        let key = Place { city: city.clone(), number };
        assert_eq!(cache.get(&pool, &key).await.unwrap().as_ref(), Some(&city));
        let key = Place { number: number + 100, ..key };
        cache.put(&pool, &key, "ours").await.unwrap();
        let get = json!({"op": "get", "cache": "pa_found", "key": object(&city, number + 100)});
        assert_eq!(java.ask(get).await["v"], "ours");
    }
    let entries = cache.get_all(&pool, &[Place { city: "x".repeat(210), number: 0 }]).await.unwrap();
    assert_eq!(entries[0].0.number, 0);
}

/// A node that does not hold a key has nothing to peek at. One address leads to all nodes where discovery is on.
async fn requests_reach_the_owners(url: String) {
    let one = url.split(',').next().expect("an address");
    let all = format!("{one}?discovery=true");
    let cache: Cache<Orders, i32, i32> = Cache::new("pa_owners");
    let pool_of_all = pool(&url).await;
    cache.get_or_create(&pool_of_all).await.unwrap();
    let entries: Vec<_> = (0..100).map(|i| (i, i)).collect();
    cache.put_all(&pool_of_all, &entries).await.unwrap();
    for (url, has_all) in [(url.as_str(), true), (all.as_str(), true), (one, false)] {
        let pool = pool(url).await;
        let deadline =
            tokio::time::Instant::now() + std::time::Duration::from_secs(if has_all { 10 } else { 1 });
        let mut found = 0;
        while found < 100 && tokio::time::Instant::now() < deadline {
            found = 0;
            for (key, _) in &entries {
                found += u32::from(cache.local_peek(&pool, key).await.unwrap().is_some());
            }
        }
        assert_eq!(found == 100, has_all, "{url}: {found}");
    }
}
