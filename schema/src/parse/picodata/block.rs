//! `DO $$ BEGIN … END $$` out of tokens, and the statements of which nothing but their first words is read.

use sqlparser::ast as sp;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::MARK;
use crate::dialect::Written;
use crate::parse::read::{Raw, RawKind, expect, statement, take};
use crate::parse::token::{is_word, span_of};

/// A step of a block and where it begins and ends.
pub(in crate::parse) struct RawStep {
    pub(in crate::parse) kind: RawStepKind,
    pub(in crate::parse) start: u32,
    pub(in crate::parse) end: u32,
}

pub(in crate::parse) enum RawStepKind {
    Return(Box<sp::Query>),
    Let(sp::Ident, Box<sp::Query>),
    If(Box<sp::Expr>, Vec<RawStep>),
    Statement(Box<Raw>),
}

/// So deep IFs may nest before it is told that none may.
const IFS_MAX: usize = 8;

/// The first words of statements that change no rows and give none, and of those that there are not.
const COMMANDS: &[&str] = &[
    "abort",
    "analyze",
    "audit",
    "backup",
    "begin",
    "call",
    "checkpoint",
    "close",
    "cluster",
    "comment",
    "commit",
    "copy",
    "deallocate",
    "declare",
    "discard",
    "end",
    "execute",
    "fetch",
    "grant",
    "listen",
    "load",
    "lock",
    "move",
    "notify",
    "reindex",
    "release",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "set",
    "show",
    "start",
    "unlisten",
    "use",
    "vacuum",
];

/// What CREATE, ALTER and DROP may be about besides tables and views.
const OBJECTS: &[&str] =
    &["index", "unique", "procedure", "user", "role", "plugin", "schema", "system", "database", "function"];

/// Whether a statement stands here of which only the first words are read.
pub(in crate::parse) fn is_command(parser: &Parser<'_>) -> bool {
    let is = |at: usize, words: &[&str]| {
        words.iter().any(|word| is_word(&parser.peek_nth_token_ref(at).token, word))
    };
    if is(0, COMMANDS) || is(0, &["create", "alter", "drop"]) && is(1, OBJECTS) {
        return true;
    }
    let partition = (3..8).any(|at| is(at, &["partition"]) && is(at + 1, &["of"]));
    is(0, &["create"]) && is(1, &["table"]) && partition
}

/// Reads a block.
pub(in crate::parse) fn block(parser: &mut Parser<'_>) -> Result<RawKind, ParserError> {
    expect(parser, "do")?;
    if take(parser, &["language"]) {
        expect(parser, "sql")?;
    }
    if !take(parser, &[MARK]) {
        return parser.expected("`$$ BEGIN … END $$` behind DO", parser.peek_token());
    }
    expect(parser, "begin")?;
    let steps = steps(parser, IFS_MAX)?;
    if !take(parser, &[MARK]) {
        return parser.expected("`$$` behind END", parser.peek_token());
    }
    Ok(RawKind::Block(steps))
}

/// Reads steps up to END, which is taken too.
fn steps(parser: &mut Parser<'_>, ifs: usize) -> Result<Vec<RawStep>, ParserError> {
    let mut steps = Vec::new();
    while !take(parser, &["end"]) {
        steps.push(step(parser, ifs)?);
        if !parser.consume_token(&Token::SemiColon) {
            return parser.expected("`;` behind each statement of a block", parser.peek_token());
        }
    }
    Ok(steps)
}

fn step(parser: &mut Parser<'_>, ifs: usize) -> Result<RawStep, ParserError> {
    let start = place(parser);
    let is = |parser: &Parser<'_>, word: &str| is_word(&parser.peek_token_ref().token, word);
    let kind = if is(parser, "return") {
        parser.advance_token();
        expect(parser, "query")?;
        RawStepKind::Return(parser.parse_query()?)
    } else if is(parser, "let") {
        parser.advance_token();
        let name = parser.parse_identifier()?;
        parser.expect_token(&Token::Eq)?;
        parser.expect_token(&Token::LParen)?;
        let query = parser.parse_query()?;
        parser.expect_token(&Token::RParen)?;
        RawStepKind::Let(name, query)
    } else if is(parser, "if") {
        parser.advance_token();
        let condition = Box::new(parser.parse_expr()?);
        expect(parser, "then")?;
        let then = steps(parser, ifs.checked_sub(1).ok_or(ParserError::RecursionLimitExceeded)?)?;
        expect(parser, "if")?;
        RawStepKind::If(condition, then)
    } else {
        RawStepKind::Statement(Box::new(statement(parser, 0, Written::Picodata)?))
    };
    Ok(RawStep { kind, start, end: place(parser) })
}

/// Where the next token begins.
fn place(parser: &Parser<'_>) -> u32 {
    span_of(parser.peek_token_ref().span).map_or(u32::MAX, |span| span.start)
}
