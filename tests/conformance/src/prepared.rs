//! Rows of bytes with prepared statements and transactions, as Picodata's PostgreSQL wire gives them: the connection keeps
//! what it prepared, by text.

use std::collections::{HashMap, VecDeque};

use querent::Result;
use querent::backend::{Backend, Placeholder, Request, Transact};

use crate::people::{Received, Subject, checked_queries};
use crate::script::{Ending, Transport, broken, no_url, refused, shown};
use crate::wire::{self, Page, Reader};
use crate::{Kind, Script};

querent::source!(pub Prepared: PreparedBackend);

/// The backend.
pub enum PreparedBackend {}

/// A connection and its statements.
pub struct Connection {
    transport: Transport,
    statements: HashMap<String, usize>,
}

/// Messages on their way.
pub struct Cursor {
    columns: Vec<(String, Kind)>,
    messages: VecDeque<Vec<u8>>,
    ending: Ending,
    affected: u64,
}

impl Connection {
    /// The number of a statement; a text is prepared once.
    fn prepare(&mut self, sql: &str) -> usize {
        if let Some(number) = self.statements.get(sql) {
            return *number;
        }
        self.transport.script().prepare();
        let number = self.statements.len() + 1;
        self.statements.insert(sql.to_owned(), number);
        number
    }

    fn run(&mut self, text: &str) {
        self.transport.script().receive(text, Vec::new());
    }
}

impl Backend for PreparedBackend {
    const NAME: &'static str = "prepared";
    const PLACEHOLDER: Placeholder = Placeholder::Question;
    const JOINS_ROWS: bool = true;
    type Options = Script;
    type Call = ();
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = Page;
    type Cluster = querent::backend::Single;

    fn options(_: &str) -> Result<Script> {
        no_url()
    }

    async fn connect(script: &Script) -> Result<Connection> {
        Ok(Connection { transport: script.connect(), statements: HashMap::new() })
    }

    async fn open(connection: &mut Connection, request: Request<'_, Self>) -> Result<Cursor> {
        let rendered = request.render();
        connection.prepare(&rendered.sql);
        connection.transport.script().route(&request);
        let values = rendered.values.iter().map(|(value, _)| shown(value)).collect();
        let answer = connection.transport.script().receive(rendered.sql, values);
        if answer.ending == Ending::Refused {
            return Err(refused());
        }
        let mut header = Vec::new();
        wire::put_columns(&mut header, &answer.columns);
        let messages = answer.batches.iter().map(|rows| {
            let mut message = Vec::new();
            wire::put_rows(&mut message, rows);
            message
        });
        Ok(Cursor {
            columns: wire::columns(&mut Reader::new(&header))?,
            messages: messages.collect(),
            ending: answer.ending,
            affected: answer.affected,
        })
    }

    async fn next(_: &mut Connection, cursor: &mut Cursor) -> Result<Option<Page>> {
        match (cursor.messages.pop_front(), cursor.ending) {
            (Some(message), _) => Page::new(cursor.columns.clone(), message).map(Some),
            (None, Ending::Hang) => std::future::pending().await,
            (None, Ending::Broken) => Err(broken()),
            (None, Ending::Whole | Ending::Refused) => Ok(None),
        }
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        Some(cursor.affected)
    }
}

impl Transact for PreparedBackend {
    async fn begin(connection: &mut Connection) -> Result<()> {
        connection.run("BEGIN");
        Ok(())
    }

    async fn commit(connection: &mut Connection) -> Result<()> {
        connection.run("COMMIT");
        Ok(())
    }

    async fn rollback(connection: &mut Connection) -> Result<()> {
        connection.run("ROLLBACK");
        Ok(())
    }
}

impl Subject for Prepared {
    checked_queries!(Prepared);

    const NO_AGE: Received = ("SELECT id, name, age FROM people WHERE name = ? AND FALSE", &["'O'Hara'"]);
    const ONE_AGE: Received =
        ("SELECT id, name, age FROM people WHERE name = ? AND age IN (?)", &["'O'Hara'", "41"]);
    const THREE_AGES: Received = (
        "SELECT id, name, age FROM people WHERE name = ? AND age IN (?, ?, ?, ?) AND age >= ?",
        &["'O'Hara'", "41", "42", "43", "43", "40"],
    );
    const ADDED: Received = (
        "INSERT INTO people (id, name, age, photo) VALUES (?, ?, ?, ?)",
        &["7", "'Æ \"x\"'", "NULL", "00ff"],
    );
    const DROP_ENDS: bool = true;
}
