//! What users get wrong most, recognised from the tokens around the place where the text stops being SQL.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::scan::is_string;
use crate::parse::token::is_word;
use crate::suggest::nearest;

/// A place where the text stops being SQL.
pub(super) struct Slip<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [(&'a Token, Span)],
    /// The token that cannot stand there; past the last one at the end of the text.
    pub(super) index: usize,
    pub(super) expected: Option<String>,
}

/// Clauses of a query in their order.
const CLAUSES: &[&str] = &[
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "QUALIFY",
    "UNION",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "RETURNING",
];

/// Keywords that are misspelt most.
const KEYWORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "QUALIFY",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "RETURNING",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "OUTER",
    "CROSS",
    "NATURAL",
    "USING",
    "VALUES",
    "INSERT",
    "UPDATE",
    "DELETE",
    "INTO",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "DISTINCT",
    "BETWEEN",
    "LIKE",
    "ILIKE",
    "EXISTS",
    "NULLS",
    "FIRST",
    "LAST",
    "PARTITION",
    "OVER",
    "FILTER",
    "WITHIN",
    "RECURSIVE",
    "WITH",
    "CREATE",
    "TABLE",
    "VIEW",
    "DROP",
    "ALTER",
    "AND",
    "NOT",
    "NULL",
    "DESC",
    "ASC",
    "SET",
    "EXPLAIN",
    "ANALYZE",
    "DESCRIBE",
    "CONFLICT",
    "INTERVAL",
    "CAST",
    "ROWS",
    "RANGE",
    "PRECEDING",
    "FOLLOWING",
    "UNBOUNDED",
];

/// Words that begin a statement.
const STATEMENTS: &[&str] = &[
    "SELECT", "WITH", "VALUES", "FROM", "INSERT", "UPDATE", "DELETE", "EXPLAIN", "DESCRIBE", "SHOW",
    "CREATE", "DROP", "ALTER", "SET", "COPY", "MERGE", "TRUNCATE", "BEGIN", "COMMIT", "ROLLBACK", "PREPARE",
    "EXECUTE", "REPLACE",
];

