//! Statements: sent, their pages fetched ahead, their cursors closed.

use std::sync::Arc;
use std::time::Duration;

use querent_core::{Error, ErrorKind, Request, Result, Value, Wants, without_values};
use querent_protocol::ignite::request::{CacheInfo, SqlFields, SqlFieldsPage, StatementType};
use querent_protocol::ignite::response::{Page, Rows};
use querent_protocol::ignite::value::Object;

use crate::Ignite;
use crate::channel::{CallError, Channel, Hold, PendingCall};
use crate::clock::Clock;
use crate::connection::Connection;
use crate::error::{self, Effect};
use crate::link::Link;
use crate::object;
use crate::parameters;
use crate::row::IgniteBatch;
use crate::server_clock::{self, ServerClock};

/// What one call can ask of Ignite beyond what every backend knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgniteCall {
    /// The schema of names without one; the source's where none is given.
    pub schema: Option<String>,
    /// Joins of tables that are not collocated are made right (H2 engine).
    pub distributed_joins: bool,
    /// Only what the asked node holds is read.
    pub local: bool,
    /// Only replicated tables are read: a promise that lets the H2 engine ask one node.
    pub replicated_only: bool,
    /// Joins are made in the order of the text.
    pub enforce_join_order: bool,
    /// Groups are collocated: a promise that lets the H2 engine group on each node.
    pub collocated: bool,
    /// The server makes rows as they are fetched, and holds fewer of them.
    pub lazy: bool,
    /// Only these partitions are read.
    pub partitions: Option<Vec<i32>>,
    /// Rows that an update changes at a time.
    pub update_batch_size: Option<i32>,
    /// When the server stops the statement; where it is not given, the call's own limit.
    pub server_timeout: Option<Duration>,
}

/// An open result.
pub struct Cursor {
    names: Arc<[String]>,
    width: usize,
    /// The page that has come and is not handed out.
    first: Option<Page>,
    rest: Rest,
    affected: Option<u64>,
    effect: Effect,
    hidden: Vec<Value<'static>>,
}

/// What is left of a result on the server.
enum Rest {
    /// Nothing.
    Ended,
    /// Rows, of which nothing was asked.
    Open(OnServer),
    /// Rows; the next page is on its way. Dropped, the cursor is closed when that has come.
    Fetching(OnServer, PendingCall),
}

/// A cursor of the server's.
struct OnServer {
    channel: Arc<Channel>,
    id: i64,
    _hold: Hold,
}

/// Sends a statement and waits for its first page.
pub(crate) async fn open(connection: &mut Connection, request: Request<'_, Ignite>) -> Result<Cursor> {
    let rendered = request.render();
    let clock = match rendered.values.iter().any(|(value, _)| parameters::needs_clock(value)) {
        true => clock(connection).await?,
        false => Clock::UTC,
    };
    let engine = connection.grid.options().source.engine;
    let objects = rendered.values.iter().map(|(value, ty)| parameters::object(value, ty, engine, &clock));
    let objects = objects.collect::<Result<Vec<_>>>()?;
    if objects.iter().any(object::has_java_time) {
        // A node that has not met the class closes the connection at it (2.17.0).
        Link::of(connection)?.register_class(object::JAVA_TIME).await?;
    }
    let arguments: Vec<_> = objects.iter().map(parameters::writer).collect();
    let call = &request.call.backend;
    let tx_id = running_transaction(connection)?;
    let page_size =
        request.call.page_size.map_or(connection.page_size, |rows| i32::try_from(rows).unwrap_or(i32::MAX));
    let timeout = call.server_timeout.or(request.call.timeout);
    let defaults =
        SqlFields::new(call.schema.as_deref().unwrap_or(&connection.schema), &rendered.sql, &arguments);
    let statement = SqlFields {
        cache: CacheInfo { tx_id, ..defaults.cache },
        page_size: page_size.max(1),
        // The server refuses what writes, too.
        statement_type: if request.call.read_only { StatementType::Select } else { StatementType::Any },
        distributed_joins: call.distributed_joins,
        local: call.local,
        replicated_only: call.replicated_only,
        enforce_join_order: call.enforce_join_order,
        collocated: call.collocated,
        lazy: call.lazy,
        timeout_ms: timeout.map_or(0, |limit| {
            i64::try_from(limit.as_millis()).unwrap_or(i64::MAX).clamp(1, i64::from(i32::MAX))
        }),
        partitions: call.partitions.as_deref(),
        update_batch_size: call.update_batch_size.unwrap_or(1),
        initiator: request.call.tag,
        ..defaults
    };
    let effect = if request.read_only || request.call.read_only { Effect::Reads } else { Effect::Writes };
    let channel = connection.channel.clone();
    let hold = channel.hold();
    let answer = channel.call(&statement).await;
    let rows = answer.and_then(|answer| answer.read(|body, r| Rows::read(body, r, true)));
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => {
            end_transaction(connection, &error);
            return Err(cleared(error::of_call(error, effect), request.values));
        }
    };
    let names: Arc<[String]> = rows.names.unwrap_or_default().into();
    let affected = match request.wants {
        Wants::Affected => affected(&names, &rows.page),
        Wants::Rows => None,
    };
    let rest = match rows.page.has_more() {
        true => Rest::Open(OnServer { channel, id: rows.cursor, _hold: hold }),
        false => Rest::Ended,
    };
    let hidden = match rest {
        Rest::Ended => Vec::new(),
        _ => request.values.iter().filter_map(kept).collect(),
    };
    Ok(Cursor { names, width: rows.page.width(), first: Some(rows.page), rest, affected, effect, hidden })
}

