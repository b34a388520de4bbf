//! Functions: the part of them that is no data.

use std::collections::HashSet;
use std::sync::OnceLock;

use querent_types::SqlType;

use super::arithmetic::date_add;
use super::order::{converts, higher, highest, is_moment, is_number};
use crate::ast::Literal;
use crate::dialect::function::signature::{Alternative, Signature};
use crate::dialect::function::{FunctionRules, FunctionTable};
use crate::dialect::ignite::types::TIMESTAMP;
use crate::dialect::{Operand, Refusal};

const DATA: &str = include_str!("functions.tsv");

/// The functions of the dialect.
pub(super) static FUNCTIONS: FunctionTable = FunctionTable::new(DATA, false, &Rules);

struct Rules;

/// Whether a function gives another value at each call.
pub(super) fn is_volatile(name: &str) -> bool {
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let volatile = |line: &'static str| {
        let mut cells = line.split('\t');
        let name = cells.nth(1)?;
        (cells.nth(4) == Some("volatile")).then_some(name)
    };
    NAMES.get_or_init(|| DATA.lines().filter_map(volatile).collect()).contains(name)
}

impl FunctionRules for Rules {
    /// The letters of the signature say what each argument is converted to; a parameter gets just that.
    fn coerce(&self, signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        let Some(Alternative::Rule { name, .. }) = signature.alternatives.first() else {
            return Some(types.to_vec());
        };
        match name.as_str() {
            "sum" => return aggregate(types, |ty| is_number(ty) || *ty == SqlType::Boolean),
            "avg" => return aggregate(types, is_number),
            _ => {}
        }
        let letter = |place: usize| name.as_bytes().get(place).or(name.as_bytes().last()).copied();
        types.iter().enumerate().map(|(place, ty)| argument(letter(place)?, ty)).collect()
    }

    fn guesses(&self) -> bool {
        false
    }

    fn returns(&self, rule: &str, _: &[Operand], types: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        let common = |types: &[SqlType]| highest(types).or(Some(SqlType::TEXT));
        Ok(match rule {
            "sum" => types.first().map(sum),
            "first" => types.first().cloned().filter(|ty| *ty != SqlType::Null),
            "higher" => {
                one_type(types)?;
                common(types)
            }
            "casewhen" => branches(&types[1..])?,
            "nvl2" => match types {
                [_, SqlType::Text(_), _] => Some(SqlType::TEXT),
                _ => branches(&types[1..])?,
            },
            "decode" => {
                let mut results: Vec<SqlType> = types.iter().skip(2).step_by(2).cloned().collect();
                results.extend(types.last().filter(|_| types.len().is_multiple_of(2)).cloned());
                one_type(&results)?;
                common(&results)
            }
            _ => None,
        })
    }
}

fn aggregate(types: &[SqlType], takes: impl Fn(&SqlType) -> bool) -> Option<Vec<SqlType>> {
    types.iter().all(takes).then(|| types.to_vec())
}

/// The type that does not overflow when many are added.
fn sum(ty: &SqlType) -> SqlType {
    match ty {
        SqlType::Boolean | SqlType::Int8 | SqlType::Int16 | SqlType::Int32 => SqlType::Int64,
        SqlType::Int64 => SqlType::BigDecimal,
        SqlType::Float32 => SqlType::Float64,
        other => other.clone(),
    }
}

/// Values of several types go together where each can become the highest.
fn one_type(types: &[SqlType]) -> Result<(), Refusal> {
    let Some(common) = highest(types) else { return Ok(()) };
    match types.iter().find(|ty| !converts(ty, &common)) {
        None => Ok(()),
        Some(other) => {
            Err(Refusal::Types(format!("all are converted to {common}, which {other} never can be")))
        }
    }
}

/// Two results of which at least one has a type.
fn branches(types: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    one_type(types)?;
    let [a, b] = types else { return Ok(None) };
    if *a == SqlType::Null && *b == SqlType::Null {
        return Err(Refusal::Types("a result with a type: write CAST(? AS …)".to_owned()));
    }
    Ok(Some(higher(a, b)))
}

fn argument(letter: u8, ty: &SqlType) -> Option<SqlType> {
    let fitting = |wanted: SqlType| match ty {
        SqlType::Null => Some(wanted),
        _ => converts(ty, &wanted).then(|| ty.clone()),
    };
    match letter {
        b't' => fitting(SqlType::TEXT),
        b'i' => fitting(SqlType::Int32),
        b'l' => fitting(SqlType::Int64),
        b'f' => fitting(SqlType::Float64),
        b'b' => fitting(SqlType::BINARY),
        b'd' => match ty {
            SqlType::Null => Some(TIMESTAMP),
            _ => (is_moment(ty) || ty.is_text()).then(|| ty.clone()),
        },
        b's' => match ty {
            SqlType::Null => Some(SqlType::Null),
            _ => (is_number(ty) || matches!(ty, SqlType::Time(_))).then(|| ty.clone()),
        },
        // TRUNC takes a date, which it truncates to the day.
        b'm' if matches!(ty, SqlType::Date32 | SqlType::Timestamp(..)) => Some(ty.clone()),
        b'n' | b'm' => match ty {
            SqlType::Null => Some(SqlType::Null),
            _ => converts(ty, &SqlType::Float64).then(|| ty.clone()),
        },
        _ => Some(ty.clone()),
    }
}

/// The type that the values of a call have where it is not the one that is described.
pub(super) fn carried(name: &str, args: &[Operand], carried: &[Option<SqlType>]) -> Option<Option<SqlType>> {
    let described = |place: usize| args.get(place).and_then(|arg| arg.ty.as_ref());
    let text = |place: usize| match args.get(place).and_then(|arg| arg.literal.as_ref()) {
        Some(Literal::String(text)) => Some(text.as_str()),
        _ => None,
    };
    Some(match name {
        "floor" | "round" => Some(SqlType::Float64),
        "trunc" | "truncate" => match described(0) {
            // A text is read as a date there.
            Some(SqlType::Date32 | SqlType::Timestamp(..) | SqlType::Text(_)) => Some(TIMESTAMP),
            _ => Some(SqlType::Float64),
        },
        "char_length" | "character_length" | "ora_hash" => Some(SqlType::Int64),
        // They give the value itself.
        "abs" | "nullif" | "truncate_value" => carried.first().cloned().flatten(),
        "dateadd" | "timestampadd" => date_add(text(0), described(2)),
        "add_months" => date_add(Some("MONTH"), described(0)),
        "concat" => joined(args),
        "concat_ws" => joined(args.get(1..).unwrap_or_default()),
        // Where the count is NULL it gives its second argument as it is.
        "insert" => match (described(1), args.get(2)) {
            (_, Some(count)) if !count.nullable => return None,
            (Some(SqlType::Text(_)), _) => return None,
            _ => None,
        },
        _ => return None,
    })
}

/// A single value that is not NULL is given as it is, several are joined as text.
fn joined(args: &[Operand]) -> Option<SqlType> {
    let present = args.iter().filter(|arg| !arg.nullable).count();
    let text = args.iter().all(|arg| arg.ty.as_ref().is_some_and(SqlType::is_text));
    (text || present > 1).then_some(SqlType::TEXT)
}
