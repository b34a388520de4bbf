//! Many queries of one call site, run as few statements. Generic over the backend only.
//!
//! An INSERT of one row of VALUES is joined with others to an INSERT of several rows, where the backend has no objection:
//! grouped by the owners of their rows where nodes own rows, and cut into powers of two, so that few different texts reach
//! the server's statement cache. Everything else runs one after the other.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream;

use super::part::{Outcome, Part, joined};
use super::run::{PlanRef, Raw, Values};
use super::running::Deadline;
use super::split::{at_once, grouped, power_of_two};
use super::{Executed, Query};
use crate::backend::{Backend, Call};
use crate::cluster::Cluster;
use crate::error::{Error, ErrorKind, Result};
use crate::executor::{Executor, Target};
use crate::key::RowKey;
use crate::plan::{Piece, Plan};
use crate::pool::Shared;
use crate::render::Extent;
use crate::source::Source;
use crate::value::Value;

/// The most rows of one statement: below the 5,000 that a Picodata server moves between nodes unless it is told otherwise
/// (`sql_motion_row_max`, 25.6 and 26.1).
const ROWS_MAX: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Runs many queries of one call site for their effect, as few statements: bulk writes.
///
/// ```text
/// let stock = items.iter().map(|i| query!(Stock, "INSERT INTO stock (id, name) VALUES (:id, :name)", id = i.id, name = &i.name));
/// let done = querent::execute_many(stock, &pool).await?;
/// ```
///
/// INSERTs of one row of VALUES are joined to statements of several rows on backends that have no objection
/// ([`Backend::JOINS_ROWS`]); on a pool over a cluster, those of one owner go to it, and owners work at the same time.
/// All other queries run one after the other. In either case the queries of one owner take effect in their order.
///
/// **It is not atomic**, unless it runs in a transaction: after a failure nothing more is sent to that owner, what is under
/// way elsewhere is waited for, and [`Error::parts`] says what took effect. Without one, [`Executed::parts`] has the
/// statements that were sent. The modifiers of the first query count for all; its timeout is for the whole call.
///
/// When the returned future is dropped, statements under way are stopped where the protocol can, and nothing more is sent.
///
/// # Errors
/// Queries of several call sites are refused before anything is sent, and so is a value that cannot be. Otherwise those
/// of [`execute`](Query::execute).
pub fn execute_many<'f, 'q: 'f, 'e: 'f, S: Source, R, E: Executor<'e, S>>(
    queries: impl IntoIterator<Item = Query<'q, S, R>>,
    executor: E,
) -> BoxFuture<'f, Result<Executed>> {
    let queries = queries.into_iter().map(|query| query.raw).collect();
    Box::pin(run(queries, executor.into_session().target))
}

async fn run<B: Backend>(queries: Vec<Raw<'_, B>>, target: Target<'_, B>) -> Result<Executed> {
    let Some(first) = queries.first() else { return joined(Vec::new()) };
    let context = first.context();
    let told = |error| context.error(error);
    let (plan, deadline, call) = (first.checked(), first.deadline(), first.call.clone());
    refuse(&queries).map_err(told)?;
    let parts = match plan.filter(|plan| B::JOINS_ROWS && joins(plan)) {
        Some(plan) => Bulk { plan, call, source: context.source(), deadline }.run(queries, target).await,
        None => one_by_one(queries, call, deadline, target).await,
    };
    joined(parts).map_err(told)
}

/// What is wrong before anything is sent.
fn refuse<B: Backend>(queries: &[Raw<'_, B>]) -> Result<()> {
    let Some(first) = queries.first() else { return Ok(()) };
    let same = |raw: &Raw<'_, B>| match (first.checked(), raw.checked()) {
        // A constant may have several places in memory.
        (Some(a), Some(b)) => std::ptr::eq(a, b) || a == b,
        (None, None) => first.text() == raw.text(),
        _ => false,
    };
    if !queries.iter().all(same) {
        let message = "queries of several call sites cannot run as one; call `execute_many` for each";
        return Err(Error::new(ErrorKind::Query, message));
    }
    if u32::try_from(queries.len()).is_err() {
        return Err(Error::new(ErrorKind::Query, "more than 4,294,967,295 queries at once"));
    }
    for (at, raw) in queries.iter().enumerate() {
        raw.refuse().map_err(|error| {
            let message = format!("query {}: {}", at + 1, error.message());
            error.with_message(message)
        })?;
    }
    Ok(())
}

/// Whether a statement is an INSERT of one row, in which all its parameters stand, one value each.
fn joins(plan: &Plan) -> bool {
    let mut rows = 0;
    let plain = plan.template.iter().all(|piece| match piece {
        Piece::Text(_) => true,
        Piece::Rows([row]) => {
            rows += 1;
            row.iter().all(|piece| matches!(piece, Piece::Text(_) | Piece::Param(_)))
        }
        _ => false,
    });
    plain && rows == 1
}

