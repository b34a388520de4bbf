//! Literals without prepare over HTTP, as Pinot has it: one JSON text, which arrives in chunks cut anywhere. Rows are
//! handed on as soon as they are whole; a cell is a slice of the text.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::ops::Range;

use querent::backend::{Backend, Batch, Decode, Placeholder, Request, ValueError, ValueProblem};
use querent::{Error, ErrorKind, Result, Value};
use serde_json::json;

use crate::people::{Received, Subject, checked_queries};
use crate::script::{Ending, Transport, broken, hex, no_url, refused};
use crate::{Answer, Cell, Script};

querent::source!(pub Literal: LiteralBackend);

/// The backend.
pub enum LiteralBackend {}

/// What separates the head of an answer from its rows. It cannot stand in a JSON string: its quotes would be escaped.
const ROWS: &[u8] = b",\"rows\":[";
const CHUNK_LEN: usize = 7;

/// An answer of which some has arrived.
pub struct Cursor {
    chunks: VecDeque<Vec<u8>>,
    ending: Ending,
    /// What arrived and was not handed on.
    text: Vec<u8>,
    /// Names and types, once the head is there.
    columns: Option<Vec<(String, String)>>,
    affected: u64,
    done: bool,
}

/// Whole rows: text, and where each cell stands.
pub struct Rows {
    columns: Vec<(String, String)>,
    text: Vec<u8>,
    cells: Vec<Range<usize>>,
}

/// The server's side.
fn body(answer: &Answer) -> Vec<u8> {
    let head = answer.columns.iter().map(|(name, kind)| json!([name, format!("{kind:?}")]));
    let rows = answer.batches.iter().flatten().map(|row| {
        let cell = |cell: &Cell| match cell {
            Cell::Null => json!(null),
            Cell::Int(number) => json!(number),
            Cell::Text(text) => json!(text),
            Cell::Bytes(bytes) => json!(hex(bytes)),
        };
        row.iter().map(cell).collect::<serde_json::Value>().to_string()
    });
    let rows = rows.collect::<Vec<_>>().join(" ,");
    let mut body = format!("{{\"columns\":{},\"rows\":[{rows}", head.collect::<serde_json::Value>());
    if answer.ending == Ending::Whole {
        let _ = write!(body, "],\"affected\":{}}}", answer.affected);
    }
    body.into_bytes()
}

fn literal(value: &Value<'_>, _: &str, sql: &mut String) -> Result<()> {
    // Writing into a String cannot fail.
    let _ = match value {
        Value::Null => write!(sql, "NULL"),
        Value::Int(number) => write!(sql, "{number}"),
        Value::Str(text) => write!(sql, "'{}'", text.replace('\'', "''")),
        Value::Bytes(bytes) => write!(sql, "X'{}'", hex(bytes)),
        _ => return Err(Error::new(ErrorKind::Unsupported, "a value that has no literal here")),
    };
    Ok(())
}

impl Backend for LiteralBackend {
    const NAME: &'static str = "literal";
    const PLACEHOLDER: Placeholder = Placeholder::Literal;
    type Options = Script;
    type Call = ();
    type Connection = Transport;
    type Cursor = Cursor;
    type Batch = Rows;
    type Cluster = querent::backend::Single;

    fn options(_: &str) -> Result<Script> {
        no_url()
    }

    async fn connect(script: &Script) -> Result<Transport> {
        Ok(script.connect())
    }

    async fn open(connection: &mut Transport, request: Request<'_, Self>) -> Result<Cursor> {
        let sql = request.render_literals(&mut literal)?;
        let answer = connection.script().receive(sql, Vec::new());
        if answer.ending == Ending::Refused {
            return Err(refused());
        }
        Ok(Cursor {
            chunks: body(&answer).chunks(CHUNK_LEN).map(<[u8]>::to_vec).collect(),
            ending: answer.ending,
            text: Vec::new(),
            columns: None,
            affected: 0,
            done: false,
        })
    }

    async fn next(_: &mut Transport, cursor: &mut Cursor) -> Result<Option<Rows>> {
        loop {
            if let Some(rows) = cursor.rows()? {
                return Ok(Some(rows));
            }
            if cursor.done {
                return Ok(None);
            }
            match (cursor.chunks.pop_front(), cursor.ending) {
                (Some(chunk), _) => cursor.text.extend(chunk),
                (None, Ending::Hang) => std::future::pending().await,
                // An answer that ends before its last brace is no answer.
                (None, _) => return Err(broken()),
            }
        }
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        Some(cursor.affected)
    }
}

