//! querent's driver for Apache Pinot, over the HTTP of its brokers.
//!
//! Pinot has no bind parameters and no sessions: values travel as literals of their checked types, and every query says
//! which engine it means and whether it wants NULLs. The answer is decoded while it arrives; only its end says whether it
//! is complete, so an incomplete one is an error after its rows. There is no `transaction` module, for Pinot only reads.
//!
//! # Options
//! What changes types or meaning (engine, null handling, zone) is the source's, is sent with every query, and nothing else
//! can set it. All other query options go in this order, a later one over an earlier: the broker's own, those of the URL
//! (`option.NAME`), those of the call ([`PinotQuery::options`]), and a `SET` or `OPTION(…)` in the text.
//!
//! # Dropped futures
//! A query whose future is dropped before its answer begins, by a timeout of the call too, is stopped on its broker by its
//! client query id. A result that is fetched in pages ([`Query::page_size`](querent_core::Query::page_size)) is removed
//! from its broker when its stream ends or is dropped.

#[cfg(feature = "arrow")]
mod arrow;
mod body;
mod client;
mod connection;
mod cursor;
mod describe;
mod error;
mod events;
mod exchange;
mod execute;
mod inflight;
mod literal;
mod options;
mod prepare;
mod query;
mod redirect;
mod report;
mod row;
mod running;
mod tolerance;
mod topology;
pub mod types;
mod zone;

use querent_core::{Backend, Comments, Placeholder, Request, Result};

pub use connection::Connection;
pub use cursor::Cursor;
pub use describe::{databases, describe};
pub use options::PinotOptions;
pub use prepare::{Described, Describer};
pub use query::{PinotBackend, PinotCall, PinotQuery};
pub use report::{HttpAnswer, Report};
/// The HTTP library of which [`PinotOptions::http_client`] takes a client.
pub use reqwest;
pub use row::PinotBatch;
pub use running::{RunningQuery, running, stop, stop_client};
pub use tolerance::Tolerance;

/// What the protocol itself names: options, statistics, codes, why an answer is incomplete.
pub mod wire {
    pub use querent_protocol::pinot::code::{ErrorClass, ErrorCode};
    pub use querent_protocol::pinot::options::{InPredicateLookup, Overflow, QueryOptions};
    pub use querent_protocol::pinot::request::Engine;
    pub use querent_protocol::pinot::statistics::{RawJson, Statistics};
    pub use querent_protocol::pinot::summary::{Exception, Incomplete, Summary};
    pub use querent_protocol::pinot::{Column, PinotType};
}

/// The backend of a Pinot source.
#[derive(Debug, Clone, Copy)]
pub enum Pinot {}

impl Backend for Pinot {
    const NAME: &'static str = "pinot";
    const PLACEHOLDER: Placeholder = Placeholder::Literal;
    const COMMENTS: Comments = Comments::Calcite;
    type Options = PinotOptions;
    type Call = PinotCall;
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = PinotBatch;
    type Cluster = querent_core::Single;

    fn options(url: &str) -> Result<PinotOptions> {
        PinotOptions::parse(url)
    }

    fn of_source(options: PinotOptions, source: &[(&str, &str)]) -> Result<PinotOptions> {
        options.of_source(source)
    }

    async fn connect(options: &PinotOptions) -> Result<Connection> {
        Connection::connect(options).await
    }

    async fn open(connection: &mut Connection, request: Request<'_, Pinot>) -> Result<Cursor> {
        execute::open(connection, request).await
    }

    async fn next(_: &mut Connection, cursor: &mut Cursor) -> Result<Option<PinotBatch>> {
        cursor.next().await
    }

    fn share(connection: &Connection) -> Option<Connection> {
        Some(connection.clone())
    }

    /// Each statement has an HTTP connection of its own, which is closed when it is dropped.
    fn outlives_statement(_: &Connection) -> bool {
        true
    }
}
