//! Java's strings: UTF-16 units, sent as UTF-8.

use std::borrow::Cow;

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::super::writer::Writer;
use super::code;

type Result<T> = std::result::Result<T, DecodeError>;

/// The bytes of a string as they came.
///
/// They are UTF-8, unless the server runs with `IGNITE_BINARY_MARSHALLER_USE_STRING_SERIALIZATION_VER_2`: then each UTF-16
/// surrogate has three bytes of its own and NUL has two. Both are read; what is neither becomes U+FFFD, as in Java.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct JavaStr<'a> {
    bytes: &'a [u8],
}

impl<'a> JavaStr<'a> {
    /// The text of these bytes.
    pub fn new(bytes: &'a [u8]) -> JavaStr<'a> {
        JavaStr { bytes }
    }

    /// Reads the length and the bytes, after the type code.
    pub fn read(reader: &mut Reader<'a>) -> Result<JavaStr<'a>> {
        let len = reader.count(1)?;
        Ok(JavaStr { bytes: reader.bytes(len)? })
    }

    /// The bytes as they came.
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text, borrowed where the bytes are UTF-8.
    pub fn text(self) -> Cow<'a, str> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(decode(self.bytes)),
        }
    }
}

impl std::fmt::Debug for JavaStr<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JavaStr({} bytes)", self.bytes.len())
    }
}

/// Reads a string object or null.
///
/// # Errors
/// Where it is an object of another type, or ends too early.
pub fn read_string<'a>(reader: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>> {
    let at = reader.position();
    match reader.u8()? {
        code::STRING => Ok(Some(JavaStr::read(reader)?.text())),
        code::NULL => Ok(None),
        _ => Err(DecodeError::expected(at, "a string or null")),
    }
}

/// Writes a string object, or null.
pub fn write_string(writer: &mut Writer, text: Option<&str>) {
    match text {
        Some(text) => {
            writer.u8(code::STRING);
            writer.count(text.len());
            writer.bytes(text.as_bytes());
        }
        None => writer.u8(code::NULL),
    }
}

/// Decodes bytes that are not UTF-8.
fn decode(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    loop {
        let invalid = match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => error,
        };
        let (valid, bad) = rest.split_at(invalid.valid_up_to());
        text.extend(std::str::from_utf8(valid));
        let len = match bad {
            [0xc0, 0x80, ..] => {
                text.push('\0');
                2
            }
            _ => match (surrogate(bad), bad.get(3..).and_then(surrogate)) {
                (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                    let number = 0x10000 + (u32::from(high - 0xd800) << 10) + u32::from(low - 0xdc00);
                    text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
                    6
                }
                (alone, _) => {
                    text.push(char::REPLACEMENT_CHARACTER);
                    // `error_len` is `None` where the bytes end within a character.
                    if alone.is_some() { 3 } else { invalid.error_len().unwrap_or(bad.len()) }
                }
            },
        };
        rest = &bad[len..];
    }
}

/// The UTF-16 surrogate that the bytes begin with, encoded like a character of its own.
fn surrogate(bytes: &[u8]) -> Option<u16> {
    match bytes {
        [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
            Some(0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(JavaStr::new(bytes).text(), expected);
    }

    #[test]
    fn utf8_is_borrowed() {
        assert!(matches!(JavaStr::new("naïve 😀".as_bytes()).text(), Cow::Borrowed("naïve 😀")));
    }

    #[test]
    fn surrogates_of_three_bytes_are_joined() {
        // What BinaryUtils.strToUtf8Bytes of ignite-core 2.17.0 makes of "a😀\0b".
        check(b"a\xed\xa0\xbd\xed\xb8\x80\xc0\x80b", "a😀\0b");
    }

    #[test]
    fn what_is_neither_is_replaced() {
        check(b"a\xed\xa0\xbdb", "a\u{fffd}b");
        check(b"\xed\xb8\x80\xed\xa0\xbd", "\u{fffd}\u{fffd}");
        check(b"\xffx\xe2\x82", "\u{fffd}x\u{fffd}");
        check(b"\xc0", "\u{fffd}");
    }

    #[test]
    fn a_string_object_is_read_and_written() {
        let mut writer = Writer::new(100);
        write_string(&mut writer, Some("é"));
        write_string(&mut writer, None);
        let bytes = writer.finish().unwrap();
        assert_eq!(bytes, [9, 2, 0, 0, 0, 0xc3, 0xa9, 101]);
        let mut reader = Reader::new(&bytes);
        assert_eq!(read_string(&mut reader), Ok(Some(Cow::Borrowed("é"))));
        assert_eq!(read_string(&mut reader), Ok(None));
        let mut int = Reader::new(&[3, 0, 0, 0, 0]);
        assert_eq!(read_string(&mut int), Err(DecodeError::expected(0, "a string or null")));
    }
}
