//! Tokens of the original text, each with its exact range of bytes.
//!
//! sqlparser counts lines and columns in characters. They are mapped to bytes once, here, and the bytes go back into the
//! tokens' own locations (line 1, column = byte + 1), so that every location that sqlparser hands out afterwards is a
//! place in the original text.

use sqlparser::dialect::Dialect;
use sqlparser::tokenizer::{Location, Span as Located, Token, TokenWithSpan, Tokenizer, TokenizerError};

use super::plain;
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};

/// Reads the tokens of a text, whitespace and comments included; on an error those before it.
pub(super) fn tokenize(text: &str, syntax: &dyn Dialect) -> (Vec<TokenWithSpan>, Option<Diagnostic>) {
    match plain::tokenize(text, syntax) {
        Some(tokens) => (tokens, None),
        None => by_sqlparser(text, syntax),
    }
}

/// The same by sqlparser's tokenizer.
pub(super) fn by_sqlparser(text: &str, syntax: &dyn Dialect) -> (Vec<TokenWithSpan>, Option<Diagnostic>) {
    let mut tokens = Vec::new();
    let result = Tokenizer::new(syntax, text).tokenize_with_location_into_buf(&mut tokens);
    let mut walk = Walk::new(text);
    for token in &mut tokens {
        let start = walk.byte(token.span.start);
        let end = walk.byte(token.span.end).max(start);
        token.span = located(Span::new(start, end));
    }
    let error = result.err().map(|e| unreadable(text, &tokens, &e, &mut walk));
    (tokens, error)
}

/// The span of a token whose location already counts bytes; `None` where sqlparser made it up.
pub(super) fn span_of(span: Located) -> Option<Span> {
    let start = byte_of(span.start)?;
    let end = byte_of(span.end)?;
    Some(Span { start, end: end.max(start) })
}

/// The byte of a location made by [`located`].
pub(super) fn byte_of(location: Location) -> Option<u32> {
    if location.line != 1 || location.column == 0 {
        return None;
    }
    u32::try_from(location.column - 1).ok()
}

/// A span as sqlparser carries it.
pub(super) fn located(span: Span) -> Located {
    let at = |byte: u32| Location { line: 1, column: u64::from(byte) + 1 };
    Located { start: at(span.start), end: at(span.end) }
}

/// Whether a token is neither whitespace nor a comment.
pub(super) fn significant(token: &Token) -> bool {
    !matches!(token, Token::Whitespace(_))
}

/// Whether a token is this word, unquoted, in any case.
pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(word))
}

/// Maps lines and columns to bytes in one pass, because tokens come in order.
struct Walk<'a> {
    text: &'a str,
    line: u64,
    column: u64,
    byte: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Walk<'a> {
        Walk { text, line: 1, column: 1, byte: 0 }
    }

    fn byte(&mut self, to: Location) -> usize {
        if (to.line, to.column) < (self.line, self.column) {
            (self.line, self.column, self.byte) = (1, 1, 0);
        }
        let bytes = self.text.as_bytes();
        while (self.line, self.column) < (to.line, to.column) {
            let Some(&byte) = bytes.get(self.byte) else { break };
            self.byte += 1;
            if byte == b'\n' {
                (self.line, self.column) = (self.line + 1, 1);
                continue;
            }
            self.column += 1;
            // The rest of a character counts with it.
            while bytes.get(self.byte).is_some_and(|b| b & 0xC0 == 0x80) {
                self.byte += 1;
            }
        }
        self.byte
    }
}

/// What the tokenizer could not read, in the user's words.
fn unreadable(
    text: &str,
    tokens: &[TokenWithSpan],
    error: &TokenizerError,
    walk: &mut Walk<'_>,
) -> Diagnostic {
    let read = tokens.last().and_then(|t| span_of(t.span)).map_or(0, |s| s.end as usize);
    let opener = &text[read..];
    let place = |len: usize| Span::new(read, (read + len).min(text.len()));
    let message = error.message.to_ascii_lowercase();
    let unclosed = |what: &str, len: usize, close: &str| {
        Diagnostic::error(Code::Syntax, place(len), format!("{what} is not closed"))
            .label("opened here")
            .help(format!("close it with `{close}`"))
    };
    if opener.starts_with("/*") {
        return unclosed("the comment", 2, "*/");
    }
    if let Some(tag) = opener.strip_prefix('$') {
        let len = tag.find('$').map_or(1, |i| i + 2);
        let delimiter = &opener[..len.min(opener.len())];
        return unclosed("the dollar-quoted string", len, delimiter);
    }
    if opener.starts_with('"') {
        return unclosed("the quoted identifier", 1, "\"")
            .note("strings stand in single quotes, names in double quotes");
    }
    if opener.starts_with('`') {
        return Diagnostic {
            help: Some("close it with a backquote".to_owned()),
            ..unclosed("the quoted identifier", 1, "`")
        };
    }
    if opener.starts_with('[') {
        return unclosed("the quoted identifier", 1, "]");
    }
    if let Some(quote) = opener.find('\'').filter(|_| message.contains("unterminated")) {
        let diagnostic = unclosed("the string", quote + 1, "'");
        return diagnostic.note("a quote inside a string is written twice: `''`");
    }
    let at = walk.byte(error.location).max(read);
    let len = text[at..].chars().next().map_or(0, char::len_utf8);
    let words = error.message.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    Diagnostic::error(
        Code::Syntax,
        Span::new(at, at + len),
        format!("this is not SQL: {}", lower_first(words)),
    )
}

/// The text with its first letter in lower case.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
