//! Apache DataFusion 55.2 with its default options: the SQL of the embedded server, roapi, Ballista, InfluxDB 3, Spice.
//!
//! Types, literals and operators are rules ported from the engine's own sources, so each file names the one it
//! follows; functions are data (`functions.tsv`), written by `cargo run -p querent-embedded --example
//! probe_functions`, which asks the engine. That example with `--check` holds both against the engine.

mod arithmetic;
mod cast;
mod coerce;
mod names;
mod number;
mod operators;
mod shape;
mod signature;
mod special;
mod system;
mod user;

use querent_types::SqlType;

use super::function::FunctionTable;
use super::habit::Habit;
use super::{
    CommonPlace, Dialect, Fold, Operand, Placeholder, Reading, Refusal, Resolved, Syntax, TypeRules, Written,
};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};

/// The dialect `datafusion`.
pub static DATAFUSION: Dialect = Dialect {
    name: "datafusion",
    fold: Fold::Lower,
    placeholder: Placeholder::Dollar,
    booleans: ["FALSE", "TRUE"],
    default_catalog: Some("datafusion"),
    default_schemas: &["public"],
    syntax: || Box::new(sqlparser::dialect::GenericDialect {}),
    written: Written::Plain,
    rules: &Rules,
    functions: || &FUNCTIONS,
    reading: &READING,
};

static READING: Reading = Reading {
    habits: &[Habit::LateMerge, Habit::ValuesAsTarget],
    system_table: system::table,
    ..Reading::PLAIN
};

static FUNCTIONS: FunctionTable =
    FunctionTable::new(include_str!("functions.tsv"), false, &special::Functions);

struct Rules;

impl TypeRules for Rules {
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        names::type_name(name)
    }

    fn native(&self, ty: &SqlType) -> Option<String> {
        names::native(ty)
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        names::number(text)
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        operators::unary(op, operand)
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        operators::binary(&FUNCTIONS, op, left, right)
    }

    fn like(&self, op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        operators::like(op, left, right)
    }

    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        operators::common(place, types)
    }

    fn can_cast(&self, from: &SqlType, to: &SqlType) -> bool {
        // The engine plans every cast between structs and matches their members when it runs.
        matches!((from, to), (SqlType::Struct(_), SqlType::Struct(_))) || cast::can_cast(from, to)
    }

    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool {
        cast::can_cast(from, to)
    }

    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
        operators::subscript(&FUNCTIONS, expr, index)
    }

    fn extract(&self, field: &str, expr: &Operand) -> Result<Resolved, Refusal> {
        operators::extract(&FUNCTIONS, field, expr)
    }

    fn at_time_zone(&self, expr: &Operand, zone: &Operand) -> Result<Resolved, Refusal> {
        operators::at_time_zone(expr, zone)
    }

    fn runs(&self, statement: &str) -> bool {
        // TRUNCATE is planned, and no table of its own has it.
        matches!(statement, "COPY" | "PREPARE")
    }

    fn folds_literals(&self) -> bool {
        true
    }

    fn refuses_clause(&self, name: &str) -> bool {
        // Others it takes and passes over (FOR UPDATE, TABLESAMPLE).
        // FROM without SELECT is planned, and gives no columns.
        const REFUSED: &[&str] = &[
            "INTERPOLATE",
            "LIMIT … BY",
            "CLUSTER BY",
            "DISTRIBUTE BY",
            "SORT BY",
            "LATERAL VIEW",
            "FROM without SELECT",
        ];
        // The pipes that are planned have a place in the tree.
        let unplanned = name != "the pipe operator `|>`" && name.starts_with("the pipe operator");
        REFUSED.contains(&name) || unplanned
    }

    fn refuses(&self, _syntax: Syntax) -> bool {
        // DataFusion 55.2 plans none of them, or has no physical plan for them.
        true
    }
}

#[cfg(test)]
mod tests;
