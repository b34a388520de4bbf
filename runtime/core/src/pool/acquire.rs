//! A connection is asked for: any, one to the owner of a statement's rows, or one to a certain node.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::time;

use super::shared::{before, deadline_in};
use super::state::Waiter;
use super::{Lease, Shared};
use crate::backend::Backend;
use crate::cluster::{Cluster, NodeIndex};
use crate::error::{Error, ErrorKind, Result};
use crate::key::RowKey;

impl<B: Backend> Shared<B> {
    /// Waits for a connection until the pool's own limit, or `deadline` if that comes first.
    pub(crate) async fn acquire(self: &Arc<Self>, deadline: Option<time::Instant>) -> Result<Lease<B>> {
        self.acquire_of(Wanted::ANY, deadline).await
    }

    /// The same, to the owner of the rows of a key where that is known and a connection to it is to be had.
    pub(crate) async fn acquire_for(
        self: &Arc<Self>,
        key: &RowKey<'_>,
        deadline: Option<time::Instant>,
    ) -> Result<Lease<B>> {
        let owner = self.cluster.as_ref().and_then(|cluster| cluster.owner(key));
        let Some(owner) = owner else { return self.acquire(deadline).await };
        let (node, wait) = match self.try_owner(&owner.group) {
            Owned::Leased(lease) => return Ok(lease),
            Owned::Unknown => return self.acquire(deadline).await,
            Owned::Busy { node, wait } => (node, wait),
        };
        if !wait.is_zero() {
            let until = deadline_in(wait).into_iter().chain(deadline).min();
            if let Ok(lease) = self.acquire_of(Wanted { only: Some(node), ..Wanted::ANY }, until).await {
                self.lock().counters.routing.hits += 1;
                return Ok(lease);
            }
        }
        self.lock().counters.routing.busy += 1;
        self.acquire_of(Wanted { hint: Some(node), ..Wanted::ANY }, deadline).await
    }

    /// The same, to this node and no other.
    pub(crate) async fn acquire_on(
        self: &Arc<Self>,
        node: &str,
        deadline: Option<time::Instant>,
    ) -> Result<Lease<B>> {
        let known = {
            let state = self.lock();
            state.nodes.named(node).map(|at| (at, state.nodes.serves(at, &state.options.cluster)))
        };
        let why = match known {
            Some((index, true)) => return self.acquire_of(Wanted::exactly(index), deadline).await,
            Some(_) => "is gone, offline or not to be used",
            None => "is not known",
        };
        let message = format!("node `{node}` {why} (`stats().nodes` has all that the pool knows)");
        Err(self.error(ErrorKind::Config, message))
    }

    /// The same, to the node of a group that a statement on its rows goes to.
    pub(crate) async fn acquire_in(
        self: &Arc<Self>,
        group: &str,
        deadline: Option<time::Instant>,
    ) -> Result<Lease<B>> {
        let node = {
            let state = self.lock();
            state.nodes.of_group(group, &state.options.cluster, Instant::now())
        };
        let Some(node) = node else {
            let message = "no node that may serve is known to hold these rows";
            return Err(self.error(ErrorKind::Connection, message).unsent());
        };
        self.acquire_of(Wanted::exactly(node), deadline).await
    }

    fn try_owner(self: &Arc<Self>, group: &str) -> Owned<B> {
        let mut ended = Vec::new();
        let mut state = self.lock();
        if !state.options.cluster.routing {
            return Owned::Unknown;
        }
        state.counters.routing.attempts += 1;
        let Some(node) = state.nodes.of_group(group, &state.options.cluster, Instant::now()) else {
            state.counters.routing.unknown += 1;
            return Owned::Unknown;
        };
        if let Some(idle) = state.take_idle(Some(node), true, &mut ended) {
            state.counters.routing.hits += 1;
            drop(state);
            return Owned::Leased(Lease::new(idle.connection, self.clone(), idle.node, idle.made));
        }
        let wait = state.options.cluster.routing_timeout;
        // The next statement finds one.
        let room = state.connections < state.options.max_connections
            && state.nodes.has_room(node, &state.options.cluster);
        if wait.is_zero() && room && !state.nodes.is_dialed(node) && !state.idle.is_empty() {
            self.spawn_spare(&mut state, node);
        }
        Owned::Busy { node, wait }
    }

