//! Which node holds which partition.

use super::super::code::{Feature, Op};
use super::super::handshake::Agreed;
use super::super::value::write_string;
use super::super::writer::Writer;
use super::Request;

/// Asks for the partitions of caches.
#[derive(Debug, Clone, Copy)]
pub struct CachePartitions<'a> {
    /// The caches, by id; those that the server does not know are left out of its answer.
    pub cache_ids: &'a [i32],
    /// Whether groups with an affinity function or key mapper of their own are mapped too; sent where
    /// [`Feature::AllAffinityMappings`] is.
    pub custom_mappings: bool,
    /// The data centre whose nodes are preferred; sent where [`Feature::DataCenterAware`] is.
    pub data_center: Option<&'a str>,
}

impl Request for CachePartitions<'_> {
    fn op(&self) -> Op {
        Op::CachePartitions
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        if agreed.has(Feature::AllAffinityMappings) {
            w.bool(self.custom_mappings);
        }
        if agreed.has(Feature::DataCenterAware) {
            write_string(w, self.data_center);
        }
        w.count(self.cache_ids.len());
        for cache_id in self.cache_ids {
            w.i32(*cache_id);
        }
    }
}
