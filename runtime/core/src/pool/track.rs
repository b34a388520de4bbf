//! The nodes of a cluster are asked for, again and again: on a connection of its own, at intervals that differ a little,
//! and at once where something failed. What follows is done to the pool's connections.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time;

use super::Shared;
use super::dial::within;
use super::state::{Credentials, State};
use crate::backend::Backend;
use crate::cluster::{Cluster, Discovered, NodeIndex, jittered};
use crate::error::{ErrorKind, Result};

/// The pause after a first failure to ask; it doubles until the interval is reached.
const PAUSE_MIN: Duration = Duration::from_millis(200);
/// How soon after a failure of a connection the nodes are asked for, so that several failures ask once.
const SETTLE: Duration = Duration::from_millis(20);

/// The connection on which nodes are asked for.
struct Technical<B: Backend> {
    node: NodeIndex,
    connection: B::Connection,
}

impl<B: Backend> Shared<B> {
    /// Starts the task that asks for the nodes, once. The credentials have been accepted by then.
    pub(super) fn track(self: &Arc<Self>, state: &mut State<B>) {
        if !state.tracked && !state.closed {
            state.tracked = true;
            self.runtime.spawn(run(Arc::downgrade(self), self.trigger.clone()));
        }
    }

    /// Waits until the nodes were asked for once, with whatever success.
    pub(super) async fn until_known(&self) {
        loop {
            let known = self.known.notified();
            {
                let state = self.lock();
                let asked = &state.asked;
                if self.cluster.is_none() || asked.refreshes + asked.failures > 0 || state.closed {
                    return;
                }
            }
            known.await;
        }
    }

    /// Asks for the nodes once.
    async fn refresh(self: &Arc<Self>, technical: &mut Option<Technical<B>>) -> Result<()> {
        let Some(cluster) = &self.cluster else { return Ok(()) };
        let limit = self.options().connect_timeout;
        let mut asked = match technical.take().filter(|known| B::is_usable(&known.connection)) {
            Some(known) => known,
            None => self.dial_technical(cluster, limit).await?,
        };
        match within(limit, cluster.discover(&mut asked.connection, &cluster.seeds())).await {
            Ok(found) => {
                *technical = Some(asked);
                self.apply(&found);
                Ok(())
            }
            Err(error) => {
                if matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout) {
                    self.lock().nodes.out_of_reach(asked.node, Instant::now());
                    B::abandon(asked.connection);
                } else {
                    // The server answers, but has no such catalog.
                    *technical = Some(asked);
                }
                Err(error)
            }
        }
    }

    async fn dial_technical(&self, cluster: &B::Cluster, limit: Duration) -> Result<Technical<B>> {
        let mut tried = Vec::new();
        let mut last = self.error(ErrorKind::Connection, "no node of the cluster may be used");
        loop {
            let (node, target) = {
                let state = self.lock();
                if B::LOCKS_OUT && !matches!(state.credentials, Credentials::Accepted) {
                    return Err(last);
                }
                let Some(node) = state.nodes.for_new(&state.options.cluster, Instant::now(), &tried) else {
                    return Err(last);
                };
                (node, state.nodes.node(node).clone())
            };
            last = match within(limit, cluster.connect(&self.backend, &target)).await {
                Ok(connection) => return Ok(Technical { node, connection }),
                Err(error) => error,
            };
            tried.push(node);
            let mut state = self.lock();
            match last.kind() {
                ErrorKind::Authentication if B::LOCKS_OUT => {
                    state.credentials = Credentials::Refused(last.message().to_owned());
                }
                ErrorKind::Connection | ErrorKind::Timeout => state.nodes.out_of_reach(node, Instant::now()),
                _ => {}
            }
        }
    }

    /// Takes over what was found: connections to nodes that are not to be used end, some move to nodes that have fewer.
    fn apply(self: &Arc<Self>, found: &Discovered) {
        let mut ended = Vec::new();
        let mut state = self.lock();
        let known: Vec<bool> = state.asked.steps.iter().map(|step| step.missing.is_none()).collect();
        if known != found.steps.iter().map(|step| step.missing.is_none()).collect::<Vec<_>>() {
            for step in found.steps.iter().filter(|step| step.missing.is_some()) {
                let missing = step.missing.as_deref().unwrap_or_default();
                tracing::warn!(
                    source = self.source,
                    step = step.name,
                    missing,
                    "part of the topology is not known"
                );
            }
        }
        state.nodes.update(found);
        state.asked.last = Some(Instant::now());
        state.asked.refreshes += 1;
        state.asked.steps.clone_from(&found.steps);
        state.sweep(&mut ended);
        let options = state.options.clone();
        let max = options.cluster.rebalance_divisor.map_or(0, |d| (options.max_connections / d).max(1));
        let moves = match state.closed {
            true => Vec::new(),
            false => state.nodes.moves(max, &options.cluster, Instant::now()),
        };
        state.moves.clear();
        for (from, to) in moves {
            match state.take_idle(Some(from), true, &mut ended) {
                Some(idle) => {
                    let old = super::Lease::new(idle.connection, self.clone(), idle.node, idle.made);
                    self.migrate(&mut state, old, to);
                }
                None => state.moves.push((from, to)),
            }
        }
        self.dial_as_needed(&mut state, None);
        drop(state);
        drop(ended);
    }

    /// Replaces a connection by one to another node, opened before it is closed.
    pub(super) fn migrate(self: &Arc<Self>, state: &mut State<B>, old: super::Lease<B>, to: NodeIndex) {
        state.nodes.dialing(to);
        self.runtime.spawn(migrate(self.clone(), old, to));
    }

    /// How long until the nodes are asked for again; `None` where only something that happens makes it so.
    fn after(&self, outcome: Result<()>, failed: &mut u32) -> Option<Duration> {
        let mut state = self.lock();
        let refresh = state.options.cluster.refresh;
        match outcome {
            Ok(()) => {
                *failed = 0;
                refresh.map(jittered)
            }
            Err(error) => {
                state.asked.failures += 1;
                tracing::debug!(source = self.source, kind = ?error.kind(), "the nodes could not be asked for");
                let longest = refresh.unwrap_or(Duration::from_secs(60));
                let pause = PAUSE_MIN.saturating_mul(1 << (*failed).min(16)).min(longest);
                *failed = failed.saturating_add(1);
                Some(jittered(pause))
            }
        }
    }
}

