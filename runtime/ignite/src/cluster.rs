//! The cluster as a whole: caches by name, state, nodes, binary types.

use std::marker::PhantomData;
use std::time::Duration;

use querent_core::types::value::Uuid;
use querent_core::{Error, ErrorKind, Executor, Result, Source};
use querent_protocol::ignite::meta::BinaryType;
use querent_protocol::ignite::request::{
    CacheNames, ChangeState, ClusterState, GetState, GroupNodeIds, NodeFilter,
};
use querent_protocol::ignite::response::{self, NodeIds, NodeInfo};

use crate::Ignite;
use crate::cache::on_connection;
use crate::error::Effect;
use crate::link::Link;
use crate::object;

/// The cluster of source `S`, beside its caches.
///
/// ```no_run
/// # use querent_core::{Pool, Result, Source};
/// # use querent_ignite::Ignite;
/// # enum Orders {}
/// # impl Source for Orders {
/// #     type Backend = Ignite;
/// #     const NAME: &'static str = "orders";
/// #     const FINGERPRINT: u64 = 0;
/// # }
/// # async fn example(pool: &Pool<Orders>) -> Result<()> {
/// let cluster = querent_ignite::Cluster::<Orders>::new();
/// for name in cluster.cache_names(pool).await? {
///     println!("{name}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Cluster<S> {
    timeout: Option<Duration>,
    source: PhantomData<fn() -> S>,
}

impl<S> Clone for Cluster<S> {
    fn clone(&self) -> Self {
        Cluster { timeout: self.timeout, source: PhantomData }
    }
}

impl<S> std::fmt::Debug for Cluster<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("timeout", &self.timeout).finish()
    }
}

impl<S> Default for Cluster<S> {
    fn default() -> Self {
        Cluster::new()
    }
}

impl<S> Cluster<S> {
    /// The cluster; nothing is asked of it before the first operation.
    pub fn new() -> Self {
        Cluster { timeout: None, source: PhantomData }
    }

    /// The same, where each call takes so long at most, waiting for a connection included.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Cluster { timeout: Some(timeout), source: PhantomData }
    }
}

impl<S: Source<Backend = Ignite>> Cluster<S> {
    /// The names of all caches.
    pub async fn cache_names<'e>(&self, on: impl Executor<'e, S>) -> Result<Vec<String>> {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            Link::of(connection)?.ask(&CacheNames, Effect::Reads, |_, r| response::cache_names(r)).await
        })
        .await
    }

    /// Whether the cluster serves its caches.
    pub async fn state<'e>(&self, on: impl Executor<'e, S>) -> Result<ClusterState> {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            let link = Link::of(connection)?;
            link.ask(&GetState, Effect::Reads, |agreed, r| response::cluster_state(r, agreed)).await
        })
        .await
    }

    /// Changes that, which may take seconds. Deactivating a cluster whose caches are in memory only is refused by servers
    /// from 2.17 on, for they would lose what they hold: [`force_state`](Cluster::force_state) does it.
    pub async fn set_state<'e>(&self, on: impl Executor<'e, S>, state: ClusterState) -> Result<()> {
        self.change_state(on, ChangeState { state, force: false }).await
    }

    /// Changes the state, though caches in memory lose what they hold.
    pub async fn force_state<'e>(&self, on: impl Executor<'e, S>, state: ClusterState) -> Result<()> {
        self.change_state(on, ChangeState { state, force: true }).await
    }

    async fn change_state<'e>(&self, on: impl Executor<'e, S>, change: ChangeState) -> Result<()> {
        on_connection(on.into_session(), self.timeout, Effect::Writes, async |connection| {
            Link::of(connection)?.ask(&change, Effect::Writes, |_, r| response::empty(r)).await
        })
        .await
    }

    /// The ids of the nodes that pass all filters.
    pub async fn node_ids<'e>(
        &self,
        on: impl Executor<'e, S>,
        filters: &[NodeFilter<'_>],
    ) -> Result<Vec<Uuid>> {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            let ask = GroupNodeIds { known_topology: -1, filters };
            let ids = Link::of(connection)?.ask(&ask, Effect::Reads, |_, r| NodeIds::read(r)).await?;
            Ok(ids.map(|ids| ids.nodes).unwrap_or_default())
        })
        .await
    }

    /// What is known of the nodes that pass all filters. Their attributes may hold secrets.
    pub async fn nodes<'e>(
        &self,
        on: impl Executor<'e, S>,
        filters: &[NodeFilter<'_>],
    ) -> Result<Vec<NodeInfo>> {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            Link::of(connection)?.nodes(filters).await
        })
        .await
    }

    /// A binary type by its full name, with all its fields and schemas; `None` where there is none.
    pub async fn binary_type<'e>(&self, on: impl Executor<'e, S>, name: &str) -> Result<Option<BinaryType>> {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            let link = Link::of(connection)?;
            let type_id = id(&link, name).await?;
            link.fetch_type(type_id).await
        })
        .await
    }

    /// Registers a binary type or enum, or adds fields, values and schemas to it. Ids that are 0 are made of names; objects
    /// that are written register their type by themselves. A field cannot change its type: the server refuses it.
    pub async fn put_binary_type<'e>(&self, on: impl Executor<'e, S>, meta: &BinaryType) -> Result<()> {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            let link = Link::of(connection)?;
            let mut meta = meta.clone();
            if meta.id == 0 {
                meta.id = id(&link, &meta.name).await?;
            }
            for field in meta.fields.iter_mut().filter(|field| field.id == 0) {
                field.id = querent_protocol::ignite::hash::field_id(&field.name);
            }
            link.register(&meta).await
        })
        .await
    }

    /// Registers a Rust type that is an enum of the cluster, with all its values.
    pub async fn register_enum<'e, T: object::BinaryEnum>(&self, on: impl Executor<'e, S>) -> Result<()> {
        let values = T::VALUES.iter().map(|(name, ordinal)| ((*name).to_owned(), *ordinal)).collect();
        let name = T::TYPE_NAME.to_owned();
        let meta = BinaryType { name, enum_values: Some(values), ..BinaryType::default() };
        self.put_binary_type(on, &meta).await
    }
}

/// The id of a type.
async fn id(link: &Link, name: &str) -> Result<i32> {
    link.form().await?;
    link.types().type_id(name).ok_or_else(|| {
        Error::new(
            ErrorKind::Unsupported,
            "the servers have a name mapper of their own: only ids say which type it is",
        )
    })
}
