//! A statement on its way: a lease, what was sent, batches until the end; sent again where that is safe. Generic over the
//! backend only.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::run::{Raw, mismatch};
use crate::backend::{Backend, Batch, Wants};
use crate::error::{Error, Result};
use crate::executor::Target;
use crate::plan::ColumnMeta;
use crate::pool::{Held, Lease, before};
use crate::retry;

/// Where a statement is.
pub(super) enum State<'f, B: Backend> {
    Start(Target<'f, B>, Raw<'f, B>, Wants),
    Running(Running<'f, B>),
    Done,
}

/// One step of the stream of batches.
pub(super) async fn step<B: Backend>(state: State<'_, B>) -> Option<(Result<B::Batch>, State<'_, B>)> {
    let mut running = match state {
        State::Start(target, raw, wants) => {
            let context = raw.context();
            match Running::start(target, raw, wants).await {
                Ok(running) => running,
                Err(error) => return Some((Err(context.error(error)), State::Done)),
            }
        }
        State::Running(running) => running,
        State::Done => return None,
    };
    match running.next().await {
        Ok(Some(batch)) => Some((Ok(batch), State::Running(running))),
        Ok(None) => None,
        Err(error) => {
            let error = running.raw.context().error(error);
            Some((Err(error), State::Done))
        }
    }
}

/// A statement that was sent. Dropped before its end, its lease is busy and so closes the connection.
pub(super) struct Running<'f, B: Backend> {
    held: Held<'f, B>,
    pub(super) cursor: B::Cursor,
    pub(super) raw: Raw<'f, B>,
    deadline: Deadline,
    /// The batch that has come and is not handed out.
    first: Option<B::Batch>,
    /// How many batches have come, the columns of which were compared with those that were checked.
    batches: usize,
    /// Whether the end was reached.
    ended: bool,
}

/// When the whole call ends, and the time that it was given.
pub(super) type Deadline = Option<(Instant, Duration)>;

impl<'f, B: Backend> Running<'f, B> {
    /// Sends a statement and waits for its first batch. On a pool it is sent again where [`retry`] allows that.
    pub(super) async fn start(target: Target<'f, B>, raw: Raw<'f, B>, wants: Wants) -> Result<Self> {
        raw.refuse()?;
        let deadline = raw.deadline();
        let shared = match target {
            Target::Pool(shared) => shared,
            Target::Lease(lease) => {
                let begun = begin(lease, &raw, wants, deadline).await?;
                return Ok(Running::begun(Held::Borrowed(lease), begun, raw, deadline));
            }
        };
        let mut resent = 0;
        loop {
            let until = deadline.map(|(at, _)| at);
            let key = shared.cluster().and_then(|_| raw.row_key());
            let mut lease = match &key {
                Some(key) => shared.acquire_for(key, until).await?,
                None => shared.acquire(until).await?,
            };
            let begun = begin(&mut lease, &raw, wants, deadline).await;
            let error = match begun {
                Ok(begun) => return Ok(Running::begun(Held::Owned(lease), begun, raw, deadline)),
                Err(error) => error,
            };
            // It goes before another is waited for: what is broken makes room.
            drop(lease);
            let pause = retry::pause(resent);
            let in_time = deadline.is_none_or(|(at, _)| Instant::now() + pause < at);
            if !(error.is_retryable() && resent < shared.resends_max() && in_time) {
                return Err(error);
            }
            resent += 1;
            tracing::debug!(kind = ?error.kind(), resent, "a statement is sent again");
            sleep(pause).await;
        }
    }

    fn begun(held: Held<'f, B>, begun: Begun<B>, raw: Raw<'f, B>, deadline: Deadline) -> Self {
        let (cursor, first) = begun;
        let (batches, ended) = (usize::from(first.is_some()), first.is_none());
        Running { held, cursor, raw, deadline, first, batches, ended }
    }

    pub(super) async fn next(&mut self) -> Result<Option<B::Batch>> {
        if self.first.is_some() || self.ended {
            return Ok(self.first.take());
        }
        let lease = self.held.lease();
        let batch = next(lease, &mut self.cursor, &self.raw, self.batches, self.deadline).await?;
        match batch {
            Some(_) => self.batches += 1,
            None => self.ended = true,
        }
        Ok(batch)
    }
}

/// A result that has begun: its first batch, or none where it had no rows.
type Begun<B> = (<B as Backend>::Cursor, Option<<B as Backend>::Batch>);

/// Sends a statement, once, and waits for its first batch.
async fn begin<B: Backend>(
    lease: &mut Lease<B>,
    raw: &Raw<'_, B>,
    wants: Wants,
    deadline: Deadline,
) -> Result<Begun<B>> {
    let started = Instant::now();
    let opened = within(deadline, B::open(lease.start()?, raw.request(wants))).await;
    let mut cursor = opened.map_err(|error| failed(lease, raw, error))?;
    let first = next(lease, &mut cursor, raw, 0, deadline).await?;
    lease.answered(started.elapsed());
    Ok((cursor, first))
}

/// The next batch, `batches` having come.
async fn next<B: Backend>(
    lease: &mut Lease<B>,
    cursor: &mut B::Cursor,
    raw: &Raw<'_, B>,
    batches: usize,
    deadline: Deadline,
) -> Result<Option<B::Batch>> {
    let outcome = within(deadline, B::next(lease.connection()?, cursor)).await;
    let batch = outcome.map_err(|error| failed(lease, raw, error))?;
    match (&batch, raw.columns_of(batches)) {
        (Some(batch), Some(columns)) => compare(columns, batch)?,
        (Some(_), None) => {}
        (None, _) => lease.finish(),
    }
    Ok(batch)
}

/// The error as the caller sees it.
fn failed<B: Backend>(lease: &mut Lease<B>, raw: &Raw<'_, B>, error: Error) -> Error {
    // By what happened, before it is called ambiguous: a shared transport may outlive a timeout.
    lease.fail(error.kind());
    error.settle(raw.effect(lease)).without_values(&raw.values)
}

async fn within<T>(deadline: Deadline, work: impl Future<Output = Result<T>>) -> Result<T> {
    let Some((at, after)) = deadline else { return work.await };
    before(Some(at), work).await.unwrap_or_else(|| Err(Error::timeout("the query", after)))
}

/// Whether a result has the columns that were checked. Further columns at the end are let pass.
fn compare<T: Batch>(columns: &[ColumnMeta], batch: &T) -> Result<()> {
    if batch.width() < columns.len() {
        return Err(mismatch(format!(
            "the result has {} columns and was checked with {}",
            batch.width(),
            columns.len()
        )));
    }
    for (index, column) in columns.iter().enumerate().filter(|(_, column)| column.named) {
        match batch.column_name(index) {
            Some(name) if !name.eq_ignore_ascii_case(column.name) => {
                return Err(mismatch(format!(
                    "column {} of the result is `{name}` and was checked as `{}`",
                    index + 1,
                    column.name
                )));
            }
            _ => {}
        }
    }
    Ok(())
}
