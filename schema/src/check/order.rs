//! ORDER BY of a SELECT: positions, names of the select list, and what DISTINCT asks of it.

use crate::ast::{ExprKind, Literal, OrderByExpr, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Syntax;

use super::binder::Binder;
use super::column::Meaning;
use super::select::{Item, column_names};
use super::typed::{Key, Typed};

impl<'a> Binder<'a> {
    /// A position in ORDER BY stands for the name of its column. That of an expression without an alias is not known yet to
    /// groups, but for a key and an aggregate, and to DISTINCT ON without groups and windows.
    pub(super) fn sort_positions(&mut self, sorts: &'a [OrderByExpr], items: &[Item<'a>], keys: &[Key]) {
        let level = self.level();
        let grouped = level.grouped || level.aggregate.is_some() || !level.keys.is_empty();
        let unknown = grouped || level.distinct_on && level.window.is_none();
        if !unknown || !self.dialect.rules.refuses(Syntax::SortPosition) {
            return;
        }
        for sort in sorts {
            let Some(at) = sort.expr.kind.position() else { continue };
            let (Some(item @ Item::Expr(expr, None)), Some(key)) = (items.get(at), keys.get(at)) else {
                continue;
            };
            let is_key = self.level().keys.contains_key(key);
            let known = grouped && (self.is_aggregate(item) || is_key);
            if !known && !matches!(expr.kind, ExprKind::Column(_)) {
                let place = if grouped { "groups" } else { "DISTINCT ON" };
                let message =
                    format!("ORDER BY {} with {place} is the position of a column without a name", at + 1);
                self.report(
                    Diagnostic::error(Code::Unsupported, sort.expr.span, message)
                        .help("fix this by giving the column an alias"),
                );
            }
        }
    }

    /// The sort keys must begin with what DISTINCT ON says, in its order.
    pub(super) fn distinct_on_sorts(&mut self, on: &[(Typed, Span)], sorted: &[Option<Typed>]) {
        if sorted.is_empty() || !self.dialect.rules.refuses(Syntax::DistinctOnSort) {
            return;
        }
        for (i, (typed, span)) in on.iter().enumerate() {
            let differs = match sorted.get(i) {
                None => true,
                Some(None) => false,
                Some(Some(sort)) => !sort.is_error() && !typed.is_error() && sort.key != typed.key,
            };
            if differs {
                let diagnostic = Diagnostic::error(
                    Code::Unsupported,
                    *span,
                    "ORDER BY does not begin with what DISTINCT ON says",
                )
                .help("fix this by sorting by the same expressions first, in the same order");
                return self.report(diagnostic);
            }
        }
    }

    /// Reads the sort keys; gives them, `None` for those that are positions.
    pub(super) fn order_by(
        &mut self,
        sorts: &'a [OrderByExpr],
        keys: &[Key],
        open: bool,
        distinct: bool,
    ) -> Vec<Option<Typed>> {
        let mut sorted = Vec::with_capacity(sorts.len());
        for sort in sorts {
            if let ExprKind::Literal(Literal::Number(text)) = &sort.expr.kind {
                self.ordinal(text, keys.len(), open, "ORDER BY", sort.expr.span);
                sorted.push(None);
                continue;
            }
            let typed = self.grouped_only(|binder| binder.expr(&sort.expr));
            self.refuse_mixed(&sort.expr);
            if distinct && !keys.contains(&typed.key) && !typed.is_error() && !open {
                self.distinct_sort(sort, keys);
            }
            sorted.push(Some(typed));
        }
        sorted
    }

    /// DataFusion wants every column of a sort key in the select list of a SELECT DISTINCT.
    fn distinct_sort(&mut self, sort: &'a OrderByExpr, keys: &[Key]) {
        let level = self.levels.len() - 1;
        let mut columns = Vec::new();
        column_names(&sort.expr, &mut columns);
        let outside = columns.into_iter().find(|name| match self.meaning(&self.fold_name(name)) {
            Meaning::Field(at, i, _) => {
                at == level && !keys.contains(&self.levels[at].relation.fields[i].key)
            }
            _ => false,
        });
        if let Some(name) = outside {
            self.report(
                Diagnostic::error(
                    Code::Unsupported,
                    name.span(),
                    format!("ORDER BY `{name}` of a SELECT DISTINCT is not in the select list"),
                )
                .help(format!("fix this by selecting `{name}`, or by leaving out DISTINCT")),
            );
        }
    }
}
