//! The single-stage engine (1.5.1): operators, CASE and COALESCE, casts, comparisons.
//!
//! It computes in doubles, or in decimals where one operand is one. What is computed of constants alone, or after the
//! groups are there, is computed by the broker and stays LONG where all are integers.

use querent_types::SqlType;

use super::types::{entries, is_list, is_number, rank, widest};
use super::{logic, refuse};
use crate::ast::{BinaryOp, LikeOp, Literal};
use crate::dialect::thin::{known, numbers_beside};
use crate::dialect::{CommonPlace, NullRule, Operand, Refusal, Resolved};

pub(super) fn binary(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    use BinaryOp::*;
    match op {
        And | Or => logic(left, right),
        Eq | NotEq | Lt | LtEq | Gt | GtEq => compare(left, right),
        Plus | Minus | Multiply | Divide | Modulo => {
            let constant = |operand: &Operand| operand.literal.is_some();
            let by_broker = constant(left) && constant(right);
            arithmetic(op, left, right, by_broker)
        }
        Concat => Err(refuse("this engine has no `||`: write `concat(a, b)`")),
        _ => Err(Refusal::UnknownOperator),
    }
}

/// Arithmetic, in rows or by the broker.
pub(super) fn arithmetic(
    op: &BinaryOp,
    left: &Operand,
    right: &Operand,
    by_broker: bool,
) -> Result<Resolved, Refusal> {
    let operands = || numbers_beside(left, right);
    let (Some(a), Some(b)) = (&left.ty, &right.ty) else {
        return Ok(Resolved { ty: None, operands: operands(), nulls: NullRule::Strict });
    };
    let calculates = |ty: &SqlType| {
        !is_list(ty) && !matches!(ty, SqlType::Binary(_) | SqlType::Map(..) | SqlType::Struct(_))
    };
    if !calculates(a) || !calculates(b) {
        return Err(refuse("numbers are calculated with: an array by its aggregates, bytes not at all"));
    }
    let integer = |ty: &SqlType| matches!(ty, SqlType::Int32 | SqlType::Int64);
    let decimal = [a, b].contains(&&SqlType::BigDecimal) && *op != BinaryOp::Modulo;
    let whole = by_broker && integer(a) && integer(b);
    let ty = match op {
        _ if decimal => SqlType::BigDecimal,
        BinaryOp::Plus | BinaryOp::Minus | BinaryOp::Multiply if whole => SqlType::Int64,
        _ => SqlType::Float64,
    };
    Ok(known(ty, vec![left.ty.clone(), right.ty.clone()]))
}

/// Anything is compared with anything, but bytes with what is none, and truth with numbers and times.
fn compare(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let truth = |operand: &Operand| matches!(operand.literal, Some(Literal::Boolean(_)));
    for (one, other) in [(left, right), (right, left)] {
        let Some(ty) = &one.ty else { continue };
        let fits = match ty {
            SqlType::Binary(_) => match &other.literal {
                Some(Literal::String(text)) => is_hex(text),
                Some(Literal::Bytes(_)) => {
                    return Err(refuse(
                        "this engine makes a text of binary digits of `X'…'`: write hexToBytes('…')",
                    ));
                }
                Some(_) => false,
                None => matches!(other.ty, None | Some(SqlType::Binary(_))),
            },
            ty if is_number(ty) || matches!(ty, SqlType::Timestamp(..)) => {
                // What is no number compares as text with one, but a literal is converted when it is planned.
                !truth(other)
            }
            SqlType::Map(..) => {
                !matches!(other.literal, Some(Literal::Number(_) | Literal::String(_) | Literal::Boolean(_)))
            }
            _ => true,
        };
        if !fits {
            return Err(refuse("values that this engine converts to the type of the other"));
        }
    }
    // A text that is written out is read as the type of the other side.
    let read = |own: &Operand, other: &Operand| match (&own.literal, &other.ty) {
        (Some(Literal::String(_)), Some(ty)) if !matches!(ty, SqlType::Json | SqlType::Map(..)) => {
            Some(ty.clone())
        }
        _ => own.ty.clone().or_else(|| other.ty.clone()),
    };
    Ok(known(SqlType::Boolean, elements(vec![read(left, right), read(right, left)])))
}

/// A parameter beside an array is compared with its elements.
fn elements(operands: Vec<Option<SqlType>>) -> Vec<Option<SqlType>> {
    let element = |ty: SqlType| match ty {
        SqlType::List(field, _) => field.ty,
        other => other,
    };
    operands.into_iter().map(|ty| ty.map(element)).collect()
}

pub(super) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn like(op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    if op != LikeOp::Like {
        return Err(refuse("Pinot has LIKE, and regexp_like(text, 'pattern')"));
    }
    if [left, right].iter().filter_map(|operand| operand.ty.as_ref()).any(|ty| matches!(ty, SqlType::Map(..)))
    {
        return Err(refuse("a pattern is matched with text"));
    }
    Ok(known(SqlType::Boolean, vec![Some(SqlType::TEXT); 2]))
}

