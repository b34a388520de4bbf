//! INSERT, UPDATE and DELETE, and RETURNING where a dialect has it.

use std::rc::Rc;

use querent_types::{SqlType, TableDescription, TableKind};

use crate::ast::{
    Assignment, Delete, Expr, ExprKind, Ident, Insert, Name, SelectItem, SetExpr, Span, TableFactor,
    TableFactorKind, Update,
};
use crate::diagnostic::{Code, Diagnostic, counted};
use crate::dialect::{Habit, Syntax};
use crate::suggest;

use super::binder::{AliasMode, Binder, Clause, Level};
use super::query::typed_field;
use super::scope::{Field, Relation};
use super::select::Item;
use super::table::made;
use super::typed::{Ty, Typed};

impl<'a> Binder<'a> {
    /// Reads an INSERT; gives the columns of its RETURNING.
    pub(super) fn insert(&mut self, insert: &'a Insert) -> Relation {
        let outside = self.ctes.len();
        if let Some(with) = &insert.with {
            self.with(with);
        }
        let table = self.target(&insert.table);
        let targets = table.as_ref().map(|table| self.insert_targets(insert, table));
        if let Some(source) = &insert.source {
            let columns = targets.as_deref();
            match (&source.body, &source.with, &source.order_by) {
                (SetExpr::Values(values), None, None) => {
                    let level = Level::new(Relation::default(), Clause::Values);
                    self.within(level, |binder| {
                        for row in &values.rows {
                            binder.insert_row(row, columns);
                        }
                    });
                }
                _ => {
                    let plans_values = self.dialect.has(Habit::ValuesAsTarget);
                    self.targets = columns.filter(|_| plans_values).map(<[_]>::to_vec);
                    let relation = self.query(source).relation;
                    self.targets = None;
                    self.insert_query(&relation, columns, source.span);
                }
            }
        }
        if let (Some(table), Some(targets)) = (&table, &targets) {
            let span = match (insert.columns.first(), insert.columns.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => insert.table.span(),
            };
            self.required_columns(insert.source.is_none(), span, table, targets);
        }
        let relation = match table {
            Some(table) => self.returning_scope(&table, insert.alias.as_ref(), &insert.table),
            None => Relation::unknown(),
        };
        self.on_conflict(insert, &relation);
        let returned = self.returning(insert.returning.as_deref(), relation);
        self.ctes.truncate(outside);
        returned
    }

    /// The table that a statement writes.
    pub(super) fn target(&mut self, name: &Name) -> Option<std::sync::Arc<TableDescription>> {
        let table = self.lookup(name)?;
        if table.kind != TableKind::Table {
            let what = if table.kind == TableKind::View { "a view" } else { "a system table" };
            self.error(Code::InvalidTarget, name.span(), format!("`{name}` is {what} and cannot be written"));
        }
        Some(table)
    }

    /// The columns that an INSERT writes, in the order of its values.
    fn insert_targets(&mut self, insert: &Insert, table: &TableDescription) -> Vec<Option<usize>> {
        self.named_targets(&insert.columns, table, &insert.table)
    }

    /// The columns that a list names; all where it is empty.
    pub(super) fn named_targets(
        &mut self,
        columns: &[Ident],
        table: &TableDescription,
        name: &Name,
    ) -> Vec<Option<usize>> {
        if columns.is_empty() {
            return (0..table.columns.len()).filter(|&i| !table.columns[i].hidden).map(Some).collect();
        }
        let mut targets: Vec<Option<usize>> = Vec::new();
        for ident in columns {
            let target = self.target_column(table, name, ident);
            if target.is_some() && targets.contains(&target) {
                self.error(
                    Code::InvalidTarget,
                    ident.span,
                    format!("column `{}` is named twice", ident.value),
                );
            }
            targets.push(target);
        }
        targets
    }

    fn target_column(&mut self, table: &TableDescription, name: &Name, ident: &Ident) -> Option<usize> {
        let column = self.fold(ident);
        let found = table.columns.iter().position(|own| self.dialect.same(&own.name, &column));
        if found.is_none() {
            let names = table.columns.iter().map(|own| own.name.as_str());
            let near = suggest::nearest(&column, names)
                .first()
                .map(|near| format!("did you mean `{}`?", self.dialect.quote(near)));
            let mut diagnostic = Diagnostic::error(
                Code::UnknownColumn,
                ident.span,
                format!("`{name}` has no column `{column}`"),
            );
            diagnostic.help = near;
            self.report(diagnostic);
        }
        found
    }

