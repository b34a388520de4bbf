//! One connection out of the pool, and a transaction on it.

use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use crate::backend::{Backend, Transact, TransactWith};
use crate::error::Result;
use crate::pool::{Held, Lease};
use crate::retry::Effect;
use crate::source::{Source, Transactions};

/// One connection, out of the pool until it is dropped.
///
/// Statements on it run one after the other. Dropped in the middle of one, it is closed instead of going back.
pub struct Connection<S: Source> {
    pub(crate) lease: Lease<S::Backend>,
    source: PhantomData<fn() -> S>,
}

impl<S: Source> Connection<S> {
    pub(crate) fn new(lease: Lease<S::Backend>) -> Self {
        Connection { lease, source: PhantomData }
    }

    /// Begins a transaction. Dropped without `commit`, it is taken back, and this connection ends.
    pub fn begin(&mut self) -> BoxFuture<'_, Result<Transaction<'_, S>>>
    where
        S: Transactions,
    {
        Box::pin(Transaction::begin(Held::Borrowed(&mut self.lease)))
    }

    /// The same, as these options of the backend's say.
    pub fn begin_with(
        &mut self,
        options: <S::Backend as TransactWith>::Begin,
    ) -> BoxFuture<'_, Result<Transaction<'_, S>>>
    where
        S: Transactions,
        S::Backend: TransactWith,
    {
        Box::pin(Transaction::begin_with(Held::Borrowed(&mut self.lease), options))
    }
}

/// How a transaction ends. Kept from its beginning, so that only `begin` asks for transactions: a source without them is
/// told once.
type End<B> = for<'l> fn(&'l mut <B as Backend>::Connection) -> BoxFuture<'l, Result<()>>;

fn commit<B: Transact>(connection: &mut B::Connection) -> BoxFuture<'_, Result<()>> {
    Box::pin(B::commit(connection))
}

fn rollback<B: Transact>(connection: &mut B::Connection) -> BoxFuture<'_, Result<()>> {
    Box::pin(B::rollback(connection))
}

/// A transaction. It is taken back when it is dropped without [`commit`](Transaction::commit).
///
/// The server takes it back because the connection is closed, or the driver asks for it where a connection is shared
/// ([`Backend::abandon`]); that needs no waiting.
pub struct Transaction<'c, S: Source> {
    pub(crate) held: Held<'c, S::Backend>,
    done: bool,
    commit: End<S::Backend>,
    rollback: End<S::Backend>,
    source: PhantomData<fn() -> S>,
}

impl<'c, S: Source> Transaction<'c, S> {
    pub(crate) async fn begin(held: Held<'c, S::Backend>) -> Result<Self>
    where
        S: Transactions,
    {
        let mut transaction = Self::of(held);
        let outcome = S::Backend::begin(transaction.held.lease().start()?).await;
        transaction.begun(outcome)
    }

    pub(crate) async fn begin_with(
        held: Held<'c, S::Backend>,
        options: <S::Backend as TransactWith>::Begin,
    ) -> Result<Self>
    where
        S: Transactions,
        S::Backend: TransactWith,
    {
        let mut transaction = Self::of(held);
        let outcome = S::Backend::begin_with(transaction.held.lease().start()?, options).await;
        transaction.begun(outcome)
    }

    /// One that has not begun.
    fn of(held: Held<'c, S::Backend>) -> Self
    where
        S: Transactions,
    {
        Transaction {
            held,
            done: false,
            commit: commit::<S::Backend>,
            rollback: rollback::<S::Backend>,
            source: PhantomData,
        }
    }

    fn begun(mut self, outcome: Result<()>) -> Result<Self> {
        let lease = self.held.lease();
        match outcome {
            Ok(()) => {
                lease.finish();
                lease.set_in_transaction(true);
                Ok(self)
            }
            Err(error) => {
                lease.fail(error.kind());
                self.done = true;
                Err(error.settle(Effect::Reads).with_source_name(S::NAME))
            }
        }
    }

    /// Makes everything permanent. Where the connection breaks meanwhile, the error is
    /// [`Ambiguous`](crate::ErrorKind::Ambiguous): it may have been made permanent or taken back.
    ///
    /// When the returned future is dropped, the outcome is not known.
    pub async fn commit(mut self) -> Result<()> {
        let lease = self.held.lease();
        let outcome = (self.commit)(lease.start()?).await;
        self.end(outcome.map_err(|e| e.settle(Effect::Writes)))
    }

    /// Takes everything back, and keeps the connection.
    pub async fn rollback(mut self) -> Result<()> {
        let lease = self.held.lease();
        let outcome = (self.rollback)(lease.start()?).await;
        self.end(outcome.map_err(|e| e.settle(Effect::Uncommitted)))
    }

    fn end(&mut self, outcome: Result<()>) -> Result<()> {
        let lease = self.held.lease();
        match outcome {
            Ok(()) => {
                lease.finish();
                lease.set_in_transaction(false);
                self.done = true;
                Ok(())
            }
            // The connection stays marked as being in a transaction, and so is closed.
            Err(error) => Err(error.with_source_name(S::NAME)),
        }
    }
}

impl<S: Source> Drop for Transaction<'_, S> {
    fn drop(&mut self) {
        if !self.done {
            self.held.lease().leave_transaction();
        }
    }
}
