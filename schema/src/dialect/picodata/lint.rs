//! Rows that travel between nodes: the engine takes 5000 of them at most (`SQL_MOTION_ROW_MAX`) and then fails.
//!
//! Told of joins of sharded tables on anything but their distribution keys, and of ORDER BY, GROUP BY, DISTINCT, UNION and
//! EXCEPT over sharded tables without a LIMIT; not where WHERE fixes the key, nor where the text sets the limit itself.

use super::keys::{Source, joins_keys, key_of, sources};
use super::settings::sets_rows;
use crate::ast::{
    Expr, ExprKind, GroupBy, Join, JoinConstraint, Literal, OrderBy, Query, Select, SetExpr, SetOperator,
    Span,
};
use crate::catalog::Catalog;
use crate::diagnostic::Code;
use crate::dialect::{Advice, Around};
use crate::parse::visit::Node;

/// So many rows travel without a word.
const ROWS: u64 = 5000;

/// What is to be said of a part of the tree.
pub(super) fn advice(node: &Node<'_>, around: &Around<'_>) -> Vec<(Span, Advice)> {
    if sets_rows(around.settings) {
        return Vec::new();
    }
    match node {
        Node::Select(select) => joins(select, around.catalog),
        Node::Query(query) => whole(query, around.catalog).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn limit(message: String, instead: &str) -> Advice {
    let help = format!("fix this by {instead}, or by `OPTION (SQL_MOTION_ROW_MAX = 100000)`");
    Advice { code: Code::MotionLimit, refused: false, message, help }
}

fn joins(select: &Select, catalog: &Catalog) -> Vec<(Span, Advice)> {
    let mut found = Vec::new();
    for entry in &select.from {
        let mut before: Vec<Source> = Source::of(&entry.relation, catalog).into_iter().collect();
        for join in &entry.joins {
            let Some(source) = Source::of(&join.relation, catalog) else { continue };
            found.extend(joined(&before, &source, join, select, catalog));
            before.push(source);
        }
    }
    found
}

fn joined(
    before: &[Source],
    source: &Source,
    join: &Join,
    select: &Select,
    catalog: &Catalog,
) -> Option<(Span, Advice)> {
    let JoinConstraint::On(condition) = &join.constraint else { return None };
    let is_fixed = |own: &Source| own.fixed(select.selection.as_ref(), catalog).is_some();
    let spread: Vec<&Source> = before.iter().filter(|own| own.is_sharded()).collect();
    let local = !source.is_sharded()
        || spread.is_empty()
        || is_fixed(source)
        || spread.iter().any(|own| is_fixed(own) || joins_keys(own, source, condition, catalog));
    if local {
        return None;
    }
    let other = spread[0];
    let keys = key_of(&other.table).into_iter().zip(key_of(&source.table));
    let pairs: Vec<String> =
        keys.map(|(a, b)| format!("{}.{a} = {}.{b}", other.alias, source.alias)).collect();
    let message = format!("the rows of `{}` travel for this join, and {ROWS} of them may", source.alias);
    let instead = match key_of(&other.table).len() == key_of(&source.table).len() {
        true => format!("joining on the distribution keys: `{}`", pairs.join(" AND ")),
        false => "a WHERE that fixes the distribution key of one of them".to_owned(),
    };
    Some((condition.span, limit(message, &instead)))
}

/// What the clauses of a query gather on one node.
fn whole(query: &Query, catalog: &Catalog) -> Option<(Span, Advice)> {
    if few(query.limit.as_ref()) {
        return None;
    }
    let (span, what, table) = match &query.body {
        SetExpr::Select(select) => {
            let table = spread(select, catalog)?;
            let (span, what) = gathers(query, select, catalog)?;
            (span, what, table)
        }
        SetExpr::SetOperation { op, all, left, right, span, .. } if *op != SetOperator::Union || !all => {
            let side = |side: &SetExpr| match side {
                SetExpr::Select(select) => spread(select, catalog),
                _ => None,
            };
            let what = if *op == SetOperator::Union { "UNION" } else { "EXCEPT" };
            (*span, what, side(left).or_else(|| side(right))?)
        }
        _ => return None,
    };
    let message = format!("the rows of `{table}` travel for {what}, and {ROWS} of them may");
    Some((span, limit(message, "a LIMIT, or by a WHERE that fixes the distribution key")))
}

fn few(limit: Option<&Expr>) -> bool {
    let Some(Expr { kind: ExprKind::Literal(Literal::Number(text)), .. }) = limit else { return false };
    text.parse::<u64>().is_ok_and(|rows| rows <= ROWS)
}

/// The first table of a select whose rows come from more than one bucket.
fn spread(select: &Select, catalog: &Catalog) -> Option<String> {
    let all = sources(select, catalog);
    let is_fixed = |own: &Source| own.fixed(select.selection.as_ref(), catalog).is_some();
    if all.iter().any(|own| own.is_sharded() && is_fixed(own)) {
        return None;
    }
    all.into_iter().find(Source::is_sharded).map(|own| own.alias)
}

fn gathers(query: &Query, select: &Select, catalog: &Catalog) -> Option<(Span, &'static str)> {
    match &select.group_by {
        GroupBy::Expressions(keys) => {
            let first = keys.first()?;
            let names: Vec<String> = keys
                .iter()
                .filter_map(|key| match &key.kind {
                    ExprKind::Column(name) => Some(catalog.dialect.fold(name.last())),
                    _ => None,
                })
                .collect();
            let of_key =
                |own: &Source| own.is_sharded() && key_of(&own.table).iter().all(|key| names.contains(key));
            if sources(select, catalog).iter().any(of_key) {
                return None;
            }
            return Some((first.span, "GROUP BY"));
        }
        GroupBy::All => return None,
        GroupBy::None => {}
    }
    if select.distinct.is_some() {
        return Some((select.span, "DISTINCT"));
    }
    match &query.order_by {
        Some(OrderBy::Expressions(keys)) => Some((keys.first()?.expr.span, "ORDER BY")),
        _ => None,
    }
}
