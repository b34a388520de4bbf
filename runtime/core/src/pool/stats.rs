//! What a pool tells of itself.

use std::time::{Duration, Instant};

use crate::cluster::{NodeStats, Step};

/// What a pool has and did.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PoolStats {
    /// All connections, those being made included.
    pub connections: usize,
    /// Those that nobody uses.
    pub idle: usize,
    /// Those in use.
    pub in_use: usize,
    /// Callers that wait for one.
    pub waiting: usize,
    /// How often a connection was taken out.
    pub acquired: u64,
    /// How often somebody had to wait for one.
    pub waited: u64,
    /// How often waiting for one ended without any.
    pub timeouts: u64,
    /// How many connections were made.
    pub opened: u64,
    /// How many could not be made.
    pub failed: u64,
    /// Why connections ended.
    pub closed: Closed,
    /// Statements and the owners of their rows; zero where the backend has no nodes.
    pub routing: RoutingStats,
    /// The nodes of the cluster; empty where the backend has none.
    pub nodes: Vec<NodeStats>,
    /// What is known of the cluster; `None` where the backend has no nodes.
    pub topology: Option<TopologyStats>,
}

/// Why connections ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Closed {
    /// They were idle for too long, or too old.
    pub expired: u64,
    /// They had died while nobody used them.
    pub dead: u64,
    /// They broke while a statement ran.
    pub broken: u64,
    /// Their statement or transaction was dropped half way, or took too long.
    pub dropped: u64,
    /// Their node is gone, or is not to be used; or there are fewer connections to be.
    pub evicted: u64,
    /// They moved to a node that had fewer.
    pub moved: u64,
}

/// What became of statements whose rows have one owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoutingStats {
    /// How many statements there were that belong to one group of nodes.
    pub attempts: u64,
    /// How many got a connection to it.
    pub hits: u64,
    /// How many did not, for no node of that group is known, or it is left alone.
    pub unknown: u64,
    /// How many did not, for no connection to it was free.
    pub busy: u64,
}

/// What is known of a cluster.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TopologyStats {
    /// How long ago the nodes were asked for with success; `None` before the first time.
    pub age: Option<Duration>,
    /// How often that was.
    pub refreshes: u64,
    /// How often nobody could be asked, or the answer was an error.
    pub failures: u64,
    /// What was asked for the last time, and what of it the user may not read.
    pub steps: Vec<Step>,
}

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) acquired: u64,
    pub(super) waited: u64,
    pub(super) timeouts: u64,
    pub(super) opened: u64,
    pub(super) failed: u64,
    pub(super) closed: Closed,
    pub(super) routing: RoutingStats,
}

/// When the nodes were asked for, and with what success.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) last: Option<Instant>,
    pub(super) refreshes: u64,
    pub(super) failures: u64,
    pub(super) steps: Vec<Step>,
}

impl Asked {
    pub(super) fn stats(&self) -> TopologyStats {
        TopologyStats {
            age: self.last.map(|at| at.elapsed()),
            refreshes: self.refreshes,
            failures: self.failures,
            steps: self.steps.clone(),
        }
    }
}
