//! The part of the functions that is code: how arguments are read as classes of types, the rules that the data names, and
//! what the grammar refuses of a call.

use querent_types::{Field, SqlType};

use crate::ast::{BinaryOp, Literal};
use crate::dialect::function::FunctionRules;
use crate::dialect::function::signature::{Alternative, ArrayArgument, Class, Signature, TypeClass};
use crate::dialect::{Operand, Refusal};

use super::convert::comparison;
use super::lattice::{Family, family, is_datetime, least_restrictive, wider};
use super::operators::{binary, is_written};
use super::types::{TIME, TIMESTAMP};

/// Functions that are called by their bare name.
pub(super) const BARE: &[&str] =
    &["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "pi"];

/// Units of TIMESTAMPADD and TIMESTAMPDIFF, each with whether a date to which it is added becomes a timestamp.
const UNITS: &[(&str, bool)] = &[
    ("NANOSECOND", false),
    ("MICROSECOND", false),
    ("FRAC_SECOND", false),
    ("MILLISECOND", false),
    ("SECOND", true),
    ("MINUTE", true),
    ("HOUR", true),
    ("DAY", false),
    ("WEEK", false),
    ("MONTH", false),
    ("QUARTER", false),
    ("YEAR", false),
];

pub(super) struct Functions;

impl FunctionRules for Functions {
    fn coerce(&self, signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        signature.alternatives.iter().find_map(|alternative| alternative_takes(alternative, types))
    }

    fn returns(&self, rule: &str, args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        let refuse = |words: &str| Err(Refusal::Types(words.to_owned()));
        match rule {
            "least" | "case" | "concat" | "mod" => match common(rule, coerced) {
                Some(ty) => Ok(Some(ty)),
                None => refuse("values that Calcite brings to one type"),
            },
            "decode" => match decoded(coerced) {
                Some(ty) => Ok(Some(ty)),
                None => refuse("results of one type"),
            },
            "row" => {
                let member = |(i, ty): (usize, &SqlType)| Field::new(format!("c{i}"), ty.clone(), true);
                Ok(Some(SqlType::Struct(coerced.iter().enumerate().map(member).collect())))
            }
            "timestampadd" => Ok(match unit(args)? {
                (_, true) if coerced[2] != TIME => Some(TIMESTAMP),
                _ => Some(coerced[2].clone()),
            }),
            "timestampdiff" => {
                let (name, _) = unit(args)?;
                Ok(Some(if name == "NANOSECOND" { SqlType::Int64 } else { SqlType::Int32 }))
            }
            "system_range" => Ok(Some(SqlType::Struct(vec![Field::new("X", SqlType::Int64, false)]))),
            // The type of what a node keeps as an object.
            _ => Ok(None),
        }
    }
}

/// The unit that is the first argument.
fn unit(args: &[Operand]) -> Result<(&'static str, bool), Refusal> {
    let word = match args.first().and_then(|arg| arg.literal.as_ref()) {
        Some(Literal::String(word)) => word.to_uppercase(),
        _ => String::new(),
    };
    let word = word.trim_start_matches("SQL_TSI_");
    let found = UNITS.iter().find(|(name, _)| *name == word).copied();
    found.ok_or_else(|| Refusal::Types("a unit as a bare word: `TIMESTAMPADD(DAY, 1, x)`".to_owned()))
}

/// The one type of all arguments, by a rule.
fn common(rule: &str, types: &[SqlType]) -> Option<SqlType> {
    match rule {
        "case" => least_restrictive(types).or_else(|| wider(types)),
        "mod" => {
            let operand = |ty: &SqlType| Operand { ty: Some(ty.clone()), literal: None, nullable: true };
            binary(&BinaryOp::Modulo, &operand(types.first()?), &operand(types.get(1)?)).ok()?.ty
        }
        "concat" => {
            let bytes = types.iter().any(|ty| family(ty) == Family::Binary);
            let fits = |ty: &SqlType| match family(ty) {
                Family::Binary | Family::Null => true,
                // Bytes go with text, and with nothing that is only written as such.
                Family::Character => true,
                other => !bytes && is_written(other),
            };
            types.iter().all(fits).then_some(SqlType::TEXT)
        }
        _ => {
            // All of one family: an integer beside a date has a common type, and yet is refused here.
            let mut families = types.iter().map(family).filter(|family| *family != Family::Null);
            let first = families.next();
            families.all(|family| Some(family) == first).then(|| least_restrictive(types)).flatten()
        }
    }
}

/// The common type of the results of `DECODE(value, search, result, …, otherwise)`.
fn decoded(types: &[SqlType]) -> Option<SqlType> {
    let (value, rest) = types.split_first()?;
    let mut results = Vec::new();
    for pair in rest.chunks(2) {
        match pair {
            [search, result] => {
                comparison(value, search, true)?;
                results.push(result.clone());
            }
            other => results.extend(other.iter().cloned()),
        }
    }
    least_restrictive(&results).or_else(|| wider(&results))
}

/// What an alternative reads these types as. A type that is NULL is a bare NULL or a parameter.
fn alternative_takes(alternative: &Alternative, types: &[SqlType]) -> Option<Vec<SqlType>> {
    if !alternative.arity().takes(types.len()) {
        return None;
    }
    match alternative {
        Alternative::Coercible(classes) => {
            classes.iter().zip(types).map(|(class, ty)| read(class, ty)).collect()
        }
        Alternative::Any(_) | Alternative::VariadicAny | Alternative::Nullary => Some(types.to_vec()),
        Alternative::Variadic(taken) => {
            let fits = |ty: &SqlType| *ty == SqlType::Null || taken.contains(ty);
            types.iter().all(fits).then(|| vec![taken.first().cloned().unwrap_or(SqlType::TEXT); types.len()])
        }
        Alternative::Array { arguments, .. } => {
            let fits = |(argument, ty): (&ArrayArgument, &SqlType)| {
                *argument != ArrayArgument::Array || matches!(ty, SqlType::List(..) | SqlType::Null)
            };
            arguments.iter().zip(types).all(fits).then(|| types.to_vec())
        }
        Alternative::Map => types.iter().all(|ty| matches!(ty, SqlType::Map(..))).then(|| types.to_vec()),
        Alternative::Rule { name, .. } => by_rule(name, types),
        _ => None,
    }
}

fn by_rule(name: &str, types: &[SqlType]) -> Option<Vec<SqlType>> {
    let or = |i: usize, ty: SqlType| if types[i] == SqlType::Null { ty } else { types[i].clone() };
    match name {
        // A parameter has the type of the others.
        "least" | "case" => {
            let all = common(name, types).unwrap_or(SqlType::Null);
            Some(types.iter().map(|ty| if *ty == SqlType::Null { all.clone() } else { ty.clone() }).collect())
        }
        "nullif" => {
            comparison(&types[0], &types[1], true)?;
            let (first, second) = (or(1, SqlType::Null), or(0, SqlType::Null));
            Some(vec![or(0, first), or(1, second)])
        }
        "mod" => Some(vec![or(0, types[1].clone()), or(1, types[0].clone())]),
        "concat" => Some((0..types.len()).map(|i| or(i, SqlType::TEXT)).collect()),
        "decode" => {
            let result = decoded(types)?;
            let read = |i: usize| match i {
                0 => types[0].clone(),
                // A search stands before its result; the last one, alone, is what comes otherwise.
                i if i % 2 == 1 && i + 1 < types.len() => or(i, types[0].clone()),
                i => or(i, result.clone()),
            };
            Some((0..types.len()).map(read).collect())
        }
        "floor" => match types {
            [one] => Some(vec![read_number(one)?]),
            [ty, _] => {
                (is_datetime(ty) || *ty == SqlType::Null).then(|| vec![or(0, TIMESTAMP), types[1].clone()])
            }
            _ => None,
        },
        "timestampadd" => {
            let number = types[1] == SqlType::Null || family(&types[1]) == Family::Numeric;
            let time = types[2] == SqlType::Null || is_datetime(&types[2]);
            (number && time).then(|| vec![types[0].clone(), or(1, SqlType::Int64), or(2, TIMESTAMP)])
        }
        "timestampdiff" => {
            let time = |ty: &SqlType| *ty == SqlType::Null || is_datetime(ty);
            (time(&types[1]) && time(&types[2]))
                .then(|| vec![types[0].clone(), or(1, TIMESTAMP), or(2, TIMESTAMP)])
        }
        "system_range" => {
            let number = |ty: &SqlType| *ty == SqlType::Null || family(ty) == Family::Numeric;
            types.iter().all(number).then(|| (0..types.len()).map(|i| or(i, SqlType::Int64)).collect())
        }
        _ => Some(types.to_vec()),
    }
}

/// A number, and text as a decimal.
fn read_number(ty: &SqlType) -> Option<SqlType> {
    match family(ty) {
        Family::Numeric => Some(ty.clone()),
        Family::Character | Family::Null => Some(SqlType::BigDecimal),
        _ => None,
    }
}

/// What a class reads a type as; a NULL or a parameter gets the class's own type.
fn read(class: &Class, ty: &SqlType) -> Option<SqlType> {
    let default = match class.default.as_ref().unwrap_or(&class.desired) {
        TypeClass::Type(ty) => Some(ty.clone()),
        TypeClass::Numeric | TypeClass::Decimal => Some(SqlType::BigDecimal),
        TypeClass::Integer => Some(SqlType::Int64),
        TypeClass::Float => Some(SqlType::Float64),
        TypeClass::Text => Some(SqlType::TEXT),
        TypeClass::Binary | TypeClass::Bytes => Some(SqlType::BINARY),
        TypeClass::Date => Some(SqlType::Date32),
        TypeClass::Time => Some(TIME),
        TypeClass::Timestamp => Some(TIMESTAMP),
        _ => None,
    };
    if *ty == SqlType::Null {
        // Text comes before bytes where both are taken.
        let bytes_alone = matches!(class.desired, TypeClass::Binary) && class.sources.is_empty();
        return if bytes_alone { None } else { Some(default.unwrap_or(SqlType::Null)) };
    }
    if holds(&class.desired, ty) {
        return Some(ty.clone());
    }
    if !class.sources.iter().any(|source| holds(source, ty)) {
        return None;
    }
    match class.default {
        Some(TypeClass::Type(ref default)) => Some(default.clone()),
        _ => Some(ty.clone()),
    }
}

fn holds(class: &TypeClass, ty: &SqlType) -> bool {
    let family = family(ty);
    match class {
        // Everything that is written as text by itself. A UUID passes the server's planner and fails when it runs.
        TypeClass::Any => (is_written(family) || family == Family::Binary) && family != Family::Any,
        TypeClass::Timestamp => family == Family::Timestamp,
        TypeClass::Time => family == Family::Time,
        TypeClass::Date => family == Family::Date,
        TypeClass::Interval => family == Family::Interval,
        TypeClass::Integer => ty.is_integer(),
        TypeClass::Float => ty.is_float(),
        TypeClass::Decimal => *ty == SqlType::BigDecimal,
        TypeClass::Numeric => family == Family::Numeric,
        TypeClass::Text => family == Family::Character,
        TypeClass::Bytes | TypeClass::Binary => family == Family::Binary,
        TypeClass::Type(own) => own == ty,
        TypeClass::Duration => false,
    }
}
