//! What an SQL dialect is: identifiers, types, literals, operators, casts and functions, as data where that goes.
//!
//! One file a dialect, plus its data. The checker asks a [`Dialect`] and never its name.

mod aperture;
mod datafusion;
pub mod function;
mod habit;
mod ignite;
mod picodata;
mod pinot;
mod syntax;
mod thin;

use querent_types::{ColumnDescription, SqlType, TableDescription};

pub use aperture::{APERTURE_V1, APERTURE_V2};
pub use datafusion::DATAFUSION;
pub use function::FunctionTable;
pub(crate) use habit::{Advice, Around};
pub use habit::{ColumnNames, Habit, Objects, Reading, Setting, TableProperties};
pub(crate) use ignite::calcite_column_name;
pub use ignite::{IGNITE_CALCITE, IGNITE_H2};
pub use picodata::{PICODATA, Version as PicodataVersion};
pub use pinot::{PINOT_MSE, PINOT_SSE};
pub(crate) use pinot::{
    column_name as pinot_column_name, type_of_schema as pinot_type, virtual_columns as pinot_virtual_columns,
};
pub use syntax::Syntax;
pub use thin::{CALCITE, GENERIC, SPARK};

use crate::ast::{BinaryOp, Ident, LikeOp, TypeName, UnaryOp};

/// One dialect.
pub struct Dialect {
    /// Its name in `querent.toml`.
    pub name: &'static str,
    /// How an identifier without quotes is read.
    pub fold: Fold,
    /// How a parameter is written on the wire.
    pub placeholder: Placeholder,
    /// How FALSE and TRUE are written where an IN list is empty.
    pub booleans: [&'static str; 2],
    /// The catalog that a name without a catalog is looked up in, where catalogs have names of their own.
    pub default_catalog: Option<&'static str>,
    /// Schemas that a name without a schema is looked up in first.
    pub default_schemas: &'static [&'static str],
    /// The syntax, for `parse/` alone.
    pub syntax: fn() -> Box<dyn sqlparser::dialect::Dialect>,
    /// What is written so that sqlparser does not read it.
    pub written: Written,
    /// Types, operators, casts.
    pub rules: &'static dyn TypeRules,
    /// Functions.
    pub functions: fn() -> &'static FunctionTable,
    /// How it reads a query, types aside.
    pub reading: &'static Reading,
}

/// How an identifier without quotes is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// As lower case.
    Lower,
    /// As upper case.
    Upper,
    /// As written, compared without regard to case.
    Insensitive,
    /// As written.
    None,
}

/// What a dialect writes that sqlparser does not read; `parse/` rewrites its tokens first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nothing.
    Plain,
    /// What both of Ignite's engines write: options of CREATE TABLE as one quoted word, `TABLE(a INT = ?)`.
    Ignite,
    /// The same, and what its H2 engine writes besides: MERGE by key, `?1`.
    IgniteH2,
    /// What both of Pinot's engines write: `SET key = value;` before the statement, `OPTION(key=value)` behind it.
    Pinot,
    /// What Picodata writes: `DO $$ … $$`, `OPTION (key = value)`, `INDEXED BY`, `ON CONFLICT DO REPLACE`, its own DDL.
    Picodata,
}

/// How a parameter is written on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `$1`, one number a parameter.
    Dollar,
    /// `?`, one a use.
    Question,
    /// There are none: values are rendered as literals.
    Literal,
}

/// An operand or argument as type rules see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// Its type; `None` where it is a parameter that nothing decided yet, or not known.
    pub ty: Option<SqlType>,
    /// Its value, where it is a literal and rules depend on it (`date_trunc('day', …)`, `round(x, 2)`).
    pub literal: Option<crate::ast::Literal>,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// What an operator or function gives, and what its operands are read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The result's type; `None` where the rules do not know it.
    pub ty: Option<SqlType>,
    /// The type that each operand is coerced to, in order; what a parameter in that place gets. `None` where any will do.
    pub operands: Vec<Option<SqlType>>,
    /// When the result is NULL.
    pub nulls: NullRule,
}

/// When a result is NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullRule {
    /// When any operand is.
    Strict,
    /// Never.
    Never,
    /// It may be, whatever the operands are.
    Always,
    /// Only when every operand is (`coalesce`).
    AllOperands,
    /// When the first operand is.
    First,
    /// An aggregate: when there are no rows, or only NULLs among them.
    EmptyOrNull,
}

/// What is known of the value of a computed constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// It is this whole number, written without a point.
    Whole(i128),
    /// It is a whole number that fits an INT.
    Small,
    /// It is a number that is written with a point.
    Fraction,
    /// Nothing.
    Unknown,
}

