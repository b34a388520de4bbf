//! Node ids in messages: two `i64`, the most significant first, each little-endian.

use querent_types::value::Uuid;

use super::error::DecodeError;
use super::reader::Reader;
use super::value::code;
use super::writer::Writer;

/// Reads the 16 bytes alone.
pub(crate) fn read(r: &mut Reader<'_>) -> Result<Uuid, DecodeError> {
    let (most, least) = (r.u64()?, r.u64()?);
    Ok(Uuid::from_bytes((u128::from(most) << 64 | u128::from(least)).to_be_bytes()))
}

/// Reads an object, or null.
pub(crate) fn read_object(r: &mut Reader<'_>) -> Result<Option<Uuid>, DecodeError> {
    let at = r.position();
    match r.u8()? {
        code::UUID => read(r).map(Some),
        code::NULL => Ok(None),
        _ => Err(DecodeError::expected(at, "a UUID or null")),
    }
}

/// Writes the 16 bytes alone.
pub(crate) fn write(w: &mut Writer, id: Uuid) {
    let number = u128::from_be_bytes(*id.as_bytes());
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let (most, least) = ((number >> 64) as u64, number as u64);
    w.u64(most);
    w.u64(least);
}
