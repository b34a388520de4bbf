//! What users get wrong most, recognised from the tokens around the place where the text stops being SQL.

use sqlparser::tokenizer::Token;

use super::clause::Place;
use super::keywords;
use super::swallowed::is_hard;
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::scan::is_string;
use crate::parse::token::is_word;

/// A place where the text stops being SQL.
pub(super) struct Slip<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [(&'a Token, Span)],
    /// The token that cannot stand there; past the last one at the end of the text.
    pub(super) index: usize,
    pub(super) expected: Option<String>,
}

/// The end of a statement or of a subquery, as it is expected where anything else could go on.
const ENDS: &[&str] = &["the end of the statement", "the end of the subquery"];

/// The text of a word without quotes.
pub(super) fn unquoted(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
        _ => None,
    }
}

impl Slip<'_> {
    /// The finding.
    pub(super) fn explain(&self) -> Diagnostic {
        if self.tokens.is_empty() {
            let whole = Span::new(0, self.text.len());
            return Diagnostic::error(Code::StatementCount, whole, "the text holds no statement");
        }
        self.early_end()
            .or_else(|| self.swallowed())
            .or_else(|| self.half_keyword())
            .or_else(|| self.misspelt())
            .or_else(|| self.misplaced_clause())
            .or_else(|| self.surplus_comma())
            .or_else(|| self.parameter())
            .or_else(|| self.form())
            .or_else(|| self.sign())
            .unwrap_or_else(|| self.plain())
    }

    pub(super) fn token(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index).map(|t| t.0)
    }

    /// The place of the token; at the end of the text an empty one right behind the last token.
    pub(super) fn span(&self, index: usize) -> Span {
        match self.tokens.get(index) {
            Some((_, span)) => *span,
            None => {
                let end = self.tokens.last().map_or(0, |t| t.1.end);
                Span { start: end, end }
            }
        }
    }

    pub(super) fn text_of(&self, index: usize) -> &str {
        let span = self.span(index);
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    pub(super) fn shown(&self, index: usize) -> String {
        match self.token(index) {
            None => "the end of the text".to_string(),
            // Whatever a literal holds stays out of messages.
            Some(token) if is_string(token) => "a string".to_string(),
            Some(_) => format!("`{}`", self.text_of(index)),
        }
    }

    pub(super) fn error(&self, index: usize, message: String) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.span(index), message)
    }

    /// Whether nothing in particular was expected: an operand had ended.
    fn after_operand(&self) -> bool {
        self.expected.as_deref().is_some_and(|expected| ENDS.contains(&expected))
    }

    fn message(&self) -> String {
        let found = self.shown(self.index);
        let before = self.index.checked_sub(1).and_then(|i| self.token(i)).and_then(unquoted);
        match self.expected.as_deref() {
            None => format!("{found} cannot stand here"),
            Some(expected) if ENDS.contains(&expected) => match self.token(self.index).and_then(unquoted) {
                Some(word) if is_hard(word) => format!("{found} cannot stand here"),
                _ => match self.place() {
                    Place::Other | Place::Definition => format!("expected {expected}, found {found}"),
                    place => format!("expected {}, found {found}", place.follows()),
                },
            },
            Some("a name") => {
                let tables = ["from", "join", "into", "update", "table"];
                let what = match before {
                    Some(word) if tables.iter().any(|own| own.eq_ignore_ascii_case(word)) => {
                        format!("a table after {}", word.to_uppercase())
                    }
                    Some(word) if word.eq_ignore_ascii_case("as") => "a name after AS".to_string(),
                    _ => "a name".to_string(),
                };
                format!("expected {what}, found {found}")
            }
            Some(expected) => format!("expected {expected}, found {found}"),
        }
    }

    /// The place itself or the word before it, which was then read as a name, may be a misspelt keyword.
    fn misspelt(&self) -> Option<Diagnostic> {
        let expected = self.expected.as_deref().unwrap_or_default();
        let word = |index: usize| self.token(index).and_then(unquoted);
        if expected == "a statement" {
            let meant = keywords::statement(word(self.index)?)?;
            return Some(self.error(self.index, self.message()).help(format!("did you mean `{meant}`?")));
        }
        let place = self.place();
        for index in [Some(self.index), self.index.checked_sub(1)].into_iter().flatten() {
            let Some(own) = word(index) else { continue };
            let wanted = if index == self.index { expected } else { "" };
            let Some(meant) = keywords::meant(own, wanted, place) else { continue };
            return Some(self.misspelling(index, meant));
        }
        let open = self.index.checked_sub(1).filter(|&i| self.token(i) == Some(&Token::LParen));
        let query = self.index.checked_sub(2).filter(|&i| self.token(i) == Some(&Token::LParen));
        let index = open.or(query)?.checked_sub(1)?;
        Some(self.misspelling(index, keywords::before_list(word(index)?)?))
    }

    fn misspelling(&self, index: usize, meant: &str) -> Diagnostic {
        let message = match index == self.index {
            true => self.message(),
            false => {
                format!(
                    "{} cannot follow `{}`, which is no keyword",
                    self.shown(index + 1),
                    self.text_of(index)
                )
            }
        };
        self.error(index, message).help(format!("did you mean `{meant}`?"))
    }

    /// A comma right before the end of a list.
    fn surplus_comma(&self) -> Option<Diagnostic> {
        let before = self.index.checked_sub(1)?;
        let ends = matches!(
            self.token(self.index),
            None | Some(Token::RParen | Token::RBracket | Token::RBrace | Token::SemiColon)
        );
        (ends && *self.token(before)? == Token::Comma).then(|| self.surplus(before, self.index))
    }

    /// A parameter where a name or a keyword has to stand.
    fn parameter(&self) -> Option<Diagnostic> {
        let Some(Token::Placeholder(_)) = self.token(self.index) else { return None };
        let shown = self.shown(self.index);
        if self.after_operand() && self.place() == Place::Order {
            let message = format!("{shown} stands for a value, not for a direction");
            return Some(self.error(self.index, message).help("write ASC or DESC; a query sorts one way"));
        }
        let names = ["name", "identifier", "table", "alias"];
        if !self.expected.as_deref().is_some_and(|e| names.iter().any(|n| e.contains(n))) {
            return None;
        }
        let message = format!("{shown} stands for a value, not for a name");
        Some(
            self.error(self.index, message)
                .help("write the name itself; a query is checked for one table at a time"),
        )
    }

    /// Calls and literals with a syntax of their own.
    fn form(&self) -> Option<Diagnostic> {
        let is = |index: Option<usize>, word: &str| {
            index.and_then(|i| self.token(i)).is_some_and(|token| is_word(token, word))
        };
        let back = |n: usize| self.index.checked_sub(n);
        let found = self.shown(self.index);
        // sqlparser names the parenthesis when it is what follows the part that is wrong.
        if is(back(1), "extract") && self.token(self.index) == Some(&Token::LParen) {
            let at = self.index + 2;
            return Some(self.error(at, format!("expected FROM, found {}", self.shown(at))));
        }
        if is(back(1), "outer") && is(Some(self.index), "join") {
            let message = "expected LEFT, RIGHT or FULL before OUTER JOIN".to_string();
            return Some(self.error(self.index - 1, message));
        }
        if is(Some(self.index), "not") && self.after_operand() {
            let at = self.index + 1;
            let message = format!("expected IN, LIKE or BETWEEN after NOT, found {}", self.shown(at));
            return Some(self.error(at, message));
        }
        if let Some(filter) =
            back(2).filter(|&i| is(Some(i), "filter")).or(back(3).filter(|&i| is(Some(i), "filter")))
            && self.token(filter + 1) == Some(&Token::LParen)
            && !is(Some(filter + 2), "where")
        {
            let at = filter + 2;
            return Some(
                self.error(at, format!("expected WHERE after `FILTER (`, found {}", self.shown(at))),
            );
        }
        if let (Some(open), Some(Token::RBrace)) = (back(2), self.token(self.index))
            && self.token(open) == Some(&Token::LBrace)
            && self.token(open + 1).and_then(unquoted).is_some()
        {
            let name = self.text_of(open + 1);
            let message = format!("`{{{name}}}` is not a parameter");
            let whole = self.span(open).to(self.span(self.index));
            return Some(
                Diagnostic::error(Code::Syntax, whole, message).help(format!("did you mean `:{name}`?")),
            );
        }
        if self.expected.as_deref() == Some("SET") && back(1).is_some_and(|i| self.ends_operand(i)) {
            // The column was read as the table's alias.
            let at = self.index - 1;
            return (at > 1).then(|| self.error(at, format!("expected SET, found {}", self.shown(at))));
        }
        if self.expected.as_deref() == Some("SELECT, VALUES or a subquery")
            && back(1).is_some_and(|i| self.token(i) == Some(&Token::LParen))
            && self.tokens.first().is_some_and(|t| is_word(t.0, "insert") || is_word(t.0, "replace"))
        {
            let at = self.index - 1;
            let message = format!("expected VALUES or a query, found {}", self.shown(at));
            return Some(self.error(at, message).help("fix this by writing `VALUES (…)`"));
        }
        let keyword = self.token(self.index).and_then(unquoted).filter(|word| is_hard(word));
        if let (Some(word), Some("a name")) = (keyword, self.expected.as_deref())
            && !found.is_empty()
            && !word.is_empty()
        {
            return Some(self.keyword_as_name(self.index));
        }
        None
    }

    /// Signs that other languages have.
    fn sign(&self) -> Option<Diagnostic> {
        let token = |index: Option<usize>| index.and_then(|i| self.token(i));
        let glued = |a: usize, b: usize| self.span(a).end == self.span(b).start;
        let before = self.index.checked_sub(1);
        let advice = match (token(before), self.token(self.index)?) {
            (_, Token::RArrow) => "did you mean `>=`?".to_string(),
            (Some(Token::Eq), Token::Lt) if glued(self.index - 1, self.index) => {
                let whole = self.span(self.index - 1).to(self.span(self.index));
                let found = Diagnostic::error(Code::Syntax, whole, "`=<` is no operator");
                return Some(found.help("did you mean `<=`?"));
            }
            (Some(Token::Eq | Token::DoubleEq), Token::Eq) if glued(self.index - 1, self.index) => {
                let whole = self.span(self.index - 1).to(self.span(self.index));
                let message = format!("`{}=` is no operator", self.text_of(self.index - 1));
                return Some(Diagnostic::error(Code::Syntax, whole, message).help("did you mean `=`?"));
            }
            (_, Token::Mul)
                if self.token(self.index + 1) == Some(&Token::Div) && glued(self.index, self.index + 1) =>
            {
                let whole = self.span(self.index).to(self.span(self.index + 1));
                let found = Diagnostic::error(Code::Syntax, whole, "`*/` closes no comment");
                return Some(found.help("remove it, or open the comment with `/*`"));
            }
            (_, Token::ExclamationMark) if self.expected.as_deref() == Some("an expression") => {
                "did you mean `NOT`?".to_string()
            }
            (_, Token::ExclamationMark) => "did you mean `<>`?".to_string(),
            (_, Token::Mod) if self.expected.as_deref() == Some("an expression") => {
                "write a parameter as `:name`, `$1` or `?`".to_string()
            }
            _ => return None,
        };
        Some(self.error(self.index, self.message()).help(advice))
    }

    fn plain(&self) -> Diagnostic {
        let found = self.error(self.index, self.message());
        match self.advice() {
            Some(advice) => found.help(advice),
            None => found,
        }
    }

    fn advice(&self) -> Option<String> {
        let token = self.token(self.index)?;
        let listed = ["`)`", "`,` or `)`", "`]`", "`,` or `]`", "SELECT, VALUES or a subquery"];
        let anything = self.after_operand() || self.expected.as_deref().is_none_or(|e| listed.contains(&e));
        let before = self.index.checked_sub(1)?;
        if !anything || !self.ends_operand(before) {
            return None;
        }
        let place = self.place();
        let sets = self.tokens.first().is_some_and(|first| is_word(first.0, "set"));
        if sets && ["select", "with"].iter().any(|word| is_word(token, word)) {
            return Some(format!("is a `;` missing before {}?", self.shown(self.index)));
        }
        let starts = match token {
            _ if place == Place::Definition => false,
            Token::Word(word) => word.quote_style.is_some() || !is_hard(&word.value),
            Token::LParen => place == Place::Values,
            Token::Number(..) | Token::Placeholder(_) => true,
            token => is_string(token),
        };
        let shown = self.shown(self.index);
        let lists = *token == Token::LParen || !self.after_operand() && place == Place::Other;
        starts.then(|| match place {
            Place::Join => format!("is ON missing before {shown}?"),
            _ if lists => format!("is a `,` missing before {shown}?"),
            _ => format!("is a `,` or an operator missing before {shown}?"),
        })
    }
}