/// The clock of the servers, asked for where it is not known.
async fn clock(connection: &Connection) -> Result<Clock> {
    if let Some(clock) = connection.grid.options().clock.known() {
        return Ok(clock.clone());
    }
    Box::pin(ServerClock::of(&Link::of(connection)?)).await.cloned()
}

/// The id of the handle's transaction; refused where the server has ended it, for it would then take the id for none.
pub(crate) fn running_transaction(connection: &Connection) -> Result<Option<i32>> {
    match &connection.transaction {
        Some(transaction) if transaction.is_over => {
            Err(Error::new(ErrorKind::Query, "the transaction was ended by the server; roll it back"))
        }
        Some(transaction) => Ok(Some(transaction.id)),
        None => Ok(None),
    }
}

/// Remembers that the server ended the transaction.
pub(crate) fn end_transaction(connection: &mut Connection, error: &CallError) {
    if let Some(transaction) = &mut connection.transaction {
        transaction.is_over |= error::ends_transaction(error);
    }
}

/// The number in the one row that a statement without rows gives.
fn affected(names: &[String], page: &Page) -> Option<u64> {
    // H2's and Calcite's.
    let [name] = names else { return None };
    if !matches!(name.as_str(), "UPDATED" | "ROWCOUNT") || page.rows() != 1 {
        return None;
    }
    match Object::decode(page.cell(0, 0)?) {
        Ok(Object::Long(count)) => u64::try_from(count).ok(),
        _ => None,
    }
}

impl Cursor {
    /// The next page; the one after it is asked for at once.
    pub(crate) async fn next(&mut self, connection: &Connection) -> Result<Option<IgniteBatch>> {
        let page = match self.first.take() {
            Some(page) => page,
            None => match std::mem::replace(&mut self.rest, Rest::Ended) {
                Rest::Ended => return Ok(None),
                rest => {
                    self.rest = rest;
                    self.ask().await?;
                    self.fetched().await?
                }
            },
        };
        self.ask().await?;
        // A page can be empty only at the end.
        if page.rows() == 0 {
            return Ok(None);
        }
        let is_known = connection.grid.options().clock.known().is_some();
        let clock = match is_known || server_clock::is_needed(&page) {
            true => clock(connection).await?,
            false => Clock::UTC,
        };
        Ok(Some(IgniteBatch { names: self.names.clone(), page, clock }))
    }

    /// Asks for the next page, where there is one and it was not asked for.
    async fn ask(&mut self) -> Result<()> {
        let Rest::Open(open) = &self.rest else { return Ok(()) };
        let asked = open.channel.begin(&SqlFieldsPage(open.id)).await.map_err(|e| self.failed(e))?;
        if let Rest::Open(open) = std::mem::replace(&mut self.rest, Rest::Ended) {
            self.rest = Rest::Fetching(open, asked);
        }
        Ok(())
    }

    /// The page that is on its way.
    async fn fetched(&mut self) -> Result<Page> {
        let Rest::Fetching(_, page) = &mut self.rest else {
            return Err(Error::new(ErrorKind::Protocol, "no page is on its way"));
        };
        let (answer, width) = (page.await, self.width);
        let page = answer.and_then(|answer| answer.read(|body, r| Page::read(body, r, width)));
        let rest = std::mem::replace(&mut self.rest, Rest::Ended);
        match (&page, rest) {
            (Ok(page), Rest::Fetching(open, _)) if page.has_more() => self.rest = Rest::Open(open),
            // A statement that fails while it runs leaks its cursor (2.17.0). Of one that is closed already, nobody hears.
            (Err(CallError::Refused(_)), Rest::Fetching(open, _)) => open.channel.close_later(open.id),
            _ => {}
        }
        page.map_err(|e| self.failed(e))
    }

    fn failed(&self, error: CallError) -> Error {
        cleared(error::of_call(error, self.effect), &self.hidden)
    }

    pub(crate) fn affected(&self) -> Option<u64> {
        self.affected
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        if let Rest::Open(open) = &self.rest {
            open.channel.close_later(open.id);
        }
    }
}

fn cleared(error: Error, values: &[Value<'_>]) -> Error {
    let message = without_values(error.message(), values);
    error.with_message(message)
}

/// A value that a later message may repeat.
fn kept(value: &Value<'_>) -> Option<Value<'static>> {
    match value {
        Value::Str(text) => Some(Value::String((*text).to_owned())),
        Value::String(text) => Some(Value::String(text.clone())),
        Value::Int(number) => Some(Value::Int(*number)),
        Value::UInt(number) => Some(Value::UInt(*number)),
        Value::Decimal(number) => Some(Value::String(number.to_string())),
        Value::Date(date) => Some(Value::Date(*date)),
        Value::Time(time) => Some(Value::Time(*time)),
        Value::Timestamp(timestamp) => Some(Value::Timestamp(*timestamp)),
        Value::Uuid(uuid) => Some(Value::Uuid(*uuid)),
        _ => None,
    }
}
