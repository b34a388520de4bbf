//! Queries in JSON and what the checker makes of them: `tests/json/<topic>/{query,expected}`.
//!
//! `query` holds queries separated by empty lines; a first line `v2` makes a topic of the newer dialect. `expected` holds each
//! of them again with what is sent, its columns, parameters, classes and findings. `BLESS=1 cargo test -p querent-schema
//! --test json_cases` writes what the checker says now; `git diff` shows what changed.

#[expect(dead_code, reason = "each test uses a part of it")]
mod support;

use std::fmt::Write;
use std::path::Path;

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::{Diagnostic, Severity};
use querent_schema::json::{connection_path, entity_path};
use querent_schema::plan::Piece;
use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription, TimeUnit};
use support::{describe, hold};

/// Properties in the types that GetSchema tells of.
fn property(name: &str, native: &str) -> ColumnDescription {
    let ty = match native {
        "string" => SqlType::TEXT,
        "number" => SqlType::Number,
        "boolean" => SqlType::Boolean,
        "datetime" => SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned())),
        _ => SqlType::Json,
    };
    ColumnDescription { native: Some(native.to_owned()), ..ColumnDescription::new(name, ty, true) }
}

fn catalog(dialect: &str) -> Catalog {
    let person = ["name string", "age number", "alive boolean", "born datetime", "tags json"];
    let table = |path, properties: &[&str]| {
        let columns = properties.iter().filter_map(|text| text.split_once(' '));
        TableDescription::new(path, columns.map(|(name, ty)| property(name, ty)).collect())
    };
    Catalog::from_description(SourceDescription {
        backend: "aperture".to_owned(),
        dialect: dialect.to_owned(),
        tables: vec![
            table(entity_path("Person"), &person),
            table(entity_path("Company"), &["name string"]),
            table(entity_path("_Image"), &["id number", "license string"]),
            table(connection_path("Knows"), &["since datetime"]),
        ],
        ..SourceDescription::default()
    })
    .unwrap()
}

#[test]
fn every_query_is_read_as_expected() {
    let queries = hold("json", run);
    assert!(queries >= 80, "only {queries} queries were found");
}

/// Half a query, and one without any of its bytes, are findings and never a panic.
#[test]
fn broken_texts_are_only_findings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/json");
    let catalog = catalog("aperture-v1");
    for topic in std::fs::read_dir(&root).unwrap() {
        let text = std::fs::read_to_string(topic.unwrap().path().join("query")).unwrap();
        for query in text.split("\n\n") {
            for (at, c) in query.char_indices() {
                let without = format!("{}{}", &query[..at], &query[at + c.len_utf8()..]);
                for text in [&query[..at], &without] {
                    let checked = check(text, &catalog);
                    let outside = |found: &&Diagnostic| {
                        text.get(found.span.start as usize..found.span.end as usize).is_none()
                    };
                    assert_eq!(checked.diagnostics.iter().find(outside), None, "{text}");
                    assert!(checked.plan.is_some() || !checked.diagnostics.is_empty(), "{text}");
                }
            }
        }
    }
    let deep = format!("[{}", "{\"a\":[".repeat(100_000));
    assert!(check(&deep, &catalog).plan.is_none());
}

/// The queries of a topic, and everything the checker says of them.
fn run(topic: &Path) -> (usize, String) {
    let text = std::fs::read_to_string(topic.join("query")).unwrap();
    let (dialect, text) = match text.strip_prefix("v2\n") {
        Some(rest) => ("aperture-v2", rest),
        None => ("aperture-v1", &*text),
    };
    let catalog = catalog(dialect);
    let queries: Vec<&str> =
        text.split("\n\n").map(|text| text.trim_matches('\n')).filter(|text| !text.is_empty()).collect();
    let mut answer = String::new();
    for query in &queries {
        writeln!(answer, "{query}").unwrap();
        sent(query, &catalog, &mut answer);
        describe(query, &catalog, &mut answer);
        answer.push('\n');
    }
    (queries.len(), answer)
}

/// The template of a query that is not refused: `$1` for parameters, `{{…}}` around sections.
fn sent(query: &str, catalog: &Catalog, out: &mut String) {
    let checked = check(query, catalog);
    let refused = checked.diagnostics.iter().any(|found| found.severity == Severity::Error);
    let Some(plan) = checked.plan.filter(|_| !refused) else { return };
    out.push_str("  sends ");
    pieces(&plan.template, out);
    out.push('\n');
    if !plan.blobs.is_empty() {
        writeln!(out, "  blobs {:?}", plan.blobs).unwrap();
    }
}

fn pieces(all: &[Piece], out: &mut String) {
    for piece in all {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Param(index) => write!(out, "${}", index + 1).unwrap(),
            Piece::Section(_, inner) => {
                out.push_str("{{");
                pieces(inner, out);
                out.push_str("}}");
            }
            Piece::In(_) | Piece::Split(_) | Piece::Rows(_) => {
                unreachable!("a query in JSON has no SQL list")
            }
        }
    }
}
