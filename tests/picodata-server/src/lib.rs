//! A cluster that speaks Picodata's protocol and does what a script says, for tests where no Picodata can be had.
//!
//! It is Picodata 26.1 on the wire, quirks and all: what differs from PostgreSQL is the point of it.
//!
//! ```
//! use querent_picodata_server::{Script, Server, Type, row};
//!
//! let script = Script::new().nodes(3).on(
//!     "SELECT id, name FROM t WHERE id = $1",
//!     &[Type::Int8],
//!     &[("id", Type::Int8), ("name", Type::Text)],
//!     |call| vec![row![call.args[0].as_int(), call.node]],
//! );
//! let server = Server::start(script)?;
//! // … a client connects to `server.url("admin")` and asks …
//! assert_eq!(server.nodes_of("SELECT id, name FROM t WHERE id = $1"), [""; 0]);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What it answers without a script
//!
//! - SELECT over the catalog ([`Topology`]) as far as discovery needs it: joins, WHERE, ORDER BY, LIMIT, WITH,
//!   `count(*)`, element access, `pico_instance_uuid()` and its like, `_pico_bucket(tier)`, literals and parameters. A user
//!   without rights is refused when the statement runs.
//! - BEGIN, COMMIT, ROLLBACK, END, SET, CREATE and DROP SCHEMA do nothing; DEALLOCATE does what it says.
//! - Whatever else is not in the script is a syntax error, and [`Event::Unscripted`] in the log; comments, two statements
//!   in one text, `LIMIT $1`, OFFSET, RETURNING and START TRANSACTION are errors even where a script has them.
//!
//! # What it is not
//!
//! It runs no SQL over user tables and keeps no rows: a script's closures do, where a test needs it. There is no iproto
//! between the nodes. Where a text of Picodata's is not known (a duplicate name, a malformed value), code and kind are
//! right and the words are ours.

mod connection;
pub mod demo;
mod errors;
mod fault;
mod keys;
mod log;
mod script;
mod server;
mod sql;
mod statement;
mod topology;
mod value;

pub use errors::{INTERNAL, SqlError};
pub use fault::{Action, At, Fault};
pub use keys::{Identity, Keys};
pub use log::{Counters, Entry, Event, Message, Ran, Startup};
pub use script::{Encryption, Method, PASSWORD, Script, User};
pub use server::Server;
pub use statement::{Answer, Call, Ddl, Statement};
pub use topology::{Relation, Table, Topology};
pub use value::{Element, Type, Value};
