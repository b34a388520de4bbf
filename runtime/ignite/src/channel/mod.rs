//! One connection to one node, shared by all who speak to it: requests are written as they come, answers are matched by
//! id, and nobody waits for another's.
//!
//! The server runs the requests of a connection in a pool of threads, in no order: who needs an order awaits each answer
//! (2.17.0: of 3,000 pairs of PUT and GET sent together, 278 read the value before).

mod beats;
mod direct;
mod leaves;
mod reply;
mod tasks;
mod waiters;

use std::future::{self, Future};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use querent_core::types::value::Uuid;
use querent_core::url::Host;
use querent_protocol::ignite::Limits;
use querent_protocol::ignite::code::{Op, Status};
use querent_protocol::ignite::handshake::Agreed;
use querent_protocol::ignite::request::{self, Request, ResourceClose, TxEnd};
use querent_protocol::ignite::response::AffinityVersion;
use tokio::sync::{Notify, mpsc, watch};

use crate::events::Asked;
use direct::Written;
use leaves::{Leaves, Undo};
use reply::Reply;
use waiters::{Abandoned, Polled, Waiters};

pub(crate) use beats::Beats;
pub(crate) use direct::{Direct, Sink};
pub(crate) use reply::{Answer, CallError};
pub(crate) use tasks::spawn;

/// A connection to a node. It is closed when the last handle on it goes.
pub(crate) struct Channel {
    shared: Arc<Shared>,
    queue: mpsc::Sender<Outgoing>,
}

/// What the handles and the two tasks share.
struct Shared {
    setup: Setup,
    waiters: Mutex<Waiters>,
    next_id: AtomicI64,
    topology: watch::Sender<Option<AffinityVersion>>,
    /// No more handles are made of it: the server said 1010, so that each further statement would fail, or a statement
    /// runs on that nobody waits for, which only closing the connection stops.
    retired: AtomicBool,
    /// Cursors and transactions that are open on it.
    holds: AtomicUsize,
    /// A sign of life is overdue.
    doubtful: AtomicBool,
    /// It has ended; why is with the waiters.
    lost: AtomicBool,
    /// Requests of nobody's, that undo what was left: no more than there were resources.
    aside: mpsc::UnboundedSender<Vec<u8>>,
    /// Asks for a sign of life at once.
    probe: Notify,
    /// Tells the writer that there will be no more answers.
    ended: Notify,
    /// Whether anything was sent since the last look for signs of life.
    sent: AtomicBool,
    /// Writing without the writer, where the socket is a plain one.
    direct: Option<Arc<Direct>>,
    /// Tells the writer that there is a frame to finish.
    begun: Notify,
}

/// What is known of a connection from its beginning.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// What is spoken on it.
    pub(crate) agreed: Agreed,
    /// The node's id; known from 1.4 on.
    pub(crate) node: Option<Uuid>,
    /// Where the node was reached.
    pub(crate) address: Host,
    /// The version of TLS that was agreed on; `None` where the connection is a plain one.
    pub(crate) tls_version: Option<&'static str>,
    /// The largest request.
    pub(crate) request_len_max: usize,
    /// The largest answer.
    pub(crate) limits: Limits,
    /// Requests that wait to be written.
    pub(crate) queue_len: usize,
    /// When signs of life are asked for.
    pub(crate) beats: Beats,
    /// How long a write may take.
    pub(crate) write_timeout: Duration,
}

struct Outgoing {
    id: i64,
    frame: Vec<u8>,
}

/// The longest frame that is written where it is made: copying what does not fit of a longer one would cost more.
const DIRECT_LEN_MAX: usize = 64 << 10;

/// The id of requests whose answers nobody wants. Those of others are above zero.
const NOBODY: i64 = -1;

impl Channel {
    /// Sends a request and waits for its answer.
    ///
    /// When the returned future is dropped, the request is not sent, or its answer is not waited for and what it leaves on
    /// the server is undone; others on this connection notice nothing.
    pub(crate) async fn call<R: Request + ?Sized>(&self, request: &R) -> Reply {
        let mut pending = self.start(request)?.send(&self.queue).await?;
        pending.has_waker = true;
        pending.await
    }

    /// Sends a request, without waiting for its answer.
    pub(crate) async fn begin<R: Request + ?Sized>(&self, request: &R) -> Result<PendingCall, CallError> {
        self.start(request)?.send(&self.queue).await
    }

    fn start<R: Request + ?Sized>(&self, request: &R) -> Result<Unsent, CallError> {
        let shared = &self.shared;
        let id = shared.next_id.fetch_add(1, Ordering::Relaxed);
        let frame = request::encode(request, id, &shared.setup.agreed, shared.setup.request_len_max);
        let frame = frame.map_err(CallError::Unsendable)?;
        Ok(Unsent { shared: shared.clone(), outgoing: Outgoing { id, frame }, op: request.op() })
    }

    /// Closes a cursor, without waiting.
    pub(crate) fn close_later(&self, cursor: i64) {
        self.shared.undo(Undo::Close(ResourceClose(cursor)));
    }

    /// Takes a transaction back, without waiting.
    pub(crate) fn rollback_later(&self, tx_id: i32) {
        self.shared.undo(Undo::Rollback(TxEnd { tx_id, commit: false }));
    }

    /// Keeps a retired connection open, for a cursor or a transaction.
    pub(crate) fn hold(&self) -> Hold {
        self.shared.holds.fetch_add(1, Ordering::Relaxed);
        Hold { shared: self.shared.clone() }
    }

    /// What is known of the connection.
    pub(crate) fn setup(&self) -> &Setup {
        &self.shared.setup
    }

    /// The latest version of the topology that the node told.
    pub(crate) fn topology(&self) -> watch::Receiver<Option<AffinityVersion>> {
        self.shared.topology.subscribe()
    }

