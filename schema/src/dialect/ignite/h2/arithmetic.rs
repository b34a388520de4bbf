//! Operators: the type of a result, and what H2 makes of dates and times in arithmetic.
//!
//! H2 1.4.197, `Operation.optimize`. A date plus an INT is DATEADD, described as TIMESTAMP whatever the date is; its values
//! keep the type of the date.

use querent_types::SqlType;

use super::order::{converts, higher, is_moment, is_number};
use crate::ast::{BinaryOp, Literal};
use crate::dialect::ignite::types::{TIME, TIMESTAMP};
use crate::dialect::thin::{beside, known, numbers_beside};
use crate::dialect::{NullRule, Operand, Refusal, Resolved};

pub(super) fn binary(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    use BinaryOp::*;
    match op {
        And | Or => Ok(known(SqlType::Boolean, vec![Some(SqlType::Boolean); 2])),
        Eq | NotEq | Lt | LtEq | Gt | GtEq => comparison(left, right),
        Concat => Ok(known(SqlType::TEXT, vec![Some(SqlType::TEXT); 2])),
        Regex { .. } => Ok(known(SqlType::Boolean, vec![Some(SqlType::TEXT); 2])),
        Plus | Minus | Multiply | Divide | Modulo => arithmetic(op, left, right),
        _ => Err(Refusal::UnknownOperator),
    }
}

fn comparison(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    if let (Some(a), Some(b)) = (&left.ty, &right.ty) {
        comparable(a, b)?;
    }
    read_as_number(left, right)?;
    let mut read_as = beside(left, right);
    if let (Some(a), Some(b)) = (&left.ty, &right.ty) {
        // A text that is written out is converted before anything runs.
        for (read_as, operand) in read_as.iter_mut().zip([left, right]) {
            if operand.literal.is_some() {
                *read_as = Some(higher(a, b));
            }
        }
    }
    Ok(known(SqlType::Boolean, read_as))
}

/// Refuses a text beside a number that is not written out: H2 describes it and fails at the first text that is no number,
/// which is what a column of texts holds. A CAST says that this is meant.
fn read_as_number(left: &Operand, right: &Operand) -> Result<(), Refusal> {
    for (text, other) in [(left, right), (right, left)] {
        let is_text = text.literal.is_none() && text.ty.as_ref().is_some_and(SqlType::is_text);
        if is_text && other.ty.as_ref().is_some_and(is_number) {
            return Err(Refusal::Types(
                "the text is read as a number, which fails where it is none".to_owned(),
            ));
        }
    }
    Ok(())
}

/// Values are compared as the type that is higher.
pub(super) fn comparable(a: &SqlType, b: &SqlType) -> Result<(), Refusal> {
    let common = higher(a, b);
    if converts(a, &common) && converts(b, &common) {
        return Ok(());
    }
    Err(Refusal::Types(format!("both are converted to {common}, which one of them never can be")))
}

fn arithmetic(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let refuse = |words: &str| Err(Refusal::Types(words.to_owned()));
    let zero = matches!(&right.literal, Some(Literal::Number(text)) if text.parse() == Ok(0.0));
    if zero && matches!(op, BinaryOp::Divide | BinaryOp::Modulo) {
        return refuse("a division by zero fails");
    }
    let null = SqlType::Null;
    let (a, b) = (left.ty.as_ref().unwrap_or(&null), right.ty.as_ref().unwrap_or(&null));
    if is_moment(a) || is_moment(b) {
        if left.ty.is_none() || right.ty.is_none() {
            return refuse("a parameter beside a date or time has no type: write CAST(? AS INT)");
        }
        return match moment(op, a, b) {
            Some(ty) => Ok(known(ty, vec![Some(a.clone()), Some(b.clone())])),
            None => refuse("H2 has no such arithmetic of dates and times"),
        };
    }
    let both_open = *a == SqlType::Null && *b == SqlType::Null;
    let ty = if both_open { SqlType::BigDecimal } else { higher(a, b) };
    if !is_number(&ty) {
        return refuse("H2 computes with numbers only");
    }
    if !converts(a, &ty) || !converts(b, &ty) {
        return refuse("one of them never is a number");
    }
    read_as_number(left, right)?;
    Ok(Resolved { nulls: NullRule::Strict, ..known(ty, numbers_beside(left, right)) })
}

