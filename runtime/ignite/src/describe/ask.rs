//! Questions over the thin protocol.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use querent_core::url::Host;
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::ignite::code::Version;
use querent_protocol::ignite::config::CacheConfiguration;
use querent_protocol::ignite::hash;
use querent_protocol::ignite::meta::BinaryType;
use querent_protocol::ignite::request::{
    CacheInfo, CacheNames, Configuration, Encoded, SqlFields, SqlFieldsPage, TypeGet,
};
use querent_protocol::ignite::response::{self, Page, Rows};
use querent_protocol::ignite::value::Object;

use crate::channel::{CallError, Channel};
use crate::error::{self, Effect};

/// How many questions are under way at once.
pub(super) const AT_ONCE: usize = 16;

/// A connection to ask on.
pub(super) struct Ask {
    channel: Channel,
}

/// One row of a system view.
pub(super) struct Row {
    page: std::sync::Arc<Page>,
    row: usize,
}

impl Row {
    fn object(&self, column: usize) -> Option<Object<'_>> {
        Object::decode(self.page.cell(self.row, column)?).ok()
    }

    /// A text that is there and not empty.
    pub(super) fn text(&self, column: usize) -> Option<String> {
        match self.object(column)? {
            Object::String(text) => Some(text.text().into_owned()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Whether there is a value.
    pub(super) fn has(&self, column: usize) -> bool {
        !matches!(self.object(column), None | Some(Object::Null))
    }

    /// A text that must be there.
    pub(super) fn name(&self, column: usize) -> Result<String> {
        self.text(column).ok_or_else(unexpected)
    }

    pub(super) fn flag(&self, column: usize) -> Result<bool> {
        match self.object(column) {
            Some(Object::Bool(flag)) => Ok(flag),
            _ => Err(unexpected()),
        }
    }

    pub(super) fn int(&self, column: usize) -> Result<i32> {
        match self.object(column) {
            Some(Object::Int(number)) => Ok(number),
            _ => Err(unexpected()),
        }
    }
}

fn unexpected() -> Error {
    Error::new(ErrorKind::Protocol, "a view of the server's has columns of other types than are known")
}

impl Ask {
    pub(super) fn new(channel: Channel) -> Ask {
        Ask { channel }
    }

    /// The node that is asked.
    pub(super) fn address(&self) -> &Host {
        &self.channel.setup().address
    }

    pub(super) fn version(&self) -> Version {
        self.channel.setup().agreed.version
    }

    /// The first value of a statement.
    pub(super) async fn text(&self, sql: &str) -> Result<Option<String>> {
        Ok(self.rows(sql).await?.first().and_then(|row| row.text(0)))
    }

    /// All rows of a statement.
    pub(super) async fn rows(&self, sql: &str) -> Result<Vec<Row>> {
        self.statement(sql).await.map(|(_, rows)| rows)
    }

    /// The names of the columns of a table or view, in order, the hidden ones left out.
    pub(super) async fn column_names(&self, schema: &str, table: &str) -> Result<Vec<String>> {
        let sql = format!("SELECT * FROM {} WHERE 1 = 0", quoted(&[schema, table]));
        self.statement(&sql).await.map(|(names, _)| names)
    }

    async fn statement(&self, sql: &str) -> Result<(Vec<String>, Vec<Row>)> {
        let none: &[Encoded<'_>] = &[];
        // Every name in these statements has its schema; PUBLIC is always there.
        let request = SqlFields::new("PUBLIC", sql, none);
        let answer = self.channel.call(&request).await;
        let first = answer.and_then(|answer| answer.read(|body, r| Rows::read(body, r, true)));
        let first = first.map_err(failed)?;
        let (width, mut page) = (first.page.width(), first.page);
        let mut rows = Vec::new();
        loop {
            let (more, shared) = (page.has_more(), std::sync::Arc::new(page));
            rows.extend((0..shared.rows()).map(|row| Row { page: shared.clone(), row }));
            if !more {
                return Ok((first.names.unwrap_or_default(), rows));
            }
            let answer = self.channel.call(&SqlFieldsPage(first.cursor)).await;
            let next = answer.and_then(|answer| answer.read(|body, r| Page::read(body, r, width)));
            page = next.map_err(failed)?;
        }
    }

    /// The names of all caches, sorted.
    pub(super) async fn cache_names(&self) -> Result<Vec<String>> {
        let answer = self.channel.call(&CacheNames).await;
        let names = answer.and_then(|answer| answer.read(|_, r| response::cache_names(r)));
        let mut names = names.map_err(failed)?;
        names.sort();
        Ok(names)
    }

    /// The configurations of caches, in the order of their names; `None` for one that is gone meanwhile.
    pub(super) async fn configurations(
        &self,
        names: &[String],
    ) -> Result<Vec<Result<CacheConfiguration, Error>>> {
        let agreed = &self.channel.setup().agreed;
        let read = |name: &String| {
            let info = CacheInfo::new(hash::cache_id(name));
            async move {
                let answer = self.channel.call(&Configuration(&info)).await;
                let read =
                    answer.and_then(|answer| answer.read(|_, r| response::cache_configuration(r, agreed)));
                match read {
                    Err(error @ (CallError::Refused(_) | CallError::Unreadable(_))) => Ok(Err(failed(error))),
                    other => other.map(Ok).map_err(failed),
                }
            }
        };
        stream::iter(names.iter().map(read)).buffered(AT_ONCE).try_collect().await
    }

    /// The binary types of some ids, in their order; those that are gone left out.
    pub(super) async fn binary_types(&self, ids: Vec<i32>) -> Result<Vec<BinaryType>> {
        let read = |id| async move {
            let answer = self.channel.call(&TypeGet(id)).await;
            let found = answer.and_then(|answer| answer.read(|_, r| response::binary_type(r)));
            found.map_err(failed)
        };
        let found: Vec<Option<BinaryType>> =
            stream::iter(ids.into_iter().map(read)).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

fn failed(error: CallError) -> Error {
    error::of_call(error, Effect::Reads)
}

/// The words of an error without the text of the statement, which H2 repeats.
pub(super) fn reason(message: &str) -> &str {
    message.split("; SQL statement").next().unwrap_or(message)
}

/// A name of several parts, as both engines read it.
pub(super) fn quoted(parts: &[&str]) -> String {
    let quoted: Vec<String> = parts.iter().map(|part| format!("\"{}\"", part.replace('"', "\"\""))).collect();
    quoted.join(".")
}
