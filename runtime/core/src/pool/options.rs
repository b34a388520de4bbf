//! How a pool behaves.

use std::time::Duration;

use super::Pool;
use crate::backend::Backend;
use crate::cluster::ClusterOptions;
use crate::error::Result;
use crate::source::Source;

/// How a pool behaves; the defaults suit a service.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    pub(crate) max_connections: usize,
    pub(crate) min_connections: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_lifetime: Option<Duration>,
    pub(crate) resends_max: u32,
    pub(crate) cluster: ClusterOptions,
}

impl Default for PoolOptions {
    fn default() -> Self {
        PoolOptions {
            max_connections: 10,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            resends_max: 4,
            cluster: ClusterOptions::default(),
        }
    }
}

impl PoolOptions {
    /// The defaults: 10 connections, 30 s to wait for one, 10 s to make one, 10 min idle, 30 min of life, a lost
    /// statement sent again 4 times.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most connections at a time, at least 1. Default 10.
    #[must_use]
    pub fn max_connections(mut self, max: usize) -> Self {
        self.max_connections = max.max(1);
        self
    }

    /// How many connections there are at least, once the first was made. Default 0.
    #[must_use]
    pub fn min_connections(mut self, min: usize) -> Self {
        self.min_connections = min;
        self
    }

    /// The longest wait for a free connection. Default 30 s.
    #[must_use]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// The longest that making one connection may take, TLS and authentication included. Default 10 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// A connection that was idle for longer is not used again. Default 10 min; `None` keeps it for ever.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// A connection older than this, or up to a tenth younger, is not used again. Default 30 min; `None` keeps it for ever.
    #[must_use]
    pub fn max_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.max_lifetime = lifetime;
        self
    }

    /// How often a statement is sent again that was lost and cannot take effect twice; [`retry`](crate::retry) has the rule.
    /// Default 4; 0 leaves it to the caller.
    #[must_use]
    pub fn resends_max(mut self, times: u32) -> Self {
        self.resends_max = times;
        self
    }

    /// How the nodes of a cluster are used; without meaning to backends that have one place to connect to.
    #[must_use]
    pub fn cluster(mut self, cluster: ClusterOptions) -> Self {
        self.cluster = cluster;
        self
    }

    /// Connects; one connection is made at once, so that an error shows here. Of a cluster, the nodes are
    /// asked for as well, so that the first statement finds the owner of its rows.
    pub async fn connect<S: Source>(self, url: &str) -> Result<Pool<S>> {
        let pool = self.connect_lazy(url)?;
        drop(pool.acquire().await?);
        pool.shared.until_known().await;
        Ok(pool)
    }

    /// A pool that makes its first connection when one is asked for. Must be called within a tokio runtime.
    pub fn connect_lazy<S: Source>(self, url: &str) -> Result<Pool<S>> {
        let options = S::Backend::options(url).map_err(|e| e.with_source_name(S::NAME))?;
        Pool::with_options(options, self)
    }
}
