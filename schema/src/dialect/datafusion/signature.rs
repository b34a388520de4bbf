//! Which types a call's arguments are coerced to (`datafusion-expr` 55.2, `type_coercion/functions.rs`).
//!
//! Each alternative proposes types; the first proposal to which the arguments can go wins. Alternatives that are built
//! of classes propose just what fits and are checked against Arrow's casts; the others go by the engine's list of
//! implicit conversions ([`implicit`]).

use querent_types::{Field, Layout, ListLayout, SqlType, TimeUnit};

use super::cast::can_cast;
use super::coerce;
use super::number;
use super::shape::*;
use super::user;
use crate::dialect::function::signature::{Alternative, ArrayArgument, Class, Signature, TypeClass};

/// The zone that stands for any in the engine's signatures, and the one that it takes where there is none.
const ANY_ZONE: &str = "+TZ";
const NO_ZONE: &str = "+00";

/// The types that the arguments are coerced to; `None` where the engine refuses the call.
pub(super) fn coerce(signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
    let coerced = chosen(signature, types)?;
    // The analyzer then casts each argument, and refuses what Arrow does not cast; structs it casts when it runs.
    let cast = |(from, to): (&SqlType, &SqlType)| {
        can_cast(from, to) || matches!((from, to), (SqlType::Struct(_), SqlType::Struct(_)))
    };
    types.iter().zip(&coerced).all(cast).then_some(coerced)
}

fn chosen(signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
    if types.is_empty() {
        // `make_array()` is the one function with rules of its own that takes no argument.
        return signature.takes(0).then(Vec::new);
    }
    let proposals: Vec<Vec<SqlType>> = signature
        .alternatives
        .iter()
        .filter_map(|alternative| propose(alternative, types))
        .flatten()
        .collect();
    if proposals.iter().any(|proposal| proposal == types) {
        return Some(types.to_vec());
    }
    if signature.alternatives.iter().all(proposes_what_fits) {
        return castable(proposals.into_iter().next()?, types);
    }
    proposals.into_iter().find_map(|proposal| convertible(&proposal, types))
}

fn proposes_what_fits(alternative: &Alternative) -> bool {
    match alternative {
        Alternative::Rule { .. }
        | Alternative::Numeric(_)
        | Alternative::Text(_)
        | Alternative::Coercible(_)
        | Alternative::Any(_)
        | Alternative::Nullary
        | Alternative::Comparable(_) => true,
        Alternative::Exact(_)
        | Alternative::Uniform(..)
        | Alternative::Variadic(_)
        | Alternative::VariadicAny
        | Alternative::Array { .. }
        | Alternative::NestedArray
        | Alternative::Map => false,
    }
}

fn castable(proposal: Vec<SqlType>, types: &[SqlType]) -> Option<Vec<SqlType>> {
    (proposal.len() == types.len() && types.iter().zip(&proposal).all(|(from, to)| can_cast(from, to)))
        .then_some(proposal)
}

fn convertible(proposal: &[SqlType], types: &[SqlType]) -> Option<Vec<SqlType>> {
    if proposal.len() != types.len() {
        return None;
    }
    let converted =
        |(to, from): (&SqlType, &SqlType)| if to == from { Some(from.clone()) } else { implicit(to, from) };
    proposal.iter().zip(types).map(converted).collect()
}

/// What an alternative makes of the arguments; `None` where it does not take them.
fn propose(alternative: &Alternative, types: &[SqlType]) -> Option<Vec<Vec<SqlType>>> {
    let one = |proposal: Option<Vec<SqlType>>| proposal.map(|proposal| vec![proposal]);
    match alternative {
        Alternative::Exact(exact) => Some(vec![exact.clone()]),
        Alternative::Uniform(count, valid) => Some(valid.iter().map(|ty| vec![ty.clone(); *count]).collect()),
        Alternative::Variadic(valid) => Some(valid.iter().map(|ty| vec![ty.clone(); types.len()]).collect()),
        Alternative::VariadicAny => Some(vec![types.to_vec()]),
        Alternative::Any(count) => (types.len() == *count).then(|| vec![types.to_vec()]),
        Alternative::Nullary => None,
        Alternative::Numeric(count) => one((types.len() == *count).then(|| numeric(types)).flatten()),
        Alternative::Text(count) => one((types.len() == *count).then(|| texts(types)).flatten()),
        Alternative::Comparable(count) => one((types.len() == *count).then(|| comparable(types)).flatten()),
        Alternative::Coercible(classes) => {
            if classes.len() != types.len() {
                return None;
            }
            one(classes.iter().zip(types).map(|(class, ty)| classified(class, ty)).collect())
        }
        Alternative::Array { arguments, sized } => one(arrays(arguments, *sized, types)),
        Alternative::NestedArray => match types {
            [list] if element(list).is_some() => Some(vec![vec![unsized_lists(list)]]),
            _ => None,
        },
        Alternative::Map => match types {
            [map @ SqlType::Map(..)] => Some(vec![vec![map.clone()]]),
            _ => None,
        },
        Alternative::Rule { name, .. } => one(user::coerce(name, types)),
    }
}

