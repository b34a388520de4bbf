//! Queries that run on a cluster, whoever sent them: what brokers list, and how one of them is stopped.
//!
//! Each broker knows its own only. One that is dropped in this process is stopped by `inflight`, without a call.

use std::fmt;

use querent_core::Result;
use querent_protocol::pinot::describe::running_queries;
use querent_protocol::pinot::request::{cancel_path, stop_path};
use reqwest::{Method, StatusCode};

use crate::client::Client;
use crate::connection::topology;
use crate::error;
use crate::inflight::SERVERS_MS;
use crate::options::PinotOptions;
use crate::topology::Authority;

/// A query on its broker.
#[derive(Clone)]
pub struct RunningQuery {
    broker: Authority,
    id: String,
    sql: String,
}

impl RunningQuery {
    /// Its broker, `host:port`.
    pub fn broker(&self) -> &str {
        &self.broker
    }

    /// The id that its broker gave it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its text, with every value in it.
    pub fn sql(&self) -> &str {
        &self.sql
    }
}

/// Without the text: it has values in it.
impl fmt::Debug for RunningQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningQuery")
            .field("broker", &self.broker)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The queries that run on the brokers at this moment.
///
/// # Errors
/// Where a broker cannot be reached, or does not tell this user (its configuration may forbid it).
pub async fn running(options: &PinotOptions) -> Result<Vec<RunningQuery>> {
    let client = Client::new(options)?;
    let mut found = Vec::new();
    for broker in brokers(&client).await? {
        let document = client.document_of(&broker, "/queries").await?;
        let queries = running_queries(&document).map_err(error::unreadable)?;
        found.extend(queries.into_iter().map(|(id, sql)| RunningQuery { broker: broker.clone(), id, sql }));
    }
    Ok(found)
}

/// Stops a query; `false` where its broker does not know it any more.
///
/// Who waits for the query gets an error, the code 503, which may take seconds. The single-stage engine may finish it
/// nevertheless (1.5.1).
///
/// # Errors
/// Where its broker cannot be reached or refuses.
pub async fn stop(options: &PinotOptions, query: &RunningQuery) -> Result<bool> {
    stopped(&Client::new(options)?, &query.broker, &stop_path(&query.id, SERVERS_MS)).await
}

/// Stops the query of this client query id, on whichever broker it runs; `false` where none knows it.
///
/// # Errors
/// Where a broker that may have it cannot be reached or refuses.
pub async fn stop_client(options: &PinotOptions, client_query_id: &str) -> Result<bool> {
    let client = Client::new(options)?;
    let path = cancel_path(client_query_id, SERVERS_MS);
    for broker in brokers(&client).await? {
        if stopped(&client, &broker, &path).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn brokers(client: &Client) -> Result<Vec<Authority>> {
    Ok(topology(client).await?.serving(std::iter::empty()))
}

async fn stopped(client: &Client, broker: &Authority, path: &str) -> Result<bool> {
    match client.ask(Method::DELETE, broker, path).await? {
        (StatusCode::OK, _) => Ok(true),
        (StatusCode::NOT_FOUND, _) => Ok(false),
        (status, body) => Err(error::status(status, &body)),
    }
}
