//! `rust_decimal`, which holds 96 bits and scales 0 to 28.

use ::rust_decimal::Decimal as Decimal96;

use super::super::{ConversionError, Decimal};

const SCALE_MAX: i32 = 28;

impl From<Decimal96> for Decimal {
    fn from(value: Decimal96) -> Decimal {
        // The scale is at most 28.
        Decimal::from_parts(value.mantissa(), value.scale() as i32)
    }
}

/// Exact; the scale is kept where it fits, and zeros at the end of the fraction are given up where that helps.
impl TryFrom<&Decimal> for Decimal96 {
    type Error = ConversionError;

    fn try_from(value: &Decimal) -> Result<Decimal96, ConversionError> {
        let wanted = value.scale().clamp(0, SCALE_MAX);
        (0..=wanted)
            .rev()
            .find_map(|scale| {
                Decimal96::try_from_i128_with_scale(value.to_i128(scale).ok()?, scale as u32).ok()
            })
            .ok_or(ConversionError::new("decimal", "rust_decimal::Decimal", "96 bits and scales 0 to 28"))
    }
}

/// Exact; the scale is kept where it fits, and zeros at the end of the fraction are given up where that helps.
impl TryFrom<Decimal> for Decimal96 {
    type Error = ConversionError;

    fn try_from(value: Decimal) -> Result<Decimal96, ConversionError> {
        Decimal96::try_from(&value)
    }
}
