//! What the engines take and answer otherwise than one thinks, without a word (1.5.1), and what to write instead.
//!
//! Here is what types and literals tell; `clauses` has what the tree tells. Each is a warning that a query can switch off.

mod clauses;

pub(super) use clauses::{multi_stage as clauses_multi_stage, single_stage as clauses_single_stage};

use querent_types::SqlType;

use super::types::is_number;
use crate::ast::Literal;
use crate::diagnostic::Code;
use crate::dialect::{Advice, Operand};

fn advice(code: Code, message: impl Into<String>, help: impl Into<String>) -> Advice {
    Advice { code, refused: false, message: message.into(), help: help.into() }
}

/// The operators of comparisons, as the checker names them.
const COMPARISONS: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "IN", "BETWEEN"];

/// So many digits a double keeps of any decimal.
const DOUBLE_DIGITS: usize = 15;

/// The single-stage engine without NULLs.
pub(super) fn single_stage(call: &str, args: &[Operand]) -> Option<Advice> {
    match call {
        "sum" => sum(args),
        "min" | "max" => extreme(call, args, true),
        "/" | "%" => by_zero(args, "Infinity"),
        call if COMPARISONS.contains(&call) => pairs(args, |column, literal| {
            both_engines(call, column, literal).or_else(|| compared_single(call, column, literal))
        }),
        _ => None,
    }
}

/// The same with NULLs, which are no key of a group.
pub(super) fn single_stage_nulls(call: &str, args: &[Operand]) -> Option<Advice> {
    match (call, args) {
        ("GROUP BY", [key]) if key.nullable => Some(advice(
            Code::NullGroup,
            "the group of NULL comes as 0, false, the epoch or an empty text, beside a group of that value",
            "fix this by leaving NULLs out (`WHERE x IS NOT NULL`), or by SELECT DISTINCT, which gives NULL",
        )),
        _ => single_stage(call, args),
    }
}

/// The multi-stage engine.
pub(super) fn multi_stage(call: &str, args: &[Operand]) -> Option<Advice> {
    match call {
        "sum" => sum(args),
        "min" | "max" => of_text(call, args).or_else(|| extreme(call, args, false)),
        "/" | "%" => by_zero(args, "the greatest INT"),
        call if COMPARISONS.contains(&call) => pairs(args, |column, literal| {
            both_engines(call, column, literal).or_else(|| compared_multi(column, literal))
        }),
        _ => None,
    }
}

/// Each value that is no literal beside each that is one.
fn pairs(args: &[Operand], see: impl Fn(&SqlType, &Literal) -> Option<Advice>) -> Option<Advice> {
    let columns = || args.iter().filter(|arg| arg.literal.is_none()).filter_map(|arg| arg.ty.as_ref());
    let literals = args.iter().filter_map(|arg| arg.literal.as_ref());
    literals.flat_map(|literal| columns().map(move |column| (column, literal))).find_map(|(c, l)| see(c, l))
}

fn both_engines(call: &str, column: &SqlType, literal: &Literal) -> Option<Advice> {
    match (column, literal) {
        (SqlType::Text(_), Literal::Number(number)) => Some(advice(
            Code::OddComparison,
            "a text is compared with a number: one engine finds nothing, the other fails",
            format!("fix this by quotes: `'{number}'`"),
        )),
        (SqlType::Int32, Literal::Number(number))
            if call == "=" && number.parse::<i64>().is_ok_and(|value| i32::try_from(value).is_err()) =>
        {
            Some(advice(
                Code::OddComparison,
                format!("{number} is no INT, and so equal to none"),
                "fix this by another value, or by leaving the condition out",
            ))
        }
        _ => None,
    }
}

fn compared_single(call: &str, column: &SqlType, literal: &Literal) -> Option<Advice> {
    match (column, literal) {
        (SqlType::Timestamp(..), Literal::String(text)) if has_no_zone(text) => Some(in_own_zone()),
        (SqlType::BigDecimal, Literal::Number(number)) if digits(number) > DOUBLE_DIGITS => Some(advice(
            Code::OddComparison,
            "a decimal that is written out is a DOUBLE here, which loses its last digits",
            format!("fix this by writing `CAST('{number}' AS BIG_DECIMAL)`"),
        )),
        (SqlType::Int32 | SqlType::Int64, Literal::Number(number))
            if call == "IN" && refused_in(column, number) =>
        {
            Some(Advice {
                refused: true,
                ..advice(
                    Code::InvalidLiteral,
                    format!(
                        "{number} in this list is no {}",
                        if *column == SqlType::Int32 { "INT" } else { "LONG" }
                    ),
                    "fix this by integers that the column can hold",
                )
            })
        }
        _ => None,
    }
}

