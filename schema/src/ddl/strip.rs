//! A query without its filters: what a column can hold once the table that it made is written to.
//!
//! The checker knows that `SELECT x FROM t WHERE x IS NOT NULL` gives no NULL. The engine does not: in the table that
//! it makes of that query `x` is nullable, and an INSERT may put a NULL there.

use crate::ast::{Expr, JoinConstraint, Query, Select, SetExpr, Span, TableFactorKind, TableWithJoins};

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
