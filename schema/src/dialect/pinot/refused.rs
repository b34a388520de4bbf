//! What `parse/` reads and an engine of Pinot's does not take (1.5.1), types aside.

use crate::ast::{
    Distinct, Expr, ExprKind, GroupBy, Join, JoinKind, OrderBy, Query, Select, SelectItem, SetExpr, Span,
    Statement, StatementKind, TableFactor, TableFactorKind,
};
use crate::parse::visit::{self, Node};

const MULTI_STAGE_ONLY: &str = ", which a source with `engine = \"multi-stage\"` has,";

/// What the single-stage engine refuses: its place and its name.
pub(super) fn single_stage(node: &Node<'_>) -> Option<(Span, String)> {
    if let Some(found) = both(node) {
        return Some(found);
    }
    if let Node::Select(select) = node
        && let Some(found) = null_in_filter(select)
    {
        return Some(found);
    }
    let (span, what) = match node {
        Node::Query(query) => of_query(query)?,
        Node::Select(select) => of_select(select)?,
        Node::Join(join) => (join.span, "a join"),
        Node::Factor(factor) => of_factor(factor)?,
        Node::Expr(expr) => of_expr(expr)?,
        _ => return None,
    };
    Some((span, format!("{what}{MULTI_STAGE_ONLY}")))
}

/// What the multi-stage engine refuses.
pub(super) fn multi_stage(node: &Node<'_>) -> Option<(Span, String)> {
    both(node)
}

fn both(node: &Node<'_>) -> Option<(Span, String)> {
    let (span, what) = match node {
        Node::Statement(statement) => return of_statement(statement),
        Node::Query(query) => match &query.body {
            SetExpr::SetOperation { by_name: true, span, .. } => (*span, "BY NAME"),
            _ if query.order_by == Some(OrderBy::All) => (query.span, "ORDER BY ALL"),
            _ => query.other.first().map(|clause| (clause.span, "this clause"))?,
        },
        Node::Select(select) => match &select.group_by {
            GroupBy::All => (select.span, "GROUP BY ALL"),
            _ if matches!(select.distinct, Some(Distinct::On(_))) => (select.span, "DISTINCT ON"),
            _ if select.items.is_empty() => (select.span, "an empty select list"),
            _ => select.other.first().map(|clause| (clause.span, "this clause"))?,
        },
        Node::Item(SelectItem::Wildcard { options, span, .. })
            if !options.exclude.is_empty() || !options.replace.is_empty() =>
        {
            (*span, "EXCLUDE or REPLACE of a wildcard")
        }
        Node::Join(Join { kind: JoinKind::CrossApply | JoinKind::OuterApply, span, .. }) => (*span, "APPLY"),
        Node::Expr(expr) => (expr.span, of_any_expr(expr)?),
        _ => return None,
    };
    Some((span, what.to_owned()))
}

fn of_any_expr(expr: &Expr) -> Option<&'static str> {
    Some(match &expr.kind {
        ExprKind::GroupingSets(_) | ExprKind::Cube(_) | ExprKind::Rollup(_) => {
            "GROUPING SETS, ROLLUP or CUBE before 1.6"
        }
        // One engine gives a text that begins `[Ljava.lang.Object`, the other an error.
        ExprKind::Array(items) if items.is_empty() => "an empty array",
        ExprKind::Cast { try_: true, .. } => "TRY_CAST",
        ExprKind::Struct(_) | ExprKind::Map(_) | ExprKind::Field { .. } | ExprKind::Slice { .. } => {
            "this syntax"
        }
        ExprKind::Lambda { .. } => "a lambda",
        ExprKind::InList { list, .. } if list.is_empty() => "an empty IN list",
        // Reserved words are names of functions in quotes only (1.5.1): MINUS is the one of them that is one.
        ExprKind::Function(call) if !call.name.last().quoted && is_minus(call) => {
            "`minus(a, b)` without quotes instead of `a - b`"
        }
        _ => return None,
    })
}

fn is_minus(call: &crate::ast::Function) -> bool {
    call.name.last().value.eq_ignore_ascii_case("minus")
}

