//! What stands between the driver and a real broker: it hands requests on, and does to the answers what a test wants.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a request.
pub(crate) enum Act {
    /// It goes to the broker, and the answer to the client.
    Pass,
    /// It goes there with another path.
    As(String),
    /// The client gets this answer.
    Answer(Vec<u8>),
    /// The client talks to this host itself (`CONNECT`).
    Tunnel(String),
}

/// It listens, until its runtime ends.
pub(crate) struct Front {
    pub(crate) authority: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Front {
    /// Stands before `target` (host and port) and asks `act` of each request, given as its head.
    pub(crate) async fn before(target: &str, act: impl Fn(&str) -> Act + Send + Sync + 'static) -> Front {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let authority = listener.local_addr().expect("an address").to_string();
        let (seen, target, act) = (Arc::<Mutex<Vec<String>>>::default(), target.to_owned(), Arc::new(act));
        let log = seen.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, target.clone(), act.clone(), log.clone()));
            }
        });
        Front { authority, seen }
    }

    /// Hands bytes on from an address to `target`; returns host and port of it.
    pub(crate) async fn tunnel(address: &str, target: &str) -> String {
        let listener = TcpListener::bind(address).await.expect("a port");
        let authority = listener.local_addr().expect("an address").to_string();
        let target = target.to_owned();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let target = target.clone();
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(target).await.ok()?;
                    tokio::io::copy_bidirectional(&mut client, &mut server).await.ok()
                });
            }
        });
        authority
    }

    /// The heads of the requests so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("the log").clone()
    }
}

/// One request a connection.
async fn serve(
    mut client: TcpStream,
    target: String,
    act: Arc<impl Fn(&str) -> Act + Send + Sync>,
    log: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let (head, body) = read_request(&mut client).await?;
    log.lock().expect("the log").push(head.clone());
    let answer = match act(&head) {
        Act::Pass => ask(&target, &head, &body).await?,
        Act::As(path) => {
            let (method, rest) = head.split_once(' ')?;
            let (_, rest) = rest.split_once(' ')?;
            ask(&target, &format!("{method} {path} {rest}"), &body).await?
        }
        Act::Answer(answer) => answer,
        Act::Tunnel(host) => {
            let mut server = TcpStream::connect(host).await.ok()?;
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
            return tokio::io::copy_bidirectional(&mut client, &mut server).await.ok().map(drop);
        }
    };
    client.write_all(&answer).await.ok()?;
    client.shutdown().await.ok()
}

async fn read_request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut request = Vec::new();
    loop {
        if let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).into_owned();
            let lower = head.to_lowercase();
            let len =
                lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
            if request.len() - end - 4 >= len.unwrap_or(0) {
                return Some((head, request.split_off(end + 4)));
            }
        }
        if client.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
}

/// The whole answer of a server to a request.
pub(crate) async fn ask(target: &str, head: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut server = TcpStream::connect(target).await.ok()?;
    server.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).await.ok()?;
    server.write_all(body).await.ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await.ok()?;
    Some(answer)
}

/// An answer of HTTP with this head (without the last line break) and body.
pub(crate) fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

/// The body of an answer.
pub(crate) fn body_of(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
    &answer[end + 4..]
}
