//! Waiting for futures and streams on a thread that knows no async: one background runtime for the whole process, and
//! [`Wait`] and [`Rows`], which give every terminal, pool and transaction of every backend a synchronous face. There is no
//! second API: what is waited for is the same future.
//!
//! Within an async runtime waiting is an error, since the thread that waits could be the one that has to do the work.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, ErrorKind, Result};

/// Waits for a future of querent's: `Pool::connect(url).wait()?`, `query.fetch_all(&pool).wait()?`, `tx.commit().wait()?`.
///
/// Several threads may wait at the same time, on the same pool too. What is not a future but has to be called within a
/// runtime is called in one: `async { PoolOptions::new().connect_lazy(url) }.wait()?`.
pub trait Wait: Future + Sized {
    /// What is there when the future is done.
    type Value;

    /// Blocks this thread until the future is done.
    ///
    /// # Errors
    /// The future's own, and [`ErrorKind::Config`] within an async runtime: nothing was done then.
    fn wait(self) -> Result<Self::Value>;
}

impl<F: Future<Output: Settled>> Wait for F {
    type Value = <F::Output as Settled>::Value;

    fn wait(self) -> Result<Self::Value> {
        runtime()?.block_on(self).settled()
    }
}

mod sealed {
    pub trait Sealed {}
}

/// What a future of querent's gives: a [`Result`], or nothing.
pub trait Settled: sealed::Sealed {
    /// The value of a success.
    type Value;

    /// The same as a result.
    fn settled(self) -> Result<Self::Value>;
}

impl<T> sealed::Sealed for Result<T> {}

impl<T> Settled for Result<T> {
    type Value = T;

    fn settled(self) -> Result<T> {
        self
    }
}

impl sealed::Sealed for () {}

impl Settled for () {
    type Value = ();

    fn settled(self) -> Result<()> {
        Ok(())
    }
}

/// Turns a stream of rows into an iterator: `for row in query.fetch(&pool).rows() { … }`.
pub trait Rows: Stream + Sized {
    /// The same rows, each waited for. They are fetched as they are asked for; dropped half way, the rest is not fetched.
    fn rows(self) -> Iter<Self> {
        Iter { stream: Some(Box::pin(self)) }
    }
}

impl<T, S: Stream<Item = Result<T>>> Rows for S {}

/// Rows of a stream, each waited for.
///
/// Within an async runtime its one item is an error, of [`ErrorKind::Config`].
#[must_use = "rows are fetched when they are asked for"]
pub struct Iter<S: Stream> {
    /// `None` after the end.
    stream: Option<Pin<Box<S>>>,
}

impl<T, S: Stream<Item = Result<T>>> Iterator for Iter<S> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let stream = self.stream.as_mut()?;
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(error) => {
                self.stream = None;
                return Some(Err(error));
            }
        };
        // Most rows are here already, of a batch that has come: only for others is it worth parking the thread.
        let guard = runtime.enter();
        let ready = stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
        drop(guard);
        let row = match ready {
            Poll::Ready(row) => row,
            Poll::Pending => runtime.block_on(stream.next()),
        };
        if row.is_none() {
            self.stream = None;
        }
        row
    }
}

/// The runtime behind all waiting, made at its first use. Its one worker drives sockets and timers; futures are polled on
/// the threads that wait for them.
fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if Handle::try_current().is_ok() {
        let message = "querent::blocking was used within an async runtime: `.await` the future there; in a \
                       `spawn_blocking` wait by `tokio::runtime::Handle::current().block_on(…)`";
        return Err(Error::new(ErrorKind::Config, message));
    }
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made =
        Builder::new_multi_thread().worker_threads(1).thread_name("querent-blocking").enable_all().build();
    let made = made.map_err(|e| {
        Error::new(ErrorKind::Resource, "the background runtime of querent::blocking cannot start")
            .with_cause(e)
    })?;
    // Of two threads that come first at the same time, one throws its own away.
    Ok(RUNTIME.get_or_init(|| made))
}
