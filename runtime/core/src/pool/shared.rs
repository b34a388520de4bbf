//! The pool's state and its three moves: acquire, deliver, dial.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};
use tokio::time;

use super::{Lease, PoolOptions, PoolStats};
use crate::backend::Backend;
use crate::error::{Error, ErrorKind, Result};

/// What became of the transport under a connection that ended instead of coming back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It cannot be used again.
    Broken,
    /// A statement was left half way on it.
    Doubtful,
    /// Nothing happened to it: a transaction was dropped between statements.
    Fine,
}

pub(crate) struct Shared<B: Backend> {
    backend: B::Options,
    options: PoolOptions,
    /// Where connections are made, also when a lease is dropped outside the runtime.
    runtime: Handle,
    source: &'static str,
    state: Mutex<State<B>>,
    /// Told whenever a connection ends, for `close`.
    ended: Notify,
}

struct State<B: Backend> {
    idle: VecDeque<Idle<B>>,
    waiters: VecDeque<oneshot::Sender<Result<Lease<B>>>>,
    /// Leased, idle and being made.
    connections: usize,
    /// Being made.
    dialing: usize,
    closed: bool,
    /// A handle on the shared transport, where the backend has such.
    root: Option<B::Connection>,
}

struct Idle<B: Backend> {
    connection: B::Connection,
    made: Instant,
    since: Instant,
}

impl<B: Backend> Shared<B> {
    pub(super) fn new(
        backend: B::Options,
        options: PoolOptions,
        runtime: Handle,
        source: &'static str,
    ) -> Arc<Self> {
        let state = State {
            idle: VecDeque::new(),
            waiters: VecDeque::new(),
            connections: 0,
            dialing: 0,
            closed: false,
            root: None,
        };
        Arc::new(Shared { backend, options, runtime, source, state: Mutex::new(state), ended: Notify::new() })
    }

