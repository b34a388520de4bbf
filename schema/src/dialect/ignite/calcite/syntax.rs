//! What the engine's parser reads, for sqlparser: Calcite's core grammar with Ignite's changes of its keywords.
//!
//! Clauses that sqlparser reads and Calcite does not (TOP, FOR UPDATE) come out as clauses without rules, which the
//! binding refuses.

use std::any::TypeId;

use sqlparser::ast::{Expr, Map, MapEntry, Statement, TrimWhereField};
use sqlparser::dialect::{Dialect, GenericDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// The syntax, for sqlparser.
#[derive(Debug)]
pub(super) struct IgniteCalcite;

impl Dialect for IgniteCalcite {
    // Where sqlparser asks for a dialect by its type, this one reads as the generic one does.
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn supports_interval_options(&self) -> bool {
        true
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_' || ch == '$'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_colon_operator(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_expr_name(&self) -> bool {
        true
    }

    fn require_interval_qualifier(&self) -> bool {
        true
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_boolean_literals(&self) -> bool {
        true
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        let Token::Word(word) = &parser.peek_token_ref().token else { return None };
        let next = &parser.peek_nth_token_ref(1).token;
        match (word.quote_style, word.value.to_ascii_uppercase().as_str(), next) {
            (None, "MAP", Token::LBracket) => Some(map(parser)),
            // `JSON_OBJECT(KEY 'a' VALUE 1)`.
            (None, "KEY", Token::SingleQuotedString(_)) => {
                parser.advance_token();
                Some(parser.parse_prefix())
            }
            (None, "TRIM", Token::LParen) => trim(parser),
            // Neither form of CONVERT runs (2.17.0).
            (None, "CONVERT" | "TRY_CAST" | "SAFE_CAST", Token::LParen) => {
                Some(parser.expected("an expression", parser.peek_token()))
            }
            _ => None,
        }
    }

    fn parse_statement(&self, parser: &mut Parser<'_>) -> Option<Result<Statement, ParserError>> {
        create_index(parser)
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        // A colon belongs to JSON_OBJECT('key': value), never to an operand.
        (parser.peek_token_ref().token == Token::Colon).then_some(Ok(0))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        expr: &Expr,
        _precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        let is = |at: usize, keyword: Keyword| matches!(&parser.peek_nth_token_ref(at).token, Token::Word(word) if word.keyword == keyword);
        let negated = is(1, Keyword::NOT);
        if !is(0, Keyword::IS) || !is(if negated { 2 } else { 1 }, Keyword::JSON) {
            return None;
        }
        let words = if negated { 3 } else { 2 };
        let kinds = ["VALUE", "OBJECT", "ARRAY", "SCALAR"];
        let kind = matches!(&parser.peek_nth_token_ref(words).token, Token::Word(word)
            if kinds.iter().any(|kind| word.value.eq_ignore_ascii_case(kind)));
        (0..words + usize::from(kind)).for_each(|_| parser.advance_token());
        // sqlparser has no such node; lowering tells the two apart by their words.
        Some(Ok(Expr::IsNormalized { expr: Box::new(expr.clone()), form: None, negated }))
    }

    fn is_select_item_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser<'_>) -> bool {
        !RESERVED.contains(keyword) && (explicit || self.is_column_alias(keyword, parser))
    }

    fn is_table_factor_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser<'_>) -> bool {
        !RESERVED.contains(keyword) && (explicit || self.is_table_alias(keyword, parser))
    }
}

/// `CREATE INDEX … INLINE_SIZE n PARALLEL n`.
fn create_index(parser: &mut Parser<'_>) -> Option<Result<Statement, ParserError>> {
    let is = |at: usize, keyword: Keyword| matches!(&parser.peek_nth_token_ref(at).token, Token::Word(word) if word.keyword == keyword);
    if !is(0, Keyword::CREATE) || !(is(1, Keyword::INDEX) || is(2, Keyword::INDEX)) {
        return None;
    }
    parser.advance_token();
    let statement = parser.parse_create();
    let option = |token: &Token| {
        matches!(token, Token::Word(word) if ["INLINE_SIZE", "PARALLEL"]
            .iter()
            .any(|option| word.value.eq_ignore_ascii_case(option)))
    };
    while statement.is_ok()
        && option(&parser.peek_token_ref().token)
        && matches!(parser.peek_nth_token_ref(1).token, Token::Number(..))
    {
        (0..2).for_each(|_| parser.advance_token());
    }
    Some(statement)
}

