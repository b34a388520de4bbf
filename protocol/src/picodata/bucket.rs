//! The bucket of a row: `murmur3_32(encodings of the key's columns, one after another) % bucket_count + 1`.
//!
//! The encodings are MessagePack as the server hashes it (25.6 and 26.1), which is MessagePack with exceptions: a text
//! has no header, and a whole DOUBLE is an integer. Nothing is allocated. Which columns make the key, and where its
//! bucket lives, is not decided here.

use querent_types::value::Decimal;

use super::murmur3::Murmur3;

/// The seed of every Picodata server.
const SEED: u32 = 13;

const NIL: u8 = 0xc0;
const FALSE: u8 = 0xc2;
const TRUE: u8 = 0xc3;
const EXT_8: u8 = 0xc7;
const FLOAT_64: u8 = 0xcb;
const FIXEXT_1: u8 = 0xd4;
const FIXEXT_8: u8 = 0xd7;
const FIXEXT_16: u8 = 0xd8;

const EXT_DECIMAL: u8 = 1;
const EXT_UUID: u8 = 2;
const EXT_DATETIME: u8 = 4;

/// Digits, and digits of the fraction, that a DECIMAL may have as a parameter (26.1); what a server does beyond it is not
/// known.
const DECIMAL_DIGITS_MAX: usize = 28;

/// Hashes a distribution key to its bucket: the values of its columns are pushed in the order of `distribution`.
///
/// A wrong bucket costs a hop and nothing else, for every node forwards what is not its own. A value of which the
/// server's encoding is not known makes no bucket rather than a wrong one.
///
/// ```
/// use querent_protocol::picodata::KeyHasher;
///
/// let mut key = KeyHasher::new();
/// key.push_i64(1);
/// assert_eq!(key.bucket(3000), Some(1934));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct KeyHasher {
    murmur: Murmur3,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Empty,
    Known,
    Unknown,
}

impl KeyHasher {
    /// A key without columns, which has no bucket.
    pub const fn new() -> KeyHasher {
        KeyHasher { murmur: Murmur3::new(SEED), state: State::Empty }
    }

    /// Pushes an INTEGER, of whatever spelling.
    pub fn push_i64(&mut self, number: i64) {
        match u64::try_from(number) {
            Ok(number) => self.push_u64(number),
            Err(_) => match (i8::try_from(number), i16::try_from(number), i32::try_from(number)) {
                (Ok(small), ..) if small >= -32 => self.write(&small.to_be_bytes()),
                (Ok(small), ..) => self.write_with(0xd0, &small.to_be_bytes()),
                (_, Ok(number), _) => self.write_with(0xd1, &number.to_be_bytes()),
                (.., Ok(number)) => self.write_with(0xd2, &number.to_be_bytes()),
                _ => self.write_with(0xd3, &number.to_be_bytes()),
            },
        }
    }

    /// Pushes an UNSIGNED; the same bucket as the equal INTEGER.
    pub fn push_u64(&mut self, number: u64) {
        match (u8::try_from(number), u16::try_from(number), u32::try_from(number)) {
            (Ok(small), ..) if small < 0x80 => self.write(&[small]),
            (Ok(number), ..) => self.write_with(0xcc, &[number]),
            (_, Ok(number), _) => self.write_with(0xcd, &number.to_be_bytes()),
            (.., Ok(number)) => self.write_with(0xce, &number.to_be_bytes()),
            _ => self.write_with(0xcf, &number.to_be_bytes()),
        }
    }

    /// Pushes a TEXT: its UTF-8 without a length, so that `("ab", "c")` and `("a", "bc")` are one bucket.
    pub fn push_str(&mut self, text: &str) {
        self.write(text.as_bytes());
    }

    /// Pushes a BOOLEAN.
    pub fn push_bool(&mut self, value: bool) {
        self.write(&[if value { TRUE } else { FALSE }]);
    }

    /// Pushes a UUID, most significant byte first.
    pub fn push_uuid(&mut self, uuid: [u8; 16]) {
        self.write_with(FIXEXT_16, &[EXT_UUID]);
        self.write(&uuid);
    }

