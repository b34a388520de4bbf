//! Statements of the driver's own: what it asks a cluster in SQL. Those of a user are in `execute`.

use std::sync::Arc;

use querent_core::{Error, ErrorKind, Result};
use querent_protocol::ignite::request::{Encoded, SqlFields, SqlFieldsPage};
use querent_protocol::ignite::response::{Page, Rows};
use querent_protocol::ignite::value::Object;

use crate::channel::{CallError, Channel};

/// The engine that statements run on, by its name. Servers before 2.14 have H2 alone and no such function.
const ENGINE: &str = "SELECT QUERY_ENGINE()";

/// Servers' zones: clients that joined the cluster convert nothing. Quoted, for VALUE is a word of Calcite's.
const ZONES: &str = "SELECT DISTINCT a.\"VALUE\" FROM SYS.NODE_ATTRIBUTES a JOIN SYS.NODES n ON a.NODE_ID = n.NODE_ID \
                     WHERE a.NAME = 'user.timezone' AND n.IS_CLIENT = FALSE";

/// The name of the engine that statements run on.
pub(crate) async fn engine(channel: &Channel) -> Result<Option<String>, CallError> {
    Ok(rows(channel, ENGINE).await?.first().and_then(|row| row.text(0)))
}

/// The zones that the servers' JVMs are in, each once; `None` for one that is not told.
pub(crate) async fn zones(channel: &Channel) -> Result<Vec<Option<String>>, CallError> {
    Ok(rows(channel, ZONES).await?.iter().map(|row| row.text(0)).collect())
}

/// All rows of a statement.
pub(crate) async fn rows(channel: &Channel, sql: &str) -> Result<Vec<Row>, CallError> {
    run(channel, sql).await.map(|(_, rows)| rows)
}

/// The names of a statement's columns, and its rows. Every name in it has its schema.
pub(crate) async fn run(channel: &Channel, sql: &str) -> Result<(Vec<String>, Vec<Row>), CallError> {
    let none: &[Encoded<'_>] = &[];
    // PUBLIC is always there; the URL's schema need not be.
    let answer = channel.call(&SqlFields::new("PUBLIC", sql, none)).await?;
    let first = answer.read(|body, r| Rows::read(body, r, true))?;
    let (width, mut page) = (first.page.width(), first.page);
    let mut rows = Vec::new();
    loop {
        let (more, shared) = (page.has_more(), Arc::new(page));
        rows.extend((0..shared.rows()).map(|row| Row { page: shared.clone(), row }));
        if !more {
            return Ok((first.names.unwrap_or_default(), rows));
        }
        let answer = channel.call(&SqlFieldsPage(first.cursor)).await?;
        page = answer.read(|body, r| Page::read(body, r, width))?;
    }
}

/// One row.
pub(crate) struct Row {
    page: Arc<Page>,
    row: usize,
}

impl Row {
    fn object(&self, column: usize) -> Option<Object<'_>> {
        Object::decode(self.page.cell(self.row, column)?).ok()
    }

    /// A text that is there and not empty.
    pub(crate) fn text(&self, column: usize) -> Option<String> {
        match self.object(column)? {
            Object::String(text) => Some(text.text().into_owned()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Whether there is a value.
    pub(crate) fn has(&self, column: usize) -> bool {
        !matches!(self.object(column), None | Some(Object::Null))
    }

    /// A text that must be there.
    pub(crate) fn name(&self, column: usize) -> Result<String> {
        self.text(column).ok_or_else(unexpected)
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool> {
        match self.object(column) {
            Some(Object::Bool(flag)) => Ok(flag),
            _ => Err(unexpected()),
        }
    }

    pub(crate) fn int(&self, column: usize) -> Result<i32> {
        match self.object(column) {
            Some(Object::Int(number)) => Ok(number),
            _ => Err(unexpected()),
        }
    }
}

fn unexpected() -> Error {
    Error::new(ErrorKind::Protocol, "a view of the server's has columns of other types than are known")
}
