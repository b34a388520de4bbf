//! Parameters and spreads among the tokens.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::operand::ends_operand;
use super::{Bracket, Scanner};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::names::Style;
use crate::parse::token::{is_word, located, significant};

impl Scanner {
    /// A `:`: a parameter, or part of a slice, a map, a semi-structured access.
    pub(super) fn colon(&mut self) {
        let at = self.span(self.next);
        let inside = self.open.last().map(|o| o.bracket);
        let in_literal = matches!(inside, Some(Bracket::Square | Bracket::Brace));
        let glued = self.next > 0 && ends_operand(self.token(self.next - 1));
        let name = match self.token(self.next + 1) {
            Token::Word(w) if w.quote_style.is_none() => Some(w.value.clone()),
            _ => None,
        };
        match name {
            Some(name) if in_literal || glued => {
                let span = at.to(self.span(self.next + 1));
                let why = match inside {
                    Some(Bracket::Square) => "inside `[…]` a `:` belongs to a slice",
                    Some(Bracket::Brace) => "inside `{…}` a `:` separates a key from its value",
                    _ => "a `:` right after a name or value belongs to that",
                };
                let found = Diagnostic::warning(
                    Code::LooksLikeParameter,
                    span,
                    format!("`:{name}` is not a parameter here"),
                )
                .note(why)
                .help(format!("if a parameter is meant, write `${name}`, which always is one"));
                self.out.diagnostics.push(found);
                self.copy();
            }
            Some(name) if self.next > 0 && *self.token(self.next - 1) == Token::Period => {
                let span = at.to(self.span(self.next + 1));
                let message = format!("`:{name}` stands for a value, not for a name");
                let help = "write the name itself; a query is checked for one table at a time";
                self.misreads(Diagnostic::error(Code::Syntax, span, message).help(help));
                self.copy();
            }
            Some(name) => self.parameter(Style::Named(name), 2),
            None if in_literal || glued => self.copy(),
            None => self.not_a_parameter(at),
        }
    }

    /// A `:` with no name behind it.
    fn not_a_parameter(&mut self, at: Span) {
        let Token::Number(number, _) = self.token(self.next + 1) else { return self.copy() };
        let number = number.clone();
        let rest = matches!(self.token(self.next + 2), Token::Word(word) if word.quote_style.is_none());
        let glued = rest && self.span(self.next + 1).end == self.span(self.next + 2).start;
        let last = self.next + if glued { 2 } else { 1 };
        let span = at.to(self.span(last));
        let (message, help) = match self.token(last) {
            Token::Word(word) if glued => (
                format!("`:{number}{}` is not a parameter: a name begins with a letter", word.value),
                "write the name with a letter in front, or a number alone: `$1`".to_owned(),
            ),
            _ => (format!("`:{number}` is not a parameter"), format!("write `${number}`, or give it a name")),
        };
        self.misreads(Diagnostic::error(Code::ParameterStyle, span, message).help(help));
        (self.next..=last).for_each(|_| self.copy());
    }

    pub(super) fn placeholder(&mut self) {
        let text = match self.token(self.next) {
            Token::Placeholder(text) => text.clone(),
            // Dialects with `?` operators: it is one only between two operands.
            Token::Question if self.before().is_none_or(|t| !ends_operand(t)) => "?".to_string(),
            _ => return self.copy(),
        };
        let glued = self.next > 0 && *self.token(self.next - 1) == Token::Period;
        match Style::read(&text) {
            Some(style) if !glued => return self.parameter(style, 1),
            None if text.starts_with('$') && !glued => {
                let span = self.span(self.next);
                let message = format!("`{text}` is neither a number nor a name");
                let found = Diagnostic::error(Code::ParameterStyle, span, message)
                    .help("write a parameter as `:name`, `$name` or `$1`");
                self.misreads(found);
            }
            _ => {}
        }
        self.copy();
    }

    /// Takes `len` tokens as a parameter, and the two dots of a spread.
    pub(super) fn parameter(&mut self, style: Style, len: usize) {
        let mut span = self.span(self.next).to(self.span(self.next + len - 1));
        let after = self.next + len;
        let spread = *self.token(after) == Token::Period && *self.token(after + 1) == Token::Period;
        let taken = if spread { len + 2 } else { len };
        span = span.to(self.span(self.next + taken - 1));
        if spread && !self.in_list(after + 2) {
            let found = Diagnostic::error(
                Code::MisplacedSpread,
                span,
                "a slice can be spread only as an element of an IN list",
            )
            .help("write `x IN (:list..)`, or pass a single value");
            self.out.diagnostics.push(found);
        }
        if spread
            && let Some(list) = self.open.iter_mut().rev().find(|o| !matches!(o.bracket, Bracket::Section(_)))
        {
            list.spread = true;
        }
        let section = self.section();
        let index = self.names.add(style, span, spread, section);
        let token = Token::Placeholder(format!("${}", index + 1));
        self.push(TokenWithSpan { token, span: located(span) });
        self.next += taken;
    }

    /// Whether what stands at the next token and ends before `after` is a whole element of an IN list.
    pub(super) fn in_list(&self, after: usize) -> bool {
        let starts = matches!(self.before(), Some(Token::LParen | Token::Comma));
        let follows =
            self.input[after.min(self.input.len())..].iter().map(|t| &t.token).find(|t| significant(t));
        let ends = matches!(follows, Some(Token::RParen | Token::Comma | Token::LBrace | Token::RBrace));
        let Some(open) = self.open.iter().rev().find(|o| !matches!(o.bracket, Bracket::Section(_))) else {
            return false;
        };
        let before =
            self.out.tokens[..open.token].iter().rev().map(|t| &t.token.token).find(|t| significant(t));
        let first = self.out.tokens[open.token + 1..].iter().map(|t| &t.token.token).find(|t| significant(t));
        let query = first.is_some_and(|t| ["select", "with", "values", "from"].iter().any(|w| is_word(t, w)));
        starts && ends && open.bracket == Bracket::Paren && before.is_some_and(|t| is_word(t, "in")) && !query
    }
}
