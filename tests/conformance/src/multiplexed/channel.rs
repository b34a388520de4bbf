//! The client's end of a transport: one task owns the stream, handles ask it and wait for the answer of their id.
//!
//! A frame is its length, an id, an operation (a status in an answer) and a payload.

use std::collections::HashMap;
use std::sync::Arc;

use querent::{Error, ErrorKind, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf};
use tokio::sync::{mpsc, oneshot};

use crate::script::{broken, refused};

pub(crate) const EXECUTE: u8 = 1;
pub(crate) const FETCH: u8 = 2;
pub(crate) const CLOSE: u8 = 3;
pub(crate) const GET: u8 = 4;
pub(crate) const OK: u8 = 0;
pub(crate) const REFUSED: u8 = 1;
const FRAME_LEN_MAX: usize = 1 << 20;
const QUEUE_LEN: usize = 64;

/// A message in either direction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) id: u64,
    /// The operation, or the status.
    pub(crate) code: u8,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = ((self.payload.len() + 9) as u32).to_be_bytes().to_vec();
        bytes.extend(self.id.to_be_bytes());
        bytes.push(self.code);
        bytes.extend(&self.payload);
        bytes
    }
}

/// The next frame; `None` where the stream ended or is no stream of frames.
///
/// Not for use in `select!`: a frame of which a part was read must be read to its end.
pub(crate) async fn read(stream: &mut ReadHalf<DuplexStream>) -> Option<Frame> {
    let len = stream.read_u32().await.ok()? as usize;
    let len = len.checked_sub(9).filter(|len| *len <= FRAME_LEN_MAX)?;
    let (id, code) = (stream.read_u64().await.ok()?, stream.read_u8().await.ok()?);
    let mut payload = vec![0; len];
    stream.read_exact(&mut payload).await.ok()?;
    Some(Frame { id, code, payload })
}

/// Who waits for an answer.
type Waiter = oneshot::Sender<Result<Vec<u8>>>;

/// What handles share. The transport ends with the last of them.
pub(crate) struct Channel {
    requests: mpsc::Sender<(u8, Vec<u8>, Option<Waiter>)>,
}

impl Channel {
    /// Takes over a stream.
    pub(crate) fn open(stream: DuplexStream) -> Arc<Channel> {
        let (requests, mut inbox) = mpsc::channel(QUEUE_LEN);
        let (mut reading, mut writing) = tokio::io::split(stream);
        let (frames, mut arrived) = mpsc::channel(QUEUE_LEN);
        // Ends when the owner below does, or the stream.
        tokio::spawn(async move {
            while let Some(frame) = read(&mut reading).await {
                if frames.send(frame).await.is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            let mut waiting: HashMap<u64, (u8, Option<Waiter>)> = HashMap::new();
            let mut last_id = 0;
            loop {
                let frame: Frame = tokio::select! {
                    request = inbox.recv() => {
                        let Some((code, payload, answer)) = request else { break };
                        last_id += 1;
                        waiting.insert(last_id, (code, answer));
                        Frame { id: last_id, code, payload }
                    }
                    frame = arrived.recv() => {
                        let Some(frame) = frame else { break };
                        let Some((operation, answer)) = waiting.remove(&frame.id) else { break };
                        match deliver(operation, answer, frame) {
                            None => continue,
                            Some(cursor) => {
                                last_id += 1;
                                waiting.insert(last_id, (CLOSE, None));
                                Frame { id: last_id, code: CLOSE, payload: cursor }
                            }
                        }
                    }
                };
                if writing.write_all(&frame.bytes()).await.is_err() {
                    break;
                }
            }
            // Whoever waits sees its sender dropped; the server sees the end of the stream.
            let _ = writing.shutdown().await;
        });
        Arc::new(Channel { requests })
    }

    /// Asks and waits for the answer.
    pub(crate) async fn ask(&self, operation: u8, payload: &[u8]) -> Result<Vec<u8>> {
        let (answer, answered) = oneshot::channel();
        self.requests.send((operation, payload.to_vec(), Some(answer))).await.map_err(|_| broken())?;
        answered.await.map_err(|_| broken())?
    }

    /// Asks and does not wait. Where the queue is full, nothing is said: the server forgets the cursor in time.
    pub(crate) fn tell(&self, operation: u8, payload: &[u8]) {
        let _ = self.requests.try_send((operation, payload.to_vec(), None));
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.requests.is_closed()
    }
}

/// Hands an answer to who waits for it. Where nobody does any more and it opened a cursor, gives that cursor, to be closed.
fn deliver(operation: u8, answer: Option<Waiter>, frame: Frame) -> Option<Vec<u8>> {
    let outcome = match frame.code {
        OK => Ok(frame.payload),
        REFUSED => Err(refused()),
        other => Err(Error::new(ErrorKind::Protocol, format!("unknown status {other}"))),
    };
    let undelivered = match answer {
        Some(answer) => answer.send(outcome).err()?.ok()?,
        None => return None,
    };
    (operation == EXECUTE).then(|| undelivered.get(..8).map(<[u8]>::to_vec))?
}
