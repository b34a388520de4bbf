//! `pinot-sse` and `pinot-mse`: Apache Pinot's two engines, measured on 1.5.1.
//!
//! They read one syntax and give different types: the single-stage engine computes in doubles (`sse`), the multi-stage
//! engine follows Calcite (`mse`). Functions are data (`sse.tsv`, `mse.tsv`), made of what was measured by
//! `schema/tests/pinot`; what depends on literals is code (`functions`). `refused` is what an engine does not take,
//! `lint` what it takes and answers otherwise than one thinks, `settings` the options that a text sets, `names` what a
//! column without an alias is called. There are no parameters: values travel as literals of the types settled here.

mod functions;
mod lint;
mod mse;
mod names;
mod refused;
mod settings;
mod sse;
mod types;

use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};

use super::function::FunctionTable;
use super::thin::{STANDARD, known};
use super::{
    ColumnNames, CommonPlace, Dialect, Fold, Habit, NullRule, Operand, Placeholder, Reading, Refusal,
    Resolved, Syntax, TypeRules, Written,
};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};
use functions::Functions;
pub(crate) use names::column_name;
use types::Engine;

/// The dialect `pinot-sse`: the single-stage engine.
pub static PINOT_SSE: Dialect =
    dialect("pinot-sse", &Rules { engine: Engine::SingleStage }, || &SSE_FUNCTIONS, &SSE_READING);

/// The dialect `pinot-mse`: the multi-stage engine.
pub static PINOT_MSE: Dialect =
    dialect("pinot-mse", &Rules { engine: Engine::MultiStage }, || &MSE_FUNCTIONS, &MSE_READING);

/// The same of a source whose queries ask for NULLs.
static SSE_NULLS: Dialect =
    dialect("pinot-sse", &Rules { engine: Engine::SingleStage }, || &SSE_NULLS_FUNCTIONS, &SSE_NULLS_READING);

/// The same of a source whose queries ask for NULLs.
static MSE_NULLS: Dialect =
    dialect("pinot-mse", &Rules { engine: Engine::MultiStage }, || &MSE_NULLS_FUNCTIONS, &MSE_READING);

// Of a cluster that compares names with regard to case (`enable.case.insensitive=false`).
static SSE_CASED: Dialect = cased(&PINOT_SSE);
static MSE_CASED: Dialect = cased(&PINOT_MSE);
static SSE_NULLS_CASED: Dialect = cased(&SSE_NULLS);
static MSE_NULLS_CASED: Dialect = cased(&MSE_NULLS);

const SSE: &str = include_str!("sse.tsv");
const MSE: &str = include_str!("mse.tsv");

static SSE_FUNCTIONS: FunctionTable =
    FunctionTable::new(SSE, false, &Functions { engine: Engine::SingleStage, nulls: false });
static MSE_FUNCTIONS: FunctionTable =
    FunctionTable::new(MSE, false, &Functions { engine: Engine::MultiStage, nulls: false });
static SSE_NULLS_FUNCTIONS: FunctionTable =
    FunctionTable::new(SSE, false, &Functions { engine: Engine::SingleStage, nulls: true });
static MSE_NULLS_FUNCTIONS: FunctionTable =
    FunctionTable::new(MSE, false, &Functions { engine: Engine::MultiStage, nulls: true });

const fn dialect(
    name: &'static str,
    rules: &'static Rules,
    functions: fn() -> &'static FunctionTable,
    reading: &'static Reading,
) -> Dialect {
    Dialect {
        name,
        fold: Fold::Insensitive,
        placeholder: Placeholder::Literal,
        // A bare FALSE is no filter to every version.
        booleans: ["1 = 0", "1 = 1"],
        default_catalog: None,
        default_schemas: &[],
        syntax: || Box::new(sqlparser::dialect::GenericDialect {}),
        written: Written::Pinot,
        rules,
        functions,
        reading,
    }
}

/// The same with regard to case.
const fn cased(dialect: &'static Dialect) -> Dialect {
    Dialect {
        name: dialect.name,
        fold: Fold::None,
        placeholder: dialect.placeholder,
        booleans: dialect.booleans,
        default_catalog: dialect.default_catalog,
        default_schemas: dialect.default_schemas,
        syntax: dialect.syntax,
        written: dialect.written,
        rules: dialect.rules,
        functions: dialect.functions,
        reading: dialect.reading,
    }
}

const HABITS: &[Habit] = &[
    Habit::RepeatedColumns,
    Habit::GroupedColumnsOnly,
    Habit::GroupByAliases,
    Habit::DatePartWords,
    Habit::NamesWithoutUnderscores,
    Habit::IntegerLimit,
    Habit::SetOperationsConvert,
    // "Using NULL in EQUALS filter is not supported", also of IN, BETWEEN and LIKE (1.5.1).
    Habit::ComparisonsRefuseNull,
];

const MSE_HABITS: &[Habit] = &[
    Habit::ColumnsAsWritten,
    Habit::RepeatedColumns,
    Habit::GroupedColumnsOnly,
    Habit::GroupByAliases,
    Habit::DatePartWords,
    Habit::NamesWithoutUnderscores,
    Habit::IntegerLimit,
    Habit::SetOperationsConvert,
];

