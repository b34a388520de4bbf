//! `ignite-h2`: the engine on H2 1.4.197, the default one up to Ignite 2.18, measured on 2.17.0.
//!
//! Types and operators follow H2's own source, which says what a node answers for types that were not recorded;
//! functions are data made of the recording. Types are those of the values on the wire: where H2 describes another type
//! than its values have (`ROUND` of an INT), and where constants are computed before they are sent, that is
//! [`TypeRules::carried`] and [`TypeRules::sent`]. Nothing is coerced where H2 converts at run time: a text beside a number
//! may fail on the data, which is not the checker's to say.

mod arithmetic;
mod functions;
mod literal;
mod order;
mod refused;

use querent_types::{ColumnDescription, SqlType, TableDescription, TableKind};

use self::order::{converts, highest, is_moment};
use super::{hint, objects, tables, types};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};
use crate::dialect::thin::known;
use crate::dialect::{
    ColumnNames, CommonPlace, Constant, Dialect, Fold, Habit, NullRule, Operand, Placeholder, Reading,
    Refusal, Resolved, TypeRules, Written,
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
    functions: || &functions::FUNCTIONS,
    reading: &READING,
};

static READING: Reading = Reading {
    habits: &[
        Habit::NaturalIsAmbiguous,
        Habit::RightJoinTurns,
        Habit::AnyPatternIsPresence,
        Habit::RepeatedColumns,
        Habit::TruthOfAnything,
        Habit::AnyLimit,
        Habit::GroupedColumnsOnly,
        Habit::GroupByOutputs,
        Habit::HavingWithoutAliases,
        Habit::OptionalJoinCondition,
        Habit::Top,
        Habit::RowLimit,
        Habit::DatePartWords,
        Habit::UnionsKeepTypes,
        Habit::UntypedIsRefused,
        Habit::UntypedIsText,
        Habit::ConstantsAreSent,
        Habit::SplitAggregates,
        Habit::UsingKeepsLeft,
        Habit::ReplicatedIsNeverKept,
        Habit::KeysAreFixed,
    ],
    column_names: ColumnNames::H2,
    bare_functions: &[
        "current_date",
        "current_time",
        "current_timestamp",
        "current_user",
        "sysdate",
        "systime",
        "systimestamp",
        "today",
    ],
    explain: &["PLAN"],
    changed_rows: None,
    system_table,
    table_properties: tables::properties,
    objects: |table| Some(objects::behind(table)),
    options: &[("engine", "h2")],
    capabilities: super::CAPABILITIES,
    refused: refused::refused,
    engine: hint::engine,
    ..Reading::PLAIN
};

/// `DUAL`, and the views of schema SYS.
fn system_table(name: &[String]) -> Option<TableDescription> {
    if !matches!(name, [dual] if dual == "DUAL") {
        return tables::system_view(name, true);
    }
    let column = ColumnDescription::new("X", SqlType::Int64, false);
    Some(TableDescription { kind: TableKind::System, ..TableDescription::new(name.to_vec(), vec![column]) })
}

struct Rules;

/// Type names besides those of both engines (H2 1.4.197, `DataType.java`); `None` is any object.
fn type_name(name: &TypeName) -> Option<Option<SqlType>> {
    let digits = name.args.first().and_then(|digits| digits.trim().parse::<u32>().ok());
    Some(Some(match name.name.as_str() {
        "VARCHAR2"
        | "NVARCHAR"
        | "NVARCHAR2"
        | "VARCHAR_CASESENSITIVE"
        | "VARCHAR_IGNORECASE"
        | "TID"
        | "LONGVARCHAR"
        | "LONGNVARCHAR"
        | "NCHAR"
        | "CLOB"
        | "CHARACTER LARGE OBJECT"
        | "TINYTEXT"
        | "TEXT"
        | "MEDIUMTEXT"
        | "LONGTEXT"
        | "NTEXT"
        | "NCLOB" => SqlType::TEXT,
        "BIT" | "BOOL" => SqlType::Boolean,
        "YEAR" | "INT2" => SqlType::Int16,
        "MEDIUMINT" | "INT4" | "SIGNED" | "SERIAL" => SqlType::Int32,
        "INT8" | "LONG" | "IDENTITY" | "BIGSERIAL" => SqlType::Int64,
        "NUMBER" => SqlType::BigDecimal,
        "FLOAT4" => SqlType::Float32,
        // Up to 24 binary digits FLOAT is REAL.
        "FLOAT" if digits.is_some_and(|digits| digits <= 24) => SqlType::Float32,
        "FLOAT" | "FLOAT8" => SqlType::Float64,
        "DATETIME" | "DATETIME2" | "SMALLDATETIME" => types::TIMESTAMP,
        "RAW"
        | "BYTEA"
        | "LONG RAW"
        | "LONGVARBINARY"
        | "BLOB"
        | "BINARY LARGE OBJECT"
        | "TINYBLOB"
        | "MEDIUMBLOB"
        | "LONGBLOB"
        | "IMAGE"
        | "OID" => SqlType::BINARY,
        "UNIQUEIDENTIFIER" => SqlType::Uuid,
        "OBJECT" | "JAVA_OBJECT" => return Some(None),
        common => return types::common(common),
    }))
}

