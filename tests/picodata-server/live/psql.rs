//! psql: simple queries, text, libpq's passwords and TLS.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use querent_picodata_server::{Encryption, Event, PASSWORD, Server};

use crate::{Said, run, server};

crate::tests! {
    every_password_lets_in,
    tls_is_verified,
    mutual_tls_wants_a_certificate_that_it_trusts,
    values_have_their_text,
    statements_are_what_picodata_takes,
    the_binary_serves,
}

fn ask_with(psql: &str, server: &Server, user: &str, options: &str, sql: &str) -> Said {
    let port = server.address("i1").port();
    let target = format!("host=127.0.0.1 port={port} dbname=any user={user} {options}");
    run(Command::new(psql).env("PGPASSWORD", PASSWORD).args(["-X", "-A", "-t", "-c", sql, &target]))
}

fn ask(psql: &str, server: &Server, sql: &str) -> Said {
    ask_with(psql, server, "admin", "", sql)
}

fn every_password_lets_in(psql: &str) {
    let server = server(1, Encryption::Off);
    for user in ["admin", "plain", "md5", "ldap"] {
        let said = ask_with(psql, &server, user, "", "SELECT pico_instance_name()");
        assert_eq!((said.out.as_str(), said.err.as_str()), ("i1", ""), "{user}");
    }
    let said = ask_with(psql, &server, "nobody", "", "SELECT 1");
    assert!(said.err.contains("authentication failed for user 'nobody'"), "{}", said.err);
    let said = ask_with(psql, &server, "chap", "", "SELECT 1");
    assert!(!said.well);
    // libpq asks for what the server never has.
    let said = ask_with(psql, &server, "admin", "sslmode=require", "SELECT 1");
    assert!(said.err.contains("server does not support SSL"), "{}", said.err);
    let said = ask_with(psql, &server, "admin", "channel_binding=require", "SELECT 1");
    assert!(said.err.contains("channel binding"), "{}", said.err);
}

fn tls_is_verified(psql: &str) {
    let server = server(1, Encryption::Tls);
    let folder = tempfile::tempdir().expect("a folder");
    server.keys().write(folder.path()).expect("keys");
    let keys = folder.path().display();
    for (options, expected) in [
        (format!("sslmode=verify-full sslrootcert={keys}/ca.pem"), Ok("1")),
        ("sslmode=require".to_owned(), Ok("1")),
        ("sslmode=prefer".to_owned(), Ok("1")),
        (format!("sslmode=verify-full sslrootcert={keys}/rogue-ca.pem"), Err("SSL error")),
        ("sslmode=disable".to_owned(), Err("this server requires the client to use ssl")),
    ] {
        for user in ["admin", "md5"] {
            let said = ask_with(psql, &server, user, &options, "SELECT 1");
            match expected {
                Ok(expected) => {
                    assert_eq!((said.out.as_str(), said.err.as_str()), (expected, ""), "{options}")
                }
                Err(expected) => assert!(said.err.contains(expected), "{options}: {}", said.err),
            }
        }
    }
}

fn mutual_tls_wants_a_certificate_that_it_trusts(psql: &str) {
    let server = server(1, Encryption::MutualTls);
    let folder = tempfile::tempdir().expect("a folder");
    server.keys().write(folder.path()).expect("keys");
    let keys = folder.path().display();
    let with = |name: &str| {
        format!(
            "sslmode=verify-full sslrootcert={keys}/ca.pem sslcert={keys}/{name}.pem sslkey={keys}/{name}.key"
        )
    };
    let said = ask_with(psql, &server, "admin", &with("client"), "SELECT 1");
    assert_eq!((said.out.as_str(), said.err.as_str()), ("1", ""));
    for options in [
        with("rogue"),
        format!("sslmode=verify-full sslrootcert={keys}/ca.pem sslcert={keys}/none sslkey={keys}/none"),
    ] {
        assert!(!ask_with(psql, &server, "admin", &options, "SELECT 1").well, "{options}");
    }
    assert_eq!(server.count(|event| *event == Event::Ready), 1);
}

fn values_have_their_text(psql: &str) {
    let server = server(1, Encryption::Off);
    let uuid = "102be9bf-215f-4180-b4c9-cc11983e988d";
    for (table, expected) in [
        (
            "every_type",
            format!(
                "-9223372036854775808|two😀 \"quoted\" \\|t|0.1|12345.678900|{uuid}|2026-02-03 04:05:06.123456+00|\
                 [\"Online\",1,{{\"a\":null}}]|\n||||||||"
            ),
        ),
        (
            "every_array",
            format!(
                "{{1,NULL,9223372036854775807}}|{{\"a\",\"b \\\"c\\\" \\\\\"}}|{{t,f}}|{{1.5}}|{{1.50}}|{{{uuid}}}|\
                 {{\"2026-02-03 04:05:06.123456+00\"}}\n||||||"
            ),
        ),
    ] {
        let said = ask(psql, &server, &format!("SELECT * FROM {table}"));
        assert_eq!((said.out, said.err.as_str()), (expected, ""));
    }
}

fn statements_are_what_picodata_takes(psql: &str) {
    let server = server(1, Encryption::Off);
    for (sql, expected) in [
        ("BEGIN", "BEGIN"),
        ("SET x = y", "SET"),
        ("SELECT name FROM _pico_instance", "i1"),
        ("ALTER TABLE probe_t ADD COLUMN extra TEXT", "ALTER TABLE"),
        ("DELETE FROM nothing", "ERROR:  sbroad: rule parsing error:  --> 1:1"),
        ("SELECT 1; SELECT 2", "ERROR:  sbroad: rule parsing error:  --> 1:11"),
        ("SHOW server_version", "ERROR:  sbroad: rule parsing error:  --> 1:1"),
        ("SELECT 1/0", "ERROR:  sbroad: Failed to execute SQL statement: division by zero"),
    ] {
        let said = ask(psql, &server, sql);
        let found = format!("{}{}", said.out, said.err);
        assert!(found.starts_with(expected), "{sql}: {found}");
    }
}

/// The cluster as a process of its own.
fn the_binary_serves(psql: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_querent-picodata-server"))
        .args(["--nodes", "2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let out = BufReader::new(child.stdout.take().expect("its output"));
    let lines: Vec<_> = out.lines().map_while(Result::ok).take_while(|line| line != "ready").collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in &lines {
        let (name, host) = line.split_once(' ').expect("a name and a host");
        let (host, port) = host.split_once(':').expect("a port");
        let target = format!("host={host} port={port} dbname=any user=plain");
        let mut command = Command::new(psql);
        let said = run(command.env("PGPASSWORD", PASSWORD).args([
            "-X",
            "-A",
            "-t",
            "-c",
            "SELECT pico_instance_name()",
            &target,
        ]));
        assert_eq!((said.out.as_str(), said.err.as_str()), (name, ""));
    }
    // The end of its input is its end.
    drop(child.stdin.take());
    assert!(child.wait().expect("its end").success());
}
