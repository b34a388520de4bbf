//! Columns that USING and NATURAL merged, in the places where an engine does not merge them: the name then means several
//! columns. (Planner of DataFusion 55.2: a join's condition and WHERE are resolved without the columns of USING; a type that
//! is asked for while an expression is built, by a unary operator, an UNNEST or a parameter, is looked up before. Validator
//! of Calcite 1.37, tried on Ignite 2.17.0: it writes COALESCE for the name in expressions of a select list, from the last join
//! of FROM and those on the left of it, if that join has USING.)

use crate::ast::{Expr, ExprKind, Name};
use crate::dialect::Habit;
use crate::walk::children;

use super::binder::{AliasMode, Binder, Clause};
use super::column::Meaning;
use super::scope::{Found, Relation};
use super::select::column_names;

impl<'a> Binder<'a> {
    /// The columns of a name that stands for several that were merged, where the engine does not merge them.
    pub(super) fn unmerged(&self, level: usize, name: &str) -> Option<Vec<usize>> {
        let level = &self.levels[level];
        if level.relation.misjoined {
            return None;
        }
        if self.dialect.has(Habit::UsingInSelectList) {
            // ORDER BY sees the select list's own expressions without its aliases.
            let of_output = level.clause == Clause::OrderBy && level.alias_mode == AliasMode::Hidden;
            let merges = level.clause == Clause::Select || of_output;
            return (!merges).then(|| self.named(&level.relation, name));
        }
        if !self.dialect.has(Habit::LateMerge) {
            return None;
        }
        let same = self.named(&level.relation, name);
        match level.clause {
            Clause::On => Some(same),
            // The columns that WHERE names count as those of one USING.
            Clause::Where if !self.filter_names(level.filter?, &level.relation, &same) => Some(same),
            _ => None,
        }
    }

    /// The columns of a name.
    pub(super) fn named(&self, relation: &Relation, name: &str) -> Vec<usize> {
        let is_same = |i: &usize| self.dialect.same(&relation.fields[*i].name, name);
        (0..relation.fields.len()).filter(is_same).collect()
    }

    /// Whether a filter names all of these columns with their tables.
    fn filter_names(&self, filter: &Expr, relation: &Relation, columns: &[usize]) -> bool {
        let mut names = Vec::new();
        column_names(filter, &mut names);
        let full = |name: &&&Name| name.parts.len() > 1;
        let found: Vec<_> = (names.iter().filter(full))
            .map(|name| relation.find_qualified(self.dialect, &self.fold_name(name)))
            .collect();
        columns
            .iter()
            .all(|column| found.iter().any(|found| matches!(found, Found::Field(i, _) if i == column)))
    }

    /// Keeps the name alone from meaning the columns that were merged, where what follows them in FROM is no USING.
    pub(super) fn keep_apart(&self, relation: &mut Relation) {
        if self.dialect.has(Habit::UsingInSelectList) {
            relation.apart.extend(relation.using.iter().flatten());
        }
    }

    /// Reports a merged column that has an alias and nothing else around it.
    pub(super) fn renamed(&mut self, expr: &'a Expr) {
        let (ExprKind::Column(name), true) = (&expr.kind, self.dialect.has(Habit::UsingInSelectList)) else {
            return;
        };
        let current = self.levels.len() - 1;
        if let [part] = &self.fold_name(name)[..]
            && matches!(self.meaning(std::slice::from_ref(part)), Meaning::Field(level, ..) if level == current)
            && self.is_merged(current, part)
        {
            let fields = self.named(&self.levels[current].relation, part);
            self.ambiguous(name, current, &fields);
        }
    }

    /// Reports the merged columns in an expression whose type the engine asks for before it merges them.
    pub(super) fn typed_early(&mut self, expr: &'a Expr) {
        if !self.dialect.has(Habit::LateMerge) || self.level().relation.using.is_empty() {
            return;
        }
        let mut names = Vec::new();
        deciding(expr, &mut names);
        for name in names {
            let [part] = &self.fold_name(name)[..] else { continue };
            let current = self.levels.len() - 1;
            let merged = match self.meaning(std::slice::from_ref(part)) {
                Meaning::Field(level, ..) => level == current,
                // A column of the select list that is one of FROM.
                Meaning::Output(Expr { kind: ExprKind::Column(column), .. }) => {
                    self.dialect.same(&self.fold(column.last()), part)
                }
                _ => false,
            };
            let fields = self.named(&self.levels[current].relation, part);
            if merged && fields.len() > 1 && self.is_merged(current, part) && !self.is_mistaken(name.span()) {
                self.ambiguous(name, current, &fields);
            }
        }
    }

    /// Reports the merged columns of a select list's expression whose type decides that of a parameter.
    pub(super) fn decides_early(&mut self, expr: &'a Expr) {
        if !self.dialect.has(Habit::LateMerge) || self.level().relation.using.is_empty() {
            return;
        }
        let is_param = |expr: &Expr| matches!(expr.kind, ExprKind::Param(_));
        let mut rest = vec![expr];
        while let Some(expr) = rest.pop() {
            match &expr.kind {
                ExprKind::Binary { left, right, .. } if is_param(left) => self.typed_early(right),
                ExprKind::Binary { left, right, .. } if is_param(right) => self.typed_early(left),
                ExprKind::InList { expr, list, .. } if list.iter().any(is_param) => self.typed_early(expr),
                ExprKind::Between { expr, low, high, .. } if is_param(low) || is_param(high) => {
                    self.typed_early(expr);
                }
                ExprKind::Like { expr, pattern, .. } if is_param(pattern) => self.typed_early(expr),
                _ => {}
            }
            rest.extend(children(expr));
        }
    }
}

/// The columns that decide the type of an expression or whether it may be NULL.
fn deciding<'a>(expr: &'a Expr, names: &mut Vec<&'a Name>) {
    match &expr.kind {
        ExprKind::Column(name) => names.push(name),
        ExprKind::Is { .. } => {}
        ExprKind::Case { branches, otherwise, .. } => {
            branches.iter().for_each(|(_, then)| deciding(then, names));
            otherwise.iter().for_each(|otherwise| deciding(otherwise, names));
        }
        _ => children(expr).into_iter().for_each(|operand| deciding(operand, names)),
    }
}
