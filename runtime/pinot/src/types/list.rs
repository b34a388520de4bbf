//! Arrays.

use std::borrow::Cow;
use std::sync::Arc;

use querent_core::ValueProblem;
use querent_core::types::value::{Decimal, Timestamp, Uuid};
use querent_protocol::pinot::PinotType;

use super::{Cell, FromCell, malformed};

/// A type of which lists are read as `Vec`. Not `u8`: a `Vec<u8>` is bytes.
pub trait Item {}

impl<T: Item> Item for Option<T> {}

macro_rules! items {
    ($($rust:ty),+ $(,)?) => { $(impl Item for $rust {})+ };
}

items!(bool, i32, i64, f32, f64, String, Box<str>, Arc<str>, Cow<'_, str>, Vec<u8>, Decimal, Timestamp, Uuid);

/// An element, which may be NULL.
pub trait Element<'b>: Sized {
    /// Whether it is read from this type.
    fn accepts(ty: PinotType) -> bool;
    /// Reads an element, which may be NULL.
    fn read(cell: Cell<'b>) -> Result<Self, ValueProblem>;
}

impl<'b, T: FromCell<'b> + Item> Element<'b> for T {
    fn accepts(ty: PinotType) -> bool {
        T::accepts(ty)
    }

    fn read(cell: Cell<'b>) -> Result<T, ValueProblem> {
        if cell.wire.is_null() { Err(ValueProblem::Null) } else { T::read(cell) }
    }
}

impl<'b, T: FromCell<'b>> Element<'b> for Option<T> {
    fn accepts(ty: PinotType) -> bool {
        T::accepts(ty)
    }

    fn read(cell: Cell<'b>) -> Result<Option<T>, ValueProblem> {
        if cell.wire.is_null() { Ok(None) } else { T::read(cell).map(Some) }
    }
}

impl<'b, T: Element<'b> + Item> FromCell<'b> for Vec<T> {
    const NAME: &'static str = "Vec";

    fn accepts(ty: PinotType) -> bool {
        ty.element().is_some_and(T::accepts)
    }

    fn read(cell: Cell<'b>) -> Result<Vec<T>, ValueProblem> {
        let elements = cell.wire.elements().map_err(malformed)?;
        elements.map(|element| T::read(cell.within(element))).collect()
    }
}
