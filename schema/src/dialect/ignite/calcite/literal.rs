//! Which texts Calcite reads as a value of a type, in a literal and in a cast.
//!
//! Where it is more lenient at one place than at another, this is the lenient one.

use querent_types::SqlType;

/// Whether a text is a value of a type; `None` for what is not decided here.
pub(super) fn reads(text: &str, ty: &SqlType) -> Option<bool> {
    let text = text.trim();
    let day = text.split(' ').next().unwrap_or(text);
    match ty {
        SqlType::Boolean => Some(["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))),
        ty if ty.is_integer() || ty.is_float() || ty.is_decimal() => Some(text.parse::<f64>().is_ok()),
        SqlType::Date32 => Some(is_date(day)),
        SqlType::Time(_) => Some(is_time(text)),
        SqlType::Timestamp(..) => Some(match text.split_once(' ') {
            Some((date, time)) => is_date(date) && is_time(time.trim()),
            None => is_date(text),
        }),
        SqlType::Uuid => {
            let groups: Vec<&str> = text.split('-').collect();
            let hex = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_hexdigit());
            Some(groups.len() == 5 && groups.iter().all(hex))
        }
        _ => None,
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<Option<u16>> = text.split('-').map(number).collect();
    matches!(parts[..], [Some(_), Some(1..=12), Some(1..=31)])
}

/// The parts on the right may be left out.
fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<Option<u16>> = whole.split(':').map(number).collect();
    let (hour, rest) = (parts[0], &parts[1..]);
    matches!(hour, Some(0..=23))
        && rest.len() < 3
        && rest.iter().all(|part| matches!(part, Some(0..=59)))
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use querent_types::{SqlType, TimeUnit};

    use super::reads;

    #[test]
    fn texts_are_read_as_types() {
        let time = SqlType::Time(TimeUnit::Millisecond);
        let cases: [(&str, SqlType, bool); 15] = [
            ("TRUE ", SqlType::Boolean, true),
            ("yes", SqlType::Boolean, false),
            (" 12", SqlType::Int32, true),
            ("12a", SqlType::Int64, false),
            ("1e3", SqlType::Float64, true),
            ("x", SqlType::BigDecimal, false),
            ("2024-2-9", SqlType::Date32, true),
            ("2024-13-01", SqlType::Date32, false),
            ("20240101", SqlType::Date32, false),
            ("10:20", time.clone(), true),
            ("25:00:00", time.clone(), false),
            ("10:20:30.123", time.clone(), true),
            ("10:", time, false),
            ("5f0e1a52-34a8-4a3c-9d53-5ce6a7a2a001", SqlType::Uuid, true),
            ("5f0e1a52", SqlType::Uuid, false),
        ];
        for (text, ty, good) in cases {
            assert_eq!(reads(text, &ty), Some(good), "{text} as {ty}");
        }
    }
}
