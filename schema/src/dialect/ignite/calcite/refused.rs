//! What `parse/` reads and the engine refuses, types aside: other engines' clauses, what its grammar keeps out, and what is
//! not in Ignite's own table of operators (2.17.0).

use crate::ast::{
    Clause, ExprKind, Function, FunctionArg, IsTest, Join, JoinConstraint, JoinKind, OrderBy, Query, Select,
    SetExpr, SetOperator, Span, Statement, StatementKind, TableFactor, TableFactorKind, TypeName,
};
use crate::parse::visit::Node;

use super::functions::BARE;

/// Statements that change no table and that the engine runs.
const OTHER_STATEMENTS: &[&str] =
    &["CREATE INDEX", "CREATE UNIQUE INDEX", "DROP INDEX", "CREATE USER", "ALTER USER", "DROP USER", "KILL"];

/// Functions whose arguments may have names.
const NAMED: &[&str] = &["json_object"];

/// Aggregates that sort by an ORDER BY among their arguments, and not by WITHIN GROUP as LISTAGG does.
const UNSORTED: &[&str] = &["string_agg", "group_concat", "array_agg"];

/// What is refused, with its place and its name.
pub(super) fn refused(node: &Node<'_>) -> Option<(Span, String)> {
    match node {
        Node::Statement(statement) => of_statement(statement),
        Node::Query(query) => of_query(query),
        Node::Select(select) => of_select(select),
        Node::Factor(factor) => of_factor(factor),
        Node::Join(join) => of_join(join),
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Is { test: IsTest::Unknown, .. } => Some((expr.span, "IS UNKNOWN".to_owned())),
            ExprKind::Function(call) => of_call(call).map(|what| (expr.span, what)),
            ExprKind::TypedString { ty, text } => of_literal(ty, text).map(|what| (expr.span, what)),
            ExprKind::Array(items) if items.is_empty() => Some((expr.span, "an empty array".to_owned())),
            _ => None,
        },
        _ => None,
    }
}

fn of_statement(statement: &Statement) -> Option<(Span, String)> {
    let what = match &statement.kind {
        StatementKind::Explain { plan_for: false, .. } => "EXPLAIN without PLAN FOR",
        StatementKind::Describe(_) => "DESCRIBE",
        StatementKind::Show(_) => "SHOW",
        StatementKind::Insert(insert) if insert.verb != "INSERT" => &insert.verb,
        StatementKind::Other(words) if OTHER_STATEMENTS.iter().any(|known| words.starts_with(known)) => {
            return None;
        }
        StatementKind::Other(words) => words.split(' ').next().filter(|word| !word.is_empty())?,
        _ => return None,
    };
    Some((statement.span, what.to_owned()))
}

fn of_query(query: &Query) -> Option<(Span, String)> {
    if let Some(with) = query.with.as_ref().filter(|with| with.recursive) {
        let span = with.ctes.first().map_or(query.span, |cte| cte.alias.name.span);
        return Some((span, "WITH RECURSIVE".to_owned()));
    }
    let mut body = &query.body;
    while let SetExpr::SetOperation { op, left, span, .. } = body {
        if *op == SetOperator::Minus {
            return Some((*span, "MINUS".to_owned()));
        }
        body = left;
    }
    if let Some(OrderBy::Expressions(keys)) = &query.order_by
        && let Some(key) = keys.iter().find(|key| matches!(key.expr.kind, ExprKind::Param(_)))
    {
        return Some((key.expr.span, "a parameter as a sort key".to_owned()));
    }
    clause(&query.other)
}

fn of_select(select: &Select) -> Option<(Span, String)> {
    if select.qualify.is_some() {
        return Some((select.span, "QUALIFY".to_owned()));
    }
    if select.items.is_empty() {
        return Some((select.span, "an empty select list".to_owned()));
    }
    clause(&select.other)
}

fn of_factor(factor: &TableFactor) -> Option<(Span, String)> {
    let what = match &factor.kind {
        // This is how `TABLE(a INT = ?)` is read, which is H2's.
        TableFactorKind::Function { name, .. } if name.last().quoted => "columns in TABLE(…)",
        // It is not in Ignite's table of operators, in TABLE(…) neither.
        TableFactorKind::Unnest { .. } => "UNNEST",
        _ => return clause(&factor.other),
    };
    Some((factor.span, what.to_owned()))
}

fn of_join(join: &Join) -> Option<(Span, String)> {
    let what = match join.kind {
        JoinKind::Inner if join.constraint == JoinConstraint::None => "a join without ON or USING",
        JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full | JoinKind::Cross => return None,
        _ => "this kind of join",
    };
    Some((join.span, what.to_owned()))
}

/// A literal of a type that has none: the parser knows these by name.
fn of_literal(ty: &TypeName, text: &str) -> Option<String> {
    let known = matches!(ty.name.as_str(), "DATE" | "D" | "TIME" | "T" | "TIMESTAMP" | "TS");
    (!known).then(|| format!("the literal {} '{text}'", ty.name))
}

fn of_call(call: &Function) -> Option<String> {
    let name = call.name.last().value.to_lowercase();
    let upper = name.to_uppercase();
    let named = call.args.iter().any(|arg| matches!(arg, FunctionArg::Named(..)));
    Some(if call.over.is_some() {
        // Ranking functions are unknown; aggregates are described, and fail when they run.
        format!("{upper} OVER")
    } else if BARE.contains(&&*name) && !call.bare && call.args.is_empty() {
        format!("{upper} with parentheses")
    } else if !call.within_group.is_empty() && UNSORTED.contains(&&*name) {
        format!("WITHIN GROUP of {upper}")
    } else if call.ignore_nulls.is_some() {
        format!("IGNORE NULLS or RESPECT NULLS of {upper}")
    } else if named && !NAMED.contains(&&*name) {
        format!("a name for an argument of {upper}")
    } else {
        return None;
    })
}

/// A clause that no rule covers.
fn clause(clauses: &[Clause]) -> Option<(Span, String)> {
    clauses.first().map(|clause| (clause.span, clause.name.clone()))
}
