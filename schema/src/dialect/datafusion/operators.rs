//! Operators: what they take, what they make of a parameter, what they give.

use std::cmp::Ordering;

use querent_types::{IntervalUnit, SqlType, TimeUnit};

use super::arithmetic::{Arithmetic, arithmetic, bitwise};
use super::cast::can_cast;
use super::coerce;
use super::names;
use super::shape::*;
use crate::ast::{BinaryOp, LikeOp, Literal, UnaryOp};
use crate::dialect::function::FunctionTable;
use crate::dialect::{CommonPlace, FunctionKind, NullRule, Operand, Refusal, Resolved};

fn strict(ty: SqlType, operands: Vec<Option<SqlType>>) -> Resolved {
    Resolved { ty: Some(ty), operands, nulls: NullRule::Strict }
}

fn undecided(operands: usize) -> Resolved {
    Resolved { ty: None, operands: vec![None; operands], nulls: NullRule::Strict }
}

fn refuse(words: impl Into<String>) -> Refusal {
    Refusal::Types(words.into())
}

/// What a parameter beside a value of this type becomes: dictionaries and run ends are ways to store, not to pass.
fn beside(ty: &SqlType) -> SqlType {
    match ty {
        SqlType::Dictionary(_, value) => beside(value),
        SqlType::RunEndEncoded(_, values) => beside(&values.ty),
        _ => ty.clone(),
    }
}

pub(super) fn unary(op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
    if op == UnaryOp::Not {
        return match &operand.ty {
            None => Ok(strict(SqlType::Boolean, vec![Some(SqlType::Boolean)])),
            Some(ty) if bool_like(ty) => Ok(strict(SqlType::Boolean, vec![Some(SqlType::Boolean)])),
            Some(ty) => Err(refuse(format!("NOT takes a boolean, not {ty:#}"))),
        };
    }
    if let (UnaryOp::Minus, Some(Literal::Number(text))) = (op, &operand.literal) {
        // The sign belongs to the literal: -9223372036854775808 is an Int64 though its digits alone are not.
        let ty = if text.starts_with('-') { operand.ty.clone() } else { signed(text) };
        return Ok(Resolved { ty: ty.clone(), operands: vec![ty], nulls: NullRule::Strict });
    }
    let Some(ty) = &operand.ty else { return Ok(undecided(1)) };
    let time = matches!(ty, SqlType::Interval(_) | SqlType::Timestamp(..));
    let taken = match op {
        UnaryOp::Minus => *ty == SqlType::Null || time || (ty.is_numeric() && !ty.is_unsigned_integer()),
        UnaryOp::Plus => ty.is_numeric() || time,
        _ => return Err(refuse("DataFusion has no operator ~; use x # -1")),
    };
    if !taken {
        let sign = if op == UnaryOp::Minus { "-" } else { "+" };
        return Err(refuse(format!("{sign} takes a signed number, an interval or a timestamp, not {ty:#}")));
    }
    Ok(strict(ty.clone(), vec![Some(ty.clone())]))
}

fn signed(text: &str) -> Option<SqlType> {
    names::number(&format!("-{text}")).ok()
}

/// Whether the engine casts a value to a boolean where one is asked for.
fn bool_like(ty: &SqlType) -> bool {
    coerce::comparison(ty, &SqlType::Boolean).is_some()
}

pub(super) fn binary(
    functions: &FunctionTable,
    op: &BinaryOp,
    left: &Operand,
    right: &Operand,
) -> Result<Resolved, Refusal> {
    use BinaryOp::*;
    match op {
        And | Or => logical(op, left, right),
        Eq | NotEq | Lt | LtEq | Gt | GtEq | Spaceship => compare(op, left, right),
        Plus => calculate("+", Arithmetic::Add, left, right),
        Minus => calculate("-", Arithmetic::Subtract, left, right),
        Multiply => calculate("*", Arithmetic::Multiply, left, right),
        Divide => calculate("/", Arithmetic::Divide, left, right),
        Modulo => calculate("%", Arithmetic::Remainder, left, right),
        BitAnd | BitOr | BitXor | Xor | ShiftLeft | ShiftRight => bits(left, right),
        Concat => concat(functions, left, right),
        Regex { .. } => matched("~", coerce::regex, left, right),
        LikeMatch { .. } => matched("~~", coerce::regex, left, right),
        Other(sign) if sign == "@>" || sign == "<@" => contains(functions, sign, left, right),
        Other(sign) if sign == "@@" => matched("@@", coerce::like, left, right),
        IntegerDivide => {
            Err(refuse("DataFusion has no integer division operator; / between integers is one"))
        }
        Other(_) => Err(Refusal::UnknownOperator),
    }
}

