//! Decimals from and to integers, exactly.

use super::super::ConversionError;
use super::Decimal;
use super::magnitude::Magnitude;
use super::trim_zeros;

impl Decimal {
    /// The unscaled value at another scale, as an `i128` (Arrow's `Decimal32`, `Decimal64` and `Decimal128`).
    ///
    /// # Errors
    /// Where digits other than zero would be cut off, or the result is beyond an `i128`.
    pub fn to_i128(&self, scale: i32) -> Result<i128, ConversionError> {
        let error =
            ConversionError::new("decimal", "an i128 of the asked scale", "up to 38 digits, none cut off");
        let magnitude = match self.limbs_at(scale) {
            Some([low, high, 0, 0]) => u128::from(high) << 64 | u128::from(low),
            _ => return Err(error),
        };
        if self.negative { 0_i128.checked_sub_unsigned(magnitude) } else { i128::try_from(magnitude).ok() }
            .ok_or(error)
    }

    /// The unscaled value at another scale, as 32 bytes of two's complement, least significant first (Arrow's
    /// `Decimal256`).
    ///
    /// # Errors
    /// Where digits other than zero would be cut off, or the result is beyond 256 bits.
    pub fn to_i256_le_bytes(&self, scale: i32) -> Result<[u8; 32], ConversionError> {
        let error =
            ConversionError::new("decimal", "256 bits of the asked scale", "up to 76 digits, none cut off");
        let limbs = self.limbs_at(scale).ok_or(error)?;
        let be = Magnitude::Small(limbs).to_signed_be_bytes(self.negative);
        let mut bytes = [if self.negative && limbs != [0; 4] { 0xff } else { 0 }; 32];
        let target = bytes.get_mut(..be.len()).ok_or(error)?;
        for (byte, value) in target.iter_mut().zip(be.iter().rev()) {
            *byte = *value;
        }
        Ok(bytes)
    }

    /// The magnitude of the unscaled value at another scale, if that is exact and below 2²⁵⁶.
    fn limbs_at(&self, scale: i32) -> Option<[u64; 4]> {
        let shift = i64::from(scale) - i64::from(self.scale);
        if self.is_zero() {
            return Some([0; 4]);
        }
        if shift >= 0 {
            return self.magnitude.small_scaled(u32::try_from(shift).ok()?);
        }
        let digits = self.magnitude.digits();
        let cut = usize::try_from(-shift).ok()?;
        let kept_len = digits.len().checked_sub(cut)?;
        if trim_zeros(&digits).len() > kept_len {
            return None;
        }
        match Magnitude::from_digits(std::iter::once(&digits[..kept_len])) {
            Magnitude::Small(limbs) => Some(limbs),
            Magnitude::Large(_) => None,
        }
    }
}

macro_rules! from_integer {
    ($($ty:ident $negative:expr, $magnitude:expr;)*) => {$(
        impl From<$ty> for Decimal {
            fn from(number: $ty) -> Decimal {
                let magnitude: fn($ty) -> u128 = $magnitude;
                let negative: fn($ty) -> bool = $negative;
                Decimal::new(negative(number), Magnitude::from_u128(magnitude(number)), 0)
            }
        }
    )*};
}

from_integer! {
    i8 |n| n < 0, |n| n.unsigned_abs().into();
    i16 |n| n < 0, |n| n.unsigned_abs().into();
    i32 |n| n < 0, |n| n.unsigned_abs().into();
    i64 |n| n < 0, |n| n.unsigned_abs().into();
    i128 |n| n < 0, |n| n.unsigned_abs();
    u8 |_| false, u128::from;
    u16 |_| false, u128::from;
    u32 |_| false, u128::from;
    u64 |_| false, u128::from;
    u128 |_| false, |n| n;
}

macro_rules! to_integer {
    ($($ty:ident $range:literal),*) => {$(
        /// Exact: a fraction other than zero is an error.
        impl TryFrom<&Decimal> for $ty {
            type Error = ConversionError;

            fn try_from(decimal: &Decimal) -> Result<$ty, ConversionError> {
                let error = ConversionError::new("decimal", stringify!($ty), $range);
                let Some([low, high, 0, 0]) = decimal.limbs_at(0) else {
                    return Err(error);
                };
                let magnitude = u128::from(high) << 64 | u128::from(low);
                let number = if decimal.negative {
                    0_i128.checked_sub_unsigned(magnitude).and_then(|number| $ty::try_from(number).ok())
                } else {
                    $ty::try_from(magnitude).ok()
                };
                number.ok_or(error)
            }
        }

        /// Exact: a fraction other than zero is an error.
        impl TryFrom<Decimal> for $ty {
            type Error = ConversionError;

            fn try_from(decimal: Decimal) -> Result<$ty, ConversionError> {
                $ty::try_from(&decimal)
            }
        }
    )*};
}

to_integer! {
    i8 "whole numbers from -2^7 to 2^7 - 1",
    i16 "whole numbers from -2^15 to 2^15 - 1",
    i32 "whole numbers from -2^31 to 2^31 - 1",
    i64 "whole numbers from -2^63 to 2^63 - 1",
    i128 "whole numbers from -2^127 to 2^127 - 1",
    u8 "whole numbers from 0 to 2^8 - 1",
    u16 "whole numbers from 0 to 2^16 - 1",
    u32 "whole numbers from 0 to 2^32 - 1",
    u64 "whole numbers from 0 to 2^64 - 1",
    u128 "whole numbers from 0 to 2^128 - 1"
}
