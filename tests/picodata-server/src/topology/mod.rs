//! The cluster as a node tells it: instances, replicasets, tiers and where the buckets are. [`relations`] shows it as the
//! tables of the catalog, [`table`] has the user tables.

mod relations;
mod table;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::json;

use crate::SqlError;
use crate::value::Value;

pub use relations::Relation;
pub use table::Table;

/// The cluster as one node tells it; each node has its own, so that one may lag behind.
///
/// The methods that change it panic when they name what is not there: scripts are written by tests.
#[derive(Debug, Clone)]
pub struct Topology {
    instances: Vec<Instance>,
    replicasets: Vec<Replicaset>,
    tiers: Vec<Tier>,
    buckets: Vec<BucketRange>,
    tables: Vec<Table>,
    /// Rows added by hand, by table.
    extra: BTreeMap<String, Vec<Vec<Value>>>,
    rebalancing: bool,
    schema_version: i64,
}

/// A node of the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) raft_id: i64,
    pub(crate) replicaset: String,
    /// `Online`, `Offline` or `Expelled`.
    pub(crate) state: String,
    pub(crate) incarnation: i64,
    /// Of pgproto; empty until the server has one.
    pub(crate) address: String,
    pub(crate) failure_domain: serde_json::Value,
}

#[derive(Debug, Clone)]
struct Replicaset {
    name: String,
    uuid: String,
    tier: String,
    master: String,
}

#[derive(Debug, Clone)]
struct Tier {
    name: String,
    bucket_count: u64,
}

/// Buckets of a tier that one replicaset has.
#[derive(Debug, Clone)]
struct BucketRange {
    tier: String,
    buckets: RangeInclusive<u64>,
    replicaset: String,
}

impl Topology {
    /// `count` nodes i1, i2 …, each the master of a replicaset of its own (r1, r2 …), in the tier `default` of 3,000
    /// buckets, spread evenly in that order.
    pub fn flat(count: usize) -> Topology {
        (1..=count).fold(Topology::empty().with_tier("default", 3000), |topology, at| {
            topology.with_replicaset(&format!("r{at}"), "default", &[&format!("i{at}")])
        })
    }

    /// No nodes and no tiers.
    pub fn empty() -> Topology {
        Topology {
            instances: Vec::new(),
            replicasets: Vec::new(),
            tiers: Vec::new(),
            buckets: Vec::new(),
            tables: Vec::new(),
            extra: BTreeMap::new(),
            rebalancing: false,
            schema_version: 1,
        }
    }

    /// With one more tier.
    #[must_use]
    pub fn with_tier(mut self, name: &str, bucket_count: u64) -> Topology {
        self.tiers.push(Tier { name: name.to_owned(), bucket_count });
        self
    }

    /// With one more replicaset, whose master is the first of its instances; the tier's buckets are spread evenly anew.
    #[must_use]
    pub fn with_replicaset(mut self, name: &str, tier: &str, instances: &[&str]) -> Topology {
        let uuid = format!("00000000-0000-4000-8000-{:012}", 200 + self.replicasets.len() + 1);
        let master = instances.first().expect("a replicaset has an instance");
        let (name, tier) = (name.to_owned(), tier.to_owned());
        assert!(self.tiers.iter().any(|other| other.name == tier), "no tier {tier}");
        self.replicasets.push(Replicaset {
            name: name.clone(),
            uuid,
            tier: tier.clone(),
            master: (*master).to_owned(),
        });
        for instance in instances {
            self.add_instance(instance, &name);
        }
        self.spread(&tier);
        self
    }

    /// With one more user table, and what the catalog says of it.
    #[must_use]
    pub fn with_table(mut self, table: Table) -> Topology {
        self.set_table(table);
        self
    }

    /// Adds a row to a table of the catalog, of the types of [`Relation`]'s columns: procedures, properties, users.
    #[must_use]
    pub fn with_row(mut self, table: &str, row: Vec<Value>) -> Topology {
        self.extra.entry(table.to_owned()).or_default().push(row);
        self
    }

    /// The node is in another state: `Online`, `Offline`, `Expelled`.
    pub fn set_state(&mut self, instance: &str, state: &str) {
        let instance = self.instance_mut(instance);
        instance.state = state.to_owned();
        instance.incarnation += i64::from(state == "Online");
    }

