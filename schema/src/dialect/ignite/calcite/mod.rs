//! The engine on Apache Calcite (calcite-core 1.37 in Ignite 2.17.0).
//!
//! Types and coercions follow Calcite's own rules: least restrictive types (`lattice`), what may be compared and cast
//! (`convert`), operators (`operators`). Functions are data (`functions.tsv`), derived from the probed reference by
//! `calcite_functions.py`; what depends on more than families of types is code (`functions`). `names` prints a column
//! without an alias as Ignite's validator does, `syntax` is what its parser reads,
//! `refused` what it reads besides and the engine does not take.

mod convert;
mod functions;
mod lattice;
mod literal;
mod names;
mod operators;
mod refused;
mod syntax;
mod types;

use querent_types::{ColumnDescription, SqlType, TableDescription};

use super::{hint, objects, tables, types as common};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};
use crate::dialect::{
    ColumnNames, CommonPlace, Dialect, Fold, FunctionTable, Habit, Operand, Placeholder, Reading, Refusal,
    Resolved, Syntax, TypeRules, Written,
};

pub(crate) use names::column_name;

/// The dialect `ignite-calcite`.
pub static IGNITE_CALCITE: Dialect = Dialect {
    name: "ignite-calcite",
    fold: Fold::Upper,
    placeholder: Placeholder::Question,
    booleans: ["FALSE", "TRUE"],
    default_catalog: None,
    default_schemas: super::DEFAULT_SCHEMAS,
    syntax: || Box::new(syntax::IgniteCalcite),
    written: Written::Ignite,
    rules: &Rules,
    functions: || &FUNCTIONS,
    reading: &READING,
};

static FUNCTIONS: FunctionTable =
    FunctionTable::new(include_str!("functions.tsv"), false, &functions::Functions);

static READING: Reading = Reading {
    habits: &[
        Habit::RepeatedColumns,
        Habit::GroupedColumnsOnly,
        Habit::GroupByAliases,
        Habit::HavingWithoutAliases,
        Habit::HavingGroups,
        Habit::DatePartWords,
        Habit::RowValues,
        Habit::KeysAreFixed,
        Habit::SetOperationsConvert,
        Habit::UsingKeepsLeft,
        Habit::MergedFirst,
        Habit::NaturalIsAmbiguous,
        Habit::UsingInSelectList,
        Habit::StrictConditions,
        Habit::WithinGroupSorts,
        Habit::NullTestsAreText,
        Habit::UntypedParamsRun,
        Habit::ParamsAsFirst,
        Habit::IntegerLimit,
        Habit::DefaultValues,
        Habit::JsonClauses,
        Habit::CallsInTable,
    ],
    column_names: ColumnNames::Calcite,
    bare_functions: functions::BARE,
    explain: &["PLAN"],
    changed_rows: Some("ROWCOUNT"),
    system_table: |name| tables::system_view(name, false),
    table_properties: tables::properties,
    objects: |table| Some(objects::behind(table)),
    options: &[("engine", "calcite")],
    capabilities: super::CAPABILITIES,
    refused: refused::refused,
    engine: hint::engine,
    ..Reading::PLAIN
};

struct Rules;

impl TypeRules for Rules {
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        types::type_name(name)
    }

    fn holds_anything(&self, name: &TypeName) -> bool {
        common::common(&name.name) == Some(None)
    }

    fn hidden_columns(&self, table: &TableDescription) -> Vec<ColumnDescription> {
        tables::hidden_columns(table)
    }

    fn is_volatile(&self, function: &str) -> bool {
        matches!(function, "rand" | "rand_integer")
    }

    fn native(&self, ty: &SqlType) -> Option<String> {
        types::native(ty)
    }

    fn reads(&self, text: &str, ty: &SqlType) -> Option<bool> {
        literal::reads(text, ty)
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        types::number(text)
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        operators::unary(op, operand)
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        operators::binary(op, left, right)
    }

    fn like(&self, op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        operators::like(op, left, right)
    }

    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        convert::common(place, types)
    }

    fn can_cast(&self, from: &SqlType, to: &SqlType) -> bool {
        convert::can_cast(from, to)
    }

    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool {
        convert::can_cast(from, to)
    }

    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
        operators::subscript(expr, index)
    }

    fn extract(&self, field: &str, expr: &Operand) -> Result<Resolved, Refusal> {
        operators::extract(field, expr)
    }

    fn primary_key_is_not_null(&self, table: &TableDescription) -> bool {
        objects::plain_key(table)
    }

    fn at_time_zone(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types("AT TIME ZONE is not in Ignite's table of operators".to_owned()))
    }

    fn interval(&self, text: &str, unit: Option<&str>) -> Option<Result<SqlType, String>> {
        Some(types::interval(text, unit))
    }

    fn array(&self, element: &SqlType) -> Option<SqlType> {
        Some(SqlType::list(element.clone()))
    }

    fn map(&self, key: &SqlType, value: &SqlType) -> Option<SqlType> {
        Some(types::map(key, value))
    }

    fn refuses(&self, syntax: Syntax) -> bool {
        // What 2.17.0 parses and then refuses.
        matches!(
            syntax,
            Syntax::UpdateFrom
                | Syntax::DeleteUsing
                | Syntax::Returning
                | Syntax::OnConflict
                | Syntax::Collate
        )
    }
}

#[cfg(test)]
mod tests;
