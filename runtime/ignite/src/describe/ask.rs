//! Questions over the thin protocol.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use querent_core::url::Host;
use querent_core::{Error, Result};
use querent_protocol::ignite::code::Version;
use querent_protocol::ignite::config::CacheConfiguration;
use querent_protocol::ignite::hash;
use querent_protocol::ignite::meta::BinaryType;
use querent_protocol::ignite::request::{CacheInfo, CacheNames, Configuration, TypeGet};
use querent_protocol::ignite::response;

use crate::channel::{CallError, Channel};
use crate::error::{self, Effect};
use crate::sql::{self, Row};

/// How many questions are under way at once.
pub(super) const AT_ONCE: usize = 16;

/// A connection to ask on.
pub(super) struct Ask {
    channel: Channel,
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

    /// The name of the engine that statements run on.
    pub(super) async fn engine(&self) -> Result<Option<String>> {
        sql::engine(&self.channel).await.map_err(failed)
    }

    /// The zones of the servers, each once.
    pub(super) async fn zones(&self) -> Result<Vec<String>> {
        let zones = sql::zones(&self.channel).await.map_err(failed)?;
        Ok(zones.into_iter().flatten().collect())
    }

    /// All rows of a statement.
    pub(super) async fn rows(&self, sql: &str) -> Result<Vec<Row>> {
        sql::rows(&self.channel, sql).await.map_err(failed)
    }

    /// The names of the columns of a table or view, in order, the hidden ones left out.
    pub(super) async fn column_names(&self, schema: &str, table: &str) -> Result<Vec<String>> {
        let sql = format!("SELECT * FROM {} WHERE 1 = 0", quoted(&[schema, table]));
        sql::run(&self.channel, &sql).await.map(|(names, _)| names).map_err(failed)
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
