//! Real answers that are cut, or lie about their length or their form, on the way here.

use std::sync::{Arc, Mutex};

use querent_core::{Error, ErrorKind, Pool, PoolOptions, Result, sql_query};

use crate::Nulls;
use crate::front::{Act, Front, answer, ask, body_of};

crate::tests! {
    ALL:
    an_answer_that_is_cut_anywhere_is_an_error,
    a_chunked_answer_that_is_cut_anywhere_is_an_error,
    lengths_that_lie_are_errors,
    compressed_answers_are_told,
    a_page_that_is_cut_is_an_error,
}

const SQL: &str = "SELECT carrier, name FROM airlines LIMIT 16";

/// The broker's host and port.
pub(crate) fn broker() -> String {
    let url = std::env::var("QUERENT_TEST_PINOT_BROKER_URL").expect("tests/servers/pinot.sh env sets it");
    url.rsplit('/').next().expect("a host").to_owned()
}

/// The real answer to the query.
async fn real() -> Vec<u8> {
    let broker = broker();
    let body = format!("{{\"sql\":\"{SQL}\"}}");
    let head = format!("POST /query/sql HTTP/1.1\r\nhost: {broker}\r\ncontent-type: application/json");
    let head = format!("{head}\r\ncontent-length: {}", body.len());
    ask(&broker, &head, body.as_bytes()).await.expect("an answer")
}

/// A front that gives queries what is in the slot, and a pool that sends nothing twice.
async fn scripted() -> (Arc<Mutex<Vec<u8>>>, Pool<Nulls>) {
    let slot = Arc::<Mutex<Vec<u8>>>::default();
    let given = slot.clone();
    let act = move |head: &str| match head.starts_with("POST") {
        true => Act::Answer(given.lock().expect("the slot").clone()),
        false => Act::Pass,
    };
    let front = Front::before(&broker(), act).await;
    let url = format!("pinot://{}?role=broker", front.authority);
    (slot, PoolOptions::new().resends_max(0).connect(&url).await.expect("the broker is well"))
}

/// What both kinds of callers get: who takes what there is does not take what was lost on the way.
async fn query(slot: &Mutex<Vec<u8>>, pool: &Pool<Nulls>, given: Vec<u8>) -> Result<usize> {
    *slot.lock().expect("the slot") = given;
    let query = || sql_query(SQL).of::<Nulls, (String, String)>();
    let lenient = query().partial_ok().fetch_all(pool).await.map(|rows| rows.len());
    let strict = query().fetch_all(pool).await.map(|rows| rows.len());
    assert_eq!(lenient.map_err(|error| error.kind()), strict.as_ref().copied().map_err(Error::kind));
    strict
}

/// Cuts an answer behind each byte of its head and table, and of what it ends in; between them are numbers alone.
async fn cut_everywhere(whole: Vec<u8>) {
    let (slot, pool) = scripted().await;
    let mark = b"numGroupsLimitReached";
    let table = whole.windows(mark.len()).position(|bytes| bytes == mark).expect("statistics");
    let lens = (0..table).chain((table..whole.len() - 40).step_by(23)).chain(whole.len() - 40..whole.len());
    // Both kinds of callers now and then, for it takes twice as long.
    for len in lens {
        *slot.lock().expect("the slot") = whole[..len].to_vec();
        let one = sql_query(SQL).of::<Nulls, (String, String)>();
        let error = match len % 8 {
            0 => query(&slot, &pool, whole[..len].to_vec()).await.map(drop),
            _ => one.fetch_all(&pool).await.map(drop),
        };
        let error = error.expect_err("it is cut");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, true), "{len}: {error:?}");
    }
    assert_eq!(query(&slot, &pool, whole).await.expect("it is whole"), 16);
}

async fn an_answer_that_is_cut_anywhere_is_an_error(_: String) {
    cut_everywhere(real().await).await;
}

