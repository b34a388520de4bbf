//! What one statement does to the tables.
//!
//! | statement | follows |
//! |---|---|
//! | `CREATE TABLE` with columns | types as the dialect reads them; NOT NULL as declared, of a primary key only where the engine sees to it |
//! | `CREATE TABLE … AS` | the query's columns, renamed and cast to declared ones; nullable as the engine says, filters aside |
//! | `CREATE VIEW` | the query's columns, as tight as the checker knows them |
//! | `ALTER TABLE`, `DROP` | in order; what they do not find is an error unless `IF EXISTS` |

use querent_types::{ColumnDescription, TableDescription, TableKind};

use super::Evaluator;
use super::strip::{Decided, decided, holds_rows, without_filters};
use crate::ast::{
    AlterOperation, ColumnDef, CreateTable, CreateView, Ident, Name, Query, SetExpr, Span, StatementKind,
};
use crate::catalog::{Catalog, TableLookup};
use crate::check::{check, unknown_type};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::plan::Column;
use crate::suggest::nearest;

impl Evaluator<'_> {
    /// Follows one statement, which stands in `text`.
    pub(super) fn apply(&mut self, kind: StatementKind, text: &str) {
        match kind {
            StatementKind::CreateTable(create) => self.create_table(&create, text),
            StatementKind::CreateView(create) => self.create_view(&create, text),
            StatementKind::Drop { view, if_exists, names } => {
                names.iter().for_each(|name| self.drop(name, view, if_exists));
            }
            StatementKind::AlterTable { name, if_exists, operations } => {
                self.alter(&name, if_exists, operations)
            }
            _ => self.note("a statement was skipped: it does not change what tables there are".to_owned()),
        }
    }

    fn create_table(&mut self, create: &CreateTable, text: &str) {
        let path = self.tables.path(&create.name);
        if !self.may_create(&create.name, create.if_not_exists, create.or_replace) {
            return;
        }
        if create.external && create.columns.is_empty() {
            self.tables.poison(&create.name.last().value);
            return self.note(format!("table {} was skipped: its columns are not in the SQL", create.name));
        }
        let declared: Vec<ColumnDescription> =
            create.columns.iter().map(|column| self.column(column)).collect();
        let columns = match &create.query {
            None => declared,
            Some(query) => {
                let Some(columns) = self.query_columns(query, text, &create.name, true) else { return };
                if create.columns.is_empty() {
                    columns
                } else {
                    self.cast_columns(declared, columns, &create.columns, query)
                }
            }
        };
        self.refuse_duplicates(&columns, &create.columns, create.name.span());
        let inline = create.columns.iter().filter(|column| column.primary_key).map(|column| &column.name);
        let key: Vec<&Ident> = create.primary_key.iter().chain(inline).collect();
        let primary_key = self.primary_key(&key, &columns);
        let properties = match (self.dialect.reading.table_properties)(&create.options) {
            Ok(properties) => properties,
            Err(reason) => {
                self.report(Diagnostic::error(Code::Unsupported, create.name.span(), reason));
                Default::default()
            }
        };
        let mut table = TableDescription { primary_key, properties, ..TableDescription::new(path, columns) };
        self.set_key_not_null(&mut table);
        table.columns.extend(self.dialect.rules.hidden_columns(&table));
        if let Err(reason) = (self.dialect.reading.complete)(&mut table) {
            self.report(Diagnostic::error(Code::Unsupported, create.name.span(), reason));
        }
        self.tables.put(table);
    }

    fn create_view(&mut self, create: &CreateView, text: &str) {
        let path = self.tables.path(&create.name);
        if !self.may_create(&create.name, create.if_not_exists, create.or_replace) {
            return;
        }
        let Some(mut columns) = self.query_columns(&create.query, text, &create.name, false) else { return };
        if !create.columns.is_empty() {
            self.same_count(create.columns.len(), columns.len(), create.columns[0].span);
            for (column, name) in columns.iter_mut().zip(&create.columns) {
                column.name = self.dialect.fold(name);
            }
        }
        self.refuse_duplicates(&columns, &[], create.name.span());
        self.tables.put(TableDescription { kind: TableKind::View, ..TableDescription::new(path, columns) });
    }

    /// Whether the name is free, or is to be replaced.
    fn may_create(&mut self, name: &Name, if_not_exists: bool, or_replace: bool) -> bool {
        let there = self.tables.get(&self.tables.path(name)).is_some();
        if there && !if_not_exists && !or_replace {
            let message = format!("`{name}` is there already");
            let help = "fix this by CREATE OR REPLACE, by IF NOT EXISTS, or by a DROP before it";
            self.report(Diagnostic::error(Code::DuplicateTable, name.span(), message).help(help));
        }
        !there || or_replace
    }

    fn column(&mut self, column: &ColumnDef) -> ColumnDescription {
        let rules = self.dialect.rules;
        let ty = match column.ty.as_ref().map(|ty| (rules.type_name(ty), ty)) {
            Some((Ok(ty), _)) => Some(ty),
            Some((Err(_), ty)) if rules.holds_anything(ty) => None,
            Some((Err(reason), ty)) => {
                self.report(unknown_type(self.dialect, ty, reason));
                None
            }
            None => {
                let message = format!("column `{}` has no type", column.name.value);
                self.report(Diagnostic::error(Code::UnknownType, column.name.span, message));
                None
            }
        };
        ColumnDescription {
            name: self.dialect.fold(&column.name),
            native: (column.ty.as_ref().and_then(|ty| rules.declared(ty)))
                .or_else(|| ty.as_ref().and_then(|ty| rules.native(ty))),
            ty,
            nullable: !column.not_null,
            has_default: column.has_default,
            hidden: false,
            comment: column.comment.clone(),
        }
    }

    /// The columns that a query gives, or `None` where it is wrong; that is then reported.
    fn query_columns(
        &mut self,
        query: &Query,
        text: &str,
        made: &Name,
        is_table: bool,
    ) -> Option<Vec<ColumnDescription>> {
        let catalog = self.tables.catalog();
        let start = query.span.start;
        let inner = text.get(start as usize..query.span.end as usize)?;
        let checked = check(inner, &catalog);
        let failed = checked.diagnostics.iter().any(|found| found.severity == Severity::Error);
        let consequence = checked.diagnostics.iter().any(|found| self.is_consequence(found, inner));
        let outer = self.offset;
        self.offset += start;
        if !consequence {
            checked.diagnostics.into_iter().for_each(|found| self.report(found));
        }
        self.offset = outer;
        let plan = checked.plan.filter(|_| !failed);
        let Some(plan) = plan else {
            self.tables.poison(&made.last().value);
            return None;
        };
        if let Some(param) = plan.params.first() {
            let at = param.spans.first().copied().unwrap_or_default();
            let span = Span { start: at.start + start, end: at.end + start };
            self.report(Diagnostic::error(Code::Arguments, span, "a parameter has no value in a DDL file"));
        }
        let engine = if is_table
            && plan.columns.iter().any(|column| !column.nullable && column.origin.is_none())
        {
            without_filters(text, query).and_then(|text| check(&text, &catalog).plan).map(|plan| plan.columns)
        } else {
            None
        };
        let columns = plan.columns.into_iter().enumerate().map(|(i, column)| {
            let unfiltered = engine.as_ref().and_then(|columns| columns.get(i));
            let nullable = column.nullable
                || (is_table && may_hold_null(&column, decided(query, i), unfiltered, &catalog));
            ColumnDescription {
                name: column.name,
                native: column.native,
                ty: column.ty,
                nullable,
                has_default: false,
                hidden: false,
                comment: None,
            }
        });
        Some(columns.collect())
    }

    /// Whether a finding only follows from an earlier statement that could not be read.
    fn is_consequence(&self, found: &Diagnostic, text: &str) -> bool {
        let name = text.get(found.span.start as usize..found.span.end as usize);
        found.code == Code::UnknownTable && name.is_some_and(|name| self.tables.is_poisoned(name))
    }

    /// `CREATE TABLE t (a INT) AS …`: declared names and types, values of the query.
    fn cast_columns(
        &mut self,
        declared: Vec<ColumnDescription>,
        given: Vec<ColumnDescription>,
        written: &[ColumnDef],
        query: &Query,
    ) -> Vec<ColumnDescription> {
        self.same_count(declared.len(), given.len(), written[0].name.span);
        // DataFusion 55 gives VALUES the declared columns, and a column that is not declared NOT NULL takes a NULL later.
        let rows = matches!(query.body, SetExpr::Values(_));
        let mut columns = Vec::with_capacity(declared.len());
        let mut given = given.into_iter();
        for (column, written) in declared.into_iter().zip(written) {
            let source = given.next();
            let types = source.as_ref().and_then(|source| source.ty.as_ref()).zip(column.ty.as_ref());
            if let Some((from, to)) = types.filter(|(from, to)| !self.dialect.rules.can_cast(from, to)) {
                let message = format!("column `{}` is {to:#}, and the query gives {from:#}", column.name);
                self.report(Diagnostic::error(Code::InvalidCast, written.name.span, message));
            }
            let nullable = if rows {
                column.nullable
            } else {
                source.is_none_or(|source| source.nullable) || column.nullable && holds_rows(query)
            };
            columns.push(ColumnDescription { nullable, ..column });
        }
        columns
    }

    fn same_count(&mut self, declared: usize, given: usize, span: Span) {
        if declared != given {
            let message = format!("{declared} columns are named, and the query gives {given}");
            self.report(Diagnostic::error(Code::ColumnCount, span, message));
        }
    }

    fn refuse_duplicates(&mut self, columns: &[ColumnDescription], written: &[ColumnDef], whole: Span) {
        for (i, column) in columns.iter().enumerate() {
            if columns[..i].iter().any(|earlier| self.dialect.same(&earlier.name, &column.name)) {
                let span = written.get(i).map_or(whole, |written| written.name.span);
                let message = format!("two columns are named `{}`", column.name);
                let help = "fix this by naming one of them otherwise";
                self.report(Diagnostic::error(Code::DuplicateColumn, span, message).help(help));
            }
        }
    }

    /// The columns of a primary key.
    fn primary_key(&mut self, key: &[&Ident], columns: &[ColumnDescription]) -> Vec<String> {
        let found = key.iter().filter_map(|ident| self.find_column(columns, ident));
        found.map(|at| columns[at].name.clone()).collect()
    }

    /// Makes the columns of the primary key NOT NULL where the engine does.
    fn set_key_not_null(&self, table: &mut TableDescription) {
        if self.dialect.rules.primary_key_is_not_null(table) {
            let is_key = |column: &&mut ColumnDescription| table.primary_key.contains(&column.name);
            table.columns.iter_mut().filter(is_key).for_each(|column| column.nullable = false);
        }
    }

    /// The position of a column; that there is none is reported.
    fn find_column(&mut self, columns: &[ColumnDescription], ident: &Ident) -> Option<usize> {
        let name = self.dialect.fold(ident);
        let found = columns.iter().position(|column| self.dialect.same(&column.name, &name));
        if found.is_none() {
            let near = nearest(&name, columns.iter().map(|column| &*column.name));
            let mut found =
                Diagnostic::error(Code::UnknownColumn, ident.span, format!("there is no column `{name}`"));
            found.help = near.first().map(|near| format!("did you mean `{}`?", self.dialect.quote(near)));
            self.report(found);
        }
        found
    }

    fn drop(&mut self, name: &Name, view: bool, if_exists: bool) {
        let path = self.tables.path(name);
        let table = self.tables.get(&path).filter(|table| (table.kind == TableKind::View) == view);
        if table.is_some() {
            self.tables.remove(&path);
        } else if !if_exists {
            self.missing(name, if view { "view" } else { "table" });
        }
    }

    fn missing(&mut self, name: &Name, what: &str) {
        if self.tables.is_poisoned(&name.last().value) {
            return;
        }
        let near = match self.tables.catalog().table(name) {
            TableLookup::Missing(near) => near,
            _ => Vec::new(),
        };
        let mut found =
            Diagnostic::error(Code::UnknownTable, name.span(), format!("there is no {what} `{name}`"));
        found.help = near.first().map(|near| format!("did you mean `{near}`?"));
        self.report(found);
    }

    fn alter(&mut self, name: &Name, if_exists: bool, operations: Vec<AlterOperation>) {
        let path = self.tables.path(name);
        let Some(table) = self.tables.get(&path) else {
            if !if_exists {
                self.missing(name, "table");
            }
            return;
        };
        let mut table = TableDescription::clone(&table);
        self.tables.remove(&path);
        for operation in operations {
            self.alter_one(&mut table, operation);
        }
        self.tables.put(table);
    }

    fn alter_one(&mut self, table: &mut TableDescription, operation: AlterOperation) {
        match operation {
            AlterOperation::AddColumn { if_not_exists, column: written } => {
                let column = self.column(&written);
                let there =
                    table.columns.iter().any(|present| self.dialect.same(&present.name, &column.name));
                if !there {
                    table.columns.push(column);
                    if written.primary_key {
                        table.primary_key = self.primary_key(&[&written.name], &table.columns);
                        self.set_key_not_null(table);
                    }
                } else if !if_not_exists {
                    let message = format!("column `{}` is there already", column.name);
                    self.report(Diagnostic::error(Code::DuplicateColumn, written.name.span, message));
                }
            }
            AlterOperation::DropColumn { if_exists, name } => {
                let folded = self.dialect.fold(&name);
                let there = table.columns.iter().any(|column| self.dialect.same(&column.name, &folded));
                if !there && if_exists {
                    return;
                }
                if let Some(at) = self.find_column(&table.columns, &name) {
                    let gone = table.columns.remove(at).name;
                    table.primary_key.retain(|key| *key != gone);
                }
            }
            AlterOperation::RenameColumn { from, to } => self.rename_column(table, &from, &to),
            AlterOperation::RenameTable(to) => self.rename_table(table, &to),
            AlterOperation::SetNotNull { column, not_null } => {
                if let Some(at) = self.find_column(&table.columns, &column) {
                    table.columns[at].nullable = !not_null;
                }
            }
            AlterOperation::SetType { column, ty } => {
                let Some(at) = self.find_column(&table.columns, &column) else { return };
                match self.dialect.rules.type_name(&ty) {
                    Ok(ty) => {
                        table.columns[at].native = self.dialect.rules.native(&ty);
                        table.columns[at].ty = Some(ty);
                    }
                    Err(reason) => self.report(unknown_type(self.dialect, &ty, reason)),
                }
            }
            AlterOperation::SetDefault { column, has_default } => {
                if let Some(at) = self.find_column(&table.columns, &column) {
                    table.columns[at].has_default = has_default;
                }
            }
            AlterOperation::AddPrimaryKey(key) => {
                let key: Vec<&Ident> = key.iter().collect();
                table.primary_key = self.primary_key(&key, &table.columns);
                self.set_key_not_null(table);
            }
            AlterOperation::Other(what) => {
                self.note(format!("{what} was skipped: querent does not follow it"))
            }
        }
    }

    fn rename_column(&mut self, table: &mut TableDescription, from: &Ident, to: &Ident) {
        let Some(at) = self.find_column(&table.columns, from) else { return };
        let name = self.dialect.fold(to);
        let taken =
            |(i, column): (usize, &ColumnDescription)| i != at && self.dialect.same(&column.name, &name);
        if table.columns.iter().enumerate().any(taken) {
            let message = format!("column `{name}` is there already");
            return self.report(Diagnostic::error(Code::DuplicateColumn, to.span, message));
        }
        let old = std::mem::replace(&mut table.columns[at].name, name.clone());
        table.primary_key.iter_mut().filter(|key| **key == old).for_each(|key| key.clone_from(&name));
        if let Some(routing) = table.properties.get_mut(TableDescription::ROUTING_KEY) {
            let renamed = routing.split(',').map(|key| if key == old { name.as_str() } else { key });
            *routing = renamed.collect::<Vec<_>>().join(",");
        }
    }

    /// A bare new name stays in the table's own schema.
    fn rename_table(&mut self, table: &mut TableDescription, to: &Name) {
        let mut path = self.tables.path(to);
        if to.parts.len() == 1 {
            let own = &table.path[..table.path.len() - 1];
            path = own.iter().cloned().chain([self.dialect.fold(to.last())]).collect();
        }
        if self.tables.get(&path).is_some() {
            let message = format!("`{to}` is there already");
            self.report(Diagnostic::error(Code::DuplicateTable, to.span(), message));
        } else {
            table.path = path;
        }
    }
}

/// Whether a later INSERT may put a NULL into a column of a table made by a query that gave none: where the engine,
/// which looks at declarations and not at filters, calls the column nullable.
fn may_hold_null(column: &Column, decided: Decided, unfiltered: Option<&Column>, catalog: &Catalog) -> bool {
    let Some((path, name)) = &column.origin else {
        return match decided {
            Decided::Form => false,
            Decided::Inputs => unfiltered.is_none_or(|column| column.nullable),
            Decided::Open => true,
        };
    };
    let quoted = |part: &String| Ident { value: part.clone(), quoted: true, span: Span::default() };
    match catalog.table(&Name { parts: path.iter().map(quoted).collect() }) {
        TableLookup::Found(table) => {
            table.columns.iter().find(|c| c.name == *name).is_none_or(|c| c.nullable)
        }
        _ => true,
    }
}
