//! CREATE TABLE as Picodata writes it: engine, distribution and tier behind the columns become options in WITH.
//!
//! `UNLOGGED` and PARTITION BY are left out, and so is `bucket_id` at the head of PRIMARY KEY (26.1), a column that is
//! hidden; `INT ARRAY` is read as `INT[]`.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span as Located, Token, Word};

use super::{Rewriter, word_of};
use crate::parse::token::significant;
use querent_types::TableDescription;

impl Rewriter {
    /// Rewrites a CREATE TABLE with columns, where one begins here.
    pub(super) fn create_table(&mut self) -> bool {
        if !self.begins() {
            return false;
        }
        let Some(behind) = self
            .words(self.next, &["create", "table"])
            .or_else(|| self.words(self.next, &["create", "unlogged", "table"]))
        else {
            return false;
        };
        let Some((open, close)) = self.columns(behind) else { return false };
        self.copy();
        while self.next < open {
            match self.is(self.next, "unlogged") {
                true => self.next += 1,
                false => self.copy(),
            }
        }
        self.columns_until(close);
        self.tail(close);
        true
    }

    /// The brackets around the columns; there are none in `PARTITION OF`.
    fn columns(&self, from: usize) -> Option<(usize, usize)> {
        let mut at = self.seek(from);
        loop {
            match self.token(at) {
                Token::LParen => return Some((at, self.close(at)?)),
                Token::EOF | Token::SemiColon => return None,
                _ if self.is(at, "partition") || self.is(at, "as") => return None,
                _ => at = self.seek(at + 1),
            }
        }
    }

    fn columns_until(&mut self, close: usize) {
        while self.next <= close {
            if let Some(open) = self.words(self.next, &["primary", "key"]).map(|behind| self.seek(behind)) {
                let first = self.seek(open + 1);
                let comma = self.seek(first + 1);
                let hidden = self.is(first, "bucket_id") && *self.token(comma) == Token::Comma;
                self.copy_until(open.min(close));
                if hidden && *self.token(open) == Token::LParen {
                    self.copy();
                    self.next = comma + 1;
                }
            } else if self.is(self.next, "array") {
                let span = self.span(self.next);
                self.next += 1;
                if *self.token(self.seek(self.next)) != Token::LBracket {
                    self.push(Token::LBracket, span);
                    self.push(Token::RBracket, span);
                }
            } else {
                self.copy();
            }
        }
    }

    /// What stands behind the columns.
    fn tail(&mut self, close: usize) {
        let mut options: Vec<(&'static str, String, Located)> = Vec::new();
        let mut kept = close + 1;
        loop {
            let at = self.seek(kept);
            let span = self.span(at);
            if let Some(end) = self.left_out(at) {
                kept = end;
            } else if let Some(behind) = self.words(at, &["using"]) {
                let engine = self.seek(behind);
                let Token::Word(Word { value, .. }) = self.token(engine) else { break };
                options.push((TableDescription::ENGINE, value.to_lowercase(), self.span(engine)));
                kept = engine + 1;
            } else if let Some(behind) = self.words(at, &["distributed", "globally"]) {
                options.push((TableDescription::DISTRIBUTION, TableDescription::GLOBAL.to_owned(), span));
                kept = behind;
            } else if let Some((names, behind)) = self.named(at, &["distributed", "by"]) {
                options.push((TableDescription::ROUTING_KEY, names.join(","), span));
                kept = behind;
            } else if let Some(behind) = self.words(at, &["in", "tier"]) {
                let tier = self.seek(behind);
                let Some(name) = self.name(tier) else { break };
                options.push((TableDescription::TIER, name, self.span(tier)));
                kept = tier + 1;
            } else if let Some(behind) = self.partition(at) {
                kept = behind;
            } else if let Some(behind) = self.words(at, &["with"]) {
                let open = self.seek(behind);
                let Some(end) = (*self.token(open) == Token::LParen).then(|| self.close(open)).flatten()
                else {
                    break;
                };
                kept = end + 1;
            } else {
                break;
            }
        }
        self.next = kept;
        if options.is_empty() {
            return;
        }
        let span = options[0].2;
        self.push(word_of("WITH", Keyword::WITH), span);
        self.push(Token::LParen, span);
        for (i, (key, value, span)) in options.into_iter().enumerate() {
            if i > 0 {
                self.push(Token::Comma, span);
            }
            self.push(
                Token::Word(Word {
                    value: key.to_owned(),
                    quote_style: Some('"'),
                    keyword: Keyword::NoKeyword,
                }),
                span,
            );
            self.push(Token::Eq, span);
            self.push(Token::SingleQuotedString(value), span);
        }
        self.push(Token::RParen, span);
    }

    fn partition(&self, at: usize) -> Option<usize> {
        let kind = self.words(at, &["partition", "by"]).map(|behind| self.seek(behind))?;
        let open = self.seek(kind + 1);
        (*self.token(open) == Token::LParen).then(|| self.close(open)).flatten().map(|close| close + 1)
    }

    /// The folded names in the brackets behind these words.
    fn named(&self, at: usize, words: &[&str]) -> Option<(Vec<String>, usize)> {
        let open = self.words(at, words).map(|behind| self.seek(behind))?;
        let close = (*self.token(open) == Token::LParen).then(|| self.close(open))??;
        let inside = (open + 1..close).filter(|i| significant(self.token(*i)));
        Some((inside.filter_map(|i| self.name(i)).collect(), close + 1))
    }

    fn name(&self, at: usize) -> Option<String> {
        match self.token(at) {
            Token::Word(Word { value, quote_style: Some(_), .. }) => Some(value.clone()),
            Token::Word(Word { value, .. }) => Some(value.to_lowercase()),
            _ => None,
        }
    }
}
