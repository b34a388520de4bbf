//! The rules against what the reference says of them; whole statements are in `tests/ignite`.

use super::*;
use crate::ast::Literal;
use crate::dialect::FunctionKind;
use querent_types::{IntervalUnit, TimeUnit};

const REFERENCE: &str = include_str!("../../../../tests/ignite/data/ignite-2.17-functions-calcite.tsv");

/// The kinds of arguments that the reference was probed with; UUID is described almost everywhere and then fails to run.
const KINDS: [&str; 12] = [
    "INT",
    "BIGINT",
    "DECIMAL",
    "DOUBLE",
    "VARCHAR",
    "DATE",
    "TIME",
    "TIMESTAMP",
    "BOOLEAN",
    "VARBINARY",
    "'DAY'",
    "1",
];

#[test]
fn every_line_of_the_data_is_read() {
    assert_eq!(FUNCTIONS.faults(), Vec::<String>::new());
    let scalar = FUNCTIONS.names().iter().filter(|(_, kind)| *kind == FunctionKind::Scalar).count();
    assert!(scalar >= 128, "{scalar} scalar functions");
}

/// Every probed group that was accepted whole, with every combination of its kinds.
#[test]
fn functions_take_and_give_what_was_probed() {
    let rows =
        || REFERENCE.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|row| row.len() > 5);
    // Of each group one combination was run; where that failed, the data leave out what fails likewise.
    let failing: Vec<&str> = rows().filter(|row| row[5].contains(": run error")).map(|row| row[0]).collect();
    let mut wrong = Vec::new();
    let mut right = 0;
    for cells in rows() {
        let kind = match cells[1] {
            "function" => FunctionKind::Scalar,
            "aggregate" => FunctionKind::Aggregate,
            _ => continue,
        };
        // A group of which only some combinations were accepted does not say which.
        let Some(args) = cells[2].strip_prefix('(').and_then(|args| args.strip_suffix(')')) else { continue };
        for kinds in combinations(args) {
            let operands: Vec<Operand> = kinds.iter().map(|kind| operand(kind)).collect();
            let name = cells[0].trim_end_matches("(*)").to_lowercase();
            match FUNCTIONS.resolve(kind, &name, &operands) {
                Ok(resolved) if result(cells[3]).is_none_or(|ty| resolved.ty == Some(ty)) => right += 1,
                Ok(resolved) => {
                    wrong.push(format!("{name}({kinds:?}) gives {:?}, not {}", resolved.ty, cells[3]));
                }
                Err(_) if failing.contains(&cells[0]) => {}
                Err(refusal) => wrong.push(format!("{name}({kinds:?}) is refused: {refusal:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong, {right} right:\n{}", wrong.len(), wrong.join("\n"));
    assert!(right > 3300, "only {right} combinations");
}

fn combinations(args: &str) -> Vec<Vec<&str>> {
    let mut all = vec![Vec::new()];
    for accepted in args.split(", ").filter(|accepted| !accepted.is_empty()) {
        let accepted: Vec<&str> = accepted.split('|').collect();
        let kinds = KINDS.iter().filter(|kind| accepted == ["ANY"] || accepted.contains(kind));
        let kinds: Vec<&str> = kinds.copied().collect();
        all = all
            .into_iter()
            .flat_map(|start: Vec<&str>| {
                kinds.iter().map(move |kind| [start.as_slice(), &[*kind]].concat()).collect::<Vec<_>>()
            })
            .collect();
    }
    all
}

fn operand(kind: &str) -> Operand {
    let (ty, literal) = match kind {
        "'DAY'" => (SqlType::TEXT, Some(Literal::String("DAY".to_owned()))),
        "1" => (SqlType::Int32, Some(Literal::Number("1".to_owned()))),
        "INT" => (SqlType::Int32, None),
        "BIGINT" => (SqlType::Int64, None),
        "DECIMAL" => (SqlType::BigDecimal, None),
        "DOUBLE" => (SqlType::Float64, None),
        "VARCHAR" => (SqlType::TEXT, None),
        "DATE" => (SqlType::Date32, None),
        "TIME" => (SqlType::Time(TimeUnit::Millisecond), None),
        "TIMESTAMP" => (SqlType::Timestamp(TimeUnit::Nanosecond, None), None),
        "BOOLEAN" => (SqlType::Boolean, None),
        _ => (SqlType::BINARY, None),
    };
    Operand { ty: Some(ty), literal, nullable: true }
}

fn result(code: &str) -> Option<SqlType> {
    match code {
        "int" => Some(SqlType::Int32),
        "long" => Some(SqlType::Int64),
        "decimal" => Some(SqlType::BigDecimal),
        "double" => Some(SqlType::Float64),
        "string" => Some(SqlType::TEXT),
        "date" => Some(SqlType::Date32),
        "time" => Some(SqlType::Time(TimeUnit::Millisecond)),
        "timestamp" => Some(SqlType::Timestamp(TimeUnit::Nanosecond, None)),
        "bool" => Some(SqlType::Boolean),
        "uuid" => Some(SqlType::Uuid),
        _ => None,
    }
}

#[test]
fn types_are_brought_together() {
    let least = |types: &[SqlType]| lattice::least_restrictive(types);
    use SqlType::{BigDecimal, Boolean, Date32, Float32, Float64, Int8, Int16, Int32, Int64, Null};
    let text = SqlType::TEXT;
    assert_eq!(least(&[Int16, Int32]), Some(Int32));
    assert_eq!(least(&[Int64, BigDecimal]), Some(BigDecimal));
    assert_eq!(least(&[BigDecimal, Float32]), Some(Float64));
    assert_eq!(least(&[Int8, Null]), Some(Int8));
    assert_eq!(least(&[text.clone(), Int32]), None);
    assert_eq!(least(&[Boolean, Int32]), None);
    assert_eq!(lattice::wider(&[text.clone(), Int32]), Some(text.clone()));
    assert_eq!(convert::comparison(&text, &Int32, true), Some(Int32));
    assert_eq!(convert::comparison(&Boolean, &Int32, false), None);
    assert!(!convert::can_cast(&Boolean, &Int32));
    assert!(convert::can_cast(&text, &Date32));
    assert!(!convert::can_cast(&Date32, &Int32));
}

#[test]
fn intervals_are_of_one_of_two_kinds() {
    let months = Ok(SqlType::Interval(IntervalUnit::YearMonth));
    let days = Ok(SqlType::Interval(IntervalUnit::DayTime));
    assert_eq!(types::interval("1", Some("MONTH")), months);
    assert_eq!(types::interval("1-2", Some("YEAR TO MONTH")), months);
    assert_eq!(types::interval("1:30", Some("HOUR TO MINUTE")), days);
    assert!(types::interval("x", Some("DAY")).is_err());
    assert!(types::interval("1", None).is_err());
}
