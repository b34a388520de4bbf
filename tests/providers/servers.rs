//! Servers of each kind that can just be connected to, over TLS.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderMap, HeaderValue, Response};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A listening server; it ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) port: u16,
    handshakes: Arc<AtomicUsize>,
}

/// A conversation under way; how it ends is the client's to judge.
type Talking = Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>;

/// What is said on one connection.
type Talk = fn(Gate, TcpStream) -> Talking;

/// The way into TLS.
#[derive(Clone)]
pub(crate) struct Gate {
    acceptor: TlsAcceptor,
    handshakes: Arc<AtomicUsize>,
}

impl Gate {
    async fn pass(&self, socket: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = self.acceptor.accept(socket).await?;
        self.handshakes.fetch_add(1, Ordering::SeqCst);
        Ok(stream)
    }
}

impl Server {
    pub(crate) async fn start(config: &ServerConfig, alpn: &str, talk: Talk) -> Server {
        let mut config = config.clone();
        config.alpn_protocols =
            Some(alpn).filter(|alpn| !alpn.is_empty()).map(Vec::from).into_iter().collect();
        let handshakes = Arc::<AtomicUsize>::default();
        let gate = Gate { acceptor: Arc::new(config).into(), handshakes: handshakes.clone() };
        let listener = TcpListener::bind("localhost:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(talk(gate.clone(), socket));
            }
        });
        Server { port, handshakes }
    }

    pub(crate) fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }
}

/// gRPC that implements nothing.
pub(crate) fn flight(gate: Gate, socket: TcpStream) -> Talking {
    Box::pin(async move {
        let stream = gate.pass(socket).await?;
        let mut connection = h2::server::handshake(stream).await.map_err(std::io::Error::other)?;
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let head =
                Response::builder().header("content-type", "application/grpc").body(()).expect("a head");
            let mut body = respond.send_response(head, false).map_err(std::io::Error::other)?;
            let trailers =
                HeaderMap::from_iter([("grpc-status".parse().expect("a name"), HeaderValue::from(12))]);
            body.send_trailers(trailers).map_err(std::io::Error::other)?;
        }
        Ok(())
    })
}

/// A broker that is well.
pub(crate) fn pinot(gate: Gate, socket: TcpStream) -> Talking {
    Box::pin(async move {
        let mut stream = gate.pass(socket).await?;
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await?);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK").await?;
        stream.shutdown().await
    })
}

/// The PostgreSQL wire up to the first statement.
pub(crate) fn picodata(gate: Gate, mut socket: TcpStream) -> Talking {
    Box::pin(async move {
        // SSLRequest.
        socket.read_exact(&mut [0; 8]).await?;
        socket.write_all(b"S").await?;
        let mut stream = gate.pass(socket).await?;
        let len = stream.read_u32().await?;
        stream.read_exact(&mut vec![0; len as usize - 4]).await?;
        // AuthenticationOk and ReadyForQuery.
        stream.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await?;
        // Until the client goes.
        stream.read_to_end(&mut Vec::new()).await.map(drop)
    })
}