fn refused_in(column: &SqlType, number: &str) -> bool {
    match number.parse::<i64>() {
        Ok(value) => *column == SqlType::Int32 && i32::try_from(value).is_err(),
        Err(_) => true,
    }
}

fn compared_multi(column: &SqlType, literal: &Literal) -> Option<Advice> {
    match (column, literal) {
        (SqlType::Float32, Literal::Number(number)) if number.contains(['e', 'E']) => Some(advice(
            Code::OddComparison,
            format!("{number} is a DOUBLE, which a FLOAT of the same digits does not equal"),
            format!("fix this by writing `CAST('{number}' AS FLOAT)`"),
        )),
        (SqlType::Timestamp(..), Literal::String(text)) if has_fraction(text) => Some(cut_off()),
        _ => None,
    }
}

fn in_own_zone() -> Advice {
    advice(
        Code::OddComparison,
        "a time written as text is read in the server's own time zone",
        "fix this by epoch milliseconds: `ts = 1709210096789`, `CAST(ts AS LONG) IN (…)`",
    )
}

fn cut_off() -> Advice {
    advice(
        Code::OddComparison,
        "this engine cuts the milliseconds off a time that is written so, and then finds other rows",
        "fix this by epoch milliseconds: `ts = 1709210096789`, or by `TIMESTAMP '…'`, which is read in UTC",
    )
}

/// Whether a text that is a time says no zone.
fn has_no_zone(text: &str) -> bool {
    let number = text.trim().parse::<i64>().is_ok();
    let zone = text.ends_with('Z') || text.get(10..).is_some_and(|time| time.contains(['+', '-']));
    !number && !zone
}

/// Whether a text that is a time has a part of a second that is not zero.
fn has_fraction(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(_, fraction)| fraction.contains(|c: char| c.is_ascii_digit() && c != '0'))
}

fn digits(number: &str) -> usize {
    number.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count()
}

fn sum(args: &[Operand]) -> Option<Advice> {
    let (what, instead) = match args.first()?.ty.as_ref()? {
        SqlType::Int64 => ("LONGs", "sumLong"),
        SqlType::BigDecimal => ("BIG_DECIMALs", "sumPrecision"),
        _ => return None,
    };
    Some(advice(
        Code::InexactResult,
        format!("SUM adds {what} up as doubles, which keep 15 digits"),
        format!("fix this by writing `{instead}(…)`, which is exact"),
    ))
}

fn extreme(call: &str, args: &[Operand], single: bool) -> Option<Advice> {
    let upper = call.to_uppercase();
    match args.first()?.ty.as_ref()? {
        SqlType::Int64 if single => Some(advice(
            Code::InexactResult,
            format!("{upper} compares LONGs as doubles, which keep 15 digits"),
            format!("fix this by writing `{call}Long(…)`, which is exact"),
        )),
        SqlType::BigDecimal => Some(advice(
            Code::InexactResult,
            format!("{upper} gives a BIG_DECIMAL with the 15 digits of a double"),
            "fix this by `SELECT x … ORDER BY x LIMIT 1`, which is exact",
        )),
        _ => None,
    }
}

/// The planner takes it, and every server fails: "Cannot compute max for non-numeric type".
fn of_text(call: &str, args: &[Operand]) -> Option<Advice> {
    let ty = args.first()?.ty.as_ref()?;
    if !matches!(ty, SqlType::Text(_) | SqlType::Binary(_) | SqlType::Map(..)) {
        return None;
    }
    let message = format!("servers compute {} of numbers and times alone", call.to_uppercase());
    let help = format!("fix this by writing `{call}String(…)`, or by `ORDER BY x LIMIT 1`");
    Some(Advice { refused: true, ..advice(Code::TypeMismatch, message, help) })
}

fn by_zero(args: &[Operand], given: &str) -> Option<Advice> {
    let zero = matches!(&args.get(1)?.literal, Some(Literal::Number(text)) if text.parse::<f64>() == Ok(0.0));
    let of_column = args[0].literal.is_none() && args[0].ty.as_ref().is_none_or(is_number);
    (zero && of_column).then(|| {
        advice(
            Code::InexactResult,
            format!("a division by zero is no error here: it gives {given}"),
            "fix this by another divisor",
        )
    })
}
