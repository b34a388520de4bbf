//! Statements that no recording holds: `refused/{schema,query,expected}` with what is printed of each, and `taken` with the
//! plans of those that are taken.
//!
//! A statement whose first line is `@26.1.1` is one to a server of that version; else it is the newest.
//! `BLESS=1 cargo test -p querent-schema --test picodata` writes what is said now.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::Severity;

use crate::catalog;
use crate::support::{describe, printed, statements};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/picodata").join(name)
}

fn run(name: &str, say: impl Fn(&str, &Catalog, &mut String)) {
    let folder = folder(name);
    let script = std::fs::read_to_string(folder.join("schema")).unwrap();
    let mut answer = String::new();
    for text in statements(&folder) {
        let (version, sql) = match text.strip_prefix('@').and_then(|rest| rest.split_once('\n')) {
            Some((version, sql)) => (Some(version), sql),
            None => (None, text.as_str()),
        };
        writeln!(answer, "{text}").unwrap();
        say(sql, &catalog(&script, version), &mut answer);
        answer.push('\n');
    }
    let file = folder.join("expected");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &answer).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    for (found, expected) in answer.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(answer.lines().count(), expected.lines().count(), "{name}");
}

#[test]
fn what_picodata_has_not_is_refused_in_its_place() {
    run("refused", |sql, catalog, answer| {
        let found = check(sql, catalog).diagnostics;
        assert!(found.iter().any(|found| found.severity == Severity::Error), "{sql} is taken");
        for found in &found {
            assert!(found.code.as_str() != "unsupported" || found.help.is_some(), "{sql}: {}", found.message);
            writeln!(answer, "{}", printed(found, sql)).unwrap();
        }
    });
}

#[test]
fn what_picodata_has_is_taken() {
    run("taken", |sql, catalog, answer| {
        let found = check(sql, catalog).diagnostics;
        let errors: Vec<_> = found.iter().filter(|found| found.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{sql}: {errors:#?}");
        describe(sql, catalog, answer);
    });
}
