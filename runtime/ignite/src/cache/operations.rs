//! The key-value operations of a cache.

use std::borrow::Borrow;

use querent_core::types::value::Uuid;
use querent_core::{Executor, Result, Source};
use querent_protocol::ignite::request::{KeyOp, KeyValueOp, KeysOp, PeekMode, WholeCacheOp};
use querent_protocol::ignite::response;

use super::run::{self, Done, Operation, all_empty, all_true};
use super::{Cache, on_connection, scan};
use crate::Ignite;
use crate::error::{self, Effect};
use crate::link::{Link, Pack};
use crate::object::{Cell, FromObject, ToObject};

impl<S: Source<Backend = Ignite>, K: ToObject, V> Cache<S, K, V> {
    /// An operation on one key.
    async fn keyed<'e, Q: ToObject + ?Sized>(
        &self,
        on: impl Executor<'e, S>,
        op: KeyOp,
        key: &Q,
    ) -> Result<Done> {
        self.run(on, Operation::Key(op), &|packer| packer.add(key)).await
    }

    /// An operation on one key and a value.
    async fn valued<'e, Q: ToObject + ?Sized, W: ToObject + ?Sized>(
        &self,
        on: impl Executor<'e, S>,
        op: KeyValueOp,
        key: &Q,
        value: &W,
    ) -> Result<Done> {
        self.run(on, Operation::KeyValue(op), &|packer| {
            packer.add(key);
            packer.add(value);
        })
        .await
    }

    /// An operation on several keys.
    async fn many<'e, Q: ToObject>(&self, on: impl Executor<'e, S>, op: KeysOp, keys: &[Q]) -> Result<Done> {
        self.run(on, Operation::Keys(op), &|packer| {
            for key in keys {
                packer.add(key);
            }
        })
        .await
    }

    /// The node that requests for this key go to: the one that holds it. `None` where that cannot be told, as of a cache
    /// with an affinity function of its own; such requests go to any node.
    pub async fn node<'e, Q: ToObject + ?Sized>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
    ) -> Result<Option<Uuid>>
    where
        K: Borrow<Q>,
    {
        on_connection(on.into_session(), self.timeout, Effect::Reads, async |connection| {
            let link = Link::of(connection)?;
            let packed = link.pack(&|packer| packer.add(key)).await?;
            let map = link.grid.map_for(self.target.cache_id, &link.main).await;
            Ok(map.node(self.target.cache_id, packed.get(0), link.types()))
        })
        .await
    }

    /// Whether there is an entry of this key.
    pub async fn contains_key<'e, Q: ToObject + ?Sized>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
    ) -> Result<bool>
    where
        K: Borrow<Q>,
    {
        all_true(&self.keyed(on, KeyOp::ContainsKey, key).await?)
    }

    /// Whether there is an entry of each key.
    pub async fn contains_keys<'e, Q: ToObject>(&self, on: impl Executor<'e, S>, keys: &[Q]) -> Result<bool>
    where
        K: Borrow<Q>,
    {
        all_true(&self.many(on, KeysOp::ContainsKeys, keys).await?)
    }

    /// Removes an entry; whether there was one.
    pub async fn remove<'e, Q: ToObject + ?Sized>(&self, on: impl Executor<'e, S>, key: &Q) -> Result<bool>
    where
        K: Borrow<Q>,
    {
        all_true(&self.keyed(on, KeyOp::RemoveKey, key).await?)
    }

    /// Removes entries. Split over nodes it is not atomic: [`Parts::of`](crate::Parts::of) tells what became of each part.
    pub async fn remove_keys<'e, Q: ToObject>(&self, on: impl Executor<'e, S>, keys: &[Q]) -> Result<()>
    where
        K: Borrow<Q>,
    {
        all_empty(&self.many(on, KeysOp::RemoveKeys, keys).await?)
    }

    /// Removes an entry without telling listeners and stores; refused in a transaction, which the server would ignore.
    pub async fn clear_key<'e, Q: ToObject + ?Sized>(&self, on: impl Executor<'e, S>, key: &Q) -> Result<()>
    where
        K: Borrow<Q>,
    {
        all_empty(&self.keyed(on, KeyOp::ClearKey, key).await?)
    }

    /// Removes entries without telling listeners and stores; refused in a transaction. Split over nodes it is not atomic.
    pub async fn clear_keys<'e, Q: ToObject>(&self, on: impl Executor<'e, S>, keys: &[Q]) -> Result<()>
    where
        K: Borrow<Q>,
    {
        all_empty(&self.many(on, KeysOp::ClearKeys, keys).await?)
    }

    /// Removes every entry without telling listeners and stores; refused in a transaction, which the server would ignore.
    pub async fn clear<'e>(&self, on: impl Executor<'e, S>) -> Result<()> {
        self.whole(on, WholeCacheOp::Clear).await
    }

    /// Removes every entry; refused in a transaction, which the server would ignore.
    pub async fn remove_all<'e>(&self, on: impl Executor<'e, S>) -> Result<()> {
        self.whole(on, WholeCacheOp::RemoveAll).await
    }

    async fn whole<'e>(&self, on: impl Executor<'e, S>, op: WholeCacheOp) -> Result<()> {
        let operation = Operation::Whole(op);
        all_empty(&self.run(on, operation, &|_| {}).await?)
    }

    /// How many entries there are, each once where no mode is given. Refused in a transaction, which the server would
    /// ignore.
    pub async fn size<'e>(&self, on: impl Executor<'e, S>, modes: &[PeekMode]) -> Result<u64> {
        let operation = Operation::Size(modes);
        let done = self.run(on, operation, &|_| {}).await?;
        let sizes = done.answers.iter().map(|answer| answer.read(|_, r| response::size(r)));
        sizes.sum::<Result<u64, _>>().map_err(|e| error::of_call(e, Effect::Reads))
    }
}

