//! An exact decimal number.
//!
//! Here are the type, its order and its conversions from and to integers; [`magnitude`] holds the digits, [`text`]
//! reads and writes them.

mod integer;
mod magnitude;
mod text;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use magnitude::Magnitude;

/// An exact decimal number of any size: an integer (the *unscaled* value) times 10 to the power of minus the *scale*.
///
/// The unscaled value has no bound; up to 256 bits (77 digits, all that Arrow's decimals hold) it lives inside the
/// value, without a heap allocation. The scale is an `i32`; below zero it counts zeros left of the decimal point. There
/// is no NaN, no infinity and no negative zero, and no arithmetic: convert to `rust_decimal` or `bigdecimal` for that.
///
/// Equality, order and hash are numeric: `1.0 == 1.00`, though both keep their scale and print it. The text has no
/// exponent (`1200`, `-0.05`), except beyond a thousand padding zeros (`1E+2000000000`), so that no number from a wire
/// makes a text out of proportion; reading takes an exponent anywhere, and gives back an equal number, of the same
/// scale where that was not negative.
///
/// ```
/// use querent_types::value::Decimal;
///
/// let price: Decimal = "-12.50".parse()?;
/// assert_eq!((price.to_string().as_str(), price.scale()), ("-12.50", 2));
/// assert_eq!(price, Decimal::from_parts(-125, 1));
/// assert_eq!(Decimal::from_parts(12, -2).to_string(), "1200");
/// # Ok::<(), querent_types::value::ParseValueError>(())
/// ```
#[derive(Clone)]
pub struct Decimal {
    /// Never set for zero.
    negative: bool,
    scale: i32,
    magnitude: Magnitude,
}

impl Decimal {
    /// 0, of scale 0.
    pub const ZERO: Decimal = Decimal { negative: false, scale: 0, magnitude: Magnitude::ZERO };

    fn new(negative: bool, magnitude: Magnitude, scale: i32) -> Decimal {
        Decimal { negative: negative && !magnitude.is_zero(), scale, magnitude }
    }

    /// `unscaled` · 10^-`scale`.
    pub fn from_parts(unscaled: i128, scale: i32) -> Decimal {
        Decimal::new(unscaled < 0, Magnitude::from_u128(unscaled.unsigned_abs()), scale)
    }

    /// The unscaled value as 32 bytes of two's complement, least significant first (Arrow's `Decimal256`).
    pub fn from_i256_le_bytes(unscaled: [u8; 32], scale: i32) -> Decimal {
        let mut be = unscaled;
        be.reverse();
        Decimal::from_signed_be_bytes(&be, scale)
    }

    /// The unscaled value as two's complement of any length, most significant byte first (Java's `BigInteger`).
    ///
    /// No bytes at all are zero.
    pub fn from_signed_be_bytes(unscaled: &[u8], scale: i32) -> Decimal {
        let negative = unscaled.first().is_some_and(|byte| byte & 0x80 != 0);
        Decimal::new(negative, Magnitude::from_signed_be_bytes(unscaled), scale)
    }

    /// The unscaled value as two's complement, most significant byte first, in as few bytes as hold it (at least one).
    pub fn to_signed_be_bytes(&self) -> Vec<u8> {
        self.magnitude.to_signed_be_bytes(self.negative)
    }

    /// Digits right of the decimal point; negative where there are zeros left of it that are not stored.
    pub fn scale(&self) -> i32 {
        self.scale
    }

    /// Number of digits of the unscaled value; 1 for zero.
    pub fn precision(&self) -> usize {
        self.magnitude.digits().len()
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether it is zero, of any scale.
    pub fn is_zero(&self) -> bool {
        self.magnitude.is_zero()
    }

    /// The same number without zeros at the end of its fraction: `12.50` gives `12.5`, `12.00` gives `12`, of scale 0.
    pub fn normalized(&self) -> Decimal {
        let digits = self.magnitude.digits();
        let zeros = if self.is_zero() { i64::MAX } else { (digits.len() - trim_zeros(&digits).len()) as i64 };
        // At most the scale, so it fits again.
        let cut = zeros.min(i64::from(self.scale)).max(0);
        if cut == 0 {
            return self.clone();
        }
        let kept = &digits[..digits.len().saturating_sub(cut as usize)];
        let magnitude = Magnitude::from_digits(std::iter::once(kept));
        Decimal::new(self.negative, magnitude, self.scale - cut as i32)
    }

    /// The nearest `f64`, ties to even; infinite where the number is too large for one.
    pub fn to_f64(&self) -> f64 {
        text::to_f64(self)
    }

    /// The power of ten of the first digit, plus one: 3 for 123 and 123.4, 0 for 0.5.
    fn exponent(&self, digit_count: usize) -> i64 {
        digit_count as i64 - i64::from(self.scale)
    }

    fn cmp_magnitude(&self, other: &Decimal) -> Ordering {
        if self.scale == other.scale
            && let Some(order) = self.magnitude.cmp_small(&other.magnitude)
        {
            return order;
        }
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let (a, b) = (self.magnitude.digits(), other.magnitude.digits());
        self.exponent(a.len())
            .cmp(&other.exponent(b.len()))
            // Digits as fractions 0.ddd: the shorter one counts as filled up with zeros.
            .then_with(|| trim_zeros(&a).cmp(trim_zeros(&b)))
    }
}

/// Without the zeros at the end.
fn trim_zeros(digits: &[u8]) -> &[u8] {
    let len = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    &digits[..len]
}

impl Default for Decimal {
    /// 0, of scale 0.
    fn default() -> Decimal {
        Decimal::ZERO
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.is_zero() {
            return 0_u8.hash(state);
        }
        let digits = self.magnitude.digits();
        self.negative.hash(state);
        self.exponent(digits.len()).hash(state);
        trim_zeros(&digits).hash(state);
    }
}
