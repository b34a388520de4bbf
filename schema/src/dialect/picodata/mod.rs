//! Picodata by version: what its servers read and describe, measured on 25.6 and 26.1.6; later ones by their grammar.
//!
//! One dialect, of which [`Version`] picks a variant by the server that the cache names (`Reading::variant`). Functions
//! are data (`functions.tsv`), operators and types are those of its type system (`operators`); `refused` is what it does
//! not take or leaves out without a word, with what to write instead, `block` the rules of `DO $$ … $$`, `lint` the rows
//! that travel between nodes, `settings` the options of a text, `tables` its system tables and what it adds to one.
//! The types of `avg` differ between releases and plans: what was not measured is unknown.

mod block;
mod functions;
mod keys;
mod lint;
mod operators;
mod refused;
mod settings;
mod tables;
mod version;

use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription, TimeUnit};

use self::functions::Functions;
pub use self::version::Version;
use super::function::FunctionTable;
use super::thin::{STANDARD, known, unknown};
use super::{
    ColumnNames, CommonPlace, Dialect, Fold, Habit, NullRule, Operand, Placeholder, Reading, Refusal,
    Resolved, TypeRules, Written,
};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};

const FUNCTIONS: &str = include_str!("functions.tsv");

/// The parts of one version, and the dialect that they make.
macro_rules! version {
    ($module:ident, $version:expr) => {
        mod $module {
            use super::*;

            static OWN_FUNCTIONS: Functions = Functions { version: $version };
            static TABLE: FunctionTable = FunctionTable::new(FUNCTIONS, false, &OWN_FUNCTIONS);
            static READING: Reading = reading::<{ $version.0 }>();
            pub(super) static DIALECT: Dialect = dialect(&Rules { version: $version }, || &TABLE, &READING);
        }
    };
}

version!(v25_6, Version::V25_6);
version!(v26_1_0, Version::V26_1_0);
version!(v26_1_1, Version::V26_1_1);
version!(v26_1_3, Version::V26_1_3);
version!(v26_2, Version::V26_2);
version!(v26_3, Version::V26_3);

/// The dialect `picodata`, as its newest version reads it.
pub static PICODATA: Dialect = dialect(&Rules { version: Version::V26_3 }, v26_3::DIALECT.functions, &NEWEST);

static NEWEST: Reading = reading::<{ Version::V26_3.0 }>();

/// The dialect of the server that a source names.
fn variant(source: &SourceDescription) -> Option<&'static Dialect> {
    Some(match Version::of(source)? {
        Version::V25_6 => &v25_6::DIALECT,
        Version::V26_1_0 => &v26_1_0::DIALECT,
        Version::V26_1_1 => &v26_1_1::DIALECT,
        Version::V26_1_3 => &v26_1_3::DIALECT,
        Version::V26_2 => &v26_2::DIALECT,
        _ => &v26_3::DIALECT,
    })
}

const fn dialect(
    rules: &'static Rules,
    functions: fn() -> &'static FunctionTable,
    reading: &'static Reading,
) -> Dialect {
    Dialect {
        name: "picodata",
        fold: Fold::Lower,
        placeholder: Placeholder::Dollar,
        booleans: ["FALSE", "TRUE"],
        default_catalog: None,
        default_schemas: &[],
        syntax: || Box::new(sqlparser::dialect::PostgreSqlDialect {}),
        written: Written::Picodata,
        rules,
        functions,
        reading,
    }
}

const fn reading<const V: u8>() -> Reading {
    Reading {
        habits: &[
            Habit::RepeatedColumns,
            Habit::GroupedColumnsOnly,
            Habit::UntypedIsText,
            Habit::UntypedParamsAreText,
            Habit::RowValues,
            Habit::SetOperationsConvert,
            Habit::StrictConditions,
            Habit::PlainText,
        ],
        column_names: ColumnNames::Picodata,
        bare_functions: &["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"],
        explain: if V < Version::V26_2.0 { &["QUERY PLAN"] } else { &["EXPLAIN"] },
        system_table: tables::system_table::<V>,
        table_properties: tables::properties,
        complete: tables::complete,
        implied_schema: Some("public"),
        refused: refused::everywhere,
        settings: settings::check::<V>,
        setting_type: settings::type_of,
        advice: refused::advice::<V>,
        variant,
        ..Reading::PLAIN
    }
}

struct Rules {
    version: Version,
}

/// A point in time; on the wire it has microseconds.
fn datetime() -> SqlType {
    SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()))
}

/// So many digits a decimal has on the wire at most (25.6 to 26.3): the server writes it as a `rust_decimal`.
const DECIMAL_DIGITS: usize = 28;

