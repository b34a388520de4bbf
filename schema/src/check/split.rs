//! Statements over partitioned tables, which Ignite's H2 engine takes apart: a part for every node, and one that gathers.

use crate::ast::{
    Expr, ExprKind, Function, FunctionArg, JoinKind, Name, Span, Statement, TableFactorKind, TableWithJoins,
};
use crate::catalog::{Catalog, TableLookup};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{FunctionKind, Habit};
use crate::parse::visit::{self, Node};

use super::binder::Binder;

/// Whether a statement reads a table that is spread over the nodes.
pub(super) fn is_distributed(statement: &Statement, catalog: &Catalog) -> bool {
    let mut found = false;
    if catalog.dialect.has(Habit::ConstantsAreSent) || catalog.dialect.has(Habit::SplitAggregates) {
        visit::statement(statement, &mut |node| {
            if let Node::Factor(factor) = node
                && let TableFactorKind::Table(name) = &factor.kind
            {
                found |= is_partitioned(name, catalog);
            }
        });
    }
    found
}

/// Whether an expression of constants can be computed on the side of an outer join that has no rows, and so be NULL: what
/// stands beside a subquery in FROM is gathered in a subquery of Ignite's own (2.17.0), with expressions of the select list.
pub(super) fn loses_constants(statement: &Statement, catalog: &Catalog) -> bool {
    let (mut outer, mut derived) = (false, false);
    if catalog.dialect.has(Habit::SplitAggregates) {
        visit::statement(statement, &mut |node| match node {
            Node::Join(join) => outer |= matches!(join.kind, JoinKind::Left | JoinKind::Right),
            Node::Factor(factor) => derived |= matches!(factor.kind, TableFactorKind::Derived(_)),
            Node::Query(query) => derived |= query.with.is_some(),
            _ => {}
        });
    }
    outer && derived
}

/// Whether a FROM has an outer join and an entry that is gathered by itself. Ignite's splitter (2.17.0) joins the entries
/// beside that one, where they are two or more, in a subquery of its own, on whichever side of the outer join, so that
/// columns and constants of any entry may come as NULL.
pub(super) fn mixes_outer_joins(from: &[TableWithJoins], catalog: &Catalog, ctes: bool) -> bool {
    let (mut outer, mut gathered, mut entries) = (false, false, 0);
    let mut rest: Vec<&TableWithJoins> = from.iter().collect();
    while let Some(entry) = rest.pop() {
        entries += 1 + entry.joins.len();
        outer |= entry.joins.iter().any(|join| matches!(join.kind, JoinKind::Left | JoinKind::Right));
        for factor in std::iter::once(&entry.relation).chain(entry.joins.iter().map(|join| &join.relation)) {
            match &factor.kind {
                TableFactorKind::Nested(inner) => rest.push(inner),
                TableFactorKind::Table(name) => gathered |= !is_table(name, catalog, ctes),
                _ => gathered = true,
            }
        }
    }
    outer && gathered && entries > 2
}

/// Whether a name is that of a table rather than of a view or a CTE.
fn is_table(name: &Name, catalog: &Catalog, ctes: bool) -> bool {
    match catalog.table(name) {
        TableLookup::Found(table) => {
            table.kind != querent_types::TableKind::View && !(ctes && name.parts.len() == 1)
        }
        _ => false,
    }
}

/// Whether a name is that of a table that every node holds as a whole.
fn is_replicated(name: &Name, catalog: &Catalog) -> bool {
    match catalog.table(name) {
        TableLookup::Found(table) => {
            table.properties.get("template").is_some_and(|template| template == "replicated")
        }
        _ => false,
    }
}

/// Whether a name is that of a table whose rows are spread over the nodes.
pub(super) fn is_partitioned(name: &Name, catalog: &Catalog) -> bool {
    match catalog.table(name) {
        TableLookup::Found(table) => {
            table.kind != querent_types::TableKind::System
                && table.properties.get("template").is_none_or(|template| template != "replicated")
        }
        _ => false,
    }
}

impl<'a> Binder<'a> {
    /// Reports an expression that holds both an aggregate and a column outside of it: the part that gathers has the
    /// aggregates only.
    pub(super) fn refuse_mixed(&mut self, expr: &Expr) {
        if !self.distributed || !self.dialect.has(Habit::SplitAggregates) {
            return;
        }
        let (mut aggregate, mut column) = (false, None);
        self.parts(expr, &mut aggregate, &mut column);
        if let (true, Some(name)) = (aggregate, column) {
            self.report(
                Diagnostic::error(
                    Code::Unsupported,
                    name.span(),
                    format!("`{name}` stands beside an aggregate in one expression over a partitioned table"),
                )
                .note("the server looks for it where only the aggregates are left (2.17.0: Column not found)")
                .help("fix this by computing the aggregate in a subquery"),
            );
        }
    }

    /// Reports an outer join that keeps the rows of a replicated table beside a partitioned one: both are read by
    /// partitions, of which they have different numbers.
    pub(super) fn refuse_outer_join(&mut self, entry: &TableWithJoins) {
        let Some(join) = entry.joins.first() else { return };
        if !self.dialect.has(Habit::ReplicatedIsNeverKept) {
            return;
        }
        let (kept, other) = match join.kind {
            JoinKind::Left => (&entry.relation, &join.relation),
            JoinKind::Right => (&join.relation, &entry.relation),
            _ => return,
        };
        let (TableFactorKind::Table(kept), TableFactorKind::Table(other)) = (&kept.kind, &other.kind) else {
            return;
        };
        if is_replicated(kept, self.catalog) && is_partitioned(other, self.catalog) {
            self.report(
                Diagnostic::error(
                    Code::Unsupported,
                    join.span,
                    format!("an outer join cannot keep the rows of `{kept}`, which is replicated, beside the partitioned `{other}`"),
                )
                .note("the server refuses it where the two have different numbers of partitions, as they have by default")
                .help("fix this by joining a subquery: `(SELECT … FROM …) AS …`"),
            );
        }
    }

    /// Reports what GROUP_CONCAT cannot do over a partitioned table.
    pub(super) fn refuse_ordered(&mut self, call: &Function, name: &str, span: Span) {
        let ordered = call.distinct || !call.order_by.is_empty();
        if ordered
            && self.distributed
            && self.dialect.has(Habit::SplitAggregates)
            && matches!(name, "group_concat" | "string_agg")
        {
            let what = "DISTINCT and ORDER BY of GROUP_CONCAT over a partitioned table";
            self.unsupported(what, span);
        }
    }

    fn parts<'e>(&self, expr: &'e Expr, aggregate: &mut bool, column: &mut Option<&'e Name>) {
        match &expr.kind {
            ExprKind::Column(name) => *column = column.or(Some(name)),
            ExprKind::Function(call) => {
                let kinds = self.functions.kinds(&self.function_name(call));
                if kinds.contains(&FunctionKind::Aggregate) {
                    *aggregate = true;
                    return;
                }
                for arg in &call.args {
                    if let FunctionArg::Expr(arg) | FunctionArg::Named(_, arg) = arg {
                        self.parts(arg, aggregate, column);
                    }
                }
            }
            // A subquery is taken apart on its own.
            ExprKind::Subquery(_) | ExprKind::Exists { .. } => {}
            _ => visit::children(expr, &mut |child| self.parts(child, aggregate, column)),
        }
    }
}
