//! Complex objects (code 103): what they are made of, read in place and written.
//!
//! A header of 24 bytes (code, version, flags, type id, hash, length, schema id, offset of footer or raw data), the class
//! name if the type has no id, the fields, raw data that only the type's own code understands, and a footer that says where each
//! field begins. A *compact* footer holds offsets only: which field is which says the schema, which the server keeps.
//! What names a field or type has is in [`hash`](super::hash); asking the server for a schema is not here.

mod owned;
mod reader;
mod schema;
mod transcribe;
mod writer;

pub use owned::BinaryObject;
pub use reader::ObjectReader;
pub use schema::Schema;
pub use writer::{Footer, ObjectWriter};

pub(super) use transcribe::Transcript;

/// The version of the layout, the only one there is.
const VERSION: u8 = 1;
/// Bytes before the class name or the first field.
const HEADER_LEN: usize = 24;

/// Where parts of the header are, from the start of the object.
mod at {
    pub(super) const FLAGS: usize = 2;
    pub(super) const HASH: usize = 8;
    pub(super) const LENGTH: usize = 12;
    pub(super) const SCHEMA_ID: usize = 16;
    pub(super) const OFFSET: usize = 20;
}

/// Bits of the header's flags.
pub mod flag {
    /// A type of the user's, not of Ignite's own.
    pub const USER_TYPE: u16 = 0x01;
    /// There is a footer.
    pub const HAS_SCHEMA: u16 = 0x02;
    /// There are raw data.
    pub const HAS_RAW: u16 = 0x04;
    /// Offsets have one byte.
    pub const OFFSET_ONE_BYTE: u16 = 0x08;
    /// Offsets have two bytes; without either flag four.
    pub const OFFSET_TWO_BYTES: u16 = 0x10;
    /// The footer has no field ids.
    pub const COMPACT_FOOTER: u16 = 0x20;
    /// Written by the .NET platform.
    pub const DOTNET: u16 = 0x40;
}

/// Bytes of an offset in the footer, by the last one: Java decides so, whatever the others are.
fn offset_width(last: usize) -> usize {
    match last {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        _ => 4,
    }
}

/// The flag that says so.
fn width_flag(width: usize) -> u16 {
    match width {
        1 => flag::OFFSET_ONE_BYTE,
        2 => flag::OFFSET_TWO_BYTES,
        _ => 0,
    }
}