impl Rules {
    /// Whether arrays travel as such; before, they are JSON.
    fn has_arrays(&self) -> bool {
        self.version >= Version::V26_2
    }
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
            "DATETIME" => datetime(),
            "JSON" if self.version < Version::V26_3 => {
                return Err(format!("Picodata has columns of JSON from {} on", Version::V26_3.name()));
            }
            "JSON" => SqlType::Json,
            "ARRAY" if self.version < Version::V26_1_3 => {
                return Err(format!("Picodata has columns of arrays from {} on", Version::V26_1_3.name()));
            }
            "ARRAY" => match &name.elements[..] {
                // `T[][]` says nothing more than `T[]`.
                [(_, element)] => match self.type_name(element)? {
                    list @ SqlType::List(..) => list,
                    SqlType::Json if element.name == "ARRAY" => SqlType::Json,
                    element if self.has_arrays() => SqlType::list(element),
                    _ => SqlType::Json,
                },
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
            SqlType::List(field, _) => return Some(format!("{}[]", self.native(&field.ty)?)),
            _ => return None,
        };
        Some(name.to_owned())
    }

    fn column_type(&self, column: &ColumnDescription) -> Option<SqlType> {
        match &column.ty {
            Some(SqlType::List(..)) if !self.has_arrays() => Some(SqlType::Json),
            ty => ty.clone(),
        }
    }

    fn refuses_param(&self, ty: &SqlType) -> Option<&'static str> {
        match ty {
            SqlType::Json => Some("the server takes no parameter of this type"),
            SqlType::List(..) if !self.has_arrays() => {
                Some("the server takes arrays as parameters from 26.2 on")
            }
            _ => None,
        }
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let exponent = text.contains(['e', 'E']);
        if !exponent && text.contains('.') {
            let told =
                format!("a decimal has {DECIMAL_DIGITS} digits at most on the wire, and this has {digits}");
            return if digits > DECIMAL_DIGITS { Err(told) } else { Ok(SqlType::BigDecimal) };
        }
        match STANDARD.number(text)? {
            SqlType::Int32 | SqlType::Int64 => Ok(SqlType::Int64),
            SqlType::Decimal { .. } => Err("an integer has 64 bits at most".to_owned()),
            other => Ok(other),
        }
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn typed_literal(&self, _: &TypeName) -> Option<SqlType> {
        Some(datetime())
    }

    fn reads(&self, text: &str, ty: &SqlType) -> Option<bool> {
        let text = text.trim();
        match ty {
            SqlType::Int64 => Some(text.parse::<i64>().is_ok()),
            SqlType::Boolean => Some(["true", "false", "t", "f"].contains(&&*text.to_lowercase())),
            SqlType::Uuid => {
                let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
                let others =
                    text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'{' | b'}'));
                Some(digits == 32 && others)
            }
            // Several formats of a date are read, which are the server's to know.
            SqlType::Timestamp(..) => Some(text.bytes().any(|byte| byte.is_ascii_digit())),
            _ => None,
        }
    }

    fn cast(&self, from: &Operand, to: &SqlType) -> SqlType {
        // `NULL::int` is described as unknown, OID 705 (26.1.6).
        if from.ty == Some(SqlType::Null) { SqlType::Null } else { to.clone() }
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        operators::unary(op, operand)
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        operators::binary(op, left, right)
    }

    fn like(&self, _: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        operators::like(left, right)
    }

    fn common(&self, _: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        operators::common(types)
    }

    fn can_cast(&self, _: &SqlType, _: &SqlType) -> bool {
        true
    }

    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool {
        // A text may be a literal, which is read as what it is written into; so is a number with a point as DOUBLE.
        from.is_text() || operators::coerces(from, to) || operators::coerces(to, from) && to.is_float()
    }

    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
        operators::subscript(expr, index)
    }

    fn extract(&self, _: &str, _: &Operand) -> Result<Resolved, Refusal> {
        Ok(unknown(1))
    }

    fn primary_key_is_not_null(&self, _: &TableDescription) -> bool {
        true
    }

    fn at_time_zone(&self, _: &Operand, _: &Operand) -> Result<Resolved, Refusal> {
        Ok(unknown(2))
    }

    fn array(&self, element: &SqlType) -> Option<SqlType> {
        Some(SqlType::list(element.clone()))
    }

    fn runs(&self, statement: &str) -> bool {
        matches!(statement, "CALL" | "TRUNCATE")
    }
}

/// A result that is NULL when an operand is, of these operands.
fn strict(ty: SqlType, operands: Vec<Option<SqlType>>) -> Resolved {
    Resolved { nulls: NullRule::Strict, ..known(ty, operands) }
}