    /// That version just now.
    pub(crate) fn version(&self) -> Option<AffinityVersion> {
        *self.shared.topology.borrow()
    }

    /// Whether a further request may be sent, as far as is known without asking.
    pub(crate) fn is_usable(&self) -> bool {
        let shared = &self.shared;
        !shared.retired.load(Ordering::Relaxed)
            && !shared.doubtful.load(Ordering::Relaxed)
            && !shared.lost.load(Ordering::Relaxed)
    }
}

impl Shared {
    /// Whether nobody would notice if the connection were closed.
    fn is_idle(&self) -> bool {
        self.holds.load(Ordering::Relaxed) == 0 && !self.waiters().is_awaited()
    }

    /// No code that can panic runs under the lock, so that a poisoned one still holds a whole state.
    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request at once, if nobody else writes or is about to: those who were just woken have more to ask, and what
    /// is written together costs less. False where it is left to the writer.
    fn write_now(&self, outgoing: &Outgoing, leaves: Leaves, waker: &Waker) -> Result<bool, CallError> {
        let Some(turn) = self.direct.as_ref().and_then(|direct| direct.free()) else { return Ok(false) };
        let mut waiters = self.waiters();
        if waiters.has_untaken() {
            return Ok(false);
        }
        waiters.expect(outgoing.id, leaves, waker.clone())?;
        waiters.write(outgoing.id);
        drop(waiters);
        match turn.write(&outgoing.frame) {
            Written::Whole => {}
            Written::Begun => self.begun.notify_one(),
            Written::Nothing => {
                // Dropped outside of the lock.
                let waker = self.waiters().forget(outgoing.id);
                drop(waker);
                return Ok(false);
            }
        }
        self.sent.store(true, Ordering::Relaxed);
        Ok(true)
    }

    fn undo(&self, undo: Undo) {
        let setup = &self.setup;
        let frame = match undo {
            Undo::Close(close) => request::encode(&close, NOBODY, &setup.agreed, usize::MAX),
            Undo::Rollback(end) => request::encode(&end, NOBODY, &setup.agreed, usize::MAX),
        };
        if let Ok(frame) = frame {
            // Where the writer has ended, so has the connection, and with it what was to be undone.
            let _ = self.aside.send(frame);
        }
    }
}

/// Something that is open on a connection, which is closed after it at the earliest.
pub(crate) struct Hold {
    shared: Arc<Shared>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.holds.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request that is not in the queue yet.
struct Unsent {
    shared: Arc<Shared>,
    outgoing: Outgoing,
    op: Op,
}

impl Unsent {
    /// Waits for a place in the queue. Dropped meanwhile, nothing has happened.
    async fn send(self, queue: &mpsc::Sender<Outgoing>) -> Result<PendingCall, CallError> {
        let Unsent { shared, outgoing, op } = self;
        let leaves = Leaves::of(op, &outgoing.frame);
        // What waits in the queue is written together.
        let is_first = queue.capacity() == queue.max_capacity();
        let id = outgoing.id;
        if is_first
            && outgoing.frame.len() <= DIRECT_LEN_MAX
            && shared.write_now(&outgoing, leaves, &this_waker().await)?
        {
            let asked = Asked::begin(op, &shared.setup.address);
            return Ok(PendingCall { id, asked, shared: Some(shared), has_waker: false });
        }
        // A closed queue is told by the waiters, with the reason.
        let place = queue.reserve().await.ok();
        let waker = this_waker().await;
        shared.waiters().expect(id, leaves, waker)?;
        let asked = Asked::begin(op, &shared.setup.address);
        let call = PendingCall { id, asked, shared: Some(shared), has_waker: false };
        match place {
            Some(place) => place.send(outgoing),
            None => return Err(CallError::Unexpected("the connection is closing")),
        }
        Ok(call)
    }
}

/// Who is polling just now: after the next time of waiting it may be somebody else.
async fn this_waker() -> Waker {
    future::poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
}

/// A request on its way; the answer is what it gives. Dropped before, what the answer leaves on the server is undone.
pub(crate) struct PendingCall {
    id: i64,
    asked: Option<Asked>,
    /// `None` once it was answered.
    shared: Option<Arc<Shared>>,
    /// Whether whoever polls it next is who is woken already, so that there is nothing to look at.
    has_waker: bool,
}

impl Future for PendingCall {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        if std::mem::take(&mut self.has_waker) {
            return Poll::Pending;
        }
        let Some(shared) = &self.shared else {
            return Poll::Ready(Err(CallError::Unexpected("an answer that was taken already")));
        };
        let polled = shared.waiters().poll(self.id, cx.waker());
        let Polled::Ready(reply) = polled else { return Poll::Pending };
        if let Some(asked) = self.asked.take() {
            asked.answered(&reply);
        }
        if let (Err(CallError::Refused(failure)), Some(shared)) = (&reply, self.shared.take())
            && failure.status == Status::TOO_MANY_CURSORS
        {
            shared.retired.store(true, Ordering::Relaxed);
        }
        Poll::Ready(reply)
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        let Some(shared) = self.shared.take() else { return };
        if let Some(asked) = self.asked.take() {
            asked.given_up();
        }
        // From here on the reader undoes what it cannot hand over; what it has handed over is undone here.
        let gone = shared.waiters().abandon(self.id);
        match gone.map(|gone| gone.how) {
            // It may have been given up because the peer is dead: that is soon known.
            Some(Abandoned::Written) => shared.probe.notify_one(),
            Some(Abandoned::Unwritten(Some(undo)) | Abandoned::Answered(Some(undo))) => shared.undo(undo),
            Some(Abandoned::Unwritten(None) | Abandoned::Answered(None)) | None => {}
        }
    }
}
