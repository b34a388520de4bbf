//! Finds where an object ends, without decoding it.

use std::ops::Range;

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::code;

type Result<T> = std::result::Result<T, DecodeError>;

/// The bytes of a complex object before its first field.
pub(crate) const HEADER_LEN: usize = 24;
/// Where in that header the length of the whole is.
const LENGTH_AT: usize = 12;

/// Moves the reader behind the next object, whatever it is, and returns where it lies in the body.
///
/// Nested objects are counted, not recursed into, so no depth of nesting costs stack or memory.
///
/// # Errors
/// Where a type code is unknown, or something announces more than there is.
pub fn skip(reader: &mut Reader<'_>) -> Result<Range<usize>> {
    let start = reader.position();
    skip_many(reader, 1)?;
    Ok(start..reader.position())
}

/// Moves the reader behind the next `count` objects.
pub(crate) fn skip_many(reader: &mut Reader<'_>, count: usize) -> Result<()> {
    let mut pending = count;
    while pending > 0 {
        if pending > reader.remaining() {
            return Err(DecodeError::truncated(reader.position(), pending - reader.remaining()));
        }
        pending = (pending - 1).saturating_add(skip_head(reader)?);
    }
    Ok(())
}

/// Moves the reader behind an object up to its first element; returns how many elements follow.
fn skip_head(reader: &mut Reader<'_>) -> Result<usize> {
    let at = reader.position();
    let code = reader.u8()?;
    let width = match code {
        code::NULL => 0,
        code::BYTE | code::BOOL => 1,
        code::SHORT | code::CHAR => 2,
        code::INT | code::FLOAT | code::HANDLE => 4,
        code::LONG | code::DOUBLE | code::DATE | code::TIME => 8,
        code::TIMESTAMP => 12,
        code::UUID => 16,
        _ => return skip_variable(reader, at, code),
    };
    reader.bytes(width)?;
    Ok(0)
}

fn skip_variable(reader: &mut Reader<'_>, at: usize, code: u8) -> Result<usize> {
    match code {
        code::STRING | code::OPTIMIZED => skip_array(reader, 1),
        code::DECIMAL => {
            reader.i32()?;
            skip_array(reader, 1)
        }
        code::WRAPPED => {
            skip_array(reader, 1)?;
            reader.i32()?;
            Ok(0)
        }
        code::ENUM | code::BINARY_ENUM => {
            skip_type(reader)?;
            reader.i32()?;
            Ok(0)
        }
        code::CLASS => {
            skip_type(reader)?;
            Ok(0)
        }
        code::OBJECT => skip_complex(reader, at),
        code::TRANSFORMED => {
            reader.bytes(reader.remaining())?;
            Ok(0)
        }
        code::PROXY => {
            for _ in 0..reader.count(4)? {
                skip_type(reader)?;
            }
            Ok(1)
        }
        code::OBJECT_ARRAY | code::ENUM_ARRAY => {
            skip_type(reader)?;
            reader.count(1)
        }
        code::COLLECTION => {
            let count = reader.count(1)?;
            reader.i8()?;
            Ok(count)
        }
        code::MAP => {
            let count = reader.count(2)?;
            reader.i8()?;
            Ok(count * 2)
        }
        code::STRING_ARRAY
        | code::UUID_ARRAY
        | code::DATE_ARRAY
        | code::DECIMAL_ARRAY
        | code::TIMESTAMP_ARRAY
        | code::TIME_ARRAY => reader.count(1),
        code::BYTE_ARRAY | code::BOOL_ARRAY => skip_array(reader, 1),
        code::SHORT_ARRAY | code::CHAR_ARRAY => skip_array(reader, 2),
        code::INT_ARRAY | code::FLOAT_ARRAY => skip_array(reader, 4),
        code::LONG_ARRAY | code::DOUBLE_ARRAY => skip_array(reader, 8),
        _ => Err(DecodeError::unknown(at, "type code", i64::from(code))),
    }
}

fn skip_array(reader: &mut Reader<'_>, width: usize) -> Result<usize> {
    let count = reader.count(width)?;
    reader.bytes(count * width)?;
    Ok(0)
}

/// A type id, and a class name where that is 0.
fn skip_type(reader: &mut Reader<'_>) -> Result<()> {
    if reader.i32()? == 0 {
        let at = reader.position();
        if reader.u8()? != code::STRING {
            return Err(DecodeError::expected(at, "a class name"));
        }
        skip_array(reader, 1)?;
    }
    Ok(())
}

/// A complex object announces its own length.
fn skip_complex(reader: &mut Reader<'_>, start: usize) -> Result<usize> {
    let at = start + LENGTH_AT;
    let len = reader.at(at.min(reader.body().len()))?.i32()?;
    let len = usize::try_from(len).ok().filter(|len| *len >= HEADER_LEN);
    let len = len.ok_or(DecodeError::expected(at, "the length of an object, 24 at least"))?;
    // The code has been read already.
    reader.bytes(len - 1)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_costs_no_stack() {
        // 100,000 lists, each the only element of the one around it.
        let mut bytes = [24, 1, 0, 0, 0, 1].repeat(100_000);
        bytes.push(101);
        assert_eq!(skip(&mut Reader::new(&bytes)), Ok(0..bytes.len()));
        bytes.pop();
        assert!(skip(&mut Reader::new(&bytes)).is_err_and(|error| error.is_truncated()));
    }

    #[test]
    fn counts_that_cannot_be_true_are_refused_at_once() {
        for code in [code::COLLECTION, code::MAP, code::LONG_ARRAY, code::STRING_ARRAY, code::STRING] {
            let bytes = [code, 0xff, 0xff, 0xff, 0x7f, 1, 101, 101];
            assert!(skip(&mut Reader::new(&bytes)).is_err_and(|error| error.is_truncated()), "{code}");
        }
    }

    #[test]
    fn an_object_is_as_long_as_it_says() {
        let mut bytes = vec![103, 1, 0, 0];
        bytes.extend([0; 8]);
        bytes.extend(25_i32.to_le_bytes());
        bytes.extend([0; 9]);
        bytes.push(101);
        assert_eq!(skip(&mut Reader::new(&bytes)), Ok(0..25));
        bytes[12] = 23;
        let error = DecodeError::expected(12, "the length of an object, 24 at least");
        assert_eq!(skip(&mut Reader::new(&bytes)), Err(error));
    }

    #[test]
    fn unknown_codes_are_named() {
        assert_eq!(skip(&mut Reader::new(&[26])), Err(DecodeError::unknown(0, "type code", 26)));
    }
}
