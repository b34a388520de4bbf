//! A handle on a cluster: the HTTP client, and the brokers that it asks in turn.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use querent_core::{Error, ErrorKind, Result};
use querent_protocol::pinot::describe;
use reqwest::{Method, Response, StatusCode};

use crate::client::{self, Client};
use crate::error;
use crate::options::{PinotOptions, Role};

/// A handle on a Pinot cluster; all of a pool's share one HTTP client.
#[derive(Clone)]
pub struct Connection {
    pub(crate) client: Client,
    brokers: Arc<Brokers>,
}

struct Brokers {
    /// Host and port each; never empty.
    known: Mutex<Arc<[String]>>,
    /// Counts queries, so that brokers take turns.
    turn: AtomicUsize,
}

impl Brokers {
    fn known(&self) -> Arc<[String]> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Connection {
    /// Asks the controller for its brokers, or the broker whether it is well.
    pub(crate) async fn connect(options: &PinotOptions) -> Result<Connection> {
        let client = Client::new(options)?;
        let known = match options.role {
            Role::Controller => discover(&client).await?,
            Role::Broker => {
                client.document("/health").await?;
                [options.authority.clone()].into()
            }
        };
        let brokers = Arc::new(Brokers { known: Mutex::new(known), turn: AtomicUsize::new(0) });
        Ok(Connection { client, brokers })
    }

    /// Posts a query to a broker; one that cannot be reached gives way to the next, for it has seen nothing. Where none
    /// can, the controller is asked once for the brokers that there are now.
    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Result<Response> {
        let body = bytes::Bytes::from(body);
        let known = self.brokers.known();
        let error = match self.post_to(&known, path, &body).await {
            Err(error) if error.kind() == ErrorKind::Connection && error.is_retryable() => error,
            outcome => return outcome,
        };
        if self.client.options().role == Role::Broker {
            return Err(error);
        }
        let now = discover(&self.client).await?;
        *self.brokers.known.lock().unwrap_or_else(PoisonError::into_inner) = now.clone();
        self.post_to(&now, path, &body).await
    }

    async fn post_to(&self, brokers: &[String], path: &str, body: &bytes::Bytes) -> Result<Response> {
        let turn = self.brokers.turn.fetch_add(1, Ordering::Relaxed);
        let mut last = Error::new(ErrorKind::Connection, "the cluster has no broker");
        for at in 0..brokers.len() {
            let broker = &brokers[turn.wrapping_add(at) % brokers.len()];
            let request = self
                .client
                .request(Method::POST, broker, path)
                .header("content-type", "application/json")
                .body(body.clone());
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) if error.is_connect() => {
                    last = error::transport(error);
                    continue;
                }
                Err(error) => return Err(error::transport(error)),
            };
            if response.status() == StatusCode::OK {
                return Ok(response);
            }
            let status = response.status();
            return Err(error::status(status, &client::body(response).await?));
        }
        Err(last)
    }
}

/// The brokers of all tables.
async fn discover(client: &Client) -> Result<Arc<[String]>> {
    let body = client.document("/v2/brokers/tables?state=ONLINE").await?;
    let tables = describe::brokers(&body).map_err(error::unreadable)?;
    let brokers: BTreeSet<String> = tables
        .into_values()
        .flatten()
        .map(|broker| match broker.host.contains(':') {
            true => format!("[{}]:{}", broker.host, broker.port),
            false => format!("{}:{}", broker.host, broker.port),
        })
        .collect();
    if brokers.is_empty() {
        let message = "the controller knows no broker that serves a table";
        return Err(Error::new(ErrorKind::Connection, message).with_retry());
    }
    Ok(brokers.into_iter().collect())
}
