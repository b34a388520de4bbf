//! A statement over the rows of several keys, sent to the owner of each: on a pool whose nodes own rows. Generic over the
//! backend only.
//!
//! It is split where its [`Key`](crate::Key) has several rows or a list; the checker gives such a key only to a statement
//! whose parts do together what the whole does. Each part is a statement of its own, sent again by the same rules.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};

use super::Executed;
use super::part::{Part, joined};
use super::run::{Raw, Values};
use crate::backend::{Backend, Wants};
use crate::cluster::{Cluster, Owner};
use crate::error::Result;
use crate::executor::Target;
use crate::key::{self, Constant, Key, KeyPart, KeyValue, RowKey};
use crate::pool::Shared;
use crate::render::Extent;
use crate::value::Value;

/// Runs a statement to its end, in parts where it is split.
pub(super) async fn execute<B: Backend>(raw: Raw<'_, B>, target: Target<'_, B>) -> Result<Executed> {
    let shared = match target {
        Target::Pool(shared) if raw.splits() => shared,
        target => return raw.execute_one(target).await.map(Executed::whole),
    };
    let context = raw.context();
    let groups = match parts(shared, raw).map_err(|error| context.error(error))? {
        Split::Whole(raw) => return raw.execute_one(Target::Pool(shared)).await.map(Executed::whole),
        Split::Groups(groups) => groups,
    };
    let run: Vec<_> = groups.into_iter().map(|(owner, raws)| group(owner, raws, shared)).collect();
    let parts: Vec<Vec<Part>> = stream::iter(run).buffered(at_once(shared)).collect().await;
    joined(parts.into_iter().flatten().collect()).map_err(|error| context.error(error))
}

/// Runs the parts of one owner to their ends, one after the other.
fn group<'f, B: Backend>(
    owner: Option<Arc<str>>,
    raws: Vec<Raw<'f, B>>,
    shared: &'f Arc<Shared<B>>,
) -> BoxFuture<'f, Vec<Part>> {
    Box::pin(async move {
        let mut parts = Vec::with_capacity(raws.len());
        for raw in raws {
            let items = raw.items();
            parts.push(Part::new(owner.clone(), items, raw.execute_one(Target::Pool(shared)).await));
        }
        parts
    })
}

/// The batches of all parts of a statement, as they come.
pub(super) fn batches<'f, B: Backend>(
    shared: &'f Arc<Shared<B>>,
    raw: Raw<'f, B>,
    wants: Wants,
) -> Result<BoxStream<'f, Result<B::Batch>>> {
    let context = raw.context();
    let groups = match parts(shared, raw).map_err(|error| context.error(error))? {
        Split::Whole(raw) => return Ok(raw.batches_of_one(Target::Pool(shared), wants)),
        Split::Groups(groups) => groups,
    };
    let one = |raw: Raw<'f, B>| raw.batches_of_one(Target::Pool(shared), wants);
    let group = |raws: Vec<Raw<'f, B>>| stream::iter(raws.into_iter().map(one).collect::<Vec<_>>()).flatten();
    let groups: Vec<_> = groups.into_iter().map(|(_, raws)| group(raws)).collect();
    Ok(stream::iter(groups).flatten_unordered(at_once(shared)).boxed())
}

/// As many at once as there are connections: the rest would wait for one, and only so long.
pub(super) fn at_once<B: Backend>(shared: &Shared<B>) -> usize {
    shared.options().max_connections.max(1)
}

/// A statement as it is sent.
enum Split<'q, B: Backend> {
    /// As it is.
    Whole(Raw<'q, B>),
    /// In parts: those of each owner, where it is known, in the order of their first keys.
    Groups(Vec<Group<'q, B>>),
}

/// The parts of one owner.
type Group<'q, B> = (Option<Arc<str>>, Vec<Raw<'q, B>>);

impl<'q, B: Backend> Raw<'q, B> {
    /// Whether it is worth asking who owns its rows, for they may have several owners.
    pub(super) fn splits(&self) -> bool {
        self.extent == Extent::Whole && self.checked().and_then(|plan| plan.key).is_some_and(Key::splits)
    }

    /// The rows or elements that a part has.
    fn items(&self) -> Vec<u32> {
        match &self.extent {
            Extent::Some(items) => items.clone(),
            Extent::Whole | Extent::Together | Extent::Repeated(_) => Vec::new(),
        }
    }
}

