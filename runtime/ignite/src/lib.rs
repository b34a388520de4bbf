//! querent's driver for Apache Ignite 2, over the binary protocol of its thin clients.
//!
//! One connection to a node carries the requests of all who use it (`channel`); a pool limits how many there are at a time.
//! Answers come in any order, so nothing is sent ahead that depends on an answer. A statement that is dropped half way
//! leaves the connection to the others: what it left on the server is closed when its answer comes.

mod cache;
mod channel;
mod clock;
mod cluster;
mod connect;
mod connection;
mod describe;
mod error;
mod events;
mod execute;
mod grid;
mod link;
pub mod object;
mod options;
mod parameters;
mod prepare;
mod query;
mod row;
mod server_clock;
mod sql;
mod topology;
mod transaction;
pub mod types;
mod zone;

use querent_core::{Backend, Placeholder, Request, Result};

pub use cache::{Cache, Part, Parts, ScanOptions};
pub use cluster::Cluster;
pub use connection::{Connection, TransactionOptions};
pub use describe::describe;
pub use execute::{Cursor, IgniteCall};
pub use options::IgniteOptions;
pub use prepare::Describer;
pub use query::{IgniteBackend, IgniteQuery};
pub use row::IgniteBatch;

/// What the protocol itself names: configurations, states, values of any type.
pub mod wire {
    pub use querent_protocol::ignite::config::*;
    pub use querent_protocol::ignite::hash::NameMapper;
    pub use querent_protocol::ignite::meta::{BinaryField, BinaryType as TypeMeta, Schema};
    pub use querent_protocol::ignite::request::{
        ClusterState, Concurrency, Expiry, ExpiryPolicy, Isolation, NodeFilter, PeekMode,
    };
    pub use querent_protocol::ignite::response::{NodeInfo, NodeVersion};
    pub use querent_protocol::ignite::value::{
        Collection, CollectionKind, EnumValue, Map, MapKind, Millis, ObjectArray, Period, Proxy, TypeName,
        Value,
    };
}

/// The backend of an Ignite source.
#[derive(Debug, Clone, Copy)]
pub enum Ignite {}

impl Backend for Ignite {
    const NAME: &'static str = "ignite";
    const PLACEHOLDER: Placeholder = Placeholder::Question;
    type Options = IgniteOptions;
    type Call = IgniteCall;
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = IgniteBatch;
    type Cluster = querent_core::Single;

    fn options(url: &str) -> Result<IgniteOptions> {
        IgniteOptions::parse(url)
    }

    fn of_source(options: IgniteOptions, source: &[(&str, &str)]) -> Result<IgniteOptions> {
        options.of_source(source)
    }

    async fn connect(options: &IgniteOptions) -> Result<Connection> {
        let channel = connect::connect(options).await?;
        Ok(Connection::new(channel, grid::Slot::grid(options)))
    }

    async fn open(connection: &mut Connection, request: Request<'_, Ignite>) -> Result<Cursor> {
        execute::open(connection, request).await
    }

    async fn next(connection: &mut Connection, cursor: &mut Cursor) -> Result<Option<IgniteBatch>> {
        cursor.next(connection).await
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        cursor.affected()
    }

    fn share(connection: &Connection) -> Option<Connection> {
        Some(connection.share())
    }

    /// A dead peer is told from a slow one by signs of life.
    fn outlives_statement(_: &Connection) -> bool {
        true
    }

    fn is_usable(connection: &Connection) -> bool {
        connection.transaction.is_none() && connection.channel.is_usable()
    }
}
