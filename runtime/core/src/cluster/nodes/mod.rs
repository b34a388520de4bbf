//! The nodes of a cluster and what the pool has on each: a plain state, changed by what happens and asked what to do.
//!
//! Nothing here waits or connects. Which connection goes where is the pool's affair (`pool/`).

mod merge;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::balance::Candidate;
use super::breaker::{Breaker, Verdict};
use super::{ClusterOptions, Node, Role};

/// A node, for the life of a pool. One that is gone keeps its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeIndex(usize);

/// All nodes that were ever heard of.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    all: Vec<State>,
    /// Whether the catalog was read.
    discovered: bool,
}

#[derive(Debug)]
struct State {
    node: Node,
    /// Which of the user's own nodes it is.
    seed: Option<usize>,
    /// Whether the catalog named it when it was last read.
    listed: bool,
    breaker: Breaker,
    dialing: usize,
    idle: usize,
    in_use: usize,
    acquired: u64,
    opened: u64,
    closed: u64,
    failures: u64,
    latency: Option<Duration>,
}

/// What a pool has on one node.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NodeStats {
    /// The node, as the catalog last had it.
    pub node: Node,
    /// Whether it may serve: it is there, online, and of a tier and role that the options allow.
    pub serves: bool,
    /// Whether it is left alone because it failed.
    pub left_alone: bool,
    /// Connections, those being made included.
    pub connections: usize,
    /// Those that nobody uses.
    pub idle: usize,
    /// Those in use.
    pub in_use: usize,
    /// How often one of them was taken.
    pub acquired: u64,
    /// How many were made.
    pub opened: u64,
    /// How many ended.
    pub closed: u64,
    /// Connects that failed and connections that broke.
    pub failures: u64,
    /// How often it was left alone because it failed.
    pub ejections: u64,
    /// How long statements took on it lately.
    pub latency: Option<Duration>,
}

impl State {
    fn new(node: Node, seed: Option<usize>, listed: bool) -> State {
        State {
            node,
            seed,
            listed,
            breaker: Breaker::default(),
            dialing: 0,
            idle: 0,
            in_use: 0,
            acquired: 0,
            opened: 0,
            closed: 0,
            failures: 0,
            latency: None,
        }
    }

    fn connections(&self) -> usize {
        self.dialing + self.made()
    }

    fn made(&self) -> usize {
        self.idle + self.in_use
    }

    /// Whether the options allow its tier.
    fn is_allowed(&self, options: &ClusterOptions) -> bool {
        let tier = &self.node.tier;
        let among = |tiers: &[String]| tiers.iter().any(|named| named == tier);
        !among(&options.denied_tiers)
            && (tier.is_empty() || options.allowed_tiers.is_empty() || among(&options.allowed_tiers))
    }

    fn has_role(&self, role: Role) -> bool {
        match (role, self.node.leader) {
            (Role::Any, _) | (_, None) => true,
            (Role::Leader, Some(leader)) => leader,
            (Role::Replica, Some(leader)) => !leader,
        }
    }

    fn has_room(&self, options: &ClusterOptions) -> bool {
        options.max_per_node.is_none_or(|max| self.connections() < max)
    }
}

impl Nodes {
    pub(crate) fn new(seeds: Vec<Node>) -> Nodes {
        let all = seeds.into_iter().enumerate().map(|(at, node)| State::new(node, Some(at), false));
        Nodes { all: all.collect(), discovered: false }
    }

    pub(crate) fn node(&self, index: NodeIndex) -> &Node {
        &self.all[index.0].node
    }

    fn indices(&self) -> impl Iterator<Item = NodeIndex> + use<> {
        (0..self.all.len()).map(NodeIndex)
    }

    /// Whether a node is there and allowed, its failures aside.
    pub(crate) fn serves(&self, index: NodeIndex, options: &ClusterOptions) -> bool {
        let state = &self.all[index.0];
        // Seeds are all there is before the catalog was read, and may be unknown to it afterwards.
        let there = match self.discovered {
            false => state.seed.is_some(),
            true if state.listed => state.node.online && (options.discovery || state.seed.is_some()),
            true => !options.discovery && state.seed.is_some() && state.node.group.is_empty(),
        };
        there && state.is_allowed(options) && state.has_role(options.role)
    }

