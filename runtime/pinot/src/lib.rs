//! querent's driver for Apache Pinot, over the HTTP of its brokers.
//!
//! Pinot has no bind parameters and no sessions: values travel as literals of their checked types, and every query says
//! which engine it means and whether it wants NULLs. The answer is decoded while it arrives; only its end says whether it
//! is complete, so an incomplete one is an error after its rows. There is no `transaction` module, for Pinot only reads;
//! `topology` is the list of brokers in `connection` until brokers are chosen by table.

mod client;
mod connection;
mod describe;
mod error;
mod execute;
mod literal;
mod options;
mod row;
pub mod types;

use querent_core::{Backend, Placeholder, Request, Result};

pub use connection::Connection;
pub use describe::describe;
pub use execute::Cursor;
pub use options::PinotOptions;
pub use row::PinotBatch;

/// The backend of a Pinot source.
#[derive(Debug, Clone, Copy)]
pub enum Pinot {}

impl Backend for Pinot {
    const NAME: &'static str = "pinot";
    const PLACEHOLDER: Placeholder = Placeholder::Literal;
    type Options = PinotOptions;
    type Call = ();
    type Connection = Connection;
    type Cursor = Cursor;
    type Batch = PinotBatch;

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
}
