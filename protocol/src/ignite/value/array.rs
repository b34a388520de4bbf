//! Arrays of primitives, over the buffer.

use std::fmt;
use std::marker::PhantomData;

use super::super::error::DecodeError;
use super::super::reader::Reader;

/// What an array of primitives holds.
pub trait Element: Copy + sealed::Sealed {
    /// Bytes an element has.
    const WIDTH: usize;

    /// The element of these bytes; so many as the width says.
    fn from_bytes(bytes: &[u8]) -> Self;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($type:ty),+) => {$(
        impl sealed::Sealed for $type {}

        impl Element for $type {
            const WIDTH: usize = size_of::<$type>();

            fn from_bytes(bytes: &[u8]) -> $type {
                bytes.first_chunk().map_or_else(Default::default, |bytes| <$type>::from_le_bytes(*bytes))
            }
        }
    )+};
}

elements!(i16, i32, i64, f32, f64, u16);

impl sealed::Sealed for bool {}

impl Element for bool {
    const WIDTH: usize = 1;

    fn from_bytes(bytes: &[u8]) -> bool {
        bytes.first().is_some_and(|byte| *byte != 0)
    }
}

/// An array of primitives that is still bytes.
#[derive(Clone, Copy)]
pub struct Array<'a, T> {
    bytes: &'a [u8],
    element: PhantomData<T>,
}

impl<'a, T: Element + 'a> Array<'a, T> {
    /// Reads the count and the elements, after the code.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Array<'a, T>, DecodeError> {
        let count = reader.count(T::WIDTH)?;
        Ok(Array { bytes: reader.bytes(count * T::WIDTH)?, element: PhantomData })
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.bytes.len() / T::WIDTH
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The element at `idx`.
    pub fn get(&self, idx: usize) -> Option<T> {
        let start = idx.checked_mul(T::WIDTH)?;
        self.bytes.get(start..start.checked_add(T::WIDTH)?).map(T::from_bytes)
    }

    /// The elements in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + DoubleEndedIterator + 'a {
        self.bytes.chunks_exact(T::WIDTH).map(T::from_bytes)
    }

    /// The elements as they came, little-endian.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<T: Element> fmt::Debug for Array<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({} elements)", self.len())
    }
}

impl<T: Element> PartialEq for Array<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_on_demand() {
        let array: Array<'_, i16> = Array::read(&mut Reader::new(&[2, 0, 0, 0, 1, 0, 0xff, 0xff])).unwrap();
        assert_eq!(array.iter().collect::<Vec<_>>(), [1, -1]);
        assert_eq!(
            (array.len(), array.get(1), array.get(2), array.get(usize::MAX)),
            (2, Some(-1), None, None)
        );
        let flags: Array<'_, bool> = Array::read(&mut Reader::new(&[2, 0, 0, 0, 2, 0])).unwrap();
        assert_eq!(flags.iter().collect::<Vec<_>>(), [true, false]);
    }
}
