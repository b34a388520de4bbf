//! Rust types as Ignite's objects, both ways: keys, values and fields of complex objects.
//!
//! A type is written in exactly one form and never cut short: what has no form on the wire (a character outside the BMP as
//! `char`, a time finer than a millisecond) is an error before anything is sent. Reading is as strict: an integer widens,
//! nothing narrows.
//!
//! | Rust | Ignite | code |
//! |---|---|---|
//! | `i8` `i16` `i32` `i64` | `byte` `short` `int` `long` | 1–4 |
//! | `f32` `f64` `bool` `char` | `float` `double` `boolean` `char` | 5, 6, 8, 7 |
//! | `String` `&str` `Uuid` `Decimal` | `String` `UUID` `BigDecimal` | 9, 10, 30 |
//! | `Date` | `java.sql.Date`: midnight in the servers' zone | 254 |
//! | `Time` `Timestamp` | `java.sql.Time`, `java.sql.Timestamp`: wall clock in the servers' zone | 36, 33 |
//! | `SystemTime` and other types of instants | `java.sql.Timestamp` | 33 |
//! | [`Millis`](querent_protocol::ignite::value::Millis) | `java.util.Date`, an instant | 11 |
//! | `Vec<u8>` and `Vec` of the numbers above, `bool`, `char` | arrays of primitives | 12–19 |
//! | `Vec` of `String` `Uuid` `Decimal` `Time` `Timestamp` `Millis`, of `Option`s of them too | their arrays | 20–22, 31, 34, 37 |
//! | other `Vec`, `VecDeque`; `HashSet`, `BTreeSet` | `ArrayList`, `LinkedList`; `HashSet`, `LinkedHashSet` | 24 |
//! | `HashMap`, `BTreeMap` | `HashMap`, `LinkedHashMap` | 25 |
//! | [`ObjectArray`], [`List`] | `Object[]`, `ArrayList`, whatever they hold | 23, 24 |
//! | a [`BinaryType`]; a [`BinaryEnum`] | a complex object; an enum | 103; 38 |
//! | [`Value`](querent_protocol::ignite::value::Value) | anything | all |
//!
//! Unsigned integers have no form in Java, and none here.

mod binary;
mod cell;
mod collection;
mod encoder;
mod foreign;
mod scalar;
#[cfg(test)]
mod tests;
mod time;
mod types;

use querent_core::ValueProblem;
use querent_protocol::ignite::value::code;

pub use binary::{BinaryEnum, BinaryType, Fields, read_enum, write_enum};
pub use cell::{Cell, ObjectReader, ReadError, Sequence};
pub use collection::{List, ObjectArray};
pub use encoder::{Encoder, ObjectWriter};

pub(crate) use cell::Need;
pub(crate) use encoder::{Packed, Packer};
pub(crate) use scalar::has_java_time;
pub(crate) use time::JAVA_TIME;
pub(crate) use types::Types;

/// A Rust type that is written as one object.
///
/// Structs and enums of one's own get it from [`BinaryType`] and [`BinaryEnum`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key or value of an Ignite cache",
    note = "unsigned integers have no form in Java; a struct implements `BinaryType`"
)]
pub trait ToObject: Sync {
    /// The code that a field of this type has in the metadata of a binary type.
    const CODE: u8;

    /// The code of this very value, where the type alone does not say it.
    fn code(&self) -> u8 {
        Self::CODE
    }

    /// Writes one object.
    fn to_object(&self, encoder: &mut Encoder<'_>);

    /// The code of a `Vec` of these.
    const SEQUENCE_CODE: u8 = code::COLLECTION;

    /// Writes what a `Vec` of these is: an `ArrayList`, unless Ignite has an array for them.
    fn sequence_to_object(items: &[Self], encoder: &mut Encoder<'_>)
    where
        Self: Sized,
    {
        encoder.list(items.iter());
    }

    /// The code of a `Vec` of these where each can be null.
    const NULLABLE_SEQUENCE_CODE: u8 = code::COLLECTION;
}

/// A Rust type that is read from one object.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from an Ignite cache",
    note = "unsigned integers have no form in Java; a struct implements `BinaryType`"
)]
pub trait FromObject: Sized {
    /// Its name, for errors.
    const NAME: &'static str;
    /// Whether a null is one of its values.
    const TAKES_NULL: bool = false;

    /// Reads an object.
    fn from_object(cell: &Cell<'_>) -> Result<Self, ReadError>;

    /// What a field that an object does not have is read as.
    fn from_nothing() -> Result<Self, ReadError> {
        Err(ValueProblem::Null.into())
    }

    /// Reads what a `Vec` of these is written as: an array of theirs, or any list, set or array of objects.
    fn sequence_from_object(cell: &Cell<'_>) -> Result<Vec<Self>, ReadError> {
        let Some(sequence) = cell.sequence() else { return Err(cell.wrong_type("Vec")) };
        sequence.map(|cell| Self::from_object(&cell?)).collect()
    }
}
