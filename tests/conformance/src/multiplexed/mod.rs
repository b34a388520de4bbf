//! One transport for all, as Ignite's: requests with ids from many handles, answers in any order, results in pages under a
//! cursor that the server names, and a key-value get beside the queries.

mod channel;
mod server;

use std::sync::Arc;

use querent::backend::{Backend, Placeholder, Request};
use querent::{Executor, Result};

use crate::Script;
use crate::people::{Received, Subject, checked_queries};
use crate::script::{no_url, shown};
use crate::wire::{self, Page, Reader};
use channel::{CLOSE, Channel, EXECUTE, FETCH, GET};

querent::source!(pub Multiplexed: MultiplexedBackend);

/// The backend.
pub enum MultiplexedBackend {}

/// A handle on the shared transport.
pub struct Handle {
    channel: Arc<Channel>,
    /// The cursor of the statement under way.
    open: Option<u64>,
}

/// An open result.
pub struct Cursor {
    columns: Vec<(String, crate::Kind)>,
    /// The page that came with the last answer.
    page: Option<Vec<u8>>,
    more: bool,
    affected: u64,
}

impl Backend for MultiplexedBackend {
    const NAME: &'static str = "multiplexed";
    const PLACEHOLDER: Placeholder = Placeholder::Question;
    type Options = Script;
    type Call = ();
    type Connection = Handle;
    type Cursor = Cursor;
    type Batch = Page;
    type Cluster = querent::backend::Single;

    fn options(_: &str) -> Result<Script> {
        no_url()
    }

    async fn connect(script: &Script) -> Result<Handle> {
        Ok(Handle { channel: Channel::open(server::start(script.connect())), open: None })
    }

    async fn open(handle: &mut Handle, request: Request<'_, Self>) -> Result<Cursor> {
        let rendered = request.render();
        let mut payload = Vec::new();
        wire::put_text(&mut payload, &rendered.sql);
        for (value, _) in &rendered.values {
            wire::put_text(&mut payload, &shown(value));
        }
        let answer = handle.channel.ask(EXECUTE, &payload).await?;
        let mut reader = Reader::new(&answer);
        let id = reader.u64()?;
        let affected = reader.u64()?;
        let columns = wire::columns(&mut reader)?;
        handle.open = Some(id);
        Ok(Cursor { columns, page: None, more: true, affected })
    }

    async fn next(handle: &mut Handle, cursor: &mut Cursor) -> Result<Option<Page>> {
        if let (Some(id), true) = (handle.open, cursor.more) {
            let mut page = handle.channel.ask(FETCH, &id.to_be_bytes()).await?;
            cursor.more = page.pop() == Some(1);
            if cursor.more {
                cursor.page = Some(page);
            } else {
                // The server closes a cursor by itself at its end.
                handle.open = None;
            }
        }
        cursor.page.take().map(|page| Page::new(cursor.columns.clone(), page)).transpose()
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        Some(cursor.affected)
    }

    fn share(handle: &Handle) -> Option<Handle> {
        Some(Handle { channel: handle.channel.clone(), open: None })
    }

    fn is_usable(handle: &Handle) -> bool {
        handle.channel.is_open()
    }

    fn outlives_statement(handle: &Handle) -> bool {
        handle.channel.is_open()
    }

    /// The transport belongs to the other handles as well: only the cursor ends. One that was not named yet is closed by
    /// the task that reads the answer which nobody waits for.
    fn abandon(handle: Handle) {
        if let Some(id) = handle.open {
            handle.channel.tell(CLOSE, &id.to_be_bytes());
        }
    }
}

/// A value by its key: no query, and yet through the pool's queue and its lease.
pub async fn get(executor: impl Executor<'_, Multiplexed>, key: &str) -> Result<Option<Vec<u8>>> {
    let mut exchange = executor.into_session().exchange(None).await?;
    let outcome = match exchange.start() {
        Ok(handle) => handle.channel.ask(GET, key.as_bytes()).await,
        Err(error) => Err(error),
    };
    let answer = exchange.end(outcome)?;
    Ok(answer.split_first().filter(|(found, _)| **found == 1).map(|(_, value)| value.to_vec()))
}

impl Subject for Multiplexed {
    checked_queries!(Multiplexed);

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
    const DROP_ENDS: bool = false;
}
