//! What Pinot writes besides a statement: `SET key = value;` before it, any number of times, and `OPTION(key=value)` at its
//! very end; and comments as it alone has them. All stay in the text that is sent; sqlparser does not see them.

use std::borrow::Cow;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::token::{is_word, significant, span_of};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Setting;

/// The text with blanks in place of comments that sqlparser reads otherwise (Calcite, 1.5.1): `//` to the end of the line,
/// `--` to a carriage return, and `/* /* */`, for none is within another. Places stay the same.
pub(super) fn without_odd_comments(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut blank: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (len, is_odd) = match rest {
            [quote @ (b'\'' | b'"' | b'`'), inside @ ..] => {
                (inside.iter().position(|byte| byte == quote).map_or(rest.len(), |end| end + 2), false)
            }
            [b'-', b'-', ..] | [b'/', b'/', ..] => line_comment(rest),
            [b'/', b'*', inside @ ..] => block_comment(inside),
            _ => (1, false),
        };
        if is_odd {
            blank.get_or_insert_with(|| bytes.to_vec())[at..at + len].fill(b' ');
        }
        at += len;
    }
    match blank.map(String::from_utf8) {
        Some(Ok(text)) => Cow::Owned(text),
        _ => Cow::Borrowed(text),
    }
}

/// The length of a comment to the end of its line, and whether it is one of Pinot's alone.
fn line_comment(rest: &[u8]) -> (usize, bool) {
    let len = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    let ends_early = rest.get(len) == Some(&b'\r') && rest.get(len + 1) != Some(&b'\n');
    (len, rest[0] == b'/' || ends_early)
}

/// The same of a comment behind its `/*`. One that is not closed is left to be told.
fn block_comment(inside: &[u8]) -> (usize, bool) {
    match inside.windows(2).position(|pair| pair == b"*/") {
        Some(end) => (end + 4, inside[..end].windows(2).any(|pair| pair == b"/*")),
        None => (inside.len() + 2, false),
    }
}

/// The settings of a text.
pub(super) fn settings(tokens: &[TokenWithSpan]) -> Vec<Setting> {
    let mut found = Vec::new();
    leading(tokens, &mut found);
    trailing(tokens, &mut found);
    found
}

/// The tokens without what sets options.
pub(super) fn strip(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut ignored = Vec::new();
    let from = leading(&tokens, &mut ignored);
    let to = trailing(&tokens, &mut ignored).unwrap_or(tokens.len());
    tokens.into_iter().enumerate().filter(|(i, _)| (from..to.max(from)).contains(i)).map(|(_, t)| t).collect()
}

/// Indices of the tokens that are neither whitespace nor comments.
fn meant(tokens: &[TokenWithSpan]) -> impl DoubleEndedIterator<Item = usize> {
    tokens.iter().enumerate().filter(|(_, t)| significant(&t.token) && t.token != Token::EOF).map(|(i, _)| i)
}

/// Reads the SETs that a text begins with; gives where the rest begins.
fn leading(tokens: &[TokenWithSpan], found: &mut Vec<Setting>) -> usize {
    let mut end = 0;
    let mut at = meant(tokens).peekable();
    loop {
        if !at.peek().is_some_and(|i| is_word(&tokens[*i].token, "set")) {
            return end;
        }
        at.next();
        let (Some(key), Some(eq)) = (at.next(), at.next()) else { return end };
        if tokens[eq].token != Token::Eq {
            return end;
        }
        let mut value = String::new();
        let close = loop {
            match at.next() {
                Some(i) if tokens[i].token == Token::SemiColon => break i,
                Some(i) => value.push_str(&plain(&tokens[i].token)),
                None => return end,
            }
        };
        if value.is_empty() {
            return end;
        }
        found.push(Setting {
            key: plain(&tokens[key].token),
            value,
            span: span_of(tokens[key].span).unwrap_or_default(),
            param: None,
        });
        end = close + 1;
    }
}

/// Reads `OPTION(k=v, …)` at the end; gives where it begins.
fn trailing(tokens: &[TokenWithSpan], found: &mut Vec<Setting>) -> Option<usize> {
    let mut back = meant(tokens).rev().skip_while(|i| tokens[*i].token == Token::SemiColon);
    let close = back.next().filter(|i| tokens[*i].token == Token::RParen)?;
    let open = back.find(|i| matches!(tokens[*i].token, Token::LParen | Token::RParen))?;
    if tokens[open].token != Token::LParen {
        return None;
    }
    let word = back.next().filter(|i| is_word(&tokens[*i].token, "option"))?;
    let mut current: Option<Setting> = None;
    let mut after_eq = false;
    for i in meant(tokens).filter(|i| (open + 1..close).contains(i)) {
        match (&tokens[i].token, &mut current) {
            (Token::Comma, _) => {
                found.extend(current.take());
                after_eq = false;
            }
            (Token::Eq, _) => after_eq = true,
            (token, Some(setting)) if after_eq => setting.value.push_str(&plain(token)),
            (token, Some(setting)) => setting.key.push_str(&plain(token)),
            (token, None) => {
                let span = span_of(tokens[i].span).unwrap_or_default();
                current = Some(Setting { key: plain(token), value: String::new(), span, param: None });
            }
        }
    }
    found.extend(current);
    Some(word)
}

