//! `bigdecimal`, which has no bound on the digits either, and an `i64` for the scale.

use ::bigdecimal::{BigDecimal, num_bigint::BigInt};

use super::super::{ConversionError, Decimal};

impl From<&Decimal> for BigDecimal {
    fn from(value: &Decimal) -> BigDecimal {
        let unscaled = BigInt::from_signed_bytes_be(&value.to_signed_be_bytes());
        BigDecimal::new(unscaled, i64::from(value.scale()))
    }
}

impl From<Decimal> for BigDecimal {
    fn from(value: Decimal) -> BigDecimal {
        BigDecimal::from(&value)
    }
}

impl TryFrom<&BigDecimal> for Decimal {
    type Error = ConversionError;

    fn try_from(value: &BigDecimal) -> Result<Decimal, ConversionError> {
        let (unscaled, scale) = value.as_bigint_and_exponent();
        let scale = i32::try_from(scale).map_err(|_| {
            ConversionError::new("bigdecimal::BigDecimal", "querent's Decimal", "scales of 32 bits")
        })?;
        Ok(Decimal::from_signed_be_bytes(&unscaled.to_signed_bytes_be(), scale))
    }
}

impl TryFrom<BigDecimal> for Decimal {
    type Error = ConversionError;

    fn try_from(value: BigDecimal) -> Result<Decimal, ConversionError> {
        Decimal::try_from(&value)
    }
}
