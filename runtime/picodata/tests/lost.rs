//! Statements that are lost on the way: what may be sent again, and what is not known to have happened.
//!
//! A scripted server speaks as much of the wire as it takes to prepare a statement, and breaks off where a test says.

use querent_core::{Batch as _, ErrorKind, Piece, Plan, Pool, PoolOptions, Query, Source, ValueError};
use querent_picodata::{Picodata, PicodataBatch};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

enum Stock {}

impl Source for Stock {
    type Backend = Picodata;
    const NAME: &'static str = "stock";
    const FINGERPRINT: u64 = 0;
}

const fn plan(text: &'static [Piece<'static>], read_only: bool) -> Plan {
    let place = (file!(), line!());
    Plan {
        template: text,
        params: &[],
        sections: &[],
        columns: &[],
        read_only,
        file: place.0,
        line: place.1,
        ..Plan::EMPTY
    }
}

const READ: &Plan = &plan(&[Piece::Text("SELECT 1")], true);
const WRITE: &Plan = &plan(&[Piece::Text("DELETE FROM t")], false);

fn decode(batch: &PicodataBatch, rows: &mut Vec<()>) -> Result<(), ValueError> {
    rows.extend((0..batch.len()).map(|_| ()));
    Ok(())
}

/// The type of the message at whose sight the server goes: `P` asks to prepare, `B` to run.
async fn serve(listener: TcpListener, breaks_at: u8) {
    while let Ok((mut socket, _)) = listener.accept().await {
        // Whatever goes wrong with a socket is its end.
        let _ = talk(&mut socket, breaks_at).await;
    }
}

async fn talk(socket: &mut TcpStream, breaks_at: u8) -> std::io::Result<()> {
    let len = socket.read_u32().await?;
    socket.read_exact(&mut vec![0; len as usize - 4]).await?;
    const AUTHENTICATED: &[u8] = b"R\0\0\0\x08\0\0\0\0";
    const READY: &[u8] = b"Z\0\0\0\x05I";
    socket.write_all(&[AUTHENTICATED, READY].concat()).await?;
    loop {
        let kind = socket.read_u8().await?;
        let len = socket.read_u32().await?;
        socket.read_exact(&mut vec![0; len as usize - 4]).await?;
        match kind {
            kind if kind == breaks_at => return Ok(()),
            b'P' => socket.write_all(b"1\0\0\0\x04").await?,
            b'D' => socket.write_all(b"t\0\0\0\x06\0\0n\0\0\0\x04").await?,
            b'B' => socket.write_all(b"2\0\0\0\x04").await?,
            b'E' => socket.write_all(b"C\0\0\0\x0dDELETE 1\0").await?,
            b'S' => socket.write_all(READY).await?,
            _ => return Ok(()),
        }
    }
}

async fn pool(breaks_at: u8) -> Pool<Stock> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("picodata://me@{}", listener.local_addr().expect("its address"));
    tokio::spawn(serve(listener, breaks_at));
    // It knows no catalog, and talks to one at a time: nobody waits for what it says of nodes.
    PoolOptions::new().connect_lazy(&url).expect("the URL is good")
}

#[tokio::test]
async fn only_a_write_that_was_sent_is_not_known_to_have_happened() {
    for (breaks_at, plan, kind, retry) in [
        (b'P', READ, ErrorKind::Connection, true),
        (b'P', WRITE, ErrorKind::Connection, true),
        (b'B', READ, ErrorKind::Connection, true),
        (b'B', WRITE, ErrorKind::Ambiguous, false),
        (b'E', READ, ErrorKind::Connection, true),
        (b'E', WRITE, ErrorKind::Ambiguous, false),
    ] {
        let pool = pool(breaks_at).await;
        let query = || Query::<Stock, ()>::new(plan, decode, []);
        let error = query().execute(&pool).await.expect_err("it broke off");
        assert_eq!((error.kind(), error.is_retryable()), (kind, retry), "{} {error:?}", breaks_at as char);
    }
    let done = Query::<Stock, ()>::new(WRITE, decode, []).execute(&pool(b'X').await).await;
    assert_eq!(done.expect("it runs").rows_affected, Some(1));
}