/// Opens a connection to one node, then closes one to another.
async fn migrate<B: Backend>(home: Arc<Shared<B>>, old: super::Lease<B>, to: NodeIndex) {
    let Some(cluster) = &home.cluster else { return };
    let (target, limit) = {
        let state = home.lock();
        (state.nodes.node(to).clone(), state.options.connect_timeout)
    };
    let outcome = within(limit, cluster.connect(&home.backend, &target)).await;
    match outcome {
        Ok(connection) => home.replace(old, connection, to),
        Err(error) => {
            let mut state = home.lock();
            match error.kind() {
                ErrorKind::Connection | ErrorKind::Timeout => state.nodes.dial_failed(to, Instant::now()),
                _ => state.nodes.dial_given_up(to),
            }
            drop(state);
            // It goes back where it came from.
            drop(old);
        }
    }
}

impl<B: Backend> Shared<B> {
    fn replace(self: &Arc<Self>, mut old: super::Lease<B>, connection: B::Connection, to: NodeIndex) {
        let mut state = self.lock();
        state.nodes.dialed(to);
        state.counters.opened += 1;
        state.counters.closed.moved += 1;
        if let Some(from) = old.node {
            state.nodes.closed(from);
        }
        drop(state);
        // The new one has the place of the old one in the count of all.
        drop(old.take());
        self.deliver(super::Lease::new(connection, self.clone(), Some(to), Instant::now()), false);
    }
}

async fn run<B: Backend>(home: Weak<Shared<B>>, trigger: Arc<Notify>) {
    let mut technical = None;
    let mut failed = 0;
    loop {
        let pause = {
            let Some(home) = home.upgrade() else { return };
            if home.lock().closed {
                home.known.notify_waiters();
                return;
            }
            let outcome = home.refresh(&mut technical).await;
            let pause = home.after(outcome, &mut failed);
            home.known.notify_waiters();
            pause
        };
        wait(&home, &trigger, pause).await;
    }
}

/// Waits for the time to pass or for something to happen. Without a time, only the pool's end or another interval matters.
async fn wait<B: Backend>(home: &Weak<Shared<B>>, trigger: &Notify, pause: Option<Duration>) {
    let Some(pause) = pause else {
        loop {
            trigger.notified().await;
            let Some(home) = home.upgrade() else { return };
            let state = home.lock();
            if state.closed || state.options.cluster.refresh.is_some() {
                return;
            }
        }
    };
    if time::timeout(pause, trigger.notified()).await.is_ok() {
        time::sleep(SETTLE).await;
    }
}
