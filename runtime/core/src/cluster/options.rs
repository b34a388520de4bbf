//! How a pool uses the nodes of a cluster.

use std::sync::Arc;
use std::time::Duration;

use super::balance::{Balance, RoundRobin};

/// How a pool uses the nodes of a cluster; without meaning to backends whose pools have one place to connect to.
///
/// All of it can be changed while the pool works ([`Pool::set_options`](crate::Pool::set_options)).
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    pub(crate) discovery: bool,
    pub(crate) refresh: Option<Duration>,
    pub(crate) allowed_tiers: Vec<String>,
    pub(crate) denied_tiers: Vec<String>,
    pub(crate) role: Role,
    pub(crate) balance: Arc<dyn Balance>,
    pub(crate) rebalance_divisor: Option<usize>,
    pub(crate) routing: bool,
    pub(crate) routing_timeout: Duration,
    pub(crate) ejection: Option<Ejection>,
    pub(crate) max_per_node: Option<usize>,
}

/// Which nodes of a group serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// All of them.
    #[default]
    Any,
    /// Those that lead their group. A node of which that is not known serves too.
    Leader,
    /// Those that do not lead it. A node of which that is not known serves too.
    Replica,
}

/// When a node that answers, but badly, is left alone: after so many failures within a time, for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ejection {
    pub(crate) failures: u32,
    pub(crate) within: Duration,
    pub(crate) pause: Duration,
}

impl Ejection {
    /// After `failures` (at least 1) broken connections within `within`, a node is left alone for `pause`; one connection
    /// then tries whether it is good again. Where all nodes are left alone, all are used.
    pub fn after(failures: u32, within: Duration, pause: Duration) -> Ejection {
        Ejection { failures: failures.max(1), within, pause }
    }
}

impl Default for ClusterOptions {
    fn default() -> Self {
        ClusterOptions {
            discovery: true,
            refresh: Some(Duration::from_secs(60)),
            allowed_tiers: Vec::new(),
            denied_tiers: Vec::new(),
            role: Role::Any,
            balance: Arc::new(RoundRobin::default()),
            rebalance_divisor: Some(10),
            routing: true,
            routing_timeout: Duration::ZERO,
            ejection: None,
            max_per_node: None,
        }
    }
}

impl ClusterOptions {
    /// The defaults: nodes discovered and asked for again each 60 s, all tiers and roles, in turn, a tenth of the
    /// connections moved at a time, statements sent to the owner of their rows where a connection to it is free.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nodes beyond those of the URL are used. Default yes.
    #[must_use]
    pub fn discovery(mut self, on: bool) -> Self {
        self.discovery = on;
        self
    }

    /// How long the catalog's word is believed, give or take a tenth; a failure makes the pool ask at once. Default
    /// 60 s, at least 100 ms; `None` asks only once.
    #[must_use]
    pub fn refresh(mut self, every: Option<Duration>) -> Self {
        self.refresh = every.map(|every| every.max(Duration::from_millis(100)));
        self
    }

    /// Uses nodes of these tiers only; empty, the default, is all. A node whose tier is not known serves too.
    #[must_use]
    pub fn allowed_tiers<T: Into<String>>(mut self, tiers: impl IntoIterator<Item = T>) -> Self {
        self.allowed_tiers = tiers.into_iter().map(Into::into).collect();
        self
    }

    /// Never uses nodes of these tiers; that wins over [`allowed_tiers`](ClusterOptions::allowed_tiers).
    #[must_use]
    pub fn denied_tiers<T: Into<String>>(mut self, tiers: impl IntoIterator<Item = T>) -> Self {
        self.denied_tiers = tiers.into_iter().map(Into::into).collect();
        self
    }

    /// Which nodes of a group serve. Default all.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Which of the nodes with a free connection serves next. Default in turn.
    #[must_use]
    pub fn balance(mut self, balance: impl Balance) -> Self {
        self.balance = Arc::new(balance);
        self
    }

    /// Each time the nodes were asked for, at most one in `divisor` (and at least one) of all connections moves from the
    /// node with most to the node with fewest. Default 10; `None` moves none.
    #[must_use]
    pub fn rebalance_divisor(mut self, divisor: Option<usize>) -> Self {
        self.rebalance_divisor = divisor.map(|divisor| divisor.max(1));
        self
    }

    /// Whether statements go to the owner of their rows. Default yes.
    #[must_use]
    pub fn routing(mut self, on: bool) -> Self {
        self.routing = on;
        self
    }

    /// How long a statement waits for a connection to the owner of its rows before it takes any. Default 0: it takes any
    /// at once, and a connection to the owner is made meanwhile.
    #[must_use]
    pub fn routing_timeout(mut self, timeout: Duration) -> Self {
        self.routing_timeout = timeout;
        self
    }

    /// When a node that answers badly is left alone. Default `None`: only one that cannot be reached is.
    #[must_use]
    pub fn ejection(mut self, ejection: Option<Ejection>) -> Self {
        self.ejection = ejection;
        self
    }

    /// The most connections to one node, at least 1. Default `None`: as many as the pool has.
    #[must_use]
    pub fn max_per_node(mut self, max: Option<usize>) -> Self {
        self.max_per_node = max.map(|max| max.max(1));
        self
    }
}
