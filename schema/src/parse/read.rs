//! Statements out of tokens: sqlparser's own, and those that DataFusion reads with a parser of its own.
//!
//! sqlparser reads `EXPLAIN x` as `DESCRIBE x` when `x` has a slip, and does not know DataFusion's `CREATE EXTERNAL TABLE`,
//! `COPY … TO` and `RESET`; these are taken apart here (datafusion-sql 55, `parser.rs`).

use sqlparser::ast as sp;
use sqlparser::dialect::Dialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::limits;
use super::picodata::block::{self, RawStep};
use super::token::{byte_of, is_word, span_of};
use crate::ast::Span;
use crate::dialect::Written;

/// A statement and where its tokens begin.
pub(super) struct Raw {
    pub(super) kind: RawKind,
    pub(super) start: u32,
}

pub(super) enum RawKind {
    /// One that sqlparser reads.
    Sql(Box<sp::Statement>),
    /// `EXPLAIN [ANALYZE] statement`.
    Explain {
        analyze: bool,
        plan_for: bool,
        describe: bool,
        /// Where the word behind FORMAT begins, and the word.
        format: Option<(u32, String)>,
        verbose: bool,
        statement: Box<Raw>,
    },
    /// `CREATE EXTERNAL TABLE`.
    External(Box<External>),
    /// `COPY … TO`.
    Copy(Copied),
    /// `DO $$ BEGIN … END $$`.
    Block(Vec<RawStep>),
    /// One that is understood by its first word alone.
    Words,
}

/// What `COPY … TO` copies.
pub(super) enum Copied {
    Query(Box<sp::Query>),
    Table(sp::ObjectName),
}

/// `CREATE EXTERNAL TABLE`.
pub(super) struct External {
    pub(super) or_replace: bool,
    pub(super) if_not_exists: bool,
    pub(super) name: sp::ObjectName,
    pub(super) columns: Vec<sp::ColumnDef>,
    pub(super) constraints: Vec<sp::TableConstraint>,
    pub(super) options: Vec<(String, String)>,
}

/// All statements with the ranges of bytes that they were read from, and the tokens back.
pub(super) struct Read {
    pub(super) statements: Vec<(Raw, Span)>,
    pub(super) tokens: Vec<TokenWithSpan>,
}

/// Why a text could not be read: the error, its place where it says none itself, and the tokens back.
pub(super) struct Failure {
    pub(super) error: ParserError,
    pub(super) place: Option<u32>,
    pub(super) tokens: Vec<TokenWithSpan>,
}

/// Reads statements up to the end of the tokens.
pub(super) fn read(
    syntax: &dyn Dialect,
    tokens: Vec<TokenWithSpan>,
    levels: usize,
    written: Written,
) -> Result<Read, Failure> {
    let mut parser =
        Parser::new(syntax).with_recursion_limit(limits::ticks(levels)).with_tokens_with_locations(tokens);
    let mut statements = Vec::new();
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        if parser.peek_token_ref().token == Token::EOF {
            return Ok(Read { statements, tokens: parser.into_tokens() });
        }
        let raw = match statement(&mut parser, EXPLAINS_MAX, written) {
            Ok(raw) => raw,
            Err(error) => {
                // Some errors name no place: then it is where the parser stands.
                let located =
                    error.to_string().contains(" at Line: ") || error.to_string().contains("found: EOF");
                let place = if located { None } else { byte_of(parser.peek_token_ref().span.start) };
                return Err(Failure { error, place, tokens: parser.into_tokens() });
            }
        };
        let next = parser.peek_token();
        if !matches!(next.token, Token::SemiColon | Token::EOF) {
            let error = ParserError::ParserError("Expected: the end of the statement".to_string());
            return Err(Failure { error, place: byte_of(next.span.start), tokens: parser.into_tokens() });
        }
        let end = span_of(next.span).map_or(u32::MAX, |s| s.start);
        let span = Span { start: raw.start, end };
        statements.push((raw, span));
    }
}

/// So many EXPLAINs may stand before one another; engines take one.
const EXPLAINS_MAX: usize = 16;

/// A statement; `explains` more of them may nest in it.
pub(super) fn statement(
    parser: &mut Parser<'_>,
    explains: usize,
    written: Written,
) -> Result<Raw, ParserError> {
    let first = parser.peek_token();
    let start = span_of(first.span).unwrap_or_default().start;
    let kind = match &first.token {
        t if is_word(t, "explain") => explain(parser, explains, written)?,
        t if written == Written::Picodata && is_word(t, "do") => block::block(parser)?,
        _ if written == Written::Picodata && block::is_command(parser) => {
            words(parser);
            RawKind::Words
        }
        t if ["describe", "desc"].iter().any(|w| is_word(t, w))
            && starts_query(&parser.peek_nth_token_ref(1).token) =>
        {
            parser.advance_token();
            RawKind::Explain {
                analyze: false,
                plan_for: false,
                describe: true,
                format: None,
                verbose: false,
                statement: Box::new(explained(parser, explains, written)?),
            }
        }
        t if is_word(t, "create") && external_ahead(parser) => external(parser)?,
        t if is_word(t, "copy") => copy(parser)?,
        t if is_word(t, "reset") || is_word(t, "kill") || user_ahead(parser) => {
            words(parser);
            RawKind::Words
        }
        _ => RawKind::Sql(Box::new(parser.parse_statement()?)),
    };
    Ok(Raw { kind, start })
}

