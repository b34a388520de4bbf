//! The multi-stage engine (1.5.1): operators, CASE and COALESCE, casts, comparisons, by Calcite 1.40's rules over Pinot's
//! type system, in which a decimal beside a float or double is a double, and a date is a timestamp.

use querent_types::SqlType;

use super::types::{entries, is_list, is_number, rank, timestamp, widest};
use super::{logic, refuse};
use crate::ast::{BinaryOp, LikeOp, Literal};
use crate::dialect::thin::known;
use crate::dialect::{CommonPlace, NullRule, Operand, Refusal, Resolved};

/// A family of types in Calcite's sense.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Number,
    Text,
    Truth,
    Time,
    Bytes,
    Null,
    Other,
}

pub(super) fn family(ty: &SqlType) -> Family {
    match ty {
        ty if is_number(ty) => Family::Number,
        SqlType::Text(_) | SqlType::Json | SqlType::Uuid => Family::Text,
        SqlType::Boolean => Family::Truth,
        SqlType::Timestamp(..) => Family::Time,
        SqlType::Binary(_) => Family::Bytes,
        SqlType::Null => Family::Null,
        _ => Family::Other,
    }
}

/// Whether values of a type are written as text where text is wanted.
pub(super) fn is_written(ty: &SqlType) -> bool {
    family(ty) != Family::Other
}

fn is_integer(ty: &SqlType) -> bool {
    matches!(ty, SqlType::Int32 | SqlType::Int64)
}

/// The wider of two numbers: a decimal beside a float or double is a double.
pub(super) fn wider(a: &SqlType, b: &SqlType) -> SqlType {
    use SqlType::{BigDecimal, Float32, Float64};
    match (a, b) {
        (BigDecimal, Float32 | Float64) | (Float32 | Float64, BigDecimal) => Float64,
        _ if rank(a) < rank(b) => b.clone(),
        _ => a.clone(),
    }
}

/// The wider of two in arithmetic, where a decimal beside anything is a double.
fn calculated(a: &SqlType, b: &SqlType) -> SqlType {
    match wider(a, b) {
        SqlType::BigDecimal => SqlType::Float64,
        other => other,
    }
}

pub(super) fn binary(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    use BinaryOp::*;
    match op {
        And | Or => logic(left, right),
        Eq | NotEq => compare(left, right, true),
        Lt | LtEq | Gt | GtEq => compare(left, right, false),
        Plus | Minus | Multiply | Divide | Modulo => calculate(op, left, right),
        Concat => {
            let text = |operand: &Operand| operand.ty.as_ref().is_none_or(is_written);
            if text(left) && text(right) {
                return Ok(known(SqlType::TEXT, vec![Some(SqlType::TEXT); 2]));
            }
            Err(refuse("`||` joins texts"))
        }
        _ => Err(Refusal::UnknownOperator),
    }
}

fn calculate(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let (a, b) = match (&left.ty, &right.ty) {
        (Some(a), Some(b)) => (a, b),
        (Some(ty), None) | (None, Some(ty)) => (ty, ty),
        (None, None) => {
            return Ok(Resolved { ty: None, operands: vec![None, None], nulls: NullRule::Strict });
        }
    };
    let ty = if *op == BinaryOp::Modulo { modulo(a, b) } else { arithmetic(op, a, b) };
    let ty = ty.ok_or_else(|| refuse("Calcite calculates with numbers"))?;
    let side = |own: &SqlType| if family(own) == Family::Null { ty.clone() } else { own.clone() };
    Ok(known(ty.clone(), vec![Some(side(a)), Some(side(b))]))
}

/// A text is read as the number beside it, and as a double beside another text or a time; a time is milliseconds.
fn arithmetic(op: &BinaryOp, a: &SqlType, b: &SqlType) -> Option<SqlType> {
    use Family::{Null, Number, Text, Time};
    Some(match (family(a), family(b)) {
        (Number, Number) => calculated(a, b),
        (Number, Text | Null) => calculated(a, a),
        (Text | Null, Number) => calculated(b, b),
        (Number, Time) => calculated(a, &SqlType::Int64),
        (Time, Number) => calculated(&SqlType::Int64, b),
        (Time, Time) if matches!(op, BinaryOp::Plus | BinaryOp::Minus) => timestamp(),
        (Time, Time) => SqlType::Int64,
        (Text, Text) | (Text, Time) | (Time, Text) => SqlType::Float64,
        _ => return None,
    })
}

