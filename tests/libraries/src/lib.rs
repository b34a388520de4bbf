//! A backend that holds one value of every temporal, decimal, UUID and JSON type, for the tests of `[types]`.
//!
//! [`ROW`] is what every query is answered with; [`Script::sent`] is what was bound, so that a test reads all columns as
//! some library's types, binds them again, and sees the same values leave.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use querent::backend::{Backend, Batch, Decode, Placeholder, Request, ValueError, ValueProblem};
use querent::types::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};
use querent::{Error, ErrorKind, Pool, PoolOptions, Result, Source, Value};

/// The backend.
pub enum Library {}

/// The columns of `things` and their one row, as text. `later` is NULL.
pub const ROW: &[(&str, &str)] = &[
    ("day", "2024-02-29"),
    ("clock", "23:59:58.123456"),
    ("at", "2013-01-01T05:15:30.250001"),
    ("instant", "2013-01-01T10:15:30.250001"),
    ("span", "PT25H1M1.500S"),
    ("gap", "P1Y2M3DT4H"),
    ("amount", "-12345678.90"),
    ("id", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
    ("doc", r#"{"a":[1,null,"x"]}"#),
    ("note", "hello"),
    ("later", ""),
];

/// What was sent, for a test to look at.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<Vec<Vec<String>>>>);

impl Script {
    /// A pool on this script.
    pub fn pool<S: Source<Backend = Library>>(&self) -> Pool<S> {
        Pool::with_options(self.clone(), PoolOptions::new()).expect("options of a script are good")
    }

    /// The values of each statement, as text.
    pub fn sent(&self) -> Vec<Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One row: the names of its columns, and the cells by name.
pub struct Row(Vec<&'static str>, HashMap<&'static str, &'static str>);

impl Batch for Row {
    fn len(&self) -> usize {
        1
    }

    fn width(&self) -> usize {
        self.0.len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.0.get(index).copied()
    }
}

impl Backend for Library {
    const NAME: &'static str = "library";
    const PLACEHOLDER: Placeholder = Placeholder::Dollar;
    type Options = Script;
    type Call = ();
    type Connection = Script;
    type Cursor = Option<Row>;
    type Batch = Row;
    type Cluster = querent::backend::Single;

    fn options(_: &str) -> Result<Script> {
        Err(Error::new(ErrorKind::Config, "a script is no URL"))
    }

    async fn connect(options: &Script) -> Result<Script> {
        Ok(options.clone())
    }

    async fn open(connection: &mut Script, request: Request<'_, Self>) -> Result<Option<Row>> {
        let sent = request.values.iter().map(shown).collect();
        connection.0.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
        let checked: Vec<&'static str> = ROW.iter().map(|(name, _)| *name).collect();
        let wanted =
            request.columns.iter().filter_map(|c| checked.iter().find(|name| **name == c.name).copied());
        let names: Vec<&'static str> = wanted.collect();
        // A run-time query, of which no columns are known, asks for the whole row.
        let names = if request.columns.is_empty() { checked } else { names };
        Ok(Some(Row(names, ROW.iter().copied().collect())))
    }

    async fn next(_: &mut Script, cursor: &mut Option<Row>) -> Result<Option<Row>> {
        Ok(cursor.take())
    }
}

/// A value as [`ROW`] has it.
fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Date(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::Timestamp(value) => value.to_string(),
        Value::Duration(value) => value.to_string(),
        Value::Interval(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Uuid(value) => value.to_string(),
        Value::Str(value) => (*value).to_owned(),
        Value::String(value) => value.clone(),
        other => format!("{other:?}"),
    }
}

/// A cell, parsed when it is read.
pub struct Cell {
    text: &'static str,
    index: u16,
}

macro_rules! decode {
    ($($rust:ty),+) => { $(
        impl<'b> Decode<'b, Library> for $rust {
            type Column = Cell;

            fn column(batch: &'b Row, index: usize) -> Result<Cell, ValueError> {
                let missing = || ValueError::column(index, ValueProblem::MissingColumn);
                let name = batch.0.get(index).ok_or_else(missing)?;
                Ok(Cell { text: batch.1.get(name).ok_or_else(missing)?, index: index as u16 })
            }

            fn is_null(column: &Cell, _: usize) -> bool {
                column.text.is_empty()
            }

            fn get(column: &Cell, row: usize) -> Result<Self, ValueError> {
                let problem = || ValueError::row(column.index, row, ValueProblem::Malformed(stringify!($rust)));
                column.text.parse().map_err(|_| problem())
            }
        }
    )+ };
}

decode!(Date, Time, Timestamp, Duration, Interval, Decimal, Uuid, String);

/// The values of [`ROW`], as they must leave again.
pub fn row() -> Vec<&'static str> {
    ROW.iter().map(|(_, text)| *text).collect()
}