/// The wider of two numbers.
pub(super) fn wider(a: &SqlType, b: &SqlType) -> SqlType {
    if rank(a) < rank(b) { b.clone() } else { a.clone() }
}

pub(super) fn common(place: CommonPlace, operands: &[Operand]) -> Result<SqlType, Refusal> {
    let types: Vec<SqlType> =
        operands.iter().filter_map(|o| o.ty.clone()).filter(|ty| *ty != SqlType::Null).collect();
    let Some(first) = types.first() else { return Ok(SqlType::Null) };
    match place {
        CommonPlace::CaseResult => results(operands, &types),
        CommonPlace::Between | CommonPlace::InList => compared(place, first, &types),
        CommonPlace::CaseWhen => Ok(first.clone()),
        CommonPlace::Array | CommonPlace::Values | CommonPlace::SetOperation => {
            if let Some(number) = widest(&types, wider) {
                return Ok(number);
            }
            let same = types.iter().all(|ty| ty == first);
            if same { Ok(first.clone()) } else { Err(refuse("values of one type")) }
        }
    }
}

/// The results of CASE: numbers widen, all else is of one type, and no array may stand there.
fn results(operands: &[Operand], types: &[SqlType]) -> Result<SqlType, Refusal> {
    if let Some(number) = widest(types, wider) {
        return Ok(number);
    }
    let written = |operand: &&Operand| !matches!(operand.literal, Some(Literal::String(_)));
    let typed = operands.iter().filter(written).filter_map(|o| o.ty.as_ref());
    let Some(first) = typed.clone().find(|ty| **ty != SqlType::Null) else { return Ok(SqlType::TEXT) };
    let literals = operands.len() > operands.iter().filter(written).count();
    let takes_text = matches!(first, SqlType::Text(_) | SqlType::Json);
    let same = typed.clone().all(|ty| ty == first || *ty == SqlType::Null);
    if same && !is_list(first) && (!literals || takes_text) {
        return Ok(first.clone());
    }
    Err(refuse("this engine gives a CASE one type: numbers widen, and all else must be alike"))
}

fn compared(place: CommonPlace, first: &SqlType, types: &[SqlType]) -> Result<SqlType, Refusal> {
    let lists = types.iter().skip(1).any(is_list);
    let unordered = matches!(first, SqlType::Binary(_) | SqlType::Map(..));
    if lists || (place == CommonPlace::Between && unordered) {
        return Err(refuse("values that this engine compares one by one"));
    }
    Ok(match first {
        // Any element may be the one.
        SqlType::List(field, _) => field.ty.clone(),
        first => first.clone(),
    })
}

/// COALESCE: numbers widen, and all else is text. One that begins with a literal is that literal.
pub(super) fn coalesce(args: &[Operand], types: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    let element = |ty: &SqlType| match ty {
        SqlType::List(field, _) => field.ty.clone(),
        other => other.clone(),
    };
    if args.first().is_some_and(|arg| arg.literal.is_some()) {
        return Ok(types.first().cloned());
    }
    let present: Vec<SqlType> = types.iter().filter(|ty| **ty != SqlType::Null).map(element).collect();
    if let Some(number) = widest(&present, wider) {
        return Ok(Some(number));
    }
    let text = present.iter().all(|ty| matches!(ty, SqlType::Text(_)));
    if types.len() > present.len() && !text {
        return Err(refuse("this engine has no NULL of that type in COALESCE: leave it out"));
    }
    Ok(Some(SqlType::TEXT))
}

/// Whether `CAST(from AS to)` is planned.
pub(super) fn can_cast(from: &SqlType, to: &SqlType) -> bool {
    !is_list(from) || !matches!(to, SqlType::BigDecimal | SqlType::Json)
}

/// The type of a cast: of an array its elements are cast, and a number that is cast to a time stays milliseconds.
pub(super) fn cast(from: &Operand, to: &SqlType) -> SqlType {
    match (&from.ty, to) {
        (Some(from), to) if is_list(from) => SqlType::list(to.clone()),
        (_, SqlType::Timestamp(..)) if matches!(from.literal, Some(Literal::Number(_))) => SqlType::Int64,
        (_, to) => to.clone(),
    }
}

/// A value of a map by its key; there are no positions in arrays.
pub(super) fn subscript(expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
    let Some(ty) = &expr.ty else {
        return Ok(Resolved { ty: None, operands: vec![None, None], nulls: NullRule::Strict });
    };
    let Some((key, value)) = entries(ty) else {
        return Err(refuse(
            "this engine has elements of maps only: write arrayElementAtInt(a, 1) and its kin",
        ));
    };
    let _ = index;
    Ok(known(value.clone(), vec![expr.ty.clone(), Some(key.clone())]))
}
