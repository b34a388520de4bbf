//! Statements and what the checker makes of them: `tests/check/<topic>/{schema,query,expected}`.
//!
//! `schema` is DDL, `query` holds statements separated by empty lines, and `expected` holds each of them again with its
//! columns, parameters, tables and findings. `BLESS=1 cargo test -p querent-schema --test check_cases` writes what the
//! checker says now; `git diff` shows what changed. The names, types and refusals were compared with DataFusion 55.2.

mod support;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use querent_schema::catalog::Catalog;
use querent_schema::ddl::{File, evaluate};
use querent_schema::dialect;
use support::{describe, first_difference};

#[test]
fn every_statement_is_read_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check");
    let mut topics: Vec<PathBuf> =
        std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    topics.sort();
    let (mut statements, mut wrong) = (0, Vec::new());
    for topic in &topics {
        let (count, answer) = run(topic);
        statements += count;
        let expected = topic.join("expected");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected, &answer).unwrap();
        }
        let said = std::fs::read_to_string(&expected).unwrap_or_default();
        if let Some(difference) = first_difference(&said, &answer) {
            wrong.push(format!("{}:{difference}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nrun again with BLESS=1 where the change is right", wrong.join("\n"));
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
