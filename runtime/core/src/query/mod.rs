//! A query with its arguments: a plain value until a terminal runs it.

#[macro_use]
mod modifiers;
#[cfg(feature = "arrow")]
mod arrow;
mod commands;
mod many;
mod part;
mod run;
mod running;
mod runtime;
mod split;
mod terminal;

use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use crate::backend::{Backend, Wants};
use crate::decode::ValueError;
use crate::error::Result;
use crate::executor::Executor;
use crate::key::Key;
use crate::plan::Plan;
use crate::source::{BackendOf, Source};
use crate::value::Value;
pub use commands::{AnswerError, AnswerProblem, Answers, Commands, ReadFn};
pub use many::execute_many;
pub use part::{Outcome, Part};
pub(crate) use run::{PlanRef, Raw};
pub use runtime::{SqlQuery, sql};
pub use terminal::{Fetch, FetchAll, FetchOne, FetchOptional};

/// Reads all rows of a batch; one such function is generated for each row type.
pub type DecodeFn<B, R> = fn(&<B as Backend>::Batch, &mut Vec<R>) -> Result<(), ValueError>;

/// A checked query of source `S` with its arguments, whose rows are `R`.
///
/// Nothing is sent before a terminal (`fetch_all`, `execute`, …) is awaited. Dropping the future of a terminal stops the
/// work where the protocol can, and otherwise closes the connection that it ran on.
#[must_use = "a query does nothing until one of its terminals is awaited"]
pub struct Query<'q, S: Source, R> {
    raw: Raw<'q, S::Backend>,
    decode: DecodeFn<S::Backend, R>,
    source: PhantomData<fn() -> S>,
}

/// What a statement did that gives no rows.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Executed {
    /// How many rows it changed, in all its parts; `None` where the server does not say.
    pub rows_affected: Option<u64>,
    /// The statements that were sent in its place, where it was split by the owners of its rows or was one of
    /// [many](execute_many); empty where it was sent as it is. All of them took effect: where one fails, the error has
    /// them ([`Error::parts`](crate::Error::parts)).
    pub parts: Vec<Part>,
}

impl Executed {
    /// One statement, sent as it is.
    pub(crate) fn whole(rows_affected: Option<u64>) -> Executed {
        Executed { rows_affected, parts: Vec::new() }
    }
}

impl<'q, S: Source, R> Query<'q, S, R> {
    /// For generated code.
    #[doc(hidden)]
    #[inline]
    pub fn new<const N: usize>(
        plan: &'static Plan,
        decode: DecodeFn<BackendOf<S>, R>,
        values: [Value<'q>; N],
    ) -> Self {
        Query {
            raw: Raw::new(PlanRef::Checked(plan), Vec::from(values), S::NAME),
            decode,
            source: PhantomData,
        }
    }

    modifiers!();

    /// What the checker knows of where its rows are: the routing key, its values and literals; `None` where they may be
    /// anywhere. A record has the same as a constant, `ROUTING`.
    pub const fn routing(&self) -> Option<&'static Key> {
        match self.raw.plan {
            PlanRef::Checked(plan) => plan.key,
            PlanRef::Text(_) => None,
        }
    }

    /// How many rows the server should send at a time, where the protocol has pages.
    pub fn page_size(mut self, rows: usize) -> Self {
        self.raw.call.page_size = Some(rows);
        self
    }

    /// Accepts an answer that the server says is incomplete.
    pub fn partial_ok(mut self) -> Self {
        self.raw.call.partial_ok = true;
        self
    }

    /// All rows.
    pub fn fetch_all<'f, 'e: 'f, E: Executor<'e, S>>(self, executor: E) -> FetchAll<'f, S::Backend, R>
    where
        'q: 'f,
    {
        let context = self.raw.context();
        FetchAll::new(self.raw.batches(executor.into_session().target, Wants::Rows), self.decode, context)
    }

    /// The first row, which must be the only one: none is [`RowNotFound`](crate::ErrorKind::RowNotFound), a second is
    /// [`TooManyRows`](crate::ErrorKind::TooManyRows).
    pub fn fetch_one<'f, 'e: 'f, E: Executor<'e, S>>(self, executor: E) -> FetchOne<'f, S::Backend, R>
    where
        'q: 'f,
    {
        FetchOne(self.fetch_optional(executor))
    }

    /// The only row, if there is one; a second is [`TooManyRows`](crate::ErrorKind::TooManyRows).
    pub fn fetch_optional<'f, 'e: 'f, E: Executor<'e, S>>(
        self,
        executor: E,
    ) -> FetchOptional<'f, S::Backend, R>
    where
        'q: 'f,
    {
        FetchOptional(self.fetch_all(executor).at_most(2))
    }

    /// The rows as a stream, as they arrive. Dropped half way, the rest is not fetched.
    pub fn fetch<'f, 'e: 'f, E: Executor<'e, S>>(self, executor: E) -> Fetch<'f, S::Backend, R>
    where
        'q: 'f,
    {
        let context = self.raw.context();
        Fetch::new(self.raw.batches(executor.into_session().target, Wants::Rows), self.decode, context)
    }

    /// Runs the statement for its effect. Rows that it gives are thrown away.
    ///
    /// On a pool over a cluster, a write to rows of several owners (several rows of VALUES, an IN list of keys) is sent to
    /// each owner by itself, at the same time. **That is not atomic**: where one part fails, the others are still waited
    /// for and may have taken effect, and [`Error::parts`](crate::Error::parts) says which.
    pub fn execute<'f, 'e: 'f, E: Executor<'e, S>>(self, executor: E) -> BoxFuture<'f, Result<Executed>>
    where
        'q: 'f,
        R: 'f,
    {
        self.raw.execute(executor.into_session().target)
    }
}
