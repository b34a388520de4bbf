//! The cluster: its state, its nodes, where they listen.

use querent_types::value::Uuid;

use super::super::code::{Feature, Op};
use super::super::handshake::Agreed;
use super::super::uuid;
use super::super::value::write_string;
use super::super::writer::{EncodeError, Writer};
use super::Request;

/// Whether a cluster serves its caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ClusterState {
    /// It does not.
    Inactive = 0,
    /// It does.
    Active = 1,
    /// It serves reads only.
    ActiveReadOnly = 2,
}

/// Asks for the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetState;

impl Request for GetState {
    fn op(&self) -> Op {
        Op::ClusterGetState
    }

    fn write(&self, _: &Agreed, _: &mut Writer) {}
}

/// Changes the state, which may take seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeState {
    /// What it shall be.
    pub state: ClusterState,
    /// Whether to deactivate even though caches in memory lose what they hold; sent where
    /// [`Feature::ForceDeactivationFlag`] is, and what servers do that do not know it.
    pub force: bool,
}

impl Request for ChangeState {
    fn op(&self) -> Op {
        Op::ClusterChangeState
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        match (agreed.has(Feature::ClusterStates), self.state) {
            (true, state) => w.u8(state as u8),
            (false, ClusterState::ActiveReadOnly) => w.fail(EncodeError::Missing {
                what: "the read-only state",
                since: Feature::ClusterStates.since(),
            }),
            (false, state) => w.bool(state == ClusterState::Active),
        }
        if agreed.has(Feature::ForceDeactivationFlag) {
            w.bool(self.force);
        }
    }
}

/// Which nodes of a cluster are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeFilter<'a> {
    /// Those with an attribute of this name and value.
    Attribute(&'a str, &'a str),
    /// The servers.
    Servers,
    /// The clients.
    Clients,
}

/// Asks for the ids of nodes.
#[derive(Debug, Clone, Copy)]
pub struct GroupNodeIds<'a> {
    /// The topology version that is known already; the answer is empty where there is none later. -1 for none.
    pub known_topology: i64,
    /// All of them must hold.
    pub filters: &'a [NodeFilter<'a>],
}

impl Request for GroupNodeIds<'_> {
    fn op(&self) -> Op {
        Op::ClusterGroupNodeIds
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        const ATTRIBUTE: i16 = 1;
        const SERVERS: i16 = 2;
        w.i64(self.known_topology);
        w.count(self.filters.len());
        for filter in self.filters {
            match filter {
                NodeFilter::Attribute(name, value) => {
                    w.i16(ATTRIBUTE);
                    write_string(w, Some(name));
                    write_string(w, Some(value));
                }
                NodeFilter::Servers | NodeFilter::Clients => {
                    w.i16(SERVERS);
                    w.bool(*filter == NodeFilter::Servers);
                }
            }
        }
    }
}

/// Asks for what is known of nodes.
#[derive(Debug, Clone, Copy)]
pub struct GroupNodeInfo<'a>(pub &'a [Uuid]);

impl Request for GroupNodeInfo<'_> {
    fn op(&self) -> Op {
        Op::ClusterGroupNodeInfo
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.count(self.0.len());
        for id in self.0 {
            uuid::write(w, *id);
        }
    }
}

/// Asks where nodes listen for clients, as they see themselves: hints, for behind a network of containers they cannot be
/// reached there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeEndpoints {
    /// The topology version that is known already; -1 for none.
    pub from_topology: i64,
    /// The last one that is of interest; -1 for the latest.
    pub to_topology: i64,
}

impl Request for NodeEndpoints {
    fn op(&self) -> Op {
        Op::ClusterGroupNodeEndpoints
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i64(self.from_topology);
        w.i64(self.to_topology);
    }
}

/// Asks for the ids of the nodes of a data centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataCenterNodes<'a>(pub &'a str);

impl Request for DataCenterNodes<'_> {
    fn op(&self) -> Op {
        Op::ClusterDataCenterNodes
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        write_string(w, Some(self.0));
    }
}