    /// No code that can panic runs under the lock, so that a poisoned one still holds a whole state.
    fn lock(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often a statement is sent again.
    pub(crate) fn resends_max(&self) -> u32 {
        self.options.resends_max
    }

    /// Waits for a connection until the pool's own limit, or `deadline` if that comes first.
    pub(crate) async fn acquire(self: &Arc<Self>, deadline: Option<time::Instant>) -> Result<Lease<B>> {
        let mut receiver = match self.try_acquire() {
            Attempt::Leased(lease) => return Ok(lease),
            Attempt::Closed => return Err(self.error(ErrorKind::PoolClosed, "the pool is closed")),
            Attempt::Queued(receiver) => receiver,
        };
        let limit = deadline_in(self.options.acquire_timeout);
        // `None` is no limit, and so later than any.
        let until = limit.into_iter().chain(deadline).min();
        match before(until, &mut receiver).await {
            Some(Ok(outcome)) => outcome.map_err(|e| e.with_source_name(self.source)),
            Some(Err(_)) => {
                Err(self.error(ErrorKind::PoolClosed, "the pool was closed while waiting for a connection"))
            }
            None => {
                let stats = self.stats();
                Err(self.error(
                    ErrorKind::PoolTimeout,
                    format!(
                        "no connection became free in time ({} connections, {} idle, {} waiting)",
                        stats.connections, stats.idle, stats.waiting
                    ),
                ))
            }
        }
    }

    fn try_acquire(self: &Arc<Self>) -> Attempt<B> {
        let mut ended = Vec::new();
        let mut state = self.lock();
        if state.closed {
            return Attempt::Closed;
        }
        state.waiters.retain(|w| !w.is_closed());
        if state.waiters.is_empty() {
            let now = Instant::now();
            while let Some(idle) = state.idle.pop_back() {
                if self.is_fresh(&idle, now) && B::is_usable(&idle.connection) {
                    drop(state);
                    return Attempt::Leased(Lease::new(idle.connection, self.clone(), idle.made));
                }
                state.connections -= 1;
                ended.push(idle.connection);
            }
        }
        let (sender, receiver) = oneshot::channel();
        state.waiters.push_back(sender);
        self.dial_as_needed(&mut state);
        drop(state);
        drop(ended);
        Attempt::Queued(receiver)
    }

    fn is_fresh(&self, idle: &Idle<B>, now: Instant) -> bool {
        let within = |limit: Option<Duration>, since: Instant| {
            limit.is_none_or(|limit| now.saturating_duration_since(since) < limit)
        };
        within(self.options.idle_timeout, idle.since) && within(self.options.max_lifetime, idle.made)
    }

    /// Starts connects for those waiters that none is on its way to, as far as there is room.
    fn dial_as_needed(self: &Arc<Self>, state: &mut State<B>) {
        while state.dialing < state.waiters.len() && state.connections < self.options.max_connections {
            state.connections += 1;
            state.dialing += 1;
            let shared = state.root.as_ref().filter(|root| B::is_usable(root)).and_then(B::share);
            let home = self.clone();
            self.runtime.spawn(async move { home.dial(shared).await });
        }
    }

    async fn dial(self: Arc<Self>, shared: Option<B::Connection>) {
        let mut slot = Slot { home: &self, counted: true };
        let limit = self.options.connect_timeout;
        let outcome = match shared {
            Some(connection) => Ok(connection),
            None => match time::timeout(limit, B::connect(&self.backend)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(Error::timeout("connecting", limit)),
            },
        };
        match outcome {
            Ok(connection) => {
                slot.counted = false;
                let mut replaced = None;
                let mut state = self.lock();
                state.dialing -= 1;
                // A pool that was closed meanwhile keeps nothing: its transport would outlive `close`.
                if !state.closed && state.root.as_ref().is_none_or(|root| !B::is_usable(root)) {
                    replaced = std::mem::replace(&mut state.root, B::share(&connection));
                }
                drop(state);
                // Outside the lock: a driver may do as it likes when a handle is dropped.
                drop(replaced);
                self.deliver(Lease::new(connection, self.clone(), Instant::now()));
            }
            Err(error) => {
                drop(slot);
                let waiter = self.next_waiter();
                if let Some(waiter) = waiter {
                    // Whoever waited may have gone meanwhile: the error is of use to nobody then.
                    let _ = waiter.send(Err(error));
                }
                self.dial_as_needed(&mut self.lock());
            }
        }
    }

    fn next_waiter(&self) -> Option<oneshot::Sender<Result<Lease<B>>>> {
        let mut state = self.lock();
        std::iter::from_fn(|| state.waiters.pop_front()).find(|w| !w.is_closed())
    }

    /// Hands a usable connection to whoever waits longest, or keeps it.
    pub(super) fn deliver(self: &Arc<Self>, mut lease: Lease<B>) {
        loop {
            let mut state = self.lock();
            let waiter = std::iter::from_fn(|| state.waiters.pop_front()).find(|w| !w.is_closed());
            let Some(waiter) = waiter else {
                let made = lease.made;
                let Some(connection) = lease.take() else { return };
                if state.closed {
                    state.connections -= 1;
                    drop(state);
                    drop(connection);
                    self.ended.notify_waiters();
                } else {
                    state.idle.push_back(Idle { connection, made, since: Instant::now() });
                }
                return;
            };
            // Sent outside the lock: a lease that comes back because the waiter just went locks again.
            drop(state);
            match waiter.send(Ok(lease)) {
                Err(Ok(returned)) => lease = returned,
                Ok(()) | Err(Err(_)) => return,
            }
        }
    }

    /// A leased connection has ended instead of coming back.
    pub(super) fn closed_one(self: &Arc<Self>, fate: Fate) {
        let mut state = self.lock();
        state.connections -= 1;
        // It may have been the shared transport that broke: the next connect makes another, unless the driver knows that
        // it was the statement alone.
        let root = state.root.take_if(|root| match fate {
            Fate::Broken => true,
            Fate::Doubtful => !B::outlives_statement(root),
            Fate::Fine => false,
        });
        self.dial_as_needed(&mut state);
        drop(state);
        drop(root);
        self.ended.notify_waiters();
    }

    pub(super) fn stats(&self) -> PoolStats {
        let state = self.lock();
        PoolStats {
            connections: state.connections,
            idle: state.idle.len(),
            waiting: state.waiters.iter().filter(|w| !w.is_closed()).count(),
        }
    }

    pub(super) async fn close(&self) {
        let (idle, waiters, root) = {
            let mut state = self.lock();
            state.closed = true;
            let idle = std::mem::take(&mut state.idle);
            state.connections -= idle.len();
            (idle, std::mem::take(&mut state.waiters), state.root.take())
        };
        drop((idle, waiters, root));
        loop {
            let ended = self.ended.notified();
            if self.lock().connections == 0 {
                return;
            }
            ended.await;
        }
    }

    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).with_source_name(self.source)
    }
}

/// The end of a time that begins now; `None` where it lies further away than a clock can tell, which is never.
pub(crate) fn deadline_in(timeout: Duration) -> Option<time::Instant> {
    time::Instant::now().checked_add(timeout)
}

/// What the work gives, unless the deadline passes before.
pub(crate) async fn before<T>(deadline: Option<time::Instant>, work: impl Future<Output = T>) -> Option<T> {
    match deadline {
        None => Some(work.await),
        Some(at) => time::timeout_at(at, work).await.ok(),
    }
}

enum Attempt<B: Backend> {
    Leased(Lease<B>),
    Queued(oneshot::Receiver<Result<Lease<B>>>),
    Closed,
}

/// A connection that is being made: its place is given up also when a driver panics or the runtime ends.
struct Slot<'s, B: Backend> {
    home: &'s Shared<B>,
    counted: bool,
}

impl<B: Backend> Drop for Slot<'_, B> {
    fn drop(&mut self) {
        if self.counted {
            let mut state = self.home.lock();
            state.dialing -= 1;
            state.connections -= 1;
            drop(state);
            self.home.ended.notify_waiters();
        }
    }
}