/// Runs them one after the other, until one fails. Those that took effect in a row are one part.
async fn one_by_one<B: Backend>(
    queries: Vec<Raw<'_, B>>,
    call: Call<'_, B>,
    deadline: Deadline,
    mut target: Target<'_, B>,
) -> Vec<Part> {
    let len = queries.len();
    let (mut done, mut sum) = (Vec::new(), Some(0_u64));
    let mut failure = None;
    for (at, mut raw) in (0..).zip(queries) {
        raw.deadline = deadline;
        raw.call = call.clone();
        match raw.execute(reborrowed(&mut target)).await {
            Ok(executed) => {
                done.push(at);
                sum = sum.zip(executed.rows_affected).and_then(|(sum, rows)| sum.checked_add(rows));
            }
            Err(error) => {
                failure = Some((at, error));
                break;
            }
        }
    }
    let mut parts = Vec::new();
    if !done.is_empty() {
        parts.push(Part::new(None, done, Ok(sum)));
    }
    if let Some((at, error)) = failure {
        parts.push(Part::new(None, vec![at], Err(error)));
        let rest: Vec<u32> = (at + 1..).take_while(|at| (*at as usize) < len).collect();
        if !rest.is_empty() {
            parts.push(Part { owner: None, items: rest, outcome: Outcome::NotSent });
        }
    }
    parts
}

fn reborrowed<'t, B: Backend>(target: &'t mut Target<'_, B>) -> Target<'t, B> {
    match target {
        Target::Pool(shared) => Target::Pool(shared),
        Target::Lease(lease) => Target::Lease(lease),
    }
}

/// INSERTs of one row that are joined.
struct Bulk<'q, B: Backend> {
    plan: &'static Plan,
    call: Call<'q, B>,
    source: &'static str,
    deadline: Deadline,
}

/// Queries of one owner, by index.
type Group = (Option<Arc<str>>, Vec<u32>);

impl<'q, B: Backend> Bulk<'q, B> {
    async fn run(&self, queries: Vec<Raw<'q, B>>, mut target: Target<'_, B>) -> Vec<Part> {
        let mut values: Vec<Vec<Value<'q>>> = queries.into_iter().map(|raw| raw.values.into_own()).collect();
        let groups = match &target {
            Target::Pool(shared) => self.owners(shared, &values),
            Target::Lease(_) => None,
        };
        let groups = groups.unwrap_or_else(|| vec![(None, (0..).take(values.len()).collect())]);
        let statements: Vec<Vec<Statement<'q, B>>> =
            groups.into_iter().map(|group| self.statements(group, &mut values)).collect();
        match &mut target {
            Target::Lease(lease) => {
                let mut parts = Vec::new();
                for statements in statements {
                    parts.extend(in_order(statements, Target::Lease(lease)).await);
                }
                parts
            }
            Target::Pool(shared) => {
                let in_order = |statements| in_order(statements, Target::Pool(shared));
                let groups: Vec<_> = statements.into_iter().map(in_order).collect();
                let parts: Vec<Vec<Part>> = stream::iter(groups).buffered(at_once(shared)).collect().await;
                parts.into_iter().flatten().collect()
            }
        }
    }

    /// The queries of each owner; `None` where that is not known or nobody wants to know.
    fn owners(&self, shared: &Shared<B>, values: &[Vec<Value<'q>>]) -> Option<Vec<Group>> {
        let cluster = shared.cluster().filter(|_| shared.options().cluster.routing)?;
        let key = self.plan.key.filter(|key| !key.splits())?;
        let row = key.rows.first()?;
        let mut keys = values.iter().map(|values| RowKey { key, row, any: None, values });
        cluster.owners(&mut keys).map(grouped)
    }

    /// The statements of one owner's queries, in their order: as long as they can be, and powers of two.
    fn statements(&self, group: Group, values: &mut [Vec<Value<'q>>]) -> Vec<Statement<'q, B>> {
        let (owner, items) = group;
        let width = self.plan.params.len().max(1);
        let most = NonZeroUsize::new(B::PARAMS_MAX / width).map_or(NonZeroUsize::MIN, power_of_two);
        let mut statements = Vec::new();
        let mut rest = &items[..];
        while let Some(len) = NonZeroUsize::new(rest.len()) {
            let len = power_of_two(len.min(most).min(ROWS_MAX));
            let (chunk, later) = rest.split_at(len.get());
            rest = later;
            let values = chunk.iter().flat_map(|at| std::mem::take(&mut values[*at as usize])).collect();
            let raw = Raw {
                plan: PlanRef::Checked(self.plan),
                values: Values::Own(values),
                call: self.call.clone(),
                source: self.source,
                extent: Extent::Repeated(len.get()),
                deadline: self.deadline,
            };
            statements.push(Statement { owner: owner.clone(), items: chunk.to_vec(), raw });
        }
        statements
    }
}

/// Several queries as one statement.
struct Statement<'q, B: Backend> {
    owner: Option<Arc<str>>,
    items: Vec<u32>,
    raw: Raw<'q, B>,
}

/// Runs statements one after the other, until one fails.
fn in_order<'f, B: Backend>(
    statements: Vec<Statement<'f, B>>,
    mut target: Target<'f, B>,
) -> BoxFuture<'f, Vec<Part>> {
    Box::pin(async move {
        let mut parts = Vec::with_capacity(statements.len());
        let mut failed = false;
        for Statement { owner, items, raw } in statements {
            if failed {
                parts.push(Part { owner, items, outcome: Outcome::NotSent });
                continue;
            }
            let outcome = raw.execute_one(reborrowed(&mut target)).await;
            failed = outcome.is_err();
            parts.push(Part::new(owner, items, outcome));
        }
        parts
    })
}
