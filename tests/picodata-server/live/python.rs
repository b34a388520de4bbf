//! asyncpg: prepared statements, the binary format, startup options, cancelling. `asyncpg_client.py` holds the assertions.

use std::process::Command;
use std::time::Duration;

use querent_picodata_server::{Action, At, Encryption, Event, Fault, PASSWORD, Server};

use crate::{run, server};

crate::tests! {
    every_password_lets_in,
    tls_is_spoken,
    values_of_every_type_go_both_ways,
    describe_is_understood,
    errors_are_understood,
    ddl_invalidates,
    a_cancel_does_nothing,
}

/// Runs a function of the script on a server; it prints nothing where all is well.
#[track_caller]
pub(crate) fn script(python: &str, file: &str, test: &str, server: &Server, more: &[&str]) {
    let path = format!("{}/live/{file}", env!("CARGO_MANIFEST_DIR"));
    let said = run(Command::new(python).args(["-B", &path, test, &server.hosts(), PASSWORD]).args(more));
    assert!(said.well && said.out.is_empty(), "{}\n{}", said.out, said.err);
}

#[track_caller]
fn check(python: &str, test: &str, server: &Server, more: &[&str]) {
    script(python, "asyncpg_client.py", test, server, more);
}

fn every_password_lets_in(python: &str) {
    let server = server(1, Encryption::Off);
    check(python, "passwords", &server, &[]);
    assert_eq!(server.counters("i1").ready, 4);
}

fn tls_is_spoken(python: &str) {
    for (encryption, name) in [(Encryption::Tls, ""), (Encryption::MutualTls, "client")] {
        let server = server(1, encryption);
        let folder = tempfile::tempdir().expect("a folder");
        server.keys().write(folder.path()).expect("keys");
        check(python, "tls", &server, &[&folder.path().display().to_string(), name]);
    }
}

fn values_of_every_type_go_both_ways(python: &str) {
    check(python, "values", &server(1, Encryption::Off), &[]);
}

fn describe_is_understood(python: &str) {
    check(python, "describe", &server(1, Encryption::Off), &[]);
}

fn errors_are_understood(python: &str) {
    check(python, "errors", &server(1, Encryption::Off), &[]);
}

fn ddl_invalidates(python: &str) {
    check(python, "ddl", &server(1, Encryption::Off), &[]);
}

fn a_cancel_does_nothing(python: &str) {
    let server = server(1, Encryption::Off);
    server.fault(Fault::new(At::Execute, Action::Hang).of("SELECT * FROM probe_t ORDER BY id"));
    check(python, "cancel", &server, &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let cancelled = server.until(|server| server.count(|event| *event == Event::CancelRequest) > 0);
    runtime
        .block_on(async { tokio::time::timeout(Duration::from_secs(20), cancelled).await })
        .expect("a request");
}