/// Whether `CREATE USER name WITH PASSWORD` stands here, or the same with ALTER.
fn user_ahead(parser: &Parser<'_>) -> bool {
    let is = |at: usize, word: &str| is_word(&parser.peek_nth_token_ref(at).token, word);
    (is(0, "create") || is(0, "alter")) && is(1, "user") && is(3, "with") && is(4, "password")
}

/// Whether a token begins a query or a statement that changes rows.
fn starts_query(token: &Token) -> bool {
    const WORDS: &[&str] =
        &["select", "with", "values", "from", "insert", "update", "delete", "merge", "create"];
    *token == Token::LParen || WORDS.iter().any(|w| is_word(token, w))
}

/// The statement that an EXPLAIN is about.
fn explained(parser: &mut Parser<'_>, explains: usize, written: Written) -> Result<Raw, ParserError> {
    statement(parser, explains.checked_sub(1).ok_or(ParserError::RecursionLimitExceeded)?, written)
}

fn explain(parser: &mut Parser<'_>, explains: usize, written: Written) -> Result<RawKind, ParserError> {
    parser.advance_token();
    let mut analyze = false;
    let mut plan_for = false;
    let (mut format, mut verbose) = (None, false);
    if is_word(&parser.peek_token_ref().token, "plan") && is_word(&parser.peek_nth_token_ref(1).token, "for")
    {
        plan_for = take(parser, &["plan"]) && take(parser, &["for"]);
    } else if parser.peek_token_ref().token == Token::LParen
        && !starts_query(&parser.peek_nth_token_ref(1).token)
    {
        for option in parser.parse_utility_options()? {
            let off = option
                .arg
                .is_some_and(|arg| ["false", "off", "0"].contains(&arg.to_string().to_lowercase().as_str()));
            analyze |= option.name.value.eq_ignore_ascii_case("analyze") && !off;
        }
    } else {
        const WORDS: &[&str] = &[
            "query",
            "plan",
            "estimate",
            "verbose",
            "extended",
            "formatted",
            "logical",
            "codegen",
            "analyze",
        ];
        loop {
            let next = &parser.peek_token_ref().token;
            verbose |= is_word(next, "verbose");
            analyze |= is_word(next, "analyze");
            if !take(parser, WORDS) {
                break;
            }
        }
        if take(parser, &["format"]) {
            let token = parser.peek_token_ref();
            format = span_of(token.span).map(|span| (span.start, token.token.to_string()));
            parser.advance_token();
        }
    }
    Ok(RawKind::Explain {
        analyze,
        plan_for,
        describe: false,
        format,
        verbose,
        statement: Box::new(explained(parser, explains, written)?),
    })
}

pub(super) fn take(parser: &mut Parser<'_>, words: &[&str]) -> bool {
    let there = words.iter().any(|w| is_word(&parser.peek_token_ref().token, w));
    if there {
        parser.advance_token();
    }
    there
}

/// Takes everything up to the end of the statement.
fn words(parser: &mut Parser<'_>) {
    while !matches!(parser.peek_token_ref().token, Token::SemiColon | Token::EOF) {
        parser.advance_token();
    }
}

/// `COPY (query) TO …` and `COPY table TO …`; the rest is sqlparser's.
fn copy(parser: &mut Parser<'_>) -> Result<RawKind, ParserError> {
    let ours = (1..64).map(|n| &parser.peek_nth_token_ref(n).token).find_map(|t| match t {
        Token::SemiColon | Token::EOF => Some(false),
        t if is_word(t, "from") || is_word(t, "into") => Some(false),
        t if *t == Token::LParen || is_word(t, "to") || is_word(t, "stored") => Some(true),
        _ => None,
    });
    if ours != Some(true) {
        return Ok(RawKind::Sql(Box::new(parser.parse_statement()?)));
    }
    parser.advance_token();
    let copied = if parser.consume_token(&Token::LParen) {
        let query = parser.parse_query()?;
        parser.expect_token(&Token::RParen)?;
        Copied::Query(query)
    } else {
        Copied::Table(parser.parse_object_name(true)?)
    };
    words(parser);
    Ok(RawKind::Copy(copied))
}

fn external_ahead(parser: &Parser<'_>) -> bool {
    let after = (1..6).map(|n| &parser.peek_nth_token_ref(n).token);
    let mut after = after.skip_while(|t| ["or", "replace", "unbounded"].iter().any(|w| is_word(t, w)));
    after.next().is_some_and(|t| is_word(t, "external"))
}

