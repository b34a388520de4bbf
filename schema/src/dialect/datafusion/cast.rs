//! What Arrow 59.3 casts (`arrow_cast::can_cast_types`).

use querent_types::{Field, IntervalUnit, SqlType};

use super::shape::*;

/// Whether Arrow has a cast between the two types.
pub(super) fn can_cast(from: &SqlType, to: &SqlType) -> bool {
    use SqlType::*;
    if from == to {
        return true;
    }
    match (from, to) {
        (Null, _) => true,
        (Dictionary(_, from), Dictionary(_, to)) => can_cast(from, to),
        (Dictionary(_, from), _) => can_cast(from, to),
        (Union(fields, _), _) => union_member(fields, to),
        (_, Union(..)) => false,
        (RunEndEncoded(_, values), _) => can_cast(&values.ty, to),
        (_, RunEndEncoded(_, values)) => can_cast(from, &values.ty),
        (_, Dictionary(_, to)) => can_cast(from, to),
        (List(..) | FixedSizeList(..), _) | (_, List(..) | FixedSizeList(..)) => can_cast_list(from, to),
        (Map(from, sorted_from), Map(to, sorted_to)) if sorted_from == sorted_to => {
            can_cast_entries(from, to)
        }
        (Struct(from), Struct(to)) => can_cast_struct(from, to),
        (Struct(_), _) | (_, Struct(_)) => false,
        _ => can_cast_flat(from, to),
    }
}

fn can_cast_list(from: &SqlType, to: &SqlType) -> bool {
    use SqlType::{FixedSizeList, List};
    match (from, to) {
        (List(from, _), List(to, _) | FixedSizeList(to, _)) => can_cast(&from.ty, &to.ty),
        (List(from, _), SqlType::Text(_)) => can_cast(&from.ty, to),
        (FixedSizeList(from, _), List(to, _)) => can_cast(&from.ty, &to.ty),
        (FixedSizeList(from, a), FixedSizeList(to, b)) if a == b => can_cast(&from.ty, &to.ty),
        (_, List(to, _)) | (_, FixedSizeList(to, 1)) => can_cast(from, &to.ty),
        (FixedSizeList(from, 1), _) => can_cast(&from.ty, to),
        _ => false,
    }
}

fn can_cast_entries(from: &Field, to: &Field) -> bool {
    match (&from.ty, &to.ty) {
        (SqlType::Struct(from), SqlType::Struct(to)) if from.len() >= 2 && to.len() >= 2 => {
            can_cast(&from[0].ty, &to[0].ty) && can_cast(&from[1].ty, &to[1].ty)
        }
        _ => false,
    }
}

/// Members are matched by name, and by place where the names do not all match.
fn can_cast_struct(from: &[Field], to: &[Field]) -> bool {
    if from.len() != to.len() {
        return false;
    }
    let by_place = || from.iter().zip(to).all(|(a, b)| can_cast(&a.ty, &b.ty));
    if from.iter().zip(to).all(|(a, b)| a.name == b.name) {
        return by_place();
    }
    let castable = |to: &Field| {
        from.iter().find(|from| from.name == to.name).is_some_and(|from| can_cast(&from.ty, &to.ty))
    };
    to.iter().all(castable) || by_place()
}

fn union_member(fields: &[(i8, Field)], to: &SqlType) -> bool {
    let any = |test: &dyn Fn(&SqlType) -> bool| fields.iter().any(|(_, field)| test(&field.ty));
    any(&|ty| ty == to)
        || any(&|ty| (is_string(ty) && is_string(to)) || (is_binary(ty) && is_binary(to)))
        || (!is_nested(to) && any(&|ty| can_cast(ty, to)))
}

fn can_cast_flat(from: &SqlType, to: &SqlType) -> bool {
    use SqlType::*;
    let scalar = |ty: &SqlType| ty.is_integer() || ty.is_float() || is_string(ty);
    match (from, to) {
        (Decimal { .. }, Decimal { .. } | Null) => true,
        (Decimal { .. }, _) if to.is_numeric() || is_string(to) => true,
        (_, Decimal { .. }) if from.is_numeric() || is_string(from) => true,
        (_, Boolean) => scalar(from),
        (Boolean, _) => scalar(to),
        (Binary(_), Binary(_) | Text(_)) => true,
        (Binary(from), FixedSizeBinary(_)) => *from != querent_types::Layout::View,
        (FixedSizeBinary(_), Binary(_)) => true,
        (Text(_), Text(_) | Binary(_) | Date32 | Date64 | Time(_) | Timestamp(..) | Interval(_)) => true,
        (Text(_), _) => to.is_numeric(),
        (_, Text(_)) => is_primitive(from),
        (_, Binary(layout)) => *layout != querent_types::Layout::View && from.is_integer(),
        _ if from.is_numeric() && to.is_numeric() => !from.is_decimal() && !to.is_decimal(),
        _ => can_cast_time(from, to),
    }
}

fn can_cast_time(from: &SqlType, to: &SqlType) -> bool {
    use SqlType::*;
    use querent_types::TimeUnit::{Millisecond, Second};
    match (from, to) {
        (Int32, Date32 | Date64 | Time(Second | Millisecond)) => true,
        (Date32 | Date64 | Time(Second | Millisecond), Int32 | Int64) => true,
        (Int64, Date32 | Date64) => true,
        (Int64, Time(unit)) | (Time(unit), Int64) => !matches!(unit, Second | Millisecond),
        (Date32 | Date64, Date32 | Date64 | Timestamp(..)) => true,
        (Time(_), Time(_)) => true,
        (Timestamp(..), Timestamp(..) | Date32 | Date64 | Time(_)) => true,
        (Timestamp(..) | Duration(_), _) if to.is_numeric() => true,
        (_, Timestamp(..) | Duration(_)) if from.is_numeric() => true,
        (Duration(_), Duration(_) | Interval(IntervalUnit::MonthDayNano)) => true,
        (Interval(unit), Int64) => *unit != IntervalUnit::MonthDayNano,
        (Int32, Interval(IntervalUnit::YearMonth)) => true,
        (Interval(IntervalUnit::MonthDayNano), Duration(_)) => true,
        (Interval(_), Interval(IntervalUnit::MonthDayNano)) => true,
        _ => false,
    }
}
