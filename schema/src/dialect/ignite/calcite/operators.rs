//! Operators: arithmetic, comparisons, `||`, LIKE, subscripts, EXTRACT. What is not in Ignite's own table of operators
//! (bit operators, regular expressions, DATE - DATE) is refused, as the server does.

use querent_types::{IntervalUnit, SqlType};

use crate::ast::{BinaryOp, LikeOp, Literal, UnaryOp};
use crate::dialect::{NullRule, Operand, Refusal, Resolved};

use super::convert::{comparison, text_as_number};
use super::lattice::{Family, family, is_datetime, is_decimal, is_exact, wider_number};
use super::types::TIMESTAMP;

fn refuse(words: impl Into<String>) -> Refusal {
    Refusal::Types(words.into())
}

fn strict(ty: SqlType, operands: Vec<Option<SqlType>>) -> Resolved {
    Resolved { ty: Some(ty), operands, nulls: NullRule::Strict }
}

pub(super) fn unary(op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
    let Some(ty) = &operand.ty else {
        return Ok(match op {
            UnaryOp::Not => strict(SqlType::Boolean, vec![Some(SqlType::Boolean)]),
            // The type is that of the result, which nothing says.
            _ => Resolved { ty: None, operands: vec![None], nulls: NullRule::Strict },
        });
    };
    let same = |ty: &SqlType| Ok(strict(ty.clone(), vec![Some(ty.clone())]));
    match (op, family(ty)) {
        (UnaryOp::Not, Family::Boolean | Family::Null) => same(&SqlType::Boolean),
        (UnaryOp::Not, _) => Err(refuse("NOT takes a truth value")),
        (UnaryOp::Minus | UnaryOp::Plus, Family::Numeric | Family::Interval | Family::Null) => same(ty),
        (UnaryOp::Minus | UnaryOp::Plus, Family::Character) => same(&SqlType::BigDecimal),
        (UnaryOp::Minus | UnaryOp::Plus, _) => Err(refuse("a sign takes a number or an interval")),
        (UnaryOp::BitNot, _) => Err(refuse("Calcite has no `~`")),
    }
}

pub(super) fn binary(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    use BinaryOp::*;
    match op {
        And | Or => logic(left, right),
        Eq | NotEq => compare(left, right, true),
        Lt | LtEq | Gt | GtEq => compare(left, right, false),
        Plus | Minus | Multiply | Divide | Modulo => calculate(op, left, right),
        Concat => concat(left, right),
        _ => Err(Refusal::UnknownOperator),
    }
}

fn logic(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let truth = |operand: &Operand| {
        operand.ty.as_ref().is_none_or(|ty| matches!(family(ty), Family::Boolean | Family::Null))
    };
    if truth(left) && truth(right) {
        Ok(strict(SqlType::Boolean, vec![Some(SqlType::Boolean); 2]))
    } else {
        Err(refuse("AND and OR take truth values"))
    }
}

/// A parameter has the type of what it is compared with.
fn compare(left: &Operand, right: &Operand, equality: bool) -> Result<Resolved, Refusal> {
    let read = |ty: &SqlType, common: &SqlType| {
        Some(if family(ty) == Family::Character { common.clone() } else { ty.clone() })
    };
    let operands = match (&left.ty, &right.ty) {
        (Some(a), Some(b)) => {
            let common = comparison(a, b, equality)
                .ok_or_else(|| refuse("Calcite brings them to no common type to compare them in"))?;
            vec![read(a, &common), read(b, &common)]
        }
        (Some(ty), None) | (None, Some(ty)) => vec![Some(ty.clone()); 2],
        (None, None) => vec![None, None],
    };
    Ok(strict(SqlType::Boolean, operands))
}

/// A parameter has the type of the other operand, whatever the operator.
fn calculate(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let (a, b) = match (&left.ty, &right.ty) {
        (Some(a), Some(b)) => (a, b),
        (Some(ty), None) | (None, Some(ty)) => {
            let result = arithmetic(op, ty, ty).map(|(result, ..)| result);
            return Ok(Resolved { ty: result, operands: vec![Some(ty.clone()); 2], nulls: NullRule::Strict });
        }
        (None, None) => {
            return Ok(Resolved { ty: None, operands: vec![None, None], nulls: NullRule::Strict });
        }
    };
    if matches!(op, BinaryOp::Divide | BinaryOp::Modulo) && is_exact(a) && is_zero(right) {
        return Err(refuse("a division by zero fails in every row"));
    }
    let (result, left, right) = arithmetic(op, a, b).ok_or_else(|| {
        refuse("Calcite calculates with numbers, and adds intervals to dates, times and timestamps")
    })?;
    Ok(strict(result, vec![Some(left), Some(right)]))
}

fn is_zero(operand: &Operand) -> bool {
    match &operand.literal {
        Some(Literal::Number(text)) => {
            operand.ty.as_ref().is_some_and(is_exact) && text.parse::<f64>().is_ok_and(|number| number == 0.0)
        }
        _ => false,
    }
}

