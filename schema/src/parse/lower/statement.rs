//! Statements.

use sqlparser::ast as sp;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{CopySource, Ident, SetExpr, Span, Statement, StatementKind};
use crate::parse::read::{Copied, Raw, RawKind};

impl Lower<'_> {
    /// A statement whose tokens end before the token `end`.
    pub(in crate::parse) fn statement_until(&mut self, raw: &Raw, end: usize) -> Statement {
        let start = self.index_of(raw.start);
        self.cursor.set(start);
        let kind = match &raw.kind {
            RawKind::Sql(statement) => self.statement_kind(statement),
            RawKind::Explain { analyze, plan_for, describe, format, verbose, statement } => {
                let statement = Box::new(self.statement_until(statement, end));
                StatementKind::Explain {
                    statement,
                    analyze: *analyze,
                    plan_for: *plan_for,
                    describe: *describe,
                    format: format.as_ref().map(|(start, word)| Ident {
                        value: word.clone(),
                        quoted: false,
                        span: Span { start: *start, end: *start + word.len() as u32 },
                    }),
                    verbose: *verbose,
                }
            }
            RawKind::External(external) => {
                StatementKind::CreateTable(Box::new(self.external_table(external)))
            }
            RawKind::Copy(copied) => StatementKind::Copy(self.copied(copied)),
            RawKind::Block(steps) => StatementKind::Block(self.steps(steps)),
            RawKind::Words => StatementKind::Other(self.command_words()),
        };
        self.cursor.set(end);
        Statement { kind, span: self.cursor.since(start) }
    }

    fn copied(&mut self, copied: &Copied) -> CopySource {
        self.cursor.expect("copy");
        match copied {
            Copied::Query(query) => {
                let close = self.cursor.open(&Token::LParen);
                let query = Box::new(self.query(query));
                self.cursor.close(close);
                CopySource::Query(query)
            }
            Copied::Table(name) => CopySource::Table(self.name(name)),
        }
    }

    /// The index of the token that begins there.
    pub(in crate::parse) fn index_of(&self, byte: u32) -> usize {
        self.cursor.index_of(byte)
    }

    /// A statement that begins under the cursor and ends where its last part does.
    pub(super) fn statement(&mut self, statement: &sp::Statement) -> Statement {
        let start = self.cursor.pos();
        let kind = self.statement_kind(statement);
        Statement { kind, span: self.cursor.since(start) }
    }

    fn statement_kind(&mut self, statement: &sp::Statement) -> StatementKind {
        use sp::Statement as S;
        match statement {
            S::Query(query) => self.query_statement(query),
            S::Insert(insert) => self.insert(insert),
            S::Update(update) => self.update(update),
            S::Delete(delete) => self.delete(delete),
            S::Merge(merge) => self.merge(merge),
            S::CreateTable(create) => StatementKind::CreateTable(Box::new(self.create_table(create))),
            S::CreateView(create) => StatementKind::CreateView(Box::new(self.create_view(create))),
            S::AlterTable(alter) => self.alter_table(alter),
            S::RenameTable(renames) => self.rename_table(renames),
            S::Drop { object_type, if_exists, names, .. } => self.drop(object_type, *if_exists, names),
            S::ExplainTable { table_name, .. } => StatementKind::Describe(self.name(table_name)),
            S::Explain { analyze, statement, .. } => {
                // EXPLAIN inside another statement; at the top it is taken apart before sqlparser sees it.
                self.cursor.skip_any(&["explain", "describe", "desc", "analyze", "verbose"]);
                let statement = Box::new(self.statement(statement));
                StatementKind::Explain {
                    statement,
                    analyze: *analyze,
                    plan_for: false,
                    describe: false,
                    format: None,
                    verbose: false,
                }
            }
            S::Truncate(truncate) => {
                self.cursor.skip_any(&["truncate", "table", "if", "exists"]);
                let mut names = Vec::with_capacity(truncate.table_names.len());
                for target in &truncate.table_names {
                    self.cursor.skip("only");
                    names.push(self.name(&target.name));
                    self.cursor.eat(&Token::Mul);
                    self.cursor.eat(&Token::Comma);
                }
                StatementKind::Truncate { if_exists: truncate.if_exists, names }
            }
            S::Prepare { name, statement, .. } => {
                self.cursor.expect("prepare");
                self.ident(name);
                self.cursor.skip_group();
                self.cursor.expect("as");
                StatementKind::Prepare(Box::new(self.statement(statement)))
            }
            S::ShowFunctions { .. }
            | S::ShowVariable { .. }
            | S::ShowStatus { .. }
            | S::ShowVariables { .. }
            | S::ShowCreate { .. }
            | S::ShowColumns { .. }
            | S::ShowCatalogs { .. }
            | S::ShowDatabases { .. }
            | S::ShowProcessList { .. }
            | S::ShowSchemas { .. }
            | S::ShowCharset(_)
            | S::ShowObjects(_)
            | S::ShowTables { .. }
            | S::ShowViews { .. }
            | S::ShowCollation { .. } => self.show(),
            _ => {
                let words = self.leading_words();
                self.skip_to_close();
                StatementKind::Other(words)
            }
        }
    }

    /// A query; `WITH … INSERT` and its kin are the statements that they hold.
    fn query_statement(&mut self, query: &sp::Query) -> StatementKind {
        let query = self.query(query);
        let plain = query.order_by.is_none() && query.limit.is_none() && query.offset.is_none();
        match query {
            crate::ast::Query { with, body: SetExpr::Statement(statement), other, .. }
                if plain && other.is_empty() =>
            {
                match statement.kind {
                    StatementKind::Insert(mut insert) => {
                        insert.with = with;
                        StatementKind::Insert(insert)
                    }
                    StatementKind::Update(mut update) => {
                        update.with = with;
                        StatementKind::Update(update)
                    }
                    StatementKind::Delete(mut delete) => {
                        delete.with = with;
                        StatementKind::Delete(delete)
                    }
                    kind => kind,
                }
            }
            query => StatementKind::Query(Box::new(query)),
        }
    }

    fn show(&mut self) -> StatementKind {
        let mut words = Vec::new();
        self.cursor.skip("show");
        while !matches!(self.cursor.peek(), Token::SemiColon | Token::EOF) {
            let span = self.cursor.here();
            match self.cursor.peek() {
                Token::Word(w) => {
                    words.push(Ident { value: w.value.clone(), quoted: w.quote_style.is_some(), span });
                }
                Token::SingleQuotedString(text) => {
                    words.push(Ident { value: text.clone(), quoted: true, span })
                }
                _ => {}
            }
            self.cursor.advance(1);
        }
        StatementKind::Show(words)
    }

    /// The keywords that a statement begins with, in upper case.
    pub(super) fn leading_words(&self) -> String {
        let mut words = Vec::new();
        while words.len() < 3 {
            match self.cursor.at(words.len()) {
                Token::Word(w)
                    if words.is_empty() || (w.quote_style.is_none() && w.keyword != Keyword::NoKeyword) =>
                {
                    words.push(w.value.to_uppercase());
                }
                _ => break,
            }
            let alone =
                matches!(words[0].as_str(), "SET" | "USE" | "COPY" | "RESET" | "CALL" | "BEGIN" | "PREPARE");
            if alone {
                break;
            }
        }
        words.join(" ")
    }
}
