//! SQL that the compiler checks, offline, against the committed schema of the source that it will run on.
//!
//! A source is a section of `querent.toml`; `querent pull` writes what its server says of itself into `.sqlcache`, which
//! is committed. From then on `cargo build` needs no database:
//!
//! ```ignore
//! querent::source!(pub Market);                       // [source.market]
//!
//! let pool = querent::Pool::<Market>::connect("flight://127.0.0.1:50051").await?;
//! let rows = querent::query!(
//!     Market,
//!     "SELECT symbol, avg(price) AS mean FROM trades WHERE ts >= :since AND symbol IN (:symbols..) GROUP BY symbol",
//!     since,
//!     symbols = &watched,
//! )
//! .fetch_all(&pool)
//! .await?;                                            // Vec<Record { symbol: String, mean: Option<f64> }>
//! ```
//!
//! - [`source!`] declares the type of a source; a query runs on its own source's pool only.
//! - [`query!`], [`query_as!`], [`query_scalar!`] and their `query_file` siblings give a [`Query`]; [`record!`] gives a row
//!   that has a name.
//! - [`sql()`] runs text that is known at run time only, into rows of [`FromRow`].
//! - [`Pool`], [`Connection`] and [`Transaction`] are what queries run on, by way of [`Executor`].
//!
//! Backends are features: `flight`, `ignite`, `picodata`, `pinot`; `embedded` brings a server of its own. Which Rust type a column
//! becomes is decided by `[types]` in `querent.toml` alone; the features `chrono`, `time`, `jiff`, `uuid`, `rust_decimal`
//! and `bigdecimal` make the conversions available.

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "macros")]
mod macros;

pub use querent_core::{
    Backend, Batch, Bind, Connection, Decode, Error, ErrorKind, Executed, Executor, Fetch, FetchAll,
    FetchOne, FetchOptional, FromRow, Holds, Pool, PoolOptions, PoolStats, Query, Result, Session, Source,
    SqlQuery, Transact, Transaction, Transactions, Value, ValueError, sql_query as sql,
};
#[cfg(feature = "macros")]
pub use querent_macros::{FromRow, Type};

/// What implementors of a [`Backend`] need besides.
pub mod backend {
    pub use querent_core::{
        Backend, Batch, Call, ColumnMeta, Decode, Element, Exchange, InPredicate, ParamMeta, Piece,
        Placeholder, Plan, Rendered, Request, Transact, ValueError, ValueProblem, Wants,
    };
}

/// SQL types and the lossless value types that columns become unless `[types]` says otherwise.
pub mod types {
    pub use querent_core::types::value::*;
    pub use querent_core::types::{
        ColumnDescription, NullabilityTrust, ServerIdentity, SourceDescription, SqlType, TableDescription,
        TableKind,
    };
}

/// Markers of SQL types, as compiler errors print them.
pub use querent_core::sql;

#[cfg(feature = "arrow")]
pub use querent_core::arrow;
#[cfg(feature = "embedded")]
pub use querent_embedded as embedded;
#[cfg(feature = "flight")]
pub use querent_flight as flight;
#[cfg(feature = "ignite")]
pub use querent_ignite as ignite;
#[cfg(feature = "picodata")]
pub use querent_picodata as picodata;
#[cfg(feature = "pinot")]
pub use querent_pinot as pinot;
