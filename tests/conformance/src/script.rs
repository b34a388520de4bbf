//! What the scripted servers answer, and what they received.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use querent::backend::{Backend, Request};
use querent::{Error, ErrorKind, Value};

/// One value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// An integer.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The type of a column of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// BIGINT.
    Int,
    /// VARCHAR.
    Text,
    /// VARBINARY.
    Bytes,
}

/// How an answer ends, after its batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should.
    Whole,
    /// The server refuses the statement; the connection is good for the next.
    Refused,
    /// Nothing comes any more.
    Hang,
    /// The transport breaks.
    Broken,
}

/// What a server says to one statement.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) columns: Vec<(&'static str, Kind)>,
    pub(crate) batches: Vec<Vec<Vec<Cell>>>,
    pub(crate) affected: u64,
    pub(crate) ending: Ending,
    /// Kept back until the server has answered another request.
    pub(crate) late: bool,
}

impl Answer {
    /// Rows, in one batch.
    pub fn rows(columns: &[(&'static str, Kind)], rows: Vec<Vec<Cell>>) -> Answer {
        Answer::batches(columns, vec![rows])
    }

    /// Rows in batches.
    pub fn batches(columns: &[(&'static str, Kind)], batches: Vec<Vec<Vec<Cell>>>) -> Answer {
        Answer { columns: columns.to_vec(), batches, affected: 0, ending: Ending::Whole, late: false }
    }

    /// A number of rows that were changed.
    pub fn changed(rows: u64) -> Answer {
        Answer { affected: rows, ..Answer::batches(&[], Vec::new()) }
    }

    /// An error that leaves the connection usable.
    pub fn refused() -> Answer {
        Answer { ending: Ending::Refused, ..Answer::batches(&[], Vec::new()) }
    }

    /// The same, and then nothing more.
    pub fn and_hangs(self) -> Answer {
        Answer { ending: Ending::Hang, ..self }
    }

    /// The same, and then the transport breaks.
    pub fn and_breaks(self) -> Answer {
        Answer { ending: Ending::Broken, ..self }
    }

    /// The same, after the answer to another request.
    pub fn late(self) -> Answer {
        Answer { late: true, ..self }
    }
}

/// A statement as a server received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its text.
    pub text: String,
    /// The values beside the text.
    pub values: Vec<String>,
}

/// Answers to come, and what was received.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    sent: Vec<Sent>,
    connected: usize,
    ended: usize,
    prepared: usize,
    cursors_closed: usize,
    routes: Vec<String>,
}

impl Script {
    /// A script without answers.
    pub fn new() -> Script {
        Script::default()
    }

    fn state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds the next answer.
    pub fn answer(&self, answer: Answer) {
        self.state(|state| state.answers.push_back(answer));
    }

    /// What was received, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.state(|state| state.sent.clone())
    }

    /// How many transports were opened.
    pub fn connected(&self) -> usize {
        self.state(|state| state.connected)
    }

    /// How many transports ended.
    pub fn ended(&self) -> usize {
        self.state(|state| state.ended)
    }

    /// How many statements were prepared.
    pub fn prepared(&self) -> usize {
        self.state(|state| state.prepared)
    }

    /// Where the driver sent each statement: `table[key]`, or the tables where no key was known.
    pub fn routes(&self) -> Vec<String> {
        self.state(|state| state.routes.clone())
    }

    /// How many results were given up by name, the transport living on.
    pub fn cursors_closed(&self) -> usize {
        self.state(|state| state.cursors_closed)
    }

    pub(crate) fn connect(&self) -> Transport {
        self.state(|state| state.connected += 1);
        Transport(self.clone())
    }

    pub(crate) fn prepare(&self) {
        self.state(|state| state.prepared += 1);
    }

    /// Notes where a statement goes, as a driver decides that routes by the facts of the plan.
    pub(crate) fn route<B: Backend>(&self, request: &Request<'_, B>) {
        let tables: Vec<&str> = request.tables.iter().filter_map(|path| path.last().copied()).collect();
        let values = request.key.iter().flat_map(|key| key.values());
        let key: Vec<String> = values.map(|(value, _)| shown(&value)).collect();
        let key = if key.is_empty() { String::new() } else { format!("[{}]", key.join(", ")) };
        self.state(|state| state.routes.push(format!("{}{key}", tables.join(", "))));
    }

    pub(crate) fn close_cursor(&self) {
        self.state(|state| state.cursors_closed += 1);
    }

    /// The answer to one more command of the statement that was received last.
    pub(crate) fn more(&self) -> Answer {
        self.state(|state| state.answers.pop_front().unwrap_or_else(Answer::refused))
    }

    /// Receives a statement and says what the script answers to it.
    pub(crate) fn receive(&self, text: impl Into<String>, values: Vec<String>) -> Answer {
        self.state(|state| {
            state.sent.push(Sent { text: text.into(), values });
            state.answers.pop_front().unwrap_or_else(Answer::refused)
        })
    }
}

/// A connection to a scripted server; the script counts its end.
pub struct Transport(Script);

impl Transport {
    pub(crate) fn script(&self) -> &Script {
        &self.0
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.0.state(|state| state.ended += 1);
    }
}

/// A value as the tests write it.
pub(crate) fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Str(text) => format!("'{text}'"),
        Value::Bytes(bytes) => hex(bytes),
        other => format!("{other:?}"),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn refused() -> Error {
    Error::new(ErrorKind::Query, "the server refuses the statement").with_code("E42")
}

pub(crate) fn broken() -> Error {
    Error::new(ErrorKind::Connection, "the transport broke")
}

pub(crate) fn no_url<T>() -> querent::Result<T> {
    Err(Error::new(ErrorKind::Config, "a scripted pool is made of its script"))
}
