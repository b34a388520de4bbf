//! What a query runs on.

use std::sync::Arc;

use crate::backend::Backend;
use crate::connection::{Connection, Transaction};
use crate::pool::{Lease, Pool, Shared};
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