    async fn acquire_of(
        self: &Arc<Self>,
        wanted: Wanted,
        deadline: Option<time::Instant>,
    ) -> Result<Lease<B>> {
        let mut receiver = match self.try_acquire(wanted) {
            Attempt::Leased(lease) => return Ok(lease),
            Attempt::Closed => return Err(self.error(ErrorKind::PoolClosed, "the pool is closed")),
            Attempt::Refused(error) => return Err(error),
            Attempt::Queued(receiver) => receiver,
        };
        let limit = deadline_in(self.options().acquire_timeout);
        // `None` is no limit, and so later than any.
        let until = limit.into_iter().chain(deadline).min();
        match before(until, &mut receiver).await {
            Some(Ok(outcome)) => outcome.map_err(|e| e.with_source_name(self.source)),
            Some(Err(_)) => {
                Err(self.error(ErrorKind::PoolClosed, "the pool was closed while waiting for a connection"))
            }
            None => {
                // One that arrived at the very end is handed on by its drop.
                drop(receiver);
                self.lock().counters.timeouts += 1;
                let stats = self.stats();
                Err(self.error(
                    ErrorKind::PoolTimeout,
                    format!(
                        "no connection became free in time ({} connections, {} idle, {} waiting)",
                        stats.connections, stats.idle, stats.waiting
                    ),
                ))
            }
        }
    }

    fn try_acquire(self: &Arc<Self>, wanted: Wanted) -> Attempt<B> {
        let Wanted { only, hint, evicts } = wanted;
        let mut ended = Vec::new();
        let mut state = self.lock();
        if state.closed {
            return Attempt::Closed;
        }
        state.waiters.retain(|waiter| !waiter.sender.is_closed());
        // First come, first served.
        if (only.is_some() || state.waiting_for_any() == 0)
            && let Some(idle) = state.take_idle(only, self.cluster.is_some(), &mut ended)
        {
            drop(state);
            return Attempt::Leased(Lease::new(idle.connection, self.clone(), idle.node, idle.made));
        }
        if let Some(error) = self.refusal(&state) {
            return Attempt::Refused(error);
        }
        if !ended.is_empty() {
            // What died while it was idle may tell of its node.
            self.trigger.notify_one();
        }
        let (sender, receiver) = oneshot::channel();
        state.counters.waited += 1;
        state.waiters.push_back(Waiter { sender, only, evicts, dialed: false });
        self.dial_as_needed(&mut state, hint);
        drop(state);
        drop(ended);
        Attempt::Queued(receiver)
    }
}

/// Which connection will do.
#[derive(Clone, Copy)]
struct Wanted {
    /// To this node only.
    only: Option<NodeIndex>,
    /// To this node, if one has to be made.
    hint: Option<NodeIndex>,
    /// Whether an idle connection to another node makes room for it.
    evicts: bool,
}

impl Wanted {
    const ANY: Wanted = Wanted { only: None, hint: None, evicts: false };

    fn exactly(node: NodeIndex) -> Wanted {
        Wanted { only: Some(node), hint: None, evicts: true }
    }
}

enum Attempt<B: Backend> {
    Leased(Lease<B>),
    Queued(oneshot::Receiver<Result<Lease<B>>>),
    Refused(Error),
    Closed,
}

/// What there is to the owner of a statement's rows.
enum Owned<B: Backend> {
    Leased(Lease<B>),
    Busy { node: NodeIndex, wait: Duration },
    Unknown,
}
