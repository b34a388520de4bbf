//! Whether the parts of a statement, each over some of its keys, do together what the whole does.
//!
//! It must look at each row by itself: what orders, limits, groups or compares rows sees those of one part only.

use crate::ast::{
    Expr, ExprKind, Function, GroupBy, Insert, Query, Select, SelectItem, SetExpr, Statement, StatementKind,
};
use crate::catalog::Catalog;
use crate::dialect::FunctionKind;
use crate::parse::visit::{self, Node};

/// Whether a statement over the rows of several keys may be sent in parts.
pub(super) fn can_split(statement: &Statement, catalog: &Catalog) -> bool {
    match &statement.kind {
        StatementKind::Query(query) => query_splits(query, catalog),
        // What is returned of rows that changed comes with the number of rows, which has no place among parts.
        StatementKind::Update(update) => update.limit.is_none() && update.returning.is_none(),
        StatementKind::Delete(delete) => delete.limit.is_none() && delete.returning.is_none(),
        _ => false,
    }
}

/// Whether the rows of an INSERT may be sent in parts. `ON CONFLICT DO UPDATE` sees what other rows wrote.
pub(super) fn splits_rows(insert: &Insert) -> bool {
    let updates = insert.on_conflict.as_ref().is_some_and(|conflict| !conflict.assignments.is_empty());
    insert.returning.is_none() && !updates
}

fn query_splits(query: &Query, catalog: &Catalog) -> bool {
    let Query {
        with: None, body: SetExpr::Select(select), order_by: None, limit: None, offset: None, ..
    } = query
    else {
        return false;
    };
    let Select { distinct: None, top: None, group_by: GroupBy::None, having: None, qualify: None, .. } =
        &**select
    else {
        return false;
    };
    let plain = query.other.is_empty() && select.other.is_empty() && select.windows.is_empty();
    plain
        && select.items.iter().all(|item| match item {
            SelectItem::Expr { expr, .. } => by_row(expr, catalog),
            SelectItem::Wildcard { options, .. } => {
                options.replace.iter().all(|(expr, _)| by_row(expr, catalog))
            }
        })
}

/// Whether all functions in an expression look at one row.
fn by_row(expr: &Expr, catalog: &Catalog) -> bool {
    let mut all = true;
    visit::expr(expr, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Function(function), .. }) = node {
            all &= is_scalar(function, catalog);
        }
    });
    all
}

/// A function that is not known may be of any kind.
fn is_scalar(function: &Function, catalog: &Catalog) -> bool {
    let written = match &function.name.parts[..] {
        [one] if one.quoted => one.value.clone(),
        [one] => one.value.to_lowercase(),
        _ => return false,
    };
    let name = catalog.dialect.rules.canonical_function(&written).unwrap_or(written);
    function.over.is_none() && (catalog.dialect.functions)().kinds(&name) == [FunctionKind::Scalar]
}
