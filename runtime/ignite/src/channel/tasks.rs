//! The two tasks of a connection: one writes, one reads. They end with it, and it ends with either.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::task::Waker;

use bytes::{Bytes, BytesMut};
use querent_protocol::ignite::response::{AffinityVersion, Header};
use querent_protocol::ignite::{DecodeError, Reader, frame};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task;
use tokio::time;

use super::beats::{Verdict, Watch};
use super::direct::Direct;
use super::leaves::Undo;
use super::reply::{Answer, CallError, Lost, Reply};
use super::waiters::{Delivered, Waiters};
use super::{Channel, NOBODY, Outgoing, Setup, Shared};
use crate::events;

/// Why a connection ended that nobody needed any more.
const CLOSED: &str = "the connection was closed";
const SILENT: &str = "the server gave no sign of life";

/// Frames that are written together.
const BATCH_COUNT_MAX: usize = 128;
/// Bytes that are gathered for one write; a longer frame is written by itself.
const GATHER_LEN_MAX: usize = 64 << 10;
/// Bytes that are made room for at a time, once there is less than the least; more only for a frame that has begun.
const READ_LEN_MIN: usize = 4 << 10;
const READ_LEN: usize = 64 << 10;
const READ_LEN_MAX: usize = 1 << 20;

/// Starts the tasks of a connection that is past its handshake. `buffer` is what was read beyond it, `topology` what the
/// first answer told, `direct` where requests may be written without the writer.
pub(crate) fn spawn(
    source: impl AsyncRead + Unpin + Send + 'static,
    sink: impl AsyncWrite + Unpin + Send + 'static,
    direct: Option<Arc<Direct>>,
    buffer: BytesMut,
    setup: Setup,
    topology: Option<AffinityVersion>,
) -> Channel {
    let (queue, outgoing) = mpsc::channel(setup.queue_len);
    let (aside, undoing) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        waiters: Waiters::default().into(),
        next_id: AtomicI64::new(1),
        topology: watch::Sender::new(topology),
        retired: AtomicBool::new(false),
        holds: AtomicUsize::new(0),
        doubtful: AtomicBool::new(false),
        lost: AtomicBool::new(false),
        aside,
        probe: Notify::new(),
        ended: Notify::new(),
        sent: AtomicBool::new(false),
        direct,
        begun: Notify::new(),
        setup,
    });
    let heard = Arc::new(AtomicBool::new(false));
    let reading = read(source, buffer, shared.clone(), heard.clone());
    let reading = tokio::spawn(reading).abort_handle();
    let watch = Watch::new(shared.setup.beats, heard);
    let writing = Writing { shared: shared.clone(), outgoing, undoing, watch };
    tokio::spawn(async move {
        writing.run(sink).await;
        reading.abort();
    });
    Channel { shared, queue }
}

/// Reads answers until the connection ends.
async fn read(
    mut source: impl AsyncRead + Unpin,
    mut buffer: BytesMut,
    shared: Arc<Shared>,
    heard: Arc<AtomicBool>,
) {
    let mut arrived = Arrived::default();
    let lost = loop {
        if let Err(error) = arrived.deliver(&mut buffer, &shared) {
            break Lost::decode(error);
        }
        make_room(&mut buffer);
        match source.read_buf(&mut buffer).await {
            Ok(0) => break Lost::new("the server closed the connection"),
            Ok(_) => {
                heard.store(true, Ordering::Relaxed);
                shared.doubtful.store(false, Ordering::Relaxed);
            }
            Err(error) => break Lost::io("the connection broke", error),
        }
    };
    shared.lose(lost);
    shared.ended.notify_one();
}

/// Room for what is to come. What was handed out shares the buffer, so that more than is needed is a new one each time.
fn make_room(buffer: &mut BytesMut) {
    let missing = frame::missing(buffer);
    let room = buffer.capacity() - buffer.len();
    if room < missing.clamp(READ_LEN_MIN, READ_LEN_MAX) {
        buffer.reserve(missing.clamp(READ_LEN, READ_LEN_MAX));
    }
}

