//! Running key-value operations: written, routed, split by node, sent.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use querent_core::types::value::Uuid;
use querent_core::{Error, ErrorKind, Result, Session, Source};
use querent_protocol::ignite::request::{
    CacheInfo, Encoded, ExpiryPolicy, GetSize, KeyOp, KeyRequest, KeyValueOp, KeyValueRequest, KeysOp,
    KeysRequest, PeekMode, PutAll, ReplaceIfEquals, Request, WholeCacheOp, WholeCacheRequest,
};
use querent_protocol::ignite::response;

use super::parts::{Part, Parts};
use crate::Ignite;
use crate::channel::{Answer, CallError};
use crate::connection::Connection;
use crate::error::{self, Effect};
use crate::execute::end_transaction;
use crate::link::{Link, Pack};
use crate::object::Packed;

/// Which cache, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) cache_id: i32,
    pub(super) expiry: Option<ExpiryPolicy>,
}

/// An operation, without its keys and values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation<'a> {
    Key(KeyOp),
    KeyValue(KeyValueOp),
    ReplaceIfEquals,
    Keys(KeysOp),
    PutAll,
    Whole(WholeCacheOp),
    Size(&'a [PeekMode]),
}

/// What came back, and the way to find out more.
pub(super) struct Done {
    pub(super) link: Link,
    pub(super) answers: Answers,
}

/// One an answering node. Nearly always it is one, which has a place without an allocation.
pub(super) struct Answers {
    pub(super) first: Answer,
    more: Vec<Answer>,
}

impl Answers {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Answer> {
        std::iter::once(&self.first).chain(&self.more)
    }

    fn of(mut all: Vec<Answer>) -> Result<Answers, Failed> {
        let first = all.pop().ok_or(CallError::Unexpected("no answer of any node"))?;
        Ok(Answers { first, more: all })
    }
}

impl From<Answer> for Answers {
    fn from(first: Answer) -> Answers {
        Answers { first, more: Vec::new() }
    }
}

impl Operation<'_> {
    fn effect(self) -> Effect {
        match self {
            Operation::Key(KeyOp::Get | KeyOp::ContainsKey | KeyOp::LocalPeek)
            | Operation::Keys(KeysOp::GetAll | KeysOp::ContainsKeys)
            | Operation::Size(_) => Effect::Reads,
            _ => Effect::Writes,
        }
    }

    /// What the server would run outside of the transaction (2.17.0, 2.18.0), in words.
    fn outside_transactions(self) -> Option<&'static str> {
        Some(match self {
            Operation::Key(KeyOp::ClearKey) | Operation::Keys(KeysOp::ClearKeys) => "clearing keys",
            Operation::Key(KeyOp::LocalPeek) => "peeking at what a node holds",
            Operation::Whole(WholeCacheOp::Clear) => "clearing a cache",
            Operation::Whole(WholeCacheOp::RemoveAll) => "removing all of a cache",
            Operation::Size(_) => "counting the entries of a cache",
            _ => return None,
        })
    }
}

/// Runs an operation on what was given to run it on.
///
/// When the returned future is dropped before the request was written, nothing has happened; after that, what the server
/// does with it is not known. Others on the connection notice nothing; a transaction is over.
pub(super) async fn run<S: Source<Backend = Ignite>>(
    session: Session<'_, S>,
    timeout: Option<Duration>,
    target: Target,
    operation: Operation<'_>,
    pack: Pack<'_>,
) -> Result<Done> {
    on_connection(session, timeout, operation.effect(), async move |connection: &mut Connection| {
        perform(connection, target, operation, pack).await
    })
    .await
}

