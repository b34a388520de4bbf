//! Pinot's types: their names, the letters that the function data has for them, and how they widen.
//!
//! A `TIMESTAMP` is whole milliseconds since 1970, so it has the zone UTC, whatever zone a broker writes it in. A map is a
//! map while a statement is read, and JSON in an answer, which is what the wire has for it.

use std::str::FromStr;

use querent_types::{ColumnDescription, Field, SqlType, TimeUnit};

use crate::ast::TypeName;

/// Which engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    SingleStage,
    MultiStage,
}

/// A point in time.
pub(super) fn timestamp() -> SqlType {
    SqlType::Timestamp(TimeUnit::Millisecond, Some("UTC".to_owned()))
}

/// The letter of a type in the function data: small for one value, capital for an array of them.
pub(super) fn letter(ty: &SqlType) -> Option<char> {
    Some(match ty {
        SqlType::Int32 => 'i',
        SqlType::Int64 => 'l',
        SqlType::Float32 => 'f',
        SqlType::Float64 => 'd',
        SqlType::BigDecimal => 'n',
        SqlType::Boolean => 'b',
        SqlType::Timestamp(..) => 't',
        SqlType::Text(_) | SqlType::Uuid => 's',
        SqlType::Json => 'j',
        SqlType::Binary(_) => 'y',
        SqlType::Map(..) => 'm',
        SqlType::List(field, _) => letter(&field.ty)?.to_ascii_uppercase(),
        _ => return None,
    })
}

/// The type of a letter, but for maps.
pub(super) fn of_letter(letter: char) -> Option<SqlType> {
    let single = match letter.to_ascii_lowercase() {
        'i' => SqlType::Int32,
        'l' => SqlType::Int64,
        'f' => SqlType::Float32,
        'd' => SqlType::Float64,
        'n' => SqlType::BigDecimal,
        'b' => SqlType::Boolean,
        't' => timestamp(),
        's' => SqlType::TEXT,
        'j' => SqlType::Json,
        'y' => SqlType::BINARY,
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { SqlType::list(single) } else { single })
}

pub(super) fn is_number(ty: &SqlType) -> bool {
    use SqlType::*;
    matches!(ty, Int32 | Int64 | Float32 | Float64 | BigDecimal)
}

pub(super) fn is_list(ty: &SqlType) -> bool {
    matches!(ty, SqlType::List(..))
}

/// Where a number stands among the others, the widest last.
pub(super) fn rank(ty: &SqlType) -> Option<usize> {
    use SqlType::*;
    [Int32, Int64, Float32, Float64, BigDecimal].iter().position(|own| own == ty)
}

/// The widest of numbers by a rule for two; `None` where one is no number.
pub(super) fn widest<'t>(
    types: impl IntoIterator<Item = &'t SqlType>,
    wider: impl Fn(&SqlType, &SqlType) -> SqlType,
) -> Option<SqlType> {
    types.into_iter().try_fold(None, |so_far: Option<SqlType>, ty| {
        rank(ty)?;
        Some(Some(so_far.map_or_else(|| ty.clone(), |so_far| wider(&so_far, ty))))
    })?
}

/// The type that a name in a cast means.
pub(super) fn by_name(name: &TypeName, engine: Engine) -> Result<SqlType, String> {
    match name.name.as_str() {
        "REAL" if engine == Engine::MultiStage => Ok(SqlType::Float32),
        name => single(name).ok_or_else(|| format!("Pinot has no type {name} that this engine casts to")),
    }
}

/// A type of one value, by its name in upper case.
fn single(name: &str) -> Option<SqlType> {
    Some(match name {
        "INT" | "INTEGER" => SqlType::Int32,
        "LONG" | "BIGINT" => SqlType::Int64,
        "FLOAT" => SqlType::Float32,
        "DOUBLE" => SqlType::Float64,
        "BIG_DECIMAL" | "DECIMAL" => SqlType::BigDecimal,
        "BOOLEAN" => SqlType::Boolean,
        "TIMESTAMP" => timestamp(),
        "STRING" | "VARCHAR" => SqlType::TEXT,
        "JSON" => SqlType::Json,
        "BYTES" | "VARBINARY" => SqlType::BINARY,
        _ => return None,
    })
}

/// The type of a literal that names its type in a function call: `'INT'`, `'STRING_ARRAY'`.
pub(super) fn of_word(word: &str) -> Option<SqlType> {
    let upper = word.to_uppercase();
    let (name, is_array) = match upper.strip_suffix("_ARRAY") {
        Some(name) => (name, true),
        None => (upper.as_str(), false),
    };
    let ty = single(name)?;
    Some(if is_array { SqlType::list(ty) } else { ty })
}