/// A token without quotes.
fn plain(token: &Token) -> String {
    match token {
        Token::Word(word) => word.value.clone(),
        Token::SingleQuotedString(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Comments that are none, or that are more than one: `1--1` is 1, `7 // 2` is 7, and the server's pattern for `OPTION(…)`
/// looks into the last comment, too.
pub(super) fn comments(text: &str, tokens: &[TokenWithSpan]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = tokens.windows(2).filter_map(|pair| swallowing(text, pair)).collect();
    if hidden_option(text) && trailing(tokens, &mut Vec::new()).is_none() {
        let start = text.to_lowercase().rfind("option").unwrap_or(0);
        let span = Span::new(start.min(text.len()), text.trim_end().len());
        found.push(
            Diagnostic::error(
                Code::CommentMark,
                span,
                "the server reads `OPTION(…)` at the end of a text also inside of a comment",
            )
            .help("fix this by taking it out of the comment, or by other words"),
        );
    }
    found
}

/// A comment behind a value that looks as if what is in it were meant to be calculated with.
fn swallowing(text: &str, pair: &[TokenWithSpan]) -> Option<Diagnostic> {
    let is_operand = matches!(
        pair[0].token,
        Token::Number(..) | Token::Word(_) | Token::RParen | Token::RBracket | Token::Placeholder(_)
    );
    let Token::Whitespace(_) = &pair[1].token else { return None };
    let span = span_of(pair[1].span)?;
    // Blanks may stand for a comment that the tokens do not have.
    let behind = text.get(span.start as usize..)?;
    let comment = behind.trim_start_matches(' ').lines().next()?;
    let start = span.start as usize + (behind.len() - behind.trim_start_matches(' ').len());
    let (mark, inside) = match (comment.strip_prefix("--"), comment.strip_prefix("//")) {
        (Some(inside), _) if start == span.start as usize => ("--", inside),
        (_, Some(inside)) => ("//", inside.trim_start()),
        _ => return None,
    };
    let is_number =
        inside.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '(' | '.' | ':' | '?' | '$'));
    if !is_operand || !is_number {
        return None;
    }
    let message = format!("`{mark}` begins a comment, and what follows is not read");
    let help = match mark {
        "--" => "fix this by a space or brackets, if a number below zero is meant: `x - -1`, `x - (-1)`",
        _ => "fix this by `floor(x / y)`, if a division without a rest is meant",
    };
    let span = Span::new(start, start + comment.len());
    Some(Diagnostic::warning(Code::CommentMark, span, message).help(help))
}

/// Whether the server's pattern finds options at the end of a text: `option\s*\(([^)]+)\)\s*;?\s*\Z`, without regard to
/// case.
fn hidden_option(text: &str) -> bool {
    let end = text.trim_end();
    let end = end.strip_suffix(';').unwrap_or(end).trim_end();
    let Some(inside) = end.strip_suffix(')') else { return false };
    let Some(open) = inside.rfind(['(', ')']).filter(|at| inside.as_bytes()[*at] == b'(') else {
        return false;
    };
    inside.len() > open + 1 && inside[..open].trim_end().to_lowercase().ends_with("option")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::by_name;
    use crate::parse::token::tokenize;

    fn read(text: &str) -> (Vec<(String, String)>, String) {
        let dialect = by_name("pinot-sse").expect("a dialect");
        let (tokens, _) = tokenize(text, (dialect.syntax)().as_ref());
        let settings = settings(&tokens).into_iter().map(|s| (s.key, s.value)).collect();
        let rest: String = strip(tokens).iter().map(|t| t.token.to_string()).collect();
        (settings, rest.trim().to_owned())
    }

    #[track_caller]
    fn check(text: &str, settings: &[(&str, &str)], rest: &str) {
        let settings = settings.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        assert_eq!(read(text), (settings, rest.to_owned()), "{text}");
    }

    #[test]
    fn settings_are_read_and_left_out() {
        check("SELECT a FROM t", &[], "SELECT a FROM t");
        check(
            "SET timeoutMs = 5; SET \"useStarTree\"='false'; SELECT a FROM t;",
            &[("timeoutMs", "5"), ("useStarTree", "false")],
            "SELECT a FROM t;",
        );
        check("SET a=-1; SELECT 1", &[("a", "-1")], "SELECT 1");
        check(
            "SELECT a FROM t option (timeoutMs=5, k=v) ;",
            &[("timeoutMs", "5"), ("k", "v")],
            "SELECT a FROM t",
        );
        check("SELECT option(a) FROM t", &[], "SELECT option(a) FROM t");
        check("SET a", &[], "SET a");
        check("SET a = 1", &[], "SET a = 1");
        check("SET a = ; SELECT 1", &[], "SET a = ; SELECT 1");
    }

    #[test]
    fn comments_are_those_of_pinot() {
        let check = |text: &str, expected: &str| {
            let read = without_odd_comments(text);
            assert_eq!((&*read, read.len()), (expected, text.len()), "{text}");
        };
        check("a // don't :x\nb", "a            \nb");
        check("'//' \"//\" `//` /* // */ -- //", "'//' \"//\" `//` /* // */ -- //");
        check("a /* /* */ b", "a          b");
        check("a -- é\rb --\r\nc", "a      \rb --\r\nc");
        check("a //", "a   ");
        check("/* // never closed /* x", "/* // never closed /* x");
        check("'it''s // no comment", "'it''s // no comment");
    }

    #[test]
    fn options_are_found_where_the_server_finds_them() {
        assert!(hidden_option("SELECT 1 -- Option( k=v ) ; "));
        assert!(!hidden_option("SELECT 1 -- option()"));
        assert!(!hidden_option("SELECT 'option(k=v)'"));
        assert!(!hidden_option("SELECT f(a)"));
    }
}
