//! `<source>/queries/*.json`: what the live server said of statements that the checker does not know all of.
//!
//! A file is named by the statement as it is sent, the dialect and the options of the source. It holds hashes of the tables
//! that the statement names: where one has changed since, the answer is none any more. Of what the checker knows itself it
//! holds the checker's word, which the server's admitted.

use std::collections::BTreeSet;
use std::path::PathBuf;

use querent_types::{AnsweredColumn, AnsweredType, SqlType, StatementAnswer};
use serde::{Deserialize, Serialize};

use super::format::{self, FORMAT};
use super::hash::{self, Hasher};
use super::write::{Written, create_dir, remove};
use super::{CacheDir, CacheError, store};
use crate::answer::{self, statement};
use crate::catalog::Catalog;
use crate::check::{self, Checked};
use crate::diagnostic::Code;

/// A query that was checked.
#[derive(Debug)]
pub struct Answered {
    /// What the checker found, and the server said where the checker does not know.
    pub checked: Checked,
    /// The file of the answer that was looked into: the outcome changes with it.
    pub file: Option<PathBuf>,
}

/// An answer to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedAnswer {
    /// The statement as it is sent, sections and all.
    pub sql: String,
    /// The tables that it names, by their full paths.
    pub tables: Vec<Vec<String>>,
    /// What the server said.
    pub answer: StatementAnswer,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<ColumnFile>>,
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<Option<String>>>,
    sql: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tables: Vec<TableHash>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableHash {
    hash: String,
    path: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnFile {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nullable: Option<bool>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<String>,
}

impl CacheDir {
    /// Checks a query of a source. What the checker leaves open is taken from what the server said when `querent prepare`
    /// asked it; an answer that contradicts the checker, or is older than a table, is an error.
    pub fn check(&self, source: &str, text: &str, catalog: &Catalog) -> Answered {
        let hinted = catalog.hinted(text);
        let catalog = hinted.as_ref().unwrap_or(catalog);
        let checked = check::check(text, catalog);
        let open = checked.plan.as_ref().filter(|_| answer::is_open(&checked));
        let Some(sql) = open.map(|plan| statement::whole(plan).sql) else {
            return Answered { checked, file: None };
        };
        match self.answer(source, &sql) {
            Ok(None) => Answered { checked: answer::unasked(checked, catalog), file: None },
            Ok(Some(answer)) => Answered {
                checked: answer::settle(checked, catalog, &answer),
                file: self.answer_file(source, &sql).ok(),
            },
            Err(error) => Answered {
                checked: Checked { diagnostics: vec![error.diagnostic()], ..checked },
                file: self.answer_file(source, &sql).ok(),
            },
        }
    }

    /// Keeps these answers of a source, and no others.
    pub fn write_answers(&self, source: &str, answers: &[RecordedAnswer]) -> Result<Written, CacheError> {
        let dir = self.answers_dir(source);
        let (mut written, mut is_new) = (Written::default(), false);
        let mut kept = BTreeSet::new();
        if !answers.is_empty() {
            create_dir(&dir)?;
        }
        for recorded in answers {
            let file = self.answer_file(source, &recorded.sql)?;
            let bytes = format::print(&self.print_answer(source, recorded), &file)?;
            if kept.insert(file.clone()) {
                is_new |= !file.exists();
                written.put(&file, &bytes, false)?;
            }
        }
        if is_new {
            // A file that did not exist is not watched by the compiler, source.json is.
            let file = self.source_file(source);
            let bytes = std::fs::read(&file).map_err(|error| CacheError::unwritable(&file, error))?;
            written.put(&file, &bytes, true)?;
        }
        let present = store::stems(&dir).map_err(|error| CacheError::unwritable(&dir, error))?;
        for stem in present {
            let file = dir.join(format!("{stem}.json"));
            if !kept.contains(&file) {
                remove(&file)?;
                written.removed.push(file);
            }
        }
        Ok(written)
    }

    /// What the server said of a statement as it is sent; `None` where it was not asked.
    ///
    /// Fails where a table has changed since.
    pub fn answer(&self, source: &str, sql: &str) -> Result<Option<StatementAnswer>, CacheError> {
        let file = self.answer_file(source, sql)?;
        let prepare = "run `querent prepare`";
        let bytes = match std::fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CacheError::invalid(&file, error, prepare)),
        };
        let read = format::parse::<AnswerFile>(&bytes, &file, "querent prepare")?;
        for TableHash { hash, path } in &read.tables {
            if self.table_hash(source, path) != *hash {
                let table = path.join(".");
                return Err(CacheError {
                    code: Code::CacheStale,
                    message: format!(
                        "the table `{table}` has changed since the server was asked of this query"
                    ),
                    help: prepare.to_owned(),
                });
            }
        }
        let invalid = |ty: &str| {
            let reason = format!("it names the type `{ty}`, which is none");
            CacheError::invalid(&file, reason, prepare)
        };
        let ty = |text: Option<String>| match text {
            None => Ok(AnsweredType::default()),
            Some(text) => text.parse::<SqlType>().map(AnsweredType::exact).map_err(|_| invalid(&text)),
        };
        let column = |column: ColumnFile| {
            Ok(AnsweredColumn { name: column.name, ty: ty(column.ty)?, nullable: column.nullable })
        };
        let columns = read.columns.map(|all| all.into_iter().map(column).collect::<Result<_, _>>());
        let parameters = read.parameters.map(|all| all.into_iter().map(ty).collect::<Result<_, _>>());
        Ok(Some(StatementAnswer { columns: columns.transpose()?, parameters: parameters.transpose()? }))
    }

    /// What is wrong with the files of answers.
    pub(super) fn answer_faults(&self, source: &str) -> Vec<CacheError> {
        let dir = self.answers_dir(source);
        let invalid = |file: &std::path::Path, error: std::io::Error| {
            CacheError::invalid(file, error, "run `querent prepare`")
        };
        let stems = match store::stems(&dir) {
            Ok(stems) => stems,
            Err(error) => return vec![invalid(&dir, error)],
        };
        let fault = |stem: String| {
            let file = dir.join(format!("{stem}.json"));
            let bytes = std::fs::read(&file).map_err(|error| invalid(&file, error));
            let read = bytes.and_then(|bytes| format::parse::<AnswerFile>(&bytes, &file, "querent prepare"));
            let expected = read.and_then(|read| self.answer_file(source, &read.sql));
            match expected {
                Ok(expected) if expected == file => None,
                // Its options or its dialect have changed since: nobody finds it any more, and `prepare` removes it.
                Ok(_) => Some(CacheError {
                    code: Code::CacheStale,
                    message: format!(
                        "`{}` is the answer to another statement, or of a server with other options",
                        file.display()
                    ),
                    help: "run `querent prepare`".to_owned(),
                }),
                Err(error) => Some(error),
            }
        };
        stems.into_iter().filter_map(fault).collect()
    }

    fn answers_dir(&self, source: &str) -> PathBuf {
        self.source_dir(source).join("queries")
    }

    fn answer_file(&self, source: &str, sql: &str) -> Result<PathBuf, CacheError> {
        let file = self.read_source(source)?;
        let mut hasher = Hasher::new();
        hasher.text(sql);
        hasher.text(&file.dialect);
        hasher.map(&file.options);
        Ok(self.answers_dir(source).join(format!("{:016x}.json", hasher.finish())))
    }

    fn print_answer(&self, source: &str, recorded: &RecordedAnswer) -> AnswerFile {
        let ty = |ty: &AnsweredType| ty.says.as_ref().map(ToString::to_string);
        let column = |column: &AnsweredColumn| ColumnFile {
            name: column.name.clone(),
            nullable: column.nullable,
            ty: ty(&column.ty),
        };
        let answer = &recorded.answer;
        let table =
            |path: &Vec<String>| TableHash { hash: self.table_hash(source, path), path: path.clone() };
        AnswerFile {
            columns: answer.columns.as_ref().map(|all| all.iter().map(column).collect()),
            format: FORMAT,
            parameters: answer.parameters.as_ref().map(|all| all.iter().map(ty).collect()),
            sql: recorded.sql.clone(),
            tables: recorded.tables.iter().map(table).collect(),
        }
    }

    /// The hash of a table's file; empty for one that has none (a view of the system's).
    fn table_hash(&self, source: &str, path: &[String]) -> String {
        let text = std::fs::read_to_string(self.table_file(source, path));
        text.map_or_else(|_| String::new(), |text| hash::hex(&text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use querent_types::{ColumnDescription, SourceDescription, TableDescription};

    use super::super::{Config, SourceConfig, TypeDefaults};
    use super::*;

    fn cache(dir: &std::path::Path, ty: SqlType) -> CacheDir {
        let cache = CacheDir::at(dir);
        let columns = vec![ColumnDescription::new("ID", ty, false)];
        let description = SourceDescription {
            backend: "ignite".into(),
            dialect: "ignite-h2".into(),
            tables: vec![TableDescription::new(vec!["PUBLIC".into(), "T".into()], columns)],
            ..SourceDescription::default()
        };
        let sources = BTreeMap::from([("orders".to_owned(), SourceConfig::default())]);
        let config = Config::new("", sources, TypeDefaults::default());
        cache.write_config(&config).expect("written");
        cache.write("orders", &config, &description, BTreeMap::new()).expect("written");
        cache
    }

    fn recorded(sql: &str) -> RecordedAnswer {
        let column = AnsweredColumn {
            name: "N".into(),
            ty: AnsweredType::exact(SqlType::Int64),
            nullable: Some(true),
        };
        let parameters = vec![AnsweredType::default(), AnsweredType::exact(SqlType::Uuid)];
        RecordedAnswer {
            sql: sql.into(),
            tables: vec![vec!["PUBLIC".into(), "T".into()]],
            answer: StatementAnswer { columns: Some(vec![column]), parameters: Some(parameters) },
        }
    }

    #[test]
    fn answers_are_kept_until_a_table_changes() {
        let dir = tempfile::tempdir().expect("a folder");
        let cache = cache(dir.path(), SqlType::Int32);
        let (one, two) = (recorded("SELECT 1"), recorded("SELECT 2"));
        assert_eq!(cache.write_answers("orders", &[one.clone(), two]).expect("written").changed.len(), 2);
        assert_eq!(cache.answer("orders", "SELECT 1").expect("read"), Some(one.answer.clone()));
        // Those that are asked no more go; the same bytes are not written again.
        let again = cache.write_answers("orders", &[one]).expect("written");
        assert_eq!((again.changed.len(), again.removed.len()), (0, 1));
        assert_eq!(cache.answer("orders", "SELECT 2").expect("read"), None);
        let cache = self::cache(dir.path(), SqlType::Int64);
        let error = cache.answer("orders", "SELECT 1").expect_err("the table is another");
        assert!(error.message.contains("PUBLIC.T") && error.help.contains("querent prepare"), "{error:?}");
    }

    #[test]
    fn queries_take_their_answers() {
        let dir = tempfile::tempdir().expect("a folder");
        let files = self::cache(dir.path(), SqlType::Int32);
        let catalog = files.catalog("orders").expect("a catalog");
        let text = "SELECT mine(:a, :b) AS n FROM t";
        let codes = |found: &Answered| -> Vec<Code> {
            found.checked.diagnostics.iter().map(|found| found.code).collect()
        };
        let unasked = files.check("orders", text, &catalog);
        assert_eq!((codes(&unasked), unasked.file), (vec![Code::UnknownFunction], None));
        let source = files.source_file("orders");
        let before = super::super::Stamp::of(&source);
        let answer = recorded("SELECT mine(?, ?) AS n FROM t");
        files.write_answers("orders", std::slice::from_ref(&answer)).expect("written");
        assert_ne!(super::super::Stamp::of(&source), before, "the compiler looks again");
        // The server knows one of the two parameters.
        let asked = files.check("orders", text, &catalog);
        assert_eq!(codes(&asked), [Code::ParameterUnknown]);
        let plan = asked.checked.plan.expect("a plan");
        assert_eq!((&plan.columns[0].ty, &plan.params[1].ty), (&Some(SqlType::Int64), &Some(SqlType::Uuid)));
        assert!(asked.file.is_some_and(|file| file.is_file()) && files.faults("orders").is_empty());
        let before = super::super::Stamp::of(&source);
        files.write_answers("orders", &[answer]).expect("written");
        assert_eq!(super::super::Stamp::of(&source), before);
        // The table is another one.
        let files = self::cache(dir.path(), SqlType::Int64);
        let catalog = files.catalog("orders").expect("a catalog");
        assert_eq!(codes(&files.check("orders", text, &catalog)), [Code::CacheStale]);
    }

    #[test]
    fn files_of_answers_that_are_none_are_told() {
        let dir = tempfile::tempdir().expect("a folder");
        let files = self::cache(dir.path(), SqlType::Int32);
        files.write_answers("orders", &[recorded("SELECT 1")]).expect("written");
        let file = files.answer_file("orders", "SELECT 1").expect("a file");
        let text = std::fs::read_to_string(&file).expect("read");
        for broken in ["", "{}", &text.replace("SELECT 1", "SELECT 2"), &text.replace("\"format\"", "\"f\"")]
        {
            std::fs::write(&file, broken).expect("written");
            let faults = files.faults("orders");
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].help.contains("querent prepare"), "{faults:?}");
        }
    }
}
