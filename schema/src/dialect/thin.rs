//! `generic`, `spark` and `calcite`: servers whose SQL is known only in part.
//!
//! What every SQL agrees on is typed; what is not surely known is unknown, never guessed and never refused: functions
//! outside the short list, arithmetic between unlike types, digits of decimals. The live server's answer
//! (`querent prepare`) or an override says the rest.

use querent_types::{DecimalWidth, Field, SqlType, TimeUnit};

use super::function::signature::Signature;
use super::function::{FunctionRules, FunctionTable};
use super::{
    CommonPlace, Dialect, Fold, NullRule, Operand, Placeholder, Reading, Refusal, Resolved, TypeRules,
    Written,
};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};

/// The dialect `generic`: any Flight SQL server.
pub static GENERIC: Dialect = Dialect {
    name: "generic",
    fold: Fold::Insensitive,
    placeholder: Placeholder::Question,
    booleans: ["(1 = 0)", "(1 = 1)"],
    default_catalog: None,
    default_schemas: &[],
    syntax: || Box::new(sqlparser::dialect::GenericDialect {}),
    written: Written::Plain,
    rules: &STANDARD,
    functions: || &FUNCTIONS,
    reading: &Reading::PLAIN,
};

/// The dialect `spark`: Spark SQL and Sail.
pub static SPARK: Dialect = Dialect {
    name: "spark",
    fold: Fold::Insensitive,
    placeholder: Placeholder::Question,
    booleans: ["FALSE", "TRUE"],
    default_catalog: None,
    default_schemas: &["default"],
    syntax: || Box::new(sqlparser::dialect::SparkSqlDialect {}),
    written: Written::Plain,
    rules: &Thin { names: Names::Spark },
    functions: || &FUNCTIONS,
    reading: &Reading::PLAIN,
};

/// The dialect `calcite`: servers that parse with Apache Calcite (Dremio and others).
pub static CALCITE: Dialect = Dialect {
    name: "calcite",
    fold: Fold::Insensitive,
    placeholder: Placeholder::Question,
    booleans: ["FALSE", "TRUE"],
    default_catalog: None,
    default_schemas: &[],
    syntax: || Box::new(sqlparser::dialect::AnsiDialect {}),
    written: Written::Plain,
    rules: &STANDARD,
    functions: || &FUNCTIONS,
    reading: &Reading::PLAIN,
};

/// The functions of every SQL.
pub(super) static FUNCTIONS: FunctionTable =
    FunctionTable::new(include_str!("thin.tsv"), true, &ThinFunctions);

/// Whose type names are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Standard,
    Spark,
}

/// What every SQL agrees on; other dialects that are known in part build on it.
pub(super) struct Thin {
    names: Names,
}

/// The rules of [`GENERIC`].
pub(super) static STANDARD: Thin = Thin { names: Names::Standard };

struct ThinFunctions;

impl FunctionRules for ThinFunctions {
    fn coerce(&self, _: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        Some(types.to_vec())
    }

    fn returns(&self, _: &str, _: &[Operand], _: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        Ok(None)
    }
}

pub(super) fn known(ty: SqlType, operands: Vec<Option<SqlType>>) -> Resolved {
    Resolved { ty: Some(ty), operands, nulls: NullRule::Strict }
}

pub(super) fn unknown(operands: usize) -> Resolved {
    Resolved { ty: None, operands: vec![None; operands], nulls: NullRule::Strict }
}

/// A parameter takes the type of what it stands beside.
pub(super) fn beside(left: &Operand, right: &Operand) -> Vec<Option<SqlType>> {
    let other = |own: &Operand, other: &Operand| own.ty.clone().or_else(|| other.ty.clone());
    vec![other(left, right), other(right, left)]
}

