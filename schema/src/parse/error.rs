//! What sqlparser could not parse, in the user's words and with the exact place.
//!
//! sqlparser stops at the first error and, where it tries several readings, tells of the last one. So subqueries are read
//! again on their own, innermost first: the first that fails is where the slip is. What users get wrong most (a misspelt
//! keyword, a missing or surplus comma, a clause out of order) is recognised from the tokens around the place.

mod clause;
mod keywords;
mod slip;
mod swallowed;
mod wording;

use std::collections::HashSet;

use sqlparser::dialect::Dialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use self::slip::Slip;
use self::wording::expected;
use super::read::Failure;
use super::token::{is_word, significant};
use super::{Source, limits, significant_tokens, span_of};
use crate::ast::Span;
use crate::diagnostic::{Diagnostic, Severity};

/// The finding behind a parser's error.
pub(super) fn explain(source: &Source<'_>, syntax: &dyn Dialect, failure: &Failure) -> Diagnostic {
    let tokens: Vec<(&Token, Span)> =
        significant_tokens(&failure.tokens).filter_map(|t| Some((&t.token, span_of(t.span)?))).collect();
    let (mut words, mut at) = match read_error(&failure.error) {
        Some((words, at)) => (words, failure.place.or(at)),
        None => return limits::too_deep(Span::new(0, source.text.len())),
    };
    if let Some((inner, place)) = inner_error(source, syntax, &tokens, &failure.tokens) {
        (words, at) = (inner, Some(place));
    }
    let mut index = at.map_or(tokens.len(), |at| tokens.partition_point(|t| t.1.start < at));
    if let Some((inner, place)) = case_error(syntax, &tokens, index, &failure.tokens, source.nesting.levels) {
        words = inner;
        index = place.map_or(tokens.len(), |at| tokens.partition_point(|t| t.1.start < at));
    }
    Slip { text: source.text, tokens: &tokens, index, expected: expected(&words) }.explain()
}

/// The finding that stands for others: of a text that could be read only because a keyword was taken for a name.
pub(super) fn swallowed(source: &Source<'_>, found: &[Diagnostic]) -> Option<Diagnostic> {
    let all: Vec<&TokenWithSpan> = source.tokens.iter().map(|scanned| &scanned.token).collect();
    let tokens: Vec<(&Token, Span)> = all
        .into_iter()
        .filter(|token| significant(&token.token))
        .filter_map(|token| Some((&token.token, span_of(token.span)?)))
        .collect();
    let errors = found.iter().filter(|found| found.severity == Severity::Error);
    let places: HashSet<Span> = errors.map(|found| found.span).collect();
    Slip { text: source.text, tokens: &tokens, index: tokens.len(), expected: None }.swallowed_by(&places)
}

/// The words of an error and the byte that it names; `None` where the recursion limit was hit.
fn read_error(error: &ParserError) -> Option<(String, Option<u32>)> {
    let message = match error {
        ParserError::RecursionLimitExceeded => return None,
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    Some(match message.rsplit_once(" at Line: 1, Column: ") {
        Some((words, column)) => {
            let column = column.trim().parse::<u32>().ok();
            (words.to_string(), column.and_then(|c| c.checked_sub(1)))
        }
        None => (message.clone(), None),
    })
}

/// At most this many subqueries are read again.
const SUBQUERIES_MAX: usize = 64;

/// The error of the innermost subquery that fails on its own.
fn inner_error(
    source: &Source<'_>,
    syntax: &dyn Dialect,
    tokens: &[(&Token, Span)],
    all: &[TokenWithSpan],
) -> Option<(String, u32)> {
    let mut open = Vec::new();
    let mut read = 0;
    for (i, (token, _)) in tokens.iter().enumerate() {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => open.push(i),
            Token::RParen | Token::RBracket | Token::RBrace => {
                let start = open.pop()?;
                let first = tokens[start + 1].0;
                if !(is_word(first, "select") || is_word(first, "with")) || read == SUBQUERIES_MAX {
                    continue;
                }
                read += 1;
                let range = tokens[start].1.end..tokens[i].1.start;
                let inner: Vec<TokenWithSpan> = all
                    .iter()
                    .filter(|t| span_of(t.span).is_some_and(|s| range.start <= s.start && s.end <= range.end))
                    .cloned()
                    .collect();
                if let Some((words, at)) = query_error(syntax, inner, source.nesting.levels) {
                    return Some((words, at.unwrap_or(range.end)));
                }
            }
            _ => {}
        }
    }
    None
}

/// The error of a CASE that sqlparser took for a column when it could not read it.
fn case_error(
    syntax: &dyn Dialect,
    tokens: &[(&Token, Span)],
    index: usize,
    all: &[TokenWithSpan],
    levels: usize,
) -> Option<(String, Option<u32>)> {
    let nearby = (1..=2).filter_map(|n| tokens.get(index.checked_sub(n)?));
    let case = nearby.into_iter().find(|t| is_word(t.0, "case"))?;
    let rest =
        all.iter().filter(|t| span_of(t.span).is_some_and(|s| s.start >= case.1.end)).cloned().collect();
    let mut parser =
        Parser::new(syntax).with_recursion_limit(limits::ticks(levels)).with_tokens_with_locations(rest);
    read_error(&parser.parse_case_expr().err()?)
}

/// Why tokens are not a query.
fn query_error(
    syntax: &dyn Dialect,
    tokens: Vec<TokenWithSpan>,
    levels: usize,
) -> Option<(String, Option<u32>)> {
    let mut parser =
        Parser::new(syntax).with_recursion_limit(limits::ticks(levels)).with_tokens_with_locations(tokens);
    match parser.parse_query() {
        Err(error) => read_error(&error),
        Ok(_) => {
            let next = parser.peek_token();
            let rest = next.token != Token::EOF;
            rest.then(|| {
                ("Expected: the end of the subquery".to_string(), span_of(next.span).map(|s| s.start))
            })
        }
    }
}
