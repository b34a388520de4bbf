//! The terminals that give Arrow's record batches, for all backends that have them.
//!
//! Nothing here knows the row type of a query: it is compiled once for each backend, and a query that is run so needs its
//! plan only.

use arrow_array::RecordBatch;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::run::Raw;
use super::running::{Running, State};
use super::{Query, SqlQuery};
use crate::arrow::{ArrowBatches, ArrowTable, BATCH_LEN, Shape, ToArrow};
use crate::backend::{Backend, Wants};
use crate::error::{Error, Result};
use crate::executor::{Executor, Target};
use crate::source::Source;

impl<'q, S: Source, R> Query<'q, S, R> {
    /// All rows as Arrow's record batches, in the schema that was checked: names, types and nullability are the query's,
    /// also where there is no row. Of a text of the run time ([`SqlQuery::of`]) the schema is what the server says.
    ///
    /// The Rust types that columns become by `[types]` and overrides have no part in it.
    ///
    /// # Errors
    /// Those of [`fetch_all`](Query::fetch_all). A column of another type than was checked, and a NULL where none was, is
    /// [`SchemaMismatch`](crate::ErrorKind::SchemaMismatch).
    pub fn fetch_arrow<'f, 'e: 'f, E: Executor<'e, S>>(self, executor: E) -> BoxFuture<'f, Result<ArrowTable>>
    where
        'q: 'f,
        S::Backend: ToArrow,
    {
        table(self.raw, executor.into_session().target)
    }

    /// The same as a stream of batches, made as the rows arrive. Dropped half way, the rest is not fetched.
    pub fn fetch_arrow_batches<'f, 'e: 'f, E: Executor<'e, S>>(self, executor: E) -> ArrowBatches<'f>
    where
        'q: 'f,
        S::Backend: ToArrow,
    {
        batches(self.raw, executor.into_session().target)
    }
}

impl<'q> SqlQuery<'q> {
    /// All rows as Arrow's record batches, in the schema that the server says: it names the columns and their types, also
    /// where there is no row.
    pub fn fetch_arrow<'f, 'e: 'f, S: Source, E: Executor<'e, S>>(
        self,
        executor: E,
    ) -> BoxFuture<'f, Result<ArrowTable>>
    where
        'q: 'f,
        S::Backend: ToArrow,
    {
        table(self.raw::<S>(), executor.into_session().target)
    }

    /// The same as a stream of batches, made as the rows arrive. Dropped half way, the rest is not fetched.
    pub fn fetch_arrow_batches<'f, 'e: 'f, S: Source, E: Executor<'e, S>>(
        self,
        executor: E,
    ) -> ArrowBatches<'f>
    where
        'q: 'f,
        S::Backend: ToArrow,
    {
        batches(self.raw::<S>(), executor.into_session().target)
    }
}

fn table<'f, 'q: 'f, B: ToArrow>(
    raw: Raw<'q, B>,
    target: Target<'f, B>,
) -> BoxFuture<'f, Result<ArrowTable>> {
    let batches = batches(raw, target);
    Box::pin(async move {
        let shape = batches.shape.clone();
        let all = batches.try_collect().await?;
        // The end has settled it.
        Ok(ArrowTable::new(shape.schema(None), all))
    })
}

fn batches<'f, 'q: 'f, B: ToArrow>(raw: Raw<'q, B>, target: Target<'f, B>) -> ArrowBatches<'f> {
    let shape = Shape::of(raw.columns_of(0));
    let state = Reading::Rows(State::Start(target, raw, Wants::Rows));
    let known = shape.clone();
    let stream = stream::unfold(state, move |state| {
        let shape = known.clone();
        async move { step(state, &shape).await }
    });
    ArrowBatches::new(stream.boxed(), shape)
}

/// Where a result is.
#[expect(clippy::large_enum_variant, reason = "a stream has one of them")]
enum Reading<'f, B: Backend> {
    Rows(State<'f, B>),
    /// It broke off behind rows that were handed out.
    Failed(Error),
}

/// One step of the stream of record batches.
async fn step<'f, B: ToArrow>(
    reading: Reading<'f, B>,
    shape: &Shape,
) -> Option<(Result<RecordBatch>, Reading<'f, B>)> {
    let over = Reading::Rows(State::Done);
    let running = match reading {
        Reading::Failed(error) => return Some((Err(error), over)),
        Reading::Rows(State::Done) => return None,
        Reading::Rows(State::Running(running)) => Ok(running),
        Reading::Rows(State::Start(target, raw, wants)) => {
            let context = raw.context();
            Running::start(target, raw, wants).await.map_err(|error| context.error(error))
        }
    };
    match running {
        Ok(running) => gather(running, shape).await,
        Err(error) => Some((Err(error), over)),
    }
}

/// The next record batch, of as many batches as are enough for one.
async fn gather<'f, B: ToArrow>(
    mut running: Running<'f, B>,
    shape: &Shape,
) -> Option<(Result<RecordBatch>, Reading<'f, B>)> {
    let context = running.raw.context();
    let (mut gathered, mut len, mut ended) = (Vec::new(), 0_usize, None);
    while ended.is_none() && len < BATCH_LEN {
        match running.next().await {
            Ok(Some(batch)) => {
                len = len.saturating_add(B::memory_len(&batch));
                gathered.push(batch);
            }
            Ok(None) => ended = Some(Reading::Rows(State::Done)),
            Err(error) if gathered.is_empty() => {
                return Some((Err(context.error(error)), Reading::Rows(State::Done)));
            }
            Err(error) => ended = Some(Reading::Failed(context.error(error))),
        }
    }
    let schema = shape.schema(B::schema(&running.cursor));
    if gathered.is_empty() {
        return None;
    }
    match B::record_batch(&gathered, &schema) {
        Ok(batch) => Some((Ok(batch), ended.unwrap_or(Reading::Rows(State::Running(running))))),
        // Nothing after a batch that could not be read: dropping the statement ends it.
        Err(error) => Some((Err(context.value_error(error)), Reading::Rows(State::Done))),
    }
}