/// Leases a connection for something that is done on it within a time, waiting for the connection included.
pub(crate) async fn on_connection<S, T, F>(
    session: Session<'_, S>,
    timeout: Option<Duration>,
    effect: Effect,
    act: F,
) -> Result<T>
where
    S: Source<Backend = Ignite>,
    F: for<'c> AsyncFnOnce(&'c mut Connection) -> Result<T>,
{
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut exchange = session.exchange(timeout).await?;
    let connection = exchange.start()?;
    let outcome = match (deadline, timeout) {
        (Some(deadline), Some(timeout)) => {
            match tokio::time::timeout_at(deadline.into(), act(connection)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(too_late(timeout, effect)),
            }
        }
        _ => act(connection).await,
    };
    // Requests are independent of each other, so what became of one says nothing of the connection, which knows itself
    // whether it can be used; but a transaction of which a request was lost is of no use.
    match connection.transaction {
        Some(_) => exchange.end(outcome),
        None => {
            exchange.end(Ok(()))?;
            outcome.map_err(|e| e.with_source_name(S::NAME))
        }
    }
}

fn too_late(timeout: Duration, effect: Effect) -> Error {
    match effect {
        Effect::Reads => Error::new(ErrorKind::Timeout, format!("no answer came within {timeout:?}")),
        Effect::Writes => {
            let message =
                format!("no answer came within {timeout:?}: whether the write happened is not known");
            Error::new(ErrorKind::Ambiguous, message)
        }
    }
}

async fn perform(
    connection: &mut Connection,
    target: Target,
    operation: Operation<'_>,
    pack: Pack<'_>,
) -> Result<Done> {
    let link = Link::of(connection)?;
    if let (Some(_), Some(what)) = (link.tx_id, operation.outside_transactions()) {
        let message = format!("{what} would happen outside of the transaction; do it on the pool");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let packed = link.pack(pack).await?;
    let info = CacheInfo { expiry: target.expiry, tx_id: link.tx_id, ..CacheInfo::new(target.cache_id) };
    let sending = Sending { link: &link, info: &info, packed: &packed, effect: operation.effect() };
    let answers = match sending.send(operation).await {
        Ok(answers) => answers,
        Err(Failed::Call(error)) => {
            end_transaction(connection, &error);
            return Err(error::of_call(error, operation.effect()));
        }
        Err(Failed::Parts(error)) => return Err(error),
    };
    Ok(Done { link, answers })
}

enum Failed {
    Call(CallError),
    Parts(Error),
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Failed {
        Failed::Call(error)
    }
}

struct Sending<'s> {
    link: &'s Link,
    info: &'s CacheInfo,
    packed: &'s Packed,
    effect: Effect,
}

