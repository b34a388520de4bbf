//! What runs or lies on a broker for us, and is stopped or removed there when it is dropped.
//!
//! `Drop` cannot wait, so the request goes out in a task of its own. It belongs to nobody, and ends by its own limit.

use std::time::Duration;

use querent_protocol::pinot::request::{cancel_path, stored_path};
use reqwest::Method;
use tokio::runtime::Handle;

use crate::client::{self, Client};
use crate::topology::Authority;

/// How long stopping may take: what is stopped costs the servers less than a task that never ends costs us.
const LIMIT: Duration = Duration::from_secs(5);
/// What the broker gives its servers for it.
pub(crate) const SERVERS_MS: u32 = 3_000;

/// Something on a broker that `DELETE` ends.
pub(crate) struct OnBroker {
    client: Client,
    broker: Authority,
    runtime: Handle,
    /// `None` once there is nothing to end.
    path: Option<String>,
}

impl OnBroker {
    /// A query that is about to be sent.
    pub(crate) fn query(client: &Client, runtime: &Handle, broker: &Authority, id: &str) -> OnBroker {
        OnBroker::of(client, runtime, broker, cancel_path(id, SERVERS_MS))
    }

    /// A stored result.
    pub(crate) fn result(client: &Client, runtime: &Handle, broker: &Authority, id: &str) -> OnBroker {
        OnBroker::of(client, runtime, broker, stored_path(id))
    }

    fn of(client: &Client, runtime: &Handle, broker: &Authority, path: String) -> OnBroker {
        OnBroker {
            client: client.clone(),
            broker: broker.clone(),
            runtime: runtime.clone(),
            path: Some(path),
        }
    }

    /// It has ended by itself.
    pub(crate) fn ended(mut self) {
        self.path = None;
    }
}

impl Drop for OnBroker {
    fn drop(&mut self) {
        let Some(path) = self.path.take() else { return };
        let request = self.client.request(Method::DELETE, &self.broker, &path).timeout(LIMIT);
        self.runtime.spawn(async move {
            // Whether it worked is of use to nobody: the query may have ended meanwhile. What the broker says is read, so
            // that the connection can be used again.
            if let Ok(answer) = request.send().await {
                let _ = client::body(answer).await;
            }
        });
    }
}
