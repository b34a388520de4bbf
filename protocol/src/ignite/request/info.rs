//! What precedes the payload of each operation on a cache: which one, and how.

use super::super::code::Version;
use super::super::handshake::Agreed;
use super::super::writer::{EncodeError, Writer};

/// Which cache an operation is for, and how: the prefix of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheInfo {
    /// Java's hash of the cache's name; 0 for SQL that names its schema.
    pub cache_id: i32,
    /// Whether values are left in binary form on the server, as a client that knows no Java classes needs.
    pub keep_binary: bool,
    /// An expiry policy for what this operation touches; from 1.6 on.
    pub expiry: Option<ExpiryPolicy>,
    /// The transaction, by its id on this connection; from 1.5 on.
    ///
    /// The server (2.17.0) takes an id that it does not know for none at all and writes outside of any transaction: never
    /// send that of one that has ended.
    pub tx_id: Option<i32>,
}

const KEEP_BINARY: u8 = 1;
const IN_TRANSACTION: u8 = 2;
const WITH_EXPIRY: u8 = 4;

impl CacheInfo {
    /// A cache, its values kept in binary form, no expiry policy, no transaction.
    pub fn new(cache_id: i32) -> CacheInfo {
        CacheInfo { cache_id, keep_binary: true, expiry: None, tx_id: None }
    }

    pub(super) fn write(&self, agreed: &Agreed, w: &mut Writer) {
        let mut flags = 0;
        if self.keep_binary {
            flags |= KEEP_BINARY;
        }
        if self.tx_id.is_some() {
            flags |= IN_TRANSACTION;
        }
        if self.expiry.is_some() {
            flags |= WITH_EXPIRY;
        }
        w.i32(self.cache_id);
        w.u8(flags);
        if let Some(policy) = &self.expiry {
            if agreed.version < Version::V1_6 {
                w.fail(EncodeError::Missing {
                    what: "expiry policies",
                    since: "version 1.6 of the protocol",
                });
            }
            policy.write(w);
        }
        if let Some(tx_id) = self.tx_id {
            if agreed.version < Version::V1_5 {
                w.fail(EncodeError::Missing { what: "transactions", since: "version 1.5 of the protocol" });
            }
            w.i32(tx_id);
        }
    }

    /// The prefix of an operation that the server would run outside of the transaction.
    pub(super) fn write_outside(&self, agreed: &Agreed, w: &mut Writer) {
        if self.tx_id.is_some() {
            w.fail(EncodeError::Unsendable("clearing a cache and removing all of it are not transactional"));
        }
        self.write(agreed, w);
    }

    /// The prefix without the transaction, for operations that take none.
    pub(super) fn write_bare(&self, agreed: &Agreed, w: &mut Writer) {
        CacheInfo { tx_id: None, ..*self }.write(agreed, w);
    }
}

/// How long entries live after they were created, updated and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiryPolicy {
    /// After it was created.
    pub create: Expiry,
    /// After it was updated.
    pub update: Expiry,
    /// After it was read.
    pub access: Expiry,
}

impl ExpiryPolicy {
    pub(crate) fn write(&self, w: &mut Writer) {
        for expiry in [self.create, self.update, self.access] {
            w.i64(expiry.to_wire());
        }
    }
}

/// How long an entry lives from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// As long as it would have.
    Unchanged,
    /// For ever.
    Eternal,
    /// Not at all.
    Zero,
    /// So many milliseconds; past `i64` it is for ever.
    Millis(u64),
}

impl Expiry {
    pub(crate) fn to_wire(self) -> i64 {
        match self {
            Expiry::Unchanged => -2,
            Expiry::Eternal => -1,
            Expiry::Zero => 0,
            Expiry::Millis(millis) => i64::try_from(millis).unwrap_or(-1),
        }
    }

    pub(crate) fn from_wire(number: i64) -> Option<Expiry> {
        match number {
            -2 => Some(Expiry::Unchanged),
            -1 => Some(Expiry::Eternal),
            0 => Some(Expiry::Zero),
            number => u64::try_from(number).ok().map(Expiry::Millis),
        }
    }
}
