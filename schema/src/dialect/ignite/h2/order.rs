//! H2's order of types, by which it finds the one type of several values, and what it converts to what.
//!
//! H2 1.4.197, `Value.getHigherOrder` and `Value.convertTo`. A conversion that fails for every value is refused here; one
//! that fails for some (text to a number) is the data's affair.

use querent_types::SqlType;

/// A type's rank; `None` where H2 has no such type.
fn rank(ty: &SqlType) -> Option<u8> {
    Some(match ty {
        SqlType::Null => 0,
        SqlType::Text(_) => 1,
        SqlType::Boolean => 2,
        SqlType::Int8 => 3,
        SqlType::Int16 => 4,
        SqlType::Int32 => 5,
        SqlType::Int64 => 6,
        SqlType::BigDecimal => 7,
        SqlType::Float32 => 8,
        SqlType::Float64 => 9,
        SqlType::Time(_) => 10,
        SqlType::Date32 => 11,
        SqlType::Timestamp(..) => 12,
        SqlType::Binary(_) => 13,
        SqlType::Uuid => 14,
        SqlType::Struct(_) | SqlType::List(..) => 15,
        _ => return None,
    })
}

/// The type to which both are converted.
pub(super) fn higher(a: &SqlType, b: &SqlType) -> SqlType {
    if rank(a) > rank(b) { a.clone() } else { b.clone() }
}

/// The type to which all are converted; `None` of none, or of NULLs alone.
pub(super) fn highest<'a>(types: impl IntoIterator<Item = &'a SqlType>) -> Option<SqlType> {
    types.into_iter().filter(|ty| **ty != SqlType::Null).fold(None, |so_far, ty| match so_far {
        None => Some(ty.clone()),
        Some(other) => Some(higher(&other, ty)),
    })
}

/// Whether some value of `from` can be converted.
pub(super) fn converts(from: &SqlType, to: &SqlType) -> bool {
    let number = |ty: &SqlType| ty.is_numeric() || *ty == SqlType::Boolean;
    match (from, to) {
        (SqlType::Null, _) | (_, SqlType::Text(_) | SqlType::Null) => true,
        (SqlType::Text(_), _) => true,
        (SqlType::Struct(_) | SqlType::List(..), _) | (_, SqlType::Struct(_) | SqlType::List(..)) => {
            rank(from) == rank(to)
        }
        (from, SqlType::Boolean) => number(from),
        (from, to) if number(to) => number(from) || matches!(from, SqlType::Binary(_)),
        (from, to) if is_moment(to) => is_moment(from),
        (from, SqlType::Binary(_) | SqlType::Uuid) => !is_moment(from),
        _ => true,
    }
}

/// Whether it is a date, a time or both.
pub(super) fn is_moment(ty: &SqlType) -> bool {
    matches!(ty, SqlType::Date32 | SqlType::Time(_) | SqlType::Timestamp(..))
}

/// Whether H2 adds, subtracts and multiplies values of this type among themselves.
pub(super) fn is_number(ty: &SqlType) -> bool {
    ty.is_numeric()
}
