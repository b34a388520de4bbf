//! Subqueries in expressions: scalar ones, and those of IN, ANY and ALL.

use querent_types::TableKind;

use crate::ast::{BinaryOp, Expr, Query, SetExpr, Span, TableFactorKind};
use crate::catalog::TableLookup;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{CommonPlace, Syntax};

use super::binder::{AliasMode, Binder, Clause};
use super::query::{Output, typed_field};
use super::scope::Field;
use super::typed::{Facts, Ty, Typed, Why};

/// What a subquery of one column gives.
struct OneColumn {
    field: Field,
    /// Whether it gives exactly one row.
    one_row: bool,
    /// Whether it reads columns of the queries around it.
    correlated: bool,
}

impl<'a> Binder<'a> {
    /// Reads a subquery in an expression, and remembers the name of its first column.
    pub(super) fn subquery(&mut self, query: &'a Query) -> Output {
        self.first_named(query)
    }

    /// Reads a subquery that gives values, and says whether it is correlated. The engine has no plan for one that is and
    /// has a LIMIT.
    fn value_subquery(&mut self, query: &'a Query) -> (Output, bool) {
        let outer: Vec<bool> =
            self.levels.iter_mut().map(|level| std::mem::replace(&mut level.read, false)).collect();
        let output = self.first_named(query);
        let correlated = self.levels.iter().any(|level| level.read);
        self.levels.iter_mut().zip(outer).for_each(|(level, read)| level.read |= read);
        if correlated {
            self.correlated_limit(query);
        }
        (output, correlated)
    }

    /// A correlated subquery that gives one value: where it may stand, and that it must be one of an aggregate
    /// (`check_subquery_expr` of DataFusion 55.2).
    fn correlated_scalar(&mut self, query: &'a Query) {
        let Some(level) = self.levels.last() else { return };
        let written_here = level.alias_mode != AliasMode::Hidden;
        let misplaced = match level.clause {
            _ if level.aggregate_depth > 0 => None,
            _ if level.window_depth > 0 => Some("a window function"),
            Clause::On => Some("ON"),
            Clause::GroupBy => Some("GROUP BY"),
            Clause::Select if level.distinct_on => Some("the select list of DISTINCT ON"),
            Clause::OrderBy if written_here => Some("ORDER BY"),
            _ => None,
        };
        if let Some(place) = misplaced {
            self.refused(Syntax::CorrelatedPlace, &format!("a correlated subquery in {place}"), query.span);
        } else if query.limit.is_none()
            && !self.aggregated_last
            && self.reads_a_table(query)
            && !self.is_mistaken(query.span)
        {
            let what = "a correlated subquery that may give several rows";
            self.refused(Syntax::CorrelatedPlace, what, query.span);
        }
    }

    /// Whether a query is one SELECT from tables of which no key is known, so that the engine cannot know how many rows
    /// it gives.
    fn reads_a_table(&self, query: &Query) -> bool {
        let SetExpr::Select(select) = &query.body else { return false };
        let [entry] = &select.from[..] else { return false };
        let TableFactorKind::Table(name) = &entry.relation.kind else { return false };
        let is_cte =
            matches!(&name.parts[..], [one] if self.ctes.iter().any(|cte| *cte.name == *self.fold(one)));
        match self.catalog.table(name) {
            TableLookup::Found(table) => {
                !is_cte
                    && entry.joins.is_empty()
                    && table.kind == TableKind::Table
                    && table.primary_key.is_empty()
            }
            _ => false,
        }
    }

    /// Reports a LIMIT or OFFSET where a correlated query has none.
    pub(super) fn correlated_limit(&mut self, query: &'a Query) {
        if let Some(limit) = query.limit.as_ref().or(query.offset.as_ref()) {
            self.refused(Syntax::CorrelatedLimit, "LIMIT or OFFSET in a correlated subquery", limit.span);
        }
    }

