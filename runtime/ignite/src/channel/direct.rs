//! Writing where a request is made, while nobody else writes: then no task is woken for it.
//!
//! Only for plain sockets: TLS keeps what it encrypts in a buffer of its own. A frame that the socket does not take whole is
//! finished by the writer, which has the turn until then.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

/// Whose turn it is to write to a socket. The lock is held for as long as one call of the system's that does not wait.
pub(crate) struct Direct(Mutex<Turn>);

struct Turn {
    /// `None` once the writer has ended: whatever is written then is lost.
    socket: Option<Arc<OwnedWriteHalf>>,
    /// Whether the writer has it, or must take it to finish a frame.
    is_taken: bool,
    /// Of a frame that was begun.
    rest: Vec<u8>,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Whole,
    /// The writer has to be told that there is a rest.
    Begun,
    /// Not a byte of it: there is no room, or an error that the writer will meet as well.
    Nothing,
}

/// The writer's end.
pub(crate) struct Sink {
    socket: Arc<OwnedWriteHalf>,
    direct: Arc<Direct>,
}

impl Sink {
    pub(crate) fn new(socket: OwnedWriteHalf) -> Sink {
        let socket = Arc::new(socket);
        let turn = Turn { socket: Some(socket.clone()), is_taken: false, rest: Vec::new() };
        Sink { socket, direct: Arc::new(Direct(Mutex::new(turn))) }
    }

    /// The turn, for who makes requests.
    pub(crate) fn direct(&self) -> Arc<Direct> {
        self.direct.clone()
    }

    fn stream(&self) -> &TcpStream {
        (*self.socket).as_ref()
    }
}

impl Direct {
    /// The turn, if nobody has it.
    pub(super) fn free(&self) -> Option<Free<'_>> {
        let turn = match self.0.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        (!turn.is_taken && turn.socket.is_some()).then_some(Free(turn))
    }

    /// Takes the turn, for the writer; what is to be finished first.
    pub(super) fn take(&self) -> Vec<u8> {
        let mut turn = self.lock();
        turn.is_taken = true;
        std::mem::take(&mut turn.rest)
    }

    /// The writer is done.
    pub(super) fn give_back(&self) {
        self.lock().is_taken = false;
    }

    /// No code that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of who makes a request.
pub(super) struct Free<'d>(MutexGuard<'d, Turn>);

impl Free<'_> {
    /// Writes a frame as far as there is room.
    pub(super) fn write(mut self, frame: &[u8]) -> Written {
        let Some(socket) = &self.0.socket else { return Written::Nothing };
        match socket.try_write(frame) {
            Ok(0) | Err(_) => Written::Nothing,
            Ok(len) => match frame.get(len..) {
                None | Some([]) => Written::Whole,
                Some(rest) => {
                    self.0.rest = rest.to_vec();
                    self.0.is_taken = true;
                    Written::Begun
                }
            },
        }
    }
}

/// Closes the direction of writing: a request that comes later is not written.
impl Drop for Sink {
    fn drop(&mut self) {
        self.direct.lock().socket = None;
    }
}

impl AsyncWrite for Sink {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream().poll_write_ready(cx))?;
            match self.socket.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return Poll::Ready(outcome),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// When it is dropped.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_frame_that_does_not_fit_is_finished_by_the_writer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (_source, socket) = near.unwrap().into_split();
        let mut far = far.unwrap().0;
        let mut sink = Sink::new(socket);
        let direct = sink.direct();
        // Each frame is of one number, until there is no room; nobody reads meanwhile.
        let mut frames: Vec<Vec<u8>> = Vec::new();
        let outcome = loop {
            let frame = vec![frames.len() as u8; 60_000];
            match direct.free().unwrap().write(&frame) {
                Written::Whole => frames.push(frame),
                Written::Begun => {
                    frames.push(frame);
                    break Written::Begun;
                }
                Written::Nothing => break Written::Nothing,
            }
        };
        let rest = if outcome == Written::Begun {
            assert!(direct.free().is_none());
            direct.take()
        } else {
            direct.take();
            Vec::new()
        };
        let expected = [&frames.concat()[..], &[0xff; 10]].concat();
        let mut read = vec![0; expected.len()];
        let write = async {
            sink.write_all(&rest).await.unwrap();
            sink.write_all(&[0xff; 10]).await.unwrap();
        };
        let (_, outcome) = tokio::join!(write, far.read_exact(&mut read));
        outcome.unwrap();
        assert!(read == expected);
        direct.give_back();
        assert_eq!(direct.free().unwrap().write(b"x"), Written::Whole);
        drop(sink);
        assert!(direct.free().is_none());
        read.clear();
        far.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"x");
    }
}
