//! What a client sends: a header of operation and id, and the operation's own payload.
//!
//! One struct an operation, or one for operations of the same payload. [`encode`] makes the frame. A payload that depends
//! on what was [agreed on](Agreed) looks there; what the server is too old for is refused here, not sent.

mod affinity;
mod binary;
mod cache;
mod caches;
mod cluster;
mod conflict;
mod connection;
mod info;
mod query;
mod transaction;

use super::code::Op;
use super::handshake::Agreed;
use super::writer::{EncodeError, Writer};

pub use affinity::CachePartitions;
pub use binary::{BinaryConfigurationGet, TypeGet, TypeNameGet, TypeNamePut, TypePut};
pub use cache::{
    GetSize, KeyOp, KeyRequest, KeyValueOp, KeyValueRequest, KeysOp, KeysRequest, PeekMode, PutAll,
    ReplaceIfEquals, WholeCacheOp, WholeCacheRequest,
};
pub use caches::{CacheByName, CacheNames, Configuration, CreateOp, CreateWith, Destroy, NameOp};
pub use cluster::{
    ChangeState, ClusterState, DataCenterNodes, GetState, GroupNodeIds, GroupNodeInfo, NodeEndpoints,
    NodeFilter,
};
pub use conflict::{EntryVersion, PutAllConflict, RemoveAllConflict};
pub use connection::{Heartbeat, IdleTimeout, ResourceClose};
pub use info::{CacheInfo, Expiry, ExpiryPolicy};
pub use query::{Scan, ScanFilter, ScanPage, SqlFields, SqlFieldsPage, StatementType};
pub use transaction::{Concurrency, Isolation, TxEnd, TxStart};

/// An operation with its arguments.
pub trait Request {
    /// The operation.
    fn op(&self) -> Op;
    /// Writes the payload, which follows the header.
    fn write(&self, agreed: &Agreed, w: &mut Writer);
}

/// Something that writes itself as one object: a type code and what follows it.
///
/// Closures do, so that values of any origin can be keys, values and arguments.
pub trait WriteObject {
    /// Writes the object.
    fn write_object(&self, w: &mut Writer);
}

impl<F: Fn(&mut Writer)> WriteObject for F {
    fn write_object(&self, w: &mut Writer) {
        self(w);
    }
}

/// An object whose bytes are there already.
#[derive(Clone, Copy)]
pub struct Encoded<'a>(pub &'a [u8]);

impl WriteObject for Encoded<'_> {
    fn write_object(&self, w: &mut Writer) {
        w.bytes(self.0);
    }
}

/// A request for one key with a small value fits.
const FRAME_LEN_USUAL: usize = 128;

/// The frame of a request, at most `len_max` bytes long.
///
/// # Errors
/// Where it would be longer, an argument has no form on the wire, or the server is too old for the operation.
pub fn encode<R: Request + ?Sized>(
    request: &R,
    id: i64,
    agreed: &Agreed,
    len_max: usize,
) -> Result<Vec<u8>, EncodeError> {
    let op = request.op();
    if let Some(feature) = op.feature().filter(|feature| !agreed.has(*feature)) {
        return Err(EncodeError::Missing { what: op.name(), since: feature.since() });
    }
    if agreed.version < op.since() {
        return Err(EncodeError::Missing { what: op.name(), since: "a later version of the protocol" });
    }
    let mut w = Writer::with_capacity(len_max, FRAME_LEN_USUAL);
    w.i32(0);
    w.i16(op.code());
    w.i64(id);
    request.write(agreed, &mut w);
    w.finish_frame()
}
