//! How an object says where its fields are: compact footers, as clusters have them where nobody says otherwise, and full
//! ones (`BinaryConfiguration.compactFooter = false`). Bytes and keys are those of Java's client in either form.

use querent_ignite::object::{BinaryType, ObjectReader, ObjectWriter, ReadError};
use serde_json::{Value as Json, json};

use crate::oracle::Oracle;
use crate::private::Private;
use crate::{keyvalue, objects, pool};

crate::tests! { TESTS: compact_footers_are_javas, full_footers_are_javas }

/// A field whose place depends on the one before it.
#[derive(Debug, Clone, PartialEq)]
struct Wide {
    text: String,
    n: i32,
}

impl BinaryType for Wide {
    const TYPE_NAME: &'static str = "querent.test.Wide";

    fn write(&self, object: &mut ObjectWriter<'_, '_>) {
        object.field("text", &self.text).field("n", &self.n);
    }

    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
        Ok(Wide { text: object.field("text")?, n: object.field("n")? })
    }
}

impl Wide {
    /// One whose second field begins at this offset: behind the header, a type code and a length.
    fn with_offset(offset: usize) -> Wide {
        Wide { text: "x".repeat(offset - 24 - 5), n: 7 }
    }

    fn to_json(&self) -> Json {
        let fields = json!([["text", {"t": "string", "v": self.text}], ["n", {"t": "int", "v": self.n}]]);
        json!({"t": "object", "type": Wide::TYPE_NAME, "fields": fields})
    }
}

/// Offsets of one, two and four bytes, and where one becomes the other. pyignite is wrong by one there.
const OFFSETS: [usize; 7] = [29, 255, 256, 257, 65_535, 65_536, 100_000];

/// The bytes that the server has for key 1.
async fn stored(java: &mut Oracle, cache: &str) -> String {
    let get = json!({"op": "get", "cache": cache, "key": {"t": "int", "v": 1}, "hex": true});
    java.ask(get).await["hex"].as_str().expect("the bytes").to_owned()
}

async fn footers_are_javas(url: &str, is_compact: bool) {
    let pool = pool(url).await;
    let values = keyvalue::cache::<i32, Wide>(&pool, "footer_values").await;
    let keys = keyvalue::cache::<Wide, i32>(&pool, "footer_keys").await;
    let mut java = Oracle::connect("java", url).await;
    for (i, offset) in (0_i32..).zip(OFFSETS) {
        let wide = Wide::with_offset(offset);
        values.put(&pool, &1, &wide).await.unwrap();
        let ours = stored(&mut java, "footer_values").await;
        let put = json!({"op": "put", "cache": "footer_values", "key": {"t": "int", "v": 1}, "value": wide.to_json()});
        java.ask(put).await;
        assert_eq!(ours, stored(&mut java, "footer_values").await, "{offset}");
        assert_eq!(values.get(&pool, &1).await.unwrap().as_ref(), Some(&wide), "{offset}");
        // Code 103, version 1, the low byte of the flags.
        let flags = u8::from_str_radix(&ours[4..6], 16).expect("hex");
        assert_eq!((&ours[..4], flags & 0x20 != 0), ("6701", is_compact), "{offset}");
        // A key is its bytes.
        keys.put(&pool, &wide, &i).await.unwrap();
        let get = json!({"op": "get", "cache": "footer_keys", "key": wide.to_json()});
        assert_eq!(java.ask(get).await, json!({"t": "int", "v": i}), "{offset}");
        let value = json!({"t": "int", "v": -i});
        java.ask(json!({"op": "put", "cache": "footer_keys", "key": wide.to_json(), "value": value})).await;
        assert_eq!(keys.get(&pool, &wide).await.unwrap(), Some(-i), "{offset}");
    }
    assert_eq!(keys.size(&pool, &[]).await.unwrap(), OFFSETS.len() as u64);
}

async fn compact_footers_are_javas(url: String) {
    footers_are_javas(&url, true).await;
}

async fn full_footers_are_javas(_: String) {
    let private = Private::start_with("h2", &["full-footer"]).await;
    let url = &private.url;
    footers_are_javas(url, false).await;
    objects::java_reads_the_same(url.clone()).await;
    objects::types_evolve(url.clone()).await;
    objects::enums_are_registered(url.clone()).await;
    objects::sql_sees_the_same(url.clone()).await;
    objects::raw_data_and_handles_are_read(url.clone()).await;
    private.end().await;
}
