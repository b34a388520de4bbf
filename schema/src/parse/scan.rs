//! Parameters, spreads and optional sections, found on tokens and never on text.
//!
//! The scan replaces each parameter's tokens by one placeholder token that carries the parameter's index, takes out the
//! braces of sections, and notes for every token the innermost section that it stands in. Rules: DESIGN, section 1.

mod operand;
mod param;
mod section;

use sqlparser::tokenizer::{Token, TokenWithSpan};

pub(super) use self::operand::is_string;
use super::names::Names;
use super::token::{significant, span_of};
use super::{ParamUse, SectionUse};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};

/// A token with the section that it stands in.
#[derive(Debug, Clone)]
pub(super) struct Scanned {
    /// The token; a parameter is `Placeholder("$1")` with its index plus one.
    pub(super) token: TokenWithSpan,
    /// The innermost section.
    pub(super) section: Option<usize>,
}

/// What the scan found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) tokens: Vec<Scanned>,
    pub(super) params: Vec<ParamUse>,
    pub(super) sections: Vec<SectionUse>,
    /// Brackets that do not pair: worth more than what the parser makes of them.
    pub(super) brackets: Option<Diagnostic>,
    /// Whether a finding leaves tokens that the parser could only misread.
    pub(super) misread: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Scans the tokens of a text.
pub(super) fn scan(tokens: Vec<TokenWithSpan>) -> Scan {
    let mut scanner = Scanner {
        input: tokens,
        next: 0,
        open: Vec::new(),
        within: Vec::new(),
        names: Names::default(),
        out: Scan::default(),
    };
    while scanner.next < scanner.input.len() {
        scanner.step();
    }
    scanner.finish()
}

/// What is open at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Paren,
    Square,
    Brace,
    Section(usize),
}

impl Bracket {
    fn closer(self) -> &'static str {
        match self {
            Bracket::Paren => ")",
            Bracket::Square => "]",
            Bracket::Brace => "}",
            Bracket::Section(_) => "}}",
        }
    }

    fn opener(self) -> &'static str {
        match self {
            Bracket::Paren => "(",
            Bracket::Square => "[",
            Bracket::Brace => "{",
            Bracket::Section(_) => "{{",
        }
    }
}

/// An open bracket: which, where, and which scanned token it is.
struct Open {
    bracket: Bracket,
    span: Span,
    token: usize,
    /// A section that opened directly in it.
    section: Option<usize>,
    /// Whether a spread stands directly in it, or in a section directly in it.
    spread: bool,
}

impl Open {
    fn new(bracket: Bracket, span: Span, token: usize) -> Open {
        Open { bracket, span, token, section: None, spread: false }
    }
}

struct Scanner {
    input: Vec<TokenWithSpan>,
    next: usize,
    open: Vec<Open>,
    /// The open sections among `open`.
    within: Vec<usize>,
    names: Names,
    out: Scan,
}

impl Scanner {
    fn step(&mut self) {
        match &self.input[self.next].token {
            Token::LBrace if self.opens_section() => self.open_section(),
            Token::LParen => self.open(Bracket::Paren),
            Token::LBracket => self.open(Bracket::Square),
            Token::LBrace => self.open(Bracket::Brace),
            Token::RParen => self.close(Bracket::Paren),
            Token::RBracket => self.close(Bracket::Square),
            Token::RBrace => self.close_brace(),
            Token::Colon => self.colon(),
            Token::Placeholder(_) | Token::Question => self.placeholder(),
            _ => self.copy(),
        }
    }

    fn span(&self, index: usize) -> Span {
        self.input.get(index).and_then(|t| span_of(t.span)).unwrap_or_default()
    }

    fn token(&self, index: usize) -> &Token {
        self.input.get(index).map_or(&Token::EOF, |t| &t.token)
    }

    /// The innermost open section.
    fn section(&self) -> Option<usize> {
        self.within.last().copied()
    }

    fn push(&mut self, token: TokenWithSpan) {
        let section = self.section();
        self.out.tokens.push(Scanned { token, section });
    }

    fn copy(&mut self) {
        let token = self.input[self.next].clone();
        self.push(token);
        self.next += 1;
    }

    /// The last token before the next one that is not whitespace, of the input.
    fn before(&self) -> Option<&Token> {
        self.input[..self.next].iter().rev().map(|t| &t.token).find(|t| significant(t))
    }

    /// Adds a finding behind which the rest cannot be read.
    fn misreads(&mut self, found: Diagnostic) {
        self.out.misread = true;
        self.out.diagnostics.push(found);
    }

