//! Names of types and literals that this engine has besides those of both.

use querent_types::{Field, IntervalUnit, SqlType};

use crate::ast::TypeName;
use crate::dialect::ignite::types::common;
use crate::dialect::ignite::types::native as shared_native;

pub(super) use crate::dialect::ignite::types::{TIME, TIMESTAMP};

/// Years and months (`java.time.Period`).
pub(super) const MONTHS: SqlType = SqlType::Interval(IntervalUnit::YearMonth);
/// Days to seconds (`java.time.Duration`).
pub(super) const DAYS: SqlType = SqlType::Interval(IntervalUnit::DayTime);

/// The greatest number of digits of a DECIMAL.
const DIGITS_MAX: u32 = 32_767;

pub(super) fn type_name(name: &TypeName) -> Result<SqlType, String> {
    if let Some(Some(ty)) = common(&name.name) {
        return if ty == SqlType::BigDecimal { decimal(&name.args) } else { Ok(ty) };
    }
    let ty = match name.name.as_str() {
        // Described with the digits of a DOUBLE, and comes as a Java Float (2.17.0).
        "FLOAT" => SqlType::Float32,
        "CHAR VARYING"
        | "NCHAR"
        | "NATIONAL CHARACTER"
        | "NATIONAL CHAR"
        | "NATIONAL CHARACTER VARYING"
        | "NATIONAL CHAR VARYING" => SqlType::TEXT,
        "BINARY VARYING" => SqlType::BINARY,
        "ARRAY" => match &name.elements[..] {
            [(_, element)] => SqlType::list(type_name(element)?),
            _ => return Err("an array has one type of elements: `INT ARRAY`".to_owned()),
        },
        "MAP" => match &name.elements[..] {
            [(_, key), (_, value)] => map(&type_name(key)?, &type_name(value)?),
            _ => return Err("a map has a type of keys and one of values".to_owned()),
        },
        other => match other.strip_prefix("INTERVAL") {
            Some(_) => interval_type(name.args.first().map_or("", String::as_str))?,
            None => return Err(format!("Ignite has no type {other} in this engine")),
        },
    };
    Ok(ty)
}

fn decimal(args: &[String]) -> Result<SqlType, String> {
    let digit = |text: &String| text.trim().parse::<u32>().ok();
    let fits = match args {
        [] => true,
        [precision] => digit(precision).is_some_and(|precision| (1..=DIGITS_MAX).contains(&precision)),
        [precision, scale] => match (digit(precision), digit(scale)) {
            (Some(precision), Some(scale)) => (1..=DIGITS_MAX).contains(&precision) && scale <= DIGITS_MAX,
            _ => false,
        },
        _ => false,
    };
    if fits {
        Ok(SqlType::BigDecimal)
    } else {
        Err(format!("a decimal has 1 to {DIGITS_MAX} digits and a scale: `DECIMAL(10, 2)`"))
    }
}

/// The server's name of a type.
pub(super) fn native(ty: &SqlType) -> Option<String> {
    match ty {
        SqlType::Interval(IntervalUnit::YearMonth) => Some("INTERVAL YEAR TO MONTH".to_owned()),
        SqlType::Interval(_) => Some("INTERVAL DAY TO SECOND".to_owned()),
        other => shared_native(other),
    }
}

/// A number: an exact one is as narrow as INTEGER, BIGINT or DECIMAL, one with an exponent a DOUBLE.
pub(super) fn number(text: &str) -> Result<SqlType, String> {
    let no_number = || "this is not a number".to_owned();
    if text.contains(['e', 'E']) {
        return text.parse::<f64>().map(|_| SqlType::Float64).map_err(|_| no_number());
    }
    if text.parse::<i32>().is_ok() {
        return Ok(SqlType::Int32);
    }
    if text.parse::<i64>().is_ok() {
        return Ok(SqlType::Int64);
    }
    let unsigned = text.trim_start_matches('-');
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let well_formed = unsigned.chars().all(digits)
        && unsigned.matches('.').count() <= 1
        && unsigned.contains(|c: char| c.is_ascii_digit());
    if well_formed { Ok(SqlType::BigDecimal) } else { Err(no_number()) }
}

/// A map: its keys are never NULL.
pub(super) fn map(key: &SqlType, value: &SqlType) -> SqlType {
    let members = vec![Field::new("key", key.clone(), false), Field::new("value", value.clone(), true)];
    SqlType::Map(Box::new(Field::new("entries", SqlType::Struct(members), false)), false)
}

/// Units from the longest to the shortest, each with whether it belongs to months.
const UNITS: &[(&str, bool)] = &[
    ("YEAR", true),
    ("QUARTER", true),
    ("MONTH", true),
    ("WEEK", false),
    ("DAY", false),
    ("HOUR", false),
    ("MINUTE", false),
    ("SECOND", false),
];

/// `DAY`, `YEAR TO MONTH`, `DAY(3) TO SECOND(2)`, plural words as well: the positions of the first and the last unit.
fn units(unit: &str) -> Option<(usize, usize)> {
    let position = |word: &str| {
        let word = word.split('(').next().unwrap_or_default().trim().to_uppercase();
        let singular = word.strip_suffix('S').unwrap_or(&word).to_owned();
        UNITS.iter().position(|(name, _)| *name == singular)
    };
    let (first, last) = unit.split_once(" TO ").unwrap_or((unit, unit));
    let (first, last) = (position(first)?, position(last)?);
    (first <= last && UNITS[first].1 == UNITS[last].1).then_some((first, last))
}

fn interval_type(unit: &str) -> Result<SqlType, String> {
    match units(unit) {
        Some((first, _)) => Ok(if UNITS[first].1 { MONTHS } else { DAYS }),
        None => Err(format!("there is no interval of {unit}")),
    }
}

/// `INTERVAL 'text' unit`.
pub(super) fn interval(text: &str, unit: Option<&str>) -> Result<SqlType, String> {
    let Some(unit) = unit else { return Err("an interval needs its unit: `INTERVAL '1' DAY`".to_owned()) };
    let (first, last) = units(unit).ok_or_else(|| format!("there is no interval of {unit}"))?;
    let parts = text.trim().trim_start_matches(['+', '-']);
    let fields: Vec<&str> = parts.split([' ', ':', '-']).filter(|part| !part.is_empty()).collect();
    // QUARTER and WEEK stand between no others.
    let wanted =
        (first..=last).filter(|&i| first == last || !matches!(UNITS[i].0, "QUARTER" | "WEEK")).count();
    let fraction = UNITS[last].0 == "SECOND";
    let digits = |(i, part): (usize, &&str)| {
        let (whole, rest) = part.split_once('.').unwrap_or((part, "0"));
        let only = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        only(whole) && only(rest) && (!part.contains('.') || (fraction && i + 1 == fields.len()))
    };
    if fields.len() == wanted && fields.iter().enumerate().all(digits) {
        interval_type(unit)
    } else {
        Err(format!("`{text}` is no interval of {unit}"))
    }
}
