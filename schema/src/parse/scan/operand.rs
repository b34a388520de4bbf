//! Which tokens end an operand, and which come before one.

use sqlparser::tokenizer::Token;

/// Whether a token ends an operand, so that a `:` glued to it belongs to it.
pub(super) fn ends_operand(token: &Token) -> bool {
    match token {
        Token::Word(w) => w.quote_style.is_some() || !precedes_operand(&w.value),
        Token::RParen | Token::RBracket | Token::RBrace | Token::Number(..) | Token::Placeholder(_) => true,
        other => is_string(other),
    }
}

/// Whether a token is a string literal of any kind.
pub(in crate::parse) fn is_string(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::TripleSingleQuotedString(_)
            | Token::TripleDoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::SingleQuotedByteStringLiteral(_)
            | Token::DoubleQuotedByteStringLiteral(_)
            | Token::TripleSingleQuotedByteStringLiteral(_)
            | Token::TripleDoubleQuotedByteStringLiteral(_)
            | Token::SingleQuotedRawStringLiteral(_)
            | Token::DoubleQuotedRawStringLiteral(_)
            | Token::TripleSingleQuotedRawStringLiteral(_)
            | Token::TripleDoubleQuotedRawStringLiteral(_)
            | Token::NationalStringLiteral(_)
            | Token::QuoteDelimitedStringLiteral(_)
            | Token::NationalQuoteDelimitedStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
    )
}

/// Keywords that an operand follows, so that a `:` glued to them opens a parameter.
fn precedes_operand(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "all",
        "and",
        "any",
        "between",
        "by",
        "case",
        "distinct",
        "div",
        "else",
        "escape",
        "fetch",
        "filter",
        "first",
        "for",
        "from",
        "having",
        "ilike",
        "in",
        "interval",
        "is",
        "like",
        "limit",
        "next",
        "not",
        "offset",
        "on",
        "or",
        "over",
        "qualify",
        "regexp",
        "returning",
        "rlike",
        "select",
        "set",
        "similar",
        "some",
        "then",
        "to",
        "top",
        "values",
        "when",
        "where",
        "with",
        "xor",
        "zone",
    ];
    WORDS.iter().any(|w| w.eq_ignore_ascii_case(word))
}
