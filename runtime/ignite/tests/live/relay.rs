//! A relay in front of a node, which knows which connections its client still keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

/// Passes bytes on, until its runtime ends.
pub(crate) struct Relay {
    /// Where it listens.
    pub(crate) address: String,
    open: Arc<AtomicUsize>,
}

impl Relay {
    /// Stands before a node (`host:port`).
    pub(crate) async fn before(node: &str) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (open, node) = (Arc::new(AtomicUsize::new(0)), node.to_owned());
        let count = open.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let server = TcpStream::connect(&node).await.expect("the node listens");
                tokio::spawn(pass(client, server, count.clone()));
            }
        });
        Relay { address, open }
    }

    /// Waits until the client has closed all its connections, whatever the node does with its own.
    pub(crate) async fn is_left(&self) {
        let left = async {
            while self.open.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let left = tokio::time::timeout(Duration::from_secs(5), left).await;
        left.unwrap_or_else(|_| panic!("{} connections are still open", self.open.load(Ordering::Relaxed)));
    }
}

async fn pass(client: TcpStream, server: TcpStream, open: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        let _ = to_client.shutdown().await;
    });
    let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    // The client's end, not the node's.
    open.fetch_sub(1, Ordering::Relaxed);
    back.abort();
}
