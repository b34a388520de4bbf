//! A query as the engine sees it when it makes a table of it: what a column can hold once the table is written to.
//!
//! The checker knows that `SELECT x FROM t WHERE x IS NOT NULL` gives no NULL, nor does the `max` of a column that holds
//! none in a group that is never empty. The engine does not: it declares such columns of the table nullable, and an
//! INSERT may put a NULL there. So filters are taken out, and only forms count whose nullability any engine derives.

use crate::ast::{
    BinaryOp, Expr, ExprKind, FunctionArg, JoinConstraint, Literal, Query, Select, SelectItem, SetExpr, Span,
    TableFactorKind, TableWithJoins,
};

/// What decides whether an engine declares a column NOT NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Decided {
    /// Nothing that all engines agree on: a function, CASE, a column of a subquery.
    Open,
    /// Declarations of the columns of tables that it is computed from.
    Inputs,
    /// Its own form: it is a literal or a count.
    Form,
}

/// What decides the nullability of one output column.
pub(super) fn decided(query: &Query, column: usize) -> Decided {
    if query.with.is_some() { body(&query.body, column).of_subquery() } else { body(&query.body, column) }
}

impl Decided {
    /// The same where a column may come from a subquery.
    fn of_subquery(self) -> Decided {
        if self == Decided::Form { self } else { Decided::Open }
    }
}

fn body(set: &SetExpr, column: usize) -> Decided {
    match set {
        SetExpr::Select(select) => {
            let wildcard = select.items.iter().any(|item| matches!(item, SelectItem::Wildcard { .. }));
            let Some(SelectItem::Expr { expr, .. }) = select.items.get(column).filter(|_| !wildcard) else {
                return Decided::Open;
            };
            let tables = select.from.iter().all(only_tables);
            if tables { form(expr) } else { form(expr).of_subquery() }
        }
        SetExpr::Query(query) => decided(query, column),
        SetExpr::Values(values) => {
            let row = |row: &Vec<Expr>| row.get(column).map_or(Decided::Open, form);
            values.rows.iter().map(row).min().unwrap_or(Decided::Open)
        }
        SetExpr::SetOperation { left, right, .. } => body(left, column).min(body(right, column)),
        _ => Decided::Open,
    }
}

fn only_tables(table: &TableWithJoins) -> bool {
    let factor = |kind: &TableFactorKind| match kind {
        TableFactorKind::Table(_) => true,
        TableFactorKind::Nested(table) => only_tables(table),
        _ => false,
    };
    factor(&table.relation.kind) && table.joins.iter().all(|join| factor(&join.relation.kind))
}

fn form(expr: &Expr) -> Decided {
    match &expr.kind {
        ExprKind::Literal(Literal::Null) => Decided::Open,
        ExprKind::Literal(_) | ExprKind::TypedString { .. } => Decided::Form,
        ExprKind::Column(_) => Decided::Inputs,
        ExprKind::Function(function) => match function.name.last().value.to_lowercase().as_str() {
            "count" => Decided::Form,
            "coalesce" => coalesce(&function.args),
            _ => Decided::Open,
        },
        ExprKind::Case { branches, otherwise: Some(otherwise), .. } => {
            // A branch may be narrowed by its own condition, which is no filter that could be taken out.
            let results = branches.iter().map(|(_, result)| form(result)).chain([form(otherwise)]);
            results.min().unwrap_or(Decided::Open).of_subquery()
        }
        // DataFusion 55 looks at the first few elements only, and calls a longer list nullable.
        ExprKind::InList { expr, list, .. } if list.len() <= 5 => {
            list.iter().map(form).min().unwrap_or(Decided::Open).min(form(expr))
        }
        ExprKind::Is { expr, .. } => form(expr).max(Decided::Inputs),
        ExprKind::Unary { expr, .. } | ExprKind::Cast { expr, try_: false, .. } => form(expr),
        ExprKind::Binary { op: BinaryOp::Other(_), .. } => Decided::Open,
        ExprKind::Binary { left, right, .. } | ExprKind::Like { expr: left, pattern: right, .. } => {
            form(left).min(form(right))
        }
        ExprKind::Between { expr, low, high, .. } => form(expr).min(form(low)).min(form(high)),
        _ => Decided::Open,
    }
}