/// The rest of a division has the type of the divisor; with anything but integers it is a double.
fn modulo(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    use Family::{Null, Number, Text};
    match (family(a), family(b)) {
        (Number, Number) if is_integer(a) && is_integer(b) => Some(b.clone()),
        (Number | Text | Null, Number | Text | Null) => Some(SqlType::Float64),
        _ => None,
    }
}

/// Whether two values are compared. A truth value goes with a number by `=` alone.
fn comparable(a: &SqlType, b: &SqlType, equality: bool) -> bool {
    use Family::{Bytes, Null, Number, Other, Text, Time, Truth};
    match (family(a), family(b)) {
        (Null, _) | (_, Null) => true,
        (Number, Number) | (Text, Text) | (Truth, Truth) | (Time, Time) | (Bytes, Bytes) => true,
        (Text, Number | Truth | Time) | (Number | Truth | Time, Text) => true,
        (Number, Truth) | (Truth, Number) => equality,
        (Number, Time) => is_integer(a),
        (Time, Number) => is_integer(b),
        (Other, Other) => a == b,
        _ => false,
    }
}

fn compare(left: &Operand, right: &Operand, equality: bool) -> Result<Resolved, Refusal> {
    let operands = match (&left.ty, &right.ty) {
        (Some(a), Some(b)) if comparable(a, b, equality) => {
            // Text is read as the other side.
            let read = |own: &SqlType, other: &SqlType| {
                let text = family(own) == Family::Text && family(other) != Family::Null;
                Some(if text { other.clone() } else { own.clone() })
            };
            vec![read(a, b), read(b, a)]
        }
        (Some(a), Some(b)) => {
            let arrays = is_list(a) != is_list(b);
            return Err(refuse(if arrays {
                "this engine compares no element of an array by itself: write `arrayToMv(a) = x`"
            } else {
                "Calcite brings them to no common type to compare them in"
            }));
        }
        (Some(ty), None) | (None, Some(ty)) => vec![Some(ty.clone()); 2],
        (None, None) => vec![None, None],
    };
    Ok(known(SqlType::Boolean, operands))
}

pub(super) fn like(op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    if op != LikeOp::Like {
        return Err(refuse("Pinot has LIKE, and regexpLike(text, 'pattern')"));
    }
    let text = |operand: &Operand| operand.ty.as_ref().is_none_or(is_written);
    if text(left) && text(right) {
        return Ok(known(SqlType::Boolean, vec![Some(SqlType::TEXT); 2]));
    }
    Err(refuse("a pattern is matched with text"))
}

pub(super) fn common(place: CommonPlace, operands: &[Operand]) -> Result<SqlType, Refusal> {
    let types: Vec<SqlType> =
        operands.iter().filter_map(|o| o.ty.clone()).filter(|ty| *ty != SqlType::Null).collect();
    let Some((first, others)) = types.split_first() else { return Ok(SqlType::Null) };
    let compared = |ty: &SqlType| match place {
        // A list is brought to one type before it is compared, and numbers and times have none.
        CommonPlace::InList | CommonPlace::Between => {
            comparable(first, ty, true) && (family(first) == Family::Time) == (family(ty) == Family::Time)
                || family(ty) == Family::Text
        }
        _ => comparable(first, ty, true),
    };
    match place {
        CommonPlace::CaseWhen | CommonPlace::InList | CommonPlace::Between => {
            if others.iter().all(compared) {
                return Ok(first.clone());
            }
            Err(refuse("values that Calcite compares with one another"))
        }
        CommonPlace::CaseResult | CommonPlace::SetOperation => {
            let types: Vec<SqlType> = exact(operands).into_iter().filter(|ty| *ty != SqlType::Null).collect();
            let (first, others) = types.split_first().unwrap_or((first, others));
            let common = others.iter().try_fold(first.clone(), |so_far, ty| result_of_two(&so_far, ty));
            common.ok_or_else(|| refuse("results that Calcite brings to one type"))
        }
        CommonPlace::Values | CommonPlace::Array => {
            alike(&types).ok_or_else(|| refuse("values of one family"))
        }
    }
}

