//! Keywords that were read as names: what should stand before them is missing, and the parser stops, if at all, a few
//! tokens later.

use std::collections::HashSet;

use sqlparser::tokenizer::Token;

use super::slip::{Slip, unquoted};
use crate::ast::Span;
use crate::diagnostic::Diagnostic;
use crate::parse::token::is_word;

/// Words that no sane query uses as a name without quotes.
const HARD: &[&str] = &[
    "and",
    "as",
    "between",
    "else",
    "except",
    "from",
    "group",
    "having",
    "in",
    "intersect",
    "into",
    "is",
    "join",
    "like",
    "limit",
    "offset",
    "on",
    "or",
    "order",
    "select",
    "set",
    "then",
    "union",
    "using",
    "values",
    "when",
    "where",
];

/// Those of them that no column is called either, so that one in a text that could be read is a slip too.
const HARDEST: &[&str] = &[
    "and", "else", "from", "group", "having", "in", "join", "on", "or", "order", "select", "then", "union",
    "when", "where",
];

/// How far behind a swallowed keyword the parser may stop.
const FAR: usize = 3;

/// Whether a word is a keyword that a name cannot be without quotes.
pub(super) fn is_hard(word: &str) -> bool {
    HARD.iter().any(|hard| hard.eq_ignore_ascii_case(word))
}