/// The type that arithmetic with a date or time is described as.
fn moment(op: &BinaryOp, a: &SqlType, b: &SqlType) -> Option<SqlType> {
    let amount = |ty: &SqlType| {
        matches!(ty, SqlType::Int32 | SqlType::BigDecimal | SqlType::Float32 | SqlType::Float64)
    };
    let dated = |ty: &SqlType| matches!(ty, SqlType::Date32 | SqlType::Timestamp(..));
    let time = |ty: &SqlType| matches!(ty, SqlType::Time(_));
    Some(match op {
        BinaryOp::Plus => match (a, b) {
            (a, b) if time(a) && time(b) => TIME,
            (a, b) if (time(a) && dated(b)) || (dated(a) && time(b)) => TIMESTAMP,
            // Days cannot be added to a time of day, parts of a day can.
            (a, SqlType::Int32) | (SqlType::Int32, a) if time(a) => return None,
            (a, b) if (amount(a) && is_moment(b)) || (is_moment(a) && amount(b)) => TIMESTAMP,
            _ => return None,
        },
        BinaryOp::Minus => match (a, b) {
            (a, b) if time(a) && time(b) => TIME,
            (a, b) if dated(a) && dated(b) => SqlType::Int64,
            (a, b) if dated(a) && (time(b) || amount(b)) => TIMESTAMP,
            _ => return None,
        },
        BinaryOp::Multiply if time(a) && is_number(b) => TIME,
        BinaryOp::Multiply if time(b) && is_number(a) => TIME,
        BinaryOp::Divide if time(a) && is_number(b) => TIME,
        _ => return None,
    })
}

/// The type that the values of `a op b` have where that is DATEADD.
pub(super) fn carried(op: &str, a: Option<&SqlType>, b: Option<&SqlType>) -> Option<Option<SqlType>> {
    let (a, b) = (a?, b?);
    let (date, amount) = if is_moment(a) { (a, b) } else { (b, a) };
    if !matches!(op, "+" | "-") || !is_moment(date) || is_moment(amount) {
        return None;
    }
    let part = if *amount == SqlType::Int32 { "DAY" } else { "SECOND" };
    Some(date_add(Some(part), Some(date)))
}

/// The parts of a date that are whole days or more, as H2 names them.
pub(super) const OF_DAYS: &[&str] = &[
    "YEAR",
    "YYYY",
    "YY",
    "SQL_TSI_YEAR",
    "QUARTER",
    "MONTH",
    "MM",
    "M",
    "SQL_TSI_MONTH",
    "WEEK",
    "WW",
    "WK",
    "SQL_TSI_WEEK",
    "ISO_WEEK",
    "DAY",
    "DD",
    "D",
    "SQL_TSI_DAY",
    "DAY_OF_WEEK",
    "DAYOFWEEK",
    "DOW",
    "ISO_DAY_OF_WEEK",
    "DAYOFYEAR",
    "DAY_OF_YEAR",
    "DY",
    "DOY",
];

/// The type of the values of `DATEADD(part, n, date)`: that of the date, but a date with a time of day becomes a timestamp.
pub(super) fn date_add(part: Option<&str>, date: Option<&SqlType>) -> Option<SqlType> {
    match date {
        Some(SqlType::Date32) => match part {
            Some(part) if OF_DAYS.iter().any(|own| own.eq_ignore_ascii_case(part)) => Some(SqlType::Date32),
            Some(_) => Some(TIMESTAMP),
            None => None,
        },
        Some(SqlType::Time(_)) => Some(TIME),
        Some(SqlType::Timestamp(..) | SqlType::Text(_)) => Some(TIMESTAMP),
        _ => None,
    }
}
