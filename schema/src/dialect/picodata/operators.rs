//! Operators, and how values of several types become one: Picodata's type system (26.1 to 26.3).
//!
//! An INTEGER becomes DOUBLE or DECIMAL where the other operand is, and a DOUBLE a DECIMAL; a literal text is read as what
//! stands beside it, and a number with a point as DOUBLE beside one. Nothing else is converted, and what elements of
//! system tables and JSON hold (`any`) takes part in no operator.

use querent_types::SqlType;

use super::strict;
use crate::ast::{BinaryOp, Literal, UnaryOp};
use crate::dialect::thin::unknown;
use crate::dialect::{NullRule, Operand, Refusal, Resolved};

/// Whether every value of `from` is converted where a `to` is wanted.
pub(super) fn coerces(from: &SqlType, to: &SqlType) -> bool {
    match (from, to) {
        (SqlType::Int64, SqlType::Float64 | SqlType::BigDecimal) => true,
        (SqlType::Float64, SqlType::BigDecimal) => true,
        (SqlType::Text(_), SqlType::Text(_)) => true,
        (from, to) => from == to,
    }
}

fn is_number(ty: &SqlType) -> bool {
    matches!(ty, SqlType::Int64 | SqlType::Float64 | SqlType::BigDecimal)
}

/// Whether an operand is written as a text and so read as what stands beside it.
fn is_written_text(operand: &Operand) -> bool {
    matches!(operand.literal, Some(Literal::String(_)))
}

/// Whether an operand is written as a number with a point.
fn is_written_decimal(operand: &Operand) -> bool {
    operand.ty == Some(SqlType::BigDecimal) && matches!(operand.literal, Some(Literal::Number(_)))
}

/// The one type of several values; `None` of the error is where they have none.
fn one_type<'a>(operands: impl Iterator<Item = &'a Operand> + Clone) -> Option<SqlType> {
    let typed = operands.filter(|operand| !matches!(operand.ty, None | Some(SqlType::Null)));
    let fixed = typed.clone().filter(|operand| !is_written_text(operand));
    let plain =
        fixed.clone().filter(|operand| !is_written_decimal(operand)).filter_map(|own| own.ty.as_ref());
    let written = fixed.filter(|operand| is_written_decimal(operand));
    let mut common: Option<SqlType> = None;
    for ty in plain {
        common = Some(match common {
            None => ty.clone(),
            Some(so_far) if coerces(&so_far, ty) => ty.clone(),
            Some(so_far) if coerces(ty, &so_far) => so_far,
            Some(_) => return None,
        });
    }
    for _ in written {
        common = Some(match common {
            // A number with a point is a DOUBLE beside one.
            Some(SqlType::Float64) => SqlType::Float64,
            Some(SqlType::Int64 | SqlType::BigDecimal) | None => SqlType::BigDecimal,
            Some(_) => return None,
        });
    }
    let text = || typed.clone().next().map(|_| SqlType::TEXT);
    Some(common.or_else(text).unwrap_or(SqlType::Null))
}

/// The one type of the columns of a set operation, the results of CASE, the elements of IN and their kin.
pub(super) fn common(types: &[Operand]) -> Result<SqlType, Refusal> {
    let told = || {
        Refusal::Types("Picodata converts integers and doubles, and literals, and nothing else".to_owned())
    };
    one_type(types.iter()).ok_or_else(told)
}

fn refused(words: &str) -> Refusal {
    Refusal::Types(words.to_owned())
}

pub(super) fn unary(op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
    match (op, &operand.ty) {
        (UnaryOp::Not, None | Some(SqlType::Boolean | SqlType::Null)) => {
            Ok(strict(SqlType::Boolean, vec![Some(SqlType::Boolean)]))
        }
        (UnaryOp::Not, Some(_)) => Err(refused("NOT takes a truth value")),
        // Said of the syntax: there is no sign before anything but a number.
        (_, ty) => Ok(Resolved { ty: ty.clone(), operands: vec![ty.clone()], nulls: NullRule::Strict }),
    }
}

