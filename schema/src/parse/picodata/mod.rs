//! What Picodata writes that sqlparser does not read, as tokens that it does (grammar of 26.3).
//!
//! | written | read as |
//! |---|---|
//! | `DO $$ BEGIN … END $$` | the tokens between the dollars, so that parameters in them are found; `block` reads them |
//! | `… OPTION (SQL_MOTION_ROW_MAX = 1)` | left out: [`settings`] |
//! | `FROM t INDEXED BY i`, `WAIT APPLIED GLOBALLY` | left out |
//! | `EXPLAIN (RAW, FMT) …` | `EXPLAIN …`; the words are settings of the name `explain` |
//! | `ON CONFLICT DO REPLACE`, `DO FAIL` | `ON CONFLICT DO NOTHING`, which has the same columns |
//! | `x SIMILAR y` | `x SIMILAR TO y` |
//! | `CREATE TABLE t (…) USING memtx DISTRIBUTED BY (a)` | `CREATE TABLE t (…) WITH (…)`: `table` |
//!
//! All of it stays in the text that is sent; comments do not, for the server reads none, and blanks come where its grammar
//! wants them around keywords: [`wants_blank`].

pub(super) mod block;
mod table;

use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace, Word};

use super::rewrite::Rewriter;
use super::scan::Scanned;
use super::token::{is_word, located, significant, span_of, tokenize};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Setting;

/// The mark that a block begins and ends with.
pub(super) const MARK: &str = "$$";

/// The tokens with those of a block in place of the string that it is to the tokenizer, and what cannot be read in it.
pub(super) fn open_block(
    text: &str,
    tokens: Vec<TokenWithSpan>,
    syntax: &dyn Dialect,
) -> (Vec<TokenWithSpan>, Option<Diagnostic>) {
    let Some(at) = block_string(&tokens) else { return (tokens, None) };
    let Some(span) = span_of(tokens[at].span) else { return (tokens, None) };
    let (start, end) = (span.start as usize + MARK.len(), (span.end as usize).saturating_sub(MARK.len()));
    let Some(inside) = text.get(start..end) else { return (tokens, None) };
    let (inner, error) = tokenize(inside, syntax);
    let mark = |from: usize| TokenWithSpan {
        token: Token::Word(Word { value: MARK.to_owned(), quote_style: None, keyword: Keyword::NoKeyword }),
        span: located(Span::new(from, from + MARK.len())),
    };
    let mut opened: Vec<TokenWithSpan> = tokens[..at].to_vec();
    opened.push(mark(span.start as usize));
    opened.extend(inner.into_iter().filter(|token| token.token != Token::EOF).map(|token| {
        let own = span_of(token.span).map(|own| shifted(own, start as u32)).map_or(token.span, located);
        TokenWithSpan { span: own, ..token }
    }));
    opened.push(mark(end));
    opened.extend(tokens[at + 1..].iter().cloned());
    let error = error.map(|mut found| {
        found.span = shifted(found.span, start as u32);
        found
    });
    (opened, error)
}

fn shifted(span: Span, by: u32) -> Span {
    Span { start: span.start + by, end: span.end + by }
}

/// The place of the string of a text that is a block, which EXPLAIN may stand before.
fn block_string(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut meant = tokens.iter().enumerate().filter(|(_, token)| significant(&token.token));
    let mut is_block = false;
    loop {
        let (at, token) = meant.next()?;
        match &token.token {
            Token::DollarQuotedString(string) if is_block => return string.tag.is_none().then_some(at),
            Token::Word(_) if is_word(&token.token, "do") => is_block = true,
            Token::Word(_) | Token::LParen | Token::RParen | Token::Comma => {
                let known = ["explain", "language", "sql"].iter().any(|word| is_word(&token.token, word));
                let facet = !known && !is_block && matches!(token.token, Token::Word(_));
                if facet && !FACETS.iter().any(|word| is_word(&token.token, word)) {
                    return None;
                }
            }
            _ => return None,
        }
    }
}

/// What EXPLAIN can be asked for.
const FACETS: &[&str] = &["raw", "fmt", "buckets", "logical", "forward", "context"];

