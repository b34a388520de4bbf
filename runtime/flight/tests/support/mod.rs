//! A Flight SQL server that does what a script says: on a port, over TLS, or in this process; it can fall silent or drop
//! dead in the middle of a call.

#![expect(dead_code, reason = "each test binary uses a part")]

mod service;
pub(crate) mod source;

use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use arrow_flight::flight_service_server::FlightServiceServer;
use arrow_flight::{FlightData, FlightEndpoint, FlightInfo, Ticket};
use arrow_schema::SchemaRef;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use querent_flight::{FlightOptions, Transport};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::Status;
use tonic::transport::server::Connected;

pub(crate) use service::Scripted;

/// A command of Flight SQL as it arrived.
pub(crate) struct Command {
    /// The message's name: `CommandStatementQuery`.
    pub(crate) name: String,
    /// Its SQL text or handle.
    pub(crate) text: String,
    /// How many rows came with it.
    pub(crate) rows: usize,
}

/// An action as it arrived: its type and its body.
pub(crate) type Asked = (String, Bytes);

type Answer<A, R> = Box<dyn Fn(A) -> Result<R, Status> + Send + Sync>;

/// What the server answers; what is not said is not implemented.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) info: Option<Answer<Command, FlightInfo>>,
    pub(crate) put: Option<Answer<Command, Vec<Bytes>>>,
    pub(crate) action: Option<Answer<Asked, Vec<Bytes>>>,
    /// By ticket; what comes after an error of the list is not sent.
    pub(crate) get: Option<Answer<String, Messages>>,
}

/// What a server does instead of answering.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Its sockets close.
    Dies,
    /// It says nothing more.
    Hangs,
}

/// Where a script says that the server stops.
#[derive(Clone, Default)]
pub(crate) struct Life {
    end: Arc<Mutex<Option<Death>>>,
    runtime: Arc<Mutex<Option<Runtime>>>,
}

impl Life {
    /// From now on the server answers nothing.
    pub(crate) fn end(&self, death: Death) {
        *self.end.lock().expect("the end") = Some(death);
    }

    /// Waits for ever once the end is there.
    async fn beat(&self) {
        let end = *self.end.lock().expect("the end");
        if end == Some(Death::Dies) {
            // The tasks of this runtime, this one among them, end with their sockets.
            if let Some(runtime) = self.runtime.lock().expect("the runtime").take() {
                runtime.shutdown_background();
            }
        }
        if end.is_some() {
            pending::<()>().await;
        }
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) port: u16,
    calls: Arc<Mutex<Vec<String>>>,
    life: Life,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.life.runtime.lock().expect("the runtime").take() {
            runtime.shutdown_background();
        }
    }
}

impl Server {
    /// On a port of 127.0.0.1.
    pub(crate) fn start(script: impl FnOnce(Life) -> Script) -> Server {
        Server::over(0, script, None)
    }

    /// On a port that was free a moment ago.
    pub(crate) fn start_on(port: u16, script: impl FnOnce(Life) -> Script) -> Server {
        Server::over(port, script, None)
    }

    /// The same behind TLS.
    pub(crate) fn start_tls(script: impl FnOnce(Life) -> Script, tls: Arc<rustls::ServerConfig>) -> Server {
        Server::over(0, script, Some(tls.into()))
    }

    fn over(
        port: u16,
        script: impl FnOnce(Life) -> Script,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Server {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let life = Life::default();
        let service = Scripted::new(script(life.clone()), life.clone());
        let calls = service.calls.clone();
        let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("a port");
        listener.set_nonblocking(true).expect("it does not block");
        let listener = {
            let _within = runtime.enter();
            TcpListener::from_std(listener).expect("a listener")
        };
        let port = listener.local_addr().expect("its address").port();
        let sockets = stream::unfold((listener, tls), |(listener, tls)| async move {
            let (socket, _) = listener.accept().await.ok()?;
            let socket = match &tls {
                None => Ok(Socket(Box::new(socket))),
                Some(tls) => tls.accept(socket).await.map(|socket| Socket(Box::new(socket))),
            };
            Some((socket, (listener, tls)))
        });
        // A handshake that fails is no reason to end.
        let sockets = sockets.filter(|socket| std::future::ready(socket.is_ok()));
        let router = tonic::transport::Server::builder().add_service(FlightServiceServer::new(service));
        runtime.spawn(router.serve_with_incoming(sockets));
        *life.runtime.lock().expect("the runtime") = Some(runtime);
        Server { port, calls, life }
    }

    pub(crate) fn url(&self) -> String {
        format!("flight://127.0.0.1:{}", self.port)
    }

    pub(crate) fn location(&self) -> String {
        format!("grpc+tcp://127.0.0.1:{}", self.port)
    }

    /// The calls so far: `info CommandStatementQuery SELECT 1`, `get a`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().expect("the calls").clone()
    }
}

/// The options of a scripted server in this process, and its calls.
pub(crate) fn in_process(script: Script) -> (FlightOptions, Arc<Mutex<Vec<String>>>) {
    let service = Scripted::new(script, Life::default());
    let calls = service.calls.clone();
    let service = FlightServiceServer::new(service);
    let service =
        tower::ServiceExt::<http::Request<tonic::body::Body>>::map_err(service, |never| match never {});
    (FlightOptions::in_process(Transport::new(service)), calls)
}

/// One endpoint with its locations.
pub(crate) fn endpoint(ticket: &str, locations: &[&str]) -> FlightEndpoint {
    let endpoint = FlightEndpoint::new().with_ticket(Ticket::new(ticket.to_owned()));
    locations.iter().fold(endpoint, |endpoint, location| endpoint.with_location(*location))
}

/// The result at these endpoints.
pub(crate) fn at(endpoints: Vec<FlightEndpoint>) -> FlightInfo {
    FlightInfo::new().with_endpoints(endpoints)
}

/// What a stream gives.
pub(crate) type Messages = Vec<Result<FlightData, Status>>;

/// The messages of a result with one text column: schema first, one batch a row.
pub(crate) fn rows(values: &[&str]) -> Messages {
    let batch = |value: &str| {
        let column: ArrayRef = Arc::new(StringArray::from(vec![value]));
        RecordBatch::try_from_iter([("v", column)]).expect("a batch")
    };
    messages(batch("").schema(), values.iter().map(|value| batch(value)).collect())
}

/// The messages of a result: schema first, then its batches.
pub(crate) fn messages(schema: SchemaRef, batches: Vec<RecordBatch>) -> Messages {
    let batches: Vec<_> = batches.into_iter().map(Ok::<_, FlightError>).collect();
    let encoder = FlightDataEncoderBuilder::new().with_schema(schema).build(stream::iter(batches));
    let messages: Vec<FlightData> =
        futures_util::FutureExt::now_or_never(encoder.try_collect()).expect("at once").expect("messages");
    messages.into_iter().map(Ok).collect()
}

/// A socket with or without TLS.
struct Socket(Box<dyn Duplex>);

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Connected for Socket {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }
}
