//! Text, bytes and UUIDs, lent from the batch where the Rust type allows it.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{
    Array, BinaryArray, BinaryViewArray, FixedSizeBinaryArray, LargeBinaryArray, LargeStringArray,
    StringArray, StringViewArray,
};
use arrow_schema::DataType;
use querent_core::types::value::Uuid;
use querent_core::{ValueError, ValueProblem};

use super::{FromArray, null, wrong_type};

/// A column of text in any layout.
pub struct Texts<'b> {
    array: TextArray<'b>,
    column: u16,
}

enum TextArray<'b> {
    Plain(&'b StringArray),
    Large(&'b LargeStringArray),
    View(&'b StringViewArray),
    Dictionary(Vec<Option<usize>>, Box<TextArray<'b>>),
}

impl<'b> TextArray<'b> {
    fn of(array: &'b dyn Array) -> Option<TextArray<'b>> {
        Some(match array.data_type() {
            DataType::Utf8 => TextArray::Plain(array.as_string()),
            DataType::LargeUtf8 => TextArray::Large(array.as_string()),
            DataType::Utf8View => TextArray::View(array.as_string_view()),
            DataType::Dictionary(..) => {
                let (keys, values) = dictionary(array)?;
                TextArray::Dictionary(keys, Box::new(TextArray::of(values)?))
            }
            _ => return None,
        })
    }

    #[inline]
    fn get(&self, row: usize) -> Option<&'b str> {
        match self {
            TextArray::Plain(a) => a.is_valid(row).then(|| a.value(row)),
            TextArray::Large(a) => a.is_valid(row).then(|| a.value(row)),
            TextArray::View(a) => a.is_valid(row).then(|| a.value(row)),
            TextArray::Dictionary(keys, values) => keys[row].and_then(|key| values.get(key)),
        }
    }
}

/// For each row the index of its value.
fn dictionary(array: &dyn Array) -> Option<(Vec<Option<usize>>, &dyn Array)> {
    let dictionary = array.as_any_dictionary_opt()?;
    let keys = dictionary.normalized_keys();
    let keys = keys.into_iter().enumerate().map(|(row, key)| array.is_valid(row).then_some(key)).collect();
    Some((keys, dictionary.values().as_ref()))
}

macro_rules! lent {
    ($($rust:ty, $column:ident, $array:ident, $lent:ty, $make:expr;)+) => { $(
        impl<'b> FromArray<'b> for $rust {
            type Column = $column<'b>;

            fn prepare(array: &'b dyn Array, column: u16) -> Result<Self::Column, ValueError> {
                let array = $array::of(array).ok_or_else(|| wrong_type(column, stringify!($rust)))?;
                Ok($column { array, column })
            }

            #[inline]
            fn is_null(column: &Self::Column, row: usize) -> bool {
                column.array.get(row).is_none()
            }

            #[inline]
            fn read(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
                let make: fn($lent) -> $rust = $make;
                column.array.get(row).map(make).ok_or_else(|| null(column.column, row))
            }
        }
    )+ };
}

lent! {
    &'b str, Texts, TextArray, &'b str, |v| v;
    String, Texts, TextArray, &'b str, String::from;
    Box<str>, Texts, TextArray, &'b str, Box::from;
    Arc<str>, Texts, TextArray, &'b str, Arc::from;
    Cow<'b, str>, Texts, TextArray, &'b str, Cow::Borrowed;
    &'b [u8], Bytes, BytesArray, &'b [u8], |v| v;
    Vec<u8>, Bytes, BytesArray, &'b [u8], Vec::from;
}

/// A column of bytes in any layout.
pub struct Bytes<'b> {
    array: BytesArray<'b>,
    column: u16,
}

enum BytesArray<'b> {
    Plain(&'b BinaryArray),
    Large(&'b LargeBinaryArray),
    View(&'b BinaryViewArray),
    Fixed(&'b FixedSizeBinaryArray),
    Dictionary(Vec<Option<usize>>, Box<BytesArray<'b>>),
}

impl<'b> BytesArray<'b> {
    fn of(array: &'b dyn Array) -> Option<BytesArray<'b>> {
        Some(match array.data_type() {
            DataType::Binary => BytesArray::Plain(array.as_binary()),
            DataType::LargeBinary => BytesArray::Large(array.as_binary()),
            DataType::BinaryView => BytesArray::View(array.as_binary_view()),
            DataType::FixedSizeBinary(_) => BytesArray::Fixed(array.as_fixed_size_binary()),
            DataType::Dictionary(..) => {
                let (keys, values) = dictionary(array)?;
                BytesArray::Dictionary(keys, Box::new(BytesArray::of(values)?))
            }
            _ => return None,
        })
    }

    #[inline]
    fn get(&self, row: usize) -> Option<&'b [u8]> {
        match self {
            BytesArray::Plain(a) => a.is_valid(row).then(|| a.value(row)),
            BytesArray::Large(a) => a.is_valid(row).then(|| a.value(row)),
            BytesArray::View(a) => a.is_valid(row).then(|| a.value(row)),
            BytesArray::Fixed(a) => a.is_valid(row).then(|| a.value(row)),
            BytesArray::Dictionary(keys, values) => keys[row].and_then(|key| values.get(key)),
        }
    }
}

/// UUIDs as 16 bytes, or as text.
pub enum Uuids<'b> {
    /// 16 bytes each.
    Bytes(Bytes<'b>),
    /// Text each.
    Text(Texts<'b>),
}

impl<'b> FromArray<'b> for Uuid {
    type Column = Uuids<'b>;

    fn prepare(array: &'b dyn Array, column: u16) -> Result<Uuids<'b>, ValueError> {
        if let Some(array) = BytesArray::of(array) {
            return Ok(Uuids::Bytes(Bytes { array, column }));
        }
        let array = TextArray::of(array).ok_or_else(|| wrong_type(column, "Uuid"))?;
        Ok(Uuids::Text(Texts { array, column }))
    }

    fn is_null(column: &Uuids<'b>, row: usize) -> bool {
        match column {
            Uuids::Bytes(bytes) => bytes.array.get(row).is_none(),
            Uuids::Text(texts) => texts.array.get(row).is_none(),
        }
    }

    fn read(column: &Uuids<'b>, row: usize) -> Result<Uuid, ValueError> {
        let (index, uuid) = match column {
            Uuids::Bytes(bytes) => {
                let value = bytes.array.get(row).ok_or_else(|| null(bytes.column, row))?;
                (bytes.column, <[u8; 16]>::try_from(value).ok().map(Uuid::from_bytes))
            }
            Uuids::Text(texts) => {
                let value = texts.array.get(row).ok_or_else(|| null(texts.column, row))?;
                (texts.column, value.parse().ok())
            }
        };
        uuid.ok_or_else(|| ValueError::row(index, row, ValueProblem::Malformed("a UUID")))
    }
}