/// The types of both operands, a parameter's taken from the other side; `None` where both are undecided.
fn pair(left: &Operand, right: &Operand) -> Option<(SqlType, SqlType)> {
    match (&left.ty, &right.ty) {
        (Some(left), Some(right)) => Some((left.clone(), right.clone())),
        (Some(left), None) => Some((left.clone(), beside(left))),
        (None, Some(right)) => Some((beside(right), right.clone())),
        (None, None) => None,
    }
}

/// What each operand is read as: a parameter's own type, a value's coerced one.
fn read_as(operand: &Operand, own: &SqlType, coerced: &SqlType) -> Option<SqlType> {
    // A parameter beside NULL stays undecided.
    if operand.ty.is_none() { (*own != SqlType::Null).then(|| own.clone()) } else { Some(coerced.clone()) }
}

/// Whether the engine inserts the cast; between structs it does and matches their members when it runs.
fn casts(from: &SqlType, to: &SqlType) -> bool {
    can_cast(from, to) || matches!((from, to), (SqlType::Struct(_), SqlType::Struct(_)))
}

fn logical(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    for ty in [left, right].into_iter().filter_map(|operand| operand.ty.as_ref()) {
        if !matches!(ty, SqlType::Boolean | SqlType::Null) {
            let word = if *op == BinaryOp::And { "AND" } else { "OR" };
            return Err(refuse(format!("{word} takes booleans, not {ty:#}")));
        }
    }
    // FALSE AND NULL is false: the result is NULL at most where an operand is.
    Ok(strict(SqlType::Boolean, vec![Some(SqlType::Boolean); 2]))
}

fn compare(op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let nulls = if *op == BinaryOp::Spaceship { NullRule::Never } else { NullRule::Strict };
    let Some((a, b)) = pair(left, right) else {
        return Ok(Resolved { ty: Some(SqlType::Boolean), operands: vec![None, None], nulls });
    };
    let common = coerce::comparison(&a, &b).filter(|common| casts(&a, common) && casts(&b, common));
    let Some(common) = common else {
        return Err(refuse(format!("{a:#} and {b:#} cannot be compared")));
    };
    let operands = vec![read_as(left, &a, &common), read_as(right, &b, &common)];
    Ok(Resolved { ty: Some(SqlType::Boolean), operands, nulls })
}

fn calculate(sign: &str, op: Arithmetic, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let Some((mut a, mut b)) = pair(left, right) else { return Ok(undecided(2)) };
    if let (Some(ty), None) = (&left.ty, &right.ty) {
        b = other_operand(op, ty);
    } else if let (None, Some(ty)) = (&left.ty, &right.ty) {
        a = other_operand(op, ty);
    }
    let Some(typed) = arithmetic(op, &a, &b) else {
        return Err(refuse(format!("there is no {a:#} {sign} {b:#}")));
    };
    let known = left.ty.is_some() && right.ty.is_some();
    if !known && a == SqlType::Null && b == SqlType::Null {
        return Ok(undecided(2));
    }
    let operands = vec![read_as(left, &a, &typed.left), read_as(right, &b, &typed.right)];
    Ok(strict(typed.result, operands))
}

/// What a parameter is that is added to, or calculated with, a value of this type: the same, but a span of time where a
/// time cannot be.
fn other_operand(op: Arithmetic, ty: &SqlType) -> SqlType {
    match beside(ty) {
        SqlType::Timestamp(..) | SqlType::Date32 | SqlType::Date64 | SqlType::Time(_)
            if op == Arithmetic::Add =>
        {
            SqlType::Interval(IntervalUnit::MonthDayNano)
        }
        SqlType::Interval(_) if op == Arithmetic::Multiply => SqlType::Int64,
        same => same,
    }
}

fn bits(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let Some((a, b)) = pair(left, right) else { return Ok(undecided(2)) };
    match bitwise(&a, &b) {
        Some(common) => {
            let operands = vec![read_as(left, &a, &common), read_as(right, &b, &common)];
            Ok(strict(common, operands))
        }
        None if left.ty.is_none() || right.ty.is_none() => Ok(undecided(2)),
        None => Err(refuse(format!("bit operators take integers, not {a:#} and {b:#}"))),
    }
}