/// The type of two results of CASE: text takes in all that is written, a time takes in integers and decimals.
fn result_of_two(a: &SqlType, b: &SqlType) -> Option<SqlType> {
    use Family::{Number, Text, Time, Truth};
    match (family(a), family(b)) {
        _ if a == b => Some(a.clone()),
        (Number, Number) => Some(wider(a, b)),
        (Number, Time) | (Time, Number) => {
            let number = if family(a) == Number { a } else { b };
            (!matches!(number, SqlType::Float32 | SqlType::Float64)).then(timestamp)
        }
        (Text, Number | Time | Truth | Family::Bytes | Text) => Some(SqlType::TEXT),
        (Number | Time | Truth | Family::Bytes, Text) => Some(SqlType::TEXT),
        _ => None,
    }
}

/// The types of operands. A decimal written out beside a decimal column is exact, and a double elsewhere.
pub(super) fn exact(operands: &[Operand]) -> Vec<SqlType> {
    let written = |operand: &&Operand| matches!(&operand.literal, Some(Literal::Number(text)) if !text.contains(['e', 'E']));
    let decimal = operands.iter().any(|o| o.ty == Some(SqlType::BigDecimal) && !written(&o));
    let kept = operands.iter().filter(|o| !(decimal && written(o) && o.ty == Some(SqlType::Float64)));
    kept.filter_map(|operand| operand.ty.clone()).collect()
}

/// The one type of values of one family.
pub(super) fn alike(types: &[SqlType]) -> Option<SqlType> {
    let present: Vec<&SqlType> = types.iter().filter(|ty| **ty != SqlType::Null).collect();
    let Some(first) = present.first() else { return Some(SqlType::Null) };
    if let Some(number) = widest(present.iter().copied(), wider) {
        return Some(number);
    }
    let same =
        |ty: &&SqlType| **ty == **first || (family(ty) == Family::Text && family(first) == Family::Text);
    present.iter().all(same).then(|| (*first).clone())
}

/// Whether `CAST(from AS to)` is planned.
pub(super) fn can_cast(from: &SqlType, to: &SqlType) -> bool {
    use Family::{Bytes, Number, Text, Time, Truth};
    match (family(from), to) {
        (Family::Null, _) => true,
        // Nothing is JSON to this engine.
        (_, SqlType::Json) => false,
        (Number | Text, SqlType::Binary(_)) => false,
        (Number | Text, _) => true,
        (Truth, SqlType::Int32 | SqlType::Int64 | SqlType::Boolean | SqlType::Text(_)) => true,
        (Time, SqlType::Boolean | SqlType::Binary(_)) => false,
        (Time, _) => true,
        (Bytes, SqlType::Timestamp(..) | SqlType::Text(_) | SqlType::Binary(_)) => true,
        _ => false,
    }
}

/// An element of an array by its position, from 1, and a value of a map by its key.
pub(super) fn subscript(expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
    let Some(ty) = &expr.ty else {
        return Ok(Resolved { ty: None, operands: vec![None, None], nulls: NullRule::Always });
    };
    let fits = |key: &SqlType| index.ty.as_ref().is_none_or(|ty| family(ty) == family(key));
    match (ty, entries(ty)) {
        (SqlType::List(field, _), _) if fits(&SqlType::Int32) => Ok(Resolved {
            nulls: NullRule::Always,
            ..known(field.ty.clone(), vec![expr.ty.clone(), Some(SqlType::Int32)])
        }),
        (_, Some((key, value))) if fits(key) => {
            Ok(known(value.clone(), vec![expr.ty.clone(), Some(key.clone())]))
        }
        _ => Err(refuse("an array has elements by position, a map by key")),
    }
}
