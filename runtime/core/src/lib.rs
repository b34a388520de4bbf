//! querent's runtime without a backend: what a source, a query and a pool are.
//!
//! State machines, pool and timeouts are generic over the [`Backend`] only; a query is a plain value that carries its
//! plan, its values and one decode function. Drivers implement [`Backend`] and [`Decode`]; users name the facade
//! `querent`. This crate holds no socket, no SQL parser and no lock across an await.

#[cfg(feature = "arrow")]
pub mod arrow;
mod backend;
mod bind;
#[cfg(feature = "blocking")]
pub mod blocking;
mod cluster;
mod connection;
mod decode;
mod error;
mod executor;
mod foreign;
mod from_row;
#[cfg(feature = "json")]
mod json;
mod key;
mod plan;
mod pool;
mod query;
mod redact;
mod render;
pub mod retry;
mod source;
pub mod sql;
#[cfg(feature = "tls")]
pub mod tls;
#[cfg(feature = "url")]
pub mod url;
mod value;

pub use backend::{Backend, Batch, Call, Comments, Placeholder, Request, Transact, TransactWith, Wants};
pub use bind::{Bind, MaybeNull, NeverNull, NotNull, Typed};
pub use cluster::{
    Balance, Candidate, Cluster, ClusterOptions, Discovered, Ejection, LeastUsed, Node, NodeStats, Owner,
    PowerOfTwo, Prefer, Random, Role, RoundRobin, Single, Step,
};
pub use connection::{Connection, Transaction};
pub use decode::{Decode, Holds, ValueError, ValueProblem};
pub use error::{Error, ErrorKind, Result};
pub use executor::{Exchange, Executor, Session};
pub use from_row::{FromRow, column_index, column_of};
pub use key::{Constant, Key, KeyColumn, KeyPart, RowKey};
pub use plan::{ColumnMeta, Element, InPredicate, ParamMeta, Piece, Plan};
pub use pool::{Closed, Pool, PoolOptions, PoolStats, RoutingStats, TopologyStats};
pub use query::{
    AnswerError, AnswerProblem, Answers, Commands, DecodeFn, Executed, Fetch, FetchAll, FetchOne,
    FetchOptional, Outcome, Part, Query, ReadFn, SqlQuery, execute_many, sql as sql_query,
};
pub use redact::without_values;
pub use render::Rendered;
pub use source::{BackendOf, Source, Transactions};
pub use value::Value;

pub use querent_types as types;