    /// Nodes by how good they are: those that serve; else those that serve but failed; else the user's own, whatever the
    /// catalog says of them. A tier that is not allowed never serves.
    fn candidates(
        &self,
        options: &ClusterOptions,
        now: Instant,
        fits: impl Fn(NodeIndex) -> bool,
    ) -> Vec<NodeIndex> {
        let serving = || self.indices().filter(|at| fits(*at) && self.serves(*at, options));
        let good: Vec<NodeIndex> = serving().filter(|at| self.verdict(*at, now) != Verdict::Bad).collect();
        if !good.is_empty() {
            return good;
        }
        let failed: Vec<NodeIndex> = serving().collect();
        if !failed.is_empty() {
            return failed;
        }
        let own = |at: &NodeIndex| self.all[at.0].seed.is_some() && self.all[at.0].is_allowed(options);
        self.indices().filter(|at| fits(*at) && own(at)).collect()
    }

    fn verdict(&self, index: NodeIndex, now: Instant) -> Verdict {
        self.all[index.0].breaker.verdict(now)
    }

    /// The node for another connection: the one with the fewest, any of several. `tried` are those that were found to be
    /// out of reach just now.
    pub(crate) fn for_new(
        &self,
        options: &ClusterOptions,
        now: Instant,
        tried: &[NodeIndex],
    ) -> Option<NodeIndex> {
        let fits = |at: NodeIndex| !tried.contains(&at) && self.all[at.0].has_room(options);
        let mut candidates = self.candidates(options, now, fits);
        fastrand::shuffle(&mut candidates);
        // One that may be tried once more comes after those that are known to be good.
        let rank = |at: &NodeIndex| (self.verdict(*at, now) != Verdict::Good, self.all[at.0].connections());
        candidates.into_iter().min_by_key(rank)
    }

    /// The node whose idle connection serves next.
    pub(crate) fn for_next(&self, options: &ClusterOptions, now: Instant) -> Option<NodeIndex> {
        let candidates = self.candidates(options, now, |at| self.all[at.0].idle > 0);
        let offered: Vec<Candidate<'_>> = candidates
            .iter()
            .map(|at| {
                let State { node, idle, in_use, latency, .. } = &self.all[at.0];
                Candidate { node, idle: *idle, in_use: *in_use, latency: *latency }
            })
            .collect();
        match &offered[..] {
            [] => self.indices().find(|at| self.all[at.0].idle > 0),
            [_] => candidates.first().copied(),
            _ => candidates.get(options.balance.choose(&offered).min(offered.len() - 1)).copied(),
        }
    }

    /// The node of a group that a statement on its rows goes to: its leader, else any that serves.
    pub(crate) fn of_group(&self, group: &str, options: &ClusterOptions, now: Instant) -> Option<NodeIndex> {
        let fits = |at: &NodeIndex| {
            let node = &self.all[at.0].node;
            !group.is_empty()
                && node.group == group
                && self.serves(*at, options)
                && self.verdict(*at, now) != Verdict::Bad
        };
        // The first of those that are best.
        self.indices().filter(fits).min_by_key(|at| self.all[at.0].node.leader != Some(true))
    }

    /// The node of this id or name.
    pub(crate) fn named(&self, name: &str) -> Option<NodeIndex> {
        let is = |at: &NodeIndex| {
            let node = &self.all[at.0].node;
            node.id == name || node.name == name
        };
        self.indices().find(is)
    }

    /// Whether another connection to a node may be made beside those there are.
    pub(crate) fn has_room(&self, index: NodeIndex, options: &ClusterOptions) -> bool {
        self.all[index.0].has_room(options)
    }

    /// Whether a connection is being made to a node.
    pub(crate) fn is_dialed(&self, index: NodeIndex) -> bool {
        self.all[index.0].dialing > 0
    }

    /// Whether a connection to this node stays in the pool.
    pub(crate) fn keeps(&self, index: NodeIndex, options: &ClusterOptions) -> bool {
        let within = options.max_per_node.is_none_or(|max| self.all[index.0].connections() <= max);
        within && (self.serves(index, options) || !self.indices().any(|other| self.serves(other, options)))
    }

