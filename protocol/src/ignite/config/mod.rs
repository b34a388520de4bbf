//! Cache configurations: sent as numbered properties, answered as all of them in a fixed order.
//!
//! The number of partitions and the affinity function are not here: a thin client neither learns nor sets them.

mod entity;
mod property;

use super::code::{Feature, Version};
use super::error::DecodeError;
use super::handshake::Agreed;
use super::reader::Reader;
use super::request::ExpiryPolicy;
use super::writer::{EncodeError, Writer};

pub use entity::{IndexType, QueryEntity, QueryField, QueryIndex};
pub use property::KeyConfiguration;
use property::Property;

macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident: $what:literal { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant = $code,)+ }

        impl Property for $name {
            fn write(&self, _: &Agreed, w: &mut Writer) {
                w.i32(*self as i32);
            }

            fn read(r: &mut Reader<'_>, _: &Agreed) -> Result<Option<Self>, DecodeError> {
                let at = r.position();
                match r.i32()? {
                    $($code => Ok(Some($name::$variant)),)+
                    other => Err(DecodeError::unknown(at, $what, i64::from(other))),
                }
            }
        }
    };
}

numbered! {
    /// Whether the operations of a cache can be transactional.
    AtomicityMode: "atomicity mode" {
        /// They can.
        Transactional = 0,
        /// Each takes effect by itself.
        Atomic = 1,
        /// They can, with snapshots; servers before 2.15.
        TransactionalSnapshot = 2,
    }
}

numbered! {
    /// Which nodes hold an entry.
    CacheMode: "cache mode" {
        /// The one that is asked; servers before 2.14.
        Local = 0,
        /// Every one.
        Replicated = 1,
        /// The owner of its partition, and backups.
        Partitioned = 2,
    }
}

numbered! {
    /// What happens to a cache when partitions are lost.
    PartitionLossPolicy: "partition loss policy" {
        /// Writes fail, and reads of lost partitions.
        ReadOnlySafe = 0,
        /// Writes fail.
        ReadOnlyAll = 1,
        /// Reads and writes of lost partitions fail.
        ReadWriteSafe = 2,
        /// Nothing fails.
        ReadWriteAll = 3,
        /// Nothing is marked as lost.
        Ignore = 4,
    }
}

numbered! {
    /// How a cache moves its partitions when nodes come and go.
    RebalanceMode: "rebalance mode" {
        /// Operations wait for it.
        Sync = 0,
        /// In the background.
        Async = 1,
        /// Not at all.
        None = 2,
    }
}

numbered! {
    /// Which copies are written when a write is answered.
    WriteSynchronizationMode: "write synchronization mode" {
        /// All.
        FullSync = 0,
        /// None.
        FullAsync = 1,
        /// The primary one.
        PrimarySync = 2,
    }
}

macro_rules! configuration {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $code:literal,)+) => {
        /// The configuration of a cache: `None` is the server's default when it is sent, and null when it was read.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct CacheConfiguration {
            $($(#[$doc])* pub $name: Option<$type>,)+
            /// How long entries live; from 1.6 on.
            pub expiry_policy: Option<ExpiryPolicy>,
            /// Where the storages of the cache's partitions are, by the paths that data regions name; where
            /// [`Feature::CacheStorages`] is.
            pub storage_paths: Option<Vec<String>>,
            /// Where the storage of its indexes is; where [`Feature::CacheStorages`] is.
            pub index_path: Option<String>,
        }

        impl CacheConfiguration {
            /// Writes the known properties as (code, value), with how many there are.
            fn write_properties(&self, agreed: &Agreed, w: &mut Writer) -> usize {
                let mut count = 0;
                $(if let Some(value) = &self.$name {
                    let code: i16 = $code;
                    w.i16(code);
                    value.write(agreed, w);
                    count += 1;
                })+
                count
            }

            /// Reads the fixed order, up to what later versions added at its end.
            fn read_properties(r: &mut Reader<'_>, agreed: &Agreed) -> Result<CacheConfiguration, DecodeError> {
                Ok(CacheConfiguration {
                    $($name: <$type>::read(r, agreed)?,)+
                    ..CacheConfiguration::default()
                })
            }
        }
    };
}