fn numeric(types: &[SqlType]) -> Option<Vec<SqlType>> {
    let mut common = types[0].clone();
    for ty in types[1..].iter().filter(|ty| *behind_encodings(ty) != SqlType::Null) {
        common = number::numbers(&common, ty)?;
    }
    let common = match behind_encodings(&common) {
        SqlType::Null => SqlType::Float64,
        ty if ty.is_numeric() => common,
        _ => return None,
    };
    Some(vec![common; types.len()])
}

fn texts(types: &[SqlType]) -> Option<Vec<SqlType>> {
    let mut common: Option<SqlType> = None;
    for ty in types {
        let ty = match behind_encodings(ty) {
            SqlType::Null => SqlType::TEXT,
            SqlType::Text(_) => behind_dictionaries(ty).clone(),
            _ => return None,
        };
        common = Some(match common {
            Some(so_far) => coerce::strings(&so_far, &ty)?,
            None => ty,
        });
    }
    common.map(|ty| vec![ty; types.len()])
}

fn comparable(types: &[SqlType]) -> Option<Vec<SqlType>> {
    let mut common = types[0].clone();
    for ty in &types[1..] {
        common = coerce::comparison(&common, ty)?;
    }
    let common = if common == SqlType::Null { SqlType::TEXT_VIEW } else { common };
    Some(vec![common; types.len()])
}

/// The type behind dictionaries and run ends: what the engine calls the native type.
fn behind_encodings(ty: &SqlType) -> &SqlType {
    match ty {
        SqlType::Dictionary(_, value) => behind_encodings(value),
        SqlType::RunEndEncoded(_, values) => behind_encodings(&values.ty),
        _ => ty,
    }
}

fn classified(class: &Class, ty: &SqlType) -> Option<SqlType> {
    let native = behind_encodings(ty);
    let origin = if class.desired == TypeClass::Any { ty } else { behind_dictionaries(ty) };
    let cast = if matches(&class.desired, native) {
        cast_into(&class.desired, origin)?
    } else if class.sources.iter().any(|source| matches(source, native)) {
        cast_into(class.default.as_ref()?, origin)?
    } else {
        return None;
    };
    Some(if class.keeps_dictionary { within_dictionaries(ty, cast) } else { cast })
}

fn within_dictionaries(ty: &SqlType, cast: SqlType) -> SqlType {
    match ty {
        SqlType::Dictionary(key, value) => {
            SqlType::Dictionary(key.clone(), Box::new(within_dictionaries(value, cast)))
        }
        _ => cast,
    }
}

fn matches(class: &TypeClass, native: &SqlType) -> bool {
    if *native == SqlType::Null {
        return true;
    }
    match class {
        TypeClass::Any => true,
        TypeClass::Timestamp => matches!(native, SqlType::Timestamp(..)),
        TypeClass::Time => matches!(native, SqlType::Time(_)),
        TypeClass::Interval => matches!(native, SqlType::Interval(_)),
        TypeClass::Duration => matches!(native, SqlType::Duration(_)),
        TypeClass::Integer => native.is_integer(),
        TypeClass::Float => native.is_float(),
        TypeClass::Decimal => native.is_decimal(),
        TypeClass::Numeric => native.is_numeric(),
        TypeClass::Bytes => matches!(native, SqlType::Binary(_) | SqlType::FixedSizeBinary(_)),
        TypeClass::Text => is_string(native),
        TypeClass::Binary => is_binary(native),
        TypeClass::Date => matches!(native, SqlType::Date32 | SqlType::Date64),
        TypeClass::Type(ty) => ty == native,
    }
}

/// What a type becomes when it is cast to a class: itself where it is of the class.
fn cast_into(class: &TypeClass, origin: &SqlType) -> Option<SqlType> {
    Some(match class {
        TypeClass::Type(ty) => ty.clone(),
        TypeClass::Date if matches!(origin, SqlType::Date32 | SqlType::Date64) => origin.clone(),
        TypeClass::Date => SqlType::Date32,
        TypeClass::Binary => match origin {
            SqlType::Text(Layout::Large) => SqlType::Binary(Layout::Large),
            SqlType::Text(Layout::View) => SqlType::Binary(Layout::View),
            SqlType::Binary(_) => origin.clone(),
            _ => first_castable(origin, SqlType::Binary)?,
        },
        TypeClass::Text => match origin {
            SqlType::Binary(Layout::Large) => SqlType::Text(Layout::Large),
            SqlType::Binary(Layout::View) => SqlType::TEXT_VIEW,
            SqlType::Text(_) => origin.clone(),
            _ => first_castable(origin, SqlType::Text)?,
        },
        _ => origin.clone(),
    })
}

fn first_castable(origin: &SqlType, of_layout: fn(Layout) -> SqlType) -> Option<SqlType> {
    [Layout::View, Layout::Large, Layout::Plain].map(of_layout).into_iter().find(|to| can_cast(origin, to))
}