impl Sending<'_> {
    async fn send(&self, operation: Operation<'_>) -> Result<Answers, Failed> {
        let cache = self.info;
        let object = |idx| Encoded(self.packed.get(idx));
        let answer = match operation {
            Operation::Key(op) => self.keyed(&KeyRequest { op, cache, key: object(0) }).await?,
            Operation::KeyValue(op) => {
                let request = KeyValueRequest { op, cache, key: object(0), value: object(1) };
                self.keyed(&request).await?
            }
            Operation::ReplaceIfEquals => {
                let request =
                    ReplaceIfEquals { cache, key: object(0), expected: object(1), value: object(2) };
                self.keyed(&request).await?
            }
            Operation::Whole(op) => self.anywhere(&WholeCacheRequest { op, cache }).await?,
            Operation::Size(modes) => self.anywhere(&GetSize { cache, modes }).await?,
            Operation::Keys(op) => {
                let keys = (0..self.packed.len()).collect();
                return self.split(Many::Keys(op), keys).await;
            }
            Operation::PutAll => {
                // Keys and values take turns.
                let keys = (0..self.packed.len()).step_by(2).collect();
                return self.split(Many::PutAll, keys).await;
            }
        };
        Ok(answer.into())
    }

    /// To the node of the first object, which is the key.
    async fn keyed(&self, request: &impl Request) -> Result<Answer, CallError> {
        let (grid, main) = (&self.link.grid, &self.link.main);
        let node = match self.link.tx_id {
            Some(_) => None,
            None => {
                let map = grid.map_for(self.info.cache_id, main).await;
                map.node(self.info.cache_id, self.packed.get(0), &grid.types)
            }
        };
        self.link.call(node, request, self.effect).await
    }

    async fn anywhere(&self, request: &impl Request) -> Result<Answer, CallError> {
        self.link.call(None, request, self.effect).await
    }

    /// Keys by their nodes, where those are known and can be reached. In a transaction all go one way.
    async fn place(&self, keys: &[usize]) -> BTreeMap<Option<Uuid>, Vec<usize>> {
        let mut places: BTreeMap<Option<Uuid>, Vec<usize>> = BTreeMap::new();
        if self.link.tx_id.is_some() {
            places.insert(None, keys.to_vec());
            return places;
        }
        let grid = &self.link.grid;
        let map = grid.map_for(self.info.cache_id, &self.link.main).await;
        for key in keys {
            let node = map.node(self.info.cache_id, self.packed.get(*key), &grid.types);
            places.entry(node).or_default().push(*key);
        }
        // What cannot be sent to its node goes with what belongs to none: one request less.
        let lost: Vec<_> = places.keys().copied().flatten().collect();
        for node in lost {
            if grid.channel(node, &self.link.main).is_none() {
                let keys = places.remove(&Some(node)).unwrap_or_default();
                places.entry(None).or_default().extend(keys);
            }
        }
        places
    }

    /// Sends each node its keys, all at once.
    async fn split(&self, many: Many, keys: Vec<usize>) -> Result<Answers, Failed> {
        let mut places = self.place(&keys).await;
        if places.len() < 2 {
            let (node, keys) = places.pop_first().unwrap_or_default();
            return Ok(self.part(many, node, &keys).await?.into());
        }
        let outcomes = join_all(places.iter().map(|(node, keys)| self.part(many, *node, keys))).await;
        if self.effect == Effect::Reads {
            let answers: Result<Vec<_>, _> = outcomes.into_iter().collect();
            return Answers::of(answers?);
        }
        let mut parts = Vec::new();
        let mut answers = Vec::new();
        for ((node, keys), outcome) in places.into_iter().zip(outcomes) {
            let outcome =
                outcome.map(|answer| answers.push(answer)).map_err(|e| error::of_call(e, self.effect));
            let indexes = keys.iter().map(|idx| idx / many.objects_per_key()).collect();
            parts.push(Part { node, indexes, outcome });
        }
        Parts::check(parts).map_err(Failed::Parts)?;
        Answers::of(answers)
    }

    /// Sends a node its keys.
    async fn part(&self, many: Many, node: Option<Uuid>, keys: &[usize]) -> Result<Answer, CallError> {
        let cache = self.info;
        let object = |idx: usize| Encoded(self.packed.get(idx));
        match many {
            Many::Keys(op) => {
                let keys: Vec<_> = keys.iter().map(|idx| object(*idx)).collect();
                self.link.call(node, &KeysRequest { op, cache, keys: &keys }, self.effect).await
            }
            Many::PutAll => {
                let entries: Vec<_> = keys.iter().map(|idx| (object(*idx), object(idx + 1))).collect();
                self.link.call(node, &PutAll { cache, entries: &entries }, self.effect).await
            }
        }
    }
}

/// An operation on several keys.
#[derive(Clone, Copy)]
enum Many {
    Keys(KeysOp),
    PutAll,
}

impl Many {
    /// A key, or a key and its value.
    fn objects_per_key(self) -> usize {
        match self {
            Many::Keys(_) => 1,
            Many::PutAll => 2,
        }
    }
}

/// The truth value that all answers are.
pub(super) fn all_true(done: &Done) -> Result<bool> {
    done.answers.iter().try_fold(true, |all, answer| {
        let truth = answer.read(|_, r| response::boolean(r)).map_err(|e| error::of_call(e, Effect::Reads))?;
        Ok(all & truth)
    })
}

/// Nothing, as it should be.
pub(super) fn all_empty(done: &Done) -> Result<()> {
    done.answers.iter().try_for_each(|answer| {
        answer.read(|_, r| response::empty(r)).map_err(|e| error::of_call(e, Effect::Reads))
    })
}
