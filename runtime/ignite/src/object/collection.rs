//! What holds objects: options, arrays, lists, sets and maps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

use querent_protocol::ignite::value::{CollectionKind, MapKind, code};

use super::scalar::{elements, typed_array};
use super::{Cell, Encoder, FromObject, ReadError, ToObject};

impl<T: ToObject> ToObject for Option<T> {
    const CODE: u8 = T::CODE;
    const SEQUENCE_CODE: u8 = T::NULLABLE_SEQUENCE_CODE;
    const NULLABLE_SEQUENCE_CODE: u8 = T::NULLABLE_SEQUENCE_CODE;

    fn code(&self) -> u8 {
        self.as_ref().map_or(T::CODE, T::code)
    }

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        match self {
            Some(value) => value.to_object(encoder),
            None => encoder.null(),
        }
    }

    fn sequence_to_object(items: &[Option<T>], encoder: &mut Encoder<'_>) {
        match T::NULLABLE_SEQUENCE_CODE {
            code::COLLECTION => encoder.list(items.iter()),
            array => typed_array(array, items.iter(), encoder),
        }
    }
}

impl<T: FromObject> FromObject for Option<T> {
    const NAME: &'static str = T::NAME;
    const TAKES_NULL: bool = true;

    fn from_object(cell: &Cell<'_>) -> Result<Option<T>, ReadError> {
        if cell.is_null() { Ok(None) } else { T::from_object(cell).map(Some) }
    }

    fn from_nothing() -> Result<Option<T>, ReadError> {
        Ok(None)
    }
}

impl<T: ToObject> ToObject for Vec<T> {
    const CODE: u8 = T::SEQUENCE_CODE;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        T::sequence_to_object(self, encoder);
    }
}

impl<T: ToObject> ToObject for [T] {
    const CODE: u8 = T::SEQUENCE_CODE;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        T::sequence_to_object(self, encoder);
    }
}

impl<T: FromObject> FromObject for Vec<T> {
    const NAME: &'static str = "Vec";

    fn from_object(cell: &Cell<'_>) -> Result<Vec<T>, ReadError> {
        T::sequence_from_object(cell)
    }
}

/// An `ArrayList`, whatever it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct List<T>(pub Vec<T>);

impl<T: ToObject> ToObject for List<T> {
    const CODE: u8 = code::COLLECTION;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        encoder.list(self.0.iter());
    }
}

impl<T: FromObject> FromObject for List<T> {
    const NAME: &'static str = "List";

    fn from_object(cell: &Cell<'_>) -> Result<List<T>, ReadError> {
        elements(cell, "List").map(List)
    }
}

/// An `Object[]`, whatever it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ObjectArray<T>(pub Vec<T>);

impl<T: ToObject> ToObject for ObjectArray<T> {
    const CODE: u8 = code::OBJECT_ARRAY;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        /// The type id of `Object`.
        const OBJECT: i32 = -1;
        encoder.writer().u8(code::OBJECT_ARRAY);
        encoder.writer().i32(OBJECT);
        encoder.writer().count(self.0.len());
        for item in &self.0 {
            item.to_object(encoder);
        }
    }
}

impl<T: FromObject> FromObject for ObjectArray<T> {
    const NAME: &'static str = "ObjectArray";

    fn from_object(cell: &Cell<'_>) -> Result<ObjectArray<T>, ReadError> {
        elements(cell, "ObjectArray").map(ObjectArray)
    }
}

macro_rules! collections {
    ($($rust:ident<T $(, $hasher:ident)?>, $kind:ident, [$($to:tt)*], [$($from:tt)*];)+) => { $(
        impl<T: ToObject $($to)* $(, $hasher: Sync)?> ToObject for $rust<T $(, $hasher)?> {
            const CODE: u8 = code::COLLECTION;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                encoder.collection(CollectionKind::$kind, self.iter());
            }
        }

        impl<T: FromObject $($from)* $(, $hasher: BuildHasher + Default)?> FromObject for $rust<T $(, $hasher)?> {
            const NAME: &'static str = stringify!($rust);

            fn from_object(cell: &Cell<'_>) -> Result<Self, ReadError> {
                let Some(sequence) = cell.sequence() else { return Err(cell.wrong_type(Self::NAME)) };
                sequence.map(|cell| T::from_object(&cell?)).collect()
            }
        }
    )+ };
}

collections! {
    VecDeque<T>, LinkedList, [], [];
    HashSet<T, H>, HashSet, [], [+ Eq + Hash];
    BTreeSet<T>, LinkedHashSet, [], [+ Ord];
}

macro_rules! maps {
    ($($rust:ident<K, V $(, $hasher:ident)?>, $kind:ident, [$($from:tt)*];)+) => { $(
        impl<K: ToObject, V: ToObject $(, $hasher: Sync)?> ToObject for $rust<K, V $(, $hasher)?> {
            const CODE: u8 = code::MAP;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                encoder.writer().u8(code::MAP);
                encoder.writer().count(self.len());
                encoder.writer().i8(MapKind::$kind.code());
                for (key, value) in self {
                    key.to_object(encoder);
                    value.to_object(encoder);
                }
            }
        }

        impl<K: FromObject $($from)*, V: FromObject $(, $hasher: BuildHasher + Default)?> FromObject
            for $rust<K, V $(, $hasher)?>
        {
            const NAME: &'static str = stringify!($rust);

            fn from_object(cell: &Cell<'_>) -> Result<Self, ReadError> {
                let Some(mut cells) = cell.entries() else { return Err(cell.wrong_type(Self::NAME)) };
                std::iter::from_fn(|| Some((cells.next()?, cells.next()?)))
                    .map(|(key, value)| Ok((K::from_object(&key?)?, V::from_object(&value?)?)))
                    .collect()
            }
        }
    )+ };
}

maps! {
    HashMap<K, V, H>, HashMap, [+ Eq + Hash];
    BTreeMap<K, V>, LinkedHashMap, [+ Ord];
}