fn arrays(arguments: &[ArrayArgument], sized: bool, types: &[SqlType]) -> Option<Vec<SqlType>> {
    if types.len() != arguments.len() {
        return None;
    }
    let (mut large, mut sized) = (false, sized);
    let mut elements = Vec::new();
    for (argument, ty) in arguments.iter().zip(types) {
        match (argument, ty) {
            (ArrayArgument::Index | ArrayArgument::Text, _) => {}
            (ArrayArgument::Element, ty) => elements.push(ty.clone()),
            (ArrayArgument::Array, SqlType::Null) => elements.push(SqlType::Null),
            (ArrayArgument::Array, SqlType::List(field, layout)) => {
                elements.push(field.ty.clone());
                large |= matches!(layout, ListLayout::Large | ListLayout::LargeView);
                sized = false;
            }
            (ArrayArgument::Array, SqlType::FixedSizeList(field, _)) => elements.push(field.ty.clone()),
            _ => return None,
        }
    }
    let item = coerce::resolution(&elements)?;
    let typed = |(argument, ty): (&ArrayArgument, &SqlType)| match argument {
        ArrayArgument::Index => SqlType::Int64,
        ArrayArgument::Text => SqlType::TEXT,
        ArrayArgument::Element => item.clone(),
        ArrayArgument::Array => relisted(ty, &item, large, sized),
    };
    Some(arguments.iter().zip(types).map(typed).collect())
}

/// The list over another element type, its field kept where there is one.
fn relisted(ty: &SqlType, item: &SqlType, large: bool, sized: bool) -> SqlType {
    let Some(field) = element(ty) else { return SqlType::Null };
    // A view's field is not kept: the engine makes a plain list of its own.
    let field = match ty {
        SqlType::List(_, ListLayout::View | ListLayout::LargeView) => {
            Field::new("item", item.clone(), field.nullable)
        }
        _ => Field { ty: item.clone(), ..field.clone() },
    };
    match ty {
        _ if large => SqlType::List(Box::new(field), ListLayout::Large),
        SqlType::FixedSizeList(_, size) if sized => SqlType::FixedSizeList(Box::new(field), *size),
        _ => SqlType::List(Box::new(field), ListLayout::List),
    }
}

fn unsized_lists(ty: &SqlType) -> SqlType {
    let inner =
        |field: &Field| Box::new(Field::new(field.name.clone(), unsized_lists(&field.ty), field.nullable));
    match ty {
        SqlType::List(field, layout) => SqlType::List(inner(field), *layout),
        SqlType::FixedSizeList(field, _) => SqlType::List(inner(field), ListLayout::List),
        _ => ty.clone(),
    }
}

/// The engine's implicit conversions: what `from` becomes where `to` is asked for.
fn implicit(to: &SqlType, from: &SqlType) -> Option<SqlType> {
    use SqlType::*;
    let granted = || Some(to.clone());
    match (to, from) {
        (_, Dictionary(_, value)) if implicit(to, value).is_some() => return granted(),
        (Dictionary(_, value), _) if implicit(value, from).is_some() => return granted(),
        (Timestamp(unit, Some(zone)), _) if zone == ANY_ZONE => {
            return match from {
                Timestamp(_, Some(zone)) => Some(Timestamp(*unit, Some(zone.clone()))),
                Null | Date32 | Text(Layout::Plain | Layout::Large) | Timestamp(_, None) => {
                    Some(Timestamp(*unit, Some(NO_ZONE.to_owned())))
                }
                _ => None,
            };
        }
        _ => {}
    }
    let allowed = match (to, from) {
        (_, Null) => true,
        (Text(_), _) => true,
        (Null, _) => can_cast(from, to),
        _ if to.is_integer() => widens(to, from),
        (Float16, _) => matches!(from, Int8 | Int16 | UInt8 | UInt16 | Float16),
        (Float32, _) => from.is_integer() || matches!(from, Float16 | Float32),
        (Float64, _) => from.is_integer() || from.is_float() || from.is_decimal(),
        (Timestamp(TimeUnit::Nanosecond, None), _) => {
            matches!(from, Timestamp(_, None) | Date32 | Date64 | Text(_))
        }
        (Timestamp(_, Some(_)), _) => {
            matches!(from, Timestamp(..) | Date32 | Text(Layout::Plain | Layout::Large))
        }
        (Interval(_), _) => is_string(from),
        (Binary(Layout::View), _) => matches!(from, Binary(Layout::Plain | Layout::Large)),
        (List(_, ListLayout::List), FixedSizeList(..)) => true,
        (List(..), _) => *base_type(from) == Null || list_ndims(from) == list_ndims(to),
        _ => false,
    };
    if allowed { granted() } else { None }
}

/// Whether an integer type holds every value of another.
fn widens(to: &SqlType, from: &SqlType) -> bool {
    match (number::integer_bits(to), number::integer_bits(from)) {
        (Some(a), Some(b)) if to.is_signed_integer() == from.is_signed_integer() => a >= b,
        (Some(a), Some(b)) => to.is_signed_integer() && a > b,
        _ => false,
    }
}
