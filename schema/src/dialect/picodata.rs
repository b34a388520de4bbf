//! Picodata: what its server describes surely, measured on 25.6 and 26.1.
//!
//! The syntax is read as PostgreSQL's, so what Picodata lacks (OFFSET, RETURNING, comments, parameters in LIMIT) is left
//! to the server to refuse. What changes between versions (`avg` of an integer is NUMERIC on 25.6 and DOUBLE on 26.1)
//! is unknown, never guessed.

use querent_types::{SqlType, TableDescription, TimeUnit};

use super::function::signature::Signature;
use super::function::{FunctionRules, FunctionTable};
use super::thin::{STANDARD, beside, known, numbers_beside, unknown};
use super::{
    CommonPlace, Dialect, Fold, NullRule, Operand, Placeholder, Reading, Refusal, Resolved, TypeRules,
    Written,
};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};

/// The dialect `picodata`.
pub static PICODATA: Dialect = Dialect {
    name: "picodata",
    fold: Fold::Lower,
    placeholder: Placeholder::Dollar,
    booleans: ["FALSE", "TRUE"],
    default_catalog: None,
    default_schemas: &[],
    syntax: || Box::new(sqlparser::dialect::PostgreSqlDialect {}),
    written: Written::Plain,
    rules: &Rules,
    functions: || &FUNCTIONS,
    reading: &Reading::PLAIN,
};

static FUNCTIONS: FunctionTable = FunctionTable::new(include_str!("picodata.tsv"), true, &Functions);

struct Rules;

struct Functions;

impl FunctionRules for Functions {
    fn coerce(&self, _: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        Some(types.to_vec())
    }

    fn returns(&self, rule: &str, _: &[Operand], types: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        Ok(match (rule, types) {
            ("sum", [SqlType::Int64 | SqlType::BigDecimal]) => Some(SqlType::BigDecimal),
            ("alike", [first, rest @ ..]) if rest.iter().all(|ty| ty == first) => Some(first.clone()),
            _ => None,
        })
    }
}

/// A point in time; on the wire it has microseconds.
fn datetime() -> SqlType {
    SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()))
}

/// Types of which two alike give the same under `+`, `-` and `*`.
fn is_number(ty: &SqlType) -> bool {
    matches!(ty, SqlType::Int64 | SqlType::Float64 | SqlType::BigDecimal)
}

impl TypeRules for Rules {
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        Ok(match name.name.as_str() {
            // One type behind all of them: 64 bits. UNSIGNED keeps to the half of it that is not negative.
            "INT" | "INTEGER" | "BIGINT" | "SMALLINT" | "INT2" | "INT4" | "INT8" | "UNSIGNED" => {
                SqlType::Int64
            }
            "DOUBLE" => SqlType::Float64,
            "DECIMAL" | "NUMERIC" | "NUMBER" => SqlType::BigDecimal,
            "TEXT" | "STRING" | "VARCHAR" => SqlType::TEXT,
            "BOOLEAN" | "BOOL" => SqlType::Boolean,
            "UUID" => SqlType::Uuid,
            "DATETIME" | "TIMESTAMP WITH TIME ZONE" => datetime(),
            "JSON" | "MAP" | "ANY" => SqlType::Json,
            "ARRAY" => match &name.elements[..] {
                [(_, element)] => SqlType::list(self.type_name(element)?),
                _ => SqlType::Json,
            },
            other => return Err(format!("Picodata has no type {other}")),
        })
    }

    fn native(&self, ty: &SqlType) -> Option<String> {
        let name = match ty {
            SqlType::Int64 => "INTEGER",
            SqlType::Float64 => "DOUBLE",
            SqlType::BigDecimal => "DECIMAL",
            SqlType::Text(_) => "TEXT",
            SqlType::Boolean => "BOOLEAN",
            SqlType::Uuid => "UUID",
            SqlType::Timestamp(..) => "DATETIME",
            SqlType::Json => "JSON",
            _ => return None,
        };
        Some(name.to_owned())
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        match STANDARD.number(text)? {
            SqlType::Int32 | SqlType::Int64 => Ok(SqlType::Int64),
            SqlType::Decimal { .. } if !text.contains('.') => {
                Err("an integer has 64 bits at most".to_owned())
            }
            SqlType::Decimal { .. } => Ok(SqlType::BigDecimal),
            other => Ok(other),
        }
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.unary(op, operand)
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        use BinaryOp::*;
        Ok(match op {
            Concat => known(SqlType::TEXT, vec![Some(SqlType::TEXT); 2]),
            Plus | Minus | Multiply => match (&left.ty, &right.ty) {
                (Some(a), Some(b)) if a == b && is_number(a) => known(a.clone(), vec![Some(a.clone()); 2]),
                _ => Resolved { operands: numbers_beside(left, right), ..unknown(2) },
            },
            And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq => STANDARD.binary(op, left, right)?,
            _ => Resolved { nulls: NullRule::Always, operands: beside(left, right), ..unknown(2) },
        })
    }

    fn like(&self, op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.like(op, left, right)
    }

    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        let types_known = || types.iter().filter_map(|o| o.ty.as_ref()).filter(|ty| **ty != SqlType::Null);
        let compared = matches!(place, CommonPlace::InList | CommonPlace::Between | CommonPlace::CaseWhen);
        // Numbers of any kinds are compared as numbers; only what a result's type would be is not surely known.
        if compared && types_known().all(is_number) {
            let widest = |a: &SqlType, b: &SqlType| if a == b { a.clone() } else { SqlType::BigDecimal };
            return Ok(types_known().cloned().reduce(|a, b| widest(&a, &b)).unwrap_or(SqlType::Null));
        }
        STANDARD.common(place, types)
    }

    fn can_cast(&self, from: &SqlType, to: &SqlType) -> bool {
        STANDARD.can_cast(from, to)
    }

    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool {
        STANDARD.can_assign(from, to)
    }

    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.subscript(expr, index)
    }

    fn extract(&self, field: &str, expr: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.extract(field, expr)
    }

    fn primary_key_is_not_null(&self, _: &TableDescription) -> bool {
        true
    }

    fn at_time_zone(&self, expr: &Operand, zone: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.at_time_zone(expr, zone)
    }
}
