//! Arrays of one dimension.

use std::borrow::Cow;
use std::sync::Arc;

use querent_core::ValueProblem;
use querent_core::types::value::{Date, Decimal, Interval, Time, Timestamp, Uuid};
use tokio_postgres::types::{Kind, Type};

use super::{FromWire, base};

/// A type of which lists are read as `Vec`. Not `u8`: a `Vec<u8>` is bytes.
pub trait Item {}

impl<T: Item> Item for Option<T> {}

macro_rules! items {
    ($($rust:ty),+ $(,)?) => { $(impl Item for $rust {})+ };
}

items!(bool, i16, i32, i64, f32, f64, String, &str, Box<str>, Arc<str>, Cow<'_, str>, Vec<u8>, &[u8]);
items!(Decimal, Date, Time, Timestamp, Interval, Uuid);

/// An element, which may be NULL.
pub trait Element<'b>: Sized {
    /// The form of the elements.
    type Form: Copy;
    /// The form of the elements' type.
    fn form(ty: &Type) -> Option<Self::Form>;
    /// Reads an element; `None` is NULL.
    fn read(form: Self::Form, bytes: Option<&'b [u8]>) -> Result<Self, ValueProblem>;
}

impl<'b, T: FromWire<'b> + Item> Element<'b> for T {
    type Form = T::Form;

    fn form(ty: &Type) -> Option<T::Form> {
        T::form(ty)
    }

    fn read(form: T::Form, bytes: Option<&'b [u8]>) -> Result<T, ValueProblem> {
        T::read(form, bytes.ok_or(ValueProblem::Null)?)
    }
}

impl<'b, T: FromWire<'b>> Element<'b> for Option<T> {
    type Form = T::Form;

    fn form(ty: &Type) -> Option<T::Form> {
        T::form(ty)
    }

    fn read(form: T::Form, bytes: Option<&'b [u8]>) -> Result<Option<T>, ValueProblem> {
        bytes.map(|bytes| T::read(form, bytes)).transpose()
    }
}

impl<'b, T: Element<'b> + Item> FromWire<'b> for Vec<T> {
    type Form = T::Form;
    const NAME: &'static str = "Vec";

    fn form(ty: &Type) -> Option<T::Form> {
        match ty.kind() {
            Kind::Array(element) => T::form(base(element)),
            _ => None,
        }
    }

    fn read(form: T::Form, bytes: &'b [u8]) -> Result<Vec<T>, ValueProblem> {
        let elements = Elements::of(bytes)?;
        // Each element has four bytes at least.
        let mut values = Vec::with_capacity(elements.left.min(bytes.len() / 4));
        for element in elements {
            values.push(T::read(form, element?)?);
        }
        Ok(values)
    }
}

/// The bytes of an array's elements, one after the other; `None` is NULL.
pub(crate) struct Elements<'b> {
    reader: Reader<'b>,
    left: usize,
}

impl<'b> Elements<'b> {
    /// Those of an array of one dimension.
    pub(crate) fn of(bytes: &'b [u8]) -> Result<Elements<'b>, ValueProblem> {
        let mut reader = Reader(bytes);
        let dimensions = reader.number()?;
        // Whether there are NULLs, and the elements' type, which the column's type says as well.
        reader.take(8)?;
        let left = match dimensions {
            0 => 0,
            1 => {
                let len = reader.number()?;
                reader.take(4)?;
                usize::try_from(len).map_err(|_| MALFORMED)?
            }
            _ => return Err(ValueProblem::WrongType("Vec")),
        };
        Ok(Elements { reader, left })
    }
}

impl<'b> Iterator for Elements<'b> {
    type Item = Result<Option<&'b [u8]>, ValueProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            // What is too much is told once.
            let rest = std::mem::take(&mut self.reader.0);
            return (!rest.is_empty()).then_some(Err(MALFORMED));
        }
        self.left -= 1;
        let element = match self.reader.number() {
            Ok(-1) => Ok(None),
            Ok(len) => {
                usize::try_from(len).map_err(|_| MALFORMED).and_then(|len| self.reader.take(len)).map(Some)
            }
            Err(problem) => Err(problem),
        };
        Some(element)
    }
}

const MALFORMED: ValueProblem = ValueProblem::Malformed("an array in binary");

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, len: usize) -> Result<&'b [u8], ValueProblem> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<i32, ValueProblem> {
        let bytes = self.take(4)?;
        Ok(i32::from_be_bytes(bytes.try_into().map_err(|_| MALFORMED)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ARRAY['a', NULL]` as PostgreSQL 15 sends it.
    const BYTES: &[u8] =
        &[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, b'a', 255, 255, 255, 255];

    fn read<'b, T: FromWire<'b>>(ty: &Type, bytes: &'b [u8]) -> Result<T, ValueProblem> {
        T::read(T::form(ty).expect("a form"), bytes)
    }

    #[test]
    fn elements_may_be_null_where_the_type_says_so() {
        assert_eq!(read(&Type::TEXT_ARRAY, BYTES), Ok(vec![Some("a"), None]));
        assert_eq!(read::<Vec<String>>(&Type::TEXT_ARRAY, BYTES), Err(ValueProblem::Null));
        assert_eq!(read(&Type::INT8_ARRAY, &[0; 12]), Ok(Vec::<i64>::new()));
        assert!(<Vec<i64>>::form(&Type::TEXT_ARRAY).is_none());
        assert!(<Vec<i64>>::form(&Type::INT8).is_none());
    }

    #[test]
    fn hostile_arrays_are_refused() {
        for len in 0..BYTES.len() {
            let read = read::<Vec<Option<&str>>>(&Type::TEXT_ARRAY, &BYTES[..len]);
            assert_eq!(read, Err(MALFORMED), "{len}");
        }
        let mut huge = BYTES.to_vec();
        huge[12..16].copy_from_slice(&i32::MAX.to_be_bytes());
        assert_eq!(read::<Vec<Option<&str>>>(&Type::TEXT_ARRAY, &huge), Err(MALFORMED));
        let mut two = BYTES.to_vec();
        two[3] = 2;
        assert!(read::<Vec<Option<&str>>>(&Type::TEXT_ARRAY, &two).is_err());
    }
}
