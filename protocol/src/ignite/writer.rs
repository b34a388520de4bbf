//! The writer that everything is encoded through.

use std::error::Error;
use std::fmt;

/// Writes a body from left to right into a buffer that grows, up to a limit.
///
/// The server accepts frames of any size and can run out of memory on one (2.17.0: a value of 200 MiB halted a node of
/// 512 MiB), so the limit is ours. Writing past it is remembered, not reported at once: [`finish`](Writer::finish) says it.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    limit: usize,
    error: Option<EncodeError>,
}

/// Something that cannot be sent. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The request would be larger than this many bytes.
    TooLarge {
        /// The largest request allowed, in bytes.
        limit: usize,
    },
    /// The value has no form on this wire; what is wrong with it.
    Unsendable(&'static str),
    /// The server is too old for it.
    Missing {
        /// What it does not know, in the protocol's own words.
        what: &'static str,
        /// The first Ignite or version of the protocol that does.
        since: &'static str,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::TooLarge { limit } => {
                write!(f, "the request is larger than the limit of {limit} bytes")
            }
            EncodeError::Unsendable(why) => f.write_str(why),
            EncodeError::Missing { what, since } => {
                write!(f, "the server does not offer {what}, which came with {since}")
            }
        }
    }
}

impl Error for EncodeError {}

macro_rules! numbers {
    ($($name:ident: $type:ty),+ $(,)?) => {$(
        #[doc = concat!("Writes an `", stringify!($type), "`, little-endian.")]
        #[inline]
        pub fn $name(&mut self, value: $type) {
            self.bytes(&value.to_le_bytes());
        }
    )+};
}

impl Writer {
    /// Writes at most `limit` bytes.
    pub fn new(limit: usize) -> Writer {
        Writer { bytes: Vec::new(), limit, error: None }
    }

    /// The same, with room for so many bytes from the beginning.
    pub fn with_capacity(limit: usize, capacity: usize) -> Writer {
        Writer { bytes: Vec::with_capacity(capacity.min(limit)), limit, error: None }
    }

    numbers! {
        u8: u8, i8: i8, u16: u16, i16: i16, u32: u32, i32: i32, u64: u64, i64: i64, f32: f32, f64: f64,
    }

    /// Writes a truth value as one byte.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Writes bytes as they are.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.error.is_none() && bytes.len() <= self.limit - self.bytes.len() {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.fail(EncodeError::TooLarge { limit: self.limit });
        }
    }

    /// Writes a number of elements or bytes as an `i32`.
    #[inline]
    pub fn count(&mut self, count: usize) {
        match i32::try_from(count) {
            Ok(count) => self.i32(count),
            Err(_) => self.fail(EncodeError::Unsendable("more than 2147483647 elements in one request")),
        }
    }

    /// Remembers the first error; nothing is written after it.
    pub fn fail(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
    }

    /// Whether something could not be written, so that nothing more will be.
    pub fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// Where the next byte goes, from the start of the body.
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// What has been written so far.
    pub fn written(&self) -> &[u8] {
        &self.bytes
    }

    /// Overwrites the `i32` at `position`, which was written before: a length or offset that was not known then.
    pub fn patch_i32(&mut self, position: usize, value: i32) {
        if let Some(place) = self.bytes.get_mut(position..position + 4) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// Overwrites the `u16` at `position`.
    pub fn patch_u16(&mut self, position: usize, value: u16) {
        if let Some(place) = self.bytes.get_mut(position..position + 2) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// What was written as one frame, its length set in the four bytes that were written first.
    pub fn finish_frame(mut self) -> Result<Vec<u8>, EncodeError> {
        match i32::try_from(self.bytes.len().saturating_sub(4)) {
            Ok(len) => self.patch_i32(0, len),
            Err(_) => self.fail(EncodeError::TooLarge { limit: self.limit }),
        }
        self.finish()
    }

    /// What was written, or the first thing that could not be.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.error {
            None => Ok(self.bytes),
            Some(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_patched_afterwards() {
        let mut writer = Writer::new(100);
        writer.i32(0);
        writer.i16(-2);
        writer.patch_i32(0, 2);
        assert_eq!(writer.finish(), Ok(vec![2, 0, 0, 0, 0xfe, 0xff]));
    }

    #[test]
    fn the_limit_is_told_at_the_end() {
        let mut writer = Writer::new(5);
        writer.i32(1);
        writer.i16(1);
        writer.u8(1);
        assert_eq!(writer.finish(), Err(EncodeError::TooLarge { limit: 5 }));
    }
}