/// Takes a statement apart, if its rows have several owners or are more than one statement can name.
fn parts<'q, B: Backend>(shared: &Shared<B>, mut raw: Raw<'q, B>) -> Result<Split<'q, B>> {
    raw.refuse()?;
    raw.deadline = raw.deadline();
    let Some(key) = raw.checked().and_then(|plan| plan.key) else { return Ok(Split::Whole(raw)) };
    let len = match key.any() {
        Some(any) => key::elements(any, &raw.values).count(),
        None => key.rows.len(),
    };
    let mut groups = owners(shared, key, &raw.values).unwrap_or_else(|| {
        let all = (0..len).filter_map(|item| u32::try_from(item).ok()).collect();
        vec![(None, all)]
    });
    let limit = match key.any() {
        Some(any) => cut::<B>(&mut groups, any, &raw.values),
        None => usize::MAX,
    };
    if let [(owner, items)] = &groups[..]
        && items.len() == len
        && len <= limit
    {
        if owner.is_some() {
            raw.extent = Extent::Together;
        }
        return Ok(Split::Whole(raw));
    }
    let Raw { plan, values, call, source, deadline, .. } = raw;
    let values = values.share();
    let part = |items: &[u32]| Raw {
        plan: plan.clone(),
        values: Values::Shared(values.clone()),
        call: call.clone(),
        source,
        extent: Extent::Some(items.to_vec()),
        deadline,
    };
    let group = |(owner, items): (_, Vec<u32>)| (owner, items.chunks(limit).map(part).collect());
    Ok(Split::Groups(groups.into_iter().map(group).collect()))
}

/// What belongs to whom: the items of each owner, in order.
type Groups = Vec<(Option<Arc<str>>, Vec<u32>)>;

/// Who owns the rows of a statement; `None` where that is not known or nobody wants to know.
fn owners<B: Backend>(shared: &Shared<B>, key: &Key, values: &[Value<'_>]) -> Option<Groups> {
    let cluster = shared.cluster().filter(|_| shared.options().cluster.routing)?;
    let owners = match key.any() {
        Some(any) => {
            let row = key.rows.first()?;
            let mut keys = key::elements(any, values).map(|any| RowKey { key, row, any: Some(any), values });
            cluster.owners(&mut keys)?
        }
        None => {
            let mut keys = key.rows.iter().map(|row| RowKey { key, row, any: None, values });
            cluster.owners(&mut keys)?
        }
    };
    Some(grouped(owners)).filter(|groups| !groups.is_empty())
}

/// The indices of each owner, in order; owners in the order in which they come.
pub(super) fn grouped(owners: Vec<Owner>) -> Groups {
    let mut groups: Groups = Vec::new();
    let mut known: HashMap<Arc<str>, usize> = HashMap::new();
    for (item, owner) in owners.into_iter().enumerate() {
        let Ok(item) = u32::try_from(item) else { break };
        let at = *known.entry(owner.group.clone()).or_insert_with(|| {
            groups.push((Some(owner.group), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(item);
    }
    groups
}

/// How many elements one statement can have beside its other values: a power of two, for spreads are padded to it.
///
/// Two statements for one owner must not have equal elements: rows would come twice, or be changed twice. So repeated ones
/// are taken out of groups that are too large; where equal values may look unlike, no group is cut.
fn cut<B: Backend>(groups: &mut Groups, any: &[KeyPart], values: &[Value<'_>]) -> usize {
    let count = |value: &Value<'_>| match value {
        Value::List(elements) => elements.len(),
        _ => 1,
    };
    let all: usize = values.iter().map(count).sum();
    let len = key::elements(any, values).count();
    let room = B::PARAMS_MAX.saturating_sub(all.saturating_sub(len));
    let limit = NonZeroUsize::new(room).map_or(1, |room| power_of_two(room).get());
    if groups.iter().all(|(_, items)| items.len() <= limit) {
        return limit;
    }
    let Some(same) = key::elements(any, values).map(Same::of).collect::<Option<Vec<Same<'_>>>>() else {
        return usize::MAX;
    };
    let mut seen = HashSet::with_capacity(same.len());
    for (_, items) in groups {
        items.retain(|item| same.get(*item as usize).is_some_and(|same| seen.insert(same)));
    }
    limit
}

/// A value that is equal to another of its SQL type where this is.
#[derive(PartialEq, Eq, Hash)]
enum Same<'v> {
    Null,
    Number(i128),
    Bool(bool),
    Text(&'v str),
    Bytes(&'v [u8]),
    Uuid([u8; 16]),
}

impl<'v> Same<'v> {
    fn of(value: KeyValue<'v>) -> Option<Same<'v>> {
        let value = match value {
            KeyValue::Value(value) => value,
            KeyValue::Constant(constant) => {
                return match constant {
                    Constant::Null => Some(Same::Null),
                    Constant::Boolean(value) => Some(Same::Bool(value)),
                    Constant::Integer(number) => Some(Same::Number(number.into())),
                    Constant::Text(text) => Some(Same::Text(text)),
                    Constant::Decimal(_) | Constant::Double(_) => None,
                };
            }
        };
        match value {
            Value::Null => Some(Same::Null),
            Value::Bool(value) => Some(Same::Bool(*value)),
            Value::Int(number) => Some(Same::Number((*number).into())),
            Value::UInt(number) => Some(Same::Number((*number).into())),
            Value::Str(text) => Some(Same::Text(text)),
            Value::String(text) => Some(Same::Text(text)),
            Value::Bytes(bytes) => Some(Same::Bytes(bytes)),
            Value::Uuid(uuid) => Some(Same::Uuid(*uuid.as_bytes())),
            _ => None,
        }
    }
}

/// The largest power of two that is not above a number.
pub(super) fn power_of_two(number: NonZeroUsize) -> NonZeroUsize {
    NonZeroUsize::new(1 << number.ilog2()).unwrap_or(NonZeroUsize::MIN)
}
