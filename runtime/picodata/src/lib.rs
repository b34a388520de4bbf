//! querent's driver for Picodata, over its PostgreSQL wire (pgproto).
//!
//! A connection runs one statement at a time, always prepared, in binary, and keeps a bounded number of prepared
//! statements, for the server counts those of all clients together. There is no `transaction` module: Picodata takes
//! `BEGIN` and `COMMIT` and ignores them (its atomic unit is the statement, or a `DO` block), so no `Transact` is offered.
//! There is no `describe` module: a source is described by its SQL files. Nor is there a `topology` yet: a pool's
//! connections go to the first host of the URL that answers.

mod connect;
mod connection;
mod error;
mod execute;
mod options;
mod parameters;
mod row;
pub mod types;

use querent_core::{Backend, Placeholder, Request, Result};

pub use connection::Connection;
pub use execute::Cursor;
pub use options::PicodataOptions;
pub use row::PicodataBatch;

/// The backend of a Picodata source.
#[derive(Debug, Clone, Copy)]
pub enum Picodata {}

impl Backend for Picodata {
    const NAME: &'static str = "picodata";
    const PLACEHOLDER: Placeholder = Placeholder::Dollar;
    type Options = PicodataOptions;
    type Call = ();
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = PicodataBatch;
    type Cluster = querent_core::Single;

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
