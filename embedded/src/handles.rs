//! What clients hold on to: a bounded number of things behind unguessable handles, which go
//! away when they are taken, closed, or not used for a while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tonic::Status;
use uuid::Uuid;

/// A handle as it travels: the 16 bytes of a random UUID.
pub(crate) type Handle = Uuid;

/// Things that clients refer to by handle.
#[derive(Debug)]
pub(crate) struct Handles<T> {
    what: &'static str,
    count_max: usize,
    idle: Duration,
    entries: Mutex<Entries<T>>,
}

#[derive(Debug)]
struct Entries<T> {
    by_handle: HashMap<Handle, Entry<T>>,
    swept: Instant,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    used: Instant,
}

impl<T> Handles<T> {
    /// `what` is the word for one of them in errors.
    pub(crate) fn new(what: &'static str, count_max: usize, idle: Duration) -> Self {
        Self {
            what,
            count_max,
            idle,
            entries: Mutex::new(Entries { by_handle: HashMap::new(), swept: Instant::now() }),
        }
    }

    /// Keeps a value. What expired is swept now and then, and always before this is refused.
    pub(crate) fn insert(&self, value: T) -> Result<Handle, Status> {
        let now = Instant::now();
        let mut entries = self.lock();
        let is_full = entries.by_handle.len() >= self.count_max;
        if is_full || now.duration_since(entries.swept) >= self.idle / 8 {
            entries.swept = now;
            let idle = self.idle;
            entries.by_handle.retain(|_, entry| now.duration_since(entry.used) < idle);
        }
        if entries.by_handle.len() >= self.count_max {
            return Err(Status::resource_exhausted(format!(
                "{} {}s are open, which is the most that this server keeps; close or read some",
                self.count_max, self.what
            )));
        }
        let handle = Uuid::new_v4();
        entries.by_handle.insert(handle, Entry { value, used: now });
        Ok(handle)
    }

    /// Removes a value and hands it out: a second take finds nothing.
    pub(crate) fn take(&self, handle: Handle) -> Option<T> {
        let mut entries = self.lock();
        let entry = entries.by_handle.remove(&handle)?;
        (entry.used.elapsed() < self.idle).then_some(entry.value)
    }

    /// The error for a handle that is not there.
    pub(crate) fn unknown(&self) -> Status {
        Status::not_found(format!("no such {}: it was closed, used or has expired", self.what))
    }

    fn lock(&self) -> MutexGuard<'_, Entries<T>> {
        // Every change leaves the map whole, so that a panic elsewhere does not spoil it.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Handles<T> {
    /// The value of a handle, which counts as a use of it.
    pub(crate) fn get(&self, handle: Handle) -> Result<T, Status> {
        let now = Instant::now();
        let mut entries = self.lock();
        match entries.by_handle.get_mut(&handle) {
            Some(entry) if now.duration_since(entry.used) < self.idle => {
                entry.used = now;
                Ok(entry.value.clone())
            }
            _ => Err(self.unknown()),
        }
    }
}

/// Reads a handle from the wire.
pub(crate) fn parse(bytes: &[u8]) -> Result<Handle, Status> {
    if bytes.is_empty() {
        return Err(Status::invalid_argument("the handle is empty"));
    }
    Uuid::from_slice(bytes).map_err(|_| Status::invalid_argument("the handle is not one of this server's"))
}

/// A handle as it travels.
pub(crate) fn to_bytes(handle: Handle) -> Bytes {
    Bytes::copy_from_slice(handle.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handles(count_max: usize) -> Handles<u32> {
        Handles::new("ticket", count_max, Duration::from_secs(60))
    }

    #[tokio::test(start_paused = true)]
    async fn a_value_is_taken_once() {
        let handles = handles(2);
        let handle = handles.insert(7).expect("room");
        assert_eq!(handles.get(handle).expect("there"), 7);
        assert_eq!(handles.take(handle), Some(7));
        assert_eq!(handles.take(handle), None);
        let error = handles.get(handle).expect_err("taken");
        assert_eq!(error.code(), tonic::Code::NotFound);
    }

    #[tokio::test(start_paused = true)]
    async fn values_expire_when_they_are_not_used() {
        let handles = handles(2);
        let used = handles.insert(1).expect("room");
        let unused = handles.insert(2).expect("room");
        tokio::time::advance(Duration::from_secs(40)).await;
        assert!(handles.get(used).is_ok());
        tokio::time::advance(Duration::from_secs(40)).await;
        assert!(handles.get(used).is_ok());
        assert!(handles.get(unused).is_err());
        assert_eq!(handles.take(unused), None);
    }

    #[tokio::test(start_paused = true)]
    async fn room_is_made_by_what_expired_only() {
        let handles = handles(2);
        let kept = handles.insert(1).expect("room");
        handles.insert(2).expect("room");
        let error = handles.insert(3).expect_err("full");
        assert_eq!(error.code(), tonic::Code::ResourceExhausted);
        tokio::time::advance(Duration::from_secs(40)).await;
        assert!(handles.get(kept).is_ok());
        tokio::time::advance(Duration::from_secs(40)).await;
        handles.insert(3).expect("the second has expired");
        assert!(handles.get(kept).is_ok());
    }

    #[test]
    fn garbage_is_no_handle() {
        for bytes in [&b""[..], b"x", &[0; 15], &[0; 17]] {
            let error = parse(bytes).expect_err("garbage");
            assert_eq!(error.code(), tonic::Code::InvalidArgument);
        }
    }
}
