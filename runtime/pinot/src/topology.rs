//! Which broker is asked: a pure function of the brokers, the tables of a query, whose turn it is, and who failed lately.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use querent_core::url::Host;
use querent_protocol::pinot::describe::Broker;

/// Host and port of a broker, as a URL has them.
pub(crate) type Authority = Arc<str>;

/// How long a broker that could not be reached is asked after the others.
pub(crate) const REST: Duration = Duration::from_secs(10);

/// The brokers, and the tables that they serve.
#[derive(Debug, Default)]
pub(crate) struct Topology {
    brokers: Vec<Authority>,
    /// By lower-case name: servers compare names so. Indices of brokers.
    tables: HashMap<String, BTreeSet<usize>>,
}

impl Topology {
    /// Brokers that serve whatever there is.
    pub(crate) fn of_brokers(brokers: impl IntoIterator<Item = Broker>) -> Topology {
        let brokers: BTreeSet<Authority> = brokers.into_iter().map(authority).collect();
        Topology { brokers: brokers.into_iter().collect(), tables: HashMap::new() }
    }

    /// The brokers of each table.
    pub(crate) fn of_tables(tables: BTreeMap<String, Vec<Broker>>) -> Topology {
        let mut topology = Topology::of_brokers(tables.values().flatten().cloned());
        for (table, brokers) in tables {
            let serving = brokers.into_iter().filter_map(|broker| {
                let broker = authority(broker);
                topology.brokers.binary_search(&broker).ok()
            });
            let serving = serving.collect();
            topology.tables.insert(table.to_lowercase(), serving);
        }
        topology
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.brokers.is_empty()
    }

    /// The brokers that serve all of these tables; names that are none of a table's are let pass, and all brokers are
    /// meant where none serves all.
    pub(crate) fn serving(&self, names: impl Iterator<Item = String>) -> Vec<Authority> {
        let mut serving: Option<BTreeSet<usize>> = None;
        if !self.tables.is_empty() {
            for brokers in names.filter_map(|name| self.tables.get(&name.to_lowercase())) {
                serving = Some(match serving {
                    Some(earlier) => earlier.intersection(brokers).copied().collect(),
                    None => brokers.clone(),
                });
            }
        }
        match serving {
            Some(serving) if !serving.is_empty() => {
                serving.iter().map(|at| self.brokers[*at].clone()).collect()
            }
            _ => self.brokers.clone(),
        }
    }
}

/// The order in which brokers are asked: in turn, those that failed lately last.
pub(crate) fn order(
    mut brokers: Vec<Authority>,
    turn: usize,
    failed: &HashMap<Authority, Instant>,
    now: Instant,
) -> Vec<Authority> {
    if !brokers.is_empty() {
        let first = turn % brokers.len();
        brokers.rotate_left(first);
    }
    let rests =
        |broker: &Authority| failed.get(broker).is_some_and(|at| now.saturating_duration_since(*at) < REST);
    brokers.sort_by_key(rests);
    brokers
}

fn authority(broker: Broker) -> Authority {
    Host { name: broker.host, port: broker.port }.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker(host: &str) -> Broker {
        Broker { host: host.to_owned(), port: 1 }
    }

    fn topology() -> Topology {
        let tables = [("t", vec!["a", "b"]), ("u", vec!["b", "c"]), ("v", vec!["c"]), ("::", vec![])];
        let tables = tables
            .into_iter()
            .map(|(name, hosts)| (name.to_owned(), hosts.into_iter().map(broker).collect()));
        Topology::of_tables(tables.collect())
    }

    #[track_caller]
    fn serve(names: &[&str], expected: &[&str]) {
        let serving = topology().serving(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(serving.iter().map(|broker| &**broker).collect::<Vec<_>>(), expected, "{names:?}");
    }

    #[test]
    fn brokers_serve_all_tables_of_a_query() {
        serve(&["t"], &["a:1", "b:1"]);
        serve(&["SELECT", "T", "x"], &["a:1", "b:1"]);
        serve(&["t", "u"], &["b:1"]);
        serve(&["t", "v"], &["a:1", "b:1", "c:1"]);
        serve(&["other"], &["a:1", "b:1", "c:1"]);
        serve(&[], &["a:1", "b:1", "c:1"]);
        let tenant = Topology::of_brokers([broker("::1"), broker("b"), broker("b")]);
        let serving = tenant.serving(["t".to_owned()].into_iter());
        assert_eq!(serving.iter().map(|broker| &**broker).collect::<Vec<_>>(), ["[::1]:1", "b:1"]);
        assert!(Topology::default().is_empty() && Topology::default().serving(std::iter::empty()).is_empty());
    }

    #[test]
    fn brokers_take_turns_and_those_that_failed_come_last() {
        let now = Instant::now() + 2 * REST;
        let failed = |list: &[(&str, Duration)]| -> HashMap<Authority, Instant> {
            list.iter().map(|(broker, ago)| (Authority::from(*broker), now - *ago)).collect()
        };
        let check = |turn: usize, failed: &HashMap<Authority, Instant>, expected: &str| {
            let brokers = ["a", "b", "c"].map(Authority::from).to_vec();
            assert_eq!(order(brokers, turn, failed, now).concat(), expected);
        };
        check(0, &failed(&[]), "abc");
        check(4, &failed(&[]), "bca");
        check(usize::MAX, &failed(&[]), "abc");
        check(1, &failed(&[("b", Duration::ZERO)]), "cab");
        check(1, &failed(&[("b", REST)]), "bca");
        check(0, &failed(&[("a", Duration::ZERO), ("b", Duration::ZERO), ("c", Duration::ZERO)]), "abc");
        assert!(order(Vec::new(), 3, &failed(&[]), now).is_empty());
    }
}
