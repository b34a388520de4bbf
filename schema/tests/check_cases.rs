//! Statements and what the checker makes of them: `tests/check/<topic>/{schema,query,expected}`.
//!
//! `schema` is DDL, `query` holds statements separated by empty lines, and `expected` holds each of them again with its
//! columns, parameters, tables and findings. `BLESS=1 cargo test -p querent-schema --test check_cases` writes what the
//! checker says now; `git diff` shows what changed. The names, types and refusals were compared with DataFusion 55.2.

mod support;

use std::fmt::Write;
use std::path::Path;

use querent_schema::catalog::Catalog;
use querent_schema::ddl::{File, evaluate};
use querent_schema::dialect;
use support::{describe, hold};

#[test]
fn every_statement_is_read_as_expected() {
    let statements = hold("check", run);
    assert!(statements >= 200, "only {statements} statements were found");
}

/// The statements of a topic, and everything the checker says of them.
fn run(topic: &Path) -> (usize, String) {
    let ddl = std::fs::read_to_string(topic.join("schema")).unwrap();
    let name = topic.join("schema").display().to_string();
    let evaluated = evaluate(&[File { name, text: ddl }], dialect::by_name("datafusion").unwrap());
    assert!(!evaluated.has_errors(), "{:?}", evaluated.findings);
    let catalog = Catalog::from_description(evaluated.source).unwrap();
    let queries = std::fs::read_to_string(topic.join("query")).unwrap();
    let mut answer = String::new();
    let texts: Vec<&str> =
        queries.split("\n\n").map(|text| text.trim_matches('\n')).filter(|text| !text.is_empty()).collect();
    for text in &texts {
        writeln!(answer, "{text}").unwrap();
        describe(text, &catalog, &mut answer);
        answer.push('\n');
    }
    (texts.len(), answer)
}
