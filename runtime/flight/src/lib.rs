//! querent's driver for any Arrow Flight SQL server, in process or over TCP, TLS and Unix sockets.
//!
//! It speaks through arrow-flight's generated client and its prost messages, never through `FlightSqlServiceClient`, which
//! panics or loses data on replies that real servers give. There is no `transaction` module yet: what a server offers
//! there is probed before it is believed.

mod arrow;
mod connect;
mod connection;
mod describe;
mod error;
mod execute;
mod literal;
mod options;
mod parameters;
mod row;
pub mod types;

use querent_core::{Backend, Placeholder, Request, Result};

pub use connect::Transport;
pub use connection::Connection;
pub use describe::describe;
pub use execute::Cursor;
pub use options::FlightOptions;
pub use row::FlightBatch;

/// The backend of a Flight SQL source.
#[derive(Debug, Clone, Copy)]
pub enum Flight {}

impl Backend for Flight {
    const NAME: &'static str = "flight";
    const PLACEHOLDER: Placeholder = Placeholder::Dollar;
    type Options = FlightOptions;
    type Call = ();
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = FlightBatch;
    type Cluster = querent_core::Single;

    fn options(url: &str) -> Result<FlightOptions> {
        FlightOptions::parse(url)
    }

    fn of_source(options: FlightOptions, source: &[(&str, &str)]) -> Result<FlightOptions> {
        options.of_source(source)
    }

    async fn connect(options: &FlightOptions) -> Result<Connection> {
        Connection::connect(options).await
    }

    async fn open(connection: &mut Connection, request: Request<'_, Flight>) -> Result<Cursor> {
        execute::open(connection, request).await
    }

    async fn next(_: &mut Connection, cursor: &mut Cursor) -> Result<Option<FlightBatch>> {
        cursor.next().await
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        cursor.affected()
    }

    fn share(connection: &Connection) -> Option<Connection> {
        Some(connection.share())
    }
}
