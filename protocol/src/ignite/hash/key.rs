//! The hash code of a key.

use super::super::error::DecodeError;
use super::super::value::{Elements, Object, TypeRef};
use super::{NameMapper, long_hash, string_hash, type_id};

/// How deep collections may be nested in a key.
const DEPTH_MAX: usize = 32;

/// `hashCode` of a key as the server sees it, which decides the partition; `None` where that is not a function of the
/// key's bytes (arrays, classes, proxies, Java objects of the optimized marshaller).
///
/// # Errors
/// Where the key cannot be read to its end, or is nested deeper than 32 collections.
pub fn key_hash(key: &Object<'_>) -> Result<Option<i32>, DecodeError> {
    hash(key, 0)
}

fn hash(key: &Object<'_>, depth: usize) -> Result<Option<i32>, DecodeError> {
    Ok(Some(match *key {
        Object::Null => 0,
        Object::Byte(number) => i32::from(number),
        Object::Short(number) => i32::from(number),
        Object::Int(number) => number,
        Object::Long(number) => long_hash(number),
        // Java knows one NaN.
        Object::Float(number) if number.is_nan() => f32::NAN.to_bits().cast_signed(),
        Object::Float(number) => number.to_bits().cast_signed(),
        Object::Double(number) if number.is_nan() => long_hash(f64::NAN.to_bits().cast_signed()),
        Object::Double(number) => long_hash(number.to_bits().cast_signed()),
        Object::Char(unit) => i32::from(unit),
        Object::Bool(true) => 1231,
        Object::Bool(false) => 1237,
        Object::String(text) => string_hash(&text.text()),
        Object::Uuid(uuid) => {
            let number = uuid.as_u128();
            long_hash(((number >> 64) as u64 ^ number as u64).cast_signed())
        }
        Object::Date(millis) | Object::SqlDate(millis) | Object::Time(millis) => long_hash(millis.0),
        // The nanoseconds do not count.
        Object::Timestamp(instant) => {
            let millis =
                instant.secs().wrapping_mul(1000).wrapping_add(i64::from(instant.subsec_nanos() / 1_000_000));
            long_hash(millis)
        }
        Object::Decimal(decimal) => decimal.hash(),
        Object::Complex(object) | Object::Wrapped { object, .. } => object.hash(),
        Object::Enum { class, ordinal } | Object::BinaryEnum { class, ordinal } => {
            let id = match class {
                TypeRef::Id(id) => id,
                TypeRef::Name(name) => type_id(&name.text(), NameMapper::Full),
            };
            id.wrapping_mul(31).wrapping_add(ordinal)
        }
        Object::Collection { kind, elements } => {
            return elements_hash(elements, kind.is_set(), depth);
        }
        Object::Map { entries, .. } => {
            let mut sum = 0_i32;
            for entry in entries {
                let (key, value) = entry?;
                let (Some(key), Some(value)) = (nested(key, depth)?, nested(value, depth)?) else {
                    return Ok(None);
                };
                sum = sum.wrapping_add(key ^ value);
            }
            sum
        }
        Object::Handle(_)
        | Object::Duration(_)
        | Object::Period(_)
        | Object::Bytes(_)
        | Object::Shorts(_)
        | Object::Ints(_)
        | Object::Longs(_)
        | Object::Floats(_)
        | Object::Doubles(_)
        | Object::Chars(_)
        | Object::Bools(_)
        | Object::Typed { .. }
        | Object::Array { .. }
        | Object::EnumArray { .. }
        | Object::Class(_)
        | Object::Proxy { .. }
        | Object::Optimized(_)
        | Object::Transformed(_) => return Ok(None),
    }))
}

fn elements_hash(elements: Elements<'_>, is_set: bool, depth: usize) -> Result<Option<i32>, DecodeError> {
    let mut sum = if is_set { 0_i32 } else { 1 };
    for element in elements {
        let Some(element) = nested(element?, depth)? else {
            return Ok(None);
        };
        sum = if is_set { sum } else { sum.wrapping_mul(31) }.wrapping_add(element);
    }
    Ok(Some(sum))
}

/// The hash of an element. One that is a handle has none here: it could be the collection itself.
fn nested(element: Object<'_>, depth: usize) -> Result<Option<i32>, DecodeError> {
    if depth == DEPTH_MAX {
        return Err(DecodeError::too_much(0, "collections in each other in a key", DEPTH_MAX));
    }
    hash(&element, depth + 1)
}
