//! The unscaled value of a decimal without its sign.

use std::cmp::Ordering;
use std::ops::Deref;

/// A natural number: four binary limbs where it fits, else decimal limbs on the heap.
///
/// The heap form counts in 10¹⁹, so that reading and writing text is linear in its length however long it is. Each
/// number has one form: `Large` only from 2²⁵⁶ on.
#[derive(Clone)]
pub(super) enum Magnitude {
    /// Below 2²⁵⁶, least significant limb first.
    Small([u64; 4]),
    /// Limbs below 10¹⁹, least significant first, the last of them not zero.
    Large(Box<[u64]>),
}

/// The largest power of ten in a `u64`.
const CHUNK: u64 = 10_000_000_000_000_000_000;
const CHUNK_DIGITS: usize = 19;
/// Digits of 2²⁵⁶ - 1.
const SMALL_DIGITS_MAX: usize = 78;

/// The decimal digits of a [`Magnitude`], without leading zeros.
pub(super) enum Digits {
    Inline([u8; SMALL_DIGITS_MAX], usize),
    Heap(Vec<u8>),
}

impl Deref for Digits {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Digits::Inline(buffer, start) => &buffer[*start..],
            Digits::Heap(digits) => digits,
        }
    }
}

impl Magnitude {
    pub(super) const ZERO: Magnitude = Magnitude::Small([0; 4]);

    pub(super) const fn from_u128(number: u128) -> Magnitude {
        Magnitude::Small([number as u64, (number >> 64) as u64, 0, 0])
    }

    pub(super) fn is_zero(&self) -> bool {
        matches!(self, Magnitude::Small([0, 0, 0, 0]))
    }

    pub(super) fn to_u128(&self) -> Option<u128> {
        match self {
            Magnitude::Small([low, high, 0, 0]) => Some(u128::from(*high) << 64 | u128::from(*low)),
            _ => None,
        }
    }

    /// The order of two small numbers.
    pub(super) fn cmp_small(&self, other: &Magnitude) -> Option<Ordering> {
        match (self, other) {
            (Magnitude::Small(a), Magnitude::Small(b)) => Some(a.iter().rev().cmp(b.iter().rev())),
            _ => None,
        }
    }

    /// The number with these ASCII digits.
    pub(super) fn from_digits<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> Magnitude {
        let digits = || parts.clone().flatten().copied().skip_while(|digit| *digit == b'0');
        let count = digits().count();
        if count <= SMALL_DIGITS_MAX
            && let Some(limbs) = small_from_digits(digits())
        {
            return Magnitude::Small(limbs);
        }
        let mut limbs = Vec::with_capacity(count.div_ceil(CHUNK_DIGITS));
        let mut limb = 0;
        // The first chunk is the short one, so that all others are whole.
        let mut missing = (count - 1) % CHUNK_DIGITS + 1;
        for digit in digits() {
            limb = limb * 10 + u64::from(digit - b'0');
            missing -= 1;
            if missing == 0 {
                limbs.push(limb);
                (limb, missing) = (0, CHUNK_DIGITS);
            }
        }
        limbs.reverse();
        Magnitude::Large(limbs.into_boxed_slice())
    }

    /// The absolute value of a two's complement number, most significant byte first.
    pub(super) fn from_signed_be_bytes(bytes: &[u8]) -> Magnitude {
        if let Some(small) = small_from_be_bytes(bytes) {
            return small;
        }
        let sign_byte = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        let mut limbs: Vec<u64> = bytes
            .rchunks(8)
            .map(|chunk| {
                let mut padded = [sign_byte; 8];
                padded[8 - chunk.len()..].copy_from_slice(chunk);
                u64::from_be_bytes(padded)
            })
            .collect();
        if sign_byte != 0 {
            // The magnitude of the least number has one bit more than the number.
            limbs.push(u64::MAX);
            negate(&mut limbs);
        }
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        if limbs.len() <= 4 {
            let mut small = [0; 4];
            small[..limbs.len()].copy_from_slice(&limbs);
            return Magnitude::Small(small);
        }
        let mut large = Vec::with_capacity(limbs.len() + limbs.len() / 50 + 1);
        while !limbs.is_empty() {
            large.push(div_rem(&mut limbs, CHUNK));
            while limbs.last() == Some(&0) {
                limbs.pop();
            }
        }
        Magnitude::Large(large.into_boxed_slice())
    }

