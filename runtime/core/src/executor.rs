//! What a query runs on.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use crate::backend::Backend;
use crate::connection::{Connection, Transaction};
use crate::error::Result;
use crate::pool::{Held, Lease, Pool, Shared, deadline_in};
use crate::source::Source;

mod sealed {
    pub trait Sealed {}
}

/// What runs queries of source `S`: `&Pool<S>`, `&mut Connection<S>`, `&mut Transaction<'_, S>` or a [`Session`].
///
/// A function that takes `impl Executor<'_, S>` runs one query on any of them. One that runs several starts with
/// `let mut db = executor.into_session();` and passes `db.reborrow()`: passing the executor itself a second time is
/// `use of moved value`, and the `Copy` that rustc proposes is not the way out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run queries of source `{S}`",
    label = "this query was checked against `{S}`",
    note = "pass `&Pool<{S}>`, `&mut Connection<{S}>` or `&mut Transaction<'_, {S}>`"
)]
pub trait Executor<'e, S: Source>: Sized + Send + sealed::Sealed {
    /// The same as one plain type, which can be kept in a struct and used again and again.
    fn into_session(self) -> Session<'e, S>;
}

/// Any [`Executor`] as one plain type.
pub struct Session<'e, S: Source> {
    pub(crate) target: Target<'e, S::Backend>,
}

pub(crate) enum Target<'e, B: Backend> {
    Pool(&'e Arc<Shared<B>>),
    Lease(&'e mut Lease<B>),
}

impl<S: Source> Session<'_, S> {
    /// The same for one query, so that another can follow.
    pub fn reborrow(&mut self) -> Session<'_, S> {
        let target = match &mut self.target {
            Target::Pool(shared) => Target::Pool(shared),
            Target::Lease(lease) => Target::Lease(lease),
        };
        Session { target }
    }
}

impl<'e, S: Source> Session<'e, S> {
    /// A connection for one request that is no query (a key-value get, say): drivers build on it what they offer beside
    /// SQL. It waits in the same queue as queries do, until `timeout` at the latest.
    ///
    /// When the returned future is dropped, its place in the queue goes.
    pub async fn exchange(self, timeout: Option<Duration>) -> Result<Exchange<'e, S>> {
        let deadline = timeout.and_then(deadline_in);
        let held = match self.target {
            Target::Pool(shared) => Held::Owned(shared.acquire(deadline).await?),
            Target::Lease(lease) => Held::Borrowed(lease),
        };
        Ok(Exchange { held, source: PhantomData })
    }
}

/// A connection that is leased for one request; dropped between [`start`](Exchange::start) and [`end`](Exchange::end), the
/// request was left half way and the connection is abandoned.
pub struct Exchange<'e, S: Source> {
    held: Held<'e, S::Backend>,
    source: PhantomData<fn() -> S>,
}

impl<S: Source> Exchange<'_, S> {
    /// The connection, which is busy from here on.
    pub fn start(&mut self) -> Result<&mut <S::Backend as Backend>::Connection> {
        self.held.lease().start().map_err(|e| e.with_source_name(S::NAME))
    }

    /// The answer was read to its end: the connection is free, unless the error is of a kind that breaks it.
    ///
    /// Whether the request may be made again is the driver's to say, by [`Error::settle`](crate::Error::settle) on what
    /// this returns.
    pub fn end<T>(mut self, outcome: Result<T>) -> Result<T> {
        let lease = self.held.lease();
        match &outcome {
            Ok(_) => lease.finish(),
            Err(error) => lease.fail(error.kind()),
        }
        outcome.map_err(|e| e.with_source_name(S::NAME))
    }
}

impl<S: Source> sealed::Sealed for &Pool<S> {}
impl<S: Source> sealed::Sealed for &mut Connection<S> {}
impl<S: Source> sealed::Sealed for &mut Transaction<'_, S> {}
impl<S: Source> sealed::Sealed for Session<'_, S> {}

impl<'e, S: Source> Executor<'e, S> for &'e Pool<S> {
    fn into_session(self) -> Session<'e, S> {
        Session { target: Target::Pool(&self.shared) }
    }
}

impl<'e, S: Source> Executor<'e, S> for &'e mut Connection<S> {
    fn into_session(self) -> Session<'e, S> {
        Session { target: Target::Lease(&mut self.lease) }
    }
}

impl<'e, S: Source> Executor<'e, S> for &'e mut Transaction<'_, S> {
    fn into_session(self) -> Session<'e, S> {
        Session { target: Target::Lease(self.held.lease()) }
    }
}

impl<'e, S: Source> Executor<'e, S> for Session<'e, S> {
    fn into_session(self) -> Session<'e, S> {
        self
    }
}
