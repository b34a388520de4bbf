//! A statement on its way: a lease, what was sent, batches until the end. Generic over the backend only.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::run::{Raw, mismatch};
use crate::backend::{Backend, Batch, Wants};
use crate::error::{Error, Result};
use crate::executor::Target;
use crate::plan::ColumnMeta;
use crate::pool::{Held, before, deadline_in};

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
    raw: Raw<'f, B>,
    deadline: Option<(Instant, Duration)>,
    /// How many batches have come, the columns of which were compared with those that were checked.
    batches: usize,
    /// Whether the end was reached.
    ended: bool,
}

impl<'f, B: Backend> Running<'f, B> {
    pub(super) async fn start(target: Target<'f, B>, raw: Raw<'f, B>, wants: Wants) -> Result<Self> {
        raw.refuse()?;
        let deadline = raw.call.timeout.and_then(|t| Some((deadline_in(t)?, t)));
        let mut held = match target {
            Target::Pool(shared) => Held::Owned(shared.acquire(deadline.map(|(at, _)| at)).await?),
            Target::Lease(lease) => Held::Borrowed(lease),
        };
        let lease = held.lease();
        let opened = within(deadline, B::open(lease.start()?, raw.request(wants))).await;
        match opened {
            Ok(cursor) => Ok(Running { held, cursor, raw, deadline, batches: 0, ended: false }),
            Err(error) => {
                // By what happened, before it is called ambiguous: a shared transport may outlive a timeout.
                lease.fail(error.kind());
                Err(error.settle(raw.effect(lease)).without_values(&raw.values))
            }
        }
    }

    pub(super) async fn next(&mut self) -> Result<Option<B::Batch>> {
        if self.ended {
            return Ok(None);
        }
        let lease = self.held.lease();
        match within(self.deadline, B::next(lease.connection()?, &mut self.cursor)).await {
            Ok(Some(batch)) => {
                if let Some(columns) = self.raw.columns_of(self.batches) {
                    compare(columns, &batch)?;
                }
                self.batches += 1;
                Ok(Some(batch))
            }
            Ok(None) => {
                self.ended = true;
                lease.finish();
                Ok(None)
            }
            Err(error) => {
                lease.fail(error.kind());
                Err(error.settle(self.raw.effect(lease)).without_values(&self.raw.values))
            }
        }
    }
}

async fn within<T>(
    deadline: Option<(Instant, Duration)>,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
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