fn concat(functions: &FunctionTable, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let Some((mut a, mut b)) = pair(left, right) else {
        return Ok(strict(SqlType::TEXT, vec![Some(SqlType::TEXT); 2]));
    };
    // A parameter beside something that is neither text nor a list or bytes is text.
    let own = |ty: &SqlType| {
        if is_string(ty) || is_binary(ty) || list_ndims(ty) > 0 { ty.clone() } else { SqlType::TEXT }
    };
    if right.ty.is_none() {
        b = own(&b);
    } else if left.ty.is_none() {
        a = own(&a);
    }
    if list_ndims(&a) + list_ndims(&b) > 0 {
        return concat_lists(functions, left, right, &a, &b);
    }
    let refused = || refuse(format!("there is no {a:#} || {b:#}"));
    let (to_a, to_b, result) = concat_types(&a, &b).ok_or_else(refused)?;
    Ok(strict(result, vec![read_as(left, &a, &to_a), read_as(right, &b, &to_b)]))
}

/// `||` on lists is `array_concat`, `array_append` or `array_prepend`, by how deep the lists are.
fn concat_lists(
    functions: &FunctionTable,
    left: &Operand,
    right: &Operand,
    a: &SqlType,
    b: &SqlType,
) -> Result<Resolved, Refusal> {
    let name = match list_ndims(a).cmp(&list_ndims(b)) {
        Ordering::Equal => "array_concat",
        Ordering::Greater => "array_append",
        Ordering::Less => "array_prepend",
    };
    let typed = |operand: &Operand, ty: &SqlType| Operand { ty: Some(ty.clone()), ..operand.clone() };
    functions
        .resolve(FunctionKind::Scalar, name, &[typed(left, a), typed(right, b)])
        .map_err(|_| refuse(format!("there is no {a:#} || {b:#}")))
}

fn concat_types(a: &SqlType, b: &SqlType) -> Option<(SqlType, SqlType, SqlType)> {
    use SqlType::{Binary, Dictionary, FixedSizeBinary, Null, Text};
    let uniform = |ty: SqlType| Some((ty.clone(), ty.clone(), ty));
    match (a, b) {
        (Null, Null) => None,
        (Null, other) | (other, Null) => concat_types(other, other),
        (Text(_), Text(_)) => uniform(coerce::strings(a, b)?),
        (FixedSizeBinary(l), FixedSizeBinary(r)) => Some((a.clone(), b.clone(), FixedSizeBinary(l + r))),
        (Binary(_) | FixedSizeBinary(_), Binary(_) | FixedSizeBinary(_)) => {
            let plain = |ty: &SqlType| if is_binary(ty) { ty.clone() } else { SqlType::BINARY };
            uniform(coerce::bytes(&plain(a), &plain(b))?)
        }
        (text @ Text(_), from) | (from, text @ Text(_)) => {
            can_cast(from, text).then(|| uniform(text.clone()))?
        }
        (Dictionary(_, va), Dictionary(_, vb)) => uniform(coerce::strings(va, vb)?),
        _ => None,
    }
}

fn matched(
    sign: &str,
    coercion: fn(&SqlType, &SqlType) -> Option<SqlType>,
    left: &Operand,
    right: &Operand,
) -> Result<Resolved, Refusal> {
    let Some((a, b)) = pair(left, right) else {
        return Ok(strict(SqlType::Boolean, vec![Some(SqlType::TEXT); 2]));
    };
    let Some(common) = coercion(&a, &b) else {
        return Err(refuse(format!("{sign} takes text, not {a:#} and {b:#}")));
    };
    let operands = vec![read_as(left, &a, &common), read_as(right, &b, &common)];
    Ok(strict(SqlType::Boolean, operands))
}

fn contains(
    functions: &FunctionTable,
    sign: &str,
    left: &Operand,
    right: &Operand,
) -> Result<Resolved, Refusal> {
    let Some((a, b)) = pair(left, right) else {
        return Ok(Resolved {
            ty: Some(SqlType::Boolean),
            operands: vec![None, None],
            nulls: NullRule::Always,
        });
    };
    if list_ndims(&a) > 0 && list_ndims(&b) > 0 {
        let typed = |operand: &Operand, ty: &SqlType| Operand { ty: Some(ty.clone()), ..operand.clone() };
        let args = [typed(left, &a), typed(right, &b)];
        return functions
            .resolve(FunctionKind::Scalar, "array_has_all", &args)
            .map_err(|_| refuse(format!("there is no {a:#} {sign} {b:#}")));
    }
    let same = |a: &SqlType, b: &SqlType| {
        if equals_datatype(a, b) { Some(a.clone()) } else { coerce::like(a, b) }
    };
    matched(sign, same, left, right)
}

pub(super) fn like(op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    match op {
        LikeOp::Like => matched("LIKE", coerce::like, left, right),
        LikeOp::ILike => matched("ILIKE", coerce::like, left, right),
        LikeOp::SimilarTo => matched("SIMILAR TO", coerce::regex, left, right),
        LikeOp::RLike => Err(refuse("DataFusion has no RLIKE; use ~ or regexp_like")),
    }
}

