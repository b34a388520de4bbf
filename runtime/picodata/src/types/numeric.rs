//! NUMERIC in binary: base-10000 digits, the weight of the first, a sign and the number of decimal places to show.

use bytes::{BufMut as _, BytesMut};
use querent_core::ValueProblem;
use querent_core::types::value::Decimal;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
/// PostgreSQL's own bounds of what stands before and after the point.
const WHOLE_DIGITS_MAX: usize = 131_072;
const SCALE_MAX: usize = 16_383;

/// Writes a decimal; `None` where it has more digits than the type.
pub(crate) fn encode(value: &Decimal, out: &mut BytesMut) -> Option<()> {
    // A text of its digits: it is plain up to a thousand zeros of padding, beyond which it has an exponent.
    let text = value.to_string();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !plain || whole.len() > WHOLE_DIGITS_MAX || fraction.len() > SCALE_MAX {
        return None;
    }
    let mut groups: Vec<u16> = Vec::with_capacity((whole.len() + fraction.len()) / 4 + 2);
    let whole = whole.as_bytes();
    let (head, rest) = whole.split_at(whole.len() % 4);
    if !head.is_empty() {
        groups.push(group(head));
    }
    groups.extend(rest.chunks(4).map(group));
    let mut weight = i32::try_from(groups.len()).ok()? - 1;
    groups
        .extend(fraction.as_bytes().chunks(4).map(|chunk| group(chunk) * 10_u16.pow(4 - chunk.len() as u32)));
    let leading = groups.iter().take_while(|group| **group == 0).count();
    let end = groups.iter().rposition(|group| *group != 0).map_or(leading, |last| last + 1);
    weight -= i32::try_from(leading).ok()?;
    let groups = &groups[leading..end];
    out.put_i16(i16::try_from(groups.len()).ok()?);
    out.put_i16(if groups.is_empty() { 0 } else { i16::try_from(weight).ok()? });
    out.put_u16(if value.is_negative() { NEGATIVE } else { POSITIVE });
    out.put_u16(u16::try_from(fraction.len()).ok()?);
    groups.iter().for_each(|group| out.put_u16(*group));
    Some(())
}

/// Writes a decimal as its text; `None` where it has more digits than the type.
pub(crate) fn encode_text(value: &Decimal, out: &mut BytesMut) -> Option<()> {
    let text = value.to_string();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_plain || whole.len() > WHOLE_DIGITS_MAX || fraction.len() > SCALE_MAX {
        return None;
    }
    out.put_slice(text.as_bytes());
    Some(())
}

/// The number that up to four decimal digits are.
fn group(digits: &[u8]) -> u16 {
    digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'))
}

/// Reads a decimal, with as many decimal places as the server shows.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decimal, ValueProblem> {
    let malformed = ValueProblem::Malformed("a NUMERIC in binary");
    let (head, digits) = bytes.split_at_checked(8).ok_or(malformed)?;
    let field = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let (count, weight, sign, scale) =
        (usize::from(field(0)), field(2) as i16, field(4), usize::from(field(6)));
    let negative = match sign {
        POSITIVE => false,
        NEGATIVE => true,
        // NaN and the infinities.
        0xC000 | 0xD000 | 0xF000 => return Err(ValueProblem::OutOfRange("Decimal")),
        _ => return Err(malformed),
    };
    let groups = digits.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    if digits.len() != count * 2 || scale > SCALE_MAX || groups.clone().any(|group| group > 9999) {
        return Err(malformed);
    }
    match small(groups.clone(), count, weight, scale) {
        Some(unscaled) => Ok(Decimal::from_parts(if negative { -unscaled } else { unscaled }, scale as i32)),
        None => large(groups, weight, negative, scale).parse().map_err(|_| malformed),
    }
}

/// The unscaled value, where it fits and no digit stands beyond the scale.
fn small(groups: impl Iterator<Item = u16>, count: usize, weight: i16, scale: usize) -> Option<i128> {
    let mut unscaled = 0_i128;
    for group in groups {
        unscaled = unscaled.checked_mul(10_000)?.checked_add(i128::from(group))?;
    }
    if unscaled == 0 {
        return Some(0);
    }
    // The last digit of the last group stands at 10^exponent.
    let exponent = 4 * (i32::from(weight) + 1 - i32::try_from(count).ok()?);
    let shift = exponent + i32::try_from(scale).ok()?;
    let factor = 10_i128.checked_pow(shift.unsigned_abs())?;
    match shift {
        0.. => unscaled.checked_mul(factor),
        _ if unscaled % factor == 0 => Some(unscaled / factor),
        _ => None,
    }
}