impl TypeRules for Rules {
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        match type_name(name) {
            Some(Some(ty)) => Ok(ty),
            Some(None) => Err(format!("{} is any object", name.name)),
            None => Err(format!("H2 has no type {}", name.name)),
        }
    }

    fn holds_anything(&self, name: &TypeName) -> bool {
        type_name(name) == Some(None)
    }

    fn declared(&self, name: &TypeName) -> Option<String> {
        types::declared(name)
    }

    fn hidden_columns(&self, table: &TableDescription) -> Vec<ColumnDescription> {
        tables::hidden_columns(table)
    }

    fn carried(&self, call: &str, args: &[Operand], carried: &[Option<SqlType>]) -> Option<Option<SqlType>> {
        match args {
            [a, b] if matches!(call, "+" | "-") => arithmetic::carried(call, a.ty.as_ref(), b.ty.as_ref()),
            _ => functions::carried(call, args, carried),
        }
    }

    fn sent(&self, ty: &SqlType, value: Constant) -> Option<SqlType> {
        match ty {
            SqlType::Int8 | SqlType::Int16 => Some(SqlType::Int32),
            SqlType::Int64 | SqlType::BigDecimal => match value {
                Constant::Whole(value) => Some(literal::whole(value)),
                Constant::Small => Some(SqlType::Int32),
                Constant::Fraction => Some(SqlType::BigDecimal),
                Constant::Unknown => None,
            },
            // They are written with a point, which makes a decimal.
            SqlType::Float32 | SqlType::Float64 => Some(SqlType::BigDecimal),
            SqlType::Uuid => Some(SqlType::TEXT),
            other => Some(other.clone()),
        }
    }

    fn is_volatile(&self, function: &str) -> bool {
        functions::is_volatile(function)
    }

    fn reads(&self, text: &str, ty: &SqlType) -> Option<bool> {
        Some(literal::reads(text, ty))
    }

    fn native(&self, ty: &SqlType) -> Option<String> {
        types::native(ty)
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        literal::number(text)
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        let refuse = |words: &str| Err(Refusal::Types(words.to_owned()));
        match (op, &operand.ty) {
            (UnaryOp::BitNot, _) => refuse("H2 has BITAND, BITOR and BITXOR"),
            (UnaryOp::Not, Some(ty)) if !converts(ty, &SqlType::Boolean) => refuse("a truth value"),
            (UnaryOp::Not, _) => Ok(known(SqlType::Boolean, vec![Some(SqlType::Boolean)])),
            (UnaryOp::Plus, ty) => {
                Ok(Resolved { ty: ty.clone(), operands: vec![ty.clone()], nulls: NullRule::Strict })
            }
            (UnaryOp::Minus, None) => Ok(known(SqlType::BigDecimal, vec![None])),
            (UnaryOp::Minus, Some(ty))
                if ty.is_numeric() || matches!(ty, SqlType::Boolean | SqlType::Null) =>
            {
                Ok(known(ty.clone(), vec![Some(ty.clone())]))
            }
            (UnaryOp::Minus, Some(_)) => refuse("a number"),
        }
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        arithmetic::binary(op, left, right)
    }

    fn like(&self, op: LikeOp, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        match op {
            LikeOp::SimilarTo => Err(Refusal::Types("H2 has LIKE and REGEXP".to_owned())),
            _ => Ok(known(SqlType::Boolean, vec![Some(SqlType::TEXT); 2])),
        }
    }

    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        let known = || types.iter().filter_map(|operand| operand.ty.as_ref());
        let common = highest(known()).unwrap_or(SqlType::Null);
        // A set operation converts nothing.
        if place != CommonPlace::SetOperation
            && let Some(other) = known().find(|ty| !converts(ty, &common))
        {
            let words = format!("all are converted to {common}, which {other} never can be");
            return Err(Refusal::Types(words));
        }
        Ok(common)
    }

    fn can_cast(&self, from: &SqlType, to: &SqlType) -> bool {
        converts(from, to)
    }

    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool {
        converts(from, to)
    }

    fn subscript(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types("H2 has no arrays in Ignite".to_owned()))
    }

    fn extract(&self, field: &str, expr: &Operand) -> Result<Resolved, Refusal> {
        const OTHERS: &[&str] = &[
            "HOUR",
            "HH",
            "SQL_TSI_HOUR",
            "MINUTE",
            "MI",
            "N",
            "SQL_TSI_MINUTE",
            "SECOND",
            "SS",
            "S",
            "SQL_TSI_SECOND",
            "MILLISECOND",
            "MILLISECONDS",
            "MS",
            "MICROSECOND",
            "MICROSECONDS",
            "MCS",
            "NANOSECOND",
            "NS",
            "DECADE",
            "CENTURY",
            "MILLENNIUM",
            "EPOCH",
        ];
        if !arithmetic::OF_DAYS.contains(&field) && !OTHERS.contains(&field) {
            return Err(Refusal::Types(format!("EXTRACT has no field {field}")));
        }
        if expr.ty.as_ref().is_some_and(|ty| !is_moment(ty) && !ty.is_text() && *ty != SqlType::Null) {
            return Err(Refusal::Types("a date, a time or a timestamp".to_owned()));
        }
        // Described as INT like the others, the seconds since 1970 come with their fraction.
        let ty = if field == "EPOCH" { SqlType::BigDecimal } else { SqlType::Int32 };
        Ok(known(ty, vec![Some(types::TIMESTAMP)]))
    }

    fn primary_key_is_not_null(&self, table: &TableDescription) -> bool {
        objects::plain_key(table)
    }

    fn at_time_zone(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Err(Refusal::Types("H2 has no AT TIME ZONE".to_owned()))
    }
}
