//! What a driver implements: one trait with associated types and functions, no objects.
//!
//! Everything that waits is a function of the backend alone, so that state machines, pool and timeouts are compiled once
//! a backend and never once a query.

use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::error::Result;
use crate::key::RowKey;
use crate::plan::{ColumnMeta, ParamMeta, Piece};
use crate::render::{self, Extent, Rendered, Walk};
use crate::value::Value;

/// How a backend's SQL writes comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// `--` to the end of the line, and `/* */`, in which others may stand.
    Standard,
    /// As Calcite has them: `--` and `//` to the end of the line, and `/* */` to the first `*/`.
    Calcite,
}

/// A driver. Implemented on an empty enum; sources name it.
pub trait Backend: Sized + Send + Sync + 'static {
    /// Its name, which is the scheme of its URLs.
    const NAME: &'static str;
    /// How parameters are written in the text that goes out.
    const PLACEHOLDER: Placeholder;
    /// How comments are written, in which no parameter of a text of the run time is looked for.
    const COMMENTS: Comments = Comments::Standard;
    /// What is needed to connect.
    type Options: Clone + Send + Sync + 'static;
    /// What one call can ask of this backend beyond what every backend knows.
    type Call: Default + Clone + Send + Sync + 'static;
    /// What the pool leases: a connection, or a handle on a shared one.
    type Connection: Send + 'static;
    /// An open result. It owns its state and borrows nothing.
    type Cursor: Send + 'static;
    /// Rows as they arrive.
    type Batch: Batch;
    /// The nodes that connections can lead to; [`Single`](crate::Single) where all are alike, or the driver chooses.
    type Cluster: Cluster<Self>;
    /// Whether a server locks a user after a few wrong passwords: a pool then shows its credentials on one connection until
    /// they were accepted, and never again once they were refused.
    const LOCKS_OUT: bool = false;
    /// The most values that one statement can have. What is split or joined anyway is kept below it.
    const PARAMS_MAX: usize = 65_535;
    /// Whether an INSERT of several rows of VALUES does what one INSERT a row would, where none of them fails:
    /// [`execute_many`](crate::execute_many) then joins rows.
    const JOINS_ROWS: bool = false;

    /// Reads a URL. The error names what is wrong with it and never prints a password.
    fn options(url: &str) -> Result<Self::Options>;

    /// The same options with those that belong to the source ([`Source::OPTIONS`](crate::Source::OPTIONS)), which win.
    fn of_source(options: Self::Options, source: &[(&str, &str)]) -> Result<Self::Options> {
        let _ = source;
        Ok(options)
    }

    /// Makes a connection that is ready for a statement, authenticated and all.
    fn connect(options: &Self::Options) -> impl Future<Output = Result<Self::Connection>> + Send;

    /// Sends a statement and waits until its result begins.
    fn open(
        connection: &mut Self::Connection,
        request: Request<'_, Self>,
    ) -> impl Future<Output = Result<Self::Cursor>> + Send;

    /// The next rows; `None` once the statement is wholly done, so that the connection is free for another.
    fn next(
        connection: &mut Self::Connection,
        cursor: &mut Self::Cursor,
    ) -> impl Future<Output = Result<Option<Self::Batch>>> + Send;

    /// How many rows a statement changed, known after [`next`](Backend::next) gave `None`.
    fn affected(cursor: &Self::Cursor) -> Option<u64> {
        let _ = cursor;
        None
    }

    /// Another handle on the same transport, where it carries several statements at once.
    fn share(connection: &Self::Connection) -> Option<Self::Connection> {
        let _ = connection;
        None
    }

    /// Whether a [shared](Backend::share) transport is known to live although a statement on it was dropped half way or
    /// timed out, so that further handles are made of it. A driver that cannot tell a slow answer from a dead peer leaves
    /// it at `false`: the next handle is then made of a transport of its own.
    fn outlives_statement(connection: &Self::Connection) -> bool {
        let _ = connection;
        false
    }

    /// Whether an idle connection may be leased again, as far as can be told without asking the server.
    fn is_usable(connection: &Self::Connection) -> bool {
        let _ = connection;
        true
    }

    /// Ends a connection whose statement was dropped half way, or whose transaction was, without waiting. Where handles
    /// [share](Backend::share) a transport, it takes the transaction back.
    fn abandon(connection: Self::Connection) {
        drop(connection);
    }
}

/// A backend with transactions.
pub trait Transact: Backend {
    /// Begins a transaction.
    fn begin(connection: &mut Self::Connection) -> impl Future<Output = Result<()>> + Send;
    /// Makes it permanent.
    fn commit(connection: &mut Self::Connection) -> impl Future<Output = Result<()>> + Send;
    /// Takes it back.
    fn rollback(connection: &mut Self::Connection) -> impl Future<Output = Result<()>> + Send;
}

