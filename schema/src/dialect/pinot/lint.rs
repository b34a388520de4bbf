//! What the engines take and answer otherwise than one thinks, without a word (1.5.1), and what to write instead.
//!
//! [`operands`]-wise lints see types and literals, clause-wise ones the tree. Each is a warning that a query can switch off.

use querent_types::SqlType;

use super::refused::{compares, is_null};
use super::settings::sets;
use super::types::is_number;
use super::{SSE_FUNCTIONS, names};
use crate::ast::{
    BinaryOp, Expr, ExprKind, Function, GroupBy, Literal, OrderBy, Query, Select, SelectItem, SetExpr, Span,
    StatementKind,
};
use crate::diagnostic::Code;
use crate::dialect::{Advice, FunctionKind, Operand, Setting};
use crate::parse::visit::{self, Node};

fn advice(code: Code, message: impl Into<String>, help: impl Into<String>) -> Advice {
    Advice { code, refused: false, message: message.into(), help: help.into() }
}

/// The operators of comparisons, as the checker names them.
const COMPARISONS: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "IN", "BETWEEN"];

/// So many digits a double keeps of any decimal.
const DOUBLE_DIGITS: usize = 15;

/// The single-stage engine without NULLs.
pub(super) fn single_stage(call: &str, args: &[Operand]) -> Option<Advice> {
    match call {
        "sum" => sum(args),
        "min" | "max" => extreme(call, args, true),
        "/" | "%" => by_zero(args, "Infinity"),
        call if COMPARISONS.contains(&call) => pairs(args, |column, literal| {
            both_engines(call, column, literal).or_else(|| compared_single(call, column, literal))
        }),
        _ => None,
    }
}

/// The same with NULLs, which are no key of a group.
pub(super) fn single_stage_nulls(call: &str, args: &[Operand]) -> Option<Advice> {
    match (call, args) {
        ("GROUP BY", [key]) if key.nullable => Some(advice(
            Code::NullGroup,
            "the group of NULL comes as 0, false, the epoch or an empty text, beside a group of that value",
            "fix this by leaving NULLs out (`WHERE x IS NOT NULL`), or by SELECT DISTINCT, which gives NULL",
        )),
        _ => single_stage(call, args),
    }
}

/// The multi-stage engine.
pub(super) fn multi_stage(call: &str, args: &[Operand]) -> Option<Advice> {
    match call {
        "sum" => sum(args),
        "min" | "max" => extreme(call, args, false),
        "/" | "%" => by_zero(args, "the greatest INT"),
        call if COMPARISONS.contains(&call) => moments(call, args).or_else(|| {
            pairs(args, |column, literal| {
                both_engines(call, column, literal).or_else(|| compared_multi(column, literal))
            })
        }),
        _ => None,
    }
}

/// Each value that is no literal beside each that is one.
fn pairs(args: &[Operand], see: impl Fn(&SqlType, &Literal) -> Option<Advice>) -> Option<Advice> {
    let columns = || args.iter().filter(|arg| arg.literal.is_none()).filter_map(|arg| arg.ty.as_ref());
    let literals = args.iter().filter_map(|arg| arg.literal.as_ref());
    literals.flat_map(|literal| columns().map(move |column| (column, literal))).find_map(|(c, l)| see(c, l))
}

fn both_engines(call: &str, column: &SqlType, literal: &Literal) -> Option<Advice> {
    match (column, literal) {
        (SqlType::Text(_), Literal::Number(number)) => Some(advice(
            Code::OddComparison,
            "a text is compared with a number: one engine finds nothing, the other fails",
            format!("fix this by quotes: `'{number}'`"),
        )),
        (SqlType::Int32, Literal::Number(number))
            if call == "=" && number.parse::<i64>().is_ok_and(|value| i32::try_from(value).is_err()) =>
        {
            Some(advice(
                Code::OddComparison,
                format!("{number} is no INT, and so equal to none"),
                "fix this by another value, or by leaving the condition out",
            ))
        }
        _ => None,
    }
}

