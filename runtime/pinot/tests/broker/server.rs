//! A server that follows a script.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Gives one answer after the other, each on a connection of its own.
pub(crate) struct Server {
    pub(crate) authority: String,
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
    /// Told of each request.
    came: Arc<Notify>,
}

/// In place of a status: the server reads the request and never answers.
pub(crate) const SILENCE: &str = "silence";

impl Server {
    pub(crate) async fn start(answers: Vec<(&'static str, String)>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let authority = listener.local_addr().expect("its address").to_string();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let came = Arc::<Notify>::default();
        let (log, tell) = (seen.clone(), came.clone());
        tokio::spawn(async move {
            let mut silent = Vec::new();
            for (status, body) in answers {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let Some(request) = read_request(&mut stream).await else { continue };
                log.lock().expect("the log").push(request);
                tell.notify_one();
                match status {
                    SILENCE => silent.push(stream),
                    status => drop(answer(stream, status, &body).await),
                }
            }
            // Whoever waits goes on waiting; whoever comes is refused.
            drop(listener);
            std::future::pending::<()>().await;
        });
        Server { authority, seen, came }
    }

    /// Waits until this many requests have come.
    pub(crate) async fn requests(&self, count: usize) -> Vec<String> {
        loop {
            let seen = self.seen.lock().expect("the log").clone();
            if seen.len() >= count {
                return seen;
            }
            self.came.notified().await;
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("pinot://{}?role=broker", self.authority)
    }

    pub(crate) fn last(&self) -> String {
        self.seen.lock().expect("the log").last().cloned().unwrap_or_default()
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).to_lowercase();
        if let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let len = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            if rest.len() >= len.and_then(|len| len.parse().ok()).unwrap_or(0) {
                break;
            }
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&request).into_owned())
}

/// Answers a request; a body that ends in `…` breaks off there.
async fn answer(mut stream: TcpStream, status: &str, body: &str) -> Option<()> {
    let (sent, len) = match body.strip_suffix('…') {
        Some(sent) => (sent, sent.len() + 10),
        None => (body, body.len()),
    };
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{sent}");
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// A broker\'s word that it is well.
pub(crate) fn well() -> (&'static str, String) {
    ("200 OK", "OK".to_owned())
}