/// A backend whose transactions begin in more than one way.
#[diagnostic::on_unimplemented(
    message = "transactions of `{Self}` have no options",
    label = "`begin` is all that this source's backend knows"
)]
pub trait TransactWith: Transact {
    /// How a transaction begins.
    type Begin: Send + 'static;
    /// Begins a transaction so.
    fn begin_with(
        connection: &mut Self::Connection,
        options: Self::Begin,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Rows that arrived together.
pub trait Batch: Send + Sync + 'static {
    /// How many rows there are.
    fn len(&self) -> usize;
    /// How many columns each has.
    fn width(&self) -> usize;
    /// The name of a column as the server gave it; `None` where the protocol has no names.
    fn column_name(&self, index: usize) -> Option<&str>;
    /// How many objects the command behind the batch changed, where a statement holds several commands and so gives a
    /// batch for each ([`Request::results`]); `None` where the server does not say.
    fn affected(&self) -> Option<u64> {
        None
    }
    /// Whether there is no row.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How parameters are written in the text that goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `$1`: one number a parameter, however often it is used.
    Dollar,
    /// `?`: one a use.
    Question,
    /// None: values are rendered as literals, by the driver.
    Literal,
}

/// One statement on its way to a server.
pub struct Request<'r, B: Backend> {
    pub(crate) template: Cow<'r, [Piece<'r>]>,
    pub(crate) sections: &'r [&'r [u16]],
    pub(crate) extent: &'r Extent,
    /// The parameters as checked; empty for a run-time query.
    pub params: &'r [ParamMeta],
    /// The columns as checked; empty for a run-time query.
    pub columns: &'r [ColumnMeta],
    /// Where the statement holds several commands, the columns of each command's result ([`Plan::results`](crate::Plan::results)):
    /// the driver gives one batch a command, in order. Empty otherwise.
    pub results: &'r [&'r [ColumnMeta]],
    /// The values, one a parameter; of several INSERTs that were joined, those of one after those of the other.
    pub values: &'r [Value<'r>],
    /// What this call asks for.
    pub call: &'r Call<'r, B>,
    /// The tables that the statement names ([`Plan::tables`](crate::Plan::tables)); empty for a run-time query.
    pub tables: &'r [&'r [&'r str]],
    /// The key of all rows of the statement, or one of several that have one owner; `None` where they cannot be told.
    pub key: Option<RowKey<'r>>,
    /// The parameters that travel beside the text ([`Plan::blobs`](crate::Plan::blobs)); empty for a run-time query.
    pub blobs: &'r [u16],
    /// Whether the statement only reads.
    pub read_only: bool,
    /// Whether rows are wanted, or the number of rows changed.
    pub wants: Wants,
}

/// What a terminal wants of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Its rows.
    Rows,
    /// The number of rows that it changed.
    Affected,
}

/// The modifiers of one call.
pub struct Call<'q, B: Backend> {
    /// The longest that the whole call may take, waiting for a connection included.
    pub timeout: Option<Duration>,
    /// A tag for the server's log and our traces.
    pub tag: Option<&'q str>,
    /// How many rows the server should send at a time.
    pub page_size: Option<usize>,
    /// Whether an incomplete answer is wanted all the same.
    pub partial_ok: bool,
    /// Whether the statement must not write.
    pub read_only: bool,
    /// What this backend alone can do.
    pub backend: B::Call,
}

impl<B: Backend> Clone for Call<'_, B> {
    fn clone(&self) -> Self {
        let Call { timeout, tag, page_size, partial_ok, read_only, ref backend } = *self;
        Call { timeout, tag, page_size, partial_ok, read_only, backend: backend.clone() }
    }
}

impl<B: Backend> Default for Call<'_, B> {
    fn default() -> Self {
        Call {
            timeout: None,
            tag: None,
            page_size: None,
            partial_ok: false,
            read_only: false,
            backend: B::Call::default(),
        }
    }
}

impl<'r, B: Backend> Request<'r, B> {
    /// The text with the backend's placeholders, and the values in the order in which the text wants them.
    ///
    /// Inactive sections are left out, spreads are written out and padded to a power of two by repeating the last
    /// element, so that few different texts reach the server's statement cache.
    pub fn render(&self) -> Rendered<'_> {
        render::render(&self.template, self.walk(), B::PLACEHOLDER, B::PARAMS_MAX)
    }

    /// The text with every value written by `literal` (value, its SQL type, output).
    pub fn render_literals(
        &self,
        literal: &mut dyn FnMut(&Value<'_>, &str, &mut String) -> Result<()>,
    ) -> Result<String> {
        render::render_literals(&self.template, self.walk(), literal)
    }

    fn walk(&self) -> Walk<'_> {
        let Request { sections, params, values, extent, .. } = *self;
        Walk { sections, params, values, extent, base: 0 }
    }
}
