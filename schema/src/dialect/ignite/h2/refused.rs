//! Syntax that `parse/` reads and the engine does not: refused by H2 1.4.197's parser, or by Ignite after it.

use crate::ast::{
    BinaryOp, Distinct, Expr, ExprKind, Function, GroupBy, IsTest, Join, JoinConstraint, JoinKind, LikeOp,
    OrderBy, Query, Select, SelectItem, SetExpr, Span, Statement, StatementKind, TableFactor,
    TableFactorKind, TableWithJoins,
};
use crate::parse::visit::Node;

/// The place and the name of what is refused.
pub(super) fn refused(node: &Node<'_>) -> Option<(Span, String)> {
    let (span, what) = match node {
        Node::Statement(node) => return statement(node),
        Node::Query(node) => query(node)?,
        Node::Select(node) => select(node)?,
        Node::Factor(node) => factor(node)?,
        Node::Join(node) => join(node)?,
        Node::Item(SelectItem::Wildcard { options, span, .. }) => {
            let plain = options.exclude.is_empty() && options.replace.is_empty();
            (*span, (!plain).then_some("EXCLUDE or REPLACE of a wildcard")?)
        }
        Node::Expr(node) => (node.span, expr(node)?),
        _ => return None,
    };
    Some((span, what.to_owned()))
}

/// Statements that are neither queries nor writes, by their first words; what is not listed is refused.
const COMMANDS: &[&str] = &[
    "ALTER USER",
    "ANALYZE",
    "CREATE INDEX",
    "CREATE SPATIAL",
    "CREATE USER",
    "DROP INDEX",
    "DROP STATISTICS",
    "DROP USER",
    "KILL",
    "REFRESH STATISTICS",
];

fn statement(node: &Statement) -> Option<(Span, String)> {
    let what = match &node.kind {
        StatementKind::Other(words) => {
            let known = COMMANDS.iter().any(|command| words.starts_with(command));
            return (!known && !words.is_empty()).then(|| (node.span, words.clone()));
        }
        StatementKind::Describe(_) => "DESCRIBE",
        StatementKind::Show(_) => "SHOW",
        StatementKind::Merge(_) => "MERGE … USING",
        StatementKind::Explain { statement, .. } if !matches!(statement.kind, StatementKind::Query(_)) => {
            "EXPLAIN of anything but a query"
        }
        StatementKind::CreateTable(create) if create.query.is_some() => "CREATE TABLE … AS",
        StatementKind::CreateTable(create) if create.or_replace => "CREATE OR REPLACE TABLE",
        StatementKind::CreateTable(create) => match primary_key_missing(create) {
            true => "CREATE TABLE without PRIMARY KEY",
            false => return None,
        },
        StatementKind::Insert(insert) if insert.on_conflict.is_some() => "ON CONFLICT",
        StatementKind::Insert(insert) if insert.returning.is_some() => "RETURNING",
        StatementKind::Insert(insert) if insert.with.is_some() => "WITH before INSERT",
        StatementKind::Insert(insert) if insert.source.is_none() => "DEFAULT VALUES",
        // It counts the table's hidden columns, too.
        StatementKind::Insert(insert) if insert.verb == "MERGE" && insert.columns.is_empty() => {
            "MERGE without a list of columns"
        }
        StatementKind::Insert(insert) if !matches!(insert.verb.as_str(), "INSERT" | "MERGE") => &insert.verb,
        StatementKind::Update(update) if !update.from.is_empty() || !update.table.joins.is_empty() => {
            "UPDATE … FROM"
        }
        StatementKind::Update(update) if update.with.is_some() => "WITH before UPDATE",
        StatementKind::Update(update) if update.returning.is_some() => "RETURNING",
        StatementKind::Delete(delete) if !delete.using.is_empty() => "DELETE … USING",
        StatementKind::Delete(delete) if delete.with.is_some() => "WITH before DELETE",
        StatementKind::Delete(delete) if delete.returning.is_some() => "RETURNING",
        _ => return None,
    };
    Some((node.span, what.to_owned()))
}

fn primary_key_missing(create: &crate::ast::CreateTable) -> bool {
    create.primary_key.is_empty() && !create.columns.iter().any(|column| column.primary_key)
}

