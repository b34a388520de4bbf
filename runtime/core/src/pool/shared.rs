//! The pool as all share it: what comes back is delivered or ends. Asking for a connection is in `acquire`, making one in
//! `dial`, the nodes' catalog in `track`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time;

use super::state::{Idle, State};
use super::stats::PoolStats;
use super::{Lease, PoolOptions};
use crate::backend::Backend;
use crate::cluster::{Cluster, NodeIndex, Nodes};
use crate::error::{Error, ErrorKind};

/// What became of the transport under a connection that ended instead of coming back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It cannot be used again.
    Broken,
    /// A statement was left half way on it.
    Doubtful,
    /// Nothing happened to it: a transaction was dropped between statements.
    Fine,
}

pub(crate) struct Shared<B: Backend> {
    pub(super) backend: B::Options,
    /// The cluster behind it, where there is more than one place to connect to.
    pub(super) cluster: Option<B::Cluster>,
    /// Where connections are made, also when a lease is dropped outside the runtime.
    pub(super) runtime: Handle,
    pub(super) source: &'static str,
    state: Mutex<State<B>>,
    /// Told whenever a connection ends, for `close`.
    pub(super) ended: Notify,
    /// Told when the nodes should be asked for at once, and when the pool goes.
    pub(super) trigger: Arc<Notify>,
    /// Told whenever the nodes were asked for.
    pub(super) known: Notify,
}

impl<B: Backend> Drop for Shared<B> {
    fn drop(&mut self) {
        self.trigger.notify_one();
    }
}

impl<B: Backend> Shared<B> {
    pub(super) fn new(
        backend: B::Options,
        options: PoolOptions,
        runtime: Handle,
        source: &'static str,
    ) -> Arc<Self> {
        let cluster = B::Cluster::of(&backend, &options.cluster);
        let nodes = Nodes::new(cluster.as_ref().map(Cluster::seeds).unwrap_or_default());
        Arc::new(Shared {
            backend,
            cluster,
            runtime,
            source,
            state: Mutex::new(State::new(options, nodes)),
            ended: Notify::new(),
            trigger: Arc::new(Notify::new()),
            known: Notify::new(),
        })
    }

