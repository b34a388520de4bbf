//! The rules of `DO $$ BEGIN … END $$`: which statements, in which order, of which rows (26.1.1 to 26.3).
//!
//! Reads come before writes, global tables are only read, all tables are of one engine, and all rows of one bucket: each
//! statement must fix the distribution key, all by the same values as far as the text tells.

use std::sync::Arc;

use querent_types::TableDescription;

use super::Version;
use super::keys::{Source, Value, find, inserted, is_global, key_of};
use super::refused::{refuse, statement};
use crate::ast::{
    Expr, ExprKind, Insert, Name, Query, SetExpr, Span, Statement, StatementKind, Step, StepKind,
    TableFactorKind,
};
use crate::diagnostic::Code;
use crate::dialect::{Advice, Around};
use crate::parse::visit::{self, Node};

type Found = Vec<(Span, Advice)>;

/// What is wrong with a block.
pub(super) fn check(steps: &[Step], span: Span, around: &Around<'_>, version: Version) -> Found {
    let since =
        |version: Version| format!("fix this by separate statements, or by a server of {}", version.name());
    if version < Version::V26_1_1 {
        let what = format!("a block before {}", Version::V26_1_1.name());
        return vec![refuse(span, &what, &since(Version::V26_1_1))];
    }
    let mut block = Block { around, version, wrote: false, engine: None, key: None, found: Vec::new() };
    if steps.is_empty() {
        block.found.push(refuse(span, "an empty block", "fix this by a statement between BEGIN and END"));
    }
    block.settings(span);
    for step in steps {
        block.step(step);
    }
    block.found
}

struct Block<'a> {
    around: &'a Around<'a>,
    version: Version,
    /// Whether a statement that writes was seen.
    wrote: bool,
    /// The engine of the tables so far.
    engine: Option<String>,
    /// What fixes the key so far.
    key: Option<Vec<Value>>,
    found: Found,
}

