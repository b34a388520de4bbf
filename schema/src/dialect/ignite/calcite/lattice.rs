//! The least restrictive type of several: `SqlTypeFactoryImpl.leastRestrictive` of calcite-core 1.37 with Ignite's
//! correction for FLOAT beside DOUBLE.
//!
//! The order of the types counts, as it does in Calcite: an exact number directly before a date gives the date, and
//! a decimal behind one gives nothing.

use querent_types::{Field, SqlType};

/// What kind of type it is, as Calcite's families are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Null,
    Boolean,
    Numeric,
    Character,
    Binary,
    Date,
    Time,
    Timestamp,
    Interval,
    /// A type that Calcite does not know, and so compares with everything.
    Any,
    Collection,
}

pub(super) fn family(ty: &SqlType) -> Family {
    match ty {
        SqlType::Null => Family::Null,
        SqlType::Boolean => Family::Boolean,
        ty if ty.is_numeric() => Family::Numeric,
        SqlType::Text(_) => Family::Character,
        SqlType::Binary(_) => Family::Binary,
        SqlType::Date32 => Family::Date,
        SqlType::Time(_) => Family::Time,
        SqlType::Timestamp(..) => Family::Timestamp,
        SqlType::Interval(_) => Family::Interval,
        SqlType::Uuid => Family::Any,
        _ => Family::Collection,
    }
}

pub(super) fn is_datetime(ty: &SqlType) -> bool {
    matches!(family(ty), Family::Date | Family::Time | Family::Timestamp)
}

pub(super) fn is_decimal(ty: &SqlType) -> bool {
    *ty == SqlType::BigDecimal
}

/// An integer or a decimal.
pub(super) fn is_exact(ty: &SqlType) -> bool {
    ty.is_integer() || is_decimal(ty)
}

/// The least restrictive type; `None` where there is none.
pub(super) fn least_restrictive(types: &[SqlType]) -> Option<SqlType> {
    let first = types.first()?;
    if types.iter().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let mut result: Option<SqlType> = None;
    for (i, ty) in types.iter().enumerate() {
        if *ty == SqlType::Null {
            continue;
        }
        let so_far = result.get_or_insert_with(|| ty.clone()).clone();
        let next = types.get(i + 1);
        result = Some(match (&so_far, ty) {
            (SqlType::List(a, layout), SqlType::List(b, _)) => {
                let element = least_restrictive(&[a.ty.clone(), b.ty.clone()])?;
                SqlType::List(Box::new(Field::item(element)), *layout)
            }
            // One that Calcite does not know is known only where all are.
            _ if family(ty) == Family::Any && so_far != *ty => return None,
            _ if family(&so_far) != family(ty) => return None,
            _ if is_exact(ty) => match next.filter(|next| is_exact(&so_far) && is_datetime(next)) {
                Some(next) => return Some(next.clone()),
                None => wider_number(&so_far, ty),
            },
            _ if ty.is_numeric() => wider_number(&so_far, ty),
            _ if is_datetime(ty) => match next {
                Some(next) if matches!(family(next), Family::Interval) || next.is_integer() => {
                    return Some(ty.clone());
                }
                _ => so_far,
            },
            _ if family(ty) == Family::Interval => match next.filter(|next| is_datetime(next)) {
                Some(next) => return Some(next.clone()),
                None if so_far == *ty => so_far,
                None => return None,
            },
            _ if family(ty) == Family::Collection && so_far != *ty => return None,
            _ => so_far,
        });
    }
    result.or(Some(SqlType::Null))
}

/// The number type that holds both: the wider integer, a decimal, the wider float, and DOUBLE for a float beside a
/// decimal.
pub(super) fn wider_number(a: &SqlType, b: &SqlType) -> SqlType {
    match (a.is_float(), b.is_float()) {
        (false, false) if is_decimal(a) || is_decimal(b) => SqlType::BigDecimal,
        (false, true) if is_decimal(a) => SqlType::Float64,
        (true, false) if is_decimal(b) => SqlType::Float64,
        (false, true) => b.clone(),
        (true, false) => a.clone(),
        _ => (if rank(a) >= rank(b) { a } else { b }).clone(),
    }
}

fn rank(ty: &SqlType) -> u8 {
    match ty {
        SqlType::Int8 => 1,
        SqlType::Int16 => 2,
        SqlType::Int32 => 3,
        SqlType::Int64 => 4,
        SqlType::Float32 => 1,
        SqlType::Float64 => 2,
        _ => 0,
    }
}

/// The wider type where there is no least restrictive one: text takes in every plain value
/// (`AbstractTypeCoercion.getWiderTypeFor` with promotion to text).
pub(super) fn wider(types: &[SqlType]) -> Option<SqlType> {
    let character = |ty: &&SqlType| family(ty) == Family::Character;
    let first = types.first()?;
    let (text, others): (Vec<&SqlType>, Vec<&SqlType>) = types.iter().partition(character);
    text.into_iter().chain(others).try_fold(first.clone(), |so_far, ty| wider_of_two(ty, &so_far))
}

fn wider_of_two(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    if a == b {
        return Some(a.clone());
    }
    match (family(a), family(b)) {
        (Family::Null, _) => Some(b.clone()),
        (_, Family::Null) => Some(a.clone()),
        (Family::Numeric, Family::Numeric) => Some(wider_number(a, b)),
        (Family::Character | Family::Binary, Family::Character | Family::Binary)
            if family(a) == family(b) =>
        {
            Some(a.clone())
        }
        (Family::Date, Family::Timestamp) => Some(b.clone()),
        (Family::Timestamp, Family::Date) => Some(a.clone()),
        (Family::Character, other) | (other, Family::Character) if is_atomic(other) => Some(SqlType::TEXT),
        _ => None,
    }
}

/// Whether values of a family are read as text where text is wanted.
pub(super) fn is_atomic(family: Family) -> bool {
    matches!(
        family,
        Family::Boolean
            | Family::Numeric
            | Family::Character
            | Family::Binary
            | Family::Date
            | Family::Time
            | Family::Timestamp
    )
}