/// The number as text, of any size.
fn large(groups: impl Iterator<Item = u16>, weight: i16, negative: bool, scale: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(if negative { "-0" } else { "0" });
    let mut at = i32::from(weight);
    if at < 0 {
        text.push('.');
        (at..-1).for_each(|_| text.push_str("0000"));
    }
    for group in groups {
        // Writing into a String cannot fail.
        let _ = write!(text, "{group:04}");
        at -= 1;
        if at == -1 {
            text.push('.');
        }
    }
    (0..=at).for_each(|_| text.push_str("0000"));
    if !text.contains('.') {
        text.push('.');
    }
    let places = text.len() - text.find('.').unwrap_or(0) - 1;
    // Zeros beyond the scale are filling; other digits never stand there.
    let surplus =
        text.bytes().rev().take(places.saturating_sub(scale)).take_while(|byte| *byte == b'0').count();
    text.truncate(text.len() - surplus);
    (places..scale).for_each(|_| text.push('0'));
    if text.ends_with('.') {
        text.truncate(text.len() - 1)
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes are PostgreSQL 15's `numeric_send` of the same text.
    #[track_caller]
    fn same(text: &str, bytes: &[u16]) {
        let value: Decimal = text.parse().unwrap();
        let bytes: Vec<u8> = bytes.iter().flat_map(|word| word.to_be_bytes()).collect();
        let mut out = BytesMut::new();
        encode(&value, &mut out).unwrap();
        assert_eq!(&out[..], &bytes[..], "{text}");
        let read = decode(&bytes).unwrap();
        assert_eq!((read.to_string(), read.scale()), (value.to_string(), value.scale()), "{text}");
    }

    #[test]
    fn known_numbers() {
        same("0", &[0, 0, 0, 0]);
        same("0.00", &[0, 0, 0, 2]);
        same("1", &[1, 0, 0, 0, 1]);
        same("-120.50", &[2, 0, 0x4000, 2, 120, 5000]);
        same("10000", &[1, 1, 0, 0, 1]);
        same("0.0001", &[1, 0xFFFF, 0, 4, 1]);
        same("0.00001", &[1, 0xFFFE, 0, 5, 1000]);
        same("9999999999999999.99", &[5, 3, 0, 2, 9999, 9999, 9999, 9999, 9900]);
        same("12345.6789", &[3, 1, 0, 4, 1, 2345, 6789]);
    }

    #[test]
    fn numbers_beyond_128_bits_go_through() {
        let long = format!("-{}.{}", "123456789".repeat(20), "0012300");
        let fine = format!("0.{}7", "0".repeat(200));
        let round = format!("1{}", "0".repeat(300));
        for text in [long, fine, round] {
            let value: Decimal = text.parse().unwrap();
            let mut out = BytesMut::new();
            encode(&value, &mut out).unwrap();
            assert_eq!(decode(&out).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let words = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
        let nan = ValueProblem::OutOfRange("Decimal");
        let malformed = ValueProblem::Malformed("a NUMERIC in binary");
        assert_eq!(decode(&words(&[0, 0, 0xC000, 0])), Err(nan));
        assert_eq!(decode(&words(&[1, 0, 0, 0, 10_000])), Err(malformed));
        assert_eq!(decode(&words(&[2, 0, 0, 0, 1])), Err(malformed));
        assert_eq!(decode(&words(&[0, 0, 1, 0])), Err(malformed));
        let whole = words(&[2, 0, 0x4000, 2, 120, 5000]);
        for len in 0..whole.len() {
            assert_eq!(decode(&whole[..len]), Err(malformed), "{len}");
        }
        assert_eq!(encode(&Decimal::from_parts(1, -200_000), &mut BytesMut::new()), None);
        assert_eq!(encode(&Decimal::from_parts(1, 20_000), &mut BytesMut::new()), None);
    }

    #[test]
    fn places_beyond_the_scale_are_kept_and_weights_may_be_far() {
        let words = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
        assert_eq!(decode(&words(&[1, 0xFFFF, 0, 1, 1234])).unwrap().to_string(), "0.1234");
        let far = decode(&words(&[1, 32_767, 0, 0, 1])).unwrap();
        assert_eq!(far, Decimal::from_parts(1, -131_068));
    }
}
