//! A handle on a cluster: the HTTP client, and the brokers that it asks in turn.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::describe::{self, Broker};
use querent_protocol::pinot::request;
use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::client::Client;
use crate::error;
use crate::exchange::Answer;
use crate::inflight::OnBroker;
use crate::options::{PinotOptions, Role};
use crate::topology::{Authority, Topology, order};
use crate::zone::Zone;

/// A handle on a Pinot cluster; all of a pool's share one HTTP client.
#[derive(Clone)]
pub struct Connection {
    pub(crate) cluster: Arc<Cluster>,
}

/// What all handles share.
pub(crate) struct Cluster {
    pub(crate) client: Client,
    /// Where tasks run that a drop begins.
    pub(crate) runtime: Handle,
    topology: Mutex<Arc<Topology>>,
    /// When brokers could not be reached.
    failed: Mutex<HashMap<Authority, Instant>>,
    /// The zones of the brokers that were asked for theirs.
    zones: Mutex<HashMap<Authority, Arc<Zone>>>,
    /// Counts queries, so that brokers take turns.
    turn: AtomicUsize,
    /// Counts ids.
    ids: AtomicU64,
    /// Tells this cluster's ids from those of other processes.
    id: u64,
    /// Asks the controller for the brokers from time to time.
    discovery: Mutex<Option<AbortHandle>>,
}

/// A query as it is posted.
pub(crate) struct Post<'p> {
    pub(crate) body: bytes::Bytes,
    /// The id by which it is stopped.
    pub(crate) id: &'p str,
    /// Asks for the result in pages.
    pub(crate) page_len: Option<NonZeroU32>,
    /// The text without its values, where anybody listens.
    pub(crate) template: Option<String>,
    pub(crate) headers: HeaderMap,
    /// What may be the names of its tables.
    pub(crate) names: Vec<String>,
}

/// The beginning of an answer.
pub(crate) struct Posted {
    pub(crate) answer: Answer,
    pub(crate) broker: Authority,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connection {
    /// Asks the controller for its brokers, or the brokers whether one is well.
    pub(crate) async fn connect(options: &PinotOptions) -> Result<Connection> {
        let client = Client::new(options)?;
        if options.role == Role::Broker {
            client.document("/health").await?;
        }
        let topology = topology(&client).await?;
        let cluster = Arc::new(Cluster {
            client,
            runtime: Handle::current(),
            topology: Mutex::new(Arc::new(topology)),
            failed: Mutex::default(),
            zones: Mutex::default(),
            turn: AtomicUsize::new(0),
            ids: AtomicU64::new(0),
            id: RandomState::new().hash_one(Instant::now()),
            discovery: Mutex::default(),
        });
        if options.role == Role::Controller {
            let task = tokio::spawn(keep_discovering(Arc::downgrade(&cluster), options.discovery));
            *lock(&cluster.discovery) = Some(task.abort_handle());
        }
        Ok(Connection { cluster })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.discovery).take() {
            task.abort();
        }
    }
}

impl Cluster {
    pub(crate) fn options(&self) -> &PinotOptions {
        self.client.options()
    }

