//! `BigDecimal`: a scale, and the magnitude of the unscaled value with the sign in its top bit.

use querent_types::value::Decimal;

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::super::writer::Writer;
use super::code;

/// The longest magnitude that is made a [`Decimal`], 39,000 digits: turning bytes into digits is quadratic.
const MAGNITUDE_LEN_MAX: usize = 16 * 1024;

/// A decimal as it came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DecimalBytes<'a> {
    at: usize,
    scale: i32,
    magnitude: &'a [u8],
}

impl<'a> DecimalBytes<'a> {
    /// Reads the scale and the magnitude, after the code.
    ///
    /// # Errors
    /// Where there are fewer bytes than they say, or none.
    pub fn read(reader: &mut Reader<'a>) -> Result<DecimalBytes<'a>, DecodeError> {
        let scale = reader.i32()?;
        let at = reader.position();
        let len = reader.count(1)?;
        if len == 0 {
            return Err(DecodeError::expected(at, "a magnitude of one byte at least"));
        }
        Ok(DecimalBytes { at, scale, magnitude: reader.bytes(len)? })
    }

    /// Digits right of the decimal point.
    pub fn scale(&self) -> i32 {
        self.scale
    }

    /// Whether the sign is set.
    pub fn is_negative(&self) -> bool {
        self.magnitude.first().is_some_and(|byte| byte & 0x80 != 0)
    }

    /// The number, with its scale.
    ///
    /// # Errors
    /// Where it has more than 16 KiB.
    pub fn decimal(&self) -> Result<Decimal, DecodeError> {
        if self.magnitude.len() > MAGNITUDE_LEN_MAX {
            return Err(DecodeError::too_much(self.at, "bytes of a decimal", MAGNITUDE_LEN_MAX));
        }
        if !self.is_negative() {
            return Ok(Decimal::from_signed_be_bytes(self.magnitude, self.scale));
        }
        let mut unscaled: Vec<u8> = self.magnitude_bytes().collect();
        negate(&mut unscaled);
        Ok(Decimal::from_signed_be_bytes(&unscaled, self.scale))
    }

    /// `BigDecimal.hashCode`.
    pub(crate) fn hash(&self) -> i32 {
        let len = self.magnitude.len();
        let magnitude =
            self.magnitude_bytes().enumerate().fold((0_i32, 0_u32), |(hash, word), (idx, byte)| {
                let word = word << 8 | u32::from(byte);
                // Words of four bytes, counted from the end; leading zero words leave the hash 0.
                if (len - idx) % 4 == 1 {
                    (hash.wrapping_mul(31).wrapping_add(word.cast_signed()), 0)
                } else {
                    (hash, word)
                }
            });
        let unscaled = if self.is_negative() { magnitude.0.wrapping_neg() } else { magnitude.0 };
        unscaled.wrapping_mul(31).wrapping_add(self.scale)
    }

    /// The magnitude without the sign.
    fn magnitude_bytes(&self) -> impl Iterator<Item = u8> + 'a {
        self.magnitude.iter().enumerate().map(|(idx, byte)| if idx == 0 { byte & 0x7f } else { *byte })
    }
}

impl std::fmt::Debug for DecimalBytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DecimalBytes({} bytes)", self.magnitude.len())
    }
}

/// Writes a decimal object.
pub fn write_decimal(writer: &mut Writer, decimal: &Decimal) {
    let mut magnitude = decimal.to_signed_be_bytes();
    if decimal.is_negative() {
        // A byte more, for the magnitude of the least number of so many bytes has one bit more.
        magnitude.insert(0, 0xff);
        negate(&mut magnitude);
        let spare = magnitude.windows(2).take_while(|pair| pair[0] == 0 && pair[1] & 0x80 == 0).count();
        magnitude.drain(..spare);
        if let Some(first) = magnitude.first_mut() {
            *first |= 0x80;
        }
    }
    writer.u8(code::DECIMAL);
    writer.i32(decimal.scale());
    writer.count(magnitude.len());
    writer.bytes(&magnitude);
}

/// Two's complement in place, most significant byte first.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        let decimal: Decimal = text.parse().unwrap();
        let mut writer = Writer::new(100_000);
        write_decimal(&mut writer, &decimal);
        let bytes = writer.finish().unwrap();
        let read = DecimalBytes::read(&mut Reader::new(&bytes[1..])).unwrap();
        let back = read.decimal().unwrap();
        assert_eq!((back.to_string(), back.scale()), (decimal.to_string(), decimal.scale()));
        assert_eq!(read.is_negative(), decimal.is_negative());
    }

    #[test]
    fn every_length_and_sign_comes_back() {
        for exponent in 0..300 {
            // Powers of two are where bytes and words end.
            let mut digits = Decimal::from_parts(1, 0).to_signed_be_bytes();
            digits.resize(exponent / 8 + 1, 0);
            for unscaled in [digits.clone(), {
                let mut negative = digits;
                negate(&mut negative);
                negative
            }] {
                check(&Decimal::from_signed_be_bytes(&unscaled, 7).to_string());
            }
        }
        for text in ["0.00", "-0.01", "1.50", "170141183460469231731687303715884105728"] {
            check(text);
        }
    }

    #[test]
    fn negative_zero_is_zero() {
        let bytes = [0, 0, 0, 0, 1, 0, 0, 0, 0x80];
        let zero = DecimalBytes::read(&mut Reader::new(&bytes)).unwrap().decimal().unwrap();
        assert!(zero.is_zero() && !zero.is_negative());
    }

    #[test]
    fn no_magnitude_and_too_much_of_it_are_refused() {
        assert_eq!(DecimalBytes::read(&mut Reader::new(&[0; 8])).unwrap_err().offset(), 4);
        let mut bytes = vec![0; 4];
        bytes.extend(20_000_i32.to_le_bytes());
        bytes.resize(20_008, 1);
        let long = DecimalBytes::read(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(long.decimal(), Err(DecodeError::too_much(4, "bytes of a decimal", 16_384)));
    }
}