async fn a_chunked_answer_that_is_cut_anywhere_is_an_error(_: String) {
    let real = real().await;
    let mut chunks = Vec::new();
    for chunk in body_of(&real).chunks(101) {
        chunks.extend(format!("{:x}\r\n", chunk.len()).bytes().chain(chunk.iter().copied()).chain(*b"\r\n"));
    }
    chunks.extend(b"0\r\n\r\n");
    let head = "200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked";
    cut_everywhere(answer(head, &chunks)).await;
}

async fn lengths_that_lie_are_errors(_: String) {
    let real = real().await;
    let body = body_of(&real);
    let (slot, pool) = scripted().await;
    let with_len = |len: usize| answer(&format!("200 OK\r\ncontent-length: {len}"), body);
    assert_eq!(query(&slot, &pool, with_len(body.len())).await.expect("it is true"), 16);
    for len in [0, 1, 2, 100, body.len() - 2, body.len() - 1] {
        let error = query(&slot, &pool, with_len(len)).await.expect_err("too short");
        assert_eq!(error.kind(), ErrorKind::Connection, "{len}: {error:?}");
        // What followed is no answer to the next query.
        assert_eq!(query(&slot, &pool, real.clone()).await.expect("it is true"), 16);
    }
    for len in [body.len() + 1, usize::MAX / 4] {
        let error = query(&slot, &pool, with_len(len)).await.expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::Connection, "{len}: {error:?}");
    }
    for length in ["-1", "x", "1, 2", "99999999999999999999999"] {
        let lie = answer(&format!("200 OK\r\ncontent-length: {length}"), body);
        let error = query(&slot, &pool, lie).await.expect_err("no length");
        assert_eq!(error.kind(), ErrorKind::Connection, "{length}: {error:?}");
    }
    let chunks = answer("200 OK\r\ntransfer-encoding: chunked", b"zz\r\n{}\r\n0\r\n\r\n");
    assert_eq!(query(&slot, &pool, chunks).await.expect_err("no chunk").kind(), ErrorKind::Connection);
    // One that is as long as no length says ends with its connection.
    assert_eq!(query(&slot, &pool, answer("200 OK\r\nx: y", body)).await.expect("it is whole"), 16);
}

async fn compressed_answers_are_told(_: String) {
    let real = real().await;
    // The first bytes of a stream of gzip's.
    let zipped = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x2a";
    let (slot, pool) = scripted().await;
    for (head, body) in [
        ("200 OK\r\ncontent-encoding: gzip", &zipped[..]),
        ("200 OK\r\ncontent-encoding: br", body_of(&real)),
        ("503 x\r\ncontent-encoding: gzip", &zipped[..]),
    ] {
        let error = query(&slot, &pool, answer(head, body)).await.expect_err("compressed");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
        assert!(error.to_string().contains("compressed"), "{error}");
    }
    let error = query(&slot, &pool, answer("200 OK\r\nx: y", zipped)).await.expect_err("nobody says so");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    let head = "200 OK\r\ncontent-encoding: identity";
    assert_eq!(query(&slot, &pool, answer(head, body_of(&real))).await.expect("it is plain"), 16);
}

async fn a_page_that_is_cut_is_an_error(_: String) {
    let broker = broker();
    let front = Front::before(&broker, move |head| match head.starts_with("GET /responseStore") {
        true => Act::Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"resultTable\":{".to_vec()),
        false => Act::Pass,
    });
    let front = front.await;
    let pool: Pool<Nulls> =
        Pool::connect(&format!("pinot://{}?role=broker", front.authority)).await.expect("the broker is well");
    let query = sql_query(SQL).of::<Nulls, (String, String)>().page_size(5);
    let error = query.fetch_all(&pool).await.expect_err("the second page is cut");
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    // Rows have come: the whole query is not sent again by itself.
    assert_eq!(front.seen().iter().filter(|head| head.starts_with("POST")).count(), 1);
}
