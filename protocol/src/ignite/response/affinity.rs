//! The partitions of caches.

use querent_types::value::Uuid;

use super::super::code::Feature;
use super::super::error::DecodeError;
use super::super::handshake::Agreed;
use super::super::reader::Reader;
use super::super::uuid;
use super::{AffinityVersion, Result};

/// Which node holds which partition, at one version of the topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partitions {
    /// The version.
    pub version: AffinityVersion,
    /// Groups of caches that lie alike. A cache that was asked for and is in none is not known to the server.
    pub groups: Vec<GroupMapping>,
}

/// How the caches of a group lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupMapping {
    /// A client can tell the node of a key.
    Applicable {
        /// The caches, more than were asked for perhaps.
        caches: Vec<GroupCache>,
        /// The primary partitions of each node.
        nodes: Vec<NodePartitions>,
        /// The partitions that each node of the data centre that was named can be read from, backups among them; empty
        /// where none was named, or not every copy of a write is waited for.
        read_from: Vec<NodePartitions>,
        /// Whether partitions are made of keys by the default function; false only where custom mappings were asked for.
        default_affinity: bool,
    },
    /// A client cannot.
    NotApplicable {
        /// The caches, by id.
        cache_ids: Vec<i32>,
    },
}

/// A cache of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCache {
    /// Its id.
    pub cache_id: i32,
    /// Key types of which one field decides.
    pub keys: Vec<AffinityKey>,
}

/// A key type of which one field decides the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffinityKey {
    /// The id of the key's type.
    pub type_id: i32,
    /// The id of the field.
    pub field_id: i32,
}

/// The primary partitions of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodePartitions {
    /// The node.
    pub node: Uuid,
    /// Its partitions.
    pub partitions: Vec<i32>,
}

impl Partitions {
    /// Reads the answer to CACHE_PARTITIONS.
    ///
    /// # Errors
    /// Where it ends too early, or a node has no id.
    pub fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<Partitions> {
        let version = AffinityVersion::read(r)?;
        let groups = (0..r.count(5)?).map(|_| GroupMapping::read(r, agreed)).collect::<Result<_>>()?;
        r.end()?;
        Ok(Partitions { version, groups })
    }
}

impl GroupMapping {
    fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<GroupMapping> {
        if !r.bool()? {
            return Ok(GroupMapping::NotApplicable { cache_ids: numbers(r)? });
        }
        let caches = (0..r.count(8)?).map(|_| GroupCache::read(r)).collect::<Result<_>>()?;
        let nodes = (0..r.count(21)?).map(|_| NodePartitions::read(r)).collect::<Result<_>>()?;
        // 2.18.0; an empty list where there is no data centre.
        let read_from = if agreed.has(Feature::DataCenterAware) {
            (0..r.count(21)?).map(|_| NodePartitions::read(r)).collect::<Result<_>>()?
        } else {
            Vec::new()
        };
        let default_affinity = if agreed.has(Feature::AllAffinityMappings) { r.bool()? } else { true };
        Ok(GroupMapping::Applicable { caches, nodes, read_from, default_affinity })
    }
}

impl GroupCache {
    fn read(r: &mut Reader<'_>) -> Result<GroupCache> {
        let cache_id = r.i32()?;
        let keys = (0..r.count(8)?).map(|_| Ok(AffinityKey { type_id: r.i32()?, field_id: r.i32()? }));
        Ok(GroupCache { cache_id, keys: keys.collect::<Result<_>>()? })
    }
}

impl NodePartitions {
    fn read(r: &mut Reader<'_>) -> Result<NodePartitions> {
        let at = r.position();
        let node = uuid::read_object(r)?.ok_or(DecodeError::expected(at, "the id of a node"))?;
        Ok(NodePartitions { node, partitions: numbers(r)? })
    }
}

fn numbers(r: &mut Reader<'_>) -> Result<Vec<i32>> {
    (0..r.count(4)?).map(|_| r.i32()).collect()
}