fn compared_single(call: &str, column: &SqlType, literal: &Literal) -> Option<Advice> {
    match (column, literal) {
        (SqlType::Timestamp(..), Literal::String(text)) if has_no_zone(text) => Some(in_own_zone()),
        (SqlType::BigDecimal, Literal::Number(number)) if digits(number) > DOUBLE_DIGITS => Some(advice(
            Code::OddComparison,
            "a decimal that is written out is a DOUBLE here, which loses its last digits",
            format!("fix this by writing `CAST('{number}' AS BIG_DECIMAL)`"),
        )),
        (SqlType::Int32 | SqlType::Int64, Literal::Number(number))
            if call == "IN" && refused_in(column, number) =>
        {
            Some(Advice {
                refused: true,
                ..advice(
                    Code::InvalidLiteral,
                    format!(
                        "{number} in this list is no {}",
                        if *column == SqlType::Int32 { "INT" } else { "LONG" }
                    ),
                    "fix this by integers that the column can hold",
                )
            })
        }
        _ => None,
    }
}

fn refused_in(column: &SqlType, number: &str) -> bool {
    match number.parse::<i64>() {
        Ok(value) => *column == SqlType::Int32 && i32::try_from(value).is_err(),
        Err(_) => true,
    }
}

fn compared_multi(column: &SqlType, literal: &Literal) -> Option<Advice> {
    match (column, literal) {
        (SqlType::Float32, Literal::Number(number)) if number.contains(['e', 'E']) => Some(advice(
            Code::OddComparison,
            format!("{number} is a DOUBLE, which a FLOAT of the same digits does not equal"),
            format!("fix this by writing `CAST('{number}' AS FLOAT)`"),
        )),
        (SqlType::Timestamp(..), Literal::String(text)) if has_fraction(text) => Some(cut_off()),
        _ => None,
    }
}

/// Times in a list, or between two: numbers there are refused, and that is what their parameters are sent as.
fn moments(call: &str, args: &[Operand]) -> Option<Advice> {
    let first = args.first().is_some_and(|arg| matches!(arg.ty, Some(SqlType::Timestamp(..))));
    let open = args
        .iter()
        .skip(1)
        .any(|arg| arg.literal.is_none() && matches!(arg.ty, Some(SqlType::Timestamp(..))));
    // A column of another table is no parameter; a list of such is rare, and a cast of both does no harm.
    let listed = call == "IN" && first && open;
    listed.then(|| {
        advice(
            Code::OddComparison,
            "this engine takes no list of times: values are sent as milliseconds, which it refuses there",
            "fix this by writing `CAST(ts AS LONG) IN (…)` with milliseconds",
        )
    })
}

fn in_own_zone() -> Advice {
    advice(
        Code::OddComparison,
        "a time written as text is read in the server's own time zone",
        "fix this by epoch milliseconds: `ts = 1709210096789`, `CAST(ts AS LONG) IN (…)`",
    )
}

fn cut_off() -> Advice {
    advice(
        Code::OddComparison,
        "this engine cuts the milliseconds off a time that is written so, and then finds other rows",
        "fix this by epoch milliseconds: `ts = 1709210096789`, or by `TIMESTAMP '…'`, which is read in UTC",
    )
}

/// Whether a text that is a time says no zone.
fn has_no_zone(text: &str) -> bool {
    let number = text.trim().parse::<i64>().is_ok();
    let zone = text.ends_with('Z') || text.get(10..).is_some_and(|time| time.contains(['+', '-']));
    !number && !zone
}

/// Whether a text that is a time has a part of a second that is not zero.
fn has_fraction(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(_, fraction)| fraction.contains(|c: char| c.is_ascii_digit() && c != '0'))
}

fn digits(number: &str) -> usize {
    number.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count()
}

fn sum(args: &[Operand]) -> Option<Advice> {
    let (what, instead) = match args.first()?.ty.as_ref()? {
        SqlType::Int64 => ("LONGs", "sumLong"),
        SqlType::BigDecimal => ("BIG_DECIMALs", "sumPrecision"),
        _ => return None,
    };
    Some(advice(
        Code::InexactResult,
        format!("SUM adds {what} up as doubles, which keep 15 digits"),
        format!("fix this by writing `{instead}(…)`, which is exact"),
    ))
}

