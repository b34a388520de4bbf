//! One type for two: comparison, union and element coercion, as in `datafusion-expr-common` 55.2
//! (`type_coercion/binary.rs`).
//!
//! Numbers stand in `number.rs`; arithmetic, which does not bring its operands to one type, in `arithmetic.rs`.

use querent_types::{Field, IntervalUnit, Layout, ListLayout, SqlType, TimeUnit};

use super::cast::can_cast;
use super::number::numbers;
use super::shape::*;

type Coercion = fn(&SqlType, &SqlType) -> Option<SqlType>;

const NANO: SqlType = SqlType::Timestamp(TimeUnit::Nanosecond, None);

/// The type in which two values are compared.
pub(super) fn comparison(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    if equals_datatype(a, b) {
        return Some(a.clone());
    }
    numbers(a, b)
        .or_else(|| encoded(a, b, true, comparison))
        .or_else(|| temporal(a, b))
        .or_else(|| strings(a, b))
        .or_else(|| lists(a, b, comparison))
        .or_else(|| nulls(a, b))
        .or_else(|| string_with(a, b, |_, number| number.is_numeric().then(|| number.clone())))
        .or_else(|| string_with(a, b, string_as_time))
        .or_else(|| bytes(a, b))
        .or_else(|| structs(a, b, comparison))
        .or_else(|| maps(a, b, comparison))
        .or_else(|| unions(a, b))
}

/// The type of a column fed by both values: set operations and the branches of CASE.
pub(super) fn union(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    if equals_datatype(a, b) {
        return Some(a.clone());
    }
    numbers(a, b)
        .or_else(|| encoded(a, b, true, union))
        .or_else(|| temporal(a, b))
        .or_else(|| strings(a, b))
        .or_else(|| lists(a, b, union))
        .or_else(|| nulls(a, b))
        .or_else(|| string_with(a, b, |text, number| number.is_numeric().then(|| text.clone())))
        .or_else(|| string_with(a, b, string_as_time))
        .or_else(|| bytes(a, b))
        .or_else(|| structs(a, b, union))
        .or_else(|| maps(a, b, union))
}

/// The one type of VALUES rows, array elements and COALESCE's arguments (`type_union_resolution`).
pub(super) fn resolution(types: &[SqlType]) -> Option<SqlType> {
    let first = types.first()?;
    if types.iter().all(|ty| ty == first) {
        return Some(first.clone());
    }
    if types.iter().all(|ty| *ty == SqlType::Null) {
        return Some(SqlType::TEXT_VIEW);
    }
    let mut known = None;
    for ty in types.iter().filter(|ty| **ty != SqlType::Null) {
        match category(ty)? {
            Category::Unknown => {}
            found if *known.get_or_insert(found) != found => return None,
            _ => {}
        }
    }
    let mut candidate: Option<SqlType> = None;
    for ty in types.iter().filter(|ty| **ty != SqlType::Null) {
        candidate = Some(match candidate {
            Some(so_far) => resolution_of_two(ty, &so_far)?,
            None => ty.clone(),
        });
    }
    candidate
}

/// [`resolution`] for each argument: structs keep their own field names and only their members' types change
/// (`try_type_union_resolution`).
pub(super) fn resolutions(types: &[SqlType]) -> Option<Vec<SqlType>> {
    if let Some(structs) = struct_resolutions(types) {
        return Some(structs);
    }
    resolution(types).map(|ty| vec![ty; types.len()])
}

