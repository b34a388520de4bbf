//! A pool takes only a cluster of its source's engine, as far as that can be told. By scripted nodes.

use querent_core::{ErrorKind, Pool, Source};
use querent_ignite::Ignite;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

macro_rules! source {
    ($name:ident, $engine:literal) => {
        enum $name {}

        impl Source for $name {
            type Backend = Ignite;
            const NAME: &'static str = "orders";
            const FINGERPRINT: u64 = 0;
            const OPTIONS: &'static [(&'static str, &'static str)] = &[("engine", $engine)];
        }
    };
}

source!(H2, "h2");
source!(Calcite, "calcite");

async fn frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let len = stream.read_i32_le().await.ok()?;
    let mut body = vec![0; usize::try_from(len).ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

async fn send(stream: &mut TcpStream, body: &[u8]) -> Option<()> {
    stream.write_all(&[&(body.len() as i32).to_le_bytes()[..], body].concat()).await.ok()
}

fn text(text: &str) -> Vec<u8> {
    [&[9][..], &(text.len() as i32).to_le_bytes(), text.as_bytes()].concat()
}

/// What a node answers that knows its engine, or does not know the function.
fn answer(engine: Option<&str>) -> Vec<u8> {
    let one = 1_i32.to_le_bytes();
    match engine {
        Some(engine) => [&[0; 2][..], &[0; 8], &one, &text("E"), &one, &text(engine), &[0]].concat(),
        None => [&[1, 0][..], &one, &text("42000: Function \"QUERY_ENGINE\" not found")].concat(),
    }
}

async fn serve(mut stream: TcpStream, answer: Vec<u8>) -> Option<()> {
    frame(&mut stream).await?;
    send(&mut stream, &[&[1, 12, 0, 0, 0, 0, 10][..], &[7; 16]].concat()).await?;
    loop {
        let request = frame(&mut stream).await?;
        send(&mut stream, &[&request[2..10], &answer[..]].concat()).await?;
    }
}

/// Whether a pool of the source takes a node of this engine.
async fn takes<S: Source<Backend = Ignite>>(engine: Option<&'static str>) -> Result<(), ErrorKind> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ignite://{}", listener.local_addr().unwrap());
    let node = tokio::spawn(async move { serve(listener.accept().await.unwrap().0, answer(engine)).await });
    let outcome = Pool::<S>::connect(&url).await;
    node.abort();
    outcome.map(drop).map_err(|error| error.kind())
}

#[tokio::test]
async fn the_engine_is_the_sources() {
    assert_eq!(takes::<H2>(Some("h2")).await, Ok(()));
    assert_eq!(takes::<Calcite>(Some("calcite")).await, Ok(()));
    assert_eq!(takes::<H2>(Some("calcite")).await, Err(ErrorKind::SchemaMismatch));
    assert_eq!(takes::<Calcite>(Some("h2")).await, Err(ErrorKind::SchemaMismatch));
}

/// Servers before 2.14 have H2 and do not say so.
#[tokio::test]
async fn one_that_does_not_say_is_not_calcite() {
    assert_eq!(takes::<H2>(None).await, Ok(()));
    assert_eq!(takes::<Calcite>(None).await, Err(ErrorKind::Query));
}
