//! Maps. An answer does not say of which type the values of a `MAP` are: each is read by the form that it has.

use std::collections::{BTreeMap, HashMap};

use querent_core::ValueProblem;
use querent_protocol::pinot::PinotType;

use super::list::Element;
use super::{Cell, FromCell, malformed};

macro_rules! maps {
    ($($map:ident: $name:literal;)+) => { $(
        impl<'b, V: Element<'b>> FromCell<'b> for $map<String, V> {
            const NAME: &'static str = $name;

            fn accepts(ty: PinotType) -> bool {
                ty == PinotType::Map
            }

            fn read(cell: Cell<'b>) -> Result<Self, ValueProblem> {
                let members = cell.wire.members().map_err(malformed)?;
                members.map(|(key, value)| Ok((key.into_owned(), V::read(cell.within(value))?))).collect()
            }
        }
    )+ };
}

maps! { HashMap: "HashMap"; BTreeMap: "BTreeMap"; }