fn struct_resolutions(types: &[SqlType]) -> Option<Vec<SqlType>> {
    let members: Vec<&Vec<Field>> = types
        .iter()
        .map(|ty| match ty {
            SqlType::Struct(fields) => Some(fields),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let first = members.first()?;
    let same_keys = |fields: &&Vec<Field>| {
        fields.len() == first.len() && fields.iter().zip(first.iter()).all(|(a, b)| a.name == b.name)
    };
    if !members.iter().all(same_keys) {
        return None;
    }
    let mut common: Vec<SqlType> = first.iter().map(|field| field.ty.clone()).collect();
    for fields in &members[1..] {
        for (so_far, field) in common.iter_mut().zip(fields.iter()) {
            *so_far = resolution_of_two(so_far, &field.ty)?;
        }
    }
    let retyped = |fields: &&Vec<Field>| {
        SqlType::Struct(
            fields.iter().zip(&common).map(|(field, ty)| Field { ty: ty.clone(), ..field.clone() }).collect(),
        )
    };
    Some(members.iter().map(retyped).collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Category {
    Array,
    Boolean,
    Numeric,
    DateTime,
    Composite,
    Unknown,
}

/// `None` where the engine supports no common type at all.
fn category(ty: &SqlType) -> Option<Category> {
    Some(match ty {
        SqlType::Dictionary(_, value) => return category(value),
        SqlType::RunEndEncoded(_, values) => return category(&values.ty),
        ty if ty.is_numeric() => Category::Numeric,
        SqlType::Boolean => Category::Boolean,
        SqlType::List(_, ListLayout::List | ListLayout::Large) | SqlType::FixedSizeList(..) => {
            Category::Array
        }
        SqlType::Text(_) | SqlType::Null => Category::Unknown,
        ty if ty.is_temporal() => Category::DateTime,
        SqlType::Map(..) | SqlType::Struct(_) | SqlType::Union(..) => Category::Composite,
        _ => return None,
    })
}

fn resolution_of_two(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (SqlType::Dictionary(ka, va), SqlType::Dictionary(kb, vb)) => Some(SqlType::Dictionary(
            Box::new(resolution_of_two(ka, kb)?),
            Box::new(resolution_of_two(va, vb)?),
        )),
        (SqlType::Dictionary(key, value), other) | (other, SqlType::Dictionary(key, value)) => {
            match resolution_of_two(value, other)? {
                SqlType::TEXT_VIEW => Some(SqlType::TEXT_VIEW),
                value => Some(SqlType::Dictionary(key.clone(), Box::new(value))),
            }
        }
        (SqlType::RunEndEncoded(ra, va), SqlType::RunEndEncoded(rb, vb)) => Some(SqlType::RunEndEncoded(
            Box::new(Field { ty: resolution_of_two(&ra.ty, &rb.ty)?, ..(**ra).clone() }),
            Box::new(Field { ty: resolution_of_two(&va.ty, &vb.ty)?, ..(**va).clone() }),
        )),
        (SqlType::RunEndEncoded(runs, values), other) | (other, SqlType::RunEndEncoded(runs, values)) => {
            let values = Field { ty: resolution_of_two(&values.ty, other)?, ..(**values).clone() };
            Some(SqlType::RunEndEncoded(runs.clone(), Box::new(values)))
        }
        (SqlType::Struct(fa), SqlType::Struct(fb)) => {
            if fa.len() != fb.len() {
                return None;
            }
            let typed = |(left, right): (&Field, &Field)| {
                let other = fb.iter().find(|field| field.name == left.name)?;
                let ty = resolution_of_two(&left.ty, &other.ty)?;
                Some(Field::new(left.name.clone(), ty, left.nullable || right.nullable))
            };
            fa.iter().zip(fb).map(typed).collect::<Option<_>>().map(SqlType::Struct)
        }
        _ => numbers(a, b)
            .or_else(|| lists(a, b, resolution_of_two))
            .or_else(|| maps(a, b, resolution_of_two))
            .or_else(|| temporal(a, b))
            .or_else(|| strings(a, b))
            .or_else(|| nulls(a, b))
            .or_else(|| string_with(a, b, |_, number| number.is_numeric().then(|| number.clone())))
            .or_else(|| bytes(a, b)),
    }
}

/// Dictionaries and run ends: compared by their values; kept where the other side has just that value type.
pub(super) fn encoded(a: &SqlType, b: &SqlType, keep: bool, coerce: Coercion) -> Option<SqlType> {
    use SqlType::{Dictionary, RunEndEncoded};
    match (a, b) {
        (Dictionary(_, va), Dictionary(_, vb)) => coerce(va, vb),
        (whole @ Dictionary(_, value), other) | (other, whole @ Dictionary(_, value))
            if keep && **value == *other =>
        {
            Some(whole.clone())
        }
        (Dictionary(_, value), other) => coerce(value, other),
        (other, Dictionary(_, value)) => coerce(other, value),
        (RunEndEncoded(_, va), RunEndEncoded(_, vb)) => coerce(&va.ty, &vb.ty),
        (whole @ RunEndEncoded(_, values), other) | (other, whole @ RunEndEncoded(_, values))
            if keep && values.ty == *other =>
        {
            Some(whole.clone())
        }
        (RunEndEncoded(_, values), other) => coerce(&values.ty, other),
        (other, RunEndEncoded(_, values)) => coerce(other, &values.ty),
        _ => None,
    }
}

/// Two text layouts.
pub(super) fn strings(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    match (a, b) {
        (SqlType::Text(la), SqlType::Text(lb)) => Some(SqlType::Text(wider_layout(*la, *lb))),
        _ => None,
    }
}

/// A rule about text (its first argument) beside something else, whichever side the text is on.
fn string_with(a: &SqlType, b: &SqlType, rule: fn(&SqlType, &SqlType) -> Option<SqlType>) -> Option<SqlType> {
    match (a, b) {
        (SqlType::Text(_), other) if !is_string(other) => rule(a, other),
        (other, SqlType::Text(_)) if !is_string(other) => rule(b, other),
        _ => None,
    }
}

fn string_as_time(_: &SqlType, time: &SqlType) -> Option<SqlType> {
    match time {
        SqlType::Date32 | SqlType::Date64 | SqlType::Time(_) => Some(time.clone()),
        SqlType::Timestamp(_, zone) => Some(SqlType::Timestamp(TimeUnit::Nanosecond, zone.clone())),
        _ => None,
    }
}

/// A NULL takes the other's type.
pub(super) fn nulls(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    match (a, b) {
        (SqlType::Null, other) | (other, SqlType::Null) => Some(other.clone()),
        _ => None,
    }
}

/// Times, of which timestamps keep the first zone there is.
fn temporal(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    match (a, b) {
        (SqlType::Timestamp(ua, za), SqlType::Timestamp(ub, zb)) => {
            Some(SqlType::Timestamp((*ua).max(*ub), za.clone().or_else(|| zb.clone())))
        }
        _ => other_temporal(a, b),
    }
}

/// Times, of which timestamps must not stand in different zones: for arithmetic.
pub(super) fn temporal_same_zone(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    if let (SqlType::Timestamp(_, Some(za)), SqlType::Timestamp(_, Some(zb))) = (a, b) {
        let utc = |zone: &str| zone == "UTC" || zone == "+00:00";
        if za != zb && !(utc(za) && utc(zb)) {
            return None;
        }
    }
    temporal(a, b)
}

fn other_temporal(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    use SqlType::{Date32, Date64, Duration, Interval, Time, Timestamp};
    match (a, b) {
        (Interval(_) | Duration(_), Interval(_) | Duration(_)) => Some(Interval(IntervalUnit::MonthDayNano)),
        (date @ (Date32 | Date64), number) | (number, date @ (Date32 | Date64)) if number.is_integer() => {
            Some(date.clone())
        }
        (Date64, Date32) | (Date32, Date64) => Some(Date64),
        (Date32 | Date64, Time(_) | Timestamp(..)) | (Time(_) | Timestamp(..), Date32 | Date64) => Some(NANO),
        _ => None,
    }
}

/// Byte strings, beside one another or beside text.
pub(super) fn bytes(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    use SqlType::{Binary, FixedSizeBinary, Text};
    let layout = match (a, b) {
        (FixedSizeBinary(_), Binary(layout @ (Layout::Plain | Layout::View)))
        | (Binary(layout @ (Layout::Plain | Layout::View)), FixedSizeBinary(_)) => *layout,
        (Binary(la), Binary(lb)) => wider_layout(*la, *lb),
        (Binary(Layout::View), Text(_)) | (Text(_), Binary(Layout::View)) => Layout::View,
        (Binary(Layout::Plain), Text(Layout::Plain)) | (Text(Layout::Plain), Binary(Layout::Plain)) => {
            Layout::Plain
        }
        (Binary(_), Text(_)) | (Text(_), Binary(_)) => Layout::Large,
        _ => return None,
    };
    Some(Binary(layout))
}

/// Lists by their elements; lists of unlike fixed sizes become plain ones.
fn lists(a: &SqlType, b: &SqlType, coerce: Coercion) -> Option<SqlType> {
    use SqlType::{FixedSizeList, List};
    let item = |fa: &Field, fb: &Field| {
        let ty = coerce(&fa.ty, &fb.ty)?;
        Some(Box::new(Field { ty, nullable: fa.nullable || fb.nullable, ..fa.clone() }))
    };
    let layout = |ty: &SqlType| match ty {
        List(_, layout @ (ListLayout::List | ListLayout::Large)) => Some(*layout),
        FixedSizeList(..) => Some(ListLayout::List),
        _ => None,
    };
    if let (FixedSizeList(fa, na), FixedSizeList(fb, nb)) = (a, b)
        && na == nb
    {
        return Some(FixedSizeList(item(fa, fb)?, *nb));
    }
    let (la, lb) = (layout(a)?, layout(b)?);
    Some(List(item(element(a)?, element(b)?)?, la.max(lb)))
}

/// Structs by the names of their members where these are the same, else by their places.
fn structs(a: &SqlType, b: &SqlType, coerce: Coercion) -> Option<SqlType> {
    let (SqlType::Struct(fa), SqlType::Struct(fb)) = (a, b) else { return None };
    if fa.len() != fb.len() {
        return None;
    }
    let by_name = fa.iter().all(|left| fb.iter().any(|right| right.name == left.name));
    let typed = |(place, left): (usize, &Field)| {
        let right = if by_name { fb.iter().find(|right| right.name == left.name)? } else { &fb[place] };
        Some(Field::new(left.name.clone(), coerce(&left.ty, &right.ty)?, left.nullable || right.nullable))
    };
    fa.iter().enumerate().map(typed).collect::<Option<_>>().map(SqlType::Struct)
}

fn maps(a: &SqlType, b: &SqlType, coerce: Coercion) -> Option<SqlType> {
    let (SqlType::Map(fa, sa), SqlType::Map(fb, sb)) = (a, b) else { return None };
    let entries = structs(&fa.ty, &fb.ty, coerce)?;
    Some(SqlType::Map(Box::new(Field { ty: entries, ..(**fa).clone() }), *sa && *sb))
}

fn unions(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    match (a, b) {
        (SqlType::Union(fields, _), other) | (other, SqlType::Union(fields, _)) => {
            fields.iter().any(|(_, field)| can_cast(&field.ty, other)).then(|| other.clone())
        }
        _ => None,
    }
}

/// The text type in which LIKE compares.
pub(super) fn like(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    strings(a, b)
        .or_else(|| bytes_as_string(a, b))
        .or_else(|| encoded(a, b, false, like))
        .or_else(|| string_or_null(a, b))
        .or_else(|| nulls(a, b))
}

/// The text type in which regular expressions match.
pub(super) fn regex(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    strings(a, b).or_else(|| encoded(a, b, false, regex)).or_else(|| string_or_null(a, b))
}

fn string_or_null(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    match (a, b) {
        (SqlType::Null, SqlType::Null) => Some(SqlType::TEXT),
        (SqlType::Null, text @ SqlType::Text(_)) | (text @ SqlType::Text(_), SqlType::Null) => {
            Some(text.clone())
        }
        _ => None,
    }
}

/// Bytes beside text, read as text. Views of text are not among what the engine accepts.
fn bytes_as_string(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    let (SqlType::Binary(bytes), SqlType::Text(text)) = (a, b) else {
        return match (a, b) {
            (SqlType::Text(_), SqlType::Binary(_)) => bytes_as_string(b, a),
            _ => None,
        };
    };
    match (bytes, text) {
        (_, Layout::View) => None,
        (_, Layout::Large) | (Layout::Large, _) => Some(SqlType::Text(Layout::Large)),
        (Layout::View, Layout::Plain) => Some(SqlType::TEXT_VIEW),
        (Layout::Plain, Layout::Plain) => Some(SqlType::TEXT),
    }
}