const SSE_PLAIN: Reading = Reading {
    habits: HABITS,
    column_names: ColumnNames::Pinot,
    explain: &["Operator", "Operator_Id", "Parent_Id"],
    explain_numbers: &["Operator_Id", "Parent_Id"],
    options: &[("engine", "single-stage")],
    refused: refused::single_stage,
    settings: settings::check,
    lint: lint::single_stage,
    advice: lint::clauses_single_stage,
    ..Reading::PLAIN
};

static SSE_READING: Reading = Reading {
    variant: |source| match (is_on(source, "null_handling"), is_on(source, "case_sensitive")) {
        (false, false) => None,
        (true, false) => Some(&SSE_NULLS),
        (false, true) => Some(&SSE_CASED),
        (true, true) => Some(&SSE_NULLS_CASED),
    },
    ..SSE_PLAIN
};

static SSE_NULLS_READING: Reading =
    Reading { lint: lint::single_stage_nulls, column_names: ColumnNames::PinotNulls, ..SSE_PLAIN };

static MSE_READING: Reading = Reading {
    habits: MSE_HABITS,
    column_names: ColumnNames::Position,
    explain: &["SQL", "PLAN", "RULE_TIMINGS"],
    options: &[("engine", "multi-stage")],
    refused: refused::multi_stage,
    settings: settings::check,
    lint: lint::multi_stage,
    advice: lint::clauses_multi_stage,
    variant: |source| match (is_on(source, "null_handling"), is_on(source, "case_sensitive")) {
        (false, false) => None,
        (true, false) => Some(&MSE_NULLS),
        (false, true) => Some(&MSE_CASED),
        (true, true) => Some(&MSE_NULLS_CASED),
    },
    ..Reading::PLAIN
};

/// Whether an option of a source is switched on.
fn is_on(source: &SourceDescription, key: &str) -> bool {
    source.options.get(key).is_some_and(|value| value == "true")
}

/// The type of a name as schemas have it, where it has a counterpart.
pub(crate) fn type_of_schema(name: &str) -> Option<SqlType> {
    match name {
        "UUID" => Some(SqlType::Uuid),
        // What the wire has for a map is a JSON object.
        "MAP" => Some(SqlType::Json),
        name => types::of_word(name),
    }
}

/// Columns that every table has and `SELECT *` leaves out.
pub(crate) fn virtual_columns() -> Vec<ColumnDescription> {
    let column = |(name, ty, native): (&str, SqlType, &str)| ColumnDescription {
        native: Some(native.to_owned()),
        hidden: true,
        ..ColumnDescription::new(name, ty, false)
    };
    [
        ("$docId", SqlType::Int32, "INT"),
        ("$hostName", SqlType::TEXT, "STRING"),
        ("$segmentName", SqlType::TEXT, "STRING"),
    ]
    .map(column)
    .to_vec()
}

fn refuse(words: &str) -> Refusal {
    Refusal::Types(words.to_owned())
}

/// A sign or NOT before a value.
fn signed(op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
    match (op, &operand.ty) {
        (UnaryOp::Not, None | Some(SqlType::Boolean | SqlType::Null)) => {
            Ok(known(SqlType::Boolean, vec![Some(SqlType::Boolean)]))
        }
        (UnaryOp::Not, _) => Err(refuse("NOT takes a truth value")),
        // A sign before anything but a number written out is an unknown function to both engines.
        (UnaryOp::Minus | UnaryOp::Plus, _) => Err(refuse("Pinot has no sign before a value: write `0 - x`")),
        (UnaryOp::BitNot, _) => Err(Refusal::UnknownOperator),
    }
}

/// AND and OR.
fn logic(left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
    let truth = |operand: &Operand| matches!(operand.ty, None | Some(SqlType::Boolean | SqlType::Null));
    if truth(left) && truth(right) {
        return Ok(known(SqlType::Boolean, vec![Some(SqlType::Boolean); 2]));
    }
    Err(refuse("AND and OR take truth values"))
}

struct Rules {
    engine: Engine,
}

impl Rules {
    fn is_single(&self) -> bool {
        self.engine == Engine::SingleStage
    }
}