/// The server's name of a type.
pub(super) fn native(ty: &SqlType, engine: Engine) -> Option<String> {
    let name = match ty {
        SqlType::Int32 => "INT",
        SqlType::Int64 => "LONG",
        SqlType::Float32 => "FLOAT",
        SqlType::Float64 => "DOUBLE",
        SqlType::BigDecimal => "BIG_DECIMAL",
        SqlType::Boolean => "BOOLEAN",
        SqlType::Timestamp(..) => "TIMESTAMP",
        SqlType::Text(_) => "STRING",
        // What the multi-stage engine computes is never JSON; an object of a class that it has no type for is one here.
        SqlType::Json if engine == Engine::MultiStage => "OBJECT",
        SqlType::Json => "JSON",
        SqlType::Binary(_) => "BYTES",
        SqlType::Uuid => "UUID",
        SqlType::Null => "UNKNOWN",
        SqlType::Map(..) => "MAP",
        SqlType::List(field, _) => return native(&field.ty, engine).map(|name| format!("{name}_ARRAY")),
        _ => return None,
    };
    Some(name.to_owned())
}

/// The type of a table's column as the engine reads it: descriptions have JSON for a map.
pub(super) fn of_column(column: &ColumnDescription, engine: Engine) -> Option<SqlType> {
    if let Some(children) = column.native.as_deref().and_then(|native| native.strip_prefix("MAP")) {
        let children = children.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        let (key, value) = children.and_then(|text| text.split_once(", ")).unwrap_or(("STRING", "STRING"));
        return Some(map(of_word(key)?, of_word(value)?));
    }
    match &column.ty {
        Some(SqlType::Json) if engine == Engine::MultiStage => Some(SqlType::TEXT),
        ty => ty.clone(),
    }
}

/// A map: a missing key gives the placeholder of the value's type, never NULL.
fn map(key: SqlType, value: SqlType) -> SqlType {
    let members = vec![Field::new("key", key, false), Field::new("value", value, false)];
    SqlType::Map(Box::new(Field::new("entries", SqlType::Struct(members), false)), false)
}

/// The types of a map's keys and values.
pub(super) fn entries(ty: &SqlType) -> Option<(&SqlType, &SqlType)> {
    let SqlType::Map(entries, _) = ty else { return None };
    match &entries.ty {
        SqlType::Struct(members) if members.len() == 2 => Some((&members[0].ty, &members[1].ty)),
        _ => None,
    }
}

/// The type of a number literal. Beyond 64 bits the servers cut digits off without a word, so that is refused.
pub(super) fn number(text: &str, engine: Engine) -> Result<SqlType, String> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    if i32::from_str(&digits).is_ok() {
        return Ok(SqlType::Int32);
    }
    if i64::from_str(&digits).is_ok() {
        return Ok(SqlType::Int64);
    }
    if f64::from_str(&digits).is_err() {
        return Err("this is not a number".to_owned());
    }
    if digits.contains(['e', 'E']) {
        return Ok(SqlType::Float64);
    }
    if !digits.contains('.') {
        return Err("an integer has 64 bits at most".to_owned());
    }
    const DOUBLE_DIGITS_MAX: usize = 30;
    let precision = digits.bytes().filter(u8::is_ascii_digit).count();
    let exact = engine == Engine::MultiStage && precision > DOUBLE_DIGITS_MAX;
    Ok(if exact { SqlType::BigDecimal } else { SqlType::Float64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_types_are_one_to_one() {
        for letter_ in "ilfdnbtsjyILFDNBTSJY".chars() {
            assert_eq!(of_letter(letter_).as_ref().and_then(letter), Some(letter_));
        }
        assert_eq!(of_letter('m'), None);
    }

    #[test]
    fn maps_come_from_the_native_name() {
        let column = |native: &str| ColumnDescription {
            native: Some(native.to_owned()),
            ..ColumnDescription::new("m", SqlType::Json, true)
        };
        let ty = of_column(&column("MAP<STRING, INT>"), Engine::SingleStage).expect("a type");
        assert_eq!(entries(&ty), Some((&SqlType::TEXT, &SqlType::Int32)));
        assert_eq!(of_column(&column("JSON"), Engine::SingleStage), Some(SqlType::Json));
        assert_eq!(of_column(&column("JSON"), Engine::MultiStage), Some(SqlType::TEXT));
    }

    #[test]
    fn numbers_beyond_64_bits_are_refused() {
        assert_eq!(number("-9223372036854775808", Engine::SingleStage), Ok(SqlType::Int64));
        assert!(number("9223372036854775808", Engine::SingleStage).is_err());
        assert_eq!(number("1e3", Engine::MultiStage), Ok(SqlType::Float64));
        let long = "1.2345678901234567890123456789012";
        assert_eq!(number(long, Engine::MultiStage), Ok(SqlType::BigDecimal));
        assert_eq!(number(long, Engine::SingleStage), Ok(SqlType::Float64));
    }
}
