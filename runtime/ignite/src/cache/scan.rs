//! Scans: all entries of a cache, or of one partition, page by page.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_core::Stream;
use futures_util::stream;
use querent_core::{Error, ErrorKind, Executor, Result, Source};
use querent_protocol::ignite::request::{CacheInfo, Scan, ScanPage};
use querent_protocol::ignite::response::{Page, ScanRows};

use super::{Cache, on_connection};
use crate::Ignite;
use crate::channel::{CallError, Channel, Hold, PendingCall};
use crate::error::{self, Effect};
use crate::execute::end_transaction;
use crate::link::Link;
use crate::object::{Cell, FromObject, ReadError, Types};

/// How a cache is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanOptions {
    /// Entries a page; the pool's where none is given.
    pub page_size: Option<u32>,
    /// Only the entries of this partition; the node that holds it is asked.
    pub partition: Option<i32>,
    /// Only the entries that the asked node holds.
    pub local: bool,
}

impl<S: Source<Backend = Ignite>, K: FromObject + Send, V: FromObject + Send> Cache<S, K, V> {
    /// All entries, in no order. The next page is asked for while one is read.
    ///
    /// Only the first page waits for a connection of the pool. When the stream is dropped, the cursor is closed. An entry
    /// that is written meanwhile is there or not. The time limit is for the first page.
    pub fn scan<'e, E: Executor<'e, S>>(
        &self,
        on: E,
        options: ScanOptions,
    ) -> impl Stream<Item = Result<(K, V)>> + Send + use<'e, S, K, V, E>
    where
        K: 'e,
        V: 'e,
    {
        let start = State::Start(Start { session: on.into_session(), cache: self.clone(), options });
        stream::try_unfold(start, |mut state| async move {
            loop {
                state = match state {
                    State::Start(start) => State::Reading(start.first().await?),
                    State::Reading(mut reading) => match reading.entries.pop_front() {
                        Some(entry) => return Ok(Some((entry, State::Reading(reading)))),
                        None => match reading.next().await? {
                            true => State::Reading(reading),
                            false => return Ok(None),
                        },
                    },
                }
            }
        })
    }
}

enum State<'e, S: Source<Backend = Ignite>, K, V> {
    Start(Start<'e, S, K, V>),
    Reading(Reading<K, V>),
}

struct Start<'e, S: Source<Backend = Ignite>, K, V> {
    session: querent_core::Session<'e, S>,
    cache: Cache<S, K, V>,
    options: ScanOptions,
}

struct Reading<K, V> {
    link: Link,
    entries: VecDeque<(K, V)>,
    /// `None` once the server has closed it.
    cursor: Option<Cursor>,
}

/// A cursor that the server holds open. It lives on the channel that it was opened on.
struct Cursor {
    channel: Arc<Channel>,
    id: i64,
    _hold: Hold,
    /// The next page, on its way. Dropped, the cursor is closed when that has come.
    pending: Option<PendingCall>,
}

impl Drop for Cursor {
    fn drop(&mut self) {
        if self.pending.is_none() {
            self.channel.close_later(self.id);
        }
    }
}