impl Block<'_> {
    fn refuse(&mut self, span: Span, what: &str, help: &str) {
        self.found.push(refuse(span, what, help));
    }

    fn since(&mut self, span: Span, what: &str, version: Version) {
        if self.version < version {
            let what = format!("{what} in a block before {}", version.name());
            self.refuse(
                span,
                &what,
                "fix this by a statement of its own, which is no part of the transaction",
            );
        }
    }

    /// Options stand behind the block, and none is about rows that travel.
    fn settings(&mut self, inside: Span) {
        for setting in self.around.settings {
            if inside.contains(setting.span) {
                let help = "fix this by OPTION behind the block: `END $$ OPTION (…)`";
                self.refuse(setting.span, "OPTION inside of a block", help);
            } else if setting.key.eq_ignore_ascii_case("sql_motion_row_max") {
                let help = "fix this by leaving it out: no rows travel in a block";
                self.refuse(setting.span, "SQL_MOTION_ROW_MAX of a block", help);
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match &step.kind {
            StepKind::Return(query) => {
                self.reads(step.span, "RETURN QUERY");
                self.query(query);
            }
            StepKind::Let { query, .. } => {
                self.since(step.span, "LET", Version::V26_2);
                self.reads(step.span, "LET");
                self.query(query);
            }
            StepKind::If { then, .. } => {
                self.since(step.span, "IF", Version::V26_2);
                self.wrote = true;
                for step in then {
                    match &step.kind {
                        StepKind::Statement(own) => self.statement(own),
                        _ => {
                            let help = "fix this by INSERT, UPDATE or DELETE in it, and reads before it";
                            self.refuse(step.span, "this in an IF", help);
                        }
                    }
                }
            }
            StepKind::Statement(own) => self.statement(own),
        }
    }

    fn reads(&mut self, span: Span, what: &str) {
        if self.wrote {
            let help = "fix this by moving it before the statements that write";
            self.refuse(span, &format!("{what} behind a write"), help);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Insert(insert) => {
                self.since(span, "INSERT", Version::V26_1_3);
                self.insert(insert);
            }
            StatementKind::Update(update) => {
                if let TableFactorKind::Table(name) = &update.table.relation.kind {
                    self.written(name);
                    let source = Source::of(&update.table.relation, self.around.catalog);
                    self.rows(source.as_ref(), update.selection.as_ref(), span);
                }
            }
            StatementKind::Delete(delete) => {
                self.since(span, "DELETE", Version::V26_1_3);
                if let Some(subquery) = delete.selection.as_ref().and_then(subquery) {
                    let help = "fix this by a value, or by a parameter";
                    self.refuse(subquery, "a subquery in a DELETE of a block", help);
                }
                if let TableFactorKind::Table(name) = &delete.table.kind {
                    self.written(name);
                    let source = Source::of(&delete.table, self.around.catalog);
                    self.rows(source.as_ref(), delete.selection.as_ref(), span);
                }
            }
            StatementKind::Query(_) => {
                let help = "fix this by `RETURN QUERY` before it";
                return self.refuse(span, "a query whose rows go nowhere", help);
            }
            _ => {
                let help = "fix this by a statement of its own";
                return self.refuse(span, "this statement in a block", help);
            }
        }
        self.wrote = true;
        self.found.extend(statement::writes(statement, true));
    }

    fn insert(&mut self, insert: &Insert) {
        if let Some(conflict) = &insert.on_conflict
            && (!conflict.columns.is_empty() || !conflict.assignments.is_empty())
        {
            let span = conflict.columns.first().map_or(insert.table.span(), |column| column.span);
            self.since(span, "ON CONFLICT (columns)", Version::V26_2);
            if let Some(selection) = &conflict.selection {
                self.refuse(selection.span, "WHERE of ON CONFLICT", "fix this by leaving it out");
            }
        }
        self.written(&insert.table);
        let Some(table) = find(&insert.table, self.around.catalog) else { return };
        let Some(Query { body, span, .. }) = insert.source.as_deref() else { return };
        match body {
            SetExpr::Values(values) => {
                for row in &values.rows {
                    let key = inserted(&insert.columns, row, &table, self.around.catalog);
                    let place = row.first().map_or(*span, |first| first.span);
                    if let Some(key) = key {
                        self.same_bucket(key, place);
                    }
                }
            }
            SetExpr::Select(select) if !select.from.is_empty() => {
                let help = "fix this by VALUES, or by a statement of its own";
                self.refuse(*span, "INSERT of a query in a block", help);
            }
            _ => {}
        }
    }

    /// A table that is written.
    fn written(&mut self, name: &Name) {
        let Some(table) = find(name, self.around.catalog) else { return };
        if is_global(&table) {
            let help = "fix this by a statement of its own: a block reads global tables";
            self.refuse(name.span(), "writing a global table in a block", help);
        }
        self.engine(&table, name.span());
    }

    fn engine(&mut self, table: &Arc<TableDescription>, span: Span) {
        let Some(engine) = table.properties.get(TableDescription::ENGINE) else { return };
        match &self.engine {
            None => self.engine = Some(engine.clone()),
            Some(first) if first != engine => {
                let help = format!("fix this by tables of one engine: the block began with `{first}`");
                self.refuse(
                    span,
                    &format!("a table of `{engine}` beside one of `{first}` in a block"),
                    &help,
                );
            }
            Some(_) => {}
        }
    }

    /// A query that a block reads: plain ones are looked into.
    fn query(&mut self, query: &Query) {
        let SetExpr::Select(select) = &query.body else { return };
        let [entry] = &select.from[..] else { return };
        let source = Source::of(&entry.relation, self.around.catalog);
        if let (Some(source), TableFactorKind::Table(name)) = (&source, &entry.relation.kind)
            && source.is_sharded()
        {
            self.engine(&source.table, name.span());
        }
        if entry.joins.is_empty() {
            self.rows(source.as_ref(), select.selection.as_ref(), query.span);
        }
    }

    /// The rows of a table that a condition leaves.
    fn rows(&mut self, source: Option<&Source>, condition: Option<&Expr>, span: Span) {
        let Some(source) = source.filter(|source| source.is_sharded()) else { return };
        let key = key_of(&source.table).join(", ");
        match source.fixed(condition, self.around.catalog) {
            Some(values) => self.same_bucket(values, span),
            None => {
                let help = format!("fix this by a WHERE that gives each column of the key a value: {key}");
                self.refuse(
                    span,
                    &format!("a statement of a block that does not fix the distribution key ({key})"),
                    &help,
                );
            }
        }
    }

    fn same_bucket(&mut self, values: Vec<Value>, span: Span) {
        let Some(first) = &self.key else {
            self.key = Some(values);
            return;
        };
        if values.len() != first.len() || values.contains(&Value::Other) || first.contains(&Value::Other) {
            return;
        }
        let fixed = |value: &Value| matches!(value, Value::Literal(_) | Value::Negative(_));
        let differ = first.iter().zip(&values).find(|(a, b)| a != b);
        let Some((a, b)) = differ else { return };
        if fixed(a) && fixed(b) && values.len() == 1 {
            let help = "fix this by blocks of their own: a block is of one bucket";
            return self.refuse(span, "a second distribution key in a block", help);
        }
        let message =
            "this statement may be of another bucket than those before it, and then the block fails";
        let help = "fix this by the same value of the distribution key in each statement of the block";
        let advice = Advice {
            code: Code::BlockKey,
            refused: false,
            message: message.to_owned(),
            help: help.to_owned(),
        };
        self.found.push((span, advice));
    }
}

/// The first subquery of a condition.
fn subquery(condition: &Expr) -> Option<Span> {
    let mut found = None;
    visit::expr(condition, &mut |node| {
        if let Node::Expr(expr) = node
            && matches!(
                expr.kind,
                ExprKind::Subquery(_) | ExprKind::InSubquery { .. } | ExprKind::Exists { .. }
            )
        {
            found = found.or(Some(expr.span));
        }
    });
    found
}