pub(super) fn common(place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
    let known: Vec<SqlType> = types.iter().filter_map(|operand| operand.ty.clone()).collect();
    if known.is_empty() {
        // Nothing decides: the caller keeps the parameters open.
        return Ok(SqlType::Null);
    }
    let found = match place {
        CommonPlace::SetOperation | CommonPlace::CaseResult => folded(known.iter(), coerce::union),
        CommonPlace::CaseWhen | CommonPlace::InList => folded(known.iter(), coerce::comparison),
        CommonPlace::Between => between(&known),
        CommonPlace::Values | CommonPlace::Array => {
            // NULLs are left out first; the engine does so for Binary too, of which it has no pair with Null.
            let typed: Vec<SqlType> = known.iter().filter(|ty| **ty != SqlType::Null).cloned().collect();
            resolved(&known).or_else(|| resolved(&typed))
        }
    };
    let found = found.filter(|common| known.iter().all(|ty| casts(ty, common)));
    found.ok_or_else(|| {
        let mut words: Vec<String> = Vec::new();
        for ty in &known {
            let word = ty.to_string();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        refuse(format!("{} have no common type", words.join(" and ")))
    })
}

fn folded<'a>(
    mut types: impl Iterator<Item = &'a SqlType>,
    two: fn(&SqlType, &SqlType) -> Option<SqlType>,
) -> Option<SqlType> {
    let first = types.next()?.clone();
    types.try_fold(first, |so_far, ty| two(&so_far, ty))
}

fn between(types: &[SqlType]) -> Option<SqlType> {
    let (value, bounds) = types.split_first()?;
    let coerced: Vec<SqlType> =
        bounds.iter().map(|bound| coerce::comparison(value, bound)).collect::<Option<_>>()?;
    if coerced.is_empty() {
        return Some(value.clone());
    }
    folded(coerced.iter(), coerce::comparison)
}

fn resolved(types: &[SqlType]) -> Option<SqlType> {
    coerce::resolutions(types).and_then(|types| types.into_iter().next())
}

/// A list by position is `array_element`, a map or a struct by key is `get_field`.
pub(super) fn subscript(
    functions: &FunctionTable,
    expr: &Operand,
    index: &Operand,
) -> Result<Resolved, Refusal> {
    let key = matches!(index.literal, Some(Literal::String(_)));
    let name = match &expr.ty {
        None => return Ok(undecided(2)),
        Some(SqlType::Map(..)) => "get_field",
        Some(_) if key => "get_field",
        Some(SqlType::List(..) | SqlType::FixedSizeList(..) | SqlType::Null) => "array_element",
        Some(SqlType::Struct(_)) => return Err(refuse("a struct's member is named by a string literal")),
        Some(other) => {
            return Err(refuse(format!("a list, a map or a struct has members, {other:#} has none")));
        }
    };
    functions.resolve(FunctionKind::Scalar, name, &[expr.clone(), index.clone()])
}

/// `EXTRACT` is `date_part` with its field as a literal.
pub(super) fn extract(functions: &FunctionTable, field: &str, expr: &Operand) -> Result<Resolved, Refusal> {
    let part = Operand {
        ty: Some(SqlType::TEXT),
        literal: Some(Literal::String(field.trim_matches(['"', '\'']).to_lowercase())),
        nullable: false,
    };
    let resolved = functions.resolve(FunctionKind::Scalar, "date_part", &[part, expr.clone()])?;
    let operands = resolved.operands.into_iter().skip(1).collect();
    Ok(Resolved { operands, nulls: NullRule::First, ..resolved })
}

pub(super) fn at_time_zone(expr: &Operand, zone: &Operand) -> Result<Resolved, Refusal> {
    let Some(Literal::String(zone)) = &zone.literal else {
        return Err(refuse("the zone of AT TIME ZONE is a string literal"));
    };
    let ty = SqlType::Timestamp(TimeUnit::Nanosecond, Some(zone.clone()));
    match &expr.ty {
        Some(from) if !can_cast(from, &ty) => {
            Err(refuse(format!("AT TIME ZONE takes a timestamp, not {from:#}")))
        }
        Some(from) => {
            let operands = vec![Some(from.clone()), Some(SqlType::TEXT)];
            Ok(Resolved { ty: Some(ty), operands, nulls: NullRule::First })
        }
        None => {
            let operands = vec![Some(SqlType::Timestamp(TimeUnit::Nanosecond, None)), Some(SqlType::TEXT)];
            Ok(Resolved { ty: Some(ty), operands, nulls: NullRule::First })
        }
    }
}
