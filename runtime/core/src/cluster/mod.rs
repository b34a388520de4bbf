//! Clusters: what a driver tells the pool of the nodes that connections can lead to.
//!
//! A driver knows how to connect to one node, how to ask for the others, and which of them owns the rows of a statement.
//! Everything else is the pool's and pure: which node serves next ([`Balance`]), what is done about nodes that fail
//! (`breaker`), what a changed catalog means for the connections there are (`nodes`).

mod balance;
mod breaker;
mod nodes;
mod options;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

pub use balance::{Balance, Candidate, LeastUsed, PowerOfTwo, Prefer, Random, RoundRobin};
pub use nodes::NodeStats;
pub(crate) use nodes::{NodeIndex, Nodes};
pub use options::{ClusterOptions, Ejection, Role};

use crate::backend::Backend;
use crate::error::Result;
use crate::key::RowKey;

/// The nodes of a cluster, as a driver sees them; [`Single`] where all connections of a pool are alike.
pub trait Cluster<B: Backend>: Sized + Send + Sync + 'static {
    /// What is kept for the life of a pool, with the options that the pool was given; `None` where all its connections
    /// lead to one place or the driver chooses by itself.
    fn of(options: &B::Options, cluster: &ClusterOptions) -> Option<Self>;

    /// The nodes that the user named, known by their address only.
    fn seeds(&self) -> Vec<Node>;

    /// Makes a connection to this node and no other.
    fn connect(
        &self,
        options: &B::Options,
        node: &Node,
    ) -> impl Future<Output = Result<B::Connection>> + Send;

    /// Asks a server for the nodes of its cluster. `seeds` are those of [`seeds`](Cluster::seeds) in their order.
    fn discover(
        &self,
        connection: &mut B::Connection,
        seeds: &[Node],
    ) -> impl Future<Output = Result<Discovered>> + Send;

    /// The [group](Node::group) of nodes that holds the rows of a key, where that is known.
    fn owner(&self, key: &RowKey<'_>) -> Option<Owner>;

    /// The same of several keys, in their order, all by one look at what is known, so that equal keys have one owner even
    /// while rows move: a statement is split by it. `None` where one is not known.
    fn owners<'k>(&self, keys: &mut dyn Iterator<Item = RowKey<'k>>) -> Option<Vec<Owner>>;
}

/// Where a statement belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The [group](Node::group) of nodes that holds its rows.
    pub group: Arc<str>,
}

/// What [`Cluster::discover`] found.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// All nodes of the cluster.
    pub nodes: Vec<Node>,
    /// The [id](Node::id) of the node behind each seed, in the order of the seeds; `None` where it is not known.
    pub seeds: Vec<Option<String>>,
    /// What was asked for, and what of it the user may not read.
    pub steps: Vec<Step>,
}

/// One part of what is asked for when nodes are discovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is: `instances`, `masters`.
    pub name: &'static str,
    /// Why it is not known, and what would help; `None` where it is.
    pub missing: Option<String>,
}

/// One node of a cluster, as its catalog has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// What names it for ever: the UUID of an instance; `host:port` of a seed of which no more is known.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// The host that clients reach it by.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The tier it belongs to; empty where there are none, or it is not known.
    pub tier: String,
    /// The group of nodes that hold the same rows; empty where that is not known.
    pub group: String,
    /// Whether it leads its group; `None` where that is not known.
    pub leader: Option<bool>,
    /// Whether the cluster believes that it works.
    pub online: bool,
    /// Where it stands: `dc` → `1`, `rack` → `7`.
    pub zone: BTreeMap<String, String>,
}

impl Node {
    /// A node of which only the address is known.
    pub fn seed(host: &str, port: u16) -> Node {
        let id = match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        };
        Node { id, host: host.to_owned(), port, online: true, ..Node::default() }
    }
}

/// All connections of a pool lead to one place, or the driver chooses by itself. There is no value of it.
#[derive(Debug)]
pub enum Single {}

impl<B: Backend<Cluster = Single>> Cluster<B> for Single {
    fn of(_: &B::Options, _: &ClusterOptions) -> Option<Single> {
        None
    }

    fn seeds(&self) -> Vec<Node> {
        match *self {}
    }

    async fn connect(&self, _: &B::Options, _: &Node) -> Result<B::Connection> {
        match *self {}
    }

    async fn discover(&self, _: &mut B::Connection, _: &[Node]) -> Result<Discovered> {
        match *self {}
    }

    fn owner(&self, _: &RowKey<'_>) -> Option<Owner> {
        match *self {}
    }

    fn owners<'k>(&self, _: &mut dyn Iterator<Item = RowKey<'k>>) -> Option<Vec<Owner>> {
        match *self {}
    }
}

/// A time that is up to a tenth longer or shorter, so that many clients do not act as one.
pub(crate) fn jittered(time: Duration) -> Duration {
    time.mul_f64(0.9 + 0.2 * fastrand::f64())
}
