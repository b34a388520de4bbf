//! The outcome of checking one query: what is sent, what goes in, what comes out.

mod key;

use querent_types::SqlType;

pub use self::key::{Constant, Key, KeyColumn, KeyPart};
use crate::ast::{ColumnOverride, Span};

/// A checked query.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The text to send, with holes.
    pub template: Vec<Piece>,
    /// The parameters, in the order in which arguments are given.
    pub params: Vec<Param>,
    /// The optional sections, by the indices that [`Piece::Section`] and [`Param::section`] use.
    pub sections: Vec<Section>,
    /// The columns of the result; empty for a statement that gives no rows.
    pub columns: Vec<Column>,
    /// The results of each command, where the query holds several; empty otherwise.
    pub results: Vec<CommandResult>,
    /// The parameters that travel beside the text, in the order in which the text consumes them; they are the last ones.
    pub blobs: Vec<usize>,
    /// The tables that the query names, by their full paths, sorted, without repeats.
    pub tables: Vec<Vec<String>>,
    /// The routing key of every row that the statement touches; `None` where the rows cannot be told.
    pub key: Option<Key>,
    /// What kind of statement it is.
    pub effect: Effect,
}

/// What one of several commands answers.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandResult {
    /// Its name.
    pub command: String,
    /// Where the name stands.
    pub span: Span,
    /// How many rows there are.
    pub kind: ResultKind,
    /// Their columns.
    pub columns: Vec<Column>,
}

/// How many rows the answer to a command has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultKind {
    /// Any number.
    Rows,
    /// One.
    Row,
    /// None: it says what was done.
    Done,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It only reads.
    Read,
    /// It changes rows.
    Write,
    /// It changes the schema or the session.
    Define,
}

/// One piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text sent as it stands.
    Text(String),
    /// The place of a parameter, by index.
    Param(usize),
    /// A whole `x [NOT] IN (…)` predicate that holds a spread.
    In(InPredicate),
    /// The predicate by whose elements the statement can be split, with or without a spread: [`KeyPart::Any`] has them.
    Split(InPredicate),
    /// The rows of VALUES of an INSERT, parentheses included, to be joined by `, `; they hold no subquery.
    Rows(Vec<Vec<Piece>>),
    /// An optional section, by index, and what stands in it.
    Section(usize, Vec<Piece>),
}

/// An IN predicate whose elements are sent as they are at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPredicate {
    /// `x IN (`.
    pub head: Vec<Piece>,
    /// The elements; they are joined by `, `.
    pub elements: Vec<Element>,
    /// `)`.
    pub tail: String,
    /// What is sent instead when there is no element: `FALSE`, or `TRUE` where negated, as the dialect spells it.
    pub empty: String,
}

/// One element of an IN list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// A parameter that stands for a slice of values.
    Spread(usize),
    /// Anything else.
    Pieces(Vec<Piece>),
}

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// `symbol` of `:symbol` and `$symbol`; `None` for `$1` and `?`.
    pub name: Option<String>,
    /// Its type (of one element, for a spread); `None` where nothing decides it.
    pub ty: Option<SqlType>,
    /// Whether a NULL may be passed.
    pub nullable: bool,
    /// Whether it stands for a slice.
    pub spread: bool,
    /// The innermost optional section that it switches, if any.
    pub section: Option<usize>,
    /// Every place where it is used, the first first.
    pub spans: Vec<Span>,
}

impl Param {
    /// Its name, or `$1` where it has none; `index` is its place in the plan.
    pub fn shown(&self, index: usize) -> String {
        self.name.clone().unwrap_or_else(|| format!("${}", index + 1))
    }
}

/// One optional section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The parameters that switch it: it is sent when each of them is given.
    pub params: Vec<usize>,
    /// Where it stands, braces included.
    pub span: Span,
}

/// One column of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name as the server gives it.
    pub name: String,
    /// Its type; `None` where the checker does not know it.
    pub ty: Option<SqlType>,
    /// The server's own name of the type, where it has one besides.
    pub native: Option<String>,
    /// Whether it may hold a NULL; the override is already applied.
    pub nullable: bool,
    /// Why it may, or why it never does: one clause for docs and `explain`.
    pub why: String,
    /// The table's path and the column of which it is a plain copy.
    pub origin: Option<(Vec<String>, String)>,
    /// What the alias overrides.
    pub over: Option<ColumnOverride>,
    /// Where it stands in the select list.
    pub span: Span,
}
