//! What to say of a name that means nothing: the nearest column in sight, the table that has such a column and is not
//! in FROM, the quotes that are missing, the alias that is not visible here.

use std::sync::Arc;

use querent_types::TableDescription;

use crate::ast::Name;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;

use super::binder::{AliasMode, Binder, Clause};

/// At most this many tables that are not in FROM are looked into for a column.
const TABLES_SEARCHED_MAX: usize = 200;

impl Binder<'_> {
    /// Reports a name that no column in sight has.
    pub(super) fn missing(&mut self, name: &Name, parts: &[String]) {
        if let [qualifier @ .., column] = parts
            && !qualifier.is_empty()
        {
            return self.missing_qualified(name, qualifier, column);
        }
        let Some(column) = parts.first() else { return };
        let mut diagnostic = Diagnostic::error(
            Code::UnknownColumn,
            name.span(),
            format!("there is no column `{column}` here"),
        )
        .label("not found in any table of FROM");
        if self.levels.iter().all(|level| level.relation.fields.is_empty()) {
            diagnostic = diagnostic.label("there is no table that it could come from");
        }
        diagnostic.help = self.help_unqualified(name, column);
        self.report(diagnostic);
    }

    fn help_unqualified(&self, name: &Name, column: &str) -> Option<String> {
        let written = &name.last().value;
        if let Some(exact) = self.differs_by_case(written) {
            return Some(format!("fix this by quoting the name: `\"{exact}\"`"));
        }
        if let Some(level) = self.levels.last()
            && level.alias_mode == AliasMode::Hidden
            && level.outputs.iter().any(|output| output.alias && self.dialect.same(&output.name, column))
        {
            let clause = level.clause.name();
            return Some(format!(
                "an alias of the select list cannot be used in {clause}: repeat its expression"
            ));
        }
        let mut names: Vec<&str> = Vec::new();
        for level in self.levels.iter().rev() {
            names
                .extend(level.relation.fields.iter().filter(|field| !field.hidden).map(|field| &*field.name));
            if level.alias_mode != AliasMode::Hidden {
                names.extend(level.outputs.iter().map(|output| output.name.as_str()));
            }
        }
        let looks_like_parameter = written.starts_with('@');
        if let Some(near) = suggest::nearest(column, names.iter().copied()).first()
            && !looks_like_parameter
        {
            return Some(format!("did you mean `{}`?", self.dialect.quote(near)));
        }
        if looks_like_parameter {
            return Some(format!("a parameter is written `:{}`", written.trim_start_matches('@')));
        }
        if !self.functions.is_open() && !self.functions.kinds(column).is_empty() {
            return Some(format!("`{column}` is a function: call it as `{column}(…)`"));
        }
        // `SELECT DISTICT a`: the column was read as an alias.
        let select = self.levels.last().is_some_and(|level| level.clause == Clause::Select);
        if select && !name.last().quoted && !suggest::nearest(written, ["DISTINCT"]).is_empty() {
            return Some("did you mean `DISTINCT`?".to_owned());
        }
        let table = self.table_with(column)?;
        Some(format!("`{column}` is a column of `{table}`, which is not in FROM"))
    }

    /// A column in sight whose name is the written one, had it been quoted.
    fn differs_by_case(&self, written: &str) -> Option<String> {
        let columns = self.levels.iter().rev().flat_map(|level| &level.relation.fields);
        columns
            .map(|field| field.name.to_string())
            .find(|own| own.eq_ignore_ascii_case(written) && *own != written.to_lowercase())
    }

    fn missing_qualified(&mut self, name: &Name, qualifier: &[String], column: &str) {
        let level =
            self.levels.iter().rev().find(|level| level.relation.has_relation(self.dialect, qualifier));
        let Some(level) = level else { return self.unknown_qualifier(name, qualifier) };
        let table = qualifier.join(".");
        let columns: Vec<String> = level
            .relation
            .of_relation(self.dialect, qualifier)
            .map(|i| level.relation.fields[i].name.to_string())
            .collect();
        let elsewhere = level
            .relation
            .fields
            .iter()
            .find(|field| self.dialect.same(&field.name, column))
            .map(|f| f.flat_name());
        let mut diagnostic = Diagnostic::error(
            Code::UnknownColumn,
            name.last().span,
            format!("`{table}` has no column `{column}`"),
        );
        let written = &name.last().value;
        let exact = columns.iter().find(|own| own.eq_ignore_ascii_case(written));
        let near = suggest::nearest(column, columns.iter().map(String::as_str));
        diagnostic.help = match (exact, elsewhere, near.first()) {
            (Some(exact), _, _) => Some(format!("fix this by quoting the name: `{table}.\"{exact}\"`")),
            (_, Some(other), _) => Some(format!("did you mean `{other}`?")),
            (_, _, Some(near)) => Some(format!("did you mean `{table}.{}`?", self.dialect.quote(near))),
            _ if columns.len() <= 12 => Some(format!("its columns are {}", columns.join(", "))),
            _ => None,
        };
        self.report(diagnostic);
    }

    /// Whether a qualifier is nearly the name of a relation that is not known: the mistake is reported there.
    pub(super) fn is_meant_elsewhere(&self, qualifier: &[String]) -> bool {
        let Some(own) = qualifier.last() else { return false };
        let unknown = self.levels.iter().flat_map(|level| &level.relation.unknown);
        !suggest::nearest(own, unknown.filter_map(|name| name.last()).map(String::as_str)).is_empty()
    }

    fn unknown_qualifier(&mut self, name: &Name, qualifier: &[String]) {
        if self.is_meant_elsewhere(qualifier) {
            return;
        }
        let span = name.parts[0].span.to(name.parts[qualifier.len() - 1].span);
        let shown = qualifier.join(".");
        let message = format!("there is no table `{shown}` in FROM");
        let mut diagnostic = Diagnostic::error(Code::UnknownAlias, span, message);
        let mut relations: Vec<&str> = self
            .levels
            .iter()
            .rev()
            .flat_map(|level| level.relation.fields.iter().map(|field| field.relation()))
            .filter(|relation| !relation.is_empty())
            .collect();
        // The fields of a relation stand together.
        relations.dedup();
        let aliased = self.levels.iter().rev().flat_map(|level| &level.relation.fields).find(|field| {
            field.origin.as_ref().is_some_and(|origin| {
                origin
                    .table
                    .last()
                    .is_some_and(|table| self.dialect.same(table, &qualifier[qualifier.len() - 1]))
            })
        });
        if let [only] = qualifier
            && let Some(field) = self
                .levels
                .iter()
                .rev()
                .flat_map(|level| &level.relation.fields)
                .find(|field| self.dialect.same(&field.name, only))
        {
            diagnostic =
                diagnostic.note(format!("`{only}` is a column of type {}", self.type_shown(&field.ty)));
        }
        diagnostic.help = match (aliased, suggest::nearest(&shown, relations.iter().copied()).first()) {
            (Some(field), _) => Some(format!(
                "`{shown}` is called `{}` here: write `{}.{}`",
                field.relation(),
                field.relation(),
                name.last().value
            )),
            (None, Some(near)) => Some(format!("did you mean `{near}`?")),
            (None, None) if relations.is_empty() => None,
            (None, None) => Some(format!("FROM has {}", quoted(&relations))),
        };
        self.report(diagnostic);
    }

    /// A table that is not in FROM and has such a column.
    fn table_with(&self, column: &str) -> Option<String> {
        let in_from = |path: &[String]| {
            self.levels
                .iter()
                .flat_map(|level| &level.relation.fields)
                .any(|field| field.origin.as_ref().is_some_and(|origin| *origin.table == *path))
        };
        let fits = |table: &Arc<TableDescription>| {
            !in_from(&table.path) && table.columns.iter().any(|own| self.dialect.same(&own.name, column))
        };
        let table = self.catalog.first_tables(TABLES_SEARCHED_MAX).find(fits)?;
        table.path.last().cloned()
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}
