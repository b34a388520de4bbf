//! Transactions: each is of one handle on a channel, and of no other's.

use querent_core::{Error, ErrorKind, Result, Transact, TransactWith};
use querent_protocol::ignite::code::Feature;
use querent_protocol::ignite::request::{Isolation, TxEnd, TxStart};
use querent_protocol::ignite::response;

use crate::Ignite;
use crate::connection::{Connection, OpenTransaction, TransactionOptions};
use crate::error::{self, Effect};

impl Transact for Ignite {
    async fn begin(connection: &mut Connection) -> Result<()> {
        Ignite::begin_with(connection, TransactionOptions::new()).await
    }

    async fn commit(connection: &mut Connection) -> Result<()> {
        end(connection, true).await
    }

    async fn rollback(connection: &mut Connection) -> Result<()> {
        end(connection, false).await
    }
}

impl TransactWith for Ignite {
    type Begin = TransactionOptions;

    /// Where SQL can be in transactions, READ COMMITTED is what it asks for (2.17.0 refuses statements in others), so that
    /// is the default there; else it is Java's, pessimistic and REPEATABLE READ.
    async fn begin_with(connection: &mut Connection, options: TransactionOptions) -> Result<()> {
        let channel = &connection.channel;
        let default = match channel.setup().agreed.has(Feature::TxAwareQueries) {
            true => Isolation::ReadCommitted,
            false => Isolation::RepeatableRead,
        };
        let start = TxStart {
            concurrency: options.concurrency.unwrap_or_default(),
            isolation: options.isolation.unwrap_or(default),
            timeout_ms: options.timeout_ms,
            label: options.label.as_deref(),
        };
        let hold = channel.hold();
        let answer = channel.call(&start).await;
        // Nothing has happened yet, whatever became of it: what was begun is taken back.
        let id = answer.and_then(|answer| answer.read(|_, r| response::tx_id(r)));
        let id = id.map_err(|e| error::of_call(e, Effect::Reads))?;
        connection.transaction = Some(OpenTransaction { id, is_over: false, _hold: hold });
        Ok(())
    }
}

async fn end(connection: &mut Connection, commit: bool) -> Result<()> {
    let Some(transaction) = &connection.transaction else {
        return Err(Error::new(ErrorKind::Query, "there is no transaction on this connection"));
    };
    let outcome = connection.channel.call(&TxEnd { tx_id: transaction.id, commit }).await;
    // Answered, it is over; otherwise it stays, and is taken back when the connection goes.
    if !matches!(outcome, Err(crate::channel::CallError::Lost { .. })) {
        connection.transaction = None;
    }
    let effect = if commit { Effect::Writes } else { Effect::Reads };
    let done = outcome.and_then(|answer| answer.read(|_, r| response::empty(r)));
    done.map_err(|e| error::of_call(e, effect))
}
