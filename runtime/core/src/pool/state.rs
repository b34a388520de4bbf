//! What stands under the pool's lock, and the moves that need nothing else.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::stats::{Asked, Counters};
use super::{Lease, PoolOptions};
use crate::backend::Backend;
use crate::cluster::{NodeIndex, Nodes};
use crate::error::Result;

pub(super) struct State<B: Backend> {
    pub(super) options: Arc<PoolOptions>,
    /// Least recently used first.
    pub(super) idle: VecDeque<Idle<B>>,
    pub(super) waiters: VecDeque<Waiter<B>>,
    /// Leased, idle and being made.
    pub(super) connections: usize,
    /// Being made for those that wait for any.
    pub(super) dialing: usize,
    /// Being made, for whomever.
    pub(super) dials: usize,
    pub(super) closed: bool,
    /// A handle on the shared transport, where the backend has such.
    pub(super) root: Option<B::Connection>,
    pub(super) nodes: Nodes,
    /// Whether a server accepted the credentials once, or what one said when it refused them.
    pub(super) credentials: Credentials,
    pub(super) counters: Counters,
    pub(super) asked: Asked,
    /// Connections that move to another node when they come back, as (from, to).
    pub(super) moves: Vec<(NodeIndex, NodeIndex)>,
    /// Whether the task that asks for the nodes was started.
    pub(super) tracked: bool,
}

/// What is known of the credentials.
#[derive(Debug, Default)]
pub(super) enum Credentials {
    #[default]
    Untried,
    Accepted,
    /// What the server said.
    Refused(String),
}

pub(super) struct Idle<B: Backend> {
    pub(super) connection: B::Connection,
    pub(super) node: Option<NodeIndex>,
    pub(super) made: Instant,
    pub(super) since: Instant,
}

pub(super) struct Waiter<B: Backend> {
    pub(super) sender: oneshot::Sender<Result<Lease<B>>>,
    /// The node that it must be.
    pub(super) only: Option<NodeIndex>,
    /// Whether an idle connection to another node ends where there is no room for one to this node.
    pub(super) evicts: bool,
    /// Whether a connection to that node is being made for it.
    pub(super) dialed: bool,
}

impl<B: Backend> Waiter<B> {
    fn takes(&self, node: Option<NodeIndex>) -> bool {
        !self.sender.is_closed() && (self.only.is_none() || self.only == node)
    }
}

impl<B: Backend> State<B> {
    pub(super) fn new(options: PoolOptions, nodes: Nodes) -> State<B> {
        State {
            options: Arc::new(options),
            idle: VecDeque::new(),
            waiters: VecDeque::new(),
            connections: 0,
            dialing: 0,
            dials: 0,
            closed: false,
            root: None,
            nodes,
            credentials: Credentials::default(),
            counters: Counters::default(),
            asked: Asked::default(),
            moves: Vec::new(),
            tracked: false,
        }
    }

    /// A connection that is free, to this node or any; those found to be of no use on the way are put into `ended`.
    pub(super) fn take_idle(
        &mut self,
        only: Option<NodeIndex>,
        clustered: bool,
        ended: &mut Vec<B::Connection>,
    ) -> Option<Idle<B>> {
        let now = Instant::now();
        while !self.idle.is_empty() {
            let node = match only {
                Some(node) => Some(node),
                None if clustered => Some(self.nodes.for_next(&self.options.cluster, now)?),
                None => None,
            };
            let at = match node {
                Some(node) => self.idle.iter().rposition(|idle| idle.node == Some(node))?,
                None => self.idle.len() - 1,
            };
            let idle = self.idle.remove(at)?;
            let fresh = self.is_fresh(&idle, now);
            if fresh && B::is_usable(&idle.connection) {
                if let Some(node) = idle.node {
                    self.nodes.taken(node);
                    self.nodes.acquired(node);
                }
                self.counters.acquired += 1;
                return Some(idle);
            }
            if fresh {
                self.counters.closed.dead += 1;
                if let Some(node) = idle.node {
                    self.nodes.broke(node, &self.options.cluster, now);
                }
            } else {
                self.counters.closed.expired += 1;
            }
            ended.push(self.end_idle(idle));
        }
        None
    }

    /// Counts a connection that was taken out of `idle` as ended.
    fn end_idle(&mut self, idle: Idle<B>) -> B::Connection {
        self.connections -= 1;
        if let Some(node) = idle.node {
            self.nodes.taken(node);
            self.nodes.closed(node);
        }
        idle.connection
    }

    fn is_fresh(&self, idle: &Idle<B>, now: Instant) -> bool {
        let within = |limit: Option<Duration>, since: Instant| {
            limit.is_none_or(|limit| now.saturating_duration_since(since) < limit)
        };
        within(self.options.idle_timeout, idle.since) && within(self.options.max_lifetime, idle.made)
    }

    /// Takes out of the queue whoever waits longest of those that this connection serves. One that was made for somebody
    /// who must have this node goes to such a one first.
    pub(super) fn next_waiter(&mut self, node: Option<NodeIndex>, made_for: bool) -> Option<Waiter<B>> {
        let exact = |waiter: &Waiter<B>| waiter.only.is_some() && waiter.takes(node);
        let at = match made_for {
            true => self.waiters.iter().position(exact),
            false => None,
        };
        let at = at.or_else(|| self.waiters.iter().position(|waiter| waiter.takes(node)))?;
        let waiter = self.waiters.remove(at);
        self.waiters.retain(|waiter| !waiter.sender.is_closed());
        waiter
    }

    /// How many wait for any connection.
    pub(super) fn waiting_for_any(&self) -> usize {
        self.waiters.iter().filter(|w| w.only.is_none() && !w.sender.is_closed()).count()
    }

    /// Takes out the idle connections that are expired, lead to nodes that are not to be used, or are too many.
    pub(super) fn sweep(&mut self, ended: &mut Vec<B::Connection>) {
        let now = Instant::now();
        let mut at = 0;
        while let Some(idle) = self.idle.get(at) {
            let unwanted = idle.node.is_some_and(|node| !self.nodes.keeps(node, &self.options.cluster));
            let expired = !self.is_fresh(idle, now);
            if !unwanted && !expired {
                at += 1;
                continue;
            }
            match unwanted {
                true => self.counters.closed.evicted += 1,
                false => self.counters.closed.expired += 1,
            }
            if let Some(idle) = self.idle.remove(at) {
                ended.push(self.end_idle(idle));
            }
        }
        while self.connections > self.options.max_connections {
            let Some(connection) = self.evict(None) else { break };
            ended.push(connection);
        }
    }

    /// Makes room: ends an idle connection to the node that has most, `except` aside.
    pub(super) fn evict(&mut self, except: Option<NodeIndex>) -> Option<B::Connection> {
        let fullest = self.nodes.fullest_idle(except);
        let at = self.idle.iter().position(|idle| idle.node == fullest)?;
        let idle = self.idle.remove(at)?;
        self.counters.closed.evicted += 1;
        Some(self.end_idle(idle))
    }
}
