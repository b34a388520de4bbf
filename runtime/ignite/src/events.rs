//! What `tracing` is told: connections made, refused, lost and closed; requests sent and answered, with how long that took.
//!
//! All of it at the level debug: connections under the target `querent_ignite::connection`, requests under
//! `querent_ignite::request`. Names of fields are OpenTelemetry's where it has some. Addresses, operations, kinds and codes
//! are told, never a key, a value or a text of SQL.

use std::time::Instant;

use querent_core::url::Host;
use querent_core::{Error, Result};
use querent_protocol::ignite::code::Op;
use tracing::{Level, debug, enabled};

use crate::channel::{CallError, Channel};

const CONNECTION: &str = "querent_ignite::connection";
const REQUEST: &str = "querent_ignite::request";

/// A handshake begins.
pub(crate) fn connecting(address: &Host) {
    debug!(
        target: CONNECTION,
        { server.address = address.name, server.port = address.port },
        "handshake started"
    );
}

/// How it ended; wrong credentials are an `error.type` of their own.
pub(crate) fn connected(address: &Host, outcome: &Result<Channel>) {
    let (name, port) = (address.name.as_str(), address.port);
    match outcome {
        Ok(channel) => {
            let setup = channel.setup();
            let (version, node) = (setup.agreed.version, setup.node.map(tracing::field::display));
            debug!(
                target: CONNECTION,
                {
                    server.address = name,
                    server.port = port,
                    network.protocol.version = %version,
                    tls.protocol.version = setup.tls_version,
                    db.instance.id = node
                },
                "handshake succeeded"
            );
        }
        Err(error) => refused(name, port, error),
    }
}

fn refused(name: &str, port: u16, error: &Error) {
    debug!(
        target: CONNECTION,
        {
            server.address = name,
            server.port = port,
            error.r#type = ?error.kind(),
            db.response.status_code = error.code()
        },
        "handshake failed"
    );
}

/// A connection ended: because of its peer or the network, or as nobody needed it any more.
pub(crate) fn ended(address: &Host, reason: &'static str, is_closed: bool) {
    let (name, port) = (address.name.as_str(), address.port);
    match is_closed {
        true => {
            debug!(
                target: CONNECTION,
                { server.address = name, server.port = port },
                "connection closed"
            )
        }
        false => {
            debug!(
                target: CONNECTION,
                { server.address = name, server.port = port, reason },
                "connection lost"
            )
        }
    }
}

/// A request on its way, where anybody listens.
pub(crate) struct Asked {
    op: Op,
    since: Instant,
}

impl Asked {
    /// It is sent. Where nobody listens, that costs the reading of one number.
    #[inline]
    pub(crate) fn begin(op: Op, address: &Host) -> Option<Asked> {
        if !enabled!(target: REQUEST, Level::DEBUG) {
            return None;
        }
        debug!(
            target: REQUEST,
            { db.operation.name = op.name(), server.address = address.name, server.port = address.port },
            "request sent"
        );
        Some(Asked { op, since: Instant::now() })
    }

    /// It was answered, or will not be.
    pub(crate) fn answered<T>(self, reply: &std::result::Result<T, CallError>) {
        let (name, duration_us) = (self.op.name(), self.micros());
        let Err(error) = reply else {
            debug!(target: REQUEST, { db.operation.name = name, duration_us }, "request succeeded");
            return;
        };
        let (what, status) = match error {
            CallError::Refused(failure) => ("refused", Some(failure.status.0)),
            CallError::Lost { .. } => ("lost", None),
            CallError::Unsendable(_) | CallError::Unreadable(_) | CallError::Unexpected(_) => {
                ("invalid", None)
            }
        };
        debug!(
            target: REQUEST,
            {
                db.operation.name = name,
                duration_us,
                error.r#type = what,
                db.response.status_code = status
            },
            "request failed"
        );
    }

    /// Nobody waits for its answer any more.
    pub(crate) fn given_up(self) {
        let (name, duration_us) = (self.op.name(), self.micros());
        debug!(target: REQUEST, { db.operation.name = name, duration_us }, "request given up");
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
