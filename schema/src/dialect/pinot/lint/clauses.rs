//! What the clauses of a statement do otherwise than one thinks: LIMIT, OFFSET, the order of groups, constants.

use std::collections::BTreeMap;

use super::super::refused::{compares, is_null};
use super::super::settings::sets;
use super::super::{SSE_FUNCTIONS, names};
use super::{advice, cut_off, has_fraction, in_own_zone};
use crate::ast::{
    BinaryOp, Expr, ExprKind, Function, GroupBy, Literal, OrderBy, Query, Select, SelectItem, SetExpr, Span,
    StatementKind,
};
use crate::diagnostic::Code;
use crate::dialect::{Advice, Around, FunctionKind, Setting};
use crate::parse::visit::{self, Node};

/// What the clauses of a statement of the single-stage engine do.
pub(in crate::dialect::pinot) fn single_stage(node: &Node<'_>, around: &Around<'_>) -> Vec<(Span, Advice)> {
    match node {
        Node::Statement(statement) => match &statement.kind {
            StatementKind::Query(query) => of_query(query, around),
            _ => Vec::new(),
        },
        Node::Expr(expr) => of_expr_single(expr).map(|found| (expr.span, found)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The same of the multi-stage engine.
pub(in crate::dialect::pinot) fn multi_stage(node: &Node<'_>, _: &Around<'_>) -> Vec<(Span, Advice)> {
    let Node::Expr(expr) = node else { return Vec::new() };
    of_expr_multi(expr).map(|found| (expr.span, found)).into_iter().collect()
}

fn of_query(query: &Query, around: &Around<'_>) -> Vec<(Span, Advice)> {
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
    found.extend(limited(query, select, around.options).filter(|_| !one_row));
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
    found.extend(trimmed(query, select, around.settings));
    found
}

/// How many rows come, where the text says nothing of it or the cluster has the last word.
fn limited(query: &Query, select: &Select, options: &BTreeMap<String, String>) -> Option<(Span, Advice)> {
    let Some(limit) = &query.limit else {
        let rows = options.get("default_limit").map_or("10", String::as_str);
        let found = advice(
            Code::DefaultLimit,
            format!("without LIMIT this engine gives {rows} rows at most"),
            "fix this by saying how many are wanted: `LIMIT 1000`",
        );
        return Some((select.span, found));
    };
    let max = options.get("limit_max")?;
    let ExprKind::Literal(Literal::Number(wanted)) = &limit.kind else { return None };
    let beyond = wanted.parse::<i64>().ok()? > max.parse::<i64>().ok()?;
    let found = advice(
        Code::DefaultLimit,
        format!("this cluster gives {max} rows at most, whatever LIMIT says"),
        format!("fix this by `LIMIT {max}`, and by a condition that takes the next rows"),
    );
    beyond.then_some((limit.span, found))
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
