//! Statements as a whole: which columns they give and what they do.

use querent_types::SqlType;

use crate::ast::{CopySource, Ident, Name, SetExpr, Span, Statement, StatementKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Syntax;
use crate::plan::Effect;

use super::binder::Binder;
use super::dml::text_columns;
use super::scope::Relation;
use super::table::made;
use super::typed::{Ty, Why};

impl<'a> Binder<'a> {
    /// Reads a statement; gives its columns and its effect.
    pub(super) fn statement(&mut self, statement: &'a Statement) -> (Relation, Effect) {
        match &statement.kind {
            StatementKind::Query(query) => {
                let effect =
                    if matches!(query.body, SetExpr::Statement(_)) { Effect::Write } else { Effect::Read };
                (self.query(query).relation, effect)
            }
            StatementKind::Insert(insert) => {
                self.written = match self.catalog.table(&insert.table) {
                    crate::catalog::TableLookup::Found(table) => Some(table),
                    _ => None,
                };
                let returned = self.insert(insert);
                (self.changed_rows(returned, statement.span), Effect::Write)
            }
            StatementKind::Update(update) => {
                let returned = self.update(update);
                (self.changed_rows(returned, statement.span), Effect::Write)
            }
            StatementKind::Delete(delete) => {
                let returned = self.delete(delete);
                (self.changed_rows(returned, statement.span), Effect::Write)
            }
            StatementKind::Merge(merge) => {
                self.merge(merge);
                (self.changed_rows(Relation::default(), statement.span), Effect::Write)
            }
            StatementKind::Explain { statement: inner, analyze, describe, format, verbose, .. } => {
                if let Some(format) = format {
                    self.explain_format(format, *analyze, *verbose);
                }
                if matches!(inner.kind, StatementKind::Explain { .. }) {
                    self.refused(Syntax::NestedExplain, "EXPLAIN of an EXPLAIN", inner.span);
                }
                self.explained = !analyze;
                let (_, effect) = self.statement(inner);
                if *describe {
                    let names = ["column_name", "data_type", "is_nullable"];
                    return (text_columns(&names, statement.span), Effect::Read);
                }
                let effect = if *analyze { effect } else { Effect::Read };
                let mut columns = text_columns(self.dialect.reading.explain, statement.span);
                let numbers = self.dialect.reading.explain_numbers;
                for field in columns.fields.iter_mut().filter(|field| numbers.contains(&&*field.name)) {
                    field.ty = Ty::Known(SqlType::Int32);
                }
                (columns, effect)
            }
            StatementKind::Describe(name) => {
                self.lookup(name);
                (text_columns(&["column_name", "data_type", "is_nullable"], statement.span), Effect::Read)
            }
            StatementKind::Show(words) => (self.show(words, statement.span), Effect::Read),
            StatementKind::CreateTable(create) => {
                if create.foreign_key {
                    self.refused(Syntax::ForeignKey, "a foreign key", create.name.span());
                }
                if create.temporary {
                    self.refused(Syntax::TemporaryTable, "CREATE TEMPORARY TABLE", create.name.span());
                }
                if let Err(reason) = (self.dialect.reading.table_properties)(&create.options) {
                    self.error(Code::Unsupported, create.name.span(), reason);
                }
                if let Some(query) = &create.query {
                    self.query(query);
                }
                for column in &create.columns {
                    if let Some(ty) = &column.ty {
                        self.type_name(ty);
                    }
                }
                (Relation::default(), Effect::Define)
            }
            StatementKind::CreateView(create) => {
                self.query(&create.query);
                (Relation::default(), Effect::Define)
            }
            StatementKind::Drop { if_exists, names, .. } => {
                if let Some(second) = names.get(1) {
                    self.refused(Syntax::DropList, "DROP of several objects", second.span());
                }
                self.all_there(names, *if_exists);
                (Relation::default(), Effect::Define)
            }
            StatementKind::Truncate { if_exists, names } => {
                let planned = self.explained && self.dialect.rules.refuses(Syntax::Truncate);
                if planned || self.dialect.rules.runs("TRUNCATE") || self.dialect.rules.is_open() {
                    self.all_there(names, *if_exists);
                } else {
                    self.unsupported("TRUNCATE", statement.span);
                }
                (Relation::default(), Effect::Define)
            }
            StatementKind::Copy(_) if !self.dialect.rules.runs("COPY") => {
                self.other("COPY", statement.span);
                (Relation::default(), Effect::Define)
            }
            StatementKind::Prepare(_) if !self.dialect.rules.runs("PREPARE") => {
                self.other("PREPARE", statement.span);
                (Relation::default(), Effect::Define)
            }
            StatementKind::AlterTable { name, if_exists, .. } => {
                self.all_there(std::slice::from_ref(name), *if_exists);
                (Relation::default(), Effect::Define)
            }
            StatementKind::Copy(copied) => {
                match copied {
                    CopySource::Query(query) => drop(self.query(query)),
                    CopySource::Table(name) => drop(self.lookup(name)),
                }
                let why = Why::Static("the server always gives it");
                let count = made("count", Ty::Known(SqlType::UInt64), false, why, statement.span);
                (Relation { fields: vec![count], ..Relation::default() }, Effect::Write)
            }
            StatementKind::Prepare(inner) => {
                self.statement(inner);
                (Relation::default(), Effect::Define)
            }
            StatementKind::Block(steps) => self.block(steps),
            StatementKind::Other(words) if words == "CALL" && self.dialect.rules.runs("CALL") => {
                (Relation::default(), Effect::Write)
            }
            StatementKind::Other(words) => {
                self.other(words, statement.span);
                (Relation::default(), Effect::Define)
            }
        }
    }

    /// Which formats there are, and with what they go.
    fn explain_format(&mut self, format: &Ident, analyze: bool, verbose: bool) {
        const FORMATS: [&str; 4] = ["indent", "tree", "pgjson", "graphviz"];
        let name = format.value.trim_matches(['\'', '"']).to_lowercase();
        if !FORMATS.contains(&name.as_str()) {
            self.refused(Syntax::ExplainFormat, &format!("the format {name}"), format.span);
        } else if verbose {
            self.refused(Syntax::ExplainFormat, "EXPLAIN VERBOSE with a format", format.span);
        } else if analyze && ["tree", "graphviz"].contains(&name.as_str()) {
            self.refused(
                Syntax::ExplainFormat,
                &format!("EXPLAIN ANALYZE in the format {name}"),
                format.span,
            );
        }
    }

    /// A statement that is not looked into: no harm where it sets or defines something, but one that reads or changes
    /// rows must not pass for checked.
    fn other(&mut self, words: &str, span: Span) {
        let first = words.split(' ').next().unwrap_or_default();
        if ["MERGE", "COPY", "PREPARE", "LOAD", "UNLOAD", "EXECUTE", "EXEC", "CALL"].contains(&first) {
            let message = format!("{first} is not checked: its tables and columns are not looked up");
            let help = "write `unchecked` before the text to send it as it is";
            self.report(Diagnostic::error(Code::Unsupported, span, message).help(help));
        }
    }

    /// The columns of a statement that changes rows: those of its RETURNING, or the number of rows where the engine gives
    /// it as a column.
    fn changed_rows(&mut self, returned: Relation, span: Span) -> Relation {
        let Some(name) = self.dialect.reading.changed_rows.filter(|_| returned.fields.is_empty()) else {
            return returned;
        };
        let why = Why::Static("the server always counts the rows");
        let count = made(name, Ty::Known(SqlType::Int64), false, why, span);
        Relation { fields: vec![count], ..Relation::default() }
    }

    /// Reports tables that are not there, unless the statement says that they need not be.
    fn all_there(&mut self, names: &[Name], if_exists: bool) {
        for name in names.iter().filter(|_| !if_exists) {
            self.lookup(name);
        }
    }
}