/// Why rules refuse something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such function; the nearest names, best first.
    UnknownFunction(Vec<String>),
    /// There is no such operator.
    UnknownOperator,
    /// It takes another number of arguments, described in words ("1 or 2").
    Arity(String),
    /// It does not take these types; what it takes, in words.
    Types(String),
}

/// The rules of types of one dialect.
pub trait TypeRules: Send + Sync {
    /// Whether the rules know the server's types in part only: what they refuse is then unknown, not wrong.
    fn is_open(&self) -> bool {
        false
    }

    /// The type that a type name means; the error is the reason, in words.
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String>;
    /// Whether a type of this name holds values of any type.
    fn holds_anything(&self, _name: &TypeName) -> bool {
        false
    }
    /// The name of a column's type as it was declared, where it says more than [`TypeRules::native`].
    fn declared(&self, _name: &TypeName) -> Option<String> {
        None
    }
    /// Columns that a table has besides those that were declared, and that `*` leaves out.
    fn hidden_columns(&self, _table: &TableDescription) -> Vec<ColumnDescription> {
        Vec::new()
    }
    /// The type that the engine reads a table's column as, where the description has the one that answers have.
    fn column_type(&self, column: &ColumnDescription) -> Option<SqlType> {
        column.ty.clone()
    }
    /// The type of a column of an answer, from the one that the engine computes with.
    fn answered(&self, ty: SqlType) -> SqlType {
        ty
    }
    /// Why a column of this type cannot stand in an answer that has rows, in words.
    fn refuses_column(&self, _ty: &SqlType) -> Option<&'static str> {
        None
    }
    /// Why a parameter of this type cannot be sent, in words.
    fn refuses_param(&self, _ty: &SqlType) -> Option<&'static str> {
        None
    }
    /// The name under which a function is looked up, where it is another than the one that is written.
    fn canonical_function(&self, _name: &str) -> Option<String> {
        None
    }
    /// The aggregate that the engine takes for another one with DISTINCT among its arguments.
    fn over_distinct(&self, _aggregate: &str) -> Option<&'static str> {
        None
    }
    /// An operator over what is computed after the groups are there, where that gives another type.
    fn after_groups(
        &self,
        _op: &BinaryOp,
        _left: &Operand,
        _right: &Operand,
    ) -> Option<Result<Resolved, Refusal>> {
        None
    }
    /// The type of `CAST(from AS to)`.
    fn cast(&self, _from: &Operand, to: &SqlType) -> SqlType {
        to.clone()
    }
    /// The type of `X'00ff'`.
    fn bytes(&self) -> SqlType {
        SqlType::BINARY
    }
    /// The type of a literal with a type before it (`DATE '2024-01-01'`), where it is not that type.
    fn typed_literal(&self, _name: &TypeName) -> Option<SqlType> {
        None
    }
    /// The type that the values of a call or operator really have, where the engine does not convert them to the type
    /// that it computes with: `Some(None)` where it is not known. `carried` holds the same of the operands.
    fn carried(
        &self,
        _call: &str,
        _args: &[Operand],
        _carried: &[Option<SqlType>],
    ) -> Option<Option<SqlType>> {
        None
    }
    /// The type that a computed constant has once it was sent as a literal ([`Habit::ConstantsAreSent`]); `None`
    /// where that depends on a value that is not known.
    fn sent(&self, ty: &SqlType, _value: Constant) -> Option<SqlType> {
        Some(ty.clone())
    }
    /// Whether a text can be read as a type; `None` leaves that to the checker's own rules.
    fn reads(&self, _text: &str, _ty: &SqlType) -> Option<bool> {
        None
    }
    /// Whether the engine has a statement that is looked into where it has: `COPY`, `PREPARE`, `TRUNCATE`.
    fn runs(&self, _statement: &str) -> bool {
        false
    }
    /// Whether the engine casts literals when it plans, so that `CAST(1 AS INT)` is a literal like any other.
    fn folds_literals(&self) -> bool {
        false
    }
    /// Whether a function gives another value at each call.
    fn is_volatile(&self, _function: &str) -> bool {
        false
    }
    /// The server's own name of a type, where the dialect has one besides Arrow's.
    fn native(&self, ty: &SqlType) -> Option<String>;
    /// The type of a number literal.
    fn number(&self, text: &str) -> Result<SqlType, String>;
    /// The type of a string literal.
    fn string(&self) -> SqlType;
    /// A unary operator.
    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal>;
    /// A binary operator.
    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal>;
    /// `LIKE` and its kin.
    fn like(&self, op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal>;
    /// The one type of the columns of a set operation, VALUES rows, CASE branches, COALESCE arguments, array elements or
    /// IN elements.
    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal>;
    /// Whether `CAST(from AS to)` can be.
    fn can_cast(&self, from: &SqlType, to: &SqlType) -> bool;
    /// Whether a value of `from` may be written into a column of `to` (INSERT, UPDATE).
    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool;
    /// `expr[index]`.
    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal>;
    /// `EXTRACT(field FROM expr)`.
    fn extract(&self, field: &str, expr: &Operand) -> Result<Resolved, Refusal>;
    /// Whether the columns of the table's primary key never hold a NULL for that alone.
    fn primary_key_is_not_null(&self, _table: &TableDescription) -> bool {
        false
    }
    /// `expr AT TIME ZONE zone`.
    fn at_time_zone(&self, expr: &Operand, zone: &Operand) -> Result<Resolved, Refusal>;
    /// The type of `INTERVAL 'text' unit`; the error is the reason, in words. `None` where the dialect takes every
    /// interval that PostgreSQL does.
    fn interval(&self, _text: &str, _unit: Option<&str>) -> Option<Result<SqlType, String>> {
        None
    }
    /// The type of an array of such elements; `None` where the function `make_array` says it.
    fn array(&self, _element: &SqlType) -> Option<SqlType> {
        None
    }
    /// The type of a map with such keys and values; `None` where the function `map` says it, of an array of keys and one of values.
    fn map(&self, _key: &SqlType, _value: &SqlType) -> Option<SqlType> {
        None
    }
    /// Whether the engine parses a clause that the tree has no place for only to refuse it, by the clause's name there.
    fn refuses_clause(&self, _name: &str) -> bool {
        false
    }
    /// Whether the engine parses a syntax only to refuse it.
    fn refuses(&self, _syntax: Syntax) -> bool {
        false
    }
}

