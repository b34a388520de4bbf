//! Comparisons of rows, column by column: `(a, b) = (1, 2)`, `(a, b) IN ((1, 2))`, `(a, b) IN (SELECT …)`.

use crate::ast::{BinaryOp, Expr, ExprKind, Query, Span};
use crate::diagnostic::Code;
use crate::dialect::{CommonPlace, Habit};

use super::binder::{Binder, strict};
use super::query::typed_field;
use super::typed::{Facts, Key, Ty, Typed, Why};

impl<'a> Binder<'a> {
    /// A comparison of two rows; `None` where the expression is none, or the dialect has none.
    pub(super) fn row_comparison(&mut self, expr: &'a Expr) -> Option<Typed> {
        let ExprKind::Binary { left, op, op_span, right } = &expr.kind else { return None };
        use BinaryOp::*;
        if !self.dialect.has(Habit::RowValues) || !matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq) {
            return None;
        }
        let (left, right) = (row(left)?, row(right)?);
        if left.len() != right.len() {
            let message = format!("a row of {} is compared with a row of {}", left.len(), right.len());
            self.error(Code::ColumnCount, expr.span, message);
            return Some(Typed::error());
        }
        let pairs: Vec<Typed> = left
            .iter()
            .zip(right)
            .map(|(a, b)| {
                let (left, right) = ((self.expr(a), a.span), (self.expr(b), b.span));
                self.binary(op, *op_span, left, right)
            })
            .collect();
        Some(truth("row comparison", &pairs, *op == Eq))
    }

    /// `row IN (row, …)`; `None` where the operand is no row.
    pub(super) fn row_in_list(&mut self, inner: &'a Expr, list: &'a [Expr], span: Span) -> Option<Typed> {
        let operand = row(inner).filter(|_| self.dialect.has(Habit::RowValues))?;
        let mut rows = vec![operand];
        for item in list {
            match row(item) {
                Some(columns) if columns.len() == operand.len() => rows.push(columns),
                _ => {
                    let message = format!("the operand of IN is a row of {}", operand.len());
                    self.error(Code::ColumnCount, item.span, message);
                    return Some(Typed::error());
                }
            }
        }
        let typed: Vec<Vec<(Typed, Span)>> =
            rows.iter().map(|row| row.iter().map(|expr| (self.expr(expr), expr.span)).collect()).collect();
        for column in 0..operand.len() {
            let items: Vec<(&Typed, Span)> =
                typed.iter().map(|row| (&row[column].0, row[column].1)).collect();
            self.unify(CommonPlace::InList, &items, "operand and elements of IN", span);
        }
        let all: Vec<Typed> = typed.into_iter().flatten().map(|(typed, _)| typed).collect();
        Some(truth("row in", &all, false))
    }

    /// `row IN (SELECT …)`; `None` where the operand is no row.
    pub(super) fn row_in_subquery(&mut self, inner: &'a Expr, query: &'a Query, span: Span) -> Option<Typed> {
        let operand = row(inner).filter(|_| self.dialect.has(Habit::RowValues))?;
        let relation = self.subquery(query).relation;
        if relation.fields.len() != operand.len() && !relation.is_open() {
            let message =
                format!("the row has {} columns, and the subquery {}", operand.len(), relation.fields.len());
            self.error(Code::SubqueryColumns, query.span, message);
            return Some(Typed::error());
        }
        let mut all = Vec::new();
        for (expr, field) in operand.iter().zip(&relation.fields) {
            let (typed, other) = (self.expr(expr), typed_field(field));
            let items = [(&typed, expr.span), (&other, query.span)];
            self.unify(CommonPlace::InList, &items, "operand and column of IN", span);
            all.extend([typed, other]);
        }
        let mut typed = truth("row in", &all, false);
        typed.key = self.fresh_key();
        Some(typed)
    }
}

/// The columns of a row value.
fn row(expr: &Expr) -> Option<&[Expr]> {
    match &expr.kind {
        ExprKind::Tuple(columns) => Some(columns),
        _ => None,
    }
}

/// A truth value over rows. `all`: it is TRUE only where each part is, which then proves what they prove.
fn truth(what: &'static str, parts: &[Typed], all: bool) -> Typed {
    let keys: Vec<Key> = parts.iter().map(|typed| typed.key).collect();
    let (nullable, why) = strict(&parts.iter().collect::<Vec<_>>());
    let proven = if all {
        parts.iter().flat_map(|typed| typed.facts.when_true().to_vec()).collect()
    } else {
        Vec::new()
    };
    let facts = Facts { present: Vec::new(), truth: Some(Box::new((proven, Vec::new()))) };
    let why = if nullable { why } else { Why::Static("no part of the rows is NULL") };
    Typed::new(Ty::boolean(), nullable, why, Key::node(what, &keys)).facts(facts)
}
