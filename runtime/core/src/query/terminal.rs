//! The futures and the stream of a query's terminals.
//!
//! These few bodies are compiled once for each row type of a user's program: they are kept as small as they can be, and
//! everything that can be generic over the backend alone is in `run.rs`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use futures_core::Stream;
use futures_util::stream::BoxStream;

use super::DecodeFn;
use super::run::Context;
use crate::backend::Backend;
use crate::error::{Error, ErrorKind, Result};

/// The future of [`Query::fetch_all`](super::Query::fetch_all).
#[must_use = "a query does nothing until it is awaited"]
pub struct FetchAll<'f, B: Backend, R> {
    batches: BoxStream<'f, Result<B::Batch>>,
    rows: Vec<R>,
    decode: DecodeFn<B, R>,
    /// Enough rows to stop at.
    limit: usize,
    context: Context,
}

// No field is pinned through it: the stream is boxed and rows are handed over by value.
impl<B: Backend, R> Unpin for FetchAll<'_, B, R> {}

impl<'f, B: Backend, R> FetchAll<'f, B, R> {
    pub(super) fn new(
        batches: BoxStream<'f, Result<B::Batch>>,
        decode: DecodeFn<B, R>,
        context: Context,
    ) -> Self {
        FetchAll { batches, rows: Vec::new(), decode, limit: usize::MAX, context }
    }

    pub(super) fn at_most(mut self, rows: usize) -> Self {
        self.limit = rows;
        self
    }
}

impl<B: Backend, R> Future for FetchAll<'_, B, R> {
    type Output = Result<Vec<R>>;

    #[expect(clippy::mem_replace_with_default, reason = "`take` is one more function for each row type")]
    fn poll(self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        while this.rows.len() < this.limit {
            match ready!(this.batches.as_mut().poll_next(cx)) {
                Some(Ok(batch)) => match (this.decode)(&batch, &mut this.rows) {
                    Ok(()) => {}
                    Err(error) => return Poll::Ready(Err(this.context.value_error(error))),
                },
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => break,
            }
        }
        Poll::Ready(Ok(std::mem::replace(&mut this.rows, Vec::new())))
    }
}

/// The future of [`Query::fetch_optional`](super::Query::fetch_optional).
#[must_use = "a query does nothing until it is awaited"]
pub struct FetchOptional<'f, B: Backend, R>(pub(super) FetchAll<'f, B, R>);

impl<B: Backend, R> Future for FetchOptional<'_, B, R> {
    type Output = Result<Option<R>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Self::Output> {
        let mut rows = ready!(Pin::new(&mut self.0).poll(cx))?;
        if rows.len() > 1 {
            return Poll::Ready(Err(self.0.context.error(too_many_rows())));
        }
        Poll::Ready(Ok(rows.pop()))
    }
}

/// The future of [`Query::fetch_one`](super::Query::fetch_one).
#[must_use = "a query does nothing until it is awaited"]
pub struct FetchOne<'f, B: Backend, R>(pub(super) FetchOptional<'f, B, R>);

impl<B: Backend, R> Future for FetchOne<'_, B, R> {
    type Output = Result<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Self::Output> {
        match ready!(Pin::new(&mut self.0).poll(cx))? {
            Some(row) => Poll::Ready(Ok(row)),
            None => Poll::Ready(Err(self.0.0.context.error(no_row()))),
        }
    }
}

/// The stream of [`Query::fetch`](super::Query::fetch).
#[must_use = "a query does nothing until it is polled"]
pub struct Fetch<'f, B: Backend, R> {
    batches: BoxStream<'f, Result<B::Batch>>,
    /// The rows of the batch that arrived last, not handed out yet.
    rows: std::vec::IntoIter<R>,
    decode: DecodeFn<B, R>,
    context: Context,
}

impl<B: Backend, R> Unpin for Fetch<'_, B, R> {}

impl<'f, B: Backend, R> Fetch<'f, B, R> {
    pub(super) fn new(
        batches: BoxStream<'f, Result<B::Batch>>,
        decode: DecodeFn<B, R>,
        context: Context,
    ) -> Self {
        Fetch { batches, rows: Vec::new().into_iter(), decode, context }
    }
}

impl<B: Backend, R> Stream for Fetch<'_, B, R> {
    type Item = Result<R>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.rows.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(this.batches.as_mut().poll_next(cx)) {
                Some(Ok(batch)) => {
                    let mut rows = Vec::new();
                    if let Err(error) = (this.decode)(&batch, &mut rows) {
                        // Nothing after a batch that could not be read: dropping the stream ends the statement.
                        this.batches = Box::pin(futures_util::stream::empty());
                        return Poll::Ready(Some(Err(this.context.value_error(error))));
                    }
                    this.rows = rows.into_iter();
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

fn no_row() -> Error {
    Error::new(ErrorKind::RowNotFound, "the query gave no row")
}

fn too_many_rows() -> Error {
    Error::new(ErrorKind::TooManyRows, "the query gave more than one row")
}
