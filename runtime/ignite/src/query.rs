//! What a call can ask of Ignite alone, as methods of every query.
//!
//! The SQL engine is not among it: it changes types, so it is the source's.

use std::time::Duration;

use querent_core::{Backend, Query, Source};

use crate::{Ignite, IgniteCall};

/// The backend of sources whose queries take Ignite's options.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no Ignite backend",
    label = "an option of Ignite's, on a query of another backend",
    note = "only queries of a source whose URL begins with ignite:// or ignite+tls:// have it"
)]
pub trait IgniteBackend: Backend<Call = IgniteCall> {}

impl IgniteBackend for Ignite {}

/// Ignite's options of one call, on the queries of all sources; those of other backends do not compile.
///
/// The bounds are on the methods, so that rustc says what is wrong.
pub trait IgniteQuery<S: Source>: Sized {
    /// Sets options.
    #[doc(hidden)]
    fn ignite(self, set: impl FnOnce(&mut IgniteCall)) -> Self
    where
        S::Backend: IgniteBackend;

    /// The schema of names without one, instead of the URL's.
    fn schema(self, schema: impl Into<String>) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.schema = Some(schema.into()))
    }

    /// Makes joins of tables right that are not collocated (H2 engine).
    fn distributed_joins(self) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.distributed_joins = true)
    }

    /// Reads only what the asked node holds.
    fn local(self) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.local = true)
    }

    /// Promises that only replicated tables are read, so that the H2 engine asks one node.
    fn replicated_only(self) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.replicated_only = true)
    }

    /// Makes joins in the order of the text.
    fn enforce_join_order(self) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.enforce_join_order = true)
    }

    /// Promises that groups are collocated, so that the H2 engine groups on each node.
    fn collocated(self) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.collocated = true)
    }

    /// Lets the server make rows as they are fetched, and hold fewer of them.
    fn lazy(self) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.lazy = true)
    }

    /// Reads only these partitions.
    fn partitions(self, partitions: impl Into<Vec<i32>>) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.partitions = Some(partitions.into()))
    }

    /// How many rows an update changes at a time.
    fn update_batch_size(self, rows: i32) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.update_batch_size = Some(rows))
    }

    /// When the server stops the statement; without it, that is the call's own timeout.
    fn server_timeout(self, timeout: Duration) -> Self
    where
        S::Backend: IgniteBackend,
    {
        self.ignite(|call| call.server_timeout = Some(timeout))
    }
}

impl<S: Source, R> IgniteQuery<S> for Query<'_, S, R> {
    fn ignite(mut self, set: impl FnOnce(&mut IgniteCall)) -> Self
    where
        S::Backend: IgniteBackend,
    {
        set(&mut self.call_mut().backend);
        self
    }
}

#[cfg(test)]
mod tests {
    use querent_core::Plan;

    use super::*;

    enum Orders {}

    impl Source for Orders {
        type Backend = Ignite;
        const NAME: &'static str = "orders";
        const FINGERPRINT: u64 = 0;
    }

    #[test]
    fn every_option_reaches_the_call() {
        const PLAN: &Plan = &Plan::EMPTY;
        let query = Query::<Orders, ()>::new(PLAN, |_, _| Ok(()), []);
        let query = query.schema("S").distributed_joins().local().replicated_only().enforce_join_order();
        let query = query.collocated().lazy().partitions([1, 2]).update_batch_size(7);
        let mut query = query.server_timeout(Duration::from_secs(3));
        let expected = IgniteCall {
            schema: Some("S".into()),
            distributed_joins: true,
            local: true,
            replicated_only: true,
            enforce_join_order: true,
            collocated: true,
            lazy: true,
            partitions: Some(vec![1, 2]),
            update_batch_size: Some(7),
            server_timeout: Some(Duration::from_secs(3)),
        };
        assert_eq!(query.call_mut().backend, expected);
    }
}