impl Cursor {
    /// The rows that are whole.
    fn rows(&mut self) -> Result<Option<Rows>> {
        if self.done || !self.head()? {
            return Ok(None);
        }
        let mut cells = Vec::new();
        let mut at = 0;
        let end = loop {
            at += self.text[at..].iter().take_while(|byte| b" ,".contains(byte)).count();
            match self.text.get(at) {
                Some(b']') => {
                    self.tail(at)?;
                    break at;
                }
                Some(b'[') => match row(&self.text, at) {
                    Some((row, end)) => {
                        cells.extend(row);
                        at = end;
                    }
                    None => break at,
                },
                Some(_) => return Err(malformed()),
                None => break at,
            }
        };
        let width = self.columns.as_ref().map_or(0, Vec::len);
        if width == 0 && !cells.is_empty() || width > 0 && cells.len() % width != 0 {
            return Err(malformed());
        }
        if cells.is_empty() {
            return Ok(None);
        }
        let rest = self.text.split_off(end);
        let text = std::mem::replace(&mut self.text, rest);
        Ok(Some(Rows { columns: self.columns.clone().unwrap_or_default(), text, cells }))
    }

    /// Whether the names of the columns have arrived.
    fn head(&mut self) -> Result<bool> {
        if self.columns.is_some() {
            return Ok(true);
        }
        let Some(at) = self.text.windows(ROWS.len()).position(|window| window == ROWS) else {
            return Ok(false);
        };
        let columns = self.text[..at].strip_prefix(b"{\"columns\":").ok_or_else(malformed)?;
        self.columns = Some(serde_json::from_slice(columns).map_err(|_| malformed())?);
        self.text.drain(..at + ROWS.len());
        Ok(true)
    }

    /// Reads what follows the rows, if all of it is there.
    fn tail(&mut self, at: usize) -> Result<()> {
        let Some(tail) = self.text[at..].strip_suffix(b"}") else { return Ok(()) };
        let number = tail.strip_prefix(b"],\"affected\":").ok_or_else(malformed)?;
        self.affected = serde_json::from_slice(number).map_err(|_| malformed())?;
        self.done = true;
        Ok(())
    }
}

/// The cells of the row at `at` and where it ends; `None` while it is not whole.
fn row(text: &[u8], at: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let (mut cells, mut start, mut quoted, mut escaped) = (Vec::new(), at + 1, false, false);
    for (index, byte) in text.iter().enumerate().skip(at + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' | b']' if !quoted => {
                cells.push(start..index);
                if *byte == b']' {
                    return Some((cells, index + 1));
                }
                start = index + 1;
            }
            _ => {}
        }
    }
    None
}

fn malformed() -> Error {
    Error::new(ErrorKind::Protocol, "the answer is not the JSON that it should be")
}

impl Batch for Rows {
    fn len(&self) -> usize {
        self.cells.len().checked_div(self.columns.len()).unwrap_or(0)
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(|(name, _)| name.as_str())
    }
}

macro_rules! decode {
    ($($rust:ty: $kind:literal => $read:expr;)+) => {
        $(impl<'b> Decode<'b, LiteralBackend> for $rust {
            type Column = (&'b Rows, usize);

            fn column(rows: &'b Rows, index: usize) -> Result<Self::Column, ValueError> {
                match rows.columns.get(index) {
                    Some((_, kind)) if kind == $kind => Ok((rows, index)),
                    Some(_) => Err(ValueError::column(index, ValueProblem::WrongType(stringify!($rust)))),
                    None => Err(ValueError::column(index, ValueProblem::MissingColumn)),
                }
            }

            fn is_null((rows, index): &Self::Column, row: usize) -> bool {
                rows.cell(row, *index) == b"null"
            }

            fn get((rows, index): &Self::Column, row: usize) -> Result<Self, ValueError> {
                let error = |what| ValueError::row(*index as u16, row, what);
                let cell = rows.cell(row, *index);
                if cell == b"null" {
                    return Err(error(ValueProblem::Null));
                }
                let read: fn(&[u8]) -> Option<$rust> = $read;
                read(cell).ok_or(error(ValueProblem::Malformed("a value of its column's type")))
            }
        })+
    };
}

impl Rows {
    fn cell(&self, row: usize, column: usize) -> &[u8] {
        &self.text[self.cells[row * self.columns.len() + column].clone()]
    }
}

decode! {
    i64: "Int" => |cell| std::str::from_utf8(cell).ok()?.parse().ok();
    String: "Text" => |cell| serde_json::from_slice(cell).ok();
    Vec<u8>: "Bytes" => |cell| {
        let digits: String = serde_json::from_slice(cell).ok()?;
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
    };
}

impl Subject for Literal {
    checked_queries!(Literal);

    const NO_AGE: Received = ("SELECT id, name, age FROM people WHERE name = 'O''Hara' AND FALSE", &[]);
    const ONE_AGE: Received =
        ("SELECT id, name, age FROM people WHERE name = 'O''Hara' AND age IN (41)", &[]);
    const THREE_AGES: Received = (
        "SELECT id, name, age FROM people WHERE name = 'O''Hara' AND age IN (41, 42, 43) AND age >= 40",
        &[],
    );
    const ADDED: Received =
        ("INSERT INTO people (id, name, age, photo) VALUES (7, 'Æ \"x\"', NULL, X'00ff')", &[]);
    const DROP_ENDS: bool = true;
}
