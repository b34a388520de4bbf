//! The tokens that lowering walks along.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::ast::Span;
use crate::parse::token::{is_word, significant, span_of};

/// The significant tokens, a place among them, and which bracket closes which.
pub(super) struct Cursor {
    tokens: Vec<(Token, Span)>,
    /// For an opening bracket the index of its closing one.
    closers: Vec<u32>,
    pos: usize,
    /// How often an expected token was not there.
    pub(super) astray: usize,
}

/// No closing bracket.
const NONE: u32 = u32::MAX;

impl Cursor {
    pub(super) fn new(tokens: Vec<TokenWithSpan>) -> Cursor {
        let tokens: Vec<(Token, Span)> = tokens
            .into_iter()
            .filter(|t| significant(&t.token) && t.token != Token::EOF)
            .filter_map(|t| span_of(t.span).map(|span| (t.token, span)))
            .collect();
        let mut closers = vec![NONE; tokens.len()];
        let mut open = Vec::new();
        for (i, (token, _)) in tokens.iter().enumerate() {
            match token {
                Token::LParen | Token::LBracket | Token::LBrace => open.push(i),
                Token::RParen | Token::RBracket | Token::RBrace => {
                    if let Some(at) = open.pop() {
                        closers[at] = i as u32;
                    }
                }
                _ => {}
            }
        }
        Cursor { tokens, closers, pos: 0, astray: 0 }
    }

    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    pub(super) fn set(&mut self, pos: usize) {
        self.pos = pos.min(self.tokens.len());
    }

    pub(super) fn peek(&self) -> &Token {
        self.at(0)
    }

    /// The token `n` after the next.
    pub(super) fn at(&self, n: usize) -> &Token {
        self.tokens.get(self.pos + n).map_or(&Token::EOF, |t| &t.0)
    }

    /// The place of the next token; at the end an empty one.
    pub(super) fn here(&self) -> Span {
        self.span_at(self.pos)
    }

    pub(super) fn span_at(&self, pos: usize) -> Span {
        match self.tokens.get(pos) {
            Some((_, span)) => *span,
            None => {
                let end = self.tokens.last().map_or(0, |t| t.1.end);
                Span { start: end, end }
            }
        }
    }

    /// From the token at `start` to the last one taken.
    pub(super) fn since(&self, start: usize) -> Span {
        let first = self.span_at(start);
        if self.pos <= start {
            return Span { start: first.start, end: first.start };
        }
        first.to(self.span_at(self.pos - 1))
    }

    /// Whether a bracket was opened since `start` that the next token closes.
    pub(super) fn is_open_since(&self, start: usize) -> bool {
        let taken = self.tokens.get(start..self.pos).unwrap_or_default();
        let count = |wanted: &Token| taken.iter().filter(|(token, _)| token == wanted).count();
        *self.peek() == Token::RParen && count(&Token::LParen) > count(&Token::RParen)
    }

    pub(super) fn advance(&mut self, n: usize) {
        self.set(self.pos + n);
    }

    /// Whether the next token is this word.
    pub(super) fn is(&self, word: &str) -> bool {
        is_word(self.peek(), word)
    }

    /// Whether the next tokens are these words.
    pub(super) fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| is_word(self.at(n), word))
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Takes the word if it is next.
    pub(super) fn skip(&mut self, word: &str) -> bool {
        let there = self.is(word);
        self.pos += usize::from(there);
        there
    }

    /// Takes any of the words that come next.
    pub(super) fn skip_any(&mut self, words: &[&str]) {
        while self.is_any(words) {
            self.pos += 1;
        }
    }

    /// Takes the token if it is next.
    pub(super) fn eat(&mut self, token: &Token) -> bool {
        let there = self.peek() == token;
        self.pos += usize::from(there);
        there
    }

    /// Takes the word, or goes to it at this bracket depth where something else stands before it.
    pub(super) fn expect(&mut self, word: &str) {
        self.seek(|t| is_word(t, word));
    }

    /// Takes the token, or goes to it.
    pub(super) fn expect_token(&mut self, token: &Token) {
        self.seek(|t| t == token);
    }

    /// Takes the next token that fits, skipping whole groups.
    pub(super) fn seek(&mut self, fits: impl Fn(&Token) -> bool) {
        if fits(self.peek()) {
            self.advance(1);
            return;
        }
        self.astray += 1;
        if let Some(found) = self.find(fits) {
            self.set(found + 1);
        }
    }

    /// The next token that fits within this bracket depth.
    pub(super) fn find(&self, fits: impl Fn(&Token) -> bool) -> Option<usize> {
        let mut i = self.pos;
        while let Some((token, _)) = self.tokens.get(i) {
            if fits(token) {
                return Some(i);
            }
            match token {
                Token::RParen | Token::RBracket | Token::RBrace => return None,
                _ if self.closers[i] != NONE => i = self.closers[i] as usize + 1,
                _ => i += 1,
            }
        }
        None
    }

    /// Opens the bracket (going to it where need be) and gives the index of its closing one.
    pub(super) fn open(&mut self, bracket: &Token) -> usize {
        self.expect_token(bracket);
        match self.closers.get(self.pos.wrapping_sub(1)) {
            Some(&close) if close != NONE => close as usize,
            _ => self.pos,
        }
    }

    /// Goes past the closing bracket.
    pub(super) fn close(&mut self, close: usize) {
        self.set((close + 1).max(self.pos));
    }

    /// Goes past the bracketed group that comes next, if one does.
    pub(super) fn skip_group(&mut self) -> bool {
        match self.closers.get(self.pos) {
            Some(&close) if close != NONE => {
                self.set(close as usize + 1);
                true
            }
            _ => false,
        }
    }

    /// Goes past the token that begins there.
    pub(super) fn take_at(&mut self, span: Span) -> Span {
        if self.here().start == span.start {
            let here = self.here();
            self.advance(1);
            return if here.end >= span.end { here } else { self.take_until(span) };
        }
        match self.tokens.binary_search_by_key(&span.start, |t| t.1.start) {
            Ok(index) => {
                // Names follow one another after punctuation, which needs no step of its own.
                self.set(index + 1);
                self.take_until(span)
            }
            Err(_) => span,
        }
    }

    /// Goes on to the last token within the span (strings that are written in pieces).
    fn take_until(&mut self, span: Span) -> Span {
        while self.pos < self.tokens.len() && self.here().end <= span.end {
            self.advance(1);
        }
        span
    }

    /// A name of which the tree does not know the place.
    pub(super) fn take_name(&mut self, value: &str) -> Span {
        let fits = |t: &Token| match t {
            Token::Word(w) => w.value == value,
            Token::SingleQuotedString(s) | Token::DoubleQuotedString(s) => s == value,
            _ => false,
        };
        if !fits(self.peek()) {
            match self.find(fits) {
                Some(found) => self.set(found),
                None => {
                    self.astray += 1;
                    return self.here();
                }
            }
        }
        let span = self.here();
        self.advance(1);
        span
    }

    /// The index of the first token that begins at or after a byte.
    pub(super) fn index_of(&self, byte: u32) -> usize {
        self.tokens.partition_point(|t| t.1.start < byte)
    }

    /// Whether every token was taken.
    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.tokens.len()
    }
}