impl Slip<'_> {
    /// A keyword close before the place that was read as a name.
    pub(super) fn swallowed(&self) -> Option<Diagnostic> {
        let last = self.index.min(self.tokens.len().checked_sub(1)?);
        (last.saturating_sub(FAR)..=last).rev().find_map(|at| self.swallowed_at(at))
    }

    /// The first keyword that was read as a name and that a finding points at, or at what stands before its dot.
    pub(super) fn swallowed_by(&self, places: &HashSet<Span>) -> Option<Diagnostic> {
        let ends: HashSet<u32> = places.iter().map(|place| place.end).collect();
        (1..self.tokens.len()).find_map(|at| {
            let word = unquoted(self.token(at)?)?;
            let own = self.span(at);
            let dot = (*self.token(at - 1)? == Token::Period).then(|| self.span(at - 1).start);
            let about = places.contains(&own) || dot.is_some_and(|dot| ends.contains(&dot));
            let hardest = HARDEST.iter().any(|hard| hard.eq_ignore_ascii_case(word));
            // Alone they are names: `FROM order`.
            let alone = self.is_half(at);
            if !hardest || alone || !about {
                return None;
            }
            self.swallowed_at(at)
        })
    }

    fn swallowed_at(&self, at: usize) -> Option<Diagnostic> {
        let before = at.checked_sub(1)?;
        let token = self.token(at)?;
        let hard = match token {
            Token::SemiColon => true,
            token => unquoted(token).is_some_and(is_hard),
        };
        if !hard {
            return None;
        }
        if *self.token(before)? == Token::Comma {
            return self.comma_before(before, at);
        }
        let wanted = self.wanted_after(before, token)?;
        let found = self.error(at, format!("expected {wanted}, found {}", self.shown(at)));
        Some(match wanted.starts_with("a table") {
            true => {
                let word = self.text_of(before).to_uppercase();
                found.help(format!("fix this by naming the table: `{word} table {} …`", self.text_of(at)))
            }
            false if is_word(token, "select") => found.help("a subquery stands in parentheses: `(SELECT …)`"),
            false => found,
        })
    }

    /// `a, FROM t`. Before a lone ORDER or GROUP it is the keyword that is wrong: it was meant as a name.
    fn comma_before(&self, comma: usize, at: usize) -> Option<Diagnostic> {
        if self.is_half(at) {
            return Some(self.keyword_as_name(at));
        }
        let word = unquoted(self.token(at)?).unwrap_or_default();
        let ends =
            ["from", "where", "group", "having", "order", "limit", "offset", "union", "select", "on", "set"];
        let ends = ends.iter().any(|end| end.eq_ignore_ascii_case(word)) || word.is_empty();
        ends.then(|| self.surplus(comma, at))
    }

    /// Whether an ORDER or GROUP has no BY.
    fn is_half(&self, at: usize) -> bool {
        let is = |at: usize, words: &[&str]| {
            self.token(at).is_some_and(|token| words.iter().any(|word| is_word(token, word)))
        };
        is(at, &["order", "group"]) && !is(at + 1, &["by"])
    }

    /// A comma before what ends its list.
    pub(super) fn surplus(&self, comma: usize, end: usize) -> Diagnostic {
        self.error(comma, format!("a comma before {}", self.shown(end)))
            .help("remove the comma, or add what should follow it")
    }

    /// A keyword where a name is wanted.
    pub(super) fn keyword_as_name(&self, at: usize) -> Diagnostic {
        let word = self.text_of(at);
        self.error(at, format!("{} is a keyword and cannot be a name", self.shown(at)))
            .help(format!("fix this by quoting it: `\"{word}\"`"))
    }

    /// What has to stand between a token and a keyword; `None` where the keyword may follow.
    fn wanted_after(&self, before: usize, keyword: &Token) -> Option<String> {
        let token = self.token(before)?;
        let Some(word) = unquoted(token) else { return self.wanted_after_sign(before) };
        let word = word.to_ascii_uppercase();
        let is = |all: &[&str]| all.iter().any(|one| is_word(keyword, one));
        let defines = self.tokens.first().is_some_and(|first| is_word(first.0, "create"));
        let starts_query = is(&["select", "values"]) || is(&["from"]) && defines;
        let what = match word.as_str() {
            "WHERE" | "HAVING" | "QUALIFY" | "WHEN" | "THEN" | "ELSE" | "BY" | "BETWEEN" | "LIKE"
            | "ILIKE" | "LIMIT" | "OFFSET" => "an expression",
            // `CREATE OR …`, `ON CONFLICT …` and the like have no keyword of these after them.
            "AND" | "OR" | "NOT" if !is(&["in", "between", "like"]) => "an expression",
            "ON" if !is(&["select"]) => "an expression",
            // `FOR UPDATE`, `THEN UPDATE SET` and the like name no table.
            "UPDATE" if before == 0 => "a table",
            "FROM" | "JOIN" | "INTO" if !is(&["select", "values"]) => "a table",
            "SET" if !is(&["as"]) => "a column",
            "AS" if !starts_query => "a name",
            "CAST" | "IN" => "`(`",
            "OVER" => "`(` or the name of a window",
            "INTERVAL" => "an amount",
            "DISTINCT" if is(&["where", "group", "order", "limit"]) => "an expression",
            _ => return None,
        };
        Some(format!("{what} after {word}"))
    }

    fn wanted_after_sign(&self, before: usize) -> Option<String> {
        let what = match self.token(before)? {
            Token::Mul if !self.ends_operand(before.checked_sub(1)?) => return None,
            Token::Eq
            | Token::DoubleEq
            | Token::Neq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::Mod
            | Token::StringConcat => "an expression",
            Token::DoubleColon => "a type",
            // `t.from` is a column.
            Token::Period if self.span(before).end < self.span(before + 1).start => "a name",
            _ => return None,
        };
        Some(format!("{what} after {}", self.shown(before)))
    }

    /// Whether a token can be the end of a value.
    pub(super) fn ends_operand(&self, at: usize) -> bool {
        match self.token(at) {
            Some(Token::Word(word)) => {
                let before = ["select", "distinct", "all", "by", "returning"];
                word.quote_style.is_some()
                    || !(is_hard(&word.value)
                        || before.iter().any(|own| word.value.eq_ignore_ascii_case(own)))
            }
            Some(
                Token::Number(..) | Token::Placeholder(_) | Token::RParen | Token::RBracket | Token::RBrace,
            ) => true,
            Some(token) => crate::parse::scan::is_string(token),
            None => false,
        }
    }
}
