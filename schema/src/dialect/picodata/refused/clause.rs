//! The clauses of queries.

use super::refuse;
use crate::ast::{
    Distinct, Expr, ExprKind, GroupBy, Join, JoinConstraint, JoinKind, Literal, OrderBy, Query, Select,
    SelectItem, SetExpr, SetOperator, Span, TableFactor, TableFactorKind,
};
use crate::dialect::Advice;

type Found = Vec<(Span, Advice)>;

pub(super) fn query(query: &Query) -> Found {
    let mut found = Vec::new();
    if let Some(with) = &query.with {
        let help = "fix this by a query for each level, or by reading the rows of all levels";
        let first = with.ctes.first().map_or(query.span, |cte| cte.alias.name.span);
        found.extend(with.recursive.then(|| refuse(first, "WITH RECURSIVE", help)));
        for cte in &with.ctes {
            if let Some(inner) = cte.query.with.as_ref().and_then(|with| with.ctes.first()) {
                let help = "fix this by one WITH that holds both";
                found.push(refuse(inner.alias.name.span, "WITH inside of WITH", help));
            }
        }
    }
    if let Some(offset) = &query.offset {
        let help =
            "fix this by a condition that takes the next rows: `WHERE id > :last ORDER BY id LIMIT 100`";
        found.push(refuse(offset.span, "OFFSET", help));
    }
    if let Some(fetch) = query.fetch {
        found.push(refuse(fetch, "FETCH", "fix this by `LIMIT n`"));
    } else if let Some(limit) = &query.limit {
        found.extend(self::limit(limit));
    }
    if query.order_by == Some(OrderBy::All) {
        found.push(refuse(query.span, "ORDER BY ALL", "fix this by naming the columns"));
    }
    let bare = matches!(query.body, SetExpr::Values(_));
    if bare && (query.order_by.is_some() || query.limit.is_some()) {
        let help = "fix this by a query over it: `SELECT * FROM (VALUES …) ORDER BY …`";
        found.push(refuse(query.span, "ORDER BY or LIMIT of VALUES", help));
    }
    for clause in &query.other {
        found.push(refuse(clause.span, &clause.name, "fix this by leaving it out"));
    }
    found
}

