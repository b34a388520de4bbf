//! From text to syntax tree: tokens, parameters, spreads, optional sections, overrides, then sqlparser, lowered.
//!
//! sqlparser is named in this folder (and by [`crate::dialect::Dialect::syntax`]) only. Tokens are rewritten, never text:
//! parameters become placeholder tokens, the tokens of inactive sections are left out, and every token carries its byte
//! offset, so that spans of the tree are places in the original text.

mod allow;
mod error;
mod ignite;
mod limits;
mod lower;
mod names;
pub(crate) mod overrides;
mod picodata;
mod pinot;
mod plain;
mod read;
mod rewrite;
mod scan;
mod split;
mod template;
mod token;
pub(crate) mod visit;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use sqlparser::tokenizer::TokenWithSpan;

use self::limits::Nesting;
pub(crate) use self::limits::levels_at_hand;
pub use self::limits::{grant_stack, with_stack};
use self::lower::Lower;
use self::read::Read;
use self::scan::Scanned;
pub use self::split::{StatementText, split};
use self::token::{significant, span_of};
use crate::ast::{Span, Statement};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{Dialect, Setting, Written};
use crate::plan::Piece;

/// A text whose tokens were read once; [`parse`](Source::parse) gives its tree for any choice of sections.
pub struct Source<'a> {
    /// The text as the user wrote it.
    pub text: &'a str,
    /// The parameters in order of first appearance (named, `?`) or of their numbers (`$1`).
    pub params: Vec<ParamUse>,
    /// The optional sections in order of their opening braces.
    pub sections: Vec<SectionUse>,
    /// What it sets besides its statement.
    pub settings: Vec<Setting>,
    /// The lints that its comments switch off.
    pub allowed: Vec<Code>,
    dialect: &'static Dialect,
    tokens: Vec<Scanned>,
    nesting: Nesting,
    /// Brackets that do not pair.
    brackets: Option<Diagnostic>,
    /// Whether the tokens are all there and nest no deeper than is followed.
    readable: bool,
}

/// A parameter as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamUse {
    /// `symbol` of `:symbol` and `$symbol`.
    pub name: Option<String>,
    /// Whether it is spread.
    pub spread: bool,
    /// Every place, with the innermost section that it stands in.
    pub uses: Vec<(Span, Option<usize>)>,
}

/// An optional section as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionUse {
    /// Where it stands, braces included.
    pub span: Span,
    /// The section that it stands in.
    pub parent: Option<usize>,
    /// The parameters directly in it (not in a section inside).
    pub params: Vec<usize>,
}

/// The tree for one choice of sections.
pub struct Parsed {
    /// The statements; all but one where something stands between semicolons.
    pub statements: Vec<Statement>,
    /// What is wrong; a tree may be there all the same.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Source<'a> {
    /// Reads the tokens of `text`.
    pub fn new(text: &'a str, dialect: &'static Dialect) -> (Source<'a>, Vec<Diagnostic>) {
        let syntax = (dialect.syntax)();
        let read = match dialect.written {
            Written::Pinot => pinot::without_odd_comments(text),
            _ => Cow::Borrowed(text),
        };
        let (mut tokens, mut unreadable) = token::tokenize(&read, syntax.as_ref());
        if dialect.written == Written::IgniteH2 {
            ignite::number(&mut tokens);
        }
        if dialect.written == Written::Picodata {
            let (opened, inside) = picodata::open_block(text, tokens, syntax.as_ref());
            (tokens, unreadable) = (opened, unreadable.or(inside));
        }
        let complexity = limits::measure(&tokens, syntax.as_ref());
        let (allowed, mut strange) = allow::allowed(&tokens);
        let mut settings = Vec::new();
        if dialect.written == Written::Pinot {
            settings = pinot::settings(&tokens);
            strange.extend(pinot::comments(text, &tokens));
            strange.extend((dialect.reading.settings)(&settings));
        }
        if dialect.written == Written::Picodata {
            strange.extend(picodata::findings(&tokens));
        }
        let scan = scan::scan(tokens);
        if dialect.written == Written::Picodata {
            settings = picodata::settings(&scan.tokens);
            strange.extend((dialect.reading.settings)(&settings));
        }
        let mut diagnostics = scan.diagnostics;
        diagnostics.extend(strange);
        let readable =
            unreadable.is_none() && complexity.is_ok() && scan.sections.len() <= limits::SECTIONS_MAX;
        let readable = readable && !scan.misread;
        // What is not closed before a place that cannot be read says nothing.
        let brackets = scan.brackets.filter(|_| unreadable.is_none());
        diagnostics.extend(unreadable);
        let nesting = complexity.unwrap_or_else(|found| {
            diagnostics.push(*found);
            Nesting::default()
        });
        if let Some(section) = scan.sections.get(limits::SECTIONS_MAX) {
            diagnostics.push(limits::too_many_sections(section.span));
        }
        diagnostics.sort_by_key(|d| d.span);
        let source = Source {
            text,
            params: scan.params,
            sections: scan.sections,
            settings,
            allowed,
            dialect,
            tokens: scan.tokens,
            nesting,
            brackets,
            readable,
        };
        (source, diagnostics)
    }

