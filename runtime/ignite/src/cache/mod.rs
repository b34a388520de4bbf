//! Caches: key-value operations, on anything that runs queries of the same source.
//!
//! A request for one key goes to the node that holds it; one for many is split by node and sent to all at once. A
//! transaction's requests all take its own connection. What cannot have happened twice is sent again when a connection is
//! lost; a write whose answer never came is an error of the kind [`Ambiguous`](querent_core::ErrorKind::Ambiguous).

mod operations;
mod parts;
mod run;
mod scan;

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use querent_core::{Error, ErrorKind, Executor, Result, Source};
use querent_protocol::ignite::config::CacheConfiguration;
use querent_protocol::ignite::hash::cache_id;
use querent_protocol::ignite::request::{self, CacheInfo, Destroy, ExpiryPolicy};
use querent_protocol::ignite::response;

use crate::Ignite;
use crate::error::Effect;
use crate::link::Link;
use run::Target;

pub use parts::{Part, Parts};
pub use scan::ScanOptions;

pub(crate) use run::on_connection;

/// A cache of source `S` with keys `K` and values `V`. It is a name and how to use it: nothing is asked of the cluster
/// before the first operation, and a copy costs nothing.
///
/// Key and value are written in exactly the form of their Rust type: an `i32` key is another key than an `i64` one.
/// Reading and writing null is not possible; a value that is not there is `None`.
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
/// use querent_ignite::Cache;
///
/// # async fn example() -> Result<()> {
/// let pool = Pool::<Orders>::connect("ignite://127.0.0.1:10800").await?;
/// let names: Cache<Orders, i64, String> = Cache::new("names");
/// names.put(&pool, &1, "Ada").await?;
/// assert_eq!(names.get(&pool, &1).await?.as_deref(), Some("Ada"));
/// # Ok(())
/// # }
/// ```
pub struct Cache<S, K, V> {
    name: Cow<'static, str>,
    target: Target,
    timeout: Option<Duration>,
    types: PhantomData<Types<S, K, V>>,
}

/// Of what a cache is, whatever that is itself.
type Types<S, K, V> = fn() -> (S, K, V);

impl<S, K, V> Clone for Cache<S, K, V> {
    fn clone(&self) -> Self {
        Cache { name: self.name.clone(), target: self.target, timeout: self.timeout, types: PhantomData }
    }
}

impl<S, K, V> std::fmt::Debug for Cache<S, K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut s = f.debug_struct("Cache");
        s.field("name", &self.name)
            .field("expiry", &self.target.expiry)
            .field("timeout", &self.timeout)
            .finish()
    }
}

impl<S, K, V> Cache<S, K, V> {
    /// The cache of this name, in its very spelling.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        let target = Target { cache_id: cache_id(&name), expiry: None };
        Cache { name, target, timeout: None, types: PhantomData }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id: Java's hash of the name.
    pub fn id(&self) -> i32 {
        self.target.cache_id
    }

    /// The same cache, where entries live so long after this handle has created, updated or read them; from protocol 1.6
    /// on.
    #[must_use]
    pub fn with_expiry_policy(&self, policy: ExpiryPolicy) -> Self {
        Cache { target: Target { expiry: Some(policy), ..self.target }, ..self.clone() }
    }

    /// The same cache, where each call takes so long at most, waiting for a connection included. A write that took longer
    /// may have happened all the same.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Cache { timeout: Some(timeout), ..self.clone() }
    }

    /// The error, with the cache's name where it tells of the cache or of what is in it. Servers know it by its id.
    fn named(&self, error: Error) -> Error {
        match error.kind() {
            ErrorKind::Query | ErrorKind::Value | ErrorKind::Unsupported | ErrorKind::Server => {
                let message = format!("cache `{}`: {}", self.name, error.message());
                error.with_message(message)
            }
            _ => error,
        }
    }
}

impl<S: Source<Backend = Ignite>, K, V> Cache<S, K, V> {
    /// Creates the cache with the server's defaults, or those of the template whose name it matches; an error where it
    /// exists.
    pub async fn create<'e>(&self, on: impl Executor<'e, S>) -> Result<()> {
        self.by_name(on, request::NameOp::Create).await
    }

    /// Creates the cache where it does not exist.
    pub async fn get_or_create<'e>(&self, on: impl Executor<'e, S>) -> Result<()> {
        self.by_name(on, request::NameOp::GetOrCreate).await
    }

    async fn by_name<'e>(&self, on: impl Executor<'e, S>, op: request::NameOp) -> Result<()> {
        let effect = creation(op);
        on_connection(on.into_session(), self.timeout, effect, async |connection| {
            let ask = request::CacheByName { op, name: &self.name };
            Link::of(connection)?.ask(&ask, effect, |_, r| response::empty(r)).await
        })
        .await
        .map_err(|error| self.named(error))
    }

    /// Creates the cache of a configuration, whose name is this cache's whatever it says; an error where it exists.
    pub async fn create_with<'e>(
        &self,
        on: impl Executor<'e, S>,
        configuration: &CacheConfiguration,
    ) -> Result<()> {
        self.by_configuration(on, request::CreateOp::Create, configuration).await
    }

    /// Creates the cache of a configuration where it does not exist. One that exists stays as it is.
    pub async fn get_or_create_with<'e>(
        &self,
        on: impl Executor<'e, S>,
        configuration: &CacheConfiguration,
    ) -> Result<()> {
        self.by_configuration(on, request::CreateOp::GetOrCreate, configuration).await
    }

    async fn by_configuration<'e>(
        &self,
        on: impl Executor<'e, S>,
        op: request::CreateOp,
        configuration: &CacheConfiguration,
    ) -> Result<()> {
        let effect = creation(op);
        let configuration = CacheConfiguration { name: Some(self.name.to_string()), ..configuration.clone() };
        on_connection(on.into_session(), self.timeout, effect, async |connection| {
            let ask = request::CreateWith { op, configuration: &configuration };
            Link::of(connection)?.ask(&ask, effect, |_, r| response::empty(r)).await
        })
        .await
        .map_err(|error| self.named(error))
    }

    /// Destroys the cache and all that is in it. An error where it does not exist.
    pub async fn destroy<'e>(&self, on: impl Executor<'e, S>) -> Result<()> {
        on_connection(on.into_session(), self.timeout, Effect::Writes, async |connection| {
            let ask = Destroy(self.target.cache_id);
            Link::of(connection)?.ask(&ask, Effect::Writes, |_, r| response::empty(r)).await
        })
        .await
        .map_err(|error| self.named(error))
    }

    /// All properties of the cache.
    pub async fn settings<'e>(&self, on: impl Executor<'e, S>) -> Result<CacheConfiguration> {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            let info = CacheInfo::new(self.target.cache_id);
            let ask = request::Configuration(&info);
            let link = Link::of(connection)?;
            link.ask(&ask, Effect::Reads, |agreed, r| response::cache_configuration(r, agreed)).await
        })
        .await
        .map_err(|error| self.named(error))
    }
}

/// Creating what may exist twice is as once.
fn creation(op: request::NameOp) -> Effect {
    match op {
        request::NameOp::Create => Effect::Writes,
        request::NameOp::GetOrCreate => Effect::Reads,
    }
}
