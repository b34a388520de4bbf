//! INSERT, UPDATE, DELETE, MERGE.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{
    Assignment, Delete, Insert, Merge, MergeAction, MergeClause, OnConflict, SelectItem, StatementKind,
    TableFactor, TableFactorKind, Update,
};

impl Lower<'_> {
    pub(super) fn insert(&mut self, insert: &sp::Insert) -> StatementKind {
        let verb = self.verb(&["into", "table"]);
        let table = match &insert.table {
            sp::TableObject::TableName(name) => self.name(name),
            sp::TableObject::TableFunction(_) | sp::TableObject::TableQuery(_) => {
                self.skip_to_close();
                return StatementKind::Other(format!("{verb} INTO FUNCTION"));
            }
        };
        let alias = insert.table_alias.as_ref().map(|alias| {
            self.cursor.skip("as");
            self.ident(&alias.alias)
        });
        let columns = self.insert_columns(insert);
        if insert.partitioned.is_some() {
            self.refuse("INSERT … PARTITION", |this| {
                this.cursor.expect("partition");
                this.cursor.skip_group();
            });
        }
        self.output(insert.output.as_ref());
        if !insert.assignments.is_empty() {
            self.refuse("INSERT … SET", |this| {
                this.cursor.expect("set");
                this.assignments(&insert.assignments);
            });
        }
        if insert.source.is_none() {
            self.cursor.skip_any(&["default", "values"]);
        }
        let source = insert.source.as_ref().map(|query| Box::new(self.query(query)));
        if insert.settings.is_some() || insert.format_clause.is_some() {
            self.refuse("this clause of INSERT", Self::skip_to_close);
        }
        if let Some(alias) = &insert.insert_alias {
            self.refuse("an alias of the inserted row", |this| {
                this.cursor.skip("as");
                this.name(&alias.row_alias);
                this.cursor.skip_group();
            });
        }
        let on_conflict = insert.on.as_ref().map(|on| self.on_conflict(on));
        let returning = self.returning(insert.returning.as_deref());
        let lowered = Insert { with: None, table, alias, columns, source, on_conflict, returning, verb };
        StatementKind::Insert(Box::new(lowered))
    }

    /// The words up to one of these, which are taken too: `INSERT OVERWRITE`, `REPLACE`, `INSERT OR IGNORE`.
    fn verb(&mut self, ends: &[&str]) -> String {
        const PARTS: &[&str] = &[
            "insert",
            "replace",
            "upsert",
            "overwrite",
            "or",
            "abort",
            "fail",
            "ignore",
            "rollback",
            "low_priority",
            "delayed",
            "high_priority",
        ];
        let start = self.cursor.pos();
        self.cursor.skip_any(PARTS);
        let words = self.slice(self.cursor.since(start));
        let verb = words.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        self.cursor.skip_any(ends);
        verb
    }

    fn insert_columns(&mut self, insert: &sp::Insert) -> Vec<crate::ast::Ident> {
        if insert.columns.is_empty() {
            // `t () VALUES ()` of some dialects.
            if *self.cursor.peek() == Token::LParen && *self.cursor.at(1) == Token::RParen {
                self.cursor.skip_group();
            }
            return Vec::new();
        }
        let close = self.cursor.open(&Token::LParen);
        let columns = insert.columns.iter().map(|name| self.name(name).last().clone()).collect();
        self.cursor.close(close);
        columns
    }

    fn on_conflict(&mut self, on: &sp::OnInsert) -> OnConflict {
        let mut lowered = OnConflict { columns: Vec::new(), assignments: Vec::new(), selection: None };
        match on {
            sp::OnInsert::DuplicateKeyUpdate(assignments) => {
                self.cursor.skip_any(&["on", "duplicate", "key", "update"]);
                lowered.assignments = self.assignments(assignments);
            }
            sp::OnInsert::OnConflict(conflict) => {
                self.cursor.skip_any(&["on", "conflict"]);
                match &conflict.conflict_target {
                    Some(sp::ConflictTarget::Columns(columns)) => {
                        let close = self.cursor.open(&Token::LParen);
                        lowered.columns = self.idents(columns);
                        self.cursor.close(close);
                    }
                    Some(sp::ConflictTarget::OnConstraint(name)) => {
                        self.cursor.skip_any(&["on", "constraint"]);
                        self.name(name);
                    }
                    None => {}
                }
                self.cursor.expect("do");
                match &conflict.action {
                    sp::OnConflictAction::DoNothing => {
                        self.cursor.expect("nothing");
                    }
                    sp::OnConflictAction::DoUpdate(update) => {
                        self.cursor.skip_any(&["update", "set"]);
                        lowered.assignments = self.assignments(&update.assignments);
                        lowered.selection = self.filter(update.selection.as_ref());
                    }
                }
            }
            _ => self.refuse("this ON clause", Self::skip_to_close),
        }
        lowered
    }

    pub(super) fn update(&mut self, update: &sp::Update) -> StatementKind {
        self.cursor.expect("update");
        if update.or.is_some() {
            self.refuse("UPDATE OR …", |this| this.cursor.advance(2));
        }
        let table = self.table_with_joins(&update.table);
        let mut from = Vec::new();
        if let Some(sp::UpdateTableFromKind::BeforeSet(tables)) = &update.from {
            self.cursor.expect("from");
            from = self.tables(tables);
        }
        self.cursor.expect("set");
        let assignments = self.assignments(&update.assignments);
        self.output(update.output.as_ref());
        if let Some(sp::UpdateTableFromKind::AfterSet(tables)) = &update.from {
            self.cursor.expect("from");
            from = self.tables(tables);
        }
        let selection = self.filter(update.selection.as_ref());
        let returning = self.returning(update.returning.as_deref());
        if !update.order_by.is_empty() {
            self.refuse("ORDER BY of an UPDATE", Self::skip_to_close);
        }
        let limit = self.row_limit(update.limit.as_ref());
        let lowered = Update { with: None, table, assignments, from, selection, limit, returning };
        StatementKind::Update(Box::new(lowered))
    }

    pub(super) fn delete(&mut self, delete: &sp::Delete) -> StatementKind {
        self.cursor.expect("delete");
        if !delete.tables.is_empty() {
            self.refuse("DELETE of several tables", |this| {
                for name in &delete.tables {
                    this.name(name);
                }
            });
        }
        self.cursor.skip("from");
        let (sp::FromTable::WithFromKeyword(tables) | sp::FromTable::WithoutKeyword(tables)) = &delete.from;
        let mut tables = self.tables(tables).into_iter();
        let table = match tables.next() {
            Some(first) if first.joins.is_empty() => first.relation,
            Some(first) => {
                let span = first.joins[0].span;
                self.unsupported(span, "a join in DELETE");
                first.relation
            }
            None => self.no_table(),
        };
        if let Some(second) = tables.next() {
            self.unsupported(second.relation.span, "DELETE of several tables");
        }
        self.output(delete.output.as_ref());
        let using = match &delete.using {
            Some(tables) => {
                self.cursor.expect("using");
                self.tables(tables)
            }
            None => Vec::new(),
        };
        let selection = self.filter(delete.selection.as_ref());
        let returning = self.returning(delete.returning.as_deref());
        if !delete.order_by.is_empty() {
            self.refuse("ORDER BY of a DELETE", Self::skip_to_close);
        }
        let limit = self.row_limit(delete.limit.as_ref());
        StatementKind::Delete(Box::new(Delete { with: None, table, using, selection, limit, returning }))
    }

    /// `LIMIT` of a statement that changes rows.
    fn row_limit(&mut self, limit: Option<&sp::Expr>) -> Option<crate::ast::Expr> {
        let limit = limit?;
        self.cursor.expect("limit");
        Some(self.expr(limit))
    }

    pub(super) fn merge(&mut self, merge: &sp::Merge) -> StatementKind {
        self.cursor.expect("merge");
        self.cursor.skip("into");
        let table = self.table_factor(&merge.table);
        self.cursor.expect("using");
        let source = self.table_factor(&merge.source);
        self.cursor.expect("on");
        let on = self.expr(&merge.on);
        let clauses = merge.clauses.iter().map(|clause| self.merge_clause(clause)).collect();
        self.output(merge.output.as_ref());
        StatementKind::Merge(Box::new(Merge { table, source, on, clauses }))
    }

    fn merge_clause(&mut self, clause: &sp::MergeClause) -> MergeClause {
        let start = self.cursor.pos();
        self.cursor.expect("when");
        self.cursor.skip_any(&["not", "matched", "by", "target", "source"]);
        let condition = clause.predicate.as_ref().map(|condition| {
            self.cursor.expect("and");
            self.expr(condition)
        });
        self.cursor.expect("then");
        let mut extra = None;
        let action = match &clause.action {
            sp::MergeAction::Insert(insert) => {
                self.cursor.expect("insert");
                extra = insert.insert_predicate.as_ref();
                self.merge_insert(insert)
            }
            sp::MergeAction::Update(update) => {
                self.cursor.skip_any(&["update", "set"]);
                extra = update.update_predicate.as_ref().or(update.delete_predicate.as_ref());
                MergeAction::Update(self.assignments(&update.assignments))
            }
            sp::MergeAction::Delete { .. } => {
                self.cursor.expect("delete");
                MergeAction::Delete
            }
        };
        if extra.is_some() {
            self.refuse("WHERE in a WHEN of MERGE", Self::skip_to_when);
        }
        let matched = clause.clause_kind == sp::MergeClauseKind::Matched;
        let span = self.cursor.since(start);
        if !matched && clause.clause_kind != sp::MergeClauseKind::NotMatched {
            self.unsupported(span, "WHEN NOT MATCHED BY");
        }
        MergeClause { matched, condition, action, span }
    }

    fn merge_insert(&mut self, insert: &sp::MergeInsertExpr) -> MergeAction {
        let mut columns = Vec::new();
        if !insert.columns.is_empty() {
            let close = self.cursor.open(&Token::LParen);
            columns = insert.columns.iter().map(|name| self.name(name).last().clone()).collect();
            self.cursor.close(close);
        }
        let mut rows = match &insert.kind {
            sp::MergeInsertKind::Values(values) => self.values(values).rows,
            sp::MergeInsertKind::Row => {
                self.refuse("INSERT ROW", |this| this.cursor.expect("row"));
                Vec::new()
            }
        };
        if rows.len() > 1 {
            let span = self.cursor.here();
            self.unsupported(span, "several rows in a WHEN of MERGE");
        }
        MergeAction::Insert {
            columns,
            values: if rows.is_empty() { Vec::new() } else { rows.swap_remove(0) },
        }
    }

    fn skip_to_when(&mut self) {
        while !self.cursor.is("when") && !matches!(self.cursor.peek(), Token::SemiColon | Token::EOF) {
            self.cursor.advance(1);
        }
    }

    fn no_table(&self) -> TableFactor {
        TableFactor {
            kind: TableFactorKind::Other("no table".to_string()),
            alias: None,
            lateral: false,
            other: Vec::new(),
            span: self.nothing(),
        }
    }

    fn filter(&mut self, selection: Option<&sp::Expr>) -> Option<crate::ast::Expr> {
        let selection = selection?;
        self.cursor.expect("where");
        Some(self.expr(selection))
    }

    fn assignments(&mut self, assignments: &[sp::Assignment]) -> Vec<Assignment> {
        let mut all = Vec::with_capacity(assignments.len());
        for (i, assignment) in assignments.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let targets = match &assignment.target {
                sp::AssignmentTarget::ColumnName(name) => vec![self.name(name)],
                sp::AssignmentTarget::Tuple(names) => {
                    let close = self.cursor.open(&Token::LParen);
                    let names = names.iter().map(|name| self.name(name)).collect();
                    self.cursor.close(close);
                    names
                }
            };
            self.cursor.expect_token(&Token::Eq);
            all.push(Assignment { targets, value: self.expr(&assignment.value) });
        }
        all
    }

    fn returning(&mut self, items: Option<&[sp::SelectItem]>) -> Option<Vec<SelectItem>> {
        let items = items?;
        self.cursor.expect("returning");
        let mut other = Vec::new();
        let items = self.select_items(items, &mut other);
        for clause in other {
            self.unsupported(clause.span, &clause.name);
        }
        Some(items)
    }

    fn output(&mut self, output: Option<&sp::OutputClause>) {
        if output.is_some() {
            self.refuse("OUTPUT", |this| {
                this.cursor.advance(1);
                while !matches!(this.cursor.peek(), Token::SemiColon | Token::EOF)
                    && !this.cursor.is_any(&["from", "where", "using", "values", "select", "returning"])
                {
                    this.cursor.advance(1);
                }
            });
        }
    }

    /// Reads a clause and says that it is not supported.
    pub(super) fn refuse(&mut self, what: &str, read: impl FnOnce(&mut Self)) {
        let start = self.cursor.pos();
        read(self);
        let span = self.cursor.since(start);
        self.unsupported(span, what);
    }
}
