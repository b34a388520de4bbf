//! SQL that the compiler checks, offline, against the committed schema of the source that it will run on.
//!
//! A source is a section of `querent.toml`; `querent pull` writes what its server says of itself into `.sqlcache`, which
//! is committed. From then on `cargo build` needs no database:
//!
// Its source is of the workspace's own cache and needs a backend that is compiled in.
#![cfg_attr(all(feature = "macros", feature = "flight"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "macros", feature = "flight")), doc = "```ignore")]
//! querent::source!(pub Flights);                      // [source.flights]
//!
//! # async fn run() -> querent::Result<()> {
//! let pool = querent::Pool::<Flights>::connect("flight://127.0.0.1:50051").await?;
//! let (month, watched) = (1_i64, ["SFO", "LAX"]);
//! let rows = querent::query!(
//!     Flights,
//!     "SELECT dest, avg(arr_delay) AS mean FROM flights WHERE month >= :month AND dest IN (:dests..) GROUP BY dest",
//!     month,
//!     dests = &watched,
//! )
//! .fetch_all(&pool)
//! .await?;                                            // Vec<Record { dest: String, mean: Option<f64> }>
//! # let first: (&String, Option<f64>) = (&rows[0].dest, rows[0].mean);
//! # Ok(())
//! # }
//! ```
//!
//! - [`source!`] declares the type of a source; a query runs on its own source's pool only.
//! - [`query!`], [`query_as!`], [`query_scalar!`] and their `query_file` siblings give a [`Query`]; [`record!`] gives a row
//!   that has a name.
//! - `fetch_all`, `fetch_one`, `fetch_optional`, `fetch` (a stream) and `execute` run a query; with the feature `arrow`,
//!   `fetch_arrow` and `fetch_arrow_batches` give Arrow's record batches (Flight, Picodata and Pinot).
//! - [`execute_many`] runs many queries of one call site as few statements: bulk writes.
//! - [`sql()`] runs text that is known at run time only, into rows of [`FromRow`].
//! - [`Pool`], [`Connection`] and [`Transaction`] are what queries run on, by way of [`Executor`].
//!
//! Backends are features: `flight`, `ignite`, `picodata`, `pinot`; `embedded` brings a server of its own. Which Rust type a column
//! becomes is decided by `[types]` in `querent.toml` alone; the features `chrono`, `time`, `jiff`, `uuid`, `rust_decimal`,
//! `bigdecimal` and `json` (serde_json) make the conversions available; `serde` writes and reads querent's own types.

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "macros")]
mod macros;

pub use querent_core::{
    Backend, Batch, Bind, Commands, Connection, Decode, Error, ErrorKind, Executed, Executor, Fetch,
    FetchAll, FetchOne, FetchOptional, FromRow, Holds, Outcome, Part, Pool, PoolOptions, PoolStats, Query,
    Result, Session, Source, SqlQuery, Transact, Transaction, Transactions, Value, ValueError, execute_many,
    sql_query as sql,
};
/// A struct that is a complex object of an Ignite cluster, or an enum that is an enum of it.
///
/// `#[querent(source = Orders, type = "Person")]` names the type, whose fields at the last `querent pull` are compared with
/// the struct's; without `source` nothing is compared, and the first write registers the type. Fields take `rename = "…"`,
/// `default` and `affinity`; `rename_all` and `partial` (fields of the cluster may be lost) belong to the struct.
#[cfg(all(feature = "ignite", feature = "macros"))]
pub use querent_macros::Binary;
#[cfg(feature = "macros")]
pub use querent_macros::{FromRow, Type};

/// What implementors of a [`Backend`] need besides.
pub mod backend {
    pub use querent_core::{
        Backend, Batch, Call, Cluster, ColumnMeta, Decode, Discovered, Element, Exchange, InPredicate, Owner,
        ParamMeta, Piece, Placeholder, Plan, Rendered, Request, RowKey, Single, Step, Transact, ValueError,
        ValueProblem, Wants,
    };
}

/// Pools over the nodes of a cluster: how they are chosen, what is known of them, which rows belong to whom.
pub mod cluster {
    pub use querent_core::{
        Balance, Candidate, Closed, ClusterOptions, Constant, Ejection, Key, KeyColumn, KeyPart, LeastUsed,
        Node, NodeStats, PowerOfTwo, Prefer, Random, Role, RoundRobin, RoutingStats, Step, TopologyStats,
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

/// Arrow's record batches of a result, and the mapping between SQL types and Arrow's.
#[cfg(feature = "arrow")]
pub use querent_core::arrow;
/// A synchronous face of everything here: [`wait`](blocking::Wait::wait) for each future, [`rows`](blocking::Rows::rows) for
/// each stream of rows.
#[cfg(feature = "blocking")]
pub use querent_core::blocking;
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