impl Slip<'_> {
    /// The finding.
    pub(super) fn explain(&self) -> Diagnostic {
        if self.tokens.is_empty() {
            let whole = Span::new(0, self.text.len());
            return Diagnostic::error(Code::StatementCount, whole, "the text holds no statement");
        }
        self.missing_table()
            .or_else(|| self.misspelt())
            .or_else(|| self.surplus_comma())
            .or_else(|| self.parameter())
            .unwrap_or_else(|| self.plain())
    }

    /// A clause right behind FROM or its like, whose name the parser took for a table's.
    fn missing_table(&self) -> Option<Diagnostic> {
        let names_tables =
            |token: &Token| ["from", "join", "into", "update"].iter().any(|word| is_word(token, word));
        let ends_tables = |token: &Token| {
            ["where", "group", "having", "order", "limit", "on", "using", "set", "values", "join"]
                .iter()
                .any(|word| is_word(token, word))
        };
        let until = self.index.min(self.tokens.len().saturating_sub(1));
        let after =
            (1..=until).find(|&i| names_tables(self.tokens[i - 1].0) && ends_tables(self.tokens[i].0))?;
        let word = self.shown(after - 1).to_uppercase();
        let message =
            format!("expected a table after {}, found {}", word.trim_matches('`'), self.shown(after));
        Some(Diagnostic::error(Code::Syntax, self.span(after), message).help(format!(
            "fix this by naming the table: `{} table {} …`",
            word.trim_matches('`'),
            self.shown(after).trim_matches('`')
        )))
    }

    fn token(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index).map(|t| t.0)
    }

    /// The place of the token; at the end of the text an empty one right behind the last token.
    fn span(&self, index: usize) -> Span {
        match self.tokens.get(index) {
            Some((_, span)) => *span,
            None => {
                let end = self.tokens.last().map_or(0, |t| t.1.end);
                Span { start: end, end }
            }
        }
    }

    fn shown(&self, index: usize) -> String {
        let span = self.span(index);
        match self.token(index) {
            None => "the end of the text".to_string(),
            // Whatever a literal holds stays out of messages.
            Some(token) if is_string(token) => "a string".to_string(),
            Some(_) => format!("`{}`", &self.text[span.start as usize..span.end as usize]),
        }
    }

    fn message(&self) -> String {
        let found = self.shown(self.index);
        match &self.expected {
            Some(expected) => format!("expected {expected}, found {found}"),
            None => format!("{found} cannot stand here"),
        }
    }

    fn error(&self, index: usize, message: String) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.span(index), message)
    }

    /// The place itself or the word before it, which was then read as an alias, may be a misspelt keyword.
    fn misspelt(&self) -> Option<Diagnostic> {
        let statement = self.expected.as_deref() == Some("a statement");
        let candidates = if statement { STATEMENTS } else { KEYWORDS };
        for index in [Some(self.index), self.index.checked_sub(1)].into_iter().flatten() {
            let Some(Token::Word(word)) = self.token(index) else { continue };
            let known =
                word.keyword != Keyword::NoKeyword && !matches!(word.value.to_uppercase().as_str(), "FORM");
            if word.quote_style.is_some() || known || word.value.len() < 3 {
                continue;
            }
            let Some(meant) =
                nearest(&word.value.to_uppercase(), candidates.iter().copied()).into_iter().next()
            else {
                continue;
            };
            let message = if index == self.index {
                self.message()
            } else {
                format!("{} cannot follow `{}`, which is no keyword", self.shown(self.index), word.value)
            };
            return Some(self.error(index, message).help(format!("did you mean `{meant}`?")));
        }
        None
    }

    /// A comma before the end of a list.
    fn surplus_comma(&self) -> Option<Diagnostic> {
        let before = self.index.checked_sub(1)?;
        let ends = match self.token(self.index) {
            None | Some(Token::RParen | Token::RBracket | Token::RBrace | Token::SemiColon) => true,
            Some(Token::Word(w)) => {
                w.quote_style.is_none() && CLAUSES.contains(&w.value.to_uppercase().as_str())
            }
            Some(_) => false,
        };
        // `a, ORDER BY`: ORDER was taken for a column, and BY is what cannot follow.
        let clause = |i: usize| matches!(self.token(i), Some(Token::Word(w)) if w.quote_style.is_none() && CLAUSES.contains(&w.value.to_uppercase().as_str()));
        let (comma, end) = match before.checked_sub(1) {
            Some(two) if clause(before) && self.token(two) == Some(&Token::Comma) => (two, before),
            _ if ends && *self.token(before)? == Token::Comma => (before, self.index),
            _ => return None,
        };
        let message = format!("a comma before {}", self.shown(end));
        Some(self.error(comma, message).help("remove the comma, or add what should follow it"))
    }

    /// A parameter where a name has to stand.
    fn parameter(&self) -> Option<Diagnostic> {
        let Some(Token::Placeholder(_)) = self.token(self.index) else { return None };
        let names = ["name", "identifier", "table", "alias"];
        if !self.expected.as_deref().is_some_and(|e| names.iter().any(|n| e.contains(n))) {
            return None;
        }
        let message = format!("{} stands for a value, not for a name", self.shown(self.index));
        Some(
            self.error(self.index, message)
                .help("write the name itself; a query is checked for one table at a time"),
        )
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
        if let Token::Word(word) = token
            && word.quote_style.is_none()
        {
            if let Some(later) = self.clause_before(&word.value) {
                return Some(format!("`{}` has to stand before `{later}`", word.value.to_uppercase()));
            }
            let name_wanted =
                self.expected.as_deref().is_some_and(|e| e.contains("name") || e.contains("identifier"));
            if name_wanted && word.keyword != Keyword::NoKeyword {
                return Some(format!("a keyword used as a name has to be quoted: `\"{}\"`", word.value));
            }
        }
        let operand = |t: &Token| match t {
            Token::Word(w) => w.quote_style.is_some() || w.keyword == Keyword::NoKeyword,
            Token::Number(..) | Token::Placeholder(_) => true,
            t => is_string(t),
        };
        let before = self.index.checked_sub(1).and_then(|i| self.token(i))?;
        let after_operand =
            operand(before) || matches!(before, Token::RParen | Token::RBracket | Token::RBrace);
        if after_operand && operand(token) {
            return Some(format!("is a `,` or an operator missing before {}?", self.shown(self.index)));
        }
        None
    }

    /// The clause that stands before the place though it has to follow this one.
    fn clause_before(&self, word: &str) -> Option<&'static str> {
        let place = CLAUSES.iter().position(|c| c.eq_ignore_ascii_case(word))?;
        let mut depth = 0;
        for (token, _) in self.tokens[..self.index].iter().rev() {
            match token {
                Token::RParen => depth += 1,
                Token::LParen if depth == 0 => return None,
                Token::LParen => depth -= 1,
                Token::SemiColon => return None,
                Token::Word(w) if depth == 0 && w.quote_style.is_none() => {
                    let other = CLAUSES.iter().position(|c| c.eq_ignore_ascii_case(&w.value));
                    if let Some(other) = other.filter(|other| *other > place) {
                        return Some(CLAUSES[other]);
                    }
                }
                _ => {}
            }
        }
        None
    }
}
