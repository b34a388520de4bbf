//! Parameters, spreads and optional sections, found on tokens and never on text.
//!
//! The scan replaces each parameter's tokens by one placeholder token that carries the parameter's index, takes out the
//! braces of sections, and notes for every token the innermost section that it stands in. Rules: DESIGN, section 1.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::names::{Names, Style};
use super::token::{is_word, located, significant, span_of};
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
    /// The deepest bracket nesting.
    pub(super) depth: usize,
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

    // Brackets.

    fn open(&mut self, bracket: Bracket) {
        let span = self.span(self.next);
        self.open.push(Open::new(bracket, span, self.out.tokens.len()));
        self.out.depth = self.out.depth.max(self.open.len());
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

    // Sections.

    /// Two adjacent opening braces, except where the grammar wants a literal: after `MAP`, and inside a literal.
    fn opens_section(&self) -> bool {
        let adjacent = *self.token(self.next + 1) == Token::LBrace;
        let literal = self.open.last().is_some_and(|o| o.bracket == Bracket::Brace)
            || self.before().is_some_and(|t| is_word(t, "map"));
        adjacent && !literal
    }

    fn open_section(&mut self) {
        let span = self.span(self.next).to(self.span(self.next + 1));
        let index = self.out.sections.len();
        let parent = self.section();
        self.out.sections.push(SectionUse { span, parent, params: Vec::new() });
        if let Some(outer) = self.open.last_mut() {
            outer.section.get_or_insert(index);
        }
        self.open.push(Open::new(Bracket::Section(index), span, self.out.tokens.len()));
        self.within.push(index);
        self.out.depth = self.out.depth.max(self.open.len());
        self.next += 2;
    }

    fn close_brace(&mut self) {
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
                self.out.diagnostics.push(found);
                self.next += 1;
                // `} }` was meant to close it.
                let rest = self.input[self.next..].iter().position(|t| significant(&t.token));
                if let Some(second) = rest.map(|i| self.next + i).filter(|i| *self.token(*i) == Token::RBrace)
                {
                    self.open.pop();
                    self.within.pop();
                    self.out.sections[index].span = opened.to(self.span(second));
                    self.next = second + 1;
                }
            }
            Some((bracket, opened)) if self.section().is_some() && double => {
                let message = format!("`{}` is not closed before the section ends", bracket.opener());
                let found = Diagnostic::error(Code::InvalidSection, opened, message)
                    .label("opened here")
                    .related(both, "the section ends here")
                    .help("let `{{ … }}` enclose whole brackets");
                self.out.diagnostics.push(found);
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

    // Parameters.

    /// A `:`: a parameter, or part of a slice, a map, a semi-structured access.
    fn colon(&mut self) {
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
            Some(name) => self.parameter(Style::Named(name), 2),
            None if in_literal || glued => self.copy(),
            None => {
                if let Token::Number(number, _) = self.token(self.next + 1) {
                    let span = at.to(self.span(self.next + 1));
                    let found = Diagnostic::error(
                        Code::ParameterStyle,
                        span,
                        format!("`:{number}` is not a parameter"),
                    )
                    .help(format!("write `${number}`, or give it a name"));
                    self.out.diagnostics.push(found);
                }
                self.copy();
            }
        }
    }

    fn placeholder(&mut self) {
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
                self.out.diagnostics.push(found);
            }
            _ => {}
        }
        self.copy();
    }

    /// Takes `len` tokens as a parameter, and the two dots of a spread.
    fn parameter(&mut self, style: Style, len: usize) {
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
    fn in_list(&self, after: usize) -> bool {
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

/// Whether a token ends an operand, so that a `:` glued to it belongs to it.
fn ends_operand(token: &Token) -> bool {
    match token {
        Token::Word(w) => w.quote_style.is_some() || !precedes_operand(&w.value),
        Token::RParen | Token::RBracket | Token::RBrace | Token::Number(..) | Token::Placeholder(_) => true,
        other => is_string(other),
    }
}

/// Whether a token is a string literal of any kind.
pub(super) fn is_string(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::TripleSingleQuotedString(_)
            | Token::TripleDoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::SingleQuotedByteStringLiteral(_)
            | Token::DoubleQuotedByteStringLiteral(_)
            | Token::TripleSingleQuotedByteStringLiteral(_)
            | Token::TripleDoubleQuotedByteStringLiteral(_)
            | Token::SingleQuotedRawStringLiteral(_)
            | Token::DoubleQuotedRawStringLiteral(_)
            | Token::TripleSingleQuotedRawStringLiteral(_)
            | Token::TripleDoubleQuotedRawStringLiteral(_)
            | Token::NationalStringLiteral(_)
            | Token::QuoteDelimitedStringLiteral(_)
            | Token::NationalQuoteDelimitedStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
    )
}

/// Keywords that an operand follows, so that a `:` glued to them opens a parameter.
fn precedes_operand(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "all",
        "and",
        "any",
        "between",
        "by",
        "case",
        "distinct",
        "div",
        "else",
        "escape",
        "fetch",
        "filter",
        "first",
        "for",
        "from",
        "having",
        "ilike",
        "in",
        "interval",
        "is",
        "like",
        "limit",
        "next",
        "not",
        "offset",
        "on",
        "or",
        "over",
        "qualify",
        "regexp",
        "returning",
        "rlike",
        "select",
        "set",
        "similar",
        "some",
        "then",
        "to",
        "top",
        "values",
        "when",
        "where",
        "with",
        "xor",
        "zone",
    ];
    WORDS.iter().any(|w| w.eq_ignore_ascii_case(word))
}