/// The columns of an external table, of which DataFusion (55.2) lets the last have a comma behind it.
fn external_columns(
    parser: &mut Parser<'_>,
) -> Result<(Vec<sp::ColumnDef>, Vec<sp::TableConstraint>), ParserError> {
    let (mut columns, mut constraints) = (Vec::new(), Vec::new());
    if !parser.consume_token(&Token::LParen) || parser.consume_token(&Token::RParen) {
        return Ok((columns, constraints));
    }
    loop {
        match parser.parse_optional_table_constraint()? {
            Some(constraint) => constraints.push(constraint),
            None => columns.push(parser.parse_column_def()?),
        }
        let comma = parser.consume_token(&Token::Comma);
        if parser.consume_token(&Token::RParen) {
            return Ok((columns, constraints));
        }
        if !comma {
            return parser.expected("',' or ')' after column definition", parser.peek_token());
        }
    }
}

fn external(parser: &mut Parser<'_>) -> Result<RawKind, ParserError> {
    parser.advance_token();
    let or_replace = take(parser, &["or"]) && take(parser, &["replace"]);
    while take(parser, &["unbounded", "external", "temp", "temporary"]) {}
    expect(parser, "table")?;
    let if_not_exists = take(parser, &["if"]) && take(parser, &["not"]) && take(parser, &["exists"]);
    let name = parser.parse_object_name(true)?;
    let (columns, constraints) = external_columns(parser)?;
    let mut external =
        External { or_replace, if_not_exists, name, columns, constraints, options: Vec::new() };
    while !matches!(parser.peek_token_ref().token, Token::SemiColon | Token::EOF) {
        external_clause(parser, &mut external)?;
    }
    for (key, clause) in [("stored as", "STORED AS"), ("location", "LOCATION")] {
        if !external.options.iter().any(|(k, _)| k == key) {
            return parser.expected(&format!("{clause} in CREATE EXTERNAL TABLE"), parser.peek_token());
        }
    }
    Ok(RawKind::External(Box::new(external)))
}

fn external_clause(parser: &mut Parser<'_>, external: &mut External) -> Result<(), ParserError> {
    if take(parser, &["stored"]) {
        expect(parser, "as")?;
        let format = parser.parse_identifier()?.value;
        external.options.push(("stored as".to_string(), format.to_uppercase()));
    } else if take(parser, &["location"]) {
        let many = parser.consume_token(&Token::LParen);
        loop {
            let place = parser.parse_literal_string()?;
            external.options.push(("location".to_string(), place));
            if !many || !parser.consume_token(&Token::Comma) || parser.peek_token_ref().token == Token::RParen
            {
                break;
            }
        }
        if many {
            parser.expect_token(&Token::RParen)?;
        }
    } else if take(parser, &["partitioned"]) {
        expect(parser, "by")?;
        // Names of columns that were declared, or declarations of their own.
        if matches!(parser.peek_nth_token_ref(2).token, Token::Comma | Token::RParen) {
            parser.parse_parenthesized_column_list(sqlparser::parser::IsOptional::Mandatory, false)?;
        } else {
            external.columns.extend(parser.parse_columns()?.0);
        }
    } else if take(parser, &["with"]) {
        expect(parser, "order")?;
        parser.expect_token(&Token::LParen)?;
        parser.parse_comma_separated(Parser::parse_order_by_expr)?;
        parser.expect_token(&Token::RParen)?;
    } else if take(parser, &["options"]) {
        external_options(parser, external)?;
    } else {
        let found = parser.peek_token();
        return parser.expected("STORED AS, LOCATION, PARTITIONED BY, WITH ORDER or OPTIONS", found);
    }
    Ok(())
}

/// `OPTIONS (key value, 'key' 'value')`.
fn external_options(parser: &mut Parser<'_>, external: &mut External) -> Result<(), ParserError> {
    parser.expect_token(&Token::LParen)?;
    while !parser.consume_token(&Token::RParen) {
        let mut key = option_word(parser, "the name of an option")?;
        while parser.consume_token(&Token::Period) {
            key = format!("{key}.{}", option_word(parser, "the name of an option")?);
        }
        let value = option_word(parser, "the value of an option")?;
        external.options.push((key.to_lowercase(), value));
        if !parser.consume_token(&Token::Comma) && parser.peek_token_ref().token != Token::RParen {
            return parser.expected("`,` or `)`", parser.peek_token());
        }
    }
    Ok(())
}

fn option_word(parser: &mut Parser<'_>, what: &str) -> Result<String, ParserError> {
    let next = parser.next_token();
    match next.token {
        Token::Word(word) => Ok(word.value),
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::EscapedStringLiteral(text) => Ok(text),
        Token::Number(number, _) => Ok(number),
        _ => parser.expected(what, next),
    }
}

pub(super) fn expect(parser: &mut Parser<'_>, word: &str) -> Result<(), ParserError> {
    if take(parser, &[word]) {
        return Ok(());
    }
    parser.expected(&word.to_uppercase(), parser.peek_token())
}
