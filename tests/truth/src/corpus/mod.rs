//! What is asked: scripts of statements, each on a database of its own.

use querent_types::SqlType;

pub mod benchmarks;
pub mod functions;
pub mod generated;
pub mod sqllogictest;

/// Statements to ask, in scripts.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// What it is called in reports.
    pub name: String,
    /// Its scripts, each run on a new and empty database.
    pub scripts: Vec<Script>,
}

/// Statements that are run in order on one database.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// What it is called in reports: a file's name, a seed.
    pub name: String,
    /// Its statements.
    pub cases: Vec<Case>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Where it stands in its script: a line, a number.
    pub at: String,
    /// The statement.
    pub sql: String,
    /// What it is there for.
    pub role: Role,
    /// The names of its columns, where the corpus says so.
    pub columns: Option<Vec<String>>,
    /// The types of the values that are given with it, where any are: it then runs with such values.
    pub given: Option<Vec<SqlType>>,
}

/// What a statement is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It makes tables and rows for others; the checker is not asked.
    Setup,
    /// The checker's answer is compared with the engine's.
    Ask,
    /// The same, and the corpus says that the engine refuses it.
    MustFail,
}

impl Case {
    /// A statement to compare.
    pub fn ask(at: impl Into<String>, sql: impl Into<String>) -> Case {
        Case { at: at.into(), sql: sql.into(), role: Role::Ask, columns: None, given: None }
    }

    /// A statement that makes something for others.
    pub fn setup(at: impl Into<String>, sql: impl Into<String>) -> Case {
        Case { role: Role::Setup, ..Case::ask(at, sql) }
    }
}
