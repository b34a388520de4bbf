//! Arrays, lists and sets as `Vec`, maps as maps of the standard library.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use querent_core::ValueProblem;
use querent_core::types::value::{Date, Decimal, Duration, Interval, Time, Timestamp, Uuid};
use querent_protocol::ignite::value::{Entries, Object};

use super::{Cell, FromCell, NO_OBJECT};

/// A type of which lists are read as `Vec`. Not `u8`: a `Vec<u8>` is bytes.
pub trait Item {}

impl<T: Item> Item for Option<T> {}
impl<T: Item> Item for Vec<T> {}

macro_rules! items {
    ($($rust:ty),+ $(,)?) => { $(impl Item for $rust {})+ };
}

items!(bool, i8, i16, i32, i64, f32, f64, Vec<u8>, &[u8]);
items!(String, &str, Box<str>, std::sync::Arc<str>, std::borrow::Cow<'_, str>);
items!(Decimal, Date, Time, Timestamp, Duration, Interval, Uuid);

/// An element, which may be null.
pub trait Element<'b>: Sized {
    /// Reads an element; `None` is null.
    fn of(cell: Option<Cell<'b>>) -> Result<Self, ValueProblem>;
}

impl<'b, T: FromCell<'b> + Item> Element<'b> for T {
    fn of(cell: Option<Cell<'b>>) -> Result<T, ValueProblem> {
        T::read(cell.ok_or(ValueProblem::Null)?)
    }
}

impl<'b, T: FromCell<'b> + Item> Element<'b> for Option<T> {
    fn of(cell: Option<Cell<'b>>) -> Result<Option<T>, ValueProblem> {
        cell.map(T::read).transpose()
    }
}

impl<'b, T: Element<'b> + Item> FromCell<'b> for Vec<T> {
    const NAME: &'static str = "Vec";

    fn read(cell: Cell<'b>) -> Result<Vec<T>, ValueProblem> {
        let mut read = Vec::new();
        each(cell.object()?, &mut |object| {
            read.push(T::of(cell.within(object))?);
            Ok(())
        })?;
        Ok(read)
    }
}

/// Hands out the elements one by one.
fn each<'b>(
    object: Object<'b>,
    take: &mut dyn FnMut(Object<'b>) -> Result<(), ValueProblem>,
) -> Result<(), ValueProblem> {
    match object {
        Object::Bytes(array) => array.iter().try_for_each(|item| take(Object::Byte(item.cast_signed()))),
        Object::Shorts(array) => array.iter().try_for_each(|item| take(Object::Short(item))),
        Object::Ints(array) => array.iter().try_for_each(|item| take(Object::Int(item))),
        Object::Longs(array) => array.iter().try_for_each(|item| take(Object::Long(item))),
        Object::Floats(array) => array.iter().try_for_each(|item| take(Object::Float(item))),
        Object::Doubles(array) => array.iter().try_for_each(|item| take(Object::Double(item))),
        Object::Chars(array) => array.iter().try_for_each(|item| take(Object::Char(item))),
        Object::Bools(array) => array.iter().try_for_each(|item| take(Object::Bool(item))),
        Object::Typed { mut elements, .. }
        | Object::Array { mut elements, .. }
        | Object::EnumArray { mut elements, .. }
        | Object::Collection { mut elements, .. } => {
            elements.try_for_each(|element| take(element.map_err(|_| NO_OBJECT)?))
        }
        _ => Err(ValueProblem::WrongType("Vec")),
    }
}

/// Hands out keys and values.
fn entries<'b>(cell: &Cell<'b>) -> Result<Entries<'b>, ValueProblem> {
    match cell.object()? {
        Object::Map { entries, .. } => Ok(entries),
        _ => Err(ValueProblem::WrongType("a map")),
    }
}

macro_rules! maps {
    ($($map:ident: $($bound:ident)+;)+) => { $(
        impl<'b, K: FromCell<'b> $(+ $bound)+, V: Element<'b>> FromCell<'b> for $map<K, V> {
            const NAME: &'static str = stringify!($map);

            fn read(cell: Cell<'b>) -> Result<$map<K, V>, ValueProblem> {
                let mut map = $map::new();
                for entry in entries(&cell)? {
                    let (key, value) = entry.map_err(|_| NO_OBJECT)?;
                    let key = K::read(cell.within(key).ok_or(ValueProblem::Null)?)?;
                    map.insert(key, V::of(cell.within(value))?);
                }
                Ok(map)
            }
        }
    )+ };
}

maps! {
    HashMap: Eq Hash;
    BTreeMap: Ord;
}
