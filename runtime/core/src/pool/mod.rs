//! The pool: first come first served, exact deadlines, no polling, nothing lost when a future is dropped.
//!
//! A connection always travels inside a [`Lease`], also through the channel to a waiter. A hand-over to a future that was
//! dropped meanwhile is therefore undone by the lease's own `Drop`, and goes to the next waiter. Connects run in tasks of
//! their own and deliver to whoever waits longest, not to who asked.

mod acquire;
mod dial;
mod lease;
mod options;
mod shared;
mod state;
mod stats;
mod track;

use std::marker::PhantomData;
use std::sync::Arc;

pub(crate) use lease::{Held, Lease};
pub use options::PoolOptions;
pub(crate) use shared::{Shared, before, deadline_in};
pub use stats::{Closed, PoolStats, RoutingStats, TopologyStats};

use crate::backend::{Backend, TransactWith};
use crate::connection::{Connection, Transaction};
use crate::error::{Error, Result};
use crate::source::{Source, Transactions};

/// Connections to one source, shared by cloning.
///
/// A pool belongs to a source, and runs the queries that were checked for that source only. Two regions of one schema are
/// two pools of one source.
pub struct Pool<S: Source> {
    pub(crate) shared: Arc<Shared<S::Backend>>,
    source: PhantomData<fn() -> S>,
}

impl<S: Source> Clone for Pool<S> {
    fn clone(&self) -> Self {
        Pool { shared: self.shared.clone(), source: PhantomData }
    }
}

impl<S: Source> std::fmt::Debug for Pool<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stats = self.stats();
        f.debug_struct("Pool").field("source", &S::NAME).field("stats", &stats).finish()
    }
}

impl<S: Source> Pool<S> {
    /// Connects with the usual options; one connection is made at once, so that an error shows here.
    ///
    /// When the returned future is dropped, the connection that is being made is closed.
    pub async fn connect(url: &str) -> Result<Self> {
        PoolOptions::new().connect::<S>(url).await
    }

    /// A pool over options that are no URL. No connection is made yet.
    ///
    /// Must be called within a tokio runtime, on which the pool makes its connections.
    pub fn with_options(backend: <S::Backend as Backend>::Options, pool: PoolOptions) -> Result<Self> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|e| {
            Error::new(crate::ErrorKind::Config, "a pool is made within a tokio runtime").with_cause(e)
        })?;
        let backend = S::Backend::of_source(backend, S::OPTIONS).map_err(|e| e.with_source_name(S::NAME))?;
        Ok(Pool { shared: Shared::new(backend, pool, runtime, S::NAME), source: PhantomData })
    }

    /// Takes a connection out, waiting for one where none is free.
    ///
    /// When the returned future is dropped, its place in the queue goes, and a connection that was on its way to it goes
    /// to the next.
    pub async fn acquire(&self) -> Result<Connection<S>> {
        let lease = self.shared.acquire(None).await?;
        Ok(Connection::new(lease))
    }

    /// The same, to one node of a cluster and no other: by its [id](crate::Node::id) or name. Where all places of the pool
    /// are taken, an idle connection to another node makes room.
    pub async fn acquire_on(&self, node: &str) -> Result<Connection<S>> {
        let lease = self.shared.acquire_on(node, None).await?;
        Ok(Connection::new(lease))
    }

    /// The same, to the node of a [group](crate::Node::group) that leads it, or any that may serve where that is not known.
    pub async fn acquire_in(&self, group: &str) -> Result<Connection<S>> {
        let lease = self.shared.acquire_in(group, None).await?;
        Ok(Connection::new(lease))
    }

    /// Waits until the nodes of a cluster were asked for once, with whatever success ([`PoolStats::topology`] tells); the
    /// first connection makes the pool ask. Over at once where there is one place to connect to.
    pub async fn ready(&self) {
        self.shared.until_known().await;
    }

    /// What a driver keeps of the cluster, for what it offers beside queries; `None` where there is one place to connect to.
    pub fn cluster(&self) -> Option<&<S::Backend as Backend>::Cluster> {
        self.shared.cluster()
    }

    /// The connections that there are, what became of others, and what is known of the cluster.
    pub fn stats(&self) -> PoolStats {
        self.shared.stats()
    }

    /// How the pool behaves now; [`set_options`](Pool::set_options) takes it back changed, or another pool the same.
    pub fn options(&self) -> PoolOptions {
        self.shared.options().as_ref().clone()
    }

    /// Behaves otherwise from now on. With a lower [`max_connections`](PoolOptions::max_connections) idle connections end at
    /// once, and those in use when they come back.
    pub fn set_options(&self, options: PoolOptions) {
        self.shared.set_options(options);
    }

    /// Closes the pool: waiters get an error, idle connections end, and leased ones end when they come back.
    ///
    /// Returns when the last one has ended. When the returned future is dropped, the pool stays closed all the same.
    pub async fn close(&self) {
        self.shared.close().await;
    }

    /// Begins a transaction on a connection of its own. Dropped without `commit`, it is taken back.
    pub fn begin(&self) -> futures_util::future::BoxFuture<'_, Result<Transaction<'static, S>>>
    where
        S: Transactions,
    {
        Box::pin(async move { Transaction::begin(Held::Owned(self.shared.acquire(None).await?)).await })
    }

    /// The same, as these options of the backend's say.
    pub fn begin_with(
        &self,
        options: <S::Backend as TransactWith>::Begin,
    ) -> futures_util::future::BoxFuture<'_, Result<Transaction<'static, S>>>
    where
        S: Transactions,
        S::Backend: TransactWith,
    {
        Box::pin(async move {
            Transaction::begin_with(Held::Owned(self.shared.acquire(None).await?), options).await
        })
    }
}
