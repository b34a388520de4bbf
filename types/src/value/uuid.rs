//! A UUID.

use std::fmt;
use std::str::FromStr;

use super::{ParseValueError, pad};

/// A UUID (RFC 9562): 16 bytes, most significant first, ordered as bytes.
///
/// The text is hyphenated lower case. Reading takes either case, and also the simple form without hyphens, braces
/// around either, and the prefix `urn:uuid:`.
///
/// ```
/// use querent_types::value::Uuid;
///
/// let id: Uuid = "{67E55044-10B1-426F-9247-BB680E5FE0C8}".parse()?;
/// assert_eq!(id.to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
/// # Ok::<(), querent_types::value::ParseValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Uuid([u8; 16]);

/// Bytes before which the hyphenated form has a hyphen.
const HYPHEN_BEFORE: [usize; 4] = [4, 6, 8, 10];

impl Uuid {
    /// All bits zero.
    pub const NIL: Uuid = Uuid([0; 16]);

    /// The UUID of these bytes, most significant first.
    pub const fn from_bytes(bytes: [u8; 16]) -> Uuid {
        Uuid(bytes)
    }

    /// The bytes, most significant first.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The bytes, most significant first.
    pub const fn into_bytes(self) -> [u8; 16] {
        self.0
    }

    /// The UUID as one number.
    pub const fn from_u128(number: u128) -> Uuid {
        Uuid(number.to_be_bytes())
    }

    /// The UUID as one number.
    pub const fn as_u128(&self) -> u128 {
        u128::from_be_bytes(self.0)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (i, byte) in self.0.iter().enumerate() {
            at += usize::from(HYPHEN_BEFORE.contains(&i));
            text[at] = HEX[usize::from(byte >> 4)];
            text[at + 1] = HEX[usize::from(byte & 15)];
            at += 2;
        }
        pad(f, |w| w.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?))
    }
}

impl FromStr for Uuid {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Uuid, ParseValueError> {
        parse(text.as_bytes())
            .map(Uuid)
            .ok_or(ParseValueError::new("UUID", "32 hexadecimal digits, plain or in groups of 8-4-4-4-12"))
    }
}

fn parse(text: &[u8]) -> Option<[u8; 16]> {
    const URN: &[u8] = b"urn:uuid:";
    let bare = if let Some(inner) = text.strip_prefix(b"{") {
        inner.strip_suffix(b"}")?
    } else if text.get(..URN.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(URN)) {
        &text[URN.len()..]
    } else {
        text
    };
    let hyphenated = match bare.len() {
        36 => true,
        32 => false,
        _ => return None,
    };
    let mut bytes = [0; 16];
    let mut at = 0;
    for (i, byte) in bytes.iter_mut().enumerate() {
        if hyphenated && HYPHEN_BEFORE.contains(&i) {
            if bare.get(at) != Some(&b'-') {
                return None;
            }
            at += 1;
        }
        *byte = hex(*bare.get(at)?)? << 4 | hex(*bare.get(at + 1)?)?;
        at += 2;
    }
    Some(bytes)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}