    /// Pushes a DATETIME: seconds since 1970 in UTC, rounded down, and the nanoseconds after them.
    ///
    /// The server hashes what it was sent, and a parameter in the binary format has microseconds. There is no bucket
    /// where `nanos` is a second or more.
    pub fn push_datetime(&mut self, secs: i64, nanos: u32) {
        if nanos >= 1_000_000_000 {
            self.state = State::Unknown;
        } else if nanos == 0 {
            self.write_with(FIXEXT_8, &[EXT_DATETIME]);
            self.write(&secs.to_le_bytes());
        } else {
            self.write_with(FIXEXT_16, &[EXT_DATETIME]);
            self.write(&secs.to_le_bytes());
            self.write(&nanos.to_le_bytes());
            // The offset and the number of the time zone: what arrives is UTC.
            self.write(&[0; 4]);
        }
    }

    /// Pushes a DECIMAL as it is sent in PostgreSQL's binary format: with its scale (1.5 and 1.50 have different buckets),
    /// but without a negative one.
    ///
    /// There is no bucket beyond 28 digits in all, or in the fraction.
    pub fn push_decimal(&mut self, decimal: &Decimal) {
        let scale = decimal.scale().max(0);
        match (u8::try_from(scale), decimal.to_i128(scale)) {
            (Ok(scale), Ok(unscaled)) if usize::from(scale) <= DECIMAL_DIGITS_MAX => {
                self.write_decimal(unscaled, scale);
            }
            _ => self.state = State::Unknown,
        }
    }

    /// Pushes a DOUBLE: a whole one as the integer that it is, at most the largest and at least the least INTEGER (so all
    /// from 2^63 on share a bucket). There is no bucket for NaN, of which nothing is known.
    pub fn push_f64(&mut self, number: f64) {
        if number.is_nan() {
            self.state = State::Unknown;
        } else if number.is_finite() && number.trunc() == number {
            // `as` saturates.
            self.push_i64(number as i64);
        } else {
            self.write_with(FLOAT_64, &number.to_be_bytes());
        }
    }

    /// Pushes a NULL of any type.
    pub fn push_null(&mut self) {
        self.write(&[NIL]);
    }

    /// The bucket, from 1 to `bucket_count` (of the table's tier).
    ///
    /// `None` if nothing was pushed, if a pushed value is one of which the encoding is not known, or without any buckets.
    pub fn bucket(&self, bucket_count: u64) -> Option<u64> {
        let rest = u64::from(self.murmur.finish()).checked_rem(bucket_count)?;
        (self.state == State::Known).then_some(rest + 1)
    }

    /// Binary-coded digits, an odd number of them and then the sign.
    fn write_decimal(&mut self, unscaled: i128, scale: u8) {
        // 28 digits, one zero to make them odd, the sign.
        let mut nibbles = [0_u8; DECIMAL_DIGITS_MAX + 2];
        let mut first = nibbles.len() - 1;
        nibbles[first] = if unscaled < 0 { 0xd } else { 0xc };
        let mut rest = unscaled.unsigned_abs();
        while rest > 0 || first == nibbles.len() - 1 {
            if first == 1 {
                return self.state = State::Unknown;
            }
            first -= 1;
            nibbles[first] = (rest % 10) as u8;
            rest /= 10;
        }
        // Both counts are even, so the pairs end with the sign; a digit before the first is zero.
        let pairs = &nibbles[first - first % 2..];
        match pairs.len() / 2 + 1 {
            // One byte of scale, at least one of digits: never 1.
            len @ (2 | 4 | 8 | 16) => self.write(&[FIXEXT_1 + len.ilog2() as u8, EXT_DECIMAL, scale]),
            len => self.write(&[EXT_8, len as u8, EXT_DECIMAL, scale]),
        }
        for pair in pairs.as_chunks::<2>().0 {
            self.murmur.write(&[pair[0] << 4 | pair[1]]);
        }
    }

    fn write_with(&mut self, code: u8, bytes: &[u8]) {
        self.write(&[code]);
        self.write(bytes);
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.state == State::Empty {
            self.state = State::Known;
        }
        self.murmur.write(bytes);
    }
}

impl Default for KeyHasher {
    fn default() -> KeyHasher {
        KeyHasher::new()
    }
}
