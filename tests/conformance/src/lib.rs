//! One suite of what every backend must do, and five scripted backends that have nothing in common but the traits.
//!
//! Each backend stands for one shape of DESIGN section 4 and talks to its server in its own form: typed columns, rows of
//! bytes, JSON text in chunks, frames over one shared transport, JSON commands with blobs. The servers answer what a
//! [`Script`] tells them to, and the script keeps what they received.

mod columnar;
mod commands;
mod literal;
mod multiplexed;
mod people;
mod prepared;
mod script;
pub mod suite;
mod wire;

pub use columnar::{Columnar, ColumnarBackend};
pub use commands::{Commands, CommandsBackend};
pub use literal::{Literal, LiteralBackend};
pub use multiplexed::{Multiplexed, MultiplexedBackend, get};
pub use people::{Person, Photo, Received, Subject};
pub use prepared::{Prepared, PreparedBackend};
pub use script::{Answer, Cell, Kind, Script, Sent, Transport};