/// One argument that is never NULL is enough, so the strongest counts; those before it only matter where none is.
fn coalesce(args: &[FunctionArg]) -> Decided {
    let form_of = |arg: &FunctionArg| match arg {
        FunctionArg::Expr(expr) => form(expr),
        _ => Decided::Open,
    };
    match args.iter().map(form_of).max() {
        Some(Decided::Form) => Decided::Form,
        _ => args.iter().map(form_of).min().unwrap_or(Decided::Open),
    }
}

/// Whether a VALUES stands anywhere in a query.
pub(super) fn holds_rows(query: &Query) -> bool {
    fn body(set: &SetExpr) -> bool {
        match set {
            SetExpr::Values(_) => true,
            SetExpr::Query(query) => holds_rows(query),
            SetExpr::SetOperation { left, right, .. } => body(left) || body(right),
            SetExpr::Select(select) => select.from.iter().any(table),
            _ => false,
        }
    }
    fn table(entry: &TableWithJoins) -> bool {
        factor(&entry.relation.kind) || entry.joins.iter().any(|join| factor(&join.relation.kind))
    }
    fn factor(kind: &TableFactorKind) -> bool {
        match kind {
            TableFactorKind::Derived(query) => holds_rows(query),
            TableFactorKind::Nested(entry) => table(entry),
            _ => false,
        }
    }
    body(&query.body) || query.with.iter().flat_map(|with| &with.ctes).any(|cte| holds_rows(&cte.query))
}

/// The text of `query` with TRUE in the place of each filter that proves something about NULL; `None` where a filter
/// cannot be taken out (USING, NATURAL), and the unchanged text where there is none.
pub(super) fn without_filters(text: &str, query: &Query) -> Option<String> {
    let mut filters = Filters { spans: Vec::new(), fixed: false };
    filters.query(query);
    if filters.fixed {
        return None;
    }
    filters.spans.sort();
    let mut stripped = String::new();
    let mut at = query.span.start;
    for span in filters.spans.into_iter().filter(|span| query.span.contains(*span)) {
        stripped.push_str(text.get(at as usize..span.start as usize)?);
        stripped.push_str("TRUE");
        at = span.end;
    }
    stripped.push_str(text.get(at as usize..query.span.end as usize)?);
    Some(stripped)
}

struct Filters {
    spans: Vec<Span>,
    /// Whether there is one that has no expression.
    fixed: bool,
}

impl Filters {
    fn query(&mut self, query: &Query) {
        for cte in query.with.iter().flat_map(|with| &with.ctes) {
            self.query(&cte.query);
        }
        self.body(&query.body);
    }

    fn body(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left);
                self.body(right);
            }
            _ => {}
        }
    }

    fn select(&mut self, select: &Select) {
        self.filter(&select.selection);
        self.filter(&select.having);
        self.filter(&select.qualify);
        select.from.iter().for_each(|table| self.table(table));
    }

    fn table(&mut self, table: &TableWithJoins) {
        self.factor(&table.relation.kind);
        for join in &table.joins {
            self.factor(&join.relation.kind);
            match &join.constraint {
                JoinConstraint::On(condition) => self.spans.push(condition.span),
                JoinConstraint::None => {}
                _ => self.fixed = true,
            }
        }
    }

    fn factor(&mut self, factor: &TableFactorKind) {
        match factor {
            TableFactorKind::Derived(query) => self.query(query),
            TableFactorKind::Nested(table) => self.table(table),
            _ => {}
        }
    }

    fn filter(&mut self, filter: &Option<Expr>) {
        self.spans.extend(filter.as_ref().map(|filter| filter.span));
    }
}
