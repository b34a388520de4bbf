//! querent's driver for Picodata, over its PostgreSQL wire (pgproto).
//!
//! A connection runs one statement at a time, always prepared, in binary, and keeps a bounded number of prepared
//! statements, for the server counts those of all clients together. There is no `transaction` module: Picodata takes
//! `BEGIN` and `COMMIT` and ignores them (its atomic unit is the statement, or a `DO` block), so no `Transact` is offered.
//!
//! A pool's connections spread over the nodes of the cluster, of which `topology` reads the catalog; statements whose
//! distribution key is known go to the node that holds their rows.
//!
//! [`explain`] reads plans, [`Failure`] says what an error of the server means beyond its kind.

#[cfg(feature = "arrow")]
mod arrow;
mod connect;
mod connection;
mod describe;
mod error;
mod execute;
mod options;
mod parameters;
mod prepare;
mod row;
mod topology;
pub mod types;

use querent_core::{Backend, Placeholder, Request, Result};

pub use connection::Connection;
pub use describe::describe;
pub use execute::Cursor;
pub use options::{Forward, PicodataOptions, ReadPreference, Server};
pub use prepare::{Answered, Describer, Refused};
pub use querent_protocol::picodata::explain;
pub use querent_protocol::picodata::failure::{Cause, Failure};
pub use row::PicodataBatch;
pub use topology::{BucketPool, Cluster, bucket_of};

/// The backend of a Picodata source.
#[derive(Debug, Clone, Copy)]
pub enum Picodata {}

impl Backend for Picodata {
    const NAME: &'static str = "picodata";
    const PLACEHOLDER: Placeholder = Placeholder::Dollar;
    // One parameter more than that closes the connection (26.1 and before).
    const PARAMS_MAX: usize = 7498;
    const JOINS_ROWS: bool = true;
    type Options = PicodataOptions;
    type Call = ();
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = PicodataBatch;
    type Cluster = Cluster;
    /// The fifth wrong password locks the user on an instance, also against the right one (26.1).
    const LOCKS_OUT: bool = true;

    fn options(url: &str) -> Result<PicodataOptions> {
        PicodataOptions::parse(url)
    }

    async fn connect(options: &PicodataOptions) -> Result<Connection> {
        connect::connect(options).await
    }

    async fn open(connection: &mut Connection, request: Request<'_, Picodata>) -> Result<Cursor> {
        execute::open(connection, request).await
    }

    async fn next(connection: &mut Connection, cursor: &mut Cursor) -> Result<Option<PicodataBatch>> {
        cursor.next(connection).await
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        cursor.affected()
    }

    fn is_usable(connection: &Connection) -> bool {
        connection.is_usable()
    }

    fn abandon(connection: Connection) {
        connection.abandon();
    }
}
