//! Frames: an `i32` length and so many bytes, in both directions.

use bytes::{Buf as _, Bytes, BytesMut};

use super::error::DecodeError;

/// How much a decoder takes from a server before it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body of one frame.
    pub frame_len_max: usize,
}

impl Default for Limits {
    /// 1 GiB: a page holds as many bytes as its rows have.
    fn default() -> Limits {
        Limits { frame_len_max: 1 << 30 }
    }
}

/// Bytes of the length in front of a frame.
pub const PREFIX_LEN: usize = 4;

/// The body of the next frame, once all of it has arrived. Nothing is consumed, and nothing reserved, before.
///
/// # Errors
/// Where the length is not above zero, or above the limit.
pub fn decode(buffer: &mut BytesMut, limits: &Limits) -> Result<Option<Bytes>, DecodeError> {
    let Some(prefix) = buffer.first_chunk::<PREFIX_LEN>() else { return Ok(None) };
    let len = usize::try_from(i32::from_le_bytes(*prefix)).ok().filter(|len| *len > 0);
    let len = len.ok_or(DecodeError::expected(0, "a frame length above zero"))?;
    if len > limits.frame_len_max {
        return Err(DecodeError::too_much(0, "bytes in a frame", limits.frame_len_max));
    }
    if buffer.len() - PREFIX_LEN < len {
        return Ok(None);
    }
    buffer.advance(PREFIX_LEN);
    Ok(Some(buffer.split_to(len).freeze()))
}

/// How many bytes the frame that has begun still lacks; 0 where not even its length is there.
pub fn missing(buffer: &[u8]) -> usize {
    let len = buffer.first_chunk::<PREFIX_LEN>().map(|prefix| i32::from_le_bytes(*prefix));
    let len = len.and_then(|len| usize::try_from(len).ok());
    len.map_or(0, |len| (PREFIX_LEN + len).saturating_sub(buffer.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_all(bytes: &[u8]) -> (Result<Option<Bytes>, DecodeError>, usize) {
        let mut buffer = BytesMut::from(bytes);
        let outcome = decode(&mut buffer, &Limits { frame_len_max: 10 });
        (outcome, buffer.len())
    }

    #[test]
    fn a_frame_is_whole_or_not_there() {
        let bytes = [2, 0, 0, 0, 7, 8, 9];
        for len in 0..6 {
            assert_eq!(missing(&bytes[..len]), if len < 4 { 0 } else { 6 - len });
            assert_eq!(decode_all(&bytes[..len]), (Ok(None), len));
        }
        assert_eq!(decode_all(&bytes), (Ok(Some(Bytes::from_static(&[7, 8]))), 1));
    }

    #[test]
    fn hostile_lengths_are_refused_at_once() {
        for len in [0, -1, i32::MIN] {
            let (outcome, left) = decode_all(&len.to_le_bytes());
            assert_eq!((outcome, left), (Err(DecodeError::expected(0, "a frame length above zero")), 4));
        }
        for len in [11, i32::MAX] {
            assert!(decode_all(&len.to_le_bytes()).0.is_err());
        }
    }
}
