//! Connections are made: in tasks of their own, to the node that is best, by whose failure another is tried.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time;

use super::state::{Credentials, State};
use super::{Lease, Shared};
use crate::backend::Backend;
use crate::cluster::{Cluster, NodeIndex};
use crate::error::{Error, ErrorKind, Result};

/// For whom a connection is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// For whoever waits longest; to this node first.
    Any(Option<NodeIndex>),
    /// For somebody who must have this node.
    Exact(NodeIndex),
    /// For later.
    Spare(Option<NodeIndex>),
}

impl Errand {
    /// Whether another node will do where this one cannot be reached.
    fn goes_on(self) -> bool {
        matches!(self, Errand::Any(_) | Errand::Spare(None))
    }

    fn first(self) -> Option<NodeIndex> {
        match self {
            Errand::Any(node) | Errand::Spare(node) => node,
            Errand::Exact(node) => Some(node),
        }
    }
}

impl<B: Backend> Shared<B> {
    /// Starts connects for those waiters that none is on its way to, as far as there is room.
    pub(super) fn dial_as_needed(self: &Arc<Self>, state: &mut State<B>, hint: Option<NodeIndex>) {
        while state.dialing < state.waiting_for_any()
            && state.connections < state.options.max_connections
            && self.may_dial(state)
        {
            state.dialing += 1;
            self.spawn_dial(state, Errand::Any(hint));
        }
        for at in 0..state.waiters.len() {
            let Some(node) = state.waiters[at].only.filter(|_| !state.waiters[at].dialed) else { continue };
            if !self.may_dial(state) {
                break;
            }
            if state.connections >= state.options.max_connections {
                // One that is idle elsewhere gives its place.
                let evicted = state.waiters[at].evicts.then(|| state.evict(Some(node))).flatten();
                let Some(connection) = evicted else { continue };
                self.runtime.spawn(async move { drop(connection) });
            }
            state.waiters[at].dialed = true;
            self.spawn_dial(state, Errand::Exact(node));
        }
        let min = state.options.min_connections.min(state.options.max_connections);
        while state.connections < min && !state.closed && self.may_dial(state) {
            self.spawn_dial(state, Errand::Spare(None));
        }
    }

    /// Whether the credentials may be shown to a server now. Until one has accepted them, one connection tries.
    fn may_dial(&self, state: &State<B>) -> bool {
        match state.credentials {
            _ if !B::LOCKS_OUT => true,
            Credentials::Accepted => true,
            Credentials::Untried => state.dials == 0,
            Credentials::Refused(_) => false,
        }
    }

    /// Why no connection can be made any more.
    pub(super) fn refusal(&self, state: &State<B>) -> Option<Error> {
        match &state.credentials {
            Credentials::Refused(why) if B::LOCKS_OUT => {
                let message = format!(
                    "{why}; the pool does not show these credentials again, for a server locks a user after a few wrong ones"
                );
                Some(self.error(ErrorKind::Authentication, message))
            }
            _ => None,
        }
    }

    /// Makes a connection to a node for later.
    pub(super) fn spawn_spare(self: &Arc<Self>, state: &mut State<B>, node: NodeIndex) {
        if self.may_dial(state) {
            self.spawn_dial(state, Errand::Spare(Some(node)));
        }
    }

    fn spawn_dial(self: &Arc<Self>, state: &mut State<B>, errand: Errand) {
        state.connections += 1;
        state.dials += 1;
        let shared = state.root.as_ref().filter(|root| B::is_usable(root)).and_then(B::share);
        let home = self.clone();
        let node = self.cluster.as_ref().and_then(|_| {
            let now = Instant::now();
            errand.first().or_else(|| state.nodes.for_new(&state.options.cluster, now, &[]))
        });
        if let Some(node) = node {
            state.nodes.dialing(node);
        }
        self.runtime.spawn(async move { home.dial(shared, errand, node).await });
    }

    async fn dial(self: Arc<Self>, shared: Option<B::Connection>, errand: Errand, node: Option<NodeIndex>) {
        let mut slot = Slot { home: &self, errand, node, counted: true };
        let outcome = match shared {
            Some(connection) => Ok(connection),
            None => self.connect(&mut slot).await,
        };
        match outcome {
            Ok(connection) => {
                slot.counted = false;
                let node = slot.node;
                let lease = self.made(connection, errand, node);
                self.deliver(lease, matches!(errand, Errand::Exact(_)));
                let mut state = self.lock();
                // Others may have waited for the credentials to be accepted.
                self.dial_as_needed(&mut state, None);
                if self.cluster.is_some() {
                    self.track(&mut state);
                }
            }
            Err(error) => {
                let node = slot.node;
                drop(slot);
                self.failed(errand, node, error);
            }
        }
    }

