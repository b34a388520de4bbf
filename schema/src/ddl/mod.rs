//! A source made of files instead of a server: SQL, and for Pinot its own JSON (`pinot`).
//!
//! [`read`] finds the files, [`evaluate`] follows their statements in order over a growing catalog. CREATE, ALTER and
//! DROP of tables and views count; whatever else stands there (INSERT, SET, COPY, indexes, functions) is skipped with a
//! note. Tables and views made by a query are typed by the checker itself.

mod files;
mod pinot;
mod statement;
mod strip;
mod tables;

use std::collections::BTreeMap;

use querent_types::{NullabilityTrust, SourceDescription, TableKind};

pub(crate) use files::present_hashes;
pub use files::{File, FileError, hashes, read};

use crate::ast::{Span, StatementKind};
use crate::cache::backend_of_dialect;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::dialect::Dialect;
use crate::parse::visit::Node;
use crate::parse::{Source, StatementText, split};
use tables::Tables;

/// What SQL files amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// The source. Its server is not known from files; options and capabilities are those that the dialect alone says.
    pub source: SourceDescription,
    /// What is wrong or doubtful, in the order of the files.
    pub findings: Vec<Finding>,
    /// What was skipped.
    pub notes: Vec<Note>,
}

/// A diagnostic with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What it is; its spans are places in the whole file.
    pub diagnostic: Diagnostic,
}

/// A statement that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Why, in a sentence without a final dot.
    pub text: String,
}

impl Evaluated {
    /// Whether something is wrong, so that the source should not be used.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.diagnostic.severity == Severity::Error)
    }
}

/// Follows the statements of the files in order.
///
/// ```
/// use querent_schema::{ddl, dialect};
///
/// let file = ddl::File {
///     name: "ddl/1.sql".into(),
///     text: "CREATE TABLE trades (price DOUBLE); CREATE VIEW n AS SELECT count(*) AS n FROM trades".into(),
/// };
/// let made = ddl::evaluate(&[file], dialect::by_name("datafusion").expect("a dialect"));
/// assert!(!made.has_errors());
/// assert_eq!(made.source.tables[0].columns[0].ty.as_ref().unwrap().to_string(), "Int64");
/// ```
pub fn evaluate(files: &[File], dialect: &'static Dialect) -> Evaluated {
    evaluate_with(files, dialect, &BTreeMap::new())
}

/// The same for a source with options of its own, of which some decide what may be NULL.
///
/// Files that end in `.json` are Pinot's schemas and table configs where the dialect is Pinot's; then all files are.
pub fn evaluate_with(
    files: &[File],
    dialect: &'static Dialect,
    options: &BTreeMap<String, String>,
) -> Evaluated {
    let json: Vec<&File> = files.iter().filter(|file| pinot::is_json(file)).collect();
    if !json.is_empty() && backend_of_dialect(dialect.name) == "pinot" {
        let mut made = pinot::evaluate(&json, dialect, options);
        let skipped = files.iter().filter(|file| !pinot::is_json(file));
        let text = "it was skipped: beside JSON files there is no SQL";
        made.notes.extend(skipped.map(|file| Note {
            file: file.name.clone(),
            line: 1,
            text: text.to_owned(),
        }));
        return made;
    }
    let mut evaluator = Evaluator {
        tables: Tables::new(dialect),
        dialect,
        file: "",
        text: "",
        offset: 0,
        findings: Vec::new(),
        notes: Vec::new(),
    };
    for file in files {
        (evaluator.file, evaluator.text) = (&file.name, &file.text);
        for statement in split(&file.text, dialect) {
            evaluator.run(&statement);
        }
    }
    let tables = evaluator.tables.into_descriptions();
    let (mut caches, mut types) = (Vec::new(), Vec::new());
    for (cache, of) in
        tables.iter().filter(|table| table.kind == TableKind::Table).filter_map(dialect.reading.objects)
    {
        caches.push(cache);
        types.extend(of);
    }
    let source = SourceDescription {
        backend: backend_of_dialect(dialect.name).to_owned(),
        dialect: dialect.name.to_owned(),
        nullability: NullabilityTrust::Trusted,
        options: dialect
            .reading
            .options
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()))
            .collect(),
        capabilities: dialect.reading.capabilities.iter().map(|name| (*name).into()).collect(),
        tables,
        types,
        caches,
        ..SourceDescription::default()
    };
    Evaluated { source, findings: evaluator.findings, notes: evaluator.notes }
}

