//! The cluster: its state, its nodes, where they listen.

use querent_types::value::Uuid;

use super::super::code::Feature;
use super::super::error::DecodeError;
use super::super::handshake::Agreed;
use super::super::reader::Reader;
use super::super::request::ClusterState;
use super::super::uuid;
use super::super::value::{code, read_string, skip};
use super::Result;

/// Reads the state of a cluster.
pub fn cluster_state(r: &mut Reader<'_>, agreed: &Agreed) -> Result<ClusterState> {
    let at = r.position();
    let state = match (r.i8()?, agreed.has(Feature::ClusterStates)) {
        (0, _) => ClusterState::Inactive,
        (1, _) | (_, false) => ClusterState::Active,
        (2, true) => ClusterState::ActiveReadOnly,
        (other, true) => return Err(DecodeError::unknown(at, "cluster state", i64::from(other))),
    };
    r.end()?;
    Ok(state)
}

/// The ids of nodes, where the topology changed since the version that was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeIds {
    /// The version of the topology.
    pub topology: i64,
    /// The nodes.
    pub nodes: Vec<Uuid>,
}

impl NodeIds {
    /// Reads the answer; `None` where nothing changed.
    ///
    /// # Errors
    /// Where it ends too early.
    pub fn read(r: &mut Reader<'_>) -> Result<Option<NodeIds>> {
        let changed = r.bool()?;
        let ids = if changed { Some(NodeIds { topology: r.i64()?, nodes: ids(r)? }) } else { None };
        r.end()?;
        Ok(ids)
    }
}

/// Reads the ids of the nodes of a data centre.
pub fn data_center_nodes(r: &mut Reader<'_>) -> Result<Vec<Uuid>> {
    let nodes = ids(r)?;
    r.end()?;
    Ok(nodes)
}

fn ids(r: &mut Reader<'_>) -> Result<Vec<Uuid>> {
    (0..r.count(16)?).map(|_| uuid::read(r)).collect()
}

/// What is known of a node.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// Its id.
    pub id: Uuid,
    /// Its attributes, values as objects: its environment and properties among them, which may hold secrets.
    pub attributes: Vec<(String, Vec<u8>)>,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its host names.
    pub host_names: Vec<String>,
    /// When it joined, counted.
    pub order: i64,
    /// Whether it is the one that was asked.
    pub is_local: bool,
    /// Whether it is hidden; servers before 2.14.
    pub is_daemon: bool,
    /// Whether it holds no data.
    pub is_client: bool,
    /// The id that it keeps, as an object.
    pub consistent_id: Vec<u8>,
    /// Its Ignite.
    pub version: NodeVersion,
}

impl std::fmt::Debug for NodeInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut s = f.debug_struct("NodeInfo");
        s.field("id", &self.id).field("version", &self.version).finish_non_exhaustive()
    }
}

/// A version of Ignite.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeVersion {
    /// 2.
    pub major: i8,
    /// 17 in 2.17.0.
    pub minor: i8,
    /// 0 in 2.17.0.
    pub maintenance: i8,
    /// What follows a hyphen.
    pub stage: String,
    /// When it was built, in seconds since 1970.
    pub built_s: i64,
}

impl NodeVersion {
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<NodeVersion> {
        let version = NodeVersion {
            major: r.i8()?,
            minor: r.i8()?,
            maintenance: r.i8()?,
            stage: read_string(r)?.unwrap_or_default().into_owned(),
            built_s: r.i64()?,
        };
        // The hash of its commit.
        skip(r)?;
        Ok(version)
    }
}

/// Reads what is known of nodes.
pub fn node_infos(r: &mut Reader<'_>) -> Result<Vec<NodeInfo>> {
    let nodes = (0..r.count(17)?).map(|_| NodeInfo::read(r)).collect::<Result<_>>()?;
    r.end()?;
    Ok(nodes)
}

impl NodeInfo {
    fn read(r: &mut Reader<'_>) -> Result<NodeInfo> {
        let at = r.position();
        let id = uuid::read_object(r)?.ok_or(DecodeError::expected(at, "the id of a node"))?;
        let attributes = (0..r.count(2)?).map(|_| {
            let name = read_string(r)?.unwrap_or_default().into_owned();
            Ok((name, r.body()[skip(r)?].to_vec()))
        });
        Ok(NodeInfo {
            id,
            attributes: attributes.collect::<Result<_>>()?,
            addresses: strings(r)?,
            host_names: strings(r)?,
            order: r.i64()?,
            is_local: r.bool()?,
            is_daemon: r.bool()?,
            is_client: r.bool()?,
            consistent_id: r.body()[skip(r)?].to_vec(),
            version: NodeVersion::read(r)?,
        })
    }
}

/// Reads a collection of strings, or null.
fn strings(r: &mut Reader<'_>) -> Result<Vec<String>> {
    let at = r.position();
    match r.u8()? {
        code::NULL => Ok(Vec::new()),
        code::COLLECTION => {
            let count = r.count(1)?;
            r.i8()?;
            (0..count).map(|_| Ok(read_string(r)?.unwrap_or_default().into_owned())).collect()
        }
        _ => Err(DecodeError::expected(at, "a collection of strings or null")),
    }
}

/// Where nodes listen for clients, and which are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The version of the topology.
    pub topology: i64,
    /// Nodes that came.
    pub added: Vec<NodeEndpoint>,
    /// Nodes that went.
    pub removed: Vec<Uuid>,
}

/// Where a node listens, as it sees itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeEndpoint {
    /// Its id.
    pub node: Uuid,
    /// The port.
    pub port: u16,
    /// Its addresses and host names.
    pub addresses: Vec<String>,
}

impl Endpoints {
    /// Reads the answer.
    ///
    /// # Errors
    /// Where it ends too early, or a port is none.
    pub fn read(r: &mut Reader<'_>) -> Result<Endpoints> {
        let topology = r.i64()?;
        let added = (0..r.count(24)?).map(|_| NodeEndpoint::read(r)).collect::<Result<_>>()?;
        let removed = ids(r)?;
        r.end()?;
        Ok(Endpoints { topology, added, removed })
    }
}

impl NodeEndpoint {
    fn read(r: &mut Reader<'_>) -> Result<NodeEndpoint> {
        let node = uuid::read(r)?;
        let at = r.position();
        let port = u16::try_from(r.i32()?).map_err(|_| DecodeError::expected(at, "a port"))?;
        let addresses = (0..r.count(1)?).map(|_| Ok(read_string(r)?.unwrap_or_default().into_owned()));
        Ok(NodeEndpoint { node, port, addresses: addresses.collect::<Result<_>>()? })
    }
}
