//! Texts that are not SQL and what is said of them: `tests/syntax/<dialect>/{schema,query,expected}`.
//!
//! `schema` is DDL, `query` holds statements separated by empty lines, and `expected` holds what is printed of each, as
//! `querent explain` prints it. `BLESS=1 cargo test -p querent-schema --test syntax_cases` writes what is said now.

#[expect(dead_code, reason = "each test uses a part of it")]
mod support;

use std::cell::RefCell;
use std::fmt::Write;
use std::path::Path;

use querent_schema::check;
use querent_schema::diagnostic::Severity;
use support::{hold, printed, schema, statements};

/// Words of the parser that no user should read.
const PARSERS_WORDS: &[&str] = &["EOF", "at Line", "Column:", "identifier,", "Expected", "token", "Word("];

#[test]
fn what_is_not_sql_is_told_in_the_users_words() {
    let wrong = RefCell::new(Vec::new());
    let cases = hold("syntax", |topic| run(topic, &mut wrong.borrow_mut()));
    let wrong = wrong.into_inner();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(cases >= 450, "only {cases} statements were found");
}

/// The statements of a dialect and what is printed of each. Wrong is a text of which there is not just one error, and an
/// error in the parser's words.
fn run(topic: &Path, wrong: &mut Vec<String>) -> (usize, String) {
    let dialect = topic.file_name().unwrap().to_str().unwrap();
    let catalog = schema(topic, dialect);
    let texts = statements(topic);
    let mut answer = String::new();
    for text in &texts {
        writeln!(answer, "{text}").unwrap();
        let found = check(text, &catalog).diagnostics;
        let errors = found.iter().filter(|found| found.severity == Severity::Error).count();
        if errors != 1 {
            wrong.push(format!("{dialect}: {text}: {errors} errors"));
        }
        for found in &found {
            let said = printed(found, text);
            if let Some(word) = PARSERS_WORDS.iter().find(|word| found.message.contains(**word)) {
                wrong.push(format!("{dialect}: {text}: the parser's word `{word}`: {said}"));
            }
            writeln!(answer, "{said}").unwrap();
        }
        answer.push('\n');
    }
    (texts.len(), answer)
}
