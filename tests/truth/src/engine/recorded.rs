//! Answers of an earlier run: [`Recorder`] writes down what an engine says, [`Recorded`] says it again.
//!
//! A recording is a folder with a JSON file a script: the engine's version and its answers in order, each with the tables
//! that the engine had before it, where they had changed. A statement that the recording does not hold (the corpus has
//! changed) is answered by a panic that names it: nothing is guessed.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, TableDescription, TableKind};
use serde::{Deserialize, Serialize};

use super::{Answer, Engine};
use crate::corpus::{Case, Script};

/// The recording of one script.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Recording {
    version: String,
    entries: Vec<Entry>,
}

impl Recording {
    fn file(folder: &Path, script: &str) -> PathBuf {
        folder.join(script.replace(['/', ' '], "_") + ".json")
    }

    fn read(folder: &Path, script: &str) -> io::Result<Recording> {
        Ok(serde_json::from_slice(&std::fs::read(Recording::file(folder, script))?)?)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    sql: String,
    /// The types of the values that were given.
    #[serde(default)]
    given: Option<Vec<String>>,
    tables: Option<Vec<Table>>,
    answer: Answer,
}

impl Entry {
    /// Whether this is the answer to a statement, asked with values of these types.
    fn is_of(&self, case: &Case) -> bool {
        self.sql == case.sql && self.given == given(case)
    }
}

/// A table as recordings hold it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Table {
    path: Vec<String>,
    kind: String,
    /// Name, type, whether it may be NULL, whether it has a default.
    columns: Vec<(String, Option<String>, bool, bool)>,
    key: Vec<String>,
    /// Columns that `SELECT *` leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hidden: Vec<String>,
    /// What one backend alone knows of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<String, String>,
}

/// Asks another engine and writes down its answers, script by script.
pub struct Recorder<E> {
    engine: E,
    folder: PathBuf,
    recording: Recording,
    tables: Option<Vec<Table>>,
}

impl<E: Engine> Recorder<E> {
    /// A recorder that writes into a folder.
    pub fn new(engine: E, folder: &Path) -> Recorder<E> {
        Recorder { engine, folder: folder.to_owned(), recording: Recording::default(), tables: None }
    }
}

impl<E: Engine> Engine for Recorder<E> {
    fn version(&self) -> String {
        self.engine.version()
    }

    fn begin(&mut self, script: &Script) {
        self.recording = Recording { version: self.engine.version(), entries: Vec::new() };
        self.tables = None;
        self.engine.begin(script);
    }

    fn end(&mut self, script: &Script) -> io::Result<()> {
        let file = Recording::file(&self.folder, &script.name);
        std::fs::write(file, serde_json::to_vec(&self.recording)?)?;
        self.engine.end(script)
    }

    fn source(&mut self) -> Option<SourceDescription> {
        let source = self.engine.source();
        if let Some(source) = &source {
            self.tables = Some(source.tables.iter().map(Table::of).collect());
        }
        source
    }

    fn ask(&mut self, case: &Case) -> Answer {
        let answer = self.engine.ask(case);
        let (sql, tables) = (case.sql.clone(), self.tables.take());
        self.recording.entries.push(Entry { sql, given: given(case), tables, answer: answer.clone() });
        answer
    }
}

/// Answers as they were written down.
pub struct Recorded {
    folder: PathBuf,
    backend: String,
    dialect: String,
    script: String,
    recording: Recording,
    next: usize,
}

impl Recorded {
    /// The recordings in a folder, of a source of this backend and dialect.
    pub fn new(folder: &Path, backend: &str, dialect: &str) -> Recorded {
        Recorded {
            folder: folder.to_owned(),
            backend: backend.to_owned(),
            dialect: dialect.to_owned(),
            script: String::new(),
            recording: Recording::default(),
            next: 0,
        }
    }

    /// Whether a script was recorded, with the statements that it has now.
    pub fn holds(folder: &Path, script: &Script) -> bool {
        let Ok(recording) = Recording::read(folder, &script.name) else { return false };
        recording.entries.len() == script.cases.len()
            && recording.entries.iter().zip(&script.cases).all(|(entry, case)| entry.is_of(case))
    }
}

impl Engine for Recorded {
    fn version(&self) -> String {
        self.recording.version.clone()
    }

    fn begin(&mut self, script: &Script) {
        self.script.clone_from(&script.name);
        self.next = 0;
        self.recording = Recording::read(&self.folder, &script.name).unwrap_or_default();
    }

    fn source(&mut self) -> Option<SourceDescription> {
        let tables = self.recording.entries.get(self.next)?.tables.as_ref()?;
        Some(SourceDescription {
            backend: self.backend.clone(),
            dialect: self.dialect.clone(),
            nullability: NullabilityTrust::Trusted,
            tables: tables.iter().map(Table::description).collect(),
            ..SourceDescription::default()
        })
    }

    fn ask(&mut self, case: &Case) -> Answer {
        let entry = self.recording.entries.get(self.next).filter(|entry| entry.is_of(case));
        let Some(entry) = entry else {
            panic!("{}:{}: the recording does not hold this statement: record again", self.script, case.at)
        };
        let answer = entry.answer.clone();
        self.next += 1;
        answer
    }
}

fn given(case: &Case) -> Option<Vec<String>> {
    Some(case.given.as_ref()?.iter().map(ToString::to_string).collect())
}

impl Table {
    fn of(table: &TableDescription) -> Table {
        let kind = match table.kind {
            TableKind::Table => "table",
            TableKind::View => "view",
            TableKind::System => "system",
        };
        let columns = table.columns.iter().map(|column| {
            let ty = column.ty.as_ref().map(ToString::to_string);
            (column.name.clone(), ty, column.nullable, column.has_default)
        });
        Table {
            path: table.path.clone(),
            kind: kind.to_owned(),
            columns: columns.collect(),
            key: table.primary_key.clone(),
            hidden: (table.columns.iter().filter(|column| column.hidden))
                .map(|column| column.name.clone())
                .collect(),
            properties: table.properties.clone(),
        }
    }

    fn description(&self) -> TableDescription {
        let columns = self.columns.iter().map(|(name, ty, nullable, has_default)| ColumnDescription {
            name: name.clone(),
            ty: ty.as_ref().and_then(|ty| ty.parse().ok()),
            native: None,
            nullable: *nullable,
            has_default: *has_default,
            hidden: self.hidden.contains(name),
            comment: None,
        });
        let kind = match self.kind.as_str() {
            "view" => TableKind::View,
            "system" => TableKind::System,
            _ => TableKind::Table,
        };
        TableDescription {
            kind,
            primary_key: self.key.clone(),
            properties: self.properties.clone(),
            ..TableDescription::new(self.path.clone(), columns.collect())
        }
    }
}