/// What arrived with one read, kept for its allocations.
#[derive(Default)]
struct Arrived {
    replies: Vec<(i64, Reply)>,
    wakers: Vec<Waker>,
    undos: Vec<Undo>,
}

impl Arrived {
    /// Hands all whole answers of a buffer to who waits, under one lock.
    fn deliver(&mut self, buffer: &mut BytesMut, shared: &Shared) -> Result<(), DecodeError> {
        // What came before something that is no answer is delivered all the same.
        let mut outcome = self.decode(buffer, shared);
        if self.replies.is_empty() {
            return outcome;
        }
        let mut waiters = shared.waiters();
        for (id, reply) in self.replies.drain(..) {
            match waiters.answer(id, reply) {
                Some(Delivered::Wakes(waker)) => self.wakers.push(waker),
                Some(Delivered::ToNobody(undo)) => self.undos.extend(undo),
                None => {
                    outcome = Err(DecodeError::unknown(0, "request id", id));
                    break;
                }
            }
        }
        drop(waiters);
        self.wakers.drain(..).for_each(Waker::wake);
        self.undos.drain(..).for_each(|undo| shared.undo(undo));
        outcome
    }

    fn decode(&mut self, buffer: &mut BytesMut, shared: &Shared) -> Result<(), DecodeError> {
        while let Some(body) = frame::decode(buffer, &shared.setup.limits)? {
            self.replies.extend(shared.reply(body)?);
        }
        Ok(())
    }
}

impl Shared {
    /// Whose answer a frame is, and the answer.
    fn reply(&self, body: Bytes) -> Result<Option<(i64, Reply)>, DecodeError> {
        let mut reader = Reader::new(&body);
        let header = Header::read(&mut reader, &self.setup.agreed)?;
        let payload_at = reader.position();
        if let Some(version) = header.topology {
            self.topology.send_if_modified(|known| {
                let later = known.is_none_or(|known| known < version);
                if later {
                    *known = Some(version);
                }
                later
            });
        }
        // Nothing here asks for notifications; one may still come of what was closed meanwhile.
        if header.id == NOBODY || header.notification.is_some() {
            return Ok(None);
        }
        let reply = match header.failure {
            None => Ok(Answer::new(body, payload_at)),
            Some(failure) => Err(CallError::Refused(failure)),
        };
        Ok(Some((header.id, reply)))
    }

    fn lose(&self, lost: Lost) {
        if !self.lost.swap(true, Ordering::Relaxed) {
            events::ended(&self.setup.address, lost.what, lost.what == CLOSED);
        }
        self.give_up(lost, Waiters::lose);
    }

    /// Wakes those who wait in vain.
    fn give_up(&self, lost: Lost, who: impl FnOnce(&mut Waiters, &Arc<Lost>) -> Vec<Waker>) {
        let wakers = who(&mut self.waiters(), &Arc::new(lost));
        wakers.into_iter().for_each(Waker::wake);
    }
}

struct Writing {
    shared: Arc<Shared>,
    outgoing: mpsc::Receiver<Outgoing>,
    undoing: mpsc::UnboundedReceiver<Vec<u8>>,
    watch: Watch,
}