/// Where several values must have one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommonPlace {
    /// `UNION`, `EXCEPT`, `INTERSECT`.
    SetOperation,
    /// `VALUES`.
    Values,
    /// ELSE, if there is one, and then the THENs of `CASE`.
    CaseResult,
    /// Operand and WHENs of `CASE x WHEN …`.
    CaseWhen,
    /// Operand and elements of `IN`.
    InList,
    /// `BETWEEN`.
    Between,
    /// `ARRAY[…]`.
    Array,
}

/// What a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FunctionKind {
    /// One value a row.
    Scalar,
    /// One value a group.
    Aggregate,
    /// One value a row over a window only.
    Window,
    /// Rows.
    Table,
}

/// The dialect of a name in `querent.toml`.
pub fn by_name(name: &str) -> Option<&'static Dialect> {
    ALL.iter().find(|dialect| dialect.name == name).copied()
}

static ALL: [&Dialect; 11] = [
    &datafusion::DATAFUSION,
    &thin::GENERIC,
    &thin::SPARK,
    &thin::CALCITE,
    &pinot::PINOT_SSE,
    &pinot::PINOT_MSE,
    &picodata::PICODATA,
    &ignite::IGNITE_H2,
    &ignite::IGNITE_CALCITE,
    &aperture::APERTURE_V1,
    &aperture::APERTURE_V2,
];

/// The names of all dialects, for messages.
pub const NAMES: &[&str] = &[
    "datafusion",
    "generic",
    "spark",
    "calcite",
    "pinot-sse",
    "pinot-mse",
    "picodata",
    "ignite-h2",
    "ignite-calcite",
    "aperture-v1",
    "aperture-v2",
];

impl Dialect {
    /// Whether the engine has a habit.
    pub fn has(&self, habit: Habit) -> bool {
        let habits = self.reading.habits;
        // Asked dozens of times a statement, unoptimised: a plain loop costs a tenth of `contains`.
        let mut at = 0;
        while at < habits.len() {
            if habits[at] as u8 == habit as u8 {
                return true;
            }
            at += 1;
        }
        false
    }

    /// The identifier as the dialect reads it.
    pub fn fold(&self, ident: &Ident) -> String {
        match self.fold {
            _ if ident.quoted => ident.value.clone(),
            Fold::Lower => ident.value.to_lowercase(),
            Fold::Upper => ident.value.to_uppercase(),
            Fold::Insensitive | Fold::None => ident.value.clone(),
        }
    }

    /// Whether two identifiers, already folded, are one.
    pub fn same(&self, a: &str, b: &str) -> bool {
        if self.fold == Fold::Insensitive { a.eq_ignore_ascii_case(b) } else { a == b }
    }
}
