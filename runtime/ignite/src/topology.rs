//! Which node a key belongs to: a pure function of what the cluster told and the key's bytes.
//!
//! Fetching is not here. A key whose node cannot be told (a cache with an affinity function of its own, a key whose hash is
//! no function of its bytes) goes to any node: every node serves every key.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use querent_core::types::value::Uuid;
use querent_protocol::ignite::hash::{key_hash, partition};
use querent_protocol::ignite::response::{AffinityVersion, GroupMapping, NodePartitions, Partitions};
use querent_protocol::ignite::value::Object;

use crate::object::Types;

/// Where the keys of the caches in use are, at one version of the topology.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map {
    version: Option<AffinityVersion>,
    caches: BTreeMap<i32, Placement>,
    /// Asked for and not in the answer: being created, or not there.
    missing: HashSet<i32>,
}

/// Where the keys of one cache are.
#[derive(Debug, Clone)]
enum Placement {
    /// The servers alone know.
    Untold,
    Told {
        owners: Arc<Owners>,
        /// By the id of a key's type: the field that decides.
        affinity_fields: HashMap<i32, i32>,
    },
}

/// The primary nodes of partitions.
#[derive(Debug, PartialEq)]
struct Owners(Vec<Option<Uuid>>);

impl Owners {
    /// The number of partitions is not told: it is one more than the highest. `None` where a number is impossible.
    fn of(nodes: &[NodePartitions]) -> Option<Owners> {
        /// `CacheConfiguration.MAX_PARTITIONS_COUNT` of 2.17.0.
        const PARTITIONS_MAX: usize = 65_000;
        let mut owners = Vec::new();
        for node in nodes {
            for partition in &node.partitions {
                let idx = usize::try_from(*partition).ok().filter(|idx| *idx < PARTITIONS_MAX)?;
                if owners.len() <= idx {
                    owners.resize(idx + 1, None);
                }
                *owners.get_mut(idx)? = Some(node.node);
            }
        }
        (!owners.is_empty()).then_some(Owners(owners))
    }
}

/// What must be done before a key of a cache can be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    /// The topology has changed since, or the cache was never asked for.
    Stale,
    /// It was asked for in vain: it may have been created since.
    Missing,
}

impl Map {
    /// Whether the map is good for a cache, when `seen` is the latest version of the topology that any node told.
    pub(crate) fn freshness(&self, cache_id: i32, seen: Option<AffinityVersion>) -> Freshness {
        if seen > self.version {
            Freshness::Stale
        } else if self.caches.contains_key(&cache_id) {
            Freshness::Fresh
        } else if self.missing.contains(&cache_id) {
            Freshness::Missing
        } else {
            Freshness::Stale
        }
    }

    /// The caches to ask for: this one, and all that are in use.
    pub(crate) fn asking(&self, cache_id: i32) -> Vec<i32> {
        let mut ids: Vec<i32> = self.caches.keys().chain(&self.missing).copied().collect();
        if !ids.contains(&cache_id) {
            ids.push(cache_id);
        }
        ids
    }

    /// The map with an answer to `asked`. Of two versions the newer wins, whichever came first.
    pub(crate) fn with(&self, asked: &[i32], answer: &Partitions) -> Map {
        let version = Some(answer.version);
        if version < self.version {
            return self.clone();
        }
        let mut map = if version == self.version { self.clone() } else { Map { version, ..Map::default() } };
        for group in &answer.groups {
            map.add(group);
        }
        map.missing = asked.iter().copied().filter(|id| !map.caches.contains_key(id)).collect();
        map
    }

    fn add(&mut self, group: &GroupMapping) {
        match group {
            GroupMapping::NotApplicable { cache_ids } => {
                self.caches.extend(cache_ids.iter().map(|id| (*id, Placement::Untold)));
            }
            GroupMapping::Applicable { caches, nodes, default_affinity, .. } => {
                let owners = Owners::of(nodes).filter(|_| *default_affinity).map(Arc::new);
                for cache in caches {
                    let placement = match &owners {
                        None => Placement::Untold,
                        Some(owners) => Placement::Told {
                            owners: owners.clone(),
                            affinity_fields: cache
                                .keys
                                .iter()
                                .map(|key| (key.type_id, key.field_id))
                                .collect(),
                        },
                    };
                    self.caches.insert(cache.cache_id, placement);
                }
            }
        }
    }

    /// The node that holds a key; `None` where that cannot be told.
    pub(crate) fn node(&self, cache_id: i32, key: &[u8], types: &Types) -> Option<Uuid> {
        let Placement::Told { owners, affinity_fields } = self.caches.get(&cache_id)? else { return None };
        let key = Object::decode(key).ok()?;
        let hash =
            match key.complex().and_then(|object| Some((object, affinity_fields.get(&object.type_id())?))) {
                None => key_hash(&key).ok()??,
                Some((object, field_id)) => {
                    let known = types.get(object.type_id());
                    let schema = known.as_ref().and_then(|known| known.schema(object.schema_id()));
                    key_hash(&object.field(*field_id, schema).ok()??).ok()??
                }
            };
        let partitions = u32::try_from(owners.0.len()).ok()?;
        *owners.0.get(partition(hash, partitions) as usize)?
    }

