//! Tokens with their places.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'s> {
    /// A bare word, in lower case.
    Word(String),
    /// An identifier in double quotes.
    Quoted(String),
    /// A text in single quotes, or between dollars.
    Text(String),
    Number(&'s str),
    /// `$1`
    Parameter(usize),
    Symbol(&'static str),
    /// Where a comment begins: Picodata has none.
    Comment,
    /// A character that begins no token.
    Unknown,
}

const SYMBOLS: &[&str] = &[
    "<>", "!=", "<=", ">=", "||", "::", "=", "<", ">", "(", ")", "[", "]", ",", ".", "*", "+", "-", "/", ";",
    "%", "?",
];

pub(super) fn tokens(sql: &str) -> Vec<(Token<'_>, Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = sql[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, len) = token(&sql[at..], first);
        out.push((token, at..at + len));
        at += len;
    }
    out
}

fn token(rest: &str, first: char) -> (Token<'_>, usize) {
    if rest.starts_with("--") || rest.starts_with("/*") {
        return (Token::Comment, 2);
    }
    match first {
        '\'' => quoted(rest, '\'', Token::Text),
        '"' => quoted(rest, '"', Token::Quoted),
        '$' => dollar(rest),
        '0'..='9' => {
            let len = span(rest, |c| c.is_ascii_alphanumeric() || c == '.');
            (Token::Number(&rest[..len]), len)
        }
        _ if first.is_alphabetic() || first == '_' => {
            let len = span(rest, |c| c.is_alphanumeric() || c == '_');
            (Token::Word(rest[..len].to_lowercase()), len)
        }
        _ => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => (Token::Symbol(symbol), symbol.len()),
            None => (Token::Unknown, first.len_utf8()),
        },
    }
}

fn span(text: &str, inside: impl Fn(char) -> bool) -> usize {
    text.find(|c| !inside(c)).unwrap_or(text.len())
}

fn quoted<'s>(rest: &'s str, quote: char, make: fn(String) -> Token<'s>) -> (Token<'s>, usize) {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            text.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return (make(text), at + 1);
        }
    }
    (Token::Unknown, rest.len())
}

/// `$1`, or the body of a block between `$$` and `$$`.
fn dollar(rest: &str) -> (Token<'_>, usize) {
    if let Some(body) = rest.strip_prefix("$$") {
        return match body.find("$$") {
            Some(end) => (Token::Text(body[..end].to_owned()), end + 4),
            None => (Token::Unknown, rest.len()),
        };
    }
    let len = 1 + span(&rest[1..], |c| c.is_ascii_digit());
    match rest[1..len].parse() {
        Ok(number) => (Token::Parameter(number), len),
        Err(_) => (Token::Unknown, 1),
    }
}
