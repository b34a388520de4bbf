//! Subqueries in expressions: scalar ones, EXISTS, IN, ANY and ALL, with and without columns of the query around them.

use querent_schema::dialect::FunctionKind;
use querent_types::SqlType;

use super::{Generator, Piece, Place};
use crate::features::Feature;
use crate::scope::{Column, Scope, Table};
use crate::walk::Clause;

impl Generator {
    /// A table that can be named here.
    pub(super) fn any_table(&mut self) -> Option<Table> {
        if !self.statement.ctes.is_empty() && self.random.chance(50) {
            return self.random.pick(&self.statement.ctes).cloned();
        }
        self.random.pick(&self.tables).cloned()
    }

    /// A table under a fresh name, and its columns.
    pub(super) fn aliased(&mut self, table: &Table) -> (String, Scope) {
        let alias = self.fresh("t");
        let word = self.random.word(&[" AS", ""]);
        (format!("{}{word} {alias}", table.name), scope_of(&table.columns, &alias))
    }

    /// `inner.column = outer.column`.
    fn correlation(&mut self, place: Place<'_>, inner: &Scope) -> Option<String> {
        if place.keys.is_some() || !self.may(Feature::Correlated, 50) || place.clause == Clause::On {
            return None;
        }
        let mut pairs = Vec::new();
        for own in &inner.columns {
            for outer in &place.scope.columns {
                let named = outer.table.is_some() && !place.scope.merged.contains(&outer.name);
                if named && own.ty == outer.ty && self.operators.compares(&own.ty, &outer.ty) {
                    pairs.push(format!(
                        "{} = {}",
                        inner.written(own, true),
                        place.scope.written(outer, true)
                    ));
                }
            }
        }
        self.random.pick(&pairs).cloned()
    }

    /// WHERE of a subquery over one table.
    fn subquery_filter(&mut self, place: Place<'_>, inner: &Scope) -> String {
        let correlation = self.correlation(place, inner);
        let own = self.random.chance(50).then(|| {
            let own = Place { subqueries: false, ..Place::new(Clause::Where, inner, 1) };
            self.comparison(own).text
        });
        match (correlation, own) {
            (Some(a), Some(b)) => format!(" WHERE {a} AND {b}"),
            (Some(one), None) | (None, Some(one)) => format!(" WHERE {one}"),
            (None, None) => String::new(),
        }
    }

    /// A subquery of one row, whatever the table holds: an aggregate.
    pub(super) fn scalar_subquery(&mut self, place: Place<'_>, ty: &SqlType) -> Option<Piece> {
        let table = self.any_table()?;
        let (from, inner) = self.aliased(&table);
        let call = self.draw(&[FunctionKind::Aggregate], Some(ty));
        let Some(call) = call else {
            // No aggregate gives the type: a constant stands for it.
            return self
                .has(Feature::NoFrom)
                .then(|| Piece::atomic(format!("(SELECT {})", self.constant(ty))));
        };
        self.count_call(call);
        let own = Place { subqueries: false, params: false, ..Place::new(Clause::Select, &inner, 1) };
        let value = self.written_aggregate(own, call, false);
        let filter = self.subquery_filter(place, &inner);
        Some(Piece::atomic(format!("(SELECT {value} FROM {from}{filter})")))
    }

    pub(super) fn exists(&mut self, place: Place<'_>, not: &str) -> Option<Piece> {
        let table = self.any_table()?;
        let (from, inner) = self.aliased(&table);
        let filter = self.subquery_filter(place, &inner);
        let item = self.random.word(&["1", "*"]);
        Some(Piece::compound(format!("{not}EXISTS (SELECT {item} FROM {from}{filter})")))
    }

    /// A subquery of one column of plain values: its text and the column's type.
    fn column_subquery(&mut self, place: Place<'_>) -> Option<(String, SqlType)> {
        let table = self.any_table()?;
        let (from, inner) = self.aliased(&table);
        let plain: Vec<Column> = inner
            .columns
            .iter()
            .filter(|column| {
                self.operators.compares(&column.ty, &column.ty) && crate::types::is_scalar(&column.ty)
            })
            .cloned()
            .collect();
        let column = self.random.pick(&plain)?.clone();
        let filter = self.subquery_filter(place, &inner);
        let text = format!("SELECT {} FROM {from}{filter}", inner.written(&column, true));
        Some((text, column.ty))
    }

    pub(super) fn in_subquery(&mut self, place: Place<'_>, not: &str) -> Option<Piece> {
        let (query, ty) = self.column_subquery(place)?;
        let operand = self.operand(Place { subqueries: false, ..place }, &ty);
        Some(Piece::compound(format!("{operand} {not}IN ({query})")))
    }

    pub(super) fn any_subquery(&mut self, place: Place<'_>) -> Option<Piece> {
        let (query, ty) = self.column_subquery(place)?;
        let operand = self.operand(Place { subqueries: false, ..place }, &ty);
        let (sign, word) = if self.has(Feature::AnySubquery) {
            let sign = self.random.word(crate::operators::COMPARISONS);
            (sign, self.random.word(&["ANY", "ALL", "SOME"]))
        } else {
            ("=", "ANY")
        };
        Some(Piece::compound(format!("{operand} {sign} {word} ({query})")))
    }
}

/// Columns under the name of what they belong to.
pub(super) fn scope_of(columns: &[Column], table: &str) -> Scope {
    let named = |column: &Column| Column { table: Some(table.to_owned()), ..column.clone() };
    Scope { columns: columns.iter().map(named).collect(), merged: Vec::new() }
}
