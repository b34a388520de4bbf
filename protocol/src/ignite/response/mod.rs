//! What a server answers: a header, and the operation's own payload.
//!
//! [`Header::read`] says whose answer it is and whether it is one; what follows is read by the function or type that
//! belongs to the request.

mod affinity;
mod cluster;
mod page;
mod plain;

use super::code::{Op, Status, Version};
use super::error::DecodeError;
use super::handshake::Agreed;
use super::reader::Reader;
use super::value::read_string;

pub use affinity::{AffinityKey, GroupCache, GroupMapping, NodePartitions, Partitions};
pub use cluster::{
    Endpoints, NodeEndpoint, NodeIds, NodeInfo, NodeVersion, cluster_state, data_center_nodes, node_infos,
};
pub use page::{Page, Rows, ScanRows};
pub use plain::{
    binary_configuration, binary_type, boolean, cache_configuration, cache_names, empty, entries,
    idle_timeout_ms, object, size, tx_id, type_name,
};

type Result<T> = std::result::Result<T, DecodeError>;

/// A version of the topology: a change of nodes, and one of partitions within it. Both change when a node goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AffinityVersion {
    /// Counts changes of nodes.
    pub major: i64,
    /// Counts changes of partitions since.
    pub minor: i32,
}

impl AffinityVersion {
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<AffinityVersion> {
        Ok(AffinityVersion { major: r.i64()?, minor: r.i32()? })
    }
}

/// An error as the server said it. Its message may hold keys, values and arguments.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    /// The status.
    pub status: Status,
    /// The words.
    pub message: String,
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Failure").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The header of an answer or a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The id of the request; of a notification, that of the resource.
    pub id: i64,
    /// Set on the first answer of a connection, and once after each change; from 1.4 on.
    pub topology: Option<AffinityVersion>,
    /// What a notification is about; `None` for an answer.
    pub notification: Option<Op>,
    /// Why there is no payload.
    pub failure: Option<Failure>,
}

const FAILED: u16 = 1;
const TOPOLOGY: u16 = 2;
const NOTIFICATION: u16 = 4;

impl Header {
    /// Reads the header; the reader then stands at the payload.
    ///
    /// # Errors
    /// Where it ends too early, or has a flag or operation that is not known.
    pub fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<Header> {
        let id = r.i64()?;
        if agreed.version < Version::V1_4 {
            let status = Status(r.i32()?);
            let failure = if status == Status::SUCCESS { None } else { Some(failure(r, status)?) };
            return Ok(Header { id, topology: None, notification: None, failure });
        }
        let at = r.position();
        let flags = r.u16()?;
        if flags & !(FAILED | TOPOLOGY | NOTIFICATION) != 0 {
            return Err(DecodeError::unknown(at, "response flags", i64::from(flags)));
        }
        let topology = if flags & TOPOLOGY != 0 { Some(AffinityVersion::read(r)?) } else { None };
        let notification = if flags & NOTIFICATION != 0 { Some(notification(r)?) } else { None };
        let failure = if flags & FAILED != 0 {
            let status = Status(r.i32()?);
            Some(failure(r, status)?)
        } else {
            None
        };
        Ok(Header { id, topology, notification, failure })
    }
}

fn notification(r: &mut Reader<'_>) -> Result<Op> {
    let at = r.position();
    let code = r.i16()?;
    Op::from_code(code).ok_or(DecodeError::unknown(at, "notification", i64::from(code)))
}

fn failure(r: &mut Reader<'_>, status: Status) -> Result<Failure> {
    let message = read_string(r)?.unwrap_or_default().into_owned();
    Ok(Failure { status, message })
}
