//! A script taken apart into its statements, by tokens, so that one that cannot be read does not hide the others.

use sqlparser::tokenizer::Token;

use super::token::{significant, span_of, tokenize};
use crate::ast::Span;
use crate::dialect::Dialect;

/// One statement of a script, before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementText {
    /// From its first to its last token, without the semicolon.
    pub span: Span,
    /// Its tokens, without white space and comments.
    pub tokens: Vec<Span>,
}

/// Splits a script at its semicolons. What follows a place that cannot be tokenized belongs to the last statement.
pub fn split(text: &str, dialect: &Dialect) -> Vec<StatementText> {
    let (tokens, error) = tokenize(text, (dialect.syntax)().as_ref());
    let mut statements = Vec::new();
    let mut current: Vec<Span> = Vec::new();
    for token in tokens.iter().filter(|token| significant(&token.token)) {
        if token.token == Token::SemiColon {
            statements.extend(statement(std::mem::take(&mut current)));
        } else {
            current.extend(span_of(token.span));
        }
    }
    if error.is_some() {
        let start = current.last().map_or_else(
            || tokens.last().and_then(|token| span_of(token.span)).map_or(0, |span| span.end as usize),
            |last| last.end as usize,
        );
        current.push(Span::new(start, text.len()));
    }
    statements.extend(statement(current));
    statements
}

fn statement(tokens: Vec<Span>) -> Option<StatementText> {
    let span = tokens.first()?.to(*tokens.last()?);
    Some(StatementText { span, tokens })
}
