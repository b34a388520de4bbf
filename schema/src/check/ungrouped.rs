//! Columns that a grouped select uses outside of aggregates without grouping by them.

use std::rc::Rc;

use crate::ast::{GroupBy, Ident, Name, Select, Span};
use crate::catalog::TableLookup;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Habit;

use super::binder::Binder;
use super::scope::Field;
use super::typed::Key;

impl<'a> Binder<'a> {
    /// Whether the select groups; if so, reports the columns that are neither grouped nor aggregated.
    pub(super) fn grouped(&mut self, select: &'a Select) -> bool {
        let one_group = self.dialect.has(Habit::HavingGroups) && select.having.is_some();
        let level = self.level();
        let aggregate = level.aggregate.is_some() || select.group_by != GroupBy::None || one_group;
        let ungrouped = std::mem::take(&mut level.ungrouped);
        if !aggregate {
            if let Some(having) = &select.having {
                self.report(
                    Diagnostic::error(
                        Code::UngroupedColumn,
                        having.span,
                        "HAVING needs a GROUP BY or an aggregate",
                    )
                    .help("fix this by using WHERE"),
                );
            }
            return false;
        }
        if ungrouped.is_empty() {
            return true;
        }
        let level = self.levels.len() - 1;
        let dependent = self.dependent_on_key(level);
        let mut seen: Vec<(Key, Span)> = Vec::new();
        for column in ungrouped {
            if dependent.contains(&column.key) || seen.contains(&(column.key, column.span)) {
                continue;
            }
            seen.push((column.key, column.span));
            let mut diagnostic = Diagnostic::error(
                Code::UngroupedColumn,
                column.span,
                format!("column `{}` is neither in GROUP BY nor inside of an aggregate", column.name),
            )
            .label(format!("used in {}", column.clause.name()));
            let add = match &select.group_by {
                GroupBy::None => format!("`GROUP BY {}`", column.name),
                _ => format!("`{}` to GROUP BY", column.name),
            };
            diagnostic = diagnostic
                .help(format!("fix this by adding {add}, or by an aggregate of it: `max({})`", column.name));
            self.report(diagnostic);
        }
        true
    }

    /// The columns of tables whose whole primary key is grouped by: each group has one value of them.
    fn dependent_on_key(&mut self, level: usize) -> Vec<Key> {
        if self.dialect.has(Habit::GroupedColumnsOnly) {
            return Vec::new();
        }
        let level = &self.levels[level];
        let mut tables: Vec<Rc<Vec<String>>> = Vec::new();
        for field in &level.relation.fields {
            if let Some(origin) = &field.origin
                && level.keys.contains_key(&field.key)
                && !tables.contains(&origin.table)
            {
                tables.push(origin.table.clone());
            }
        }
        let mut dependent = Vec::new();
        for path in tables {
            let parts = path
                .iter()
                .map(|part| Ident { value: part.clone(), quoted: true, span: Span::default() })
                .collect();
            let TableLookup::Found(table) = self.catalog.table(&Name { parts }) else {
                continue;
            };
            let own: Vec<&Field> = level
                .relation
                .fields
                .iter()
                .filter(|field| field.origin.as_ref().is_some_and(|origin| origin.table == path))
                .collect();
            let grouped = |name: &String| {
                own.iter().any(|field| *field.name == **name && level.keys.contains_key(&field.key))
            };
            if !table.primary_key.is_empty() && table.primary_key.iter().all(grouped) {
                dependent.extend(own.iter().map(|field| field.key));
            }
        }
        dependent
    }
}