    // Brackets.

    fn open(&mut self, bracket: Bracket) {
        let span = self.span(self.next);
        self.open.push(Open::new(bracket, span, self.out.tokens.len()));
        self.copy();
    }

    fn close(&mut self, bracket: Bracket) {
        let span = self.span(self.next);
        match self.open.last() {
            Some(open) if open.bracket == bracket => {
                if let (Some(section), true) = (open.section, open.spread) {
                    self.section_in_list(section);
                }
                self.open.pop();
            }
            Some(open) if open.bracket == Bracket::Brace || !matches!(open.bracket, Bracket::Section(_)) => {
                let (bracket, at) = (open.bracket, open.span);
                self.mismatch(bracket, at, span, bracket.closer());
            }
            Some(open) => {
                let at = open.span;
                self.unbalanced_section(at, span);
            }
            None => {
                let message = format!("`{}` closes nothing", bracket.closer());
                let found = Diagnostic::error(Code::Syntax, span, message)
                    .help(format!("remove it, or open it with `{}`", bracket.opener()));
                self.out.brackets.get_or_insert(found);
            }
        }
        self.copy();
    }

    fn mismatch(&mut self, bracket: Bracket, opened: Span, span: Span, expected: &str) {
        let message = format!("`{}` is not closed", bracket.opener());
        let found = Diagnostic::error(Code::Syntax, opened, message)
            .label("opened here")
            .related(span, format!("expected `{expected}` before this"));
        self.out.brackets.get_or_insert(found);
        // Read on as if it had been closed, so that one slip is one finding.
        self.open.pop();
    }

    /// A list with a spread is sent element by element, so that no section can stand between elements.
    fn section_in_list(&mut self, section: usize) {
        let message = "a section cannot stand among the elements of a list with a spread";
        let found = Diagnostic::error(Code::InvalidSection, self.out.sections[section].span, message)
            .help("put the section around the whole `… IN (…)`");
        self.out.diagnostics.push(found);
    }

    fn unbalanced_section(&mut self, opened: Span, span: Span) {
        let found = Diagnostic::error(
            Code::InvalidSection,
            span,
            "a bracket that opens before a section closes inside it",
        )
        .related(opened, "the section opens here")
        .help("let `{{ … }}` enclose whole brackets");
        if !self.out.diagnostics.iter().any(|d| d.code == Code::InvalidSection) {
            self.out.diagnostics.push(found);
        }
    }

    fn finish(mut self) -> Scan {
        let open = std::mem::take(&mut self.open);
        for Open { bracket, span, .. } in &open {
            let message = format!("`{}` is not closed", bracket.opener());
            if let Bracket::Section(_) = bracket {
                let found =
                    Diagnostic::error(Code::InvalidSection, *span, "the optional section is not closed")
                        .label("opened here")
                        .help("close it with `}}`");
                self.out.diagnostics.push(found);
            } else if self.out.brackets.is_none() {
                let found = Diagnostic::error(Code::Syntax, *span, message)
                    .label("opened here")
                    .help(format!("close it with `{}`", bracket.closer()));
                self.out.brackets = Some(found);
            }
        }
        let (params, found, renumber) = std::mem::take(&mut self.names).finish();
        self.out.diagnostics.extend(found);
        for scanned in &mut self.out.tokens {
            let Token::Placeholder(text) = &mut scanned.token.token else { continue };
            if let Some(index) = text[1..].parse::<usize>().ok().and_then(|n| renumber.get(n.wrapping_sub(1)))
            {
                *text = format!("${}", index + 1);
            }
        }
        self.out.params = params;
        self.fill_sections(&open);
        self.out
    }

    fn fill_sections(&mut self, unclosed: &[Open]) {
        for (index, param) in self.out.params.iter().enumerate() {
            for section in param.uses.iter().filter_map(|(_, section)| *section) {
                let params = &mut self.out.sections[section].params;
                if !params.contains(&index) {
                    params.push(index);
                }
            }
        }
        for (index, section) in self.out.sections.iter_mut().enumerate() {
            section.params.sort_unstable();
            let closed = !unclosed.iter().any(|o| o.bracket == Bracket::Section(index));
            if closed && section.params.is_empty() {
                let found = Diagnostic::error(
                    Code::InvalidSection,
                    section.span,
                    "this optional section holds no parameter",
                )
                .note("a section is sent only when each parameter directly in it is given")
                .help("use a parameter in it, or remove the braces; a literal's braces need a space: `{ {`");
                self.out.diagnostics.push(found);
            }
        }
    }
}