fn limit(limit: &Expr) -> Option<(Span, Advice)> {
    let help = "fix this by a number: `LIMIT 100`";
    match &limit.kind {
        ExprKind::Literal(Literal::Null) => None,
        ExprKind::Literal(Literal::Number(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        ExprKind::Param(_) => Some(refuse(limit.span, "a parameter in LIMIT", help)),
        _ => Some(refuse(limit.span, "anything but a number in LIMIT", help)),
    }
}

pub(super) fn body(body: &SetExpr) -> Option<(Span, Advice)> {
    match body {
        SetExpr::SetOperation { op, all, by_name, span, .. } => match op {
            SetOperator::Intersect => {
                Some(refuse(*span, "INTERSECT", "fix this by `WHERE x IN (SELECT …)`, or by a join"))
            }
            SetOperator::Minus => Some(refuse(*span, "MINUS", "fix this by EXCEPT")),
            SetOperator::Except if *all => Some(refuse(*span, "EXCEPT ALL", "fix this by EXCEPT")),
            _ if *by_name => Some(refuse(*span, "BY NAME", "fix this by the same columns in both")),
            _ => None,
        },
        SetExpr::Query(query) => {
            let help = "fix this by leaving the brackets out, or by `SELECT * FROM (…)`";
            Some(refuse(query.span, "a query in brackets as a part of another", help))
        }
        SetExpr::Table(name) => Some(refuse(name.span(), "TABLE", "fix this by `SELECT * FROM …`")),
        _ => None,
    }
}

pub(super) fn select(select: &Select) -> Found {
    let mut found = Vec::new();
    if let Some(entry) = select.from.get(1) {
        found.push(refuse(entry.relation.span, "a second table in FROM", "fix this by `JOIN … ON …`"));
    }
    if let Some(top) = &select.top {
        found.push(refuse(top.span, "TOP", "fix this by `LIMIT n`"));
    }
    if let Some(Distinct::On(keys)) = &select.distinct {
        let span = keys.first().map_or(select.span, |key| key.span);
        found.push(refuse(span, "DISTINCT ON", "fix this by GROUP BY with min or max"));
    }
    if select.items.is_empty() {
        found.push(refuse(select.span, "an empty select list", "fix this by naming columns"));
    }
    if select.group_by == GroupBy::All {
        found.push(refuse(select.span, "GROUP BY ALL", "fix this by naming the columns"));
    }
    if let Some(qualify) = &select.qualify {
        found.push(refuse(
            qualify.span,
            "QUALIFY",
            "fix this by a subquery with the window, filtered outside",
        ));
    }
    if let (true, Some(filter)) =
        (select.from.is_empty(), select.selection.as_ref().or(select.having.as_ref()))
    {
        let help = "fix this by a table in FROM, or by CASE in the select list";
        found.push(refuse(filter.span, "a filter without FROM", help));
    }
    for clause in &select.other {
        found.push(refuse(clause.span, &clause.name, "fix this by leaving it out"));
    }
    found
}

pub(super) fn item(item: &SelectItem) -> Option<(Span, Advice)> {
    let SelectItem::Wildcard { options, span, .. } = item else { return None };
    let plain = options.exclude.is_empty()
        && options.replace.is_empty()
        && options.rename.is_empty()
        && options.ilike.is_none();
    (!plain).then(|| refuse(*span, "EXCLUDE or REPLACE of a wildcard", "fix this by naming the columns"))
}

pub(super) fn factor(factor: &TableFactor) -> Option<(Span, Advice)> {
    if factor.lateral {
        return Some(refuse(factor.span, "LATERAL", "fix this by a join"));
    }
    let columns = factor.alias.as_ref().and_then(|alias| alias.columns.first());
    if let Some(column) = columns {
        return Some(refuse(
            column.span,
            "a list of columns behind an alias",
            "fix this by aliases in the query",
        ));
    }
    if let Some(clause) = factor.other.first() {
        return Some(refuse(clause.span, &clause.name, "fix this by leaving it out"));
    }
    match &factor.kind {
        TableFactorKind::Table(_) | TableFactorKind::Derived(_) => None,
        TableFactorKind::Nested(_) => {
            Some(refuse(factor.span, "a join in brackets", "fix this by leaving the brackets out"))
        }
        _ => Some(refuse(factor.span, "this in FROM", "fix this by a table or a subquery")),
    }
}

pub(super) fn join(join: &Join) -> Option<(Span, Advice)> {
    let (what, help) = match (&join.kind, &join.constraint) {
        (JoinKind::Right, _) => ("RIGHT JOIN", "fix this by a LEFT JOIN of the tables in the other order"),
        (JoinKind::Full, _) => {
            ("FULL JOIN", "fix this by a LEFT JOIN, and a UNION ALL with the rows that it lacks")
        }
        (JoinKind::Cross, _) => ("CROSS JOIN", "fix this by `JOIN … ON TRUE`"),
        (_, JoinConstraint::Natural) => ("NATURAL JOIN", "fix this by `JOIN … ON a.x = b.x`"),
        (_, JoinConstraint::Using(_)) => ("USING", "fix this by `JOIN … ON a.x = b.x`"),
        (JoinKind::Inner | JoinKind::Left, JoinConstraint::On(_)) => return None,
        (JoinKind::Inner | JoinKind::Left, JoinConstraint::None) => {
            ("a join without ON", "fix this by `ON …`; `ON TRUE` joins everything")
        }
        _ => ("this join", "fix this by `JOIN … ON …`, by IN or by EXISTS"),
    };
    Some(refuse(join.span, what, help))
}