    /// An id that no other query has.
    pub(crate) fn query_id(&self) -> String {
        format!("querent-{:016x}-{}", self.id, self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// Posts a query to a broker of its tables; one that cannot be reached gives way to the next, for it has seen nothing.
    /// Where none can, the controller is asked once for the brokers that there are now.
    ///
    /// When the returned future is dropped, the broker is told to stop the query.
    pub(crate) async fn post(&self, post: &Post<'_>) -> Result<Posted> {
        let known = lock(&self.topology).clone();
        let error = match self.post_to(&known, post).await {
            Err(error) if error.kind() == ErrorKind::Connection && error.is_retryable() => error,
            outcome => return outcome,
        };
        if self.options().role == Role::Broker {
            return Err(error);
        }
        // A controller that is away as well says no more than that.
        let Ok(now) = discover(&self.client).await else { return Err(error) };
        let now = Arc::new(now);
        *lock(&self.topology) = now.clone();
        self.post_to(&now, post).await
    }

    async fn post_to(&self, topology: &Topology, post: &Post<'_>) -> Result<Posted> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let serving = topology.serving(post.names.iter().cloned());
        let brokers = order(serving, turn, &lock(&self.failed), Instant::now());
        let path = post.page_len.map_or_else(|| request::PATH.to_owned(), request::cursor_path);
        let mut last = Error::new(ErrorKind::Connection, "the cluster has no broker");
        for broker in brokers {
            let request = self
                .client
                .request(Method::POST, &broker, &path)
                .headers(post.headers.clone())
                .query(post.body.clone(), post.template.as_deref());
            let running = OnBroker::query(&self.client, &self.runtime, &broker, post.id);
            match request.send().await {
                Ok(answer) => {
                    // The broker answers when the query is over (1.5.1).
                    running.ended();
                    lock(&self.failed).remove(&broker);
                    return Ok(Posted { answer, broker });
                }
                Err(error) if error.is_connect() => {
                    running.ended();
                    self.avoid(&broker);
                    last = error::transport(error);
                }
                Err(error) => return Err(error::transport(error)),
            }
        }
        Err(last)
    }

    /// Asks a broker after the others for a while.
    pub(crate) fn avoid(&self, broker: &Authority) {
        lock(&self.failed).insert(broker.clone(), Instant::now());
    }

    /// The zone in which a broker writes timestamps: the source's, else the broker's own, asked for once.
    pub(crate) async fn zone(&self, broker: &Authority) -> Result<Arc<Zone>> {
        if let Some(zone) = &self.options().zone {
            return Ok(Arc::new(zone.clone()));
        }
        if let Some(zone) = lock(&self.zones).get(broker) {
            return Ok(zone.clone());
        }
        let zone = match self.client.document_of(broker, "/appconfigs").await {
            Ok(body) => match describe::time_zone(&body).map_err(error::unreadable)? {
                Some(name) => Zone::of_java(&name),
                None => Zone::UNTOLD,
            },
            // A broker that refuses to say it goes on refusing.
            Err(error) if !matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout) => Zone::UNTOLD,
            Err(error) => return Err(error),
        };
        let zone = Arc::new(zone);
        lock(&self.zones).insert(broker.clone(), zone.clone());
        Ok(zone)
    }
}

/// Asks for the brokers again and again, for as long as there is a cluster. Where the controller is away the known ones
/// stay.
async fn keep_discovering(cluster: Weak<Cluster>, every: std::time::Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(client) = cluster.upgrade().map(|cluster| cluster.client.clone()) else { return };
        match discover(&client).await {
            Ok(now) => {
                let Some(cluster) = cluster.upgrade() else { return };
                *lock(&cluster.topology) = Arc::new(now);
            }
            Err(error) => tracing::debug!(kind = ?error.kind(), "the brokers cannot be asked for"),
        }
    }
}

/// The brokers that there are: the controller's, or those that the URL names.
pub(crate) async fn topology(client: &Client) -> Result<Topology> {
    match client.options().role {
        Role::Controller => discover(client).await,
        Role::Broker => {
            let hosts = client.options().hosts.iter();
            let brokers = hosts.map(|host| Broker { host: host.name.clone(), port: host.port });
            Ok(Topology::of_brokers(brokers))
        }
    }
}

/// The brokers of all tables, or of the tenant that the URL names.
async fn discover(client: &Client) -> Result<Topology> {
    let topology = match &client.options().tenant {
        Some(tenant) => {
            let tenant = utf8_percent_encode(tenant, NON_ALPHANUMERIC);
            let body = client.document(&format!("/v2/brokers/tenants/{tenant}?state=ONLINE")).await?;
            Topology::of_brokers(describe::tenant_brokers(&body).map_err(error::unreadable)?)
        }
        None => {
            let body = client.document("/v2/brokers/tables?state=ONLINE").await?;
            Topology::of_tables(describe::brokers(&body).map_err(error::unreadable)?)
        }
    };
    if topology.is_empty() {
        let message = "the controller knows no broker that serves a table";
        return Err(Error::new(ErrorKind::Connection, message).with_retry());
    }
    Ok(topology)
}
