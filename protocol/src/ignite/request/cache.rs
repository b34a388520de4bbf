//! Key-value operations: one struct for all of the same payload.

use super::super::code::Op;
use super::super::handshake::Agreed;
use super::super::writer::Writer;
use super::{CacheInfo, Request, WriteObject};

macro_rules! family {
    ($(#[$meta:meta])* $family:ident { $($(#[$doc:meta])* $name:ident = $op:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $family { $($(#[$doc])* $name,)+ }

        impl $family {
            fn op(self) -> Op {
                match self { $($family::$name => Op::$op,)+ }
            }
        }
    };
}

family! {
    /// What is done with a whole cache.
    WholeCacheOp {
        /// Removes every entry, without listeners and stores.
        Clear = CacheClear,
        /// Removes every entry.
        RemoveAll = CacheRemoveAll,
    }
}

/// An operation on a whole cache. None is transactional: in a transaction it is refused.
#[derive(Debug, Clone, Copy)]
pub struct WholeCacheRequest<'a> {
    /// The operation.
    pub op: WholeCacheOp,
    /// The cache.
    pub cache: &'a CacheInfo,
}

impl Request for WholeCacheRequest<'_> {
    fn op(&self) -> Op {
        self.op.op()
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write_outside(agreed, w);
    }
}

family! {
    /// What is done with one key.
    KeyOp {
        /// Its value, or null.
        Get = CacheGet,
        /// Its value, or null, and removes it.
        GetAndRemove = CacheGetAndRemove,
        /// Whether there is such an entry.
        ContainsKey = CacheContainsKey,
        /// Removes it, without listeners and stores; not transactional.
        ClearKey = CacheClearKey,
        /// Removes it; whether it was there.
        RemoveKey = CacheRemoveKey,
        /// Its value if the server that is asked holds it, or null.
        LocalPeek = CacheLocalPeek,
    }
}

/// An operation on one key.
#[derive(Debug, Clone, Copy)]
pub struct KeyRequest<'a, K> {
    /// The operation.
    pub op: KeyOp,
    /// The cache.
    pub cache: &'a CacheInfo,
    /// The key.
    pub key: K,
}

impl<K: WriteObject> Request for KeyRequest<'_, K> {
    fn op(&self) -> Op {
        self.op.op()
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        match self.op {
            KeyOp::ClearKey => self.cache.write_outside(agreed, w),
            _ => self.cache.write(agreed, w),
        }
        self.key.write_object(w);
    }
}

family! {
    /// What is done with one key and a value.
    KeyValueOp {
        /// Stores it.
        Put = CachePut,
        /// Stores it where there is none; whether it did.
        PutIfAbsent = CachePutIfAbsent,
        /// Stores it where there is one; whether it did.
        Replace = CacheReplace,
        /// Stores it; the value before, or null.
        GetAndPut = CacheGetAndPut,
        /// Stores it where there is one; the value before, or null.
        GetAndReplace = CacheGetAndReplace,
        /// Stores it where there is none; the value before, or null.
        GetAndPutIfAbsent = CacheGetAndPutIfAbsent,
        /// Removes the entry where it has this value; whether it did.
        RemoveIfEquals = CacheRemoveIfEquals,
    }
}

/// An operation on one key and a value.
#[derive(Debug, Clone, Copy)]
pub struct KeyValueRequest<'a, K, V> {
    /// The operation.
    pub op: KeyValueOp,
    /// The cache.
    pub cache: &'a CacheInfo,
    /// The key.
    pub key: K,
    /// The value.
    pub value: V,
}

impl<K: WriteObject, V: WriteObject> Request for KeyValueRequest<'_, K, V> {
    fn op(&self) -> Op {
        self.op.op()
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write(agreed, w);
        self.key.write_object(w);
        self.value.write_object(w);
    }
}

/// Replaces a value where it is the expected one; whether it did.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceIfEquals<'a, K, V> {
    /// The cache.
    pub cache: &'a CacheInfo,
    /// The key.
    pub key: K,
    /// The value that it must have.
    pub expected: V,
    /// The value that it gets.
    pub value: V,
}

impl<K: WriteObject, V: WriteObject> Request for ReplaceIfEquals<'_, K, V> {
    fn op(&self) -> Op {
        Op::CacheReplaceIfEquals
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write(agreed, w);
        self.key.write_object(w);
        self.expected.write_object(w);
        self.value.write_object(w);
    }
}

family! {
    /// What is done with several keys.
    KeysOp {
        /// The entries that there are.
        GetAll = CacheGetAll,
        /// Whether there is an entry for each.
        ContainsKeys = CacheContainsKeys,
        /// Removes them, without listeners and stores; not transactional.
        ClearKeys = CacheClearKeys,
        /// Removes them.
        RemoveKeys = CacheRemoveKeys,
    }
}

/// An operation on several keys; none is allowed.
#[derive(Debug, Clone, Copy)]
pub struct KeysRequest<'a, K> {
    /// The operation.
    pub op: KeysOp,
    /// The cache.
    pub cache: &'a CacheInfo,
    /// The keys.
    pub keys: &'a [K],
}

impl<K: WriteObject> Request for KeysRequest<'_, K> {
    fn op(&self) -> Op {
        self.op.op()
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        match self.op {
            KeysOp::ClearKeys => self.cache.write_outside(agreed, w),
            _ => self.cache.write(agreed, w),
        }
        w.count(self.keys.len());
        for key in self.keys {
            key.write_object(w);
        }
    }
}

/// Stores several entries.
#[derive(Debug, Clone, Copy)]
pub struct PutAll<'a, K, V> {
    /// The cache.
    pub cache: &'a CacheInfo,
    /// The entries.
    pub entries: &'a [(K, V)],
}

impl<K: WriteObject, V: WriteObject> Request for PutAll<'_, K, V> {
    fn op(&self) -> Op {
        Op::CachePutAll
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write(agreed, w);
        w.count(self.entries.len());
        for (key, value) in self.entries {
            key.write_object(w);
            value.write_object(w);
        }
    }
}

/// Which copies of entries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PeekMode {
    /// All.
    All = 0,
    /// In near caches.
    Near = 1,
    /// On primary nodes.
    Primary = 2,
    /// On backup nodes.
    Backup = 3,
    /// On the heap.
    OnHeap = 4,
    /// Off the heap.
    OffHeap = 5,
}

/// How many entries there are. The server counts outside of transactions, so none is named.
#[derive(Debug, Clone, Copy)]
pub struct GetSize<'a> {
    /// The cache.
    pub cache: &'a CacheInfo,
    /// Which copies; none is as [`PeekMode::All`].
    pub modes: &'a [PeekMode],
}

impl Request for GetSize<'_> {
    fn op(&self) -> Op {
        Op::CacheGetSize
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.cache.write_bare(agreed, w);
        w.count(self.modes.len());
        for mode in self.modes {
            w.u8(*mode as u8);
        }
    }
}