    pub(super) fn insert_row(&mut self, row: &'a [Expr], targets: Option<&[Option<usize>]>) {
        if let Some(targets) = targets
            && row.len() != targets.len()
            && let (Some(first), Some(last)) = (row.first(), row.last())
        {
            self.column_count(first.span.to(last.span), row.len(), targets.len());
        }
        for (i, expr) in row.iter().enumerate() {
            if self.dialect.has(Habit::DefaultValues) && is_default(expr) {
                self.default_value(targets.and_then(|targets| targets.get(i).copied().flatten()), expr.span);
                continue;
            }
            let typed = self.expr(expr);
            if let Some(column) = targets.and_then(|targets| targets.get(i).copied().flatten()) {
                self.assign(&typed, column, expr.span);
            }
        }
    }

    /// DEFAULT in place of a value: NULL where the column has none.
    fn default_value(&mut self, column: Option<usize>, span: Span) {
        let table = self.written.clone();
        let Some(column) = table.as_ref().and_then(|table| table.columns.get(column?)) else { return };
        if !column.nullable && !column.has_default {
            let message = format!("column `{}` is NOT NULL and has no default", column.name);
            self.report(Diagnostic::error(Code::NotNull, span, message).help("fix this by giving a value"));
        }
    }

    fn insert_query(&mut self, relation: &Relation, targets: Option<&[Option<usize>]>, span: Span) {
        let Some(targets) = targets else { return };
        if relation.fields.len() != targets.len() && !relation.is_open() {
            self.column_count(span, relation.fields.len(), targets.len());
            return;
        }
        for (field, target) in relation.fields.iter().zip(targets) {
            if let Some(column) = target {
                let span = if field.span == Span::default() { span } else { field.span };
                self.assign(&typed_field(field), *column, span);
            }
        }
    }

    /// Whether a VALUES that is not the INSERT's own has as many columns as are inserted. DataFusion 55.2 plans every one
    /// inside of the statement as rows of the table.
    pub(super) fn fits_target(&self, width: usize) -> bool {
        self.targets.as_ref().is_none_or(|targets| targets.len() == width)
    }

    /// The type that a column of such a VALUES gets.
    pub(super) fn as_target(&self, column: usize) -> Option<SqlType> {
        let target = (*self.targets.as_ref()?.get(column)?)?;
        self.written.as_ref()?.columns.get(target)?.ty.clone()
    }

    fn column_count(&mut self, span: Span, given: usize, wanted: usize) {
        self.report(
            Diagnostic::error(
                Code::ColumnCount,
                span,
                format!(
                    "{} {} given for {}",
                    counted(given, "value"),
                    if given == 1 { "is" } else { "are" },
                    counted(wanted, "column")
                ),
            )
            .help("fix this by giving one value a column, or by naming the columns after the table"),
        );
    }

    /// Checks that a value may be written into a column of the table that is being written.
    fn assign(&mut self, typed: &Typed, column: usize, span: Span) {
        let Some(table) = self.written.clone() else { return };
        let Some(column) = table.columns.get(column) else { return };
        if let Ty::Param(param) = typed.ty {
            if let Some(ty) = &column.ty {
                self.params.want(param, ty, span, format!("a value of column `{}`", column.name));
            }
            if !column.nullable {
                self.params.forbid_null(param);
            }
        }
        if typed.ty.is_null() && !column.nullable {
            self.report(
                Diagnostic::error(
                    Code::NotNull,
                    span,
                    format!("column `{}` is NOT NULL and cannot be set to NULL", column.name),
                )
                .help("fix this by giving a value"),
            );
            return;
        }
        if let Some(to) = &column.ty {
            self.check_literal(typed, to, span);
        }
        if let (Some(from), Some(to)) = (self.known(&typed.ty), &column.ty)
            && from != SqlType::Null
            && !self.is_clash(&typed.ty)
            && !self.dialect.rules.can_assign(&from, to)
        {
            self.report(
                Diagnostic::error(
                    Code::TypeMismatch,
                    span,
                    format!("column `{}` is {to:#} and cannot hold {from:#}", column.name),
                )
                .label(from.sql_name())
                .help(format!("fix this by casting the value: `CAST(… AS {to:#})`")),
            );
        }
    }

