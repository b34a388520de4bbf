//! Answers of an earlier run: [`Recorder`] writes down what an engine says, [`Recorded`] says it again.
//!
//! A recording is one JSON object: the engine's version, and for each script its answers in order, each with the tables
//! that the engine had before it, where they had changed. A statement that the recording does not hold (the corpus has
//! changed) is answered by a panic that names it: nothing is guessed.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, TableDescription, TableKind};
use serde::{Deserialize, Serialize};

use super::{Answer, Engine};
use crate::corpus::{Case, Script};

/// A whole recording.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Recording {
    version: String,
    scripts: BTreeMap<String, Vec<Entry>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    sql: String,
    tables: Option<Vec<Table>>,
    answer: Answer,
}

/// A table as recordings hold it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Table {
    path: Vec<String>,
    kind: String,
    /// Name, type, whether it may be NULL, whether it has a default.
    columns: Vec<(String, Option<String>, bool, bool)>,
    key: Vec<String>,
}

/// Asks another engine and writes down its answers.
pub struct Recorder<E> {
    engine: E,
    recording: Recording,
    script: String,
    tables: Option<Vec<Table>>,
}

impl<E: Engine> Recorder<E> {
    /// A recorder with nothing written down.
    pub fn new(engine: E) -> Recorder<E> {
        let recording = Recording { version: engine.version(), scripts: BTreeMap::new() };
        Recorder { engine, recording, script: String::new(), tables: None }
    }

    /// Writes the recording to a file.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        std::fs::write(file, serde_json::to_vec(&self.recording)?)
    }
}

impl<E: Engine> Engine for Recorder<E> {
    fn version(&self) -> String {
        self.engine.version()
    }

    fn begin(&mut self, script: &Script) {
        self.script.clone_from(&script.name);
        self.engine.begin(script);
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
        let entry = Entry { sql: case.sql.clone(), tables: self.tables.take(), answer: answer.clone() };
        self.recording.scripts.entry(self.script.clone()).or_default().push(entry);
        answer
    }
}

/// Answers as they were written down.
pub struct Recorded {
    recording: Recording,
    dialect: String,
    backend: String,
    script: String,
    next: usize,
}

impl Recorded {
    /// Reads a recording of a source of this backend and dialect.
    pub fn read(file: &Path, backend: &str, dialect: &str) -> io::Result<Recorded> {
        let recording = serde_json::from_slice(&std::fs::read(file)?)?;
        Ok(Recorded {
            recording,
            dialect: dialect.to_owned(),
            backend: backend.to_owned(),
            script: String::new(),
            next: 0,
        })
    }

    fn entry(&self) -> Option<&Entry> {
        self.recording.scripts.get(&self.script)?.get(self.next)
    }
}

impl Engine for Recorded {
    fn version(&self) -> String {
        self.recording.version.clone()
    }

    fn begin(&mut self, script: &Script) {
        self.script.clone_from(&script.name);
        self.next = 0;
    }

    fn source(&mut self) -> Option<SourceDescription> {
        let tables = self.entry()?.tables.as_ref()?;
        Some(SourceDescription {
            backend: self.backend.clone(),
            dialect: self.dialect.clone(),
            nullability: NullabilityTrust::Trusted,
            tables: tables.iter().map(Table::description).collect(),
            ..SourceDescription::default()
        })
    }

    fn ask(&mut self, case: &Case) -> Answer {
        let entry = self.entry().filter(|entry| entry.sql == case.sql);
        let Some(entry) = entry else {
            panic!("{}:{}: the recording does not hold this statement: record again", self.script, case.at)
        };
        let answer = entry.answer.clone();
        self.next += 1;
        answer
    }
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
        }
    }

    fn description(&self) -> TableDescription {
        let columns = self.columns.iter().map(|(name, ty, nullable, has_default)| ColumnDescription {
            name: name.clone(),
            ty: ty.as_ref().and_then(|ty| ty.parse().ok()),
            native: None,
            nullable: *nullable,
            has_default: *has_default,
            hidden: false,
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
            ..TableDescription::new(self.path.clone(), columns.collect())
        }
    }
}
