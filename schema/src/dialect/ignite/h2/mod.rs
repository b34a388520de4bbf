//! The engine on H2 1.4.197, the default one up to Ignite 2.18.

use querent_types::{ColumnDescription, SqlType, TableDescription};

use super::{tables, types};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};
use crate::dialect::thin::{FUNCTIONS, STANDARD};
use crate::dialect::{
    CommonPlace, Dialect, Fold, Operand, Placeholder, Reading, Refusal, Resolved, TypeRules, Written,
};

/// The dialect `ignite-h2`.
pub static IGNITE_H2: Dialect = Dialect {
    name: "ignite-h2",
    fold: Fold::Upper,
    placeholder: Placeholder::Question,
    booleans: ["FALSE", "TRUE"],
    default_catalog: None,
    default_schemas: super::DEFAULT_SCHEMAS,
    syntax: || Box::new(sqlparser::dialect::GenericDialect {}),
    written: Written::IgniteH2,
    rules: &Rules,
    functions: || &FUNCTIONS,
    reading: &Reading {
        system_table: tables::system_view,
        table_properties: tables::properties,
        ..Reading::PLAIN
    },
};

/// What both engines agree on.
struct Rules;

impl TypeRules for Rules {
    fn is_open(&self) -> bool {
        true
    }

    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        match types::common(&name.name) {
            Some(Some(ty)) => Ok(ty),
            _ => Err(format!("what {} is here is not surely known", name.name)),
        }
    }

    fn hidden_columns(&self, table: &TableDescription) -> Vec<ColumnDescription> {
        tables::hidden_columns(table)
    }

    fn holds_anything(&self, name: &TypeName) -> bool {
        types::common(&name.name) == Some(None)
    }

    fn native(&self, ty: &SqlType) -> Option<String> {
        types::native(ty)
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        STANDARD.number(text)
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.unary(op, operand)
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.binary(op, left, right)
    }

    fn like(&self, op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.like(op, left, right)
    }

    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
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

    fn primary_key_is_not_null(&self) -> bool {
        true
    }

    fn at_time_zone(&self, expr: &Operand, zone: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.at_time_zone(expr, zone)
    }
}