    fn on_conflict(&mut self, insert: &'a Insert, relation: &Relation) {
        let Some(conflict) = &insert.on_conflict else { return };
        let span = conflict.columns.first().map_or(insert.table.span(), |column| column.span);
        self.refused(Syntax::OnConflict, "ON CONFLICT", span);
        let table = self.written.clone();
        if let Some(table) = &table {
            for ident in &conflict.columns {
                self.target_column(table, &insert.table, ident);
            }
        }
        let mut scope = relation.clone();
        let mut excluded = relation.clone();
        self.refresh(&mut excluded);
        excluded.qualify(Rc::from(vec!["excluded".to_owned()]));
        // Plain names mean the row that is there; `excluded` holds the one that was not inserted.
        let names: Vec<Field> = excluded.fields;
        let plain = scope.fields.len();
        scope.fields.extend(names);
        let merged: Vec<Vec<_>> =
            (0..plain).map(|i| vec![scope.fields[i].key, scope.fields[plain + i].key]).collect();
        scope.using = merged;
        self.within(Level::new(scope, Clause::Set), |binder| {
            binder.assignments(&conflict.assignments, table.as_deref(), &insert.table);
            if let Some(selection) = &conflict.selection {
                binder.predicate(selection, "WHERE");
            }
        });
    }

    /// Reads an UPDATE; gives the columns of its RETURNING.
    pub(super) fn update(&mut self, update: &'a Update) -> Relation {
        let outside = self.ctes.len();
        if let Some(with) = &update.with {
            self.with(with);
        }
        let (table, name) = match &update.table.relation.kind {
            TableFactorKind::Table(name) => (self.target(name), Some(name)),
            _ => {
                self.error(Code::InvalidTarget, update.table.relation.span, "only a table can be updated");
                (None, None)
            }
        };
        self.written = table.clone();
        let mut relation = self.table_with_joins(&update.table, &Relation::default());
        let own = relation.clone();
        if let Some(entry) = update.from.first() {
            self.refused(Syntax::UpdateFrom, "UPDATE … FROM", entry.relation.span);
        }
        for entry in &update.from {
            let right = self.table_with_joins(entry, &relation);
            self.check_names(&relation, &right, entry.relation.span);
            relation.fields.extend(right.fields);
            relation.unknown.extend(right.unknown);
            relation.open |= right.open;
        }
        self.within(Level::new(relation, Clause::Where), |binder| {
            if let Some(selection) = &update.selection {
                let typed = binder.predicate(selection, "WHERE");
                binder.assume_in_level(typed.facts.when_true(), "WHERE");
            }
            binder.level().clause = Clause::Set;
            if let Some(name) = name {
                binder.assignments(&update.assignments, table.as_deref(), name);
            }
        });
        self.row_limit(update.limit.as_ref(), "LIMIT of an UPDATE");
        let returned = self.returning(update.returning.as_deref(), own);
        self.ctes.truncate(outside);
        returned
    }

    pub(super) fn assignments(
        &mut self,
        assignments: &'a [Assignment],
        table: Option<&TableDescription>,
        name: &Name,
    ) {
        let mut seen: Vec<usize> = Vec::new();
        for assignment in assignments {
            let typed = self.expr(&assignment.value);
            let [target] = &assignment.targets[..] else {
                let span = assignment.targets.first().map_or(assignment.value.span, Name::span);
                self.unsupported("assigning to a tuple", span);
                continue;
            };
            let Some(table) = table else { continue };
            let Some(column) = self.target_column(table, name, target.last()) else { continue };
            if seen.contains(&column) {
                self.error(Code::InvalidTarget, target.span(), format!("column `{target}` is set twice"));
            }
            seen.push(column);
            self.fixed_key(table, column, target.span());
            self.assign(&typed, column, assignment.value.span);
        }
    }