impl Writing {
    /// Writes until the last handle is gone, or there are no more answers.
    async fn run(mut self, mut sink: impl AsyncWrite + Unpin) {
        let mut batch = Vec::new();
        let mut gathered = Vec::new();
        let timer = time::sleep_until(self.watch.next());
        tokio::pin!(timer);
        loop {
            let shared = &self.shared;
            tokio::select! {
                biased;
                count = self.outgoing.recv_many(&mut batch, BATCH_COUNT_MAX) => {
                    if count == 0 {
                        break;
                    }
                    self.gather(&mut batch).await;
                }
                Some(frame) = self.undoing.recv() => batch.push(Outgoing { id: NOBODY, frame }),
                () = shared.begun.notified() => {}
                () = shared.ended.notified() => return,
                () = shared.probe.notified() => {
                    batch.extend(self.watch.beat(shared));
                    self.watch.abandon();
                    timer.as_mut().reset(self.watch.next());
                }
                () = &mut timer => {
                    if self.watch.is_over(shared) {
                        shared.lose(Lost::new("the connection was closed to stop a statement that was given up"));
                        return;
                    }
                    match self.watch.tick(shared) {
                        Verdict::Fine => {}
                        Verdict::Ask => batch.extend(self.watch.beat(shared)),
                        Verdict::Silent => shared.give_up(Lost::new(SILENT), Waiters::give_up_others),
                        Verdict::Dead => {
                            shared.lose(Lost::new(SILENT));
                            return;
                        }
                    }
                    timer.as_mut().reset(self.watch.next());
                }
            }
            while batch.len() < BATCH_COUNT_MAX {
                // However much there is to send: what is left on the server is undone.
                let Ok(frame) = self.undoing.try_recv() else { break };
                batch.push(Outgoing { id: NOBODY, frame });
            }
            let shared = &self.shared;
            // From here on nobody else writes.
            gathered.extend(shared.direct.as_ref().map(|direct| direct.take()).unwrap_or_default());
            let limit = shared.setup.write_timeout;
            let write = write(&mut sink, &mut batch, &mut gathered, shared);
            let lost = match time::timeout(limit, write).await {
                Ok(Ok(())) => {
                    shared.direct.iter().for_each(|direct| direct.give_back());
                    continue;
                }
                Ok(Err(error)) => Lost::io("the connection broke", error),
                Err(_) => Lost::new("the server takes no more requests"),
            };
            self.shared.lose(lost);
            return;
        }
        // No handle is there any more, and what is left to undo ends with the connection.
        self.shared.lose(Lost::new(CLOSED));
        let _ = time::timeout(self.shared.setup.write_timeout, sink.shutdown()).await;
    }

    /// Where others were woken together with who asked, they come first: what they ask is written with it. On a runtime of
    /// several threads the writer would otherwise run after each of them, with a write of its own.
    async fn gather(&mut self, batch: &mut Vec<Outgoing>) {
        if !self.shared.waiters().has_untaken() {
            return;
        }
        task::yield_now().await;
        while batch.len() < BATCH_COUNT_MAX {
            let Ok(outgoing) = self.outgoing.try_recv() else { return };
            batch.push(outgoing);
        }
    }
}

/// Writes what was gathered already, then the frames of a batch that are still wanted, small ones together.
async fn write(
    sink: &mut (impl AsyncWrite + Unpin),
    batch: &mut Vec<Outgoing>,
    gathered: &mut Vec<u8>,
    shared: &Shared,
) -> std::io::Result<()> {
    {
        let mut waiters = shared.waiters();
        batch.retain(|outgoing| waiters.write(outgoing.id));
    }
    if batch.is_empty() && gathered.is_empty() {
        return Ok(());
    }
    shared.sent.store(true, Ordering::Relaxed);
    if let ([only], true) = (&batch[..], gathered.is_empty()) {
        sink.write_all(&only.frame).await?;
    } else {
        for outgoing in batch.iter() {
            if gathered.len() + outgoing.frame.len() > GATHER_LEN_MAX {
                sink.write_all(gathered).await?;
                gathered.clear();
            }
            if outgoing.frame.len() > GATHER_LEN_MAX {
                sink.write_all(&outgoing.frame).await?;
            } else {
                gathered.extend_from_slice(&outgoing.frame);
            }
        }
        sink.write_all(gathered).await?;
        gathered.clear();
    }
    batch.clear();
    sink.flush().await
}