    /// How many levels the text nests, as [`with_stack`] counts them: whoever walks the tree by recursion does so within
    /// `with_stack(source.stack_levels(), …)`.
    pub fn stack_levels(&self) -> usize {
        self.nesting.stack
    }

    /// Parses with the sections for which `active` says so (a section inside an inactive one is inactive).
    pub fn parse(&self, active: &dyn Fn(usize) -> bool) -> Parsed {
        if !self.readable {
            return Parsed { statements: Vec::new(), diagnostics: Vec::new() };
        }
        let tokens = self.active_tokens(active);
        if let Some(found) = &self.brackets {
            return Parsed { statements: Vec::new(), diagnostics: vec![found.clone()] };
        }
        with_stack(self.stack_levels(), || self.parse_tokens(tokens))
    }

    /// The template to send. `statement` is the tree with all sections active; from it come the places of IN
    /// predicates that hold a spread, and of rows that are written. `split` is where the predicate or the VALUES
    /// stand by which the statement can be split.
    pub fn template(&self, statement: &Statement, split: Option<Span>) -> Vec<Piece> {
        with_stack(self.stack_levels(), || template::template(self, statement, split))
    }

    /// The finding behind others: a keyword that was read as a name, where one of them is about it.
    pub(crate) fn swallowed(&self, found: &[Diagnostic]) -> Option<Diagnostic> {
        error::swallowed(self, found)
    }

    fn active_tokens(&self, active: &dyn Fn(usize) -> bool) -> Vec<TokenWithSpan> {
        let mut on: Vec<bool> = Vec::with_capacity(self.sections.len());
        for (index, section) in self.sections.iter().enumerate() {
            on.push(active(index) && section.parent.is_none_or(|p| on[p]));
        }
        let kept = self.tokens.iter().filter(|t| t.section.is_none_or(|s| on[s]));
        kept.map(|t| t.token.clone()).collect()
    }

    fn parse_tokens(&self, tokens: Vec<TokenWithSpan>) -> Parsed {
        let syntax = (self.dialect.syntax)();
        let tokens = match self.dialect.written {
            Written::Plain => tokens,
            Written::Ignite => ignite::rewrite(tokens, false),
            Written::IgniteH2 => ignite::rewrite(tokens, true),
            Written::Pinot => pinot::strip(tokens),
            Written::Picodata => picodata::rewrite(tokens),
        };
        let mut read = match read::read(syntax.as_ref(), tokens, self.nesting.levels, self.dialect.written) {
            Ok(read) => read,
            Err(failure) => {
                let found = error::explain(self, syntax.as_ref(), &failure);
                return Parsed { statements: Vec::new(), diagnostics: vec![found] };
            }
        };
        let tokens = std::mem::take(&mut read.tokens);
        let mut lower = Lower::new(self.text, tokens, &self.params);
        let mut statements = lower_all(&mut lower, &read);
        if template::refers_to(&self.tokens, lower.stripped(), &statements) {
            // `ORDER BY "x!"` means the alias that lost its override: read again, knowing which did.
            lower.restart();
            statements = lower_all(&mut lower, &read);
        }
        let mut diagnostics = lower.diagnostics;
        if statements.is_empty() {
            let message = "the text holds no statement";
            diagnostics.push(Diagnostic::error(Code::StatementCount, Span::new(0, self.text.len()), message));
        }
        Parsed { statements, diagnostics }
    }
}

fn lower_all(lower: &mut Lower<'_>, read: &Read) -> Vec<Statement> {
    let mut all = Vec::with_capacity(read.statements.len());
    for (raw, span) in &read.statements {
        let end = lower.index_of(span.end);
        all.push(lower.statement_until(raw, end));
    }
    all
}

/// The tokens that are neither whitespace nor comments.
fn significant_tokens(tokens: &[TokenWithSpan]) -> impl Iterator<Item = &TokenWithSpan> {
    tokens.iter().filter(|t| significant(&t.token))
}
