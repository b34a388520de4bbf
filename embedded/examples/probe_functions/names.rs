//! Compares the dialect's reading of type names and literals with the engine's.

use datafusion::common::DFSchema;
use datafusion::execution::context::SessionState;
use datafusion::logical_expr::ExprSchemable;
use datafusion::prelude::SessionContext;
use querent_schema::ast::{ExprKind, SelectItem, SetExpr, StatementKind, TypeName};
use querent_schema::dialect::{DATAFUSION, Refusal};
use querent_schema::parse::Source;

use crate::check::Agreement;
use crate::operators::judge;

/// Type names of any SQL. (After `>>` sqlparser reads a `[3]` into the inner type; no one means that.)
const NAMES: &[&str] = &[
    "BOOLEAN",
    "BOOL",
    "TINYINT",
    "SMALLINT",
    "MEDIUMINT",
    "INT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "INT2",
    "INT4",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "INT128",
    "INT256",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "UINT128",
    "UBIGINT",
    "USMALLINT",
    "UTINYINT",
    "UHUGEINT",
    "SIGNED",
    "UNSIGNED",
    "FLOAT",
    "FLOAT4",
    "FLOAT8",
    "FLOAT32",
    "FLOAT64",
    "REAL",
    "DOUBLE",
    "DOUBLE PRECISION",
    "DECIMAL",
    "NUMERIC",
    "DEC",
    "BIGNUMERIC",
    "BIGDECIMAL",
    "VARCHAR",
    "NVARCHAR",
    "CHAR",
    "CHARACTER",
    "CHARACTER VARYING",
    "CHAR VARYING",
    "CHARACTER LARGE OBJECT",
    "CLOB",
    "TEXT",
    "TINYTEXT",
    "MEDIUMTEXT",
    "LONGTEXT",
    "STRING",
    "FIXEDSTRING",
    "UUID",
    "BINARY",
    "VARBINARY",
    "BLOB",
    "TINYBLOB",
    "BYTES",
    "BYTEA",
    "BIT",
    "BIT VARYING",
    "DATE",
    "DATE32",
    "TIME",
    "TIMETZ",
    "TIME WITH TIME ZONE",
    "TIME WITHOUT TIME ZONE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "TIMESTAMP WITH TIME ZONE",
    "TIMESTAMP WITHOUT TIME ZONE",
    "TIMESTAMP_NTZ",
    "DATETIME",
    "DATETIME64",
    "INTERVAL",
    "JSON",
    "JSONB",
    "REGCLASS",
    "ARRAY",
    "ARRAY<INT>",
    "ARRAY<ARRAY<VARCHAR> >",
    "STRUCT<a INT, b VARCHAR>",
    "STRUCT<\"A\" INT>",
    "MAP<INT, VARCHAR>",
    "ENUM('a')",
    "SET('a')",
    "TUPLE(INT)",
    "NULLABLE(INT)",
    "GEOMETRY",
    "POINT",
    "TSVECTOR",
    "nope",
];

/// What may follow a name.
const TAILS: &[&str] =
    &["", "(3)", "(10, 2)", "(0)", "(9)", "(5)", "(40, 10)", "(77)", " UNSIGNED", "[]", "[3]", "[][]"];

/// Number literals of every form.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1.0",
    "1.",
    ".5",
    "1e3",
    "1E-3",
    "1.5e10",
    "1e400",
    "123456789012345678901234567890.123",
    "00012",
];

/// All names with all tails, and the numbers; whether they agree.
pub(crate) fn run() -> bool {
    let state = SessionContext::new().state();
    let mut agreement = Agreement::default();
    for name in NAMES {
        for tail in TAILS {
            let text = if let Some(words) = name.strip_suffix(" TIME ZONE").filter(|_| tail.starts_with('('))
            {
                // TIMESTAMP(3) WITH TIME ZONE
                let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
                format!("{first}{tail} {rest} TIME ZONE")
            } else {
                format!("{name}{tail}")
            };
            let answer = engine(&state, &format!("CAST(NULL AS {text})"));
            let said = match type_name(&text) {
                Some(name) => DATAFUSION.rules.type_name(&name).map(Some).map_err(Refusal::Types),
                None => Err(Refusal::Types("it does not parse".to_owned())),
            };
            judge(&mut agreement, &text, answer, said);
        }
    }
    for number in NUMBERS {
        let said = DATAFUSION.rules.number(number).map(Some).map_err(Refusal::Types);
        judge(&mut agreement, number, engine(&state, number), said);
    }
    agreement.print("names and literals");
    let (verdicts, types) = agreement.shares();
    verdicts >= 0.99 && types >= 0.999
}

fn engine(state: &SessionState, sql: &str) -> Option<datafusion::arrow::datatypes::DataType> {
    let schema = DFSchema::empty();
    state.create_logical_expr(sql, &schema).ok()?.get_type(&schema).ok()
}

/// The name as our own parser reads it.
fn type_name(text: &str) -> Option<TypeName> {
    let sql = format!("SELECT CAST(NULL AS {text})");
    let (source, _) = Source::new(&sql, &DATAFUSION);
    let statement = source.parse(&|_| true).statements.into_iter().next()?;
    let StatementKind::Query(query) = statement.kind else { return None };
    let SetExpr::Select(select) = query.body else { return None };
    match select.items.into_iter().next()? {
        SelectItem::Expr { expr, .. } => match expr.kind {
            ExprKind::Cast { ty, .. } => Some(ty),
            _ => None,
        },
        SelectItem::Wildcard { .. } => None,
    }
}
