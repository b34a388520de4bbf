//! The bounds-checked reader that everything is decoded through.

use super::error::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

/// Reads a body from left to right. Whatever the bytes say, it never reads outside them and reserves nothing for them.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

macro_rules! numbers {
    ($($name:ident: $type:ty),+ $(,)?) => {$(
        #[doc = concat!("The next `", stringify!($type), "`, little-endian.")]
        #[inline]
        pub fn $name(&mut self) -> Result<$type> {
            const LEN: usize = size_of::<$type>();
            match self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<LEN>()) {
                Some(bytes) => {
                    self.at += LEN;
                    Ok(<$type>::from_le_bytes(*bytes))
                }
                None => Err(DecodeError::truncated(self.at, LEN - self.remaining())),
            }
        }
    )+};
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, the body of one frame.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    numbers! {
        u8: u8, i8: i8, u16: u16, i16: i16, u32: u32, i32: i32, u64: u64, i64: i64, f32: f32, f64: f64,
    }

    /// The next byte as a truth value: 0 is false, anything else true, as Java reads it.
    #[inline]
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.u8()? != 0)
    }

    /// The next `len` bytes.
    #[inline]
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..len)) {
            Some(bytes) => {
                self.at += len;
                Ok(bytes)
            }
            None => Err(DecodeError::truncated(self.at, len - self.remaining())),
        }
    }

    /// An `i32` that counts what follows, each at least `least` bytes long: a count that the remaining bytes cannot
    /// hold is refused at once, so that no loop or allocation is sized by a lie.
    #[inline]
    pub fn count(&mut self, least: usize) -> Result<usize> {
        let at = self.at;
        let count =
            usize::try_from(self.i32()?).map_err(|_| DecodeError::expected(at, "a count of zero or more"))?;
        let needed = count.saturating_mul(least);
        if needed > self.remaining() {
            return Err(DecodeError::truncated(self.at, needed - self.remaining()));
        }
        Ok(count)
    }

    /// The next byte, without moving on.
    #[inline]
    pub fn peek(&self) -> Result<u8> {
        self.bytes.get(self.at).copied().ok_or(DecodeError::truncated(self.at, 1))
    }

    /// Where the next byte is, from the start of the body.
    #[inline]
    pub fn position(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The whole body.
    #[inline]
    pub fn body(&self) -> &'a [u8] {
        self.bytes
    }

    /// A reader of the same body that stands at `position`, as a handle points to.
    #[inline]
    pub fn at(&self, position: usize) -> Result<Reader<'a>> {
        if position > self.bytes.len() {
            return Err(DecodeError::truncated(self.bytes.len(), position - self.bytes.len()));
        }
        Ok(Reader { bytes: self.bytes, at: position })
    }

    /// Asserts that nothing is left.
    #[inline]
    pub fn end(&self) -> Result<()> {
        if self.remaining() == 0 {
            Ok(())
        } else {
            Err(DecodeError::expected(self.at, "the end of the body"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_little_endian_and_stops_at_the_end() {
        let mut reader = Reader::new(&[1, 0, 0, 0, 0xff]);
        assert_eq!(reader.i32(), Ok(1));
        assert_eq!(reader.i16(), Err(DecodeError::truncated(4, 1)));
        assert_eq!(reader.i8(), Ok(-1));
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn a_count_is_measured_against_what_is_there() {
        assert_eq!(Reader::new(&[2, 0, 0, 0, 1, 2]).count(1), Ok(2));
        assert_eq!(Reader::new(&[2, 0, 0, 0, 1, 2]).count(4), Err(DecodeError::truncated(4, 6)));
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0x7f]).count(usize::MAX).is_err_and(|e| e.is_truncated()));
        assert_eq!(
            Reader::new(&[0xff; 4]).count(1),
            Err(DecodeError::expected(0, "a count of zero or more"))
        );
    }
}