/// Words that the server wants a blank behind, where a bracket or a string stands there in every other SQL.
const SPACED: &[&str] = &[
    "and", "between", "by", "case", "else", "escape", "except", "exists", "from", "having", "ilike", "in",
    "is", "join", "like", "not", "on", "or", "select", "similar", "then", "union", "when", "where",
];

/// Whether the server's grammar wants a blank between two tokens that stand side by side.
pub(super) fn wants_blank(left: &Token, right: &Token) -> bool {
    let spaced = |token: &Token| SPACED.iter().any(|word| is_word(token, word));
    match (left, right) {
        (word, Token::LParen | Token::SingleQuotedString(_)) => spaced(word),
        (Token::RParen | Token::SingleQuotedString(_), word) => spaced(word),
        _ => false,
    }
}

/// Whether a token is a comment.
pub(super) fn is_comment(token: &Token) -> bool {
    matches!(token, Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)))
}

/// What tokens say that the tree does not: strings of other kinds, clauses that the server leaves out.
pub(super) fn findings(tokens: &[TokenWithSpan]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let meant: Vec<&TokenWithSpan> = tokens.iter().filter(|token| significant(&token.token)).collect();
    let procedure = meant.first().is_some_and(|first| is_word(&first.token, "create"))
        && meant.iter().take(3).any(|token| is_word(&token.token, "procedure"));
    let table = meant.iter().take(3).any(|token| is_word(&token.token, "table"));
    for (at, token) in meant.iter().enumerate() {
        let span = span_of(token.span).unwrap_or_default();
        let what = match &token.token {
            Token::EscapedStringLiteral(_) => "`E'…'`",
            // Behind DO its tag is what is wrong, which is said of the statement.
            Token::DollarQuotedString(_) if at > 0 && is_word(&meant[at - 1].token, "do") => continue,
            Token::DollarQuotedString(_) if !procedure => "a string between dollars",
            Token::UnicodeStringLiteral(_) | Token::NationalStringLiteral(_) => "a string with a prefix",
            Token::HexStringLiteral(_) | Token::SingleQuotedByteStringLiteral(_) => "a string of bytes",
            Token::Number(number, _) if number.starts_with('.') => {
                "a number without a digit before its point"
            }
            word if table && is_word(word, "partition") => {
                let message = "the server reads PARTITION and leaves it out";
                let finding = Diagnostic::warning(Code::IgnoredClause, span, message);
                let by = meant.get(at + 1).is_some_and(|next| is_word(&next.token, "by"));
                found.extend(by.then(|| finding.help("rows are spread by DISTRIBUTED BY; leave this out")));
                continue;
            }
            _ => continue,
        };
        let message = format!("{what} is not supported by picodata");
        let help = match &token.token {
            Token::Number(number, _) => format!("fix this by `0{number}`"),
            _ => "fix this by a plain string: `'…'`, with a quote in it written twice".to_owned(),
        };
        found.push(Diagnostic::error(Code::Unsupported, span, message).help(help));
    }
    found
}

/// The settings of a text: `OPTION (k = v)`, and what EXPLAIN is asked for.
pub(super) fn settings(tokens: &[Scanned]) -> Vec<Setting> {
    let tokens: Vec<&TokenWithSpan> =
        tokens.iter().map(|scanned| &scanned.token).filter(|token| significant(&token.token)).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let open = tokens.get(at + 1).is_some_and(|next| next.token == Token::LParen);
        if open && is_word(&tokens[at].token, "option") {
            at = option(&tokens, at + 2, &mut found);
        } else if open && at == 0 && is_word(&tokens[0].token, "explain") && facets_ahead(&tokens[2..]) {
            for token in tokens[2..].iter().take_while(|token| token.token != Token::RParen) {
                if let Token::Word(word) = &token.token {
                    found.push(setting("explain", word.value.clone(), token, None));
                }
            }
        }
        at += 1;
    }
    found
}

/// Whether the words in the brackets behind EXPLAIN are its own.
fn facets_ahead(tokens: &[&TokenWithSpan]) -> bool {
    let inside = tokens.iter().take_while(|token| token.token != Token::RParen);
    inside.clone().count() > 0
        && inside.clone().all(|token| matches!(token.token, Token::Word(_) | Token::Comma))
}

fn setting(key: &str, value: String, place: &TokenWithSpan, param: Option<usize>) -> Setting {
    Setting { key: key.to_owned(), value, span: span_of(place.span).unwrap_or_default(), param }
}