/// The result of an arithmetic operator, and what its operands are read as.
fn arithmetic(op: &BinaryOp, a: &SqlType, b: &SqlType) -> Option<(SqlType, SqlType, SqlType)> {
    use Family::*;
    let plus_or_minus = matches!(op, BinaryOp::Plus | BinaryOp::Minus);
    let as_they_are = |result: &SqlType| Some((result.clone(), a.clone(), b.clone()));
    match (family(a), family(b)) {
        _ if *op == BinaryOp::Modulo => modulo(a, b),
        (Numeric, Numeric) => as_they_are(&wider_number(a, b)),
        (Null, Numeric | Interval) => as_they_are(b),
        (Numeric | Interval, Null) => as_they_are(a),
        (Null, Null) => as_they_are(&SqlType::Null),
        (Character, Numeric) => Some((text_as_number(b), text_as_number(b), b.clone())),
        (Numeric, Character) => Some((text_as_number(a), a.clone(), text_as_number(a))),
        (Character, Character) => Some((SqlType::BigDecimal, SqlType::BigDecimal, SqlType::BigDecimal)),
        (Date | Time | Timestamp, Interval) if plus_or_minus => as_they_are(a),
        (Interval, Date | Time | Timestamp) if *op == BinaryOp::Plus => as_they_are(b),
        (Interval, Interval) if plus_or_minus && a == b => as_they_are(a),
        (Interval, Numeric) if matches!(op, BinaryOp::Multiply | BinaryOp::Divide) => as_they_are(a),
        (Numeric, Interval) if *op == BinaryOp::Multiply => as_they_are(b),
        _ => None,
    }
}

/// The rest of a division has the type of the divisor; floats and texts become decimals first.
fn modulo(a: &SqlType, b: &SqlType) -> Option<(SqlType, SqlType, SqlType)> {
    let exact = |ty: &SqlType| match family(ty) {
        Family::Numeric if is_exact(ty) => Some(ty.clone()),
        Family::Numeric | Family::Character => Some(SqlType::BigDecimal),
        Family::Null => Some(SqlType::Null),
        _ => None,
    };
    let (a, b) = (exact(a)?, exact(b)?);
    let result = if is_decimal(&a) || is_decimal(&b) { SqlType::BigDecimal } else { b.clone() };
    Some((result, a, b))
}

/// `||` joins texts, what can be written as such, and bytes.
fn concat(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let side = |operand: &Operand| operand.ty.as_ref().map(family);
    // Beside a text it is described, and no method is found when it runs.
    if [left, right].iter().any(|operand| operand.ty == Some(SqlType::Uuid)) {
        return Err(refuse("a UUID is joined with nothing: cast it"));
    }
    match (side(left), side(right)) {
        (Some(Family::Binary), Some(Family::Binary | Family::Null) | None)
        | (Some(Family::Null) | None, Some(Family::Binary)) => {
            Ok(strict(SqlType::BINARY, vec![Some(SqlType::BINARY); 2]))
        }
        (a, b) if [a, b].into_iter().flatten().all(is_written) => {
            Ok(strict(SqlType::TEXT, vec![Some(SqlType::TEXT); 2]))
        }
        _ => Err(refuse("`||` joins two texts or two byte strings")),
    }
}

/// Whether values of a family are written as text by themselves.
pub(super) fn is_written(family: Family) -> bool {
    !matches!(family, Family::Binary | Family::Interval | Family::Collection)
}

pub(super) fn like(op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    if matches!(op, LikeOp::ILike | LikeOp::RLike) {
        return Err(refuse("it is not in Ignite's table of operators; use LIKE or SIMILAR TO"));
    }
    let text = |operand: &Operand| operand.ty.as_ref().is_none_or(|ty| is_written(family(ty)));
    if text(left) && text(right) {
        Ok(strict(SqlType::Boolean, vec![Some(SqlType::TEXT); 2]))
    } else {
        Err(refuse("a pattern is matched with text"))
    }
}

/// An element of an array by its number, a value of a map by its key: NULL where there is none.
pub(super) fn subscript(expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
    let (value, key) = match &expr.ty {
        Some(SqlType::List(item, _)) => (item.ty.clone(), SqlType::Int32),
        Some(SqlType::Map(entries, _)) => match &entries.ty {
            SqlType::Struct(members) if members.len() == 2 => (members[1].ty.clone(), members[0].ty.clone()),
            _ => return Err(refuse("a map has keys and values")),
        },
        Some(_) => return Err(refuse("only arrays and maps have elements")),
        None => return Ok(Resolved { ty: None, operands: vec![None, None], nulls: NullRule::Always }),
    };
    let fits = index.ty.as_ref().is_none_or(|ty| match family(&key) {
        Family::Numeric => ty.is_integer(),
        _ => comparison(&key, ty, true).is_some(),
    });
    if !fits {
        return Err(refuse("an array is indexed by an integer, a map by its key"));
    }
    Ok(Resolved { ty: Some(value), operands: vec![expr.ty.clone(), Some(key)], nulls: NullRule::Always })
}

/// Fields of which a TIME has a value.
const OF_TIME: &[&str] = &["HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"];
/// Fields of which a date has a value.
const OF_DATE: &[&str] = &[
    "YEAR",
    "ISOYEAR",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAY",
    "DOW",
    "DOY",
    "ISODOW",
    "EPOCH",
    "DECADE",
    "CENTURY",
    "MILLENNIUM",
];

pub(super) fn extract(field: &str, expr: &Operand) -> Result<Resolved, Refusal> {
    let (time, date) = (OF_TIME.contains(&field), OF_DATE.contains(&field));
    if !time && !date {
        return Err(refuse(format!("there is no field {field}")));
    }
    let fits = match expr.ty.as_ref() {
        None | Some(SqlType::Null) => true,
        Some(ty) if is_datetime(ty) => time || family(ty) != Family::Time,
        Some(SqlType::Interval(IntervalUnit::YearMonth)) => matches!(field, "YEAR" | "QUARTER" | "MONTH"),
        Some(SqlType::Interval(_)) => time || field == "DAY",
        Some(_) => false,
    };
    if !fits {
        return Err(refuse(format!("{field} is no part of it")));
    }
    let read_as = expr.ty.clone().or(Some(TIMESTAMP));
    Ok(strict(SqlType::Int64, vec![read_as]))
}