impl<S: Source<Backend = Ignite>, K: FromObject + Send, V: FromObject + Send> Start<'_, S, K, V> {
    async fn first(self) -> Result<Reading<K, V>> {
        let Start { session, cache, options } = self;
        let (target, timeout) = (cache.target, cache.timeout);
        let (link, (channel, hold), rows) =
            on_connection(session, timeout, Effect::Reads, async |connection| {
                let link = Link::of(connection)?;
                // To the server a number below zero is no partition, and it would read them all (2.17.0).
                if options.partition.is_some_and(i32::is_negative) {
                    return Err(Error::new(ErrorKind::Value, "a partition is a number from 0 on"));
                }
                let page_size = options
                    .page_size
                    .map_or(connection.page_size, |size| i32::try_from(size).unwrap_or(i32::MAX));
                let info =
                    CacheInfo { expiry: target.expiry, tx_id: link.tx_id, ..CacheInfo::new(target.cache_id) };
                let scan = Scan {
                    partition: options.partition,
                    local: options.local,
                    ..Scan::all(&info, page_size)
                };
                let channel = channel_of(&link, target.cache_id, &options).await;
                let hold = channel.hold();
                let answer = channel.call(&scan).await;
                let rows = answer.and_then(|answer| answer.read(ScanRows::read));
                match rows {
                    Ok(rows) => Ok((link, (channel, hold), rows)),
                    Err(error) => {
                        end_transaction(connection, &error);
                        Err(error::of_call(error, Effect::Reads))
                    }
                }
            })
            .await
            .map_err(|error| cache.named(error))?;
        let mut reading = Reading { link, entries: VecDeque::new(), cursor: None };
        if rows.page.has_more() {
            reading.cursor = Some(Cursor { channel, id: rows.cursor, _hold: hold, pending: None });
        }
        reading.take(&rows.page).await?;
        Ok(reading)
    }
}

/// The node of the partition, where one is asked for; else that of the connection.
async fn channel_of(link: &Link, cache_id: i32, options: &ScanOptions) -> Arc<Channel> {
    let (Some(partition), None, false) = (options.partition, link.tx_id, options.local) else {
        return link.main.clone();
    };
    let map = link.grid.map_for(cache_id, &link.main).await;
    let node = map.partition_node(cache_id, partition);
    node.and_then(|node| link.grid.channel(node, &link.main)).unwrap_or_else(|| link.main.clone())
}

impl<K: FromObject, V: FromObject> Reading<K, V> {
    /// The next page; false where there is none.
    async fn next(&mut self) -> Result<bool> {
        let Some(cursor) = &mut self.cursor else { return Ok(false) };
        cursor.ask().await.map_err(half_way)?;
        let Some(pending) = &mut cursor.pending else { return Ok(false) };
        let page = pending.await.and_then(|answer| answer.read(|body, r| Page::read(body, r, 2)));
        let page = match page {
            Ok(page) => page,
            // Where the server says no, it has closed the cursor or soon will with the connection.
            Err(error) => {
                self.cursor = None;
                return Err(half_way(error));
            }
        };
        match page.has_more() {
            true => cursor.pending = None,
            false => self.cursor = None,
        }
        self.take(&page).await?;
        Ok(true)
    }

    /// Reads a page, while the one after it is on its way.
    async fn take(&mut self, page: &Page) -> Result<()> {
        if let Some(cursor) = &mut self.cursor {
            // What is here is good, whatever becomes of the next page: that will be told when it is wanted.
            drop(cursor.ask().await);
        }
        let entries = self.link.read(|types| {
            (0..page.rows()).map(|row| entry(page, row, types)).collect::<Result<VecDeque<_>, _>>()
        });
        self.entries = entries.await?;
        Ok(())
    }
}

impl Cursor {
    /// Asks for the next page, unless it is on its way.
    async fn ask(&mut self) -> Result<(), CallError> {
        if self.pending.is_none() {
            self.pending = Some(self.channel.begin(&ScanPage(self.id)).await?);
        }
        Ok(())
    }
}

/// Entries have been handed out already: the scan as a whole is the caller's to repeat, not this request.
fn half_way(error: CallError) -> Error {
    let error = error::of_call(error, Effect::Reads);
    Error::new(error.kind(), format!("the scan ended half way: {}", error.message())).with_cause(error)
}

/// One entry of a page of two columns.
pub(super) fn entry<K: FromObject, V: FromObject>(
    page: &Page,
    row: usize,
    types: &Types,
) -> Result<(K, V), ReadError> {
    let cell = |column| page.cell_start(row, column).ok_or(ReadError::new("an entry without key or value"));
    let key = K::from_object(&Cell::read(page.body(), cell(0)?, types)?)?;
    let value = V::from_object(&Cell::read(page.body(), cell(1)?, types)?)?;
    Ok((key, value))
}
