//! Optional sections: where `{{` opens one and what closes it.

use sqlparser::tokenizer::Token;

use super::{Bracket, Open, Scanner};
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::SectionUse;
use crate::parse::token::{is_word, significant};

impl Scanner {
    /// Two adjacent opening braces, except where the grammar wants a literal: after `MAP`, and inside a literal.
    pub(super) fn opens_section(&self) -> bool {
        let adjacent = *self.token(self.next + 1) == Token::LBrace;
        let literal = self.open.last().is_some_and(|o| o.bracket == Bracket::Brace)
            || self.before().is_some_and(|t| is_word(t, "map"));
        adjacent && !literal
    }

    pub(super) fn open_section(&mut self) {
        let span = self.span(self.next).to(self.span(self.next + 1));
        let index = self.out.sections.len();
        let parent = self.section();
        self.out.sections.push(SectionUse { span, parent, params: Vec::new() });
        if let Some(outer) = self.open.last_mut() {
            outer.section.get_or_insert(index);
        }
        self.open.push(Open::new(Bracket::Section(index), span, self.out.tokens.len()));
        self.within.push(index);
        self.next += 2;
    }

    pub(super) fn close_brace(&mut self) {
        let span = self.span(self.next);
        let double = *self.token(self.next + 1) == Token::RBrace;
        let both = if double { span.to(self.span(self.next + 1)) } else { span };
        match self.open.last().map(|o| (o.bracket, o.span)) {
            Some((Bracket::Brace, _)) => {
                self.open.pop();
                self.copy();
            }
            Some((Bracket::Section(index), opened)) if double => {
                self.open.pop();
                self.within.pop();
                self.out.sections[index].span = opened.to(both);
                self.next += 2;
            }
            Some((Bracket::Section(index), opened)) => {
                let found =
                    Diagnostic::error(Code::InvalidSection, span, "an optional section is closed by `}}`")
                        .related(opened, "the section opens here")
                        .help("write `}}`, without a space between the braces");
                self.misreads(found);
                // `} }` or `}` was meant to close it.
                let rest = self.input[self.next + 1..].iter().position(|t| significant(&t.token));
                let second = rest.map(|i| self.next + 1 + i).filter(|i| *self.token(*i) == Token::RBrace);
                let last = second.unwrap_or(self.next);
                self.open.pop();
                self.within.pop();
                self.out.sections[index].span = opened.to(self.span(last));
                self.next = last + 1;
            }
            Some((bracket, opened)) if self.section().is_some() && double => {
                let message = format!("`{}` is not closed before the section ends", bracket.opener());
                let found = Diagnostic::error(Code::InvalidSection, opened, message)
                    .label("opened here")
                    .related(both, "the section ends here")
                    .help("let `{{ … }}` enclose whole brackets");
                self.misreads(found);
                self.open.pop();
            }
            Some((bracket, opened)) => {
                self.mismatch(bracket, opened, span, bracket.closer());
                self.copy();
            }
            None => {
                let found = Diagnostic::error(Code::InvalidSection, both, "no optional section is open here")
                    .help("open it with `{{`, or remove the braces");
                self.out.diagnostics.push(found);
                self.next += if double { 2 } else { 1 };
            }
        }
    }
}
