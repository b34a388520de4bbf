//! Which of the nodes that could serve, serves.

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Node;

/// A strategy of one's own. It is asked under the pool's lock: it must be quick and must not use the pool.
pub trait Balance: Debug + Send + Sync + 'static {
    /// The index of the candidate that serves next; there is at least one. An index that is too large means the last.
    fn choose(&self, candidates: &[Candidate<'_>]) -> usize;
}

/// A node that has a free connection.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'c> {
    /// The node.
    pub node: &'c Node,
    /// How many of its connections are free.
    pub idle: usize,
    /// How many are in use.
    pub in_use: usize,
    /// How long statements took on it lately; `None` before the first.
    pub latency: Option<Duration>,
}

/// One after the other.
#[derive(Debug, Default)]
pub struct RoundRobin(AtomicUsize);

impl Balance for RoundRobin {
    fn choose(&self, candidates: &[Candidate<'_>]) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed) % candidates.len().max(1)
    }
}

/// Any of them.
#[derive(Debug, Default)]
pub struct Random;

impl Balance for Random {
    fn choose(&self, candidates: &[Candidate<'_>]) -> usize {
        fastrand::usize(..candidates.len().max(1))
    }
}

/// The one with the fewest connections in use; any of several.
#[derive(Debug, Default)]
pub struct LeastUsed;

impl Balance for LeastUsed {
    fn choose(&self, candidates: &[Candidate<'_>]) -> usize {
        let fewest = candidates.iter().map(|candidate| candidate.in_use).min().unwrap_or(0);
        let least = |candidate: &&Candidate<'_>| candidate.in_use == fewest;
        let nth = fastrand::usize(..candidates.iter().filter(least).count().max(1));
        let mut alike = candidates.iter().enumerate().filter(|(_, candidate)| least(candidate));
        alike.nth(nth).map_or(0, |(at, _)| at)
    }
}

/// Of two taken at random, the one whose statements took less time lately, counted once for each that it has in use.
#[derive(Debug, Default)]
pub struct PowerOfTwo;

impl Balance for PowerOfTwo {
    fn choose(&self, candidates: &[Candidate<'_>]) -> usize {
        let len = candidates.len();
        if len < 2 {
            return 0;
        }
        let first = fastrand::usize(..len);
        let second = (first + fastrand::usize(1..len)) % len;
        // A node of which nothing is known yet is tried.
        let cost = |at: usize| {
            let busy = u32::try_from(candidates[at].in_use).unwrap_or(u32::MAX).saturating_add(1);
            candidates[at].latency.unwrap_or_default().saturating_mul(busy)
        };
        if cost(first) <= cost(second) { first } else { second }
    }
}

/// Nodes of a tier, or that stand somewhere, as long as one of them has a free connection; among them, and among all
/// otherwise, as another strategy says.
#[derive(Debug)]
pub struct Prefer<B> {
    tier: Option<String>,
    zone: Vec<(String, String)>,
    then: B,
}

impl<B: Balance> Prefer<B> {
    /// Nodes of this tier first.
    pub fn tier(tier: impl Into<String>, then: B) -> Prefer<B> {
        Prefer { tier: Some(tier.into()), zone: Vec::new(), then }
    }

    /// Nodes whose failure domain has this value first: `("dc", "1")`.
    pub fn zone(name: impl Into<String>, value: impl Into<String>, then: B) -> Prefer<B> {
        Prefer { tier: None, zone: vec![(name.into(), value.into())], then }
    }

    fn is_near(&self, node: &Node) -> bool {
        let same = |own: &str, wanted: &str| own.eq_ignore_ascii_case(wanted);
        self.tier.as_ref().is_none_or(|tier| *tier == node.tier)
            && self
                .zone
                .iter()
                .all(|(name, value)| node.zone.iter().any(|(own, at)| same(own, name) && same(at, value)))
    }
}

impl<B: Balance> Balance for Prefer<B> {
    fn choose(&self, candidates: &[Candidate<'_>]) -> usize {
        let near: Vec<usize> =
            (0..candidates.len()).filter(|at| self.is_near(candidates[*at].node)).collect();
        if near.is_empty() {
            return self.then.choose(candidates);
        }
        let chosen: Vec<Candidate<'_>> = near.iter().map(|at| candidates[*at]).collect();
        near[self.then.choose(&chosen).min(near.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes() -> Vec<Node> {
        ["a", "b", "c"]
            .into_iter()
            .map(|name| Node {
                tier: if name == "c" { "hot" } else { "default" }.to_owned(),
                zone: [("DC".to_owned(), name.to_uppercase())].into(),
                ..Node::seed(name, 1)
            })
            .collect()
    }

    fn candidates<'n>(nodes: &'n [Node], in_use: &[usize], latency: &[u64]) -> Vec<Candidate<'n>> {
        let each = nodes.iter().zip(in_use.iter().zip(latency));
        each.map(|(node, (in_use, latency))| Candidate {
            node,
            idle: 1,
            in_use: *in_use,
            latency: Some(Duration::from_micros(*latency)),
        })
        .collect()
    }

    #[test]
    fn in_turn() {
        let nodes = nodes();
        let candidates = candidates(&nodes, &[0, 0, 0], &[1, 1, 1]);
        let turn = RoundRobin::default();
        let chosen: Vec<usize> = (0..7).map(|_| turn.choose(&candidates)).collect();
        assert_eq!(chosen, [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn any() {
        let nodes = nodes();
        let candidates = candidates(&nodes, &[0, 0, 0], &[1, 1, 1]);
        let mut seen = [0; 3];
        (0..3000).for_each(|_| seen[Random.choose(&candidates)] += 1);
        assert!(seen.iter().all(|times| (800..1200).contains(times)), "{seen:?}");
    }

    #[test]
    fn the_least_used() {
        let nodes = nodes();
        assert_eq!(LeastUsed.choose(&candidates(&nodes, &[3, 1, 2], &[1, 1, 1])), 1);
        let alike = candidates(&nodes, &[0, 4, 0], &[1, 1, 1]);
        let seen: std::collections::HashSet<usize> = (0..200).map(|_| LeastUsed.choose(&alike)).collect();
        assert_eq!(seen, [0, 2].into());
    }

    #[test]
    fn the_quicker_of_two() {
        let nodes = nodes();
        // The slowest never serves; with two others, the one that is busier than it is quick does not either.
        let unlike = candidates(&nodes, &[0, 0, 0], &[10, 20, 900]);
        let mut seen = [0; 3];
        (0..3000).for_each(|_| seen[PowerOfTwo.choose(&unlike)] += 1);
        assert!(seen[2] == 0 && seen[0] > seen[1] && seen[1] > 0, "{seen:?}");
        let busy = candidates(&nodes[..2], &[5, 0], &[10, 20]);
        assert!((0..100).all(|_| PowerOfTwo.choose(&busy) == 1));
        assert_eq!(PowerOfTwo.choose(&busy[..1]), 0);
    }

    #[test]
    fn the_nearer() {
        let nodes = nodes();
        let all = candidates(&nodes, &[9, 0, 5], &[1, 1, 1]);
        assert_eq!(Prefer::tier("hot", LeastUsed).choose(&all), 2);
        assert_eq!(Prefer::zone("dc", "a", LeastUsed).choose(&all), 0);
        // None is near.
        assert_eq!(Prefer::zone("dc", "z", LeastUsed).choose(&all), 1);
    }
}