    /// Connects to the node of a slot, and to others where that one cannot be reached and others will do.
    async fn connect(&self, slot: &mut Slot<'_, B>) -> Result<B::Connection> {
        let limit = self.options().connect_timeout;
        let Some(cluster) = &self.cluster else { return within(limit, B::connect(&self.backend)).await };
        let started = time::Instant::now();
        let mut tried = Vec::new();
        let mut last = self.error(ErrorKind::Connection, "no node of the cluster may be used").unsent();
        while let Some(index) = slot.node {
            let target = self.lock().nodes.node(index).clone();
            let left = limit.saturating_sub(started.elapsed());
            let outcome = within(left, cluster.connect(&self.backend, &target)).await;
            last = match outcome {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            let out_of_reach = matches!(last.kind(), ErrorKind::Connection | ErrorKind::Timeout);
            tracing::debug!(node = %target.id, kind = ?last.kind(), "a node could not be connected to");
            let mut state = self.lock();
            match out_of_reach {
                true => state.nodes.dial_failed(index, Instant::now()),
                false => state.nodes.dial_given_up(index),
            }
            slot.node = None;
            tried.push(index);
            if !out_of_reach || !slot.errand.goes_on() {
                break;
            }
            self.trigger.notify_one();
            slot.node = state.nodes.for_new(&state.options.cluster, Instant::now(), &tried);
            if let Some(next) = slot.node {
                state.nodes.dialing(next);
            }
        }
        Err(last)
    }

    /// A connection was made: it is counted, and leased for the moment.
    fn made(
        self: &Arc<Self>,
        connection: B::Connection,
        errand: Errand,
        node: Option<NodeIndex>,
    ) -> Lease<B> {
        let mut replaced = None;
        let mut state = self.lock();
        state.dials -= 1;
        state.dialing -= usize::from(matches!(errand, Errand::Any(_)));
        state.counters.opened += 1;
        state.credentials = Credentials::Accepted;
        if let Some(node) = node {
            state.nodes.dialed(node);
        }
        // A pool that was closed meanwhile keeps nothing: its transport would outlive `close`.
        if !state.closed && state.root.as_ref().is_none_or(|root| !B::is_usable(root)) {
            replaced = std::mem::replace(&mut state.root, B::share(&connection));
        }
        let born = born(state.options.max_lifetime);
        drop(state);
        // Outside the lock: a driver may do as it likes when a handle is dropped.
        drop(replaced);
        Lease::new(connection, self.clone(), node, born)
    }

    /// No connection was made: who waits for it is told.
    fn failed(self: &Arc<Self>, errand: Errand, node: Option<NodeIndex>, error: Error) {
        let mut state = self.lock();
        state.counters.failed += 1;
        let mut told = Vec::new();
        if B::LOCKS_OUT && error.kind() == ErrorKind::Authentication {
            state.credentials = Credentials::Refused(error.message().to_owned());
            // Nobody's connect would fare better.
            told.extend(std::mem::take(&mut state.waiters));
        } else {
            let only = match errand {
                Errand::Exact(wanted) => Some(node.unwrap_or(wanted)),
                _ => None,
            };
            let at = state.waiters.iter().position(|w| w.only == only && !w.sender.is_closed());
            let waits = !matches!(errand, Errand::Spare(_));
            told.extend(at.filter(|_| waits).and_then(|at| state.waiters.remove(at)));
        }
        if !matches!(errand, Errand::Spare(_)) || !told.is_empty() {
            self.dial_as_needed(&mut state, None);
        }
        let refused = self.refusal(&state).map(|e| e.message().to_owned());
        drop(state);
        let mut first = Some(error);
        for waiter in told {
            let error = first.take().unwrap_or_else(|| {
                let why = refused.clone().unwrap_or_default();
                self.error(ErrorKind::Authentication, why)
            });
            // Whoever waited may have gone meanwhile: the error is of use to nobody then.
            let _ = waiter.sender.send(Err(error));
        }
    }
}

/// When a connection made now counts as made: up to a tenth of its life earlier, so that those made together do not end
/// together.
fn born(lifetime: Option<Duration>) -> Instant {
    let now = Instant::now();
    let earlier = lifetime.map_or(Duration::ZERO, |life| life.mul_f64(fastrand::f64() / 10.0));
    now.checked_sub(earlier).unwrap_or(now)
}

pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    time::timeout(limit, work).await.unwrap_or_else(|_| Err(Error::timeout("connecting", limit)))
}

/// A connection that is being made: its place is given up also when a driver panics or the runtime ends.
struct Slot<'s, B: Backend> {
    home: &'s Shared<B>,
    errand: Errand,
    /// The node that is being connected to.
    node: Option<NodeIndex>,
    counted: bool,
}

impl<B: Backend> Drop for Slot<'_, B> {
    fn drop(&mut self) {
        if self.counted {
            let mut state = self.home.lock();
            state.dials -= 1;
            state.connections -= 1;
            state.dialing -= usize::from(matches!(self.errand, Errand::Any(_)));
            if let Some(node) = self.node {
                state.nodes.dial_given_up(node);
            }
            drop(state);
            self.home.ended.notify_waiters();
        }
    }
}
