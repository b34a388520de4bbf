//! A node that is played by a script: what it hears and says, and a client of the driver's beside it.

use std::future::Future;
use std::time::Duration;

use futures_util::future::join;
use querent_core::{Batch as _, Decode, Executor, Piece, Plan, Pool, Query, Source, Transactions, sql_query};
use querent_ignite::{Ignite, IgniteBatch};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) enum Orders {}

impl Source for Orders {
    type Backend = Ignite;
    const NAME: &'static str = "orders";
    const FINGERPRINT: u64 = 0;
}

impl Transactions for Orders {}

pub(crate) const GET: i16 = 1000;
pub(crate) const PUT: i16 = 1001;
pub(crate) const PARTITIONS: i16 = 1101;
pub(crate) const SQL: i16 = 2004;
pub(crate) const TX_START: i16 = 4000;
/// What servers without heartbeats are asked for a sign of life: BINARY_TYPE_GET.
pub(crate) const PING: i16 = 3002;

/// One connection, as the node sees it.
pub(crate) struct Wire(pub(crate) TcpStream);

/// A request: operation, id, payload.
pub(crate) type Request = (i16, i64, Vec<u8>);

/// A text as an object.
pub(crate) fn text(text: &str) -> Vec<u8> {
    [&[9][..], &(text.len() as i32).to_le_bytes(), text.as_bytes()].concat()
}

/// A frame of this body.
pub(crate) fn framed(body: &[u8]) -> Vec<u8> {
    [&(body.len() as i32).to_le_bytes()[..], body].concat()
}

/// Accepts a handshake of version 1.`minor`: features from 1.7 on, from 1.4 on the node's id, which is so often this byte.
pub(crate) fn hello(minor: i16, features: &[u8], node: u8) -> Vec<u8> {
    let mut body = vec![1];
    if minor >= 7 {
        body.push(12);
        body.extend((features.len() as i32).to_le_bytes());
        body.extend(features);
    }
    if minor >= 4 {
        body.push(10);
        body.extend([node; 16]);
    }
    body
}

impl Wire {
    /// The body of the next frame; `None` at the end.
    pub(crate) async fn frame(&mut self) -> Option<Vec<u8>> {
        let len = usize::try_from(self.0.read_i32_le().await.ok()?).expect("a length");
        let mut body = vec![0; len];
        self.0.read_exact(&mut body).await.ok()?;
        Some(body)
    }

    pub(crate) async fn request(&mut self) -> Option<Request> {
        let body = self.frame().await?;
        let (op, rest) = body.split_first_chunk::<2>().expect("an operation");
        let (id, payload) = rest.split_first_chunk::<8>().expect("an id");
        Some((i16::from_le_bytes(*op), i64::from_le_bytes(*id), payload.to_vec()))
    }

    pub(crate) async fn send(&mut self, body: &[u8]) {
        self.0.write_all(&framed(body)).await.expect("a client that reads");
    }

    /// Accepts the handshake of 1.7 with these features.
    pub(crate) async fn accept(&mut self, features: &[u8]) {
        self.frame().await.expect("a handshake");
        self.welcome(7, features).await;
    }

    /// Accepts a handshake of version 1.`minor` that was read.
    pub(crate) async fn welcome(&mut self, minor: i16, features: &[u8]) {
        self.send(&hello(minor, features, 7)).await;
    }

    /// Refuses a handshake of 1.7: the node speaks 1.`minor`.
    pub(crate) async fn refuse(&mut self, minor: i16) {
        let version = [1, minor, 0].map(i16::to_le_bytes).concat();
        self.send(&[&[0][..], &version, &text("old"), &1_i32.to_le_bytes()].concat()).await;
    }

    /// Refuses user and password.
    pub(crate) async fn refuse_user(&mut self, message: &str) {
        self.send(&[&[0; 7][..], &text(message), &2000_i32.to_le_bytes()].concat()).await;
    }

    /// Answers with flags and a payload.
    pub(crate) async fn answer(&mut self, id: i64, payload: &[u8]) {
        self.answer_as(7, id, payload).await;
    }

    /// Answers as version 1.`minor` does: a status, from 1.4 on flags.
    pub(crate) async fn answer_as(&mut self, minor: i16, id: i64, payload: &[u8]) {
        let success: &[u8] = if minor < 4 { &[0; 4] } else { &[0; 2] };
        self.send(&[&id.to_le_bytes()[..], success, payload].concat()).await;
    }

    /// Answers with an error.
    pub(crate) async fn fail_as(&mut self, minor: i16, id: i64, status: i32, message: &str) {
        let flags: &[u8] = if minor < 4 { &[] } else { &[1, 0] };
        self.send(&[&id.to_le_bytes()[..], flags, &status.to_le_bytes(), &text(message)].concat()).await;
    }
}

/// One column `n` of one `int`, and no more.
pub(crate) fn row(n: i32) -> Vec<u8> {
    cell(&[&[3][..], &n.to_le_bytes()].concat())
}

/// One column `n` of one object, and no more.
pub(crate) fn cell(object: &[u8]) -> Vec<u8> {
    let one = 1_i32.to_le_bytes();
    [&5_i64.to_le_bytes()[..], &one, &text("n"), &one, object, &[0]].concat()
}

/// Runs a node's script beside a client's, within ten seconds; what the node's says.
pub(crate) async fn play<N: Future>(
    node: impl FnOnce(TcpListener) -> N,
    client: impl AsyncFnOnce(String),
) -> N::Output {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("ignite://u:s3cret@{}", listener.local_addr().expect("its address"));
    let both = join(node(listener), client(url));
    tokio::time::timeout(Duration::from_secs(10), both).await.expect("in time").0
}

pub(crate) async fn next(listener: &TcpListener) -> Wire {
    Wire(listener.accept().await.expect("a client").0)
}

/// The next connection that asks for version 1.`minor`; one that asks for another is refused.
pub(crate) async fn next_of(listener: &TcpListener, minor: i16) -> Wire {
    let mut wire = next(listener).await;
    if wire.frame().await.expect("a handshake")[3] != minor as u8 {
        wire.refuse(minor).await;
        wire = next(listener).await;
        assert_eq!(wire.frame().await.expect("a handshake")[3], minor as u8);
    }
    wire
}

pub(crate) async fn ask(pool: &Pool<Orders>) -> querent_core::Result<i32> {
    sql_query("SELECT n").fetch_one::<(i32,), Orders, _>(pool).await.map(|row| row.0)
}

/// A statement that is known to read only.
pub(crate) async fn read<'e>(on: impl Executor<'e, Orders>) -> querent_core::Result<Vec<i32>> {
    const PLAN: &Plan = &Plan { template: &[Piece::Text("SELECT n")], read_only: true, ..Plan::EMPTY };
    fn decode(batch: &IgniteBatch, rows: &mut Vec<i32>) -> Result<(), querent_core::ValueError> {
        let column = <i32 as Decode<'_, Ignite>>::column(batch, 0)?;
        for row in 0..batch.len() {
            rows.push(<i32 as Decode<'_, Ignite>>::get(&column, row)?);
        }
        Ok(())
    }
    Query::<Orders, i32>::new(PLAN, decode, []).fetch_all(on).await
}
