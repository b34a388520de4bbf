//! What an engine answers, and who answers: [`datafusion`] in this process, a live node of [`ignite`], [`recorded`] answers
//! of an earlier run.

pub mod datafusion;
pub mod ignite;
pub mod recorded;

use std::io;

use querent_types::SourceDescription;
use serde::{Deserialize, Serialize};

use crate::corpus::{Case, Script};

/// An engine that statements are asked of.
///
/// A further backend implements it in a file of its own. Calls come in the order [`begin`](Engine::begin), then for each
/// case [`source`](Engine::source) and [`ask`](Engine::ask), at last [`end`](Engine::end).
pub trait Engine {
    /// The engine's name and version, for the report.
    fn version(&self) -> String;

    /// Starts a script on a new and empty database.
    fn begin(&mut self, script: &Script);

    /// Ends the script.
    fn end(&mut self, script: &Script) -> io::Result<()> {
        let _ = script;
        Ok(())
    }

    /// What tables there are now, where that has changed since the last call.
    fn source(&mut self) -> Option<SourceDescription>;

    /// Describes and runs a statement, which takes effect; runs it also on rows that hold NULL wherever they may.
    fn ask(&mut self, case: &Case) -> Answer;
}

/// What an engine makes of one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it takes the statement.
    pub outcome: Outcome,
    /// What the statement is, as far as the engine came to know it.
    pub kind: Kind,
    /// The columns that it describes; empty where it refuses, and for what gives no rows.
    pub columns: Vec<Column>,
    /// The parameters in their order.
    pub params: Vec<Parameter>,
    /// An option that the script has set and that makes another language of the engine's: such answers are not compared.
    pub option: Option<String>,
}

/// Whether an engine takes a statement, and where not, how far it came. Each refusal with the engine's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It ran to its end.
    Accepted,
    /// Refused by the parser or the planner, before any row is looked at.
    Refused(String),
    /// Planned, but no way to run it was found: constants are folded here, and what has no operator is told.
    Unready(String),
    /// It failed while it ran: on its rows, or on what it found outside.
    Failed(String),
}

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// It gives rows.
    Query,
    /// It changes rows.
    Change,
    /// It makes, alters or drops a table or a view.
    Definition,
    /// It is for the session or the server's files, and not for a client: options, COPY, external tables.
    Session,
    /// It was refused before that was known.
    Unknown,
}

/// A described column, and what came in it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in querent's notation: empty where nothing told it, several where its values differ in theirs.
    pub ty: String,
    /// What is known to come instead, where no value has come that would tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub or: Vec<String>,
    /// The type that its values came in, where that is another.
    #[serde(default)]
    pub came: Option<String>,
    /// Whether the engine says that it may hold a NULL.
    pub nullable: bool,
    /// Whether it did hold one.
    pub null_seen: bool,
    /// Whether it held one when each parameter was NULL.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub null_of_nulls: bool,
}

/// A parameter, by the engine's own name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// `$1`.
    pub name: String,
    /// Its type in querent's notation, where the engine knows it.
    pub ty: Option<String>,
}

impl Answer {
    /// A refusal of which nothing else is known.
    pub fn refused(outcome: Outcome) -> Answer {
        Answer { outcome, kind: Kind::Unknown, columns: Vec::new(), params: Vec::new(), option: None }
    }
}