fn query(node: &Query) -> Option<(Span, &'static str)> {
    if let Some(with) = &node.with {
        if with.recursive {
            return Some((node.span, "WITH RECURSIVE"));
        }
        if let Some(cte) = with.ctes.iter().find(|cte| !cte.alias.columns.is_empty()) {
            return Some((cte.alias.name.span, "a list of columns in WITH"));
        }
    }
    if node.order_by == Some(OrderBy::All) {
        return Some((node.span, "ORDER BY ALL"));
    }
    if let Some(clause) = node.other.first() {
        return Some((clause.span, "this clause"));
    }
    match &node.body {
        SetExpr::SetOperation { by_name: true, span, .. } => Some((*span, "BY NAME")),
        SetExpr::SetOperation { op, all: true, span, .. } if *op != crate::ast::SetOperator::Union => {
            Some((*span, "ALL of EXCEPT or INTERSECT"))
        }
        _ => None,
    }
}

fn select(node: &Select) -> Option<(Span, &'static str)> {
    if node.items.is_empty() {
        return Some((node.span, "an empty select list"));
    }
    if let Some(found) = node.from.iter().find_map(joins) {
        return Some(found);
    }
    let what = match &node.group_by {
        GroupBy::All => "GROUP BY ALL",
        _ if matches!(node.distinct, Some(Distinct::On(_))) => "DISTINCT ON",
        _ if node.qualify.is_some() => "QUALIFY",
        _ if !node.windows.is_empty() => "WINDOW",
        _ => return node.other.first().map(|clause| (clause.span, "this clause")),
    };
    Some((node.span, what))
}

/// Joins that Ignite (2.17.0) answers with "Unsupported query": the order of the text decides.
fn joins(entry: &TableWithJoins) -> Option<(Span, &'static str)> {
    let later = entry.joins.iter().skip(1).find(|join| join.kind == JoinKind::Right);
    let nested = entry.joins.iter().find(|join| matches!(join.relation.kind, TableFactorKind::Nested(_)));
    match (later, nested, &entry.relation.kind) {
        (Some(join), ..) => Some((join.span, "RIGHT JOIN after another join")),
        (_, Some(join), _) => Some((join.span, "a join in brackets on the right of another")),
        (.., TableFactorKind::Nested(first)) => joins(first),
        _ => None,
    }
}

fn factor(node: &TableFactor) -> Option<(Span, &'static str)> {
    let what = match &node.kind {
        _ if node.lateral => "LATERAL",
        TableFactorKind::Unnest { .. } => "UNNEST",
        _ => return node.other.first().map(|clause| (clause.span, "this clause")),
    };
    Some((node.span, what))
}

fn join(node: &Join) -> Option<(Span, &'static str)> {
    let what = match node.kind {
        JoinKind::Left | JoinKind::Right if node.constraint == JoinConstraint::Natural => {
            "NATURAL with LEFT or RIGHT"
        }
        JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Cross => return None,
        JoinKind::Full => "FULL JOIN",
        JoinKind::AsOf => "ASOF JOIN",
        JoinKind::CrossApply | JoinKind::OuterApply => "APPLY",
        _ => "a SEMI or ANTI JOIN",
    };
    Some((node.span, what))
}

fn expr(node: &Expr) -> Option<&'static str> {
    Some(match &node.kind {
        ExprKind::Function(function) => return call(function),
        ExprKind::Interval { .. } => "INTERVAL",
        ExprKind::Array(_) | ExprKind::InUnnest { .. } => "ARRAY",
        ExprKind::Struct(_) | ExprKind::Map(_) | ExprKind::Field { .. } | ExprKind::Slice { .. } => {
            "this syntax"
        }
        ExprKind::AtTimeZone { .. } => "AT TIME ZONE",
        ExprKind::Collate { .. } => "COLLATE",
        ExprKind::Lambda { .. } => "a lambda",
        ExprKind::GroupingSets(_) | ExprKind::Cube(_) | ExprKind::Rollup(_) => {
            "GROUPING SETS, ROLLUP or CUBE"
        }
        ExprKind::Cast { try_: true, .. } => "TRY_CAST",
        ExprKind::Is { test: IsTest::Unknown, .. } => "IS UNKNOWN",
        ExprKind::Like { op: LikeOp::SimilarTo, .. } => "SIMILAR TO",
        ExprKind::Like { escape: Some(_), .. } => "ESCAPE",
        ExprKind::Quantified { .. } => "ANY or ALL of an array",
        ExprKind::QuantifiedSubquery { op, all, .. } if *all || *op != BinaryOp::Eq => {
            "a comparison with ANY or ALL rows other than `= ANY`"
        }
        _ => return None,
    })
}

fn call(function: &Function) -> Option<&'static str> {
    Some(match function {
        _ if function.over.is_some() => "a window function",
        _ if !function.within_group.is_empty() => "WITHIN GROUP",
        _ if function.ignore_nulls.is_some() => "IGNORE or RESPECT NULLS",
        _ => return None,
    })
}