/// `TRIM(LEADING FROM text)`: sqlparser wants to know what is trimmed.
fn trim(parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
    let word = |at: usize| match &parser.peek_nth_token_ref(at).token {
        Token::Word(word) => word.keyword,
        _ => Keyword::NoKeyword,
    };
    let side = match word(2) {
        Keyword::BOTH => TrimWhereField::Both,
        Keyword::LEADING => TrimWhereField::Leading,
        Keyword::TRAILING => TrimWhereField::Trailing,
        _ => return None,
    };
    if word(3) != Keyword::FROM {
        return None;
    }
    (0..4).for_each(|_| parser.advance_token());
    let text = parser.parse_expr().and_then(|expr| parser.expect_token(&Token::RParen).map(|_| expr));
    let whole = |expr| Expr::Trim {
        expr: Box::new(expr),
        trim_where: Some(side),
        trim_what: None,
        trim_characters: None,
    };
    Some(text.map(whole))
}

/// `MAP[key, value, …]`.
fn map(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    parser.advance_token();
    parser.expect_token(&Token::LBracket)?;
    let parts = parser.parse_comma_separated(Parser::parse_expr)?;
    if parts.len() % 2 == 1 {
        return parser.expected("a value for every key of MAP", parser.peek_token());
    }
    parser.expect_token(&Token::RBracket)?;
    let mut parts = parts.into_iter();
    let mut entries = Vec::new();
    while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
        entries.push(MapEntry { key: Box::new(key), value: Box::new(value) });
    }
    Ok(Expr::Map(Map { entries }))
}

/// Keywords that Ignite's grammar keeps reserved, of those that could be read as an alias.
const RESERVED: &[Keyword] = &[
    Keyword::ALL,
    Keyword::ANY,
    Keyword::CALL,
    Keyword::CASE,
    Keyword::CONSTRAINT,
    Keyword::CREATE,
    Keyword::CROSS,
    Keyword::CURRENT,
    Keyword::CURSOR,
    Keyword::DATE,
    Keyword::DATETIME,
    Keyword::DEFAULT,
    Keyword::DEFINE,
    Keyword::DELETE,
    Keyword::DESCRIBE,
    Keyword::DISTINCT,
    Keyword::DROP,
    Keyword::EXCEPT,
    Keyword::EXPLAIN,
    Keyword::FETCH,
    Keyword::FROM,
    Keyword::FULL,
    Keyword::GRANT,
    Keyword::GROUP,
    Keyword::GROUPING,
    Keyword::HAVING,
    Keyword::IF,
    Keyword::IN,
    Keyword::INNER,
    Keyword::INSERT,
    Keyword::INTERSECT,
    Keyword::INTERVAL,
    Keyword::INTO,
    Keyword::JOIN,
    Keyword::LATERAL,
    Keyword::LEFT,
    Keyword::LIMIT,
    Keyword::MATCH_RECOGNIZE,
    Keyword::MERGE,
    Keyword::MINUS,
    Keyword::NATURAL,
    Keyword::NEW,
    Keyword::NEXT,
    Keyword::NULL,
    Keyword::OFFSET,
    Keyword::ON,
    Keyword::ORDER,
    Keyword::OUTER,
    Keyword::OVER,
    Keyword::PARTITION,
    Keyword::PATTERN,
    Keyword::PRIMARY,
    Keyword::QUALIFY,
    Keyword::RANGE,
    Keyword::RIGHT,
    Keyword::ROLLUP,
    Keyword::ROW,
    Keyword::ROWS,
    Keyword::SELECT,
    Keyword::SET,
    Keyword::SOME,
    Keyword::STREAM,
    Keyword::TABLE,
    Keyword::TABLESAMPLE,
    Keyword::THEN,
    Keyword::TIME,
    Keyword::TIMESTAMP,
    Keyword::UNION,
    Keyword::UNNEST,
    Keyword::UPDATE,
    Keyword::USING,
    Keyword::VALUES,
    Keyword::WHEN,
    Keyword::WHERE,
    Keyword::WINDOW,
    Keyword::WITH,
];