    /// Reads a DELETE; gives the columns of its RETURNING.
    pub(super) fn delete(&mut self, delete: &'a Delete) -> Relation {
        let outside = self.ctes.len();
        if let Some(with) = &delete.with {
            self.with(with);
        }
        let TableFactor { kind, alias, span, .. } = &delete.table;
        let mut relation = match kind {
            TableFactorKind::Table(name) => {
                self.written = self.target(name);
                match self.written.clone() {
                    Some(_) => self.table(name),
                    None => Relation::unknown(),
                }
            }
            _ => {
                self.error(Code::InvalidTarget, *span, "rows can be deleted from a table only");
                Relation::unknown()
            }
        };
        if let Some(alias) = alias {
            self.alias(&mut relation, alias);
        }
        let own = relation.clone();
        if let Some(entry) = delete.using.first() {
            self.refused(Syntax::DeleteUsing, "DELETE … USING", entry.relation.span);
        }
        for entry in &delete.using {
            let right = self.table_with_joins(entry, &relation);
            self.check_names(&relation, &right, entry.relation.span);
            relation.fields.extend(right.fields);
            relation.unknown.extend(right.unknown);
            relation.open |= right.open;
        }
        if let Some(selection) = &delete.selection {
            self.within(Level::new(relation, Clause::Where), |binder| {
                let typed = binder.predicate(selection, "WHERE");
                binder.assume_in_level(typed.facts.when_true(), "WHERE");
            });
        }
        self.row_limit(delete.limit.as_ref(), "LIMIT of a DELETE");
        let returned = self.returning(delete.returning.as_deref(), own);
        self.ctes.truncate(outside);
        returned
    }

    fn row_limit(&mut self, limit: Option<&'a Expr>, what: &str) {
        let Some(limit) = limit else { return };
        let planned = self.explained && self.dialect.rules.refuses(Syntax::DeleteLimit);
        if !self.dialect.has(Habit::RowLimit) && !planned {
            self.unsupported(what, limit.span);
        }
        self.limit(Some(limit), "LIMIT");
    }

    /// Reports syntax that the engine parses only to refuse it.
    pub(super) fn refused(&mut self, syntax: Syntax, what: &str, span: Span) {
        if self.dialect.rules.refuses(syntax) && !(self.explained && syntax.is_planned()) {
            self.unsupported(what, span);
        }
    }

    fn returning_scope(
        &mut self,
        table: &std::sync::Arc<TableDescription>,
        alias: Option<&Ident>,
        name: &Name,
    ) -> Relation {
        let qualifier = match alias {
            Some(alias) => vec![self.fold(alias)],
            None => self.fold_name(name),
        };
        let mut relation = self.table_relation(table, Rc::from(qualifier));
        self.refresh(&mut relation);
        relation
    }

    fn returning(&mut self, items: Option<&'a [SelectItem]>, relation: Relation) -> Relation {
        let Some(items) = items else { return Relation::default() };
        let span = items.first().map_or(Span::default(), |item| match item {
            SelectItem::Expr { expr, .. } => expr.span,
            SelectItem::Wildcard { span, .. } => *span,
        });
        self.refused(Syntax::Returning, "RETURNING", span);
        let open = relation.is_open();
        let (mut output, _) = self.within(Level::new(relation, Clause::Set), |binder| {
            let level = binder.level();
            level.alias_mode = AliasMode::Hidden;
            let mut expanded = Vec::new();
            for item in items {
                match item {
                    SelectItem::Expr { expr, alias } => expanded.push(Item::Expr(expr, alias.as_ref())),
                    SelectItem::Wildcard { span, .. } => {
                        let fields = &binder.level().relation.fields;
                        let shown = (0..fields.len()).filter(|&i| !fields[i].hidden);
                        expanded.extend(shown.map(|i| Item::Field(i, *span)));
                    }
                }
            }
            binder.select_list(&expanded, None).0
        });
        output.open |= open && output.fields.is_empty();
        output
    }
}

/// Whether an expression is the keyword DEFAULT.
fn is_default(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Column(name)
        if name.parts.len() == 1 && !name.parts[0].quoted && name.parts[0].value.eq_ignore_ascii_case("default"))
}

/// The fixed columns of a statement that is not a query: text that is never NULL.
pub(super) fn text_columns(names: &[&str], span: Span) -> Relation {
    let why = super::typed::Why::Static("the server always gives it");
    let fields =
        names.iter().map(|name| made(name, Ty::Known(SqlType::TEXT), false, why.clone(), span)).collect();
    Relation { fields, ..Relation::default() }
}
