//! Objects: a type code and what follows it.
//!
//! There are three ways to read one. [`skip`] finds where it ends. [`Object`] borrows the buffer and decodes on demand: for
//! drivers, which know what they want. [`Value`] owns whatever it is, and is what is written back. [`code`] names the type codes;
//! the functions `write_*` write single objects without a [`Value`]. The inside of complex objects is in [`binary`](super::binary).

mod array;
mod class;
pub mod code;
mod decimal;
mod decode;
mod elements;
mod encode;
mod object;
mod optimized;
mod owned;
mod skip;
mod string;
mod time;

pub use array::{Array, Element};
pub use class::{CollectionKind, MapKind, TypeName, TypeRef};
pub use decimal::{DecimalBytes, write_decimal};
pub use elements::{Elements, Entries, Interfaces};
pub use encode::{write_bytes, write_uuid};
pub use object::{Handle, Object};
pub use optimized::{Period, write_sql_date};
pub use owned::{Collection, EnumValue, Map, ObjectArray, Proxy, Value};
pub use skip::skip;
pub use string::{JavaStr, read_string, write_string};
pub use time::{Millis, read_timestamp, write_timestamp};

pub(super) use class::read_class_name;
pub(super) use object::Head;