impl TypeRules for Thin {
    fn is_open(&self) -> bool {
        true
    }

    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        let spark = self.names == Names::Spark;
        Ok(match name.name.as_str() {
            "BOOLEAN" => SqlType::Boolean,
            "TINYINT" => SqlType::Int8,
            "BYTE" if spark => SqlType::Int8,
            "SMALLINT" => SqlType::Int16,
            "SHORT" if spark => SqlType::Int16,
            "INT" | "INTEGER" => SqlType::Int32,
            "BIGINT" => SqlType::Int64,
            "LONG" if spark => SqlType::Int64,
            "REAL" => SqlType::Float32,
            "FLOAT" if spark => SqlType::Float32,
            "DOUBLE" | "DOUBLE PRECISION" => SqlType::Float64,
            "STRING" if spark => SqlType::TEXT,
            "VARCHAR" | "CHAR" | "CHARACTER" | "CHARACTER VARYING" => SqlType::TEXT,
            "DECIMAL" | "NUMERIC" | "DEC" => decimal(&name.args, spark)?,
            "DATE" => SqlType::Date32,
            "BINARY" if spark => SqlType::BINARY,
            "TIMESTAMP_NTZ" if spark => SqlType::Timestamp(TimeUnit::Microsecond, None),
            "ARRAY" if spark && name.elements.len() == 1 => {
                SqlType::list(self.type_name(&name.elements[0].1)?)
            }
            "STRUCT" if spark => {
                let member = |(ident, ty): &(Option<crate::ast::Ident>, TypeName)| {
                    let name = ident.as_ref().map_or(String::new(), |ident| ident.value.clone());
                    Ok(Field::new(name, self.type_name(ty)?, true))
                };
                SqlType::Struct(name.elements.iter().map(member).collect::<Result<_, String>>()?)
            }
            other => return Err(format!("what {other} is here is not surely known")),
        })
    }

    fn native(&self, _: &SqlType) -> Option<String> {
        None
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        let digits: String = text.chars().filter(|c| *c != '_').collect();
        if digits.parse::<i32>().is_ok() {
            Ok(SqlType::Int32)
        } else if digits.parse::<i64>().is_ok() {
            Ok(SqlType::Int64)
        } else if digits.contains(['e', 'E']) {
            digits.parse::<f64>().map(|_| SqlType::Float64).map_err(|_| "this is not a number".to_owned())
        } else {
            exact(&digits)
        }
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        Ok(match (op, &operand.ty) {
            (UnaryOp::Not, _) => known(SqlType::Boolean, vec![Some(SqlType::Boolean)]),
            (UnaryOp::Minus | UnaryOp::Plus, Some(ty)) if ty.is_numeric() => {
                known(ty.clone(), vec![Some(ty.clone())])
            }
            _ => unknown(1),
        })
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        use BinaryOp::*;
        Ok(match op {
            And | Or => known(SqlType::Boolean, vec![Some(SqlType::Boolean); 2]),
            Eq | NotEq | Lt | LtEq | Gt | GtEq => known(SqlType::Boolean, beside(left, right)),
            Spaceship => {
                Resolved { ty: Some(SqlType::Boolean), operands: beside(left, right), nulls: NullRule::Never }
            }
            Regex { .. } | LikeMatch { .. } => known(SqlType::Boolean, beside(left, right)),
            // Division and its rest differ between engines even for two integers; the others agree on two alike.
            Plus | Minus | Multiply => match (&left.ty, &right.ty) {
                (Some(a), Some(b)) if a == b && (matches!(a, SqlType::Int64 | SqlType::Float64)) => {
                    known(a.clone(), vec![Some(a.clone()); 2])
                }
                _ => Resolved { operands: numbers_beside(left, right), ..unknown(2) },
            },
            _ => Resolved { nulls: NullRule::Always, ..unknown(2) },
        })
    }

    fn like(&self, _: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        Ok(known(SqlType::Boolean, beside(left, right)))
    }

    fn common(&self, _: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        let mut known =
            types.iter().filter_map(|operand| operand.ty.as_ref()).filter(|ty| **ty != SqlType::Null);
        match known.next() {
            None => Ok(SqlType::Null),
            Some(first) if known.all(|ty| ty == first) => Ok(first.clone()),
            Some(_) => Err(Refusal::Types(
                "values of one type: how unlike ones are combined is not known here".to_owned(),
            )),
        }
    }

    fn can_cast(&self, _: &SqlType, _: &SqlType) -> bool {
        true
    }

    fn can_assign(&self, _: &SqlType, _: &SqlType) -> bool {
        true
    }

    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
        let ty = match &expr.ty {
            Some(SqlType::List(field, _) | SqlType::FixedSizeList(field, _)) => Some(field.ty.clone()),
            _ => None,
        };
        Ok(Resolved { ty, operands: vec![expr.ty.clone(), index.ty.clone()], nulls: NullRule::Always })
    }

    fn extract(&self, _: &str, _: &Operand) -> Result<Resolved, Refusal> {
        Ok(unknown(1))
    }

    fn at_time_zone(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Ok(unknown(2))
    }
}

pub(super) fn numbers_beside(left: &Operand, right: &Operand) -> Vec<Option<SqlType>> {
    let number = |own: &Operand, other: &Operand| {
        own.ty.clone().or_else(|| other.ty.clone().filter(SqlType::is_numeric))
    };
    vec![number(left, right), number(right, left)]
}

fn decimal(args: &[String], spark: bool) -> Result<SqlType, String> {
    let digit = |text: &String| {
        text.trim().parse::<u8>().map_err(|_| "a precision is a small whole number".to_owned())
    };
    let (precision, scale) = match args {
        [] if spark => (10, 0),
        [] => return Err("the digits of a plain DECIMAL are not surely known".to_owned()),
        [precision] => (digit(precision)?, 0),
        [precision, scale, ..] => (digit(precision)?, digit(scale)?),
    };
    if precision == 0 || precision > 38 || scale > precision {
        return Err("a decimal has 1 to 38 digits, no fewer than its scale".to_owned());
    }
    Ok(SqlType::Decimal { width: DecimalWidth::W128, precision, scale: scale as i8 })
}

/// A number with a point: a decimal of just these digits.
fn exact(digits: &str) -> Result<SqlType, String> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if digits == "." || !all_digits(whole.trim_start_matches('-')) || !all_digits(fraction) {
        return Err("this is not a number".to_owned());
    }
    let whole_len = whole.trim_start_matches('-').trim_start_matches('0').len();
    let precision = (whole_len + fraction.len()).max(1);
    if precision > 38 {
        return Err("a decimal has at most 38 digits".to_owned());
    }
    Ok(SqlType::decimal128(precision as u8, fraction.len() as i8))
}