/// The state between two statements.
struct Evaluator<'a> {
    tables: Tables,
    dialect: &'static Dialect,
    file: &'a str,
    text: &'a str,
    /// Where the statement at hand begins in its file.
    offset: u32,
    findings: Vec<Finding>,
    notes: Vec<Note>,
}

impl<'a> Evaluator<'a> {
    fn run(&mut self, statement: &StatementText) {
        self.offset = statement.span.start;
        let words = self.leading_words(statement);
        let subject = words.iter().find(|word| ["TABLE", "VIEW"].contains(&word.as_str()));
        let ours = ["CREATE", "ALTER", "DROP"].contains(&words[0].as_str()) && subject.is_some();
        if !ours {
            let shown = words[..words.len().min(2)].join(" ");
            return self.note(format!("{shown} was skipped: it does not change what tables there are"));
        }
        let text = &self.text[statement.span.start as usize..statement.span.end as usize];
        let (source, diagnostics) = Source::new(text, self.dialect);
        let parsed = source.parse(&|_| true);
        let broken = parsed.statements.is_empty();
        diagnostics.into_iter().chain(parsed.diagnostics).for_each(|found| self.report(found));
        for parsed in parsed.statements {
            if let Some((span, what)) = (self.dialect.reading.refused)(&Node::Statement(&parsed)) {
                let message = format!("{what} is not supported by {}", self.dialect.name);
                self.report(Diagnostic::error(Code::Unsupported, span, message));
                continue;
            }
            match parsed.kind {
                StatementKind::Other(name) => {
                    self.note(format!("{name} was skipped: querent does not follow it"))
                }
                kind => self.apply(kind, text),
            }
        }
        if broken {
            // What it would have made is not reported missing by every statement that uses it.
            let name = self.word_after_table(statement);
            self.tables.poison(&name);
        }
    }

    /// The words up to the first token that is none, in upper case; at least one.
    fn leading_words(&self, statement: &StatementText) -> Vec<String> {
        let text = |span: &Span| &self.text[span.start as usize..span.end as usize];
        let is_word = |text: &&str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let words: Vec<String> =
            statement.tokens.iter().map(text).take_while(is_word).take(6).map(str::to_uppercase).collect();
        if words.is_empty() { vec!["a statement".to_owned()] } else { words }
    }

    /// The first token behind `TABLE` or `VIEW` and `IF [NOT] EXISTS`.
    fn word_after_table(&self, statement: &StatementText) -> String {
        let texts = statement.tokens.iter().map(|span| &self.text[span.start as usize..span.end as usize]);
        let is = |text: &&str, words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        let mut after = texts.skip_while(|text| !is(text, &["TABLE", "VIEW"])).skip(1);
        after.find(|text| !is(text, &["IF", "NOT", "EXISTS"])).unwrap_or_default().to_owned()
    }

    fn report(&mut self, mut diagnostic: Diagnostic) {
        let offset = self.offset;
        let shift = |span: &mut Span| {
            span.start = span.start.saturating_add(offset);
            span.end = span.end.saturating_add(offset);
        };
        shift(&mut diagnostic.span);
        diagnostic.related.iter_mut().for_each(|(span, _)| shift(span));
        let (line, column) = self.place(diagnostic.span.start);
        self.findings.push(Finding {
            file: self.file.to_owned(),
            line,
            column,
            diagnostic: diagnostic.shortened(),
        });
    }

    fn note(&mut self, text: String) {
        let (line, _) = self.place(self.offset);
        self.notes.push(Note { file: self.file.to_owned(), line, text });
    }

    fn place(&self, byte: u32) -> (u32, u32) {
        let before = self.text.get(..byte as usize).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line as u32, before[line_start..].chars().count() as u32 + 1)
    }
}