impl TypeRules for Rules {
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        types::by_name(name, self.engine)
    }

    fn hidden_columns(&self, _: &TableDescription) -> Vec<ColumnDescription> {
        virtual_columns()
    }

    fn column_type(&self, column: &ColumnDescription) -> Option<SqlType> {
        types::of_column(column, self.engine)
    }

    fn answered(&self, ty: SqlType) -> SqlType {
        if matches!(ty, SqlType::Map(..)) { SqlType::Json } else { ty }
    }

    fn refuses_column(&self, ty: &SqlType) -> Option<&'static str> {
        let bytes = matches!(ty, SqlType::List(field, _) if matches!(field.ty, SqlType::Binary(_)));
        bytes.then_some("1.5.1 has no way to write an array of BYTES into an answer")
    }

    fn is_volatile(&self, function: &str) -> bool {
        matches!(function, "rand" | "now" | "ago")
    }

    fn canonical_function(&self, name: &str) -> Option<String> {
        names::canonical_function(name)
    }

    fn native(&self, ty: &SqlType) -> Option<String> {
        types::native(ty, self.engine)
    }

    fn reads(&self, text: &str, ty: &SqlType) -> Option<bool> {
        match ty {
            // Data may hold what a column's type cannot be read from; both engines convert literals when they plan.
            SqlType::Boolean => {
                Some(["true", "false", "1", "0"].iter().any(|word| text.eq_ignore_ascii_case(word)))
            }
            SqlType::Timestamp(..) => Some(is_time(text)),
            SqlType::Binary(_) if self.is_single() => Some(sse::is_hex(text)),
            _ => None,
        }
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        types::number(text, self.engine)
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn bytes(&self) -> SqlType {
        // The single-stage engine makes a text of binary digits of `X'00ff'`.
        if self.is_single() { SqlType::TEXT } else { SqlType::BINARY }
    }

    fn typed_literal(&self, name: &TypeName) -> Option<SqlType> {
        let time = matches!(name.name.as_str(), "DATE" | "TIMESTAMP");
        time.then(|| if self.is_single() { SqlType::TEXT } else { types::timestamp() })
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        signed(op, operand)
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        if self.is_single() { sse::binary(op, left, right) } else { mse::binary(op, left, right) }
    }

    fn over_distinct(&self, aggregate: &str) -> Option<&'static str> {
        const OF_DISTINCT: &[(&str, &str)] =
            &[("count", "distinctcount"), ("sum", "distinctsum"), ("avg", "distinctavg")];
        let found = OF_DISTINCT.iter().find(|(own, _)| *own == aggregate);
        found.filter(|_| self.is_single()).map(|(_, other)| *other)
    }

    fn after_groups(
        &self,
        op: &BinaryOp,
        left: &Operand,
        right: &Operand,
    ) -> Option<Result<Resolved, Refusal>> {
        use BinaryOp::{Divide, Minus, Modulo, Multiply, Plus};
        let calculates = matches!(op, Plus | Minus | Multiply | Divide | Modulo);
        (self.is_single() && calculates).then(|| sse::arithmetic(op, left, right, true))
    }

    fn like(&self, op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        if self.is_single() { sse::like(op, left, right) } else { mse::like(op, left, right) }
    }

    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        if self.is_single() { sse::common(place, types) } else { mse::common(place, types) }
    }

    fn can_cast(&self, from: &SqlType, to: &SqlType) -> bool {
        if self.is_single() { sse::can_cast(from, to) } else { mse::can_cast(from, to) }
    }

    fn cast(&self, from: &Operand, to: &SqlType) -> SqlType {
        if self.is_single() { sse::cast(from, to) } else { to.clone() }
    }

    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool {
        STANDARD.can_assign(from, to)
    }

    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
        if self.is_single() { sse::subscript(expr, index) } else { mse::subscript(expr, index) }
    }

    fn extract(&self, field: &str, expr: &Operand) -> Result<Resolved, Refusal> {
        const FIELDS: &[&str] = &[
            "YEAR",
            "QUARTER",
            "MONTH",
            "WEEK",
            "DAY",
            "DOY",
            "DOW",
            "HOUR",
            "MINUTE",
            "SECOND",
            "MILLISECOND",
            "YEAROFWEEK",
            "TIMEZONE_HOUR",
            "TIMEZONE_MINUTE",
        ];
        if !FIELDS.contains(&field) {
            return Err(Refusal::Types(format!("there is no field {field}")));
        }
        let fits = |ty: &SqlType| match self.engine {
            Engine::SingleStage => {
                !types::is_list(ty) && !matches!(ty, SqlType::Map(..) | SqlType::Binary(_))
            }
            Engine::MultiStage => matches!(ty, SqlType::Timestamp(..) | SqlType::Null),
        };
        if expr.ty.as_ref().is_some_and(|ty| !fits(ty)) {
            return Err(Refusal::Types("a part is taken of a TIMESTAMP".to_owned()));
        }
        let ty = if self.is_single() { SqlType::Int32 } else { SqlType::Int64 };
        Ok(Resolved {
            nulls: NullRule::Strict,
            ..known(ty, vec![expr.ty.clone().or(Some(types::timestamp()))])
        })
    }

    fn at_time_zone(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types("Pinot has no AT TIME ZONE: write toDateTime(millis, pattern, zone)".to_owned()))
    }

    fn array(&self, element: &SqlType) -> Option<SqlType> {
        Some(SqlType::list(element.clone()))
    }

    fn refuses(&self, syntax: Syntax) -> bool {
        matches!(
            syntax,
            Syntax::Collate
                | Syntax::EmptyGrouping
                | Syntax::LimitSubquery
                | Syntax::NestedExplain
                | Syntax::Returning
                | Syntax::WithinGroupList
        )
    }
}

/// A number of milliseconds, or a date that may have a time behind it.
fn is_time(text: &str) -> bool {
    let text = text.trim();
    if text.parse::<i64>().is_ok() {
        return true;
    }
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split('-').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(digits)
}
