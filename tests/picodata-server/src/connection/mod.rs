//! One connection: its bytes, its faults, its end. [`startup`] and [`auth`] let a client in, [`session`] serves it.

mod auth;
mod backend;
mod frontend;
mod prepare;
mod scram;
mod session;
mod startup;

use std::future::pending;
use std::sync::Arc;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::SqlError;
use crate::fault::{Action, At};
use crate::log::Event;
use crate::server::Shared;

pub(crate) use scram::Verifier;

use backend::Output;
use frontend::Frontend;

/// No message is longer; Picodata takes texts of 60 MB.
const MESSAGE_LEN_MAX: usize = 256 << 20;

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// The connection is over: the client went, broke the protocol, or a fault ended it.
#[derive(Debug)]
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Over {
        Over
    }
}

struct Connection {
    shared: Arc<Shared>,
    node: String,
    id: u64,
    io: Box<dyn Io>,
    input: BytesMut,
    output: Output,
    /// Whether the node neither reads nor writes.
    frozen: watch::Receiver<bool>,
}

/// Serves a client until one of the two ends it.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    node: String,
    stream: TcpStream,
    frozen: watch::Receiver<bool>,
) {
    // Counted out also where the node is stopped and this future dropped.
    let counted = shared.opened(&node);
    let _best_effort = stream.set_nodelay(true);
    let mut connection = Connection {
        shared: shared.clone(),
        node,
        id: counted.id,
        io: Box::new(stream),
        input: BytesMut::new(),
        output: Output::default(),
        frozen,
    };
    // Why it ended is in the log, where it matters.
    let _over = connection.run().await;
}

impl Connection {
    async fn run(&mut self) -> Result<(), Over> {
        self.fault(At::Connect, false, None).await?;
        let Some(startup) = self.startup().await? else { return Ok(()) };
        let Some(user) = self.authenticate(&startup).await? else { return Ok(()) };
        self.greet().await?;
        session::Session::new(self, startup, user).run().await
    }

    fn log(&self, event: Event) {
        self.shared.log(&self.node, self.id, event);
    }

    /// Waits until there are so many bytes.
    async fn fill(&mut self, len: usize) -> Result<(), Over> {
        while self.input.len() < len {
            self.thawed().await;
            if self.io.read_buf(&mut self.input).await? == 0 {
                return Err(Over);
            }
        }
        self.thawed().await;
        Ok(())
    }

    /// The next message with a letter.
    async fn read(&mut self) -> Result<Frontend, Over> {
        self.fill(5).await?;
        let tag = self.input[0];
        let len = u32::from_be_bytes([self.input[1], self.input[2], self.input[3], self.input[4]]) as usize;
        if !(4..=MESSAGE_LEN_MAX).contains(&len) {
            return self.violation("invalid message length").await;
        }
        self.fill(1 + len).await?;
        self.input.advance(5);
        let body: Bytes = self.input.split_to(len - 4).freeze();
        match frontend::parse(tag, body) {
            Some(message) => Ok(message),
            None => self.violation("invalid message").await,
        }
    }

    async fn violation<T>(&mut self, message: &str) -> Result<T, Over> {
        self.refuse(&SqlError::new("08P01", message)).await?;
        Err(Over)
    }

    /// Says so, and ends the connection.
    async fn refuse(&mut self, error: &SqlError) -> Result<(), Over> {
        self.log(Event::Refused(error.code));
        self.output.error(error);
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Over> {
        self.thawed().await;
        self.io.write_all_buf(&mut self.output.0).await?;
        self.io.flush().await?;
        Ok(())
    }

    async fn thawed(&mut self) {
        // Without a sender the server is gone, and this task with it.
        let _gone = self.frozen.wait_for(|frozen| !frozen).await;
    }

    /// What is to go wrong now, if anything: an error for the client is returned.
    async fn fault(&mut self, at: At, after: bool, sql: Option<&str>) -> Result<Option<SqlError>, Over> {
        match self.shared.take_fault(at, after, &self.node, sql) {
            None => Ok(None),
            Some(Action::Error(error)) => Ok(Some(error)),
            Some(Action::Close) => Err(Over),
            Some(Action::CloseHalfway) => {
                let half = self.output.0.len() / 2;
                self.output.0.truncate(half);
                self.flush().await?;
                Err(Over)
            }
            Some(Action::Hang) => self.hang().await,
            Some(Action::StopReading) => pending().await,
            Some(Action::Delay(delay)) => {
                tokio::time::sleep(delay).await;
                Ok(None)
            }
        }
    }

    /// Reads and says nothing more, until the client goes.
    async fn hang<T>(&mut self) -> Result<T, Over> {
        loop {
            self.input.clear();
            self.fill(1).await?;
        }
    }
}