pub(super) fn binary(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    use BinaryOp::{And, Concat, Divide, Eq, Gt, GtEq, Lt, LtEq, Minus, Modulo, Multiply, NotEq, Or, Plus};
    match op {
        And | Or => {
            let fits = |own: &Operand| matches!(own.ty, None | Some(SqlType::Boolean | SqlType::Null));
            match fits(left) && fits(right) {
                true => Ok(strict(SqlType::Boolean, vec![Some(SqlType::Boolean); 2])),
                false => Err(refused("AND and OR take truth values")),
            }
        }
        Concat => {
            let fits = |own: &Operand| own.ty.as_ref().is_none_or(|ty| ty.is_text() || *ty == SqlType::Null);
            match fits(left) && fits(right) {
                true => Ok(strict(SqlType::TEXT, vec![Some(SqlType::TEXT); 2])),
                false => Err(refused("`||` takes texts: write `x::text`")),
            }
        }
        Eq | NotEq | Lt | LtEq | Gt | GtEq => compare(left, right),
        Plus | Minus | Multiply | Divide | Modulo => calculate(op, left, right),
        // Said of the syntax.
        _ => Ok(unknown(2)),
    }
}

fn compare(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let any = |own: &Operand| own.ty == Some(SqlType::Json);
    if any(left) || any(right) {
        return Err(refused("what an element or a JSON holds is compared after a cast: `x[1]::text`"));
    }
    let ty = one_type([left, right].into_iter())
        .ok_or_else(|| refused("values of unlike types are not compared"))?;
    let wanted = (ty != SqlType::Null).then_some(ty);
    let operand = |own: &Operand| match &own.ty {
        // A literal is read as the other; a parameter gets the other's own type.
        None => wanted.clone(),
        Some(_) if is_written_text(own) => wanted.clone(),
        Some(ty) => Some(ty.clone()),
    };
    Ok(strict(SqlType::Boolean, vec![operand(left), operand(right)]))
}

fn calculate(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    if [left, right].iter().any(|own| matches!(own.ty, Some(SqlType::Interval(_)))) {
        // Said of the literal.
        return Ok(unknown(2));
    }
    let number = |own: &Operand| match &own.ty {
        None | Some(SqlType::Null) => true,
        Some(ty) => is_number(ty) || is_written_text(own),
    };
    if !number(left) || !number(right) {
        return Err(refused("Picodata calculates with INTEGER, DOUBLE and DECIMAL"));
    }
    let ty = match one_type([left, right].into_iter()) {
        Some(ty) if is_number(&ty) => ty,
        // Two parameters, or NULLs, or texts: the weakest type that there is.
        _ => SqlType::Int64,
    };
    if *op == BinaryOp::Modulo && ty != SqlType::Int64 {
        return Err(refused("`%` takes integers"));
    }
    let read_as = |own: &Operand| match &own.ty {
        None => Some(ty.clone()),
        Some(_) if is_written_text(own) => Some(ty.clone()),
        Some(own) => Some(own.clone()),
    };
    Ok(strict(ty.clone(), vec![read_as(left), read_as(right)]))
}

pub(super) fn like(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let fits = |own: &Operand| own.ty.as_ref().is_none_or(|ty| ty.is_text() || *ty == SqlType::Null);
    match fits(left) && fits(right) {
        true => Ok(strict(SqlType::Boolean, vec![Some(SqlType::TEXT); 2])),
        false => Err(refused("texts: write `x::text`")),
    }
}

/// `x[1]` of an array, `x[1]` and `x['a']` of what system tables and JSON hold.
pub(super) fn subscript(expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
    let wanted = match (&expr.ty, &index.ty) {
        (None, _) => return Err(refused("the type of an array is said by a cast")),
        (Some(SqlType::List(..)), None | Some(SqlType::Int64 | SqlType::Null)) => SqlType::Int64,
        (Some(SqlType::List(..)), Some(_)) => return Err(refused("an element is told by its position")),
        (Some(SqlType::Json), None | Some(SqlType::Int64)) => SqlType::Int64,
        (Some(SqlType::Json), Some(ty)) if ty.is_text() => SqlType::TEXT,
        _ => return Err(refused("an array or a JSON")),
    };
    let ty = match &expr.ty {
        Some(SqlType::List(field, _)) => field.ty.clone(),
        _ => SqlType::Json,
    };
    let operands = vec![expr.ty.clone(), Some(wanted)];
    Ok(Resolved { ty: Some(ty), operands, nulls: NullRule::Always })
}
