//! An answer of 200 MB: refused beyond the limit and read below it, in little memory both times.
//!
//! The memory is that of the process at its height, so that this is the only test here.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use futures_util::TryStreamExt as _;
use querent_core::{ErrorKind, Pool, Source, sql_query};
use querent_pinot::Pinot;

enum Stats {}

impl Source for Stats {
    type Backend = Pinot;
    const NAME: &'static str = "stats";
    const FINGERPRINT: u64 = 0;
    const OPTIONS: &'static [(&'static str, &'static str)] =
        &[("engine", "single-stage"), ("null_handling", "true")];
}

const ROWS: usize = 50_000;
const TEXT_LEN: usize = 4_000;
/// What a process with one such answer may take at its height; it takes less than 20 MB before.
const MEMORY_MAX: usize = 48 << 20;

/// Gives each connection one answer: `OK` to a GET, the large one to a POST.
fn serve(listener: &TcpListener) {
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        std::thread::spawn(move || {
            let mut head = [0; 4_096];
            let len = stream.read(&mut head).expect("a request");
            // Whoever has enough hangs up.
            let _ = match head[..len].starts_with(b"GET") {
                true => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK")
                }
                false => answer(&mut stream),
            };
        });
    }
}

fn answer(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
    stream.write_all(
        br#"{"resultTable":{"dataSchema":{"columnNames":["t"],"columnDataTypes":["STRING"]},"rows":["#,
    )?;
    let row = format!("[\"{}\"]", "x".repeat(TEXT_LEN));
    for index in 0..ROWS {
        if index > 0 {
            stream.write_all(b",")?;
        }
        stream.write_all(row.as_bytes())?;
    }
    stream.write_all(format!(r#"]}},"exceptions":[],"numRowsResultSet":{ROWS}}}"#).as_bytes())
}

/// The most memory that this process has had, in bytes.
fn height() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a height");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
}

#[tokio::test]
async fn memory_is_bounded_whatever_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let authority = listener.local_addr().expect("an address");
    std::thread::spawn(move || serve(&listener));
    let sql = "SELECT t FROM t LIMIT 50000";

    let limited = format!("pinot://{authority}?role=broker&response_len_max={}", 100 << 20);
    let pool = Pool::<Stats>::connect(&limited).await.expect("the broker is well");
    let counted = sql_query(sql).of::<Stats, (String,)>().fetch(&pool);
    let error = counted.try_fold(0, |count, _| async move { Ok(count + 1) }).await.expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    assert!(error.to_string().contains("response_len_max"), "{error}");
    assert!(height() < MEMORY_MAX, "{} bytes", height());

    let pool = Pool::<Stats>::connect(&format!("pinot://{authority}?role=broker")).await.expect("well");
    let rows = sql_query(sql).of::<Stats, (String,)>().fetch(&pool);
    let sum = rows.try_fold((0, 0), |(count, len), (text,)| async move { Ok((count + 1, len + text.len())) });
    assert_eq!(sum.await.expect("all of it"), (ROWS, ROWS * TEXT_LEN));
    assert!(height() < MEMORY_MAX, "{} bytes", height());
}
