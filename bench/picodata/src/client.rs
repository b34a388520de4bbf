//! Who asks, in this process: one row by its key, typed.

use std::sync::Arc;

use querent::{Pool, PoolOptions, query};
use tokio_postgres::{NoTls, Statement};

use crate::Result;

querent::source!(pub Sharded);

const SQL: &str = "SELECT name FROM sharded WHERE id = $1";

/// A client that is connected.
#[derive(Clone)]
pub(crate) enum Client {
    /// One connection, one prepared statement.
    Raw(Arc<(tokio_postgres::Client, Statement)>),
    /// Eight connections, each with a prepared statement.
    Deadpool(deadpool_postgres::Pool),
    /// The same, to the owner of each row.
    Querent(Pool<Sharded>),
}

/// The URL of one node, as other clients have it.
pub(crate) fn of_one_node(url: &str) -> String {
    let (hosts, database) = url.rsplit_once('/').unwrap_or((url, ""));
    let first = hosts.split(',').next().unwrap_or(hosts);
    format!("{}/{database}", first.replacen("picodata", "postgresql", 1))
}

impl Client {
    pub(crate) async fn raw(url: &str) -> Result<Client> {
        let (client, connection) = tokio_postgres::connect(&of_one_node(url), NoTls).await?;
        tokio::spawn(connection);
        let statement = client.prepare(SQL).await?;
        Ok(Client::Raw(Arc::new((client, statement))))
    }

    pub(crate) async fn deadpool(url: &str) -> Result<Client> {
        let manager = deadpool_postgres::Manager::new(of_one_node(url).parse()?, NoTls);
        Ok(Client::Deadpool(deadpool_postgres::Pool::builder(manager).max_size(8).build()?))
    }

    pub(crate) async fn querent(url: &str) -> Result<Client> {
        let options = PoolOptions::new().max_connections(8).min_connections(8);
        Ok(Client::Querent(options.connect(url).await?))
    }

    /// Asks once.
    pub(crate) async fn ask(&self, id: i64) -> Result<()> {
        let name: String = match self {
            Client::Raw(raw) => raw.0.query_one(&raw.1, &[&id]).await?.try_get(0)?,
            Client::Deadpool(pool) => {
                let client = pool.get().await?;
                let statement = client.prepare_cached(SQL).await?;
                client.query_one(&statement, &[&id]).await?.try_get(0)?
            }
            Client::Querent(pool) => {
                query!(Sharded, "SELECT name FROM sharded WHERE id = :id", id).fetch_one(pool).await?.name
            }
        };
        if name.starts_with('i') { Ok(()) } else { Err("a wrong answer".into()) }
    }
}
