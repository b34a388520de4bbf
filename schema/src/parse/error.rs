//! What sqlparser could not parse, in the user's words and with the exact place.

use sqlparser::dialect::Dialect;
use sqlparser::parser::ParserError;

use super::read::Failure;
use super::{Source, limits, significant_tokens, span_of};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};

/// The finding behind a parser's error.
pub(super) fn explain(source: &Source<'_>, _syntax: &dyn Dialect, failure: &Failure) -> Diagnostic {
    let Failure { error, place, tokens } = failure;
    let message = match error {
        ParserError::RecursionLimitExceeded => return limits::too_deep(Span::new(0, source.text.len())),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.as_str(),
    };
    let (words, located) = match message.rsplit_once(" at Line: 1, Column: ") {
        Some((words, column)) => (words, column.trim().parse::<u32>().ok().and_then(|c| c.checked_sub(1))),
        None => (message, None),
    };
    let at = (*place).or(located);
    let found =
        at.and_then(|at| significant_tokens(tokens).filter_map(|t| span_of(t.span)).find(|s| s.start == at));
    let span = found.unwrap_or_else(|| Span::new(source.text.trim_end().len(), source.text.trim_end().len()));
    let expected = words.strip_prefix("Expected: ").unwrap_or(words);
    let expected = expected.split(", found: ").next().unwrap_or(expected);
    let text = &source.text[span.start as usize..span.end as usize];
    let what = if text.is_empty() { "the end of the text".to_string() } else { format!("`{text}`") };
    Diagnostic::error(Code::Syntax, span, format!("expected {expected}, found {what}"))
}
