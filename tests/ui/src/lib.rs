//! A backend whose answers are written beforehand, for the tests of the macros.
//!
//! Batches are rows of [`Cell`]s. What was sent is kept, so that a test sees the text and the values of a query.

mod decode;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use querent::backend::{Backend, Batch, Placeholder, Request, Transact};
use querent::types::Timestamp;
use querent::{Error, ErrorKind, Result};

/// The backend. It has transactions.
pub enum Scripted {}

/// The same without transactions.
pub enum Plain {}

/// One value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number.
    Double(f64),
    /// Text.
    Text(String),
    /// A timestamp.
    Timestamp(Timestamp),
}

/// Rows that arrive together.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// Answers to come and statements that were sent.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: VecDeque<Vec<Rows>>,
    sent: Vec<String>,
}

impl Rows {
    /// Rows with the given names of columns.
    pub fn new(columns: &[&str], rows: Vec<Vec<Cell>>) -> Rows {
        Rows { columns: columns.iter().map(|name| name.to_string()).collect(), rows }
    }

    pub(crate) fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.rows.get(row)?.get(column)
    }
}

impl Script {
    /// A script without answers: every statement gives no rows.
    pub fn new() -> Script {
        Script::default()
    }

    /// Adds the batches of the next answer.
    pub fn answer(&self, batches: Vec<Rows>) {
        self.state(|state| state.answers.push_back(batches));
    }

    /// The texts with the values after them, of all that was sent.
    pub fn sent(&self) -> Vec<String> {
        self.state(|state| state.sent.clone())
    }

    fn state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn run(&self, text: String) -> VecDeque<Rows> {
        self.state(|state| {
            state.sent.push(text);
            state.answers.pop_front().unwrap_or_default().into()
        })
    }
}

impl Batch for Rows {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(String::as_str)
    }
}

macro_rules! backend {
    ($name:ident, $scheme:literal) => {
        impl Backend for $name {
            const NAME: &'static str = $scheme;
            const PLACEHOLDER: Placeholder = Placeholder::Dollar;
            type Options = Script;
            type Call = ();
            type Connection = Script;
            type Cursor = VecDeque<Rows>;
            type Batch = Rows;
            type Cluster = querent::backend::Single;

            fn options(_: &str) -> Result<Script> {
                Err(Error::new(ErrorKind::Config, "a script is no URL: use `Pool::with_options`"))
            }

            async fn connect(options: &Script) -> Result<Script> {
                Ok(options.clone())
            }

            async fn open(connection: &mut Script, request: Request<'_, Self>) -> Result<VecDeque<Rows>> {
                let rendered = request.render();
                let values: Vec<String> = rendered.values.iter().map(|value| format!("{value:?}")).collect();
                Ok(connection.run(format!("{} <- [{}]", rendered.sql, values.join(", "))))
            }

            async fn next(_: &mut Script, cursor: &mut VecDeque<Rows>) -> Result<Option<Rows>> {
                Ok(cursor.pop_front())
            }

            fn affected(_: &VecDeque<Rows>) -> Option<u64> {
                Some(1)
            }
        }
    };
}

backend!(Scripted, "scripted");
backend!(Plain, "plain");

impl Transact for Scripted {
    async fn begin(connection: &mut Script) -> Result<()> {
        connection.run("BEGIN".into());
        Ok(())
    }

    async fn commit(connection: &mut Script) -> Result<()> {
        connection.run("COMMIT".into());
        Ok(())
    }

    async fn rollback(connection: &mut Script) -> Result<()> {
        connection.run("ROLLBACK".into());
        Ok(())
    }
}