    /// Which nodes should give a connection to which, so that all have as many as the others: at most `max` of them.
    pub(crate) fn moves(
        &self,
        max: usize,
        options: &ClusterOptions,
        now: Instant,
    ) -> Vec<(NodeIndex, NodeIndex)> {
        let usable = self.indices().filter(|at| self.serves(*at, options));
        let usable = usable.filter(|at| self.verdict(*at, now) != Verdict::Bad);
        let mut loads: Vec<(NodeIndex, usize, usize)> =
            usable.map(|at| (at, self.all[at.0].connections(), self.all[at.0].made())).collect();
        let mut moves = Vec::new();
        while moves.len() < max {
            let most = loads.iter().enumerate().filter(|(_, load)| load.2 > 0).max_by_key(|(_, load)| load.1);
            let fewest = loads.iter().enumerate().min_by_key(|(_, load)| load.1);
            let (Some((from, _)), Some((to, _))) = (most, fewest) else { break };
            if loads[from].1 < loads[to].1 + 2 {
                break;
            }
            moves.push((loads[from].0, loads[to].0));
            loads[from].1 -= 1;
            loads[from].2 -= 1;
            loads[to].1 += 1;
            // One that was left alone is tried by one connection.
            if self.verdict(loads[to].0, now) == Verdict::Probe {
                loads.remove(to);
            }
        }
        moves
    }

    /// The idle connections' node from which one is taken where a place is needed: the one with most.
    pub(crate) fn fullest_idle(&self, except: Option<NodeIndex>) -> Option<NodeIndex> {
        let idle = self.indices().filter(|at| Some(*at) != except && self.all[at.0].idle > 0);
        idle.max_by_key(|at| self.all[at.0].connections())
    }

    pub(crate) fn stats(&self, options: &ClusterOptions, now: Instant) -> Vec<NodeStats> {
        let each = |at: NodeIndex| {
            let state = &self.all[at.0];
            NodeStats {
                node: state.node.clone(),
                serves: self.serves(at, options),
                left_alone: self.verdict(at, now) != Verdict::Good,
                connections: state.connections(),
                idle: state.idle,
                in_use: state.in_use,
                acquired: state.acquired,
                opened: state.opened,
                closed: state.closed,
                failures: state.failures,
                ejections: state.breaker.ejections,
                latency: state.latency,
            }
        };
        self.indices().map(each).collect()
    }
}

/// What happens to connections.
impl Nodes {
    pub(crate) fn dialing(&mut self, index: NodeIndex) {
        let state = &mut self.all[index.0];
        state.dialing += 1;
        state.breaker.connecting();
    }

    /// The connection was made, and is in use at first.
    pub(crate) fn dialed(&mut self, index: NodeIndex) {
        let state = &mut self.all[index.0];
        state.dialing -= 1;
        state.in_use += 1;
        state.opened += 1;
        state.breaker.connected();
    }

    /// It could not be made: the node is out of reach.
    pub(crate) fn dial_failed(&mut self, index: NodeIndex, now: Instant) {
        let state = &mut self.all[index.0];
        state.dialing -= 1;
        state.failures += 1;
        state.breaker.connect_failed(now);
    }

    /// It was not made, and nothing was learnt of the node.
    pub(crate) fn dial_given_up(&mut self, index: NodeIndex) {
        let state = &mut self.all[index.0];
        state.dialing -= 1;
        state.breaker.gave_up();
    }

    /// A connection that the pool does not count could not be made, or broke.
    pub(crate) fn out_of_reach(&mut self, index: NodeIndex, now: Instant) {
        let state = &mut self.all[index.0];
        state.failures += 1;
        state.breaker.connect_failed(now);
    }

    pub(crate) fn taken(&mut self, index: NodeIndex) {
        let state = &mut self.all[index.0];
        state.idle -= 1;
        state.in_use += 1;
    }

    pub(crate) fn acquired(&mut self, index: NodeIndex) {
        self.all[index.0].acquired += 1;
    }

    pub(crate) fn returned(&mut self, index: NodeIndex) {
        let state = &mut self.all[index.0];
        state.in_use -= 1;
        state.idle += 1;
    }

    pub(crate) fn closed(&mut self, index: NodeIndex) {
        let state = &mut self.all[index.0];
        state.in_use -= 1;
        state.closed += 1;
    }

    pub(crate) fn broke(&mut self, index: NodeIndex, options: &ClusterOptions, now: Instant) {
        let state = &mut self.all[index.0];
        state.failures += 1;
        state.breaker.broke(now, options.ejection);
    }

    /// A statement took so long; what was known counts seven times as much.
    pub(crate) fn answered(&mut self, index: NodeIndex, took: Duration) {
        let latency = &mut self.all[index.0].latency;
        *latency = Some(latency.map_or(took, |known| known - known / 8 + took / 8));
    }
}
