//! Statements and what the checker makes of them: `tests/check/<topic>/{schema,query,expected}`.
//!
//! `schema` is DDL, `query` holds statements separated by empty lines, and `expected` holds each of them again with its
//! columns, parameters, tables and findings. `BLESS=1 cargo test -p querent-schema --test check_cases` writes what the
//! checker says now; `git diff` shows what changed. The names, types and refusals were compared with DataFusion 55.2.

#[expect(dead_code, reason = "each test uses a part of it")]
mod support;

use std::fmt::Write;
use std::path::Path;

use support::{describe, hold, schema, statements};

#[test]
fn every_statement_is_read_as_expected() {
    let statements = hold("check", run);
    assert!(statements >= 200, "only {statements} statements were found");
}

/// The statements of a topic, and everything the checker says of them.
fn run(topic: &Path) -> (usize, String) {
    let catalog = schema(topic, "datafusion");
    let texts = statements(topic);
    let mut answer = String::new();
    for text in &texts {
        writeln!(answer, "{text}").unwrap();
        describe(text, &catalog, &mut answer);
        answer.push('\n');
    }
    (texts.len(), answer)
}
