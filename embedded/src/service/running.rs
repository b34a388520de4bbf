//! Queries whose rows are being read, so that another request can cancel them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::oneshot;
use tonic::Status;

use super::ResponseStream;
use crate::handles::Handle;

/// The queries that are running.
#[derive(Debug, Clone, Default)]
pub(super) struct Running {
    cancels: Arc<Mutex<HashMap<Handle, oneshot::Sender<()>>>>,
}

/// Takes a query off the list when its stream ends or is dropped.
struct Entry {
    running: Running,
    handle: Handle,
}

impl Running {
    /// The stream, which ends with an error when the query is cancelled: rows that are missing
    /// must not look like the end.
    pub(super) fn track<T: Send + 'static>(
        &self,
        handle: Handle,
        rows: ResponseStream<T>,
    ) -> ResponseStream<T> {
        let (cancel, cancelled) = oneshot::channel();
        self.with(|cancels| cancels.insert(handle, cancel));
        let entry = Entry { running: self.clone(), handle };
        let state = Some((rows, cancelled, entry));
        stream::unfold(state, |state| async move {
            let (mut rows, mut cancelled, entry) = state?;
            tokio::select! {
                biased;
                Ok(()) = &mut cancelled => Some((Err(Status::cancelled("the query was cancelled")), None)),
                row = rows.next() => Some((row?, Some((rows, cancelled, entry)))),
            }
        })
        .boxed()
    }

    /// Cancels a running query; false where there is none of this handle.
    pub(super) fn cancel(&self, handle: Handle) -> bool {
        let cancel = self.with(|cancels| cancels.remove(&handle));
        cancel.is_some_and(|cancel| cancel.send(()).is_ok())
    }

    fn with<R>(&self, f: impl FnOnce(&mut HashMap<Handle, oneshot::Sender<()>>) -> R) -> R {
        let mut cancels = self.cancels.lock().unwrap_or_else(PoisonError::into_inner);
        f(&mut cancels)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.running.with(|cancels| cancels.remove(&self.handle));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_cancelled_query_ends_with_an_error() {
        let running = Running::default();
        let handle = Handle::new_v4();
        let endless = stream::repeat_with(|| Ok(1)).boxed();
        let mut rows = running.track(handle, endless);
        assert!(rows.next().await.is_some_and(|row| row.is_ok()));
        assert!(running.cancel(handle));
        let end = rows.next().await.expect("an error").expect_err("cancelled");
        assert_eq!(end.code(), tonic::Code::Cancelled);
        assert!(rows.next().await.is_none());
        assert!(!running.cancel(handle));
    }

    #[tokio::test]
    async fn a_query_that_ended_is_forgotten() {
        let running = Running::default();
        let handle = Handle::new_v4();
        let rows = running.track(handle, stream::iter([Ok(1)]).boxed());
        assert_eq!(rows.count().await, 1);
        assert!(!running.cancel(handle));
        let dropped = running.track(handle, stream::pending::<Result<u8, Status>>().boxed());
        drop(dropped);
        assert!(!running.cancel(handle));
    }
}