    /// The replicaset has another master.
    pub fn set_master(&mut self, replicaset: &str, instance: &str) {
        assert_eq!(self.instance_mut(instance).replicaset, replicaset, "{instance} is of another replicaset");
        let found = self.replicasets.iter_mut().find(|other| other.name == replicaset).expect("a replicaset");
        found.master = instance.to_owned();
    }

    /// The buckets are those of another replicaset from now on.
    pub fn move_buckets(&mut self, tier: &str, moved: RangeInclusive<u64>, replicaset: &str) {
        assert!(self.replicasets.iter().any(|other| other.name == replicaset), "no replicaset {replicaset}");
        let (first, last) = (*moved.start(), *moved.end());
        let (mut kept, rest): (Vec<_>, Vec<_>) = self.buckets.drain(..).partition(|range| range.tier != tier);
        for range in rest {
            let (start, end) = (*range.buckets.start(), *range.buckets.end());
            for left in [start..=end.min(first - 1), start.max(last + 1)..=end] {
                if !left.is_empty() {
                    kept.push(BucketRange { buckets: left, ..range.clone() });
                }
            }
        }
        kept.push(BucketRange { tier: tier.to_owned(), buckets: moved, replicaset: replicaset.to_owned() });
        kept.sort_by(|a, b| (&a.tier, a.buckets.start()).cmp(&(&b.tier, b.buckets.start())));
        self.buckets = kept;
    }

    /// Whether `_pico_bucket` fails with "Bucket 1 cannot be found. Is rebalancing in progress?".
    pub fn set_rebalancing(&mut self, rebalancing: bool) {
        self.rebalancing = rebalancing;
    }

    /// Adds a node to the catalog only; see [`Server::add_node`](crate::Server::add_node).
    pub fn add_instance(&mut self, name: &str, replicaset: &str) {
        assert!(self.replicasets.iter().any(|other| other.name == replicaset), "no replicaset {replicaset}");
        assert!(self.instance(name).is_none(), "{name} is there already");
        let raft_id = self.instances.iter().map(|other| other.raft_id).max().unwrap_or(0) + 1;
        self.instances.push(Instance {
            name: name.to_owned(),
            uuid: format!("00000000-0000-4000-8000-{:012}", 100 + raft_id),
            raft_id,
            replicaset: replicaset.to_owned(),
            state: "Online".to_owned(),
            incarnation: 1,
            address: String::new(),
            failure_domain: json!({ "DC": format!("DC{raft_id}") }),
        });
    }

    /// The node is gone from the catalog; nothing else happens to it.
    pub fn remove_instance(&mut self, name: &str) {
        self.instance_mut(name);
        self.instances.retain(|other| other.name != name);
    }

    /// The address that is told of the node's pgproto, `host:port`.
    pub fn set_address(&mut self, instance: &str, address: &str) {
        self.instance_mut(instance).address = address.to_owned();
    }

    /// What `failure_domain` says of the node.
    pub fn set_failure_domain(&mut self, instance: &str, domain: serde_json::Value) {
        self.instance_mut(instance).failure_domain = domain;
    }

    /// A user table, new or anew; the schema is one version further.
    pub fn set_table(&mut self, table: Table) {
        self.tables.retain(|other| other.name() != table.name());
        self.tables.push(table);
        self.schema_version += 1;
    }

    /// A user table is gone; the schema is one version further.
    pub fn drop_table(&mut self, name: &str) {
        self.tables.retain(|other| other.name() != name);
        self.schema_version += 1;
    }

    pub(crate) fn bump_schema(&mut self) {
        self.schema_version += 1;
    }

    pub(crate) fn instance(&self, name: &str) -> Option<&Instance> {
        self.instances.iter().find(|other| other.name == name)
    }

    pub(crate) fn instances(&self) -> &[Instance] {
        &self.instances
    }

    pub(crate) fn tier_of(&self, replicaset: &str) -> Option<&str> {
        self.replicaset(replicaset).map(|found| found.tier.as_str())
    }

