//! Writes with the versions that they have in another cluster.

use super::super::code::Op;
use super::super::handshake::Agreed;
use super::super::value::code;
use super::super::writer::Writer;
use super::{CacheInfo, Request, WriteObject};

/// The version of an entry in another cluster, for conflict operations: `GridCacheVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryVersion {
    /// Topology version plus seconds since the cluster's start.
    pub topology: i32,
    /// The order of the update.
    pub order: i64,
    /// The order of the node (27 bits), the id of its data centre above it.
    pub node_order_and_data_center: i32,
}

impl WriteObject for EntryVersion {
    /// As Java's optimized marshaller writes an `Externalizable`: marker 101, hash of the class name, the low half of its
    /// `serialVersionUID` (0), its fields. 2.17.0 reads it.
    fn write_object(&self, w: &mut Writer) {
        const MARKER: u8 = 101;
        /// Java's hash of `org.apache.ignite.internal.processors.cache.version.GridCacheVersion`.
        const CLASS_HASH: i32 = 495048264;
        w.u8(code::OPTIMIZED);
        w.i32(1 + 4 + 2 + 4 + 8 + 4);
        w.u8(MARKER);
        w.i32(CLASS_HASH);
        w.u16(0);
        w.i32(self.topology);
        w.i64(self.order);
        w.i32(self.node_order_and_data_center);
    }
}

/// Stores entries with the versions that they have in another cluster, where those win.
#[derive(Debug, Clone, Copy)]
pub struct PutAllConflict<'a, K, V> {
    /// The cache.
    pub cache: &'a CacheInfo,
    /// Key, value, version, and when the entry expires in milliseconds since 1970 (0: never).
    pub entries: &'a [(K, V, EntryVersion, i64)],
}

impl<K: WriteObject, V: WriteObject> Request for PutAllConflict<'_, K, V> {
    fn op(&self) -> Op {
        Op::CachePutAllConflict
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write(agreed, w);
        w.count(self.entries.len());
        for (key, value, version, expires_ms) in self.entries {
            key.write_object(w);
            value.write_object(w);
            version.write_object(w);
            w.i64(*expires_ms);
        }
    }
}

/// Removes entries with the versions that their removal has in another cluster, where those win.
#[derive(Debug, Clone, Copy)]
pub struct RemoveAllConflict<'a, K> {
    /// The cache.
    pub cache: &'a CacheInfo,
    /// Key and version.
    pub entries: &'a [(K, EntryVersion)],
}

impl<K: WriteObject> Request for RemoveAllConflict<'_, K> {
    fn op(&self) -> Op {
        Op::CacheRemoveAllConflict
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write(agreed, w);
        w.count(self.entries.len());
        for (key, version) in self.entries {
            key.write_object(w);
            version.write_object(w);
        }
    }
}