    /// Two's complement of the number or its negative, most significant byte first, as short as can be.
    pub(super) fn to_signed_be_bytes(&self, negative: bool) -> Vec<u8> {
        let mut limbs = match self {
            Magnitude::Small(limbs) => limbs.to_vec(),
            Magnitude::Large(chunks) => {
                let mut limbs = Vec::with_capacity(chunks.len() + 1);
                for chunk in chunks.iter().rev() {
                    let carry = mul_add(&mut limbs, CHUNK, *chunk);
                    if carry != 0 {
                        limbs.push(carry);
                    }
                }
                limbs
            }
        };
        limbs.push(0);
        if negative {
            negate(&mut limbs);
        }
        let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        let sign_byte = if negative { 0xff } else { 0 };
        let is_filler = |pair: &[u8]| pair[0] == sign_byte && (pair[1] ^ sign_byte) & 0x80 == 0;
        let start = bytes.windows(2).take_while(|pair| is_filler(pair)).count();
        bytes[start..].to_vec()
    }

    pub(super) fn digits(&self) -> Digits {
        match self {
            Magnitude::Small(limbs) => small_digits(*limbs),
            Magnitude::Large(chunks) => {
                let mut digits = Vec::with_capacity(chunks.len() * CHUNK_DIGITS);
                for chunk in chunks.iter().rev() {
                    let mut padded = [b'0'; CHUNK_DIGITS];
                    write_digits(*chunk, &mut padded);
                    let start = if digits.is_empty() { significant(&padded) } else { 0 };
                    digits.extend_from_slice(&padded[start..]);
                }
                Digits::Heap(digits)
            }
        }
    }

    /// The number times a power of ten, below 2²⁵⁶.
    pub(super) fn small_scaled(&self, zeros: u32) -> Option<[u64; 4]> {
        let Magnitude::Small(mut limbs) = *self else {
            return None;
        };
        if self.is_zero() {
            return Some(limbs);
        }
        if zeros as usize >= SMALL_DIGITS_MAX {
            return None;
        }
        let mut left = zeros as usize;
        while left > 0 {
            let step = left.min(CHUNK_DIGITS);
            if mul_add(&mut limbs, 10_u64.pow(step as u32), 0) != 0 {
                return None;
            }
            left -= step;
        }
        Some(limbs)
    }
}

/// The number that these bytes are, where it is not below zero and short: most are, and need no allocation.
fn small_from_be_bytes(bytes: &[u8]) -> Option<Magnitude> {
    let mut limbs = [0; 4];
    if bytes.len() > 8 * limbs.len() || bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        return None;
    }
    for (limb, chunk) in limbs.iter_mut().zip(bytes.rchunks(8)) {
        *limb = chunk.iter().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
    }
    Some(Magnitude::Small(limbs))
}

fn small_from_digits(digits: impl Iterator<Item = u8>) -> Option<[u64; 4]> {
    let mut limbs = [0; 4];
    let (mut chunk, mut weight) = (0, 1);
    for digit in digits {
        chunk = chunk * 10 + u64::from(digit - b'0');
        weight *= 10;
        if weight == CHUNK {
            if mul_add(&mut limbs, weight, chunk) != 0 {
                return None;
            }
            (chunk, weight) = (0, 1);
        }
    }
    (mul_add(&mut limbs, weight, chunk) == 0).then_some(limbs)
}

fn small_digits(mut limbs: [u64; 4]) -> Digits {
    let mut buffer = [b'0'; SMALL_DIGITS_MAX];
    let mut end = SMALL_DIGITS_MAX;
    while limbs != [0; 4] {
        // 78 digits are four whole chunks and two digits, which is all that is left for the fifth.
        let start = end.saturating_sub(CHUNK_DIGITS);
        write_digits(div_rem(&mut limbs, CHUNK), &mut buffer[start..end]);
        end = start;
    }
    let start = significant(&buffer);
    Digits::Inline(buffer, start)
}

/// Index of the first digit other than zero, or of the last one.
fn significant(digits: &[u8]) -> usize {
    digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len() - 1)
}

fn write_digits(mut number: u64, out: &mut [u8]) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Multiplies and adds in place; returns what did not fit.
fn mul_add(limbs: &mut [u64], factor: u64, summand: u64) -> u64 {
    let mut carry = u128::from(summand);
    for limb in limbs {
        carry += u128::from(*limb) * u128::from(factor);
        *limb = carry as u64;
        carry >>= 64;
    }
    carry as u64
}

/// Divides in place; returns the remainder.
fn div_rem(limbs: &mut [u64], divisor: u64) -> u64 {
    let mut remainder = 0_u64;
    for limb in limbs.iter_mut().rev() {
        if remainder == 0 && *limb < divisor {
            (remainder, *limb) = (*limb, 0);
            continue;
        }
        let dividend = u128::from(remainder) << 64 | u128::from(*limb);
        *limb = (dividend / u128::from(divisor)) as u64;
        remainder = (dividend % u128::from(divisor)) as u64;
    }
    remainder
}

/// Two's complement in place.
fn negate(limbs: &mut [u64]) {
    let mut carry = true;
    for limb in limbs {
        (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
    }
}