fn extreme(call: &str, args: &[Operand], single: bool) -> Option<Advice> {
    let upper = call.to_uppercase();
    match args.first()?.ty.as_ref()? {
        SqlType::Int64 if single => Some(advice(
            Code::InexactResult,
            format!("{upper} compares LONGs as doubles, which keep 15 digits"),
            format!("fix this by writing `{call}Long(…)`, which is exact"),
        )),
        SqlType::BigDecimal => Some(advice(
            Code::InexactResult,
            format!("{upper} gives a BIG_DECIMAL with the 15 digits of a double"),
            "fix this by `SELECT x … ORDER BY x LIMIT 1`, which is exact",
        )),
        _ => None,
    }
}

fn by_zero(args: &[Operand], given: &str) -> Option<Advice> {
    let zero = matches!(&args.get(1)?.literal, Some(Literal::Number(text)) if text.parse::<f64>() == Ok(0.0));
    let of_column = args[0].literal.is_none() && args[0].ty.as_ref().is_none_or(is_number);
    (zero && of_column).then(|| {
        advice(
            Code::InexactResult,
            format!("a division by zero is no error here: it gives {given}"),
            "fix this by another divisor",
        )
    })
}

/// What the clauses of a statement of the single-stage engine do.
pub(super) fn clauses_single_stage(node: &Node<'_>, settings: &[Setting]) -> Vec<(Span, Advice)> {
    match node {
        Node::Statement(statement) => match &statement.kind {
            StatementKind::Query(query) => of_query(query, settings),
            _ => Vec::new(),
        },
        Node::Expr(expr) => of_expr_single(expr).map(|found| (expr.span, found)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The same of the multi-stage engine.
pub(super) fn clauses_multi_stage(node: &Node<'_>, _: &[Setting]) -> Vec<(Span, Advice)> {
    let Node::Expr(expr) = node else { return Vec::new() };
    of_expr_multi(expr).map(|found| (expr.span, found)).into_iter().collect()
}

fn of_query(query: &Query, settings: &[Setting]) -> Vec<(Span, Advice)> {
    let SetExpr::Select(select) = &query.body else { return Vec::new() };
    let mut found = Vec::new();
    let constants = !select.from.is_empty() && select.items.iter().all(is_constant);
    if constants {
        found.push((
            select.span,
            advice(
                Code::ConstantRows,
                "a select of constants reads no table: it gives one row, whatever FROM and WHERE say",
                "fix this by selecting a column, or `count(*)`",
            ),
        ));
    }
    let one_row = constants
        || select.from.is_empty()
        || select.group_by == GroupBy::None && select.items.iter().any(aggregates);
    if query.limit.is_none() && !one_row {
        found.push((
            select.span,
            advice(
                Code::DefaultLimit,
                "without LIMIT this engine gives 10 rows at most",
                "fix this by saying how many are wanted: `LIMIT 1000`",
            ),
        ));
    }
    if let (Some(offset), None) = (&query.offset, &query.order_by) {
        found.push((
            offset.span,
            advice(
                Code::IgnoredOffset,
                "this engine leaves OFFSET out where there is no ORDER BY",
                "fix this by adding ORDER BY",
            ),
        ));
    }
    found.extend(trimmed(query, select, settings));
    found
}

/// Keys that switch trimming off, or say that one knows.
const TRIMS: &[&str] =
    &["minSegmentGroupTrimSize", "minServerGroupTrimSize", "minBrokerGroupTrimSize", "groupTrimThreshold"];

/// Groups in the order of what is not known before all servers have answered.
fn trimmed(query: &Query, select: &Select, settings: &[Setting]) -> Option<(Span, Advice)> {
    let Some(OrderBy::Expressions(keys)) = &query.order_by else { return None };
    if select.group_by == GroupBy::None || query.limit.is_none() || sets(settings, TRIMS) {
        return None;
    }
    let key = keys.iter().find(|key| sorts_by_aggregate(&key.expr, select))?;
    Some((
        key.expr.span,
        advice(
            Code::TrimmedGroups,
            "each server keeps its first 5000 groups or so in this order: the totals of a group may lack a part",
            "fix this by `SET minServerGroupTrimSize = -1; SET minSegmentGroupTrimSize = -1;` before the query",
        ),
    ))
}

fn sorts_by_aggregate(key: &Expr, select: &Select) -> bool {
    let item = |position: usize| match select.items.get(position) {
        Some(SelectItem::Expr { expr, .. }) => holds_aggregate(expr),
        _ => false,
    };
    match &key.kind {
        ExprKind::Literal(Literal::Number(text)) => {
            text.parse::<usize>().is_ok_and(|position| position > 0 && item(position - 1))
        }
        ExprKind::Column(name) => select.items.iter().any(|item| match item {
            SelectItem::Expr { expr, alias: Some(alias) } => {
                alias.ident.value.eq_ignore_ascii_case(&name.last().value) && holds_aggregate(expr)
            }
            _ => false,
        }),
        _ => holds_aggregate(key),
    }
}

fn aggregates(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Expr { expr, .. } if holds_aggregate(expr))
}

fn is_constant(item: &SelectItem) -> bool {
    let SelectItem::Expr { expr, .. } = item else { return false };
    let mut constant = true;
    visit::expr(expr, &mut |node| {
        if let Node::Expr(expr) = node {
            constant &= !matches!(expr.kind, ExprKind::Column(_) | ExprKind::Param(_));
        }
    });
    constant && !holds_aggregate(expr)
}

fn holds_aggregate(expr: &Expr) -> bool {
    let mut holds = false;
    visit::expr(expr, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Function(call), .. }) = node {
            holds |= is_aggregate(call);
        }
    });
    holds
}

