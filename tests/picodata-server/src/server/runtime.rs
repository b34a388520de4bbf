//! The thread of a server: a test's own runtime may block, or be none.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread::JoinHandle;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle as Task, JoinSet};

use super::Shared;
use crate::connection::serve;

/// What the thread is told, each with a channel to say that it is done.
enum Command {
    Listen(String, TcpListener, blocking::Sender<io::Result<()>>),
    Stop(String, blocking::Sender<io::Result<()>>),
}

pub(super) struct Runtime {
    commands: Option<mpsc::UnboundedSender<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl Runtime {
    pub(super) fn start(shared: Arc<Shared>) -> io::Result<Runtime> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (commands, inbox) = mpsc::unbounded_channel();
        let run = move || runtime.block_on(obey(shared, inbox));
        let thread = std::thread::Builder::new().name("picodata-server".to_owned()).spawn(run)?;
        Ok(Runtime { commands: Some(commands), thread: Some(thread) })
    }

    /// A node takes connections from now on.
    pub(super) fn listen(&self, node: &str, listener: TcpListener) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        self.tell(|done| Command::Listen(node.to_owned(), listener, done))
    }

    /// A node and its connections are gone when this returns.
    pub(super) fn stop(&self, node: &str) {
        // Stopping cannot fail, and a thread that is gone has nothing to stop.
        let _stopped = self.tell(|done| Command::Stop(node.to_owned(), done));
    }

    fn tell(&self, command: impl FnOnce(blocking::Sender<io::Result<()>>) -> Command) -> io::Result<()> {
        let (done, answer) = blocking::channel();
        let gone = || io::Error::other("the server's thread is gone");
        self.commands.as_ref().and_then(|commands| commands.send(command(done)).ok()).ok_or_else(gone)?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // It panicked: then the test saw that connections ended.
            let _panicked = thread.join();
        }
    }
}

/// Until nobody gives commands any more; what still runs ends with the runtime.
async fn obey(shared: Arc<Shared>, mut inbox: mpsc::UnboundedReceiver<Command>) {
    let mut nodes: HashMap<String, Task<()>> = HashMap::new();
    while let Some(command) = inbox.recv().await {
        match command {
            Command::Listen(node, listener, done) => {
                let listening = tokio::net::TcpListener::from_std(listener).map(|listener| {
                    nodes.insert(node.clone(), tokio::spawn(accept(shared.clone(), node, listener)));
                });
                // Who asked may have gone.
                let _gone = done.send(listening);
            }
            Command::Stop(node, done) => {
                if let Some(task) = nodes.remove(&node) {
                    task.abort();
                    let _aborted = task.await;
                    // The connections were aborted with it: let them drop what they hold.
                    tokio::task::yield_now().await;
                }
                let _gone = done.send(Ok(()));
            }
        }
    }
}

/// The connections of a node: they end with this future.
async fn accept(shared: Arc<Shared>, node: String, listener: tokio::net::TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let frozen = shared.frozen(&node);
                    connections.spawn(serve(shared.clone(), node.clone(), stream, frozen));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
