//! From text to syntax tree: tokens, parameters, spreads, optional sections, overrides, then sqlparser, lowered.
//!
//! sqlparser is named in this folder (and by [`crate::dialect::Dialect::syntax`]) only. Tokens are rewritten, never text:
//! parameters become placeholder tokens, the tokens of inactive sections are left out, and every token carries its byte
//! offset, so that spans of the tree are places in the original text.

use crate::ast::{Span, Statement};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::plan::Piece;

/// A text whose tokens were read once; [`parse`](Source::parse) gives its tree for any choice of sections.
pub struct Source<'a> {
    /// The text as the user wrote it.
    pub text: &'a str,
    /// The parameters in order of first appearance (named, `?`) or of their numbers (`$1`).
    pub params: Vec<ParamUse>,
    /// The optional sections in order of their opening braces.
    pub sections: Vec<SectionUse>,
    dialect: &'static Dialect,
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
        let _ = (text, dialect);
        todo!()
    }

    /// Parses with the sections for which `active` says so (a section inside an inactive one is inactive).
    pub fn parse(&self, active: &dyn Fn(usize) -> bool) -> Parsed {
        let _ = (active, self.dialect);
        todo!()
    }

    /// The template to send. `statement` is the tree with all sections active; from it come the places of IN
    /// predicates that hold a spread.
    pub fn template(&self, statement: &Statement) -> Vec<Piece> {
        let _ = statement;
        todo!()
    }
}