impl<S: Source<Backend = Ignite>, K: ToObject, V: ToObject> Cache<S, K, V> {
    /// Stores an entry.
    pub async fn put<'e, Q, W>(&self, on: impl Executor<'e, S>, key: &Q, value: &W) -> Result<()>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        all_empty(&self.valued(on, KeyValueOp::Put, key, value).await?)
    }

    /// Stores an entry where there is none; whether it did.
    pub async fn put_if_absent<'e, Q, W>(&self, on: impl Executor<'e, S>, key: &Q, value: &W) -> Result<bool>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        all_true(&self.valued(on, KeyValueOp::PutIfAbsent, key, value).await?)
    }

    /// Stores an entry where there is one; whether it did.
    pub async fn replace<'e, Q, W>(&self, on: impl Executor<'e, S>, key: &Q, value: &W) -> Result<bool>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        all_true(&self.valued(on, KeyValueOp::Replace, key, value).await?)
    }

    /// Stores a value where there is `expected`, byte by byte; whether it did.
    pub async fn replace_if_equals<'e, Q, W>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
        expected: &W,
        value: &W,
    ) -> Result<bool>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        let operation = Operation::ReplaceIfEquals;
        let done = self
            .run(on, operation, &|packer| {
                packer.add(key);
                packer.add(expected);
                packer.add(value);
            })
            .await;
        all_true(&done?)
    }

    /// Removes an entry where its value is `expected`, byte by byte; whether it did.
    pub async fn remove_if_equals<'e, Q, W>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
        expected: &W,
    ) -> Result<bool>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        all_true(&self.valued(on, KeyValueOp::RemoveIfEquals, key, expected).await?)
    }

    /// Stores entries. Split over nodes it is not atomic, but in a transaction: [`Parts::of`](crate::Parts::of) tells what became of each
    /// part.
    pub async fn put_all<'e, Q, W>(&self, on: impl Executor<'e, S>, entries: &[(Q, W)]) -> Result<()>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject,
        W: ToObject,
    {
        let done = self
            .run(on, Operation::PutAll, &|packer| {
                for (key, value) in entries {
                    packer.add(key);
                    packer.add(value);
                }
            })
            .await;
        all_empty(&done?)
    }
}

