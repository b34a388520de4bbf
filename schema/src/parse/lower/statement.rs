//! Statements.

use sqlparser::ast as sp;

use super::Lower;
use crate::ast::{Span, Statement, StatementKind};

impl Lower<'_> {
    /// A statement whose tokens are those from `start` up to `end`.
    pub(in crate::parse) fn statement_at(
        &mut self,
        statement: &sp::Statement,
        start: usize,
        end: usize,
    ) -> Statement {
        self.cursor.set(start);
        let kind = self.statement_kind(statement);
        self.cursor.set(end);
        Statement { kind, span: self.cursor.since(start) }
    }

    /// The index of the token that begins there, for [`statement_at`](Self::statement_at).
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
        match statement {
            sp::Statement::Query(query) => StatementKind::Query(Box::new(self.query(query))),
            other => {
                let name = self.leading_keywords();
                let _ = other;
                self.skip_to_close();
                StatementKind::Other(name)
            }
        }
    }

    /// The words that a statement begins with, in upper case.
    fn leading_keywords(&mut self) -> String {
        let span: Span = self.cursor.here();
        self.slice(span).to_uppercase()
    }
}