    /// No code that can panic runs under the lock, a user's own strategy aside, which changes nothing; so a poisoned one
    /// still holds a whole state.
    pub(super) fn lock(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn options(&self) -> Arc<PoolOptions> {
        self.lock().options.clone()
    }

    pub(crate) fn cluster(&self) -> Option<&B::Cluster> {
        self.cluster.as_ref()
    }

    /// How often a statement is sent again.
    pub(crate) fn resends_max(&self) -> u32 {
        self.lock().options.resends_max
    }

    /// Hands a usable connection to whoever waits longest, or keeps it. `made_for` says that it was made because somebody
    /// must have its node.
    pub(super) fn deliver(self: &Arc<Self>, mut lease: Lease<B>, made_for: bool) {
        loop {
            let mut state = self.lock();
            if let (Some(node), Some(took)) = (lease.node, lease.took.take()) {
                state.nodes.answered(node, took);
            }
            let unwanted = lease.node.is_some_and(|node| !state.nodes.keeps(node, &state.options.cluster));
            let too_many = state.connections > state.options.max_connections;
            let moves = state.moves.iter().position(|(from, _)| Some(*from) == lease.node);
            if let Some(at) = moves.filter(|_| !unwanted && !too_many && !state.closed) {
                let (_, to) = state.moves.swap_remove(at);
                return self.migrate(&mut state, lease, to);
            }
            let waiter = match unwanted || too_many || state.closed {
                true => None,
                false => state.next_waiter(lease.node, made_for),
            };
            let Some(waiter) = waiter else {
                let (made, node) = (lease.made, lease.node);
                let Some(connection) = lease.take() else { return };
                if unwanted || too_many || state.closed {
                    state.counters.closed.evicted += u64::from(!state.closed);
                    state.connections -= 1;
                    if let Some(node) = node {
                        state.nodes.closed(node);
                    }
                    self.dial_as_needed(&mut state, None);
                    drop(state);
                    drop(connection);
                    self.ended.notify_waiters();
                } else {
                    if let Some(node) = node {
                        state.nodes.returned(node);
                    }
                    state.idle.push_back(Idle { connection, node, made, since: Instant::now() });
                    // Somebody may wait for another node, for which this one can make room.
                    if !state.waiters.is_empty() {
                        self.dial_as_needed(&mut state, None);
                    }
                }
                return;
            };
            state.counters.acquired += 1;
            if let Some(node) = lease.node {
                state.nodes.acquired(node);
            }
            // Sent outside the lock: a lease that comes back because the waiter just went locks again.
            drop(state);
            match waiter.sender.send(Ok(lease)) {
                Err(Ok(returned)) => lease = returned,
                Ok(()) | Err(Err(_)) => return,
            }
        }
    }

    /// A leased connection has ended instead of coming back.
    pub(super) fn closed_one(self: &Arc<Self>, fate: Fate, node: Option<NodeIndex>) {
        let mut state = self.lock();
        state.connections -= 1;
        match fate {
            Fate::Broken => state.counters.closed.broken += 1,
            Fate::Doubtful | Fate::Fine => state.counters.closed.dropped += 1,
        }
        if let Some(node) = node {
            let options = state.options.clone();
            state.nodes.closed(node);
            if fate == Fate::Broken {
                state.nodes.broke(node, &options.cluster, Instant::now());
                self.trigger.notify_one();
            }
        }
        // It may have been the shared transport that broke: the next connect makes another, unless the driver knows that
        // it was the statement alone.
        let root = state.root.take_if(|root| match fate {
            Fate::Broken => true,
            Fate::Doubtful => !B::outlives_statement(root),
            Fate::Fine => false,
        });
        self.dial_as_needed(&mut state, None);
        drop(state);
        drop(root);
        self.ended.notify_waiters();
    }

    pub(super) fn stats(&self) -> PoolStats {
        let state = self.lock();
        let counters = &state.counters;
        PoolStats {
            connections: state.connections,
            idle: state.idle.len(),
            in_use: state.connections - state.idle.len() - state.dials,
            waiting: state.waiters.iter().filter(|w| !w.sender.is_closed()).count(),
            acquired: counters.acquired,
            waited: counters.waited,
            timeouts: counters.timeouts,
            opened: counters.opened,
            failed: counters.failed,
            closed: counters.closed,
            routing: counters.routing,
            nodes: state.nodes.stats(&state.options.cluster, Instant::now()),
            topology: self.cluster.is_some().then(|| state.asked.stats()),
        }
    }

    /// Other options from now on.
    pub(super) fn set_options(self: &Arc<Self>, options: PoolOptions) {
        let mut ended = Vec::new();
        let mut state = self.lock();
        state.options = Arc::new(options);
        state.sweep(&mut ended);
        self.dial_as_needed(&mut state, None);
        drop(state);
        drop(ended);
        // The interval may be another.
        self.trigger.notify_one();
    }

    pub(super) async fn close(&self) {
        let (idle, waiters, root) = {
            let mut state = self.lock();
            state.closed = true;
            let idle = std::mem::take(&mut state.idle);
            state.connections -= idle.len();
            for node in idle.iter().filter_map(|idle| idle.node) {
                state.nodes.taken(node);
                state.nodes.closed(node);
            }
            (idle, std::mem::take(&mut state.waiters), state.root.take())
        };
        drop((idle, waiters, root));
        self.trigger.notify_one();
        loop {
            let ended = self.ended.notified();
            if self.lock().connections == 0 {
                return;
            }
            ended.await;
        }
    }

    pub(super) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).with_source_name(self.source)
    }
}

/// The end of a time that begins now; `None` where it lies further away than a clock can tell, which is never.
pub(crate) fn deadline_in(timeout: std::time::Duration) -> Option<time::Instant> {
    time::Instant::now().checked_add(timeout)
}

/// What the work gives, unless the deadline passes before.
pub(crate) async fn before<T>(deadline: Option<time::Instant>, work: impl Future<Output = T>) -> Option<T> {
    match deadline {
        None => Some(work.await),
        Some(at) => time::timeout_at(at, work).await.ok(),
    }
}