    /// The node that holds a partition.
    pub(crate) fn partition_node(&self, cache_id: i32, partition: i32) -> Option<Uuid> {
        let Placement::Told { owners, .. } = self.caches.get(&cache_id)? else { return None };
        *owners.0.get(usize::try_from(partition).ok()?)?
    }

    /// The nodes that hold keys of a cache.
    pub(crate) fn nodes(&self) -> HashSet<Uuid> {
        let told = self.caches.values().filter_map(|placement| match placement {
            Placement::Told { owners, .. } => Some(owners),
            Placement::Untold => None,
        });
        told.flat_map(|owners| owners.0.iter().copied().flatten()).collect()
    }

    /// The field that decides the node of a key of this type, in any cache.
    pub(crate) fn affinity_field(&self, type_id: i32) -> Option<i32> {
        self.caches.values().find_map(|placement| match placement {
            Placement::Told { affinity_fields, .. } => affinity_fields.get(&type_id).copied(),
            Placement::Untold => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use querent_protocol::ignite::response::{AffinityKey, GroupCache};

    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn version(major: i64, minor: i32) -> AffinityVersion {
        AffinityVersion { major, minor }
    }

    fn group(cache_id: i32, nodes: &[(Uuid, &[i32])]) -> GroupMapping {
        let nodes = nodes
            .iter()
            .map(|(node, partitions)| NodePartitions { node: *node, partitions: partitions.to_vec() });
        let keys = vec![AffinityKey { type_id: 9, field_id: 7 }];
        GroupMapping::Applicable {
            caches: vec![GroupCache { cache_id, keys }],
            nodes: nodes.collect(),
            read_from: Vec::new(),
            default_affinity: true,
        }
    }

    fn answer(version: AffinityVersion, groups: Vec<GroupMapping>) -> Partitions {
        Partitions { version, groups }
    }

    fn int(number: i32) -> Vec<u8> {
        [&[3], &number.to_le_bytes()[..]].concat()
    }

    #[test]
    fn a_key_belongs_to_the_node_of_its_partition() {
        let types = Types::default();
        let map =
            Map::default().with(&[1], &answer(version(1, 0), vec![group(1, &[(A, &[0, 2]), (B, &[1])])]));
        // Three partitions: the absolute remainder, not a mask.
        for (key, node) in [(0, A), (1, B), (2, A), (-1, B), (4, B), (i32::MIN, A)] {
            assert_eq!(map.node(1, &int(key), &types), Some(node), "{key}");
        }
        assert_eq!(map.node(2, &int(0), &types), None);
        assert_eq!(map.partition_node(1, 1), Some(B));
        assert_eq!((map.partition_node(1, 3), map.partition_node(1, -1)), (None, None));
        // A class as a key has no hash of its bytes.
        assert_eq!(map.node(1, &[32, 1, 0, 0, 0], &types), None);
        assert_eq!(map.affinity_field(9), Some(7));
    }

    #[test]
    fn the_newest_version_wins() {
        let older = answer(version(1, 0), vec![group(1, &[(A, &[0])])]);
        let newer = answer(version(1, 1), vec![group(1, &[(B, &[0])])]);
        let types = Types::default();
        let node = |map: &Map| map.node(1, &int(5), &types);
        let map = Map::default().with(&[1], &older).with(&[1], &newer);
        assert_eq!(node(&map), Some(B));
        assert_eq!(node(&map.with(&[1], &older)), Some(B));
        assert_eq!(map.freshness(1, Some(version(1, 1))), Freshness::Fresh);
        assert_eq!(map.freshness(1, Some(version(2, 0))), Freshness::Stale);
    }

    #[test]
    fn what_was_not_answered_is_asked_again() {
        let map = Map::default().with(&[1, 2], &answer(version(1, 0), vec![group(1, &[(A, &[0])])]));
        assert_eq!(map.freshness(2, Some(version(1, 0))), Freshness::Missing);
        assert_eq!(map.freshness(3, Some(version(1, 0))), Freshness::Stale);
        let mut asking = map.asking(3);
        asking.sort_unstable();
        assert_eq!(asking, [1, 2, 3]);
        let map = map.with(&[1, 2], &answer(version(1, 0), vec![group(2, &[(B, &[0])])]));
        assert_eq!(map.freshness(2, None), Freshness::Fresh);
        assert_eq!(map.freshness(1, None), Freshness::Fresh);
    }

    #[test]
    fn mappings_of_their_own_are_not_guessed() {
        let custom = match group(1, &[(A, &[0])]) {
            GroupMapping::Applicable { caches, nodes, read_from, .. } => {
                GroupMapping::Applicable { caches, nodes, read_from, default_affinity: false }
            }
            other => other,
        };
        let untold = GroupMapping::NotApplicable { cache_ids: vec![2] };
        let impossible = group(3, &[(A, &[-1])]);
        let map = Map::default().with(&[1, 2, 3], &answer(version(1, 0), vec![custom, untold, impossible]));
        for cache_id in 1..=3 {
            assert_eq!(map.freshness(cache_id, None), Freshness::Fresh);
            assert_eq!(map.node(cache_id, &int(0), &Types::default()), None);
        }
    }
}