fn of_statement(statement: &Statement) -> Option<(Span, String)> {
    let what = match &statement.kind {
        // Where a source is described in SQL, tables are made so.
        StatementKind::Query(_) | StatementKind::CreateTable(_) | StatementKind::CreateView(_) => {
            return None;
        }
        StatementKind::Explain { plan_for: true, analyze: false, .. } => return None,
        StatementKind::Explain { .. } => "EXPLAIN without PLAN FOR",
        StatementKind::Insert(_) => "INSERT other than FROM FILE",
        StatementKind::Update(_) => "UPDATE",
        StatementKind::Delete(_) => "DELETE",
        StatementKind::Merge(_) => "MERGE",
        StatementKind::Describe(_) => "DESCRIBE",
        StatementKind::Show(_) => "SHOW",
        StatementKind::Drop { .. } => "DROP",
        StatementKind::AlterTable { .. } => "ALTER TABLE",
        StatementKind::Copy(_) => "COPY",
        StatementKind::Truncate { .. } => "TRUNCATE",
        StatementKind::Prepare(_) => "PREPARE",
        StatementKind::Block(_) => "DO",
        StatementKind::Other(words) => words.split(' ').next().filter(|word| !word.is_empty())?,
    };
    Some((statement.span, what.to_owned()))
}

fn of_query(query: &Query) -> Option<(Span, &'static str)> {
    if let Some(with) = &query.with {
        let span = with.ctes.first().map_or(query.span, |cte| cte.alias.name.span);
        return Some((span, "WITH"));
    }
    match &query.body {
        SetExpr::SetOperation { span, .. } => Some((*span, "a set operation")),
        SetExpr::Values(values) => Some((values.span, "VALUES")),
        _ => None,
    }
}

fn of_select(select: &Select) -> Option<(Span, &'static str)> {
    if select.from.len() > 1 {
        return Some((select.from[1].relation.span, "a second table in FROM"));
    }
    if !select.windows.is_empty() {
        return Some((select.span, "WINDOW"));
    }
    if let Some(qualify) = &select.qualify {
        return Some((qualify.span, "QUALIFY"));
    }
    if select.distinct.is_some() && select.group_by != GroupBy::None {
        return Some((select.span, "DISTINCT with GROUP BY"));
    }
    None
}

/// A comparison with NULL in a filter. The server's message leads astray: "only supported by the multi-stage engine".
fn null_in_filter(select: &Select) -> Option<(Span, String)> {
    let mut found = None;
    for filter in select.selection.iter().chain(&select.having) {
        visit::expr(filter, &mut |node| {
            let Node::Expr(expr) = node else { return };
            let null = match &expr.kind {
                ExprKind::Binary { left, right, op, .. } => compares(op) && (is_null(left) || is_null(right)),
                ExprKind::InList { list, .. } => list.iter().any(is_null),
                _ => false,
            };
            if null && found.is_none() {
                found = Some((expr.span, "a comparison with NULL instead of IS NULL".to_owned()));
            }
        });
    }
    found
}

fn of_factor(factor: &TableFactor) -> Option<(Span, &'static str)> {
    Some(match &factor.kind {
        TableFactorKind::Table(_) => return None,
        // A gap is filled over a query of its own.
        TableFactorKind::Derived(query) if fills_gaps(query) => return None,
        TableFactorKind::Derived(_) => (factor.span, "a subquery in FROM"),
        TableFactorKind::Unnest { .. } => (factor.span, "UNNEST"),
        _ => (factor.span, "this in FROM"),
    })
}

fn fills_gaps(query: &Query) -> bool {
    let SetExpr::Select(select) = &query.body else { return false };
    select.items.iter().any(|item| match item {
        SelectItem::Expr { expr, .. } => {
            let mut fills = false;
            visit::expr(expr, &mut |node| {
                if let Node::Expr(Expr { kind: ExprKind::Function(call), .. }) = node {
                    fills |= call.name.last().value.eq_ignore_ascii_case("gapfill");
                }
            });
            fills
        }
        SelectItem::Wildcard { .. } => true,
    })
}

fn of_expr(expr: &Expr) -> Option<(Span, &'static str)> {
    let what = match &expr.kind {
        ExprKind::Exists { .. } | ExprKind::InSubquery { .. } | ExprKind::Subquery(_) => {
            "a subquery other than `inSubquery(column, 'SELECT …')`"
        }
        ExprKind::QuantifiedSubquery { .. } | ExprKind::Quantified { .. } => "a comparison with ANY or ALL",
        ExprKind::Function(call) if call.over.is_some() => "a window function",
        _ => return None,
    };
    Some((expr.span, what))
}

pub(super) fn compares(op: &crate::ast::BinaryOp) -> bool {
    use crate::ast::BinaryOp::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(crate::ast::Literal::Null))
}
