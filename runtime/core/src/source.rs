//! A source: the type that ties queries to the pool that they were checked for.

use crate::backend::{Backend, Transact};

/// One `[source.name]` of `querent.toml`. Implemented by [`source!`](https://docs.rs/querent) on an empty enum.
pub trait Source: Sized + Send + Sync + 'static {
    /// Its backend.
    type Backend: Backend;
    /// Its name in `querent.toml`.
    const NAME: &'static str;
    /// What gave the whole source its meaning when it was declared: backend, dialect, options, capabilities, Rust types.
    const FINGERPRINT: u64;
    /// The options that belong to the source because they change types or meaning (engine, null handling, zone): its
    /// pools always use them, whatever their URL says.
    const OPTIONS: &'static [(&'static str, &'static str)] = &[];
}

/// The backend of a source.
pub type BackendOf<S> = <S as Source>::Backend;

/// A source whose server has transactions, as `querent pull` found.
#[diagnostic::on_unimplemented(
    message = "source `{Self}` has no transactions",
    label = "`{Self}` cannot begin a transaction",
    note = "each statement on this source takes effect by itself, and on Picodata so does a block, `DO $$ BEGIN …; …; END $$`; `querent pull` looks again what the server can do"
)]
pub trait Transactions: Source<Backend: Transact> {}
