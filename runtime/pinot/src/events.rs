//! What `tracing` is told: each HTTP request that is sent, and how it ended.
//!
//! All of it at the level debug, under the target `querent_pinot::request`; names of fields are OpenTelemetry's where it has
//! some. Method, path, host, status, milliseconds and bytes are told, and the template of a query, never a value in a text,
//! the query of a URL, or a header.

use std::time::Instant;

use querent_core::ErrorKind;
use reqwest::{Method, StatusCode};
use tracing::{Level, debug, enabled};

const TARGET: &str = "querent_pinot::request";

/// Whether anybody listens.
pub(crate) fn wanted() -> bool {
    enabled!(target: TARGET, Level::DEBUG)
}

/// A request on its way, where anybody listens. Dropped before its end, it tells that nobody waits for it any more.
pub(crate) struct Told(Option<Open>);

struct Open {
    method: Method,
    path: String,
    address: String,
    port: Option<u16>,
    since: Instant,
    status: Option<u16>,
    len: u64,
}

impl Told {
    /// It is sent: to `authority`, with the template of its query where it has one.
    pub(crate) fn sent(method: &Method, authority: &str, path: &str, template: Option<&str>) -> Told {
        if !wanted() {
            return Told(None);
        }
        let (address, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
        let open = Open {
            method: method.clone(),
            path: path.split('?').next().unwrap_or_default().to_owned(),
            address: address.to_owned(),
            port: port.parse().ok(),
            since: Instant::now(),
            status: None,
            len: 0,
        };
        debug!(
            target: TARGET,
            {
                http.request.method = open.method.as_str(),
                url.path = open.path,
                server.address = open.address,
                server.port = open.port,
                db.query.text = template
            },
            "request sent"
        );
        Told(Some(open))
    }

    /// Its answer begins.
    pub(crate) fn begun(&mut self, status: StatusCode) {
        if let Some(open) = &mut self.0 {
            open.status = Some(status.as_u16());
        }
    }

    /// So many bytes of it have come.
    pub(crate) fn received(&mut self, len: usize) {
        if let Some(open) = &mut self.0 {
            open.len += len as u64;
        }
    }

    /// Its answer has ended.
    pub(crate) fn ended(&mut self) {
        if let Some(open) = self.0.take() {
            open.tell("request answered", None);
        }
    }

    /// It ended in an error.
    pub(crate) fn failed(&mut self, kind: ErrorKind) {
        if let Some(open) = self.0.take() {
            open.tell("request failed", Some(kind));
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            open.tell("request given up", None);
        }
    }
}

impl Open {
    fn tell(&self, what: &'static str, kind: Option<ErrorKind>) {
        debug!(
            target: TARGET,
            {
                http.request.method = self.method.as_str(),
                url.path = self.path,
                server.address = self.address,
                server.port = self.port,
                http.response.status_code = self.status,
                http.response.body.size = self.len,
                duration_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX),
                error.r#type = kind.map(tracing::field::debug)
            },
            "{what}"
        );
    }
}
