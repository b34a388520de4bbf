//! NUMERIC in PostgreSQL's binary format: digits to the base 10,000.

use querent_types::value::Decimal;

use super::Malformed;

const POSITIVE: u16 = 0;
const NEGATIVE: u16 = 0x4000;
/// Digits that go through the decimal type of the server, in the binary format (26.1).
const DIGITS_MAX: usize = 28;

/// The bytes; more than 28 digits fail, as they do on the server, where the text format is exact.
pub(super) fn encode(number: &Decimal) -> Result<Vec<u8>, Malformed> {
    if number.precision() > DIGITS_MAX || number.scale() > DIGITS_MAX as i32 {
        return Err(Malformed);
    }
    let text = number.to_string();
    let text = text.trim_start_matches('-');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let padded_whole = format!("{}{whole}", "0".repeat((4 - whole.len() % 4) % 4));
    let padded_fraction = format!("{fraction}{}", "0".repeat((4 - fraction.len() % 4) % 4));
    let digits = padded_whole + &padded_fraction;
    let mut groups: Vec<u16> = digits
        .as_bytes()
        .chunks(4)
        .map(|four| four.iter().fold(0, |group, digit| group * 10 + u16::from(digit - b'0')))
        .collect();
    let mut weight = whole.len().div_ceil(4) as i16 - 1;
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    weight -= leading as i16;
    while groups.last() == Some(&0) {
        groups.pop();
    }
    if groups.is_empty() {
        weight = 0;
    }
    let sign = if number.is_negative() { NEGATIVE } else { POSITIVE };
    let head = [groups.len() as u16, weight.cast_unsigned(), sign, fraction.len() as u16];
    Ok(head.iter().chain(&groups).flat_map(|word| word.to_be_bytes()).collect())
}

/// The number of these bytes; NaN and infinities are none to Picodata.
pub(super) fn decode(bytes: &[u8]) -> Result<Decimal, Malformed> {
    let (words, rest) = bytes.as_chunks::<2>();
    let mut words = words.iter().map(|word| u16::from_be_bytes(*word));
    let mut next = || words.next().ok_or(Malformed);
    let (count, weight, sign, scale) = (next()?, next()?.cast_signed(), next()?, next()?);
    if bytes.len() != 8 + 2 * usize::from(count) || !rest.is_empty() || scale > 1000 || weight.abs() > 1000 {
        return Err(Malformed);
    }
    let groups: Vec<u16> = words.collect();
    let at = |place: i16| usize::try_from(weight - place).ok().and_then(|idx| groups.get(idx)).copied();
    let digits = |place| format!("{:04}", at(place).unwrap_or(0));
    let mut text = match sign {
        POSITIVE => String::new(),
        NEGATIVE => "-".to_owned(),
        _ => return Err(Malformed),
    };
    text.push('0');
    (0..=weight.max(-1)).rev().for_each(|place| text.push_str(&digits(place)));
    if scale > 0 {
        let places = scale.div_ceil(4).cast_signed();
        let fraction: String = (1..=places).map(|place| digits(-place)).collect();
        text.push('.');
        text.push_str(&fraction[..usize::from(scale)]);
    }
    text.parse().map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_with_their_scale() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "10000",
            "9999",
            "0.0001",
            "0.00001",
            "-0.5",
            "1.5",
            "1.50",
            "100000000",
            "12345.678900",
            "9999999999999999999999999999",
            "-0.0000000000000000000000000001",
            "20000.00000000000001",
        ] {
            let bytes = encode(&text.parse().unwrap()).unwrap();
            assert_eq!(decode(&bytes).unwrap().to_string(), text);
        }
    }

    /// As PostgreSQL 15 sends `12345.6789::numeric`.
    #[test]
    fn bytes_are_those_of_postgresql() {
        let bytes = encode(&"12345.6789".parse().unwrap()).unwrap();
        assert_eq!(bytes, [0, 3, 0, 1, 0, 0, 0, 4, 0, 1, 0x09, 0x29, 0x1a, 0x85]);
    }

    #[test]
    fn what_is_none_is_refused() {
        assert!(encode(&"12345678901234567890123456789".parse().unwrap()).is_err());
        let nan = [0, 0, 0, 0, 0xc0, 0, 0, 0];
        for bytes in [&[][..], &[0, 1, 0, 0, 0, 0, 0, 0], &nan] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
    }
}