// In the order of the answer to CACHE_GET_CONFIGURATION.
configuration! {
    /// Whether operations can be transactional.
    atomicity_mode: AtomicityMode = 2,
    /// Copies of an entry besides the primary one.
    backups: i32 = 3,
    /// Which nodes hold an entry.
    cache_mode: CacheMode = 1,
    /// Whether reads on the server copy the value.
    copy_on_read: bool = 5,
    /// The data region.
    data_region: String = 100,
    /// Whether expired entries are removed as they expire, not when they are touched.
    eager_ttl: bool = 405,
    /// Whether statistics are kept.
    statistics_enabled: bool = 406,
    /// The group of caches that share partitions.
    group_name: String = 400,
    /// How long a lock is waited for, in milliseconds; 0 for ever.
    default_lock_timeout_ms: i64 = 402,
    /// Asynchronous operations at a time; 0 for any number.
    max_concurrent_async_operations: i32 = 403,
    /// Query iterators at a time.
    max_query_iterators: i32 = 206,
    /// The name.
    name: String = 0,
    /// Whether values are kept on the heap too.
    onheap_cache_enabled: bool = 101,
    /// What happens when partitions are lost.
    partition_loss_policy: PartitionLossPolicy = 404,
    /// Of how many queries details are kept.
    query_detail_metrics_size: i32 = 202,
    /// Threads of one query on one node.
    query_parallelism: i32 = 201,
    /// Whether a backup may answer a read.
    read_from_backup: bool = 6,
    /// Bytes of a message while partitions move.
    rebalance_batch_size: i32 = 303,
    /// Such messages that are sent ahead.
    rebalance_batches_prefetch: i64 = 304,
    /// Milliseconds from a change of the topology until partitions move.
    rebalance_delay_ms: i64 = 301,
    /// How partitions move.
    rebalance_mode: RebalanceMode = 300,
    /// In which order the partitions of caches move.
    rebalance_order: i32 = 305,
    /// Milliseconds between two messages while they move.
    rebalance_throttle_ms: i64 = 306,
    /// Milliseconds until such a message is given up.
    rebalance_timeout_ms: i64 = 302,
    /// Whether all SQL names are case-sensitive.
    sql_escape_all: bool = 205,
    /// Bytes of a key that an index holds itself; -1 is the server's own choice.
    sql_index_max_inline_size: i32 = 204,
    /// The schema of its tables.
    sql_schema: String = 203,
    /// Which copies are written when a write is answered.
    write_synchronization_mode: WriteSynchronizationMode = 4,
    /// The affinity fields of key types.
    key_configurations: Vec<KeyConfiguration> = 401,
    /// The tables.
    query_entities: Vec<QueryEntity> = 200,
}

const EXPIRY_POLICY: i16 = 407;
const STORAGE_PATHS: i16 = 408;
const INDEX_PATH: i16 = 409;

impl CacheConfiguration {
    /// A cache of this name, everything else the server's default.
    pub fn new(name: impl Into<String>) -> CacheConfiguration {
        CacheConfiguration { name: Some(name.into()), ..CacheConfiguration::default() }
    }

    /// Writes length, count and properties. The server reads no property that it does not know, so none is sent to one
    /// that is too old for it.
    pub(crate) fn write(&self, agreed: &Agreed, w: &mut Writer) {
        let length_at = w.position();
        w.i32(0);
        let count_at = w.position();
        w.u16(0);
        let mut count = self.write_properties(agreed, w);
        if let Some(policy) = &self.expiry_policy {
            if agreed.version < Version::V1_6 {
                w.fail(EncodeError::Missing {
                    what: "expiry policies",
                    since: "version 1.6 of the protocol",
                });
            }
            w.i16(EXPIRY_POLICY);
            w.bool(true);
            policy.write(w);
            count += 1;
        }
        if self.storage_paths.is_some() || self.index_path.is_some() {
            let feature = Feature::CacheStorages;
            if !agreed.has(feature) {
                w.fail(EncodeError::Missing { what: "storage paths", since: feature.since() });
            }
        }
        if let Some(paths) = &self.storage_paths {
            w.i16(STORAGE_PATHS);
            property::write_strings(paths, w);
            count += 1;
        }
        if let Some(path) = &self.index_path {
            w.i16(INDEX_PATH);
            path.write(agreed, w);
            count += 1;
        }
        // There are 33 at most.
        w.patch_u16(count_at, u16::try_from(count).unwrap_or(u16::MAX));
        match i32::try_from(w.position() - count_at) {
            Ok(len) => w.patch_i32(length_at, len),
            Err(_) => w.fail(EncodeError::Unsendable("a cache configuration of more than 2 GiB")),
        }
    }

    /// Reads the answer to CACHE_GET_CONFIGURATION.
    ///
    /// # Errors
    /// Where it ends too early, or an enumeration has a number that is not known.
    pub fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<CacheConfiguration, DecodeError> {
        r.count(1)?;
        let mut configuration = CacheConfiguration::read_properties(r, agreed)?;
        if agreed.version >= Version::V1_6 {
            configuration.expiry_policy = property::read_expiry_policy(r)?;
        }
        if agreed.has(Feature::CacheStorages) {
            configuration.storage_paths = property::read_strings(r)?;
            configuration.index_path = String::read(r, agreed)?;
        }
        Ok(configuration)
    }
}
