//! One number type for two (`datafusion-expr-common` 55.2, `type_coercion/binary.rs`): integers, floats and decimals.

use querent_types::{DecimalWidth, SqlType};

use super::shape::*;

/// Two numbers: a decimal wins over a float here, unlike in arithmetic.
pub(super) fn numbers(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    if !a.is_numeric() || !b.is_numeric() {
        return None;
    }
    if a == b {
        return Some(a.clone());
    }
    decimals(a, b).or_else(|| plain_numbers(a, b))
}

/// The decimal that holds both, where at least one is a decimal.
pub(super) fn decimals(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    match (decimal(a), decimal(b)) {
        (Some((wa, ..)), Some((wb, ..))) if wa == wb => wider_decimal(a, b),
        (Some(_), Some(_)) => wider_decimal_across(a, b),
        (Some((width, ..)), None) => wider_decimal(a, &number_as_decimal(b, width)?),
        (None, Some((width, ..))) => wider_decimal(b, &number_as_decimal(a, width)?),
        (None, None) => None,
    }
}

/// Precision and scale that hold every digit of both.
fn digits_of_both(a: &SqlType, b: &SqlType) -> Option<(u8, i8)> {
    let ((_, pa, sa), (_, pb, sb)) = (decimal(a)?, decimal(b)?);
    let scale = sa.max(sb);
    let whole = (pa as i16 - sa as i16).max(pb as i16 - sb as i16);
    Some((u8::try_from(whole + scale as i16).ok()?, scale))
}

fn wider_decimal(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    let (precision, scale) = digits_of_both(a, b)?;
    Some(decimal_within(decimal(a)?.0, precision, scale))
}

/// Two decimals of unlike width: the wider one, refused where the digits do not fit.
pub(super) fn wider_decimal_across(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    let width = decimal(a)?.0.max(decimal(b)?.0);
    let (precision, scale) = digits_of_both(a, b)?;
    (precision <= precision_max(width)).then_some(SqlType::Decimal { width, precision, scale })
}

/// The decimal in which a number is read beside a decimal of the given width.
pub(super) fn number_as_decimal(ty: &SqlType, width: DecimalWidth) -> Option<SqlType> {
    let (precision, scale) = match ty {
        SqlType::Int8 | SqlType::UInt8 => (3, 0),
        SqlType::Int16 | SqlType::UInt16 => (5, 0),
        SqlType::Float16 => (6, 3),
        SqlType::Int32 | SqlType::UInt32 if width >= DecimalWidth::W64 => (10, 0),
        SqlType::Float32 if width >= DecimalWidth::W64 => (14, 7),
        SqlType::Int64 | SqlType::UInt64 if width >= DecimalWidth::W128 => (20, 0),
        SqlType::Float64 if width >= DecimalWidth::W128 => (30, 15),
        _ => return None,
    };
    Some(SqlType::Decimal { width, precision, scale })
}

/// Two numbers of which none is a decimal: the narrowest type that holds both, a float where one is a float.
pub(super) fn plain_numbers(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    for float in [SqlType::Float64, SqlType::Float32, SqlType::Float16] {
        if *a == float || *b == float {
            return Some(float);
        }
    }
    let (bits_a, bits_b) = (integer_bits(a), integer_bits(b));
    let (signed_a, signed_b) = (a.is_signed_integer(), b.is_signed_integer());
    // An operand that is no integer (a NULL or a decimal) takes the other's type, as in the engine.
    let (Some(bits_a), Some(bits_b)) = (bits_a, bits_b) else {
        return if bits_a.is_some() {
            Some(a.clone())
        } else if bits_b.is_some() {
            Some(b.clone())
        } else {
            None
        };
    };
    if signed_a == signed_b {
        return Some(if bits_a >= bits_b { a.clone() } else { b.clone() });
    }
    let (signed, unsigned) = if signed_a { (bits_a, bits_b) } else { (bits_b, bits_a) };
    if unsigned == 64 {
        // No integer holds both ranges.
        return Some(SqlType::decimal128(20, 0));
    }
    Some(signed_integer(signed.max(unsigned * 2)))
}

/// The width of an integer type.
pub(super) fn integer_bits(ty: &SqlType) -> Option<u8> {
    Some(match ty {
        SqlType::Int8 | SqlType::UInt8 => 8,
        SqlType::Int16 | SqlType::UInt16 => 16,
        SqlType::Int32 | SqlType::UInt32 => 32,
        SqlType::Int64 | SqlType::UInt64 => 64,
        _ => return None,
    })
}

fn signed_integer(bits: u8) -> SqlType {
    match bits {
        8 => SqlType::Int8,
        16 => SqlType::Int16,
        32 => SqlType::Int32,
        _ => SqlType::Int64,
    }
}
