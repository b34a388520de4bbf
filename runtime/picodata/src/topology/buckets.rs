//! Where the buckets of each tier are, and which bucket a key has.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

use querent_core::{Owner, RowKey, Value};
use querent_protocol::picodata::KeyHasher;
use serde::Deserialize;

/// The tier of tables that name none.
const DEFAULT_TIER: &str = "default";

/// The map of all tiers.
#[derive(Debug, Default)]
pub(super) struct BucketMap {
    tiers: HashMap<String, Arc<TierMap>>,
}

/// The buckets of one tier.
#[derive(Debug, PartialEq, Eq)]
struct TierMap {
    count: u64,
    /// By their first bucket.
    ranges: Vec<Range>,
}

#[derive(Debug, PartialEq, Eq)]
struct Range {
    first: u64,
    last: u64,
    owner: Arc<str>,
}

/// A row of what `_pico_bucket` returns.
#[derive(Deserialize)]
struct Row<'r> {
    bucket_id_start: u64,
    bucket_id_end: u64,
    #[serde(borrow)]
    current_replicaset_uuid: std::borrow::Cow<'r, str>,
}

impl BucketMap {
    /// The same map with what is known of a tier: `json` is what `_pico_bucket` returned, `count` what `_pico_tier` says,
    /// which not everybody may read.
    pub(super) fn put(
        &mut self,
        tier: &str,
        json: &str,
        count: Option<u64>,
    ) -> Result<(), serde_json::Error> {
        let rows: Vec<Row<'_>> = serde_json::from_str(json)?;
        let mut ranges: Vec<Range> = rows
            .into_iter()
            .map(|row| Range {
                first: row.bucket_id_start,
                last: row.bucket_id_end,
                owner: Arc::from(&*row.current_replicaset_uuid),
            })
            .collect();
        ranges.sort_unstable_by_key(|range| range.first);
        let count = count.or(ranges.last().map(|range| range.last)).unwrap_or_default();
        self.tiers.insert(tier.to_owned(), Arc::new(TierMap { count, ranges }));
        Ok(())
    }

    /// Takes over what was known of a tier: while buckets move, a server does not tell where they are.
    pub(super) fn keep(&mut self, tier: &str, known: &BucketMap) {
        if let Some(map) = known.tiers.get(tier) {
            self.tiers.insert(tier.to_owned(), map.clone());
        }
    }

    pub(super) fn count(&self, tier: &str) -> Option<u64> {
        Some(self.tiers.get(tier)?.count)
    }

    pub(super) fn owner(&self, tier: &str, bucket: u64) -> Option<Arc<str>> {
        let ranges = &self.tiers.get(tier)?.ranges;
        let after = ranges.partition_point(|range| range.first <= bucket);
        let range = ranges.get(after.checked_sub(1)?)?;
        (bucket <= range.last).then(|| range.owner.clone())
    }

    /// The owner of the rows of a checked statement's key.
    pub(super) fn of_key(&self, key: &RowKey<'_>) -> Option<Owner> {
        let tier = if key.tier().is_empty() { DEFAULT_TIER } else { key.tier() };
        let bucket = hash(key.values().map(|(value, _)| value))?.bucket(self.count(tier)?)?;
        Some(Owner { group: self.owner(tier, bucket)? })
    }

    pub(super) fn find(&self, tier: &str, key: &[Value<'_>]) -> Option<(u64, Arc<str>)> {
        let bucket = bucket_of(key, self.count(tier)?)?;
        Some((bucket, self.owner(tier, bucket)?))
    }
}

/// The bucket of a distribution key among `bucket_count` of them; `None` for a value of which the server's hash is not
/// known. Each value has to be of the kind of its column: 1 of an INTEGER and 1 of a DECIMAL have different buckets.
pub fn bucket_of(key: &[Value<'_>], bucket_count: u64) -> Option<u64> {
    hash(key.iter())?.bucket(bucket_count)
}

fn hash<'q>(key: impl Iterator<Item = impl Borrow<Value<'q>>>) -> Option<KeyHasher> {
    let mut hasher = KeyHasher::new();
    for value in key {
        match value.borrow() {
            Value::Null => hasher.push_null(),
            Value::Bool(value) => hasher.push_bool(*value),
            Value::Int(value) => hasher.push_i64(*value),
            Value::UInt(value) => hasher.push_u64(*value),
            Value::Float(value) => hasher.push_f64(f64::from(*value)),
            Value::Double(value) => hasher.push_f64(*value),
            Value::Decimal(value) => hasher.push_decimal(value),
            Value::Str(value) => hasher.push_str(value),
            Value::String(value) => hasher.push_str(value),
            Value::Uuid(value) => hasher.push_uuid(*value.as_bytes()),
            Value::Timestamp(value) => {
                // The wire has microseconds, and the server hashes what came.
                hasher.push_datetime(value.secs(), value.subsec_nanos() / 1000 * 1000);
            }
            _ => return None,
        }
    }
    Some(hasher)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"[
        {"bucket_id_start":1501,"bucket_id_end":3000,"state":"active","tier_name":"default","current_replicaset_uuid":"b","target_replicaset_uuid":"b"},
        {"bucket_id_start":1,"bucket_id_end":1400,"state":"active","tier_name":"default","current_replicaset_uuid":"a","target_replicaset_uuid":"a"}
    ]"#;

    fn map(count: Option<u64>) -> BucketMap {
        let mut map = BucketMap::default();
        map.put(DEFAULT_TIER, MAP, count).unwrap();
        map
    }

    #[test]
    fn a_bucket_is_found_in_its_range_and_not_between() {
        let map = map(None);
        let owner = |bucket| map.owner(DEFAULT_TIER, bucket).map(|owner| owner.to_string());
        let owners = [0, 1, 1400, 1401, 1500, 1501, 3000, 3001].map(owner);
        let owners: Vec<&str> = owners.iter().map(|owner| owner.as_deref().unwrap_or("-")).collect();
        assert_eq!(owners, ["-", "a", "a", "-", "-", "b", "b", "-"]);
        assert_eq!((map.owner("hot", 1), map.count("hot")), (None, None));
    }

    #[test]
    fn a_key_has_its_bucket() {
        let map = map(Some(3000));
        // 1 is in bucket 1934, by the reference's golden value.
        let (bucket, owner) = map.find(DEFAULT_TIER, &[Value::Int(1)]).unwrap();
        assert_eq!((bucket, &*owner), (1934, "b"));
        assert_eq!(bucket_of(&[Value::Bytes(b"x")], 3000), None);
        assert_eq!(bucket_of(&[], 3000), None);
    }

    #[test]
    fn without_rights_the_last_bucket_counts() {
        assert_eq!(map(None).count(DEFAULT_TIER), Some(3000));
        assert_eq!(map(Some(4000)).count(DEFAULT_TIER), Some(4000));
        assert!(BucketMap::default().put("x", "{}", None).is_err());
    }

    #[test]
    fn what_was_known_stays_while_buckets_move() {
        let mut now = BucketMap::default();
        now.keep(DEFAULT_TIER, &map(None));
        assert_eq!(now.count(DEFAULT_TIER), Some(3000));
    }
}