/// Reads `k = v, …)`; gives the place of the bracket that closes.
fn option(tokens: &[&TokenWithSpan], from: usize, found: &mut Vec<Setting>) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at).filter(|token| token.token != Token::RParen) {
        let value = tokens.get(at + 2).filter(|_| tokens[at + 1].token == Token::Eq);
        if let (Token::Word(word), Some(value)) = (&token.token, value) {
            let (text, param) = match &value.token {
                Token::Placeholder(number) => {
                    let number = number.trim_start_matches('$').parse::<usize>().ok();
                    (String::new(), number.and_then(|number| number.checked_sub(1)))
                }
                Token::Word(word) => (word.value.clone(), None),
                other => (other.to_string(), None),
            };
            found.push(setting(&word.value, text, token, param));
            at += 2;
        }
        at += 1;
    }
    at
}

/// Rewrites the tokens of a text.
pub(super) fn rewrite(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    Rewriter::run(tokens, |rewriter| {
        rewriter.create_table()
            || rewriter.clause()
            || rewriter.explain()
            || rewriter.conflict()
            || rewriter.similar()
    })
}

impl Rewriter {
    fn copy_until(&mut self, end: usize) {
        while self.next < end {
            self.copy();
        }
    }

    /// The place behind these words, where they stand from `at` on.
    fn words(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().try_fold(at, |at, word| {
            let at = self.seek(at);
            self.is(at, word).then_some(at + 1)
        })
    }

    /// The end of a clause that is left out, where one stands at `at`.
    fn left_out(&self, at: usize) -> Option<usize> {
        if let Some(behind) = self.words(at, &["option"]) {
            let open = self.seek(behind);
            return (*self.token(open) == Token::LParen).then(|| self.close(open)).flatten().map(|i| i + 1);
        }
        if let Some(behind) = self.words(at, &["indexed", "by"]) {
            return Some(self.seek(behind) + 1);
        }
        let behind = self.words(at, &["wait", "applied"])?;
        self.words(behind, &["globally"]).or_else(|| self.words(behind, &["locally"]))
    }

    fn clause(&mut self) -> bool {
        let Some(end) = self.left_out(self.next).filter(|end| *end <= self.input.len()) else { return false };
        self.next = end;
        true
    }

    /// The words in brackets behind EXPLAIN.
    fn explain(&mut self) -> bool {
        if !self.is(self.next, "explain") || self.output.iter().any(|token| significant(&token.token)) {
            return false;
        }
        let open = self.seek(self.next + 1);
        if *self.token(open) != Token::LParen {
            return false;
        }
        let Some(close) = self.close(open) else { return false };
        let inside: Vec<&TokenWithSpan> =
            self.input[open + 1..=close].iter().filter(|token| significant(&token.token)).collect();
        if !facets_ahead(&inside) {
            return false;
        }
        self.copy();
        self.next = close + 1;
        true
    }

    /// REPLACE and FAIL of ON CONFLICT.
    fn conflict(&mut self) -> bool {
        let word = ["replace", "fail"].iter().any(|word| self.is(self.next, word));
        let mut before = self.output.iter().rev().map(|token| &token.token).filter(|t| significant(t));
        if !word || !before.next().is_some_and(|token| is_word(token, "do")) {
            return false;
        }
        let span = self.span(self.next);
        self.push(word_of("NOTHING", Keyword::NOTHING), span);
        self.next += 1;
        true
    }

    /// SIMILAR without the TO that others have.
    fn similar(&mut self) -> bool {
        if !self.is(self.next, "similar") || self.is(self.seek(self.next + 1), "to") {
            return false;
        }
        let span = self.span(self.next);
        self.copy();
        self.push(Token::Whitespace(Whitespace::Space), span);
        self.push(word_of("TO", Keyword::TO), span);
        true
    }

    /// Whether a statement begins at the next token.
    fn begins(&self) -> bool {
        let last = self.output.iter().rev().map(|token| &token.token).find(|token| significant(token));
        last.is_none_or(|token| *token == Token::SemiColon)
    }
}

fn word_of(text: &str, keyword: Keyword) -> Token {
    Token::Word(Word { value: text.to_owned(), quote_style: None, keyword })
}