fn is_aggregate(call: &Function) -> bool {
    let name = call.name.last().value.to_lowercase();
    let name = names::canonical_function(&name).unwrap_or(name);
    SSE_FUNCTIONS.kinds(&name).contains(&FunctionKind::Aggregate)
}

fn of_expr_single(expr: &Expr) -> Option<Advice> {
    match &expr.kind {
        ExprKind::Literal(Literal::Bytes(digits)) => Some(advice(
            Code::OddComparison,
            "this engine makes a text of binary digits of `X'…'`",
            format!("fix this by writing `hexToBytes('{digits}')`"),
        )),
        ExprKind::TypedString { ty, .. } if matches!(ty.name.as_str(), "TIMESTAMP" | "DATE") => {
            Some(in_own_zone())
        }
        _ => never_true(expr),
    }
}

fn of_expr_multi(expr: &Expr) -> Option<Advice> {
    match &expr.kind {
        ExprKind::Cast { expr: inner, ty, .. } if ty.name == "TIMESTAMP" => match &inner.kind {
            ExprKind::Literal(Literal::String(text)) if has_fraction(text) => Some(cut_off()),
            ExprKind::Literal(Literal::Number(text)) if !text.ends_with("000") && text != "0" => {
                Some(cut_off())
            }
            _ => None,
        },
        ExprKind::Binary { left, op, right, .. } if compares(op) && (is_null(left) || is_null(right)) => {
            Some(advice(
                Code::OddComparison,
                "nothing equals NULL, and nothing differs from it: this is never true",
                "fix this by IS NULL or IS NOT NULL",
            ))
        }
        ExprKind::InList { list, .. } if list.iter().any(is_null) => {
            Some(advice(Code::OddComparison, "a NULL in a list is left out", "fix this by `OR x IS NULL`"))
        }
        _ => never_true(expr),
    }
}

/// `x = NaN`.
fn never_true(expr: &Expr) -> Option<Advice> {
    let ExprKind::Binary { left, op: BinaryOp::Eq, right, .. } = &expr.kind else { return None };
    let nan = |side: &Expr| match &side.kind {
        ExprKind::Cast { expr, .. } => {
            matches!(&expr.kind, ExprKind::Literal(Literal::String(text)) if text.eq_ignore_ascii_case("nan"))
        }
        _ => false,
    };
    (nan(left) || nan(right)).then(|| {
        advice(Code::OddComparison, "nothing equals NaN: this is never true", "fix this by `isNaN(x) = 1`")
    })
}
