//! Tokens on their way to sqlparser, some of them rewritten: what the dialects' rewriters stand on.
//!
//! Which tokens become which is a dialect's affair ([`super::ignite`], [`super::picodata`]): each has its own methods on it.

use sqlparser::tokenizer::{Span as Located, Token, TokenWithSpan};

use super::token::{is_word, significant};

/// A pass over the tokens of a text: those from `next` on are still to be read.
pub(super) struct Rewriter {
    pub(super) input: Vec<TokenWithSpan>,
    pub(super) next: usize,
    pub(super) output: Vec<TokenWithSpan>,
}

impl Rewriter {
    /// Goes over all tokens; `rewrite` says whether it took those at the front, which are copied otherwise.
    pub(super) fn run(
        input: Vec<TokenWithSpan>,
        rewrite: impl Fn(&mut Rewriter) -> bool,
    ) -> Vec<TokenWithSpan> {
        let mut rewriter = Rewriter { input, next: 0, output: Vec::new() };
        while rewriter.next < rewriter.input.len() {
            if !rewrite(&mut rewriter) {
                rewriter.copy();
            }
        }
        rewriter.output
    }

    /// The index of the first significant token at or after `from`.
    pub(super) fn seek(&self, from: usize) -> usize {
        let rest = self.input.iter().enumerate().skip(from);
        rest.clone().find(|(_, token)| significant(&token.token)).map_or(self.input.len(), |(i, _)| i)
    }

    pub(super) fn token(&self, at: usize) -> &Token {
        self.input.get(at).map_or(&Token::EOF, |token| &token.token)
    }

    pub(super) fn span(&self, at: usize) -> Located {
        self.input.get(at).map_or_else(Located::empty, |token| token.span)
    }

    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        is_word(self.token(at), word)
    }

    pub(super) fn copy(&mut self) {
        self.output.push(self.input[self.next].clone());
        self.next += 1;
    }

    pub(super) fn push(&mut self, token: Token, span: Located) {
        self.output.push(TokenWithSpan { token, span });
    }

    /// The bracket that closes the one at `open`.
    pub(super) fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (i, token) in self.input.iter().enumerate().skip(open) {
            match token.token {
                Token::LParen => depth += 1,
                Token::RParen => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(i);
                    }
                }
                _ => {}
            }
        }
        None
    }
}
