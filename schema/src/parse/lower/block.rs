//! Blocks of statements.

use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{Step, StepKind};
use crate::parse::picodata::block::{RawStep, RawStepKind};
use crate::parse::token::is_word;

impl Lower<'_> {
    /// The steps of a block.
    pub(super) fn steps(&mut self, steps: &[RawStep]) -> Vec<Step> {
        steps.iter().map(|step| self.step(step)).collect()
    }

    /// The words that a statement begins with of which nothing else is read. SET of a transaction is another than the rest.
    pub(super) fn command_words(&self) -> String {
        let words = self.leading_words();
        let is_next = |word: &str| is_word(self.cursor.at(1), word);
        match words.as_str() {
            "SET" if is_next("transaction") => "SET TRANSACTION".to_owned(),
            "SET" if is_next("session") && is_word(self.cursor.at(2), "characteristics") => {
                "SET SESSION CHARACTERISTICS".to_owned()
            }
            _ => words,
        }
    }

    fn step(&mut self, raw: &RawStep) -> Step {
        let (start, end) = (self.index_of(raw.start), self.index_of(raw.end));
        self.cursor.set(start);
        let kind = match &raw.kind {
            RawStepKind::Return(query) => {
                self.cursor.skip_any(&["return", "query"]);
                StepKind::Return(Box::new(self.query(query)))
            }
            RawStepKind::Let(name, query) => {
                self.cursor.expect("let");
                let name = self.ident(name);
                self.cursor.expect_token(&Token::Eq);
                let close = self.cursor.open(&Token::LParen);
                let query = Box::new(self.query(query));
                self.cursor.close(close);
                StepKind::Let { name, query }
            }
            RawStepKind::If(condition, then) => {
                self.cursor.expect("if");
                let condition = self.expr(condition);
                StepKind::If { condition, then: self.steps(then) }
            }
            RawStepKind::Statement(raw) => StepKind::Statement(Box::new(self.statement_until(raw, end))),
        };
        self.cursor.set(end);
        Step { kind, span: self.cursor.since(start) }
    }
}