    /// The UUID of the replicaset that this node is of.
    pub(crate) fn replicaset_uuid_of(&self, instance: &str) -> &str {
        let found = self.instance(instance).and_then(|found| self.replicaset(&found.replicaset));
        found.map_or("", |found| found.uuid.as_str())
    }

    /// The master of the replicaset that has this bucket.
    pub fn owner(&self, tier: &str, bucket: u64) -> Option<&str> {
        let range =
            self.buckets.iter().find(|range| range.tier == tier && range.buckets.contains(&bucket))?;
        self.replicaset(&range.replicaset).map(|found| found.master.as_str())
    }

    /// What `_pico_bucket(tier)` gives.
    pub(crate) fn bucket_map(&self, tier: &str) -> Result<serde_json::Value, SqlError> {
        if !self.tiers.iter().any(|other| other.name == tier) {
            return Err(SqlError::internal(format!("sbroad: _pico_bucket: tier '{tier}' doesn't exist")));
        }
        if self.rebalancing {
            return Err(SqlError::internal("sbroad: Bucket 1 cannot be found. Is rebalancing in progress?"));
        }
        let ranges = self.buckets.iter().filter(|range| range.tier == tier).map(|range| {
            let uuid = self.replicaset(&range.replicaset).map(|found| found.uuid.as_str());
            json!({
                "bucket_id_start": range.buckets.start(), "bucket_id_end": range.buckets.end(), "state": "active",
                "tier_name": tier, "current_replicaset_uuid": uuid, "target_replicaset_uuid": uuid,
            })
        });
        Ok(ranges.collect())
    }

    fn replicaset(&self, name: &str) -> Option<&Replicaset> {
        self.replicasets.iter().find(|other| other.name == name)
    }

    fn instance_mut(&mut self, name: &str) -> &mut Instance {
        self.instances.iter_mut().find(|other| other.name == name).expect("a node of the topology")
    }

    /// Spreads the tier's buckets evenly over its replicasets.
    fn spread(&mut self, tier: &str) {
        self.buckets.retain(|range| range.tier != tier);
        let count = self.tiers.iter().find(|other| other.name == tier).map_or(0, |tier| tier.bucket_count);
        let owners: Vec<_> = self.replicasets.iter().filter(|other| other.tier == tier).collect();
        let parts = owners.len() as u64;
        let ranges = owners.iter().zip(0_u64..).map(|(owner, at)| BucketRange {
            tier: tier.to_owned(),
            buckets: count * at / parts + 1..=count * (at + 1) / parts,
            replicaset: owner.name.clone(),
        });
        let ranges: Vec<_> = ranges.collect();
        self.buckets.extend(ranges);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(topology: &Topology) -> Vec<(u64, u64, String)> {
        let map = topology.bucket_map("default").unwrap();
        let ranges = map.as_array().unwrap().iter().map(|range| {
            let number = |key: &str| range[key].as_u64().unwrap();
            let uuid = range["current_replicaset_uuid"].as_str().unwrap();
            (number("bucket_id_start"), number("bucket_id_end"), uuid[33..].to_owned())
        });
        ranges.collect()
    }

    #[test]
    fn buckets_are_spread_and_moved() {
        let mut topology = Topology::flat(3);
        let of = |ranges: &[(u64, u64, &str)]| {
            ranges.iter().map(|(a, b, c)| (*a, *b, (*c).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(map(&topology), of(&[(1, 1000, "201"), (1001, 2000, "202"), (2001, 3000, "203")]));
        topology.move_buckets("default", 500..=1500, "r3");
        let expected = [(1, 499, "201"), (500, 1500, "203"), (1501, 2000, "202"), (2001, 3000, "203")];
        assert_eq!(map(&topology), of(&expected));
        assert_eq!(topology.owner("default", 500), Some("i3"));
        topology.move_buckets("default", 1..=3000, "r1");
        assert_eq!(map(&topology), of(&[(1, 3000, "201")]));
        topology.set_rebalancing(true);
        assert!(topology.bucket_map("default").unwrap_err().message.contains("Is rebalancing in progress?"));
        assert!(topology.bucket_map("none").unwrap_err().message.contains("tier 'none' doesn't exist"));
    }
}
