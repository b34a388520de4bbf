//! The nodes of a cluster as the pool sees them: how one is connected to, what its catalog says, who owns a row.
//!
//! What the pool makes of it is `querent_core`'s affair. The catalog is read in `ask`, the map of buckets is `buckets`.

mod ask;
mod buckets;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use querent_core::url::Host;
use querent_core::{ClusterOptions, Discovered, ErrorKind, Node, Owner, Pool, Result, RowKey, Source, Value};

pub use buckets::bucket_of;

use crate::Picodata;
use crate::connect::{self, Extensions};
use crate::connection::Connection;
use crate::options::{PicodataOptions, Server};
use buckets::BucketMap;

/// What a pool keeps of a cluster: where its buckets are.
pub struct Cluster {
    options: PicodataOptions,
    /// Whether a server was found that does not know what only Picodata knows.
    plain: AtomicBool,
    buckets: RwLock<Arc<BucketMap>>,
}

impl Cluster {
    fn buckets(&self) -> Arc<BucketMap> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The bucket of a distribution key in a tier, and the UUID of the replicaset that holds it; `None` where the map of the
    /// tier's buckets is not known, or the key is of a type that has no known hash.
    pub fn bucket(&self, tier: &str, key: &[Value<'_>]) -> Option<(u64, Arc<str>)> {
        self.buckets().find(tier, key)
    }

    /// The UUID of the replicaset that holds a bucket of a tier.
    pub fn replicaset(&self, tier: &str, bucket: u64) -> Option<Arc<str>> {
        self.buckets().owner(tier, bucket)
    }

    /// How many buckets a tier has, where that is known.
    pub fn bucket_count(&self, tier: &str) -> Option<u64> {
        self.buckets().count(tier)
    }
}

impl querent_core::Cluster<Picodata> for Cluster {
    fn of(options: &PicodataOptions, _: &ClusterOptions) -> Option<Cluster> {
        Some(Cluster {
            options: options.clone(),
            plain: AtomicBool::new(options.server == Server::PostgreSql),
            buckets: RwLock::default(),
        })
    }

    fn seeds(&self) -> Vec<Node> {
        self.options.hosts.iter().map(|host| Node::seed(&host.name, host.port)).collect()
    }

    async fn connect(&self, options: &PicodataOptions, node: &Node) -> Result<Connection> {
        let host = Host { name: node.host.clone(), port: node.port };
        let extensions = match self.plain.load(Ordering::Relaxed) {
            true => Extensions::Off,
            false => Extensions::On,
        };
        match connect::connect_to(options, &host, extensions).await {
            Err(error) if extensions == Extensions::On && options.falls_back(&error) => {
                self.plain.store(true, Ordering::Relaxed);
                connect::connect_to(options, &host, Extensions::Off).await
            }
            outcome => outcome,
        }
    }

    async fn discover(&self, connection: &mut Connection, seeds: &[Node]) -> Result<Discovered> {
        let known = self.buckets();
        let (found, buckets) = ask::discover(connection, &self.options, seeds, &known).await?;
        *self.buckets.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(buckets);
        Ok(found)
    }

    fn owner(&self, key: &RowKey<'_>) -> Option<Owner> {
        self.buckets().of_key(key)
    }

    fn owners<'k>(&self, keys: &mut dyn Iterator<Item = RowKey<'k>>) -> Option<Vec<Owner>> {
        let buckets = self.buckets();
        keys.map(|key| buckets.of_key(&key)).collect()
    }
}

/// What a pool of Picodata offers beside queries: connections to the owner of a row, chosen by hand.
pub trait BucketPool<S: Source<Backend = Picodata>> {
    /// A connection to the master of the replicaset that holds a bucket. It never falls back to another.
    fn acquire_bucket(
        &self,
        tier: &str,
        bucket: u64,
    ) -> impl Future<Output = Result<querent_core::Connection<S>>> + Send;

    /// The same by the values of a distribution key, in the order of its columns.
    fn acquire_key(
        &self,
        tier: &str,
        key: &[Value<'_>],
    ) -> impl Future<Output = Result<querent_core::Connection<S>>> + Send;
}

impl<S: Source<Backend = Picodata>> BucketPool<S> for Pool<S> {
    async fn acquire_bucket(&self, tier: &str, bucket: u64) -> Result<querent_core::Connection<S>> {
        let group = self.cluster().and_then(|cluster| cluster.replicaset(tier, bucket));
        acquire(self, group, tier).await
    }

    async fn acquire_key(&self, tier: &str, key: &[Value<'_>]) -> Result<querent_core::Connection<S>> {
        let group = self.cluster().and_then(|cluster| cluster.bucket(tier, key)).map(|(_, group)| group);
        acquire(self, group, tier).await
    }
}

async fn acquire<S: Source<Backend = Picodata>>(
    pool: &Pool<S>,
    group: Option<Arc<str>>,
    tier: &str,
) -> Result<querent_core::Connection<S>> {
    let Some(group) = group else {
        let message = format!("no replicaset is known that holds this bucket of tier `{tier}`");
        return Err(querent_core::Error::new(ErrorKind::Config, message));
    };
    pool.acquire_in(&group).await
}