    fn first_named(&mut self, query: &'a Query) -> Output {
        let output = self.query(query);
        if let Some(first) = output.relation.fields.first() {
            self.subquery_names.insert(std::ptr::from_ref(query), first.name.to_string());
        }
        output
    }

    /// The one column of a subquery; another number is reported.
    fn one_column(&mut self, query: &'a Query) -> Option<OneColumn> {
        let (mut output, correlated) = self.value_subquery(query);
        if output.relation.is_open() && output.relation.fields.len() != 1 {
            return None;
        }
        if output.relation.fields.len() != 1 {
            let count = output.relation.fields.len();
            let mut diagnostic = Diagnostic::error(
                Code::SubqueryColumns,
                query.span,
                format!("this subquery must give one column, and gives {count}"),
            )
            .help("fix this by selecting one column");
            for extra in output.relation.fields.iter().skip(1).filter(|field| field.span != Span::default()) {
                diagnostic = diagnostic.related(extra.span, "one column too many");
            }
            self.report(diagnostic);
            return None;
        }
        let one_row = output.one_row;
        output.relation.fields.pop().map(|field| OneColumn { field, one_row, correlated })
    }

    pub(super) fn scalar_subquery(&mut self, query: &'a Query, _span: Span) -> Typed {
        let key = self.fresh_key();
        let Some(OneColumn { field, one_row, correlated }) = self.one_column(query) else {
            return Typed { key, ..Typed::error() };
        };
        if correlated {
            self.correlated_scalar(query);
        }
        let (nullable, why) = if one_row {
            (field.nullable, field.why)
        } else {
            (true, Why::Static("a subquery without rows is NULL"))
        };
        let carried = field.carried;
        Typed { carried, ..Typed::new(field.ty, nullable, why, key) }.facts(super::expr::only(key))
    }

    pub(super) fn in_subquery(
        &mut self,
        inner: &'a Expr,
        query: &'a Query,
        negated: bool,
        span: Span,
    ) -> Typed {
        self.predicate_place("IN", span);
        if let Some(typed) = self.row_in_subquery(inner, query, span) {
            return typed;
        }
        let column = self.one_column(query);
        let typed = self.expr(inner);
        let key = self.fresh_key();
        let Some(OneColumn { field, .. }) = column else {
            return Typed::new(Ty::boolean(), true, Why::Static("its subquery is not known"), key);
        };
        let items = [(&typed, inner.span), (&typed_field(&field), query.span)];
        self.unify(CommonPlace::InList, &items, "operand and column of IN", span);
        let (nullable, why) = if typed.nullable {
            (true, typed.why.clone())
        } else if field.nullable {
            (true, Why::Static("the subquery of IN may hold NULLs"))
        } else {
            (false, Why::Static("neither the operand nor the subquery of IN holds NULLs"))
        };
        // Without rows, IN is FALSE and NOT IN is TRUE, even where the operand is NULL.
        let truth =
            if negated { (Vec::new(), typed.facts.present) } else { (typed.facts.present, Vec::new()) };
        let facts = Facts { present: Vec::new(), truth: Some(Box::new(truth)) };
        Typed::new(Ty::boolean(), nullable, why, key).facts(facts)
    }

    pub(super) fn quantified_subquery(
        &mut self,
        left: &'a Expr,
        op: &BinaryOp,
        query: &'a Query,
        span: Span,
    ) -> Typed {
        self.predicate_place("ANY or ALL", span);
        let column = self.one_column(query);
        let typed = self.expr(left);
        let key = self.fresh_key();
        let why = Why::Static("a comparison with ANY or ALL rows may be NULL");
        let mut result = Typed::new(Ty::boolean(), true, why, key);
        if let Some(OneColumn { field, .. }) = column {
            let other = typed_field(&field);
            self.binary(op, span, (typed.clone(), left.span), (other, query.span));
            if !typed.nullable && !field.nullable {
                (result.nullable, result.why) = (false, Why::Static("neither side holds NULLs"));
            }
        }
        result
    }
}
