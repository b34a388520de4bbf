//! Columns that a grouped select uses outside of aggregates without grouping by them.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use querent_types::TableDescription;

use crate::ast::{Expr, ExprKind, GroupBy, Ident, Name, Select, Span};
use crate::catalog::TableLookup;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::dialect::Habit;
use crate::parse::visit::{self, Node};
use crate::suggest::nearest;

use super::binder::{Binder, Ungrouped};
use super::scope::{Field, flat_name};
use super::typed::{Key, KeySet};

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
        let dependent: KeySet = self.dependent_on_key(level).into_iter().collect();
        let mistaken = self.mistaken_keys(select);
        // A column that was left out of GROUP BY is one mistake, however often it is used.
        let mut found: Vec<Diagnostic> = Vec::new();
        let mut places: HashMap<Key, usize> = HashMap::new();
        for column in ungrouped {
            if dependent.contains(&column.key) || self.is_meant_by(&mistaken, &column.name) {
                continue;
            }
            let Some(first) = places.get(&column.key).and_then(|place| found.get_mut(*place)) else {
                places.insert(column.key, found.len());
                found.push(ungrouped_column(select, &column));
                continue;
            };
            let place = (column.span, format!("used in {} too", column.clause.name()));
            if first.span != column.span && first.related.last() != Some(&place) {
                first.related.push(place);
            }
        }
        found.into_iter().for_each(|diagnostic| self.report(diagnostic));
        true
    }

    /// The columns that are named in keys of GROUP BY with a mistake in them.
    fn mistaken_keys(&self, select: &'a Select) -> Vec<String> {
        let GroupBy::Expressions(keys) = &select.group_by else { return Vec::new() };
        let mut names = Vec::new();
        for key in keys.iter().filter(|key| self.is_mistaken(key.span)) {
            visit::expr(key, &mut |node| {
                if let Node::Expr(Expr { kind: ExprKind::Column(name), .. }) = node {
                    names.push(self.fold(name.last()));
                }
            });
        }
        names
    }

    /// Whether an error was found in a part of the text.
    pub(super) fn is_mistaken(&self, span: Span) -> bool {
        self.diagnostics.iter().any(|found| found.severity == Severity::Error && span.contains(found.span))
    }

    /// Whether a column is one of these names, or nearly so: it is grouped by once their mistake is mended.
    fn is_meant_by(&self, names: &[String], column: &str) -> bool {
        let own = column.rsplit('.').next().unwrap_or(column);
        names.iter().any(|name| self.dialect.same(name, own) || !nearest(name, [own]).is_empty())
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
            let Some(table) = self.table_of(&path) else { continue };
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

    /// The table of a full path.
    pub(super) fn table_of(&self, path: &[String]) -> Option<Arc<TableDescription>> {
        let ident = |part: &String| Ident { value: part.clone(), quoted: true, span: Span::default() };
        match self.catalog.table(&Name { parts: path.iter().map(ident).collect() }) {
            TableLookup::Found(table) => Some(table),
            _ => None,
        }
    }
}

fn ungrouped_column(select: &Select, column: &Ungrouped) -> Diagnostic {
    let name = flat_name(column.qualifier.as_deref(), &column.name);
    let add = match &select.group_by {
        GroupBy::None => format!("`GROUP BY {name}`"),
        _ => format!("`{name}` to GROUP BY"),
    };
    let message = format!("column `{name}` is neither in GROUP BY nor inside of an aggregate");
    Diagnostic::error(Code::UngroupedColumn, column.span, message)
        .label(format!("used in {}", column.clause.name()))
        .help(format!("fix this by adding {add}, or by an aggregate of it: `max({name})`"))
}
