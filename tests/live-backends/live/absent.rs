//! Servers that are not there: a clear error in bounded time, whatever the backend. Nothing has to run for these.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use querent::{ErrorKind, Pool, Source};

use crate::picodata::Stock;
use crate::pinot::Stats;
use crate::run;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("absent::nothing_listens", || run(nothing_listens())),
        Trial::test("absent::a_silent_server_does_not_hold_up", || run(a_silent_server_does_not_hold_up())),
    ]
}

/// What connecting fails with, and that the password is not told.
async fn refusal<S: Source>(url: &str) -> ErrorKind {
    let begin = Instant::now();
    let error = Pool::<S>::connect(url).await.expect_err("no server");
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    error.kind()
}

async fn nothing_listens() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    for host in [format!("{free}"), format!("{free},{free}")] {
        let kind = refusal::<Stock>(&format!("picodata://me:s3cret@{host}/db")).await;
        assert_eq!(kind, ErrorKind::Connection);
    }
    for role in ["controller", "broker"] {
        let kind = refusal::<Stats>(&format!("pinot://me:s3cret@{free}?role={role}")).await;
        assert_eq!(kind, ErrorKind::Connection);
    }
}

async fn a_silent_server_does_not_hold_up() {
    // Accepts, by the kernel alone, and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = silent.local_addr().expect("its address");
    let kind = refusal::<Stock>(&format!("picodata://me:s3cret@{at}?connect_timeout_ms=300")).await;
    assert_eq!(kind, ErrorKind::Connection);
    let kind = refusal::<Stats>(&format!("pinot://me:s3cret@{at}?response_timeout_ms=300")).await;
    assert_eq!(kind, ErrorKind::Timeout);
}