impl<S: Source<Backend = Ignite>, K: ToObject, V: ToObject + FromObject> Cache<S, K, V> {
    /// Stores an entry; the value before.
    pub async fn get_and_put<'e, Q, W>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
        value: &W,
    ) -> Result<Option<V>>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        self.read_one(&self.valued(on, KeyValueOp::GetAndPut, key, value).await?).await
    }

    /// Stores an entry where there is one; the value before.
    pub async fn get_and_replace<'e, Q, W>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
        value: &W,
    ) -> Result<Option<V>>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        self.read_one(&self.valued(on, KeyValueOp::GetAndReplace, key, value).await?).await
    }

    /// Stores an entry where there is none; the value that there is, if any.
    pub async fn get_and_put_if_absent<'e, Q, W>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
        value: &W,
    ) -> Result<Option<V>>
    where
        K: Borrow<Q>,
        V: Borrow<W>,
        Q: ToObject + ?Sized,
        W: ToObject + ?Sized,
    {
        self.read_one(&self.valued(on, KeyValueOp::GetAndPutIfAbsent, key, value).await?).await
    }
}

impl<S: Source<Backend = Ignite>, K: ToObject, V: FromObject> Cache<S, K, V> {
    /// The value of a key.
    pub async fn get<'e, Q: ToObject + ?Sized>(&self, on: impl Executor<'e, S>, key: &Q) -> Result<Option<V>>
    where
        K: Borrow<Q>,
    {
        self.read_one(&self.keyed(on, KeyOp::Get, key).await?).await
    }

    /// Removes an entry; the value that it had.
    pub async fn get_and_remove<'e, Q: ToObject + ?Sized>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
    ) -> Result<Option<V>>
    where
        K: Borrow<Q>,
    {
        self.read_one(&self.keyed(on, KeyOp::GetAndRemove, key).await?).await
    }

    /// The value of a key, if the node that is asked holds it in memory: the key's own node, where that is known.
    pub async fn local_peek<'e, Q: ToObject + ?Sized>(
        &self,
        on: impl Executor<'e, S>,
        key: &Q,
    ) -> Result<Option<V>>
    where
        K: Borrow<Q>,
    {
        self.read_one(&self.keyed(on, KeyOp::LocalPeek, key).await?).await
    }

    /// The entries of these keys, in no order; keys without one are not among them.
    pub async fn get_all<'e, Q: ToObject>(&self, on: impl Executor<'e, S>, keys: &[Q]) -> Result<Vec<(K, V)>>
    where
        K: Borrow<Q> + FromObject,
    {
        let done = self.many(on, KeysOp::GetAll, keys).await?;
        let mut entries = Vec::new();
        for answer in done.answers.iter() {
            let page = answer.read(response::entries).map_err(|e| error::of_call(e, Effect::Reads))?;
            entries.reserve(page.rows());
            let read = done.link.read(|types| {
                (0..page.rows()).map(|row| scan::entry(&page, row, types)).collect::<Result<Vec<_>, _>>()
            });
            entries.append(&mut read.await.map_err(|error| self.named(error))?);
        }
        Ok(entries)
    }
}

impl<S: Source<Backend = Ignite>, K, V> Cache<S, K, V> {
    async fn run<'e>(
        &self,
        on: impl Executor<'e, S>,
        operation: Operation<'_>,
        pack: Pack<'_>,
    ) -> Result<Done> {
        let done = run::run(on.into_session(), self.timeout, self.target, operation, pack).await;
        done.map_err(|error| self.named(error))
    }
}

impl<S, K, V: FromObject> Cache<S, K, V> {
    /// Reads the answer that is one value, or null.
    async fn read_one(&self, done: &Done) -> Result<Option<V>> {
        let value = done.answers.first.read(|body, r| {
            let at = r.position();
            response::object(r)?;
            Ok((body, at))
        });
        let (body, at) = value.map_err(|e| error::of_call(e, Effect::Reads))?;
        let read = done.link.read(|types| Option::<V>::from_object(&Cell::read(body, at, types)?)).await;
        read.map_err(|error| self.named(error))
    }
}
