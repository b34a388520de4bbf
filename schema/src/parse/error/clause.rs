//! Where in a statement a place is: the clause, what may follow there, and clauses that come twice or too late.

use sqlparser::tokenizer::Token;

use super::slip::{Slip, unquoted};
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::token::is_word;

/// The part of a statement that a token stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Select,
    From,
    /// Behind a JOIN that has no condition yet.
    Join,
    /// WHERE, HAVING, QUALIFY, or ON.
    Predicate,
    Group,
    Order,
    Limit,
    Values,
    Set,
    /// Inside of `OVER (…)`.
    Window,
    /// CREATE, ALTER or DROP.
    Definition,
    Other,
}

impl Place {
    /// What may follow an operand there.
    pub(super) fn follows(self) -> &'static str {
        match self {
            Place::Select => "`,` or FROM",
            Place::From => "`,`, JOIN or the next clause",
            Place::Join => "ON or USING",
            Place::Predicate => "AND, OR or the next clause",
            Place::Group => "`,` or the next clause",
            Place::Order => "`,`, ASC, DESC or the next clause",
            Place::Values => "`,` or the end of the statement",
            Place::Set => "`,`, WHERE or the end of the statement",
            Place::Limit | Place::Window | Place::Definition | Place::Other => "the end of the statement",
        }
    }
}

/// Clauses of a query in their order, as they are written and as they are called.
const CLAUSES: &[(&str, &str)] = &[
    ("SELECT", "SELECT"),
    ("FROM", "FROM"),
    ("WHERE", "WHERE"),
    ("GROUP", "GROUP BY"),
    ("HAVING", "HAVING"),
    ("WINDOW", "WINDOW"),
    ("QUALIFY", "QUALIFY"),
    ("UNION", "UNION"),
    ("ORDER", "ORDER BY"),
    ("LIMIT", "LIMIT"),
    ("OFFSET", "OFFSET"),
    ("RETURNING", "RETURNING"),
];

/// A clause's place in the order, by its first word.
pub(super) fn order_of(word: &str) -> Option<usize> {
    CLAUSES.iter().position(|(clause, _)| clause.eq_ignore_ascii_case(word))
}

impl Slip<'_> {
    /// The words before the failing token at its own depth, from right to left, with their indices, up to where the
    /// query begins.
    fn words_before(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut depth = 0_usize;
        let end = self.index.min(self.tokens.len());
        let own = (0..end).rev().map_while(move |i| {
            match self.tokens[i].0 {
                Token::RParen | Token::RBracket => depth += 1,
                Token::LParen | Token::LBracket if depth == 0 => return None,
                Token::LParen | Token::LBracket => depth -= 1,
                Token::SemiColon => return None,
                token if depth == 0 => return Some(unquoted(token).map(|word| (i, word))),
                _ => {}
            }
            Some(None)
        });
        own.flatten()
    }

    /// The clause that the failing token stands in.
    pub(super) fn place(&self) -> Place {
        let mut conditions = false;
        for (i, word) in self.words_before() {
            let before = i.checked_sub(1).and_then(|i| self.token(i));
            return match word.to_ascii_uppercase().as_str() {
                "FROM" if before.is_some_and(|token| is_word(token, "distinct")) => continue,
                "SELECT" => Place::Select,
                "JOIN" => {
                    let free = ["cross", "natural"];
                    let free = before.is_some_and(|token| free.iter().any(|word| is_word(token, word)));
                    if free || conditions { Place::From } else { Place::Join }
                }
                "USING" => {
                    conditions = true;
                    continue;
                }
                "FROM" => Place::From,
                "WHERE" | "HAVING" | "QUALIFY" | "ON" => Place::Predicate,
                "GROUP" => Place::Group,
                "ORDER" => Place::Order,
                "LIMIT" | "OFFSET" | "FETCH" => Place::Limit,
                "VALUES" => Place::Values,
                "SET" => Place::Set,
                "UPDATE" => Place::From,
                "CREATE" | "ALTER" | "DROP" => Place::Definition,
                _ => continue,
            };
        }
        match self.opened_by() {
            Some("OVER") => Place::Window,
            Some("TABLE") => Place::Definition,
            _ => Place::Other,
        }
    }

    /// The keyword before the parenthesis that the failing token stands in directly.
    fn opened_by(&self) -> Option<&'static str> {
        let mut depth = 0_usize;
        let end = self.index.min(self.tokens.len());
        let open = (0..end).rev().find(|&i| match self.tokens[i].0 {
            Token::RParen => {
                depth += 1;
                false
            }
            Token::LParen if depth == 0 => true,
            Token::LParen => {
                depth -= 1;
                false
            }
            _ => false,
        })?;
        let near = open.saturating_sub(3)..open;
        let is =
            |word: &str, range: std::ops::Range<usize>| self.tokens[range].iter().any(|t| is_word(t.0, word));
        if is("over", open.saturating_sub(1)..open) {
            return Some("OVER");
        }
        is("table", near).then_some("TABLE")
    }

    /// GROUP or ORDER without BY, PARTITION without BY, NULLS without FIRST or LAST.
    pub(super) fn half_keyword(&self) -> Option<Diagnostic> {
        const PAIRS: &[(&str, &[&str], &str)] = &[
            ("GROUP", &["BY"], "BY after GROUP"),
            ("ORDER", &["BY"], "BY after ORDER"),
            ("PARTITION", &["BY"], "BY after PARTITION"),
            ("NULLS", &["FIRST", "LAST"], "FIRST or LAST after NULLS"),
            ("FILTER", &["("], "`(` after FILTER"),
        ];
        let word = unquoted(self.token(self.index)?)?;
        let (first, seconds, wanted) = PAIRS.iter().find(|(own, ..)| own.eq_ignore_ascii_case(word))?;
        let next = self.index + 1;
        let there = seconds.iter().any(|second| match self.token(next) {
            Some(Token::LParen) => *second == "(",
            Some(token) => is_word(token, second),
            None => false,
        });
        if there || self.names_something(self.index) {
            return None;
        }
        let found = self.error(next, format!("expected {wanted}, found {}", self.shown(next)));
        let near = self
            .token(next)
            .and_then(unquoted)
            .map(|word| crate::suggest::nearest(word, seconds.iter().copied()));
        Some(match near.and_then(|near| near.into_iter().next()) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None if seconds.len() == 1 && seconds[0] == "BY" => {
                found.help(format!("fix this by writing `{first} BY`"))
            }
            None => found,
        })
    }

    /// Whether a keyword stands where a name is wanted: between commas or behind SELECT.
    fn names_something(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|i| self.token(i));
        before.is_some_and(|token| *token == Token::Comma || is_word(token, "select"))
    }

    /// A clause that the query has already, or that has to stand before one that it has.
    pub(super) fn misplaced_clause(&self) -> Option<Diagnostic> {
        let word = unquoted(self.token(self.index)?)?;
        let own = order_of(word)?;
        let (name, select) = (CLAUSES[own].1, 0);
        let mut later = None;
        for (i, word) in self.words_before() {
            let is_distinct =
                i.checked_sub(1).and_then(|i| self.token(i)).is_some_and(|t| is_word(t, "distinct"));
            let Some(other) = order_of(word).filter(|_| !(is_distinct && other_is_from(word))) else {
                continue;
            };
            if other == own && own != select && CLAUSES[own].0 != "UNION" {
                let help = match name {
                    "WHERE" | "HAVING" | "QUALIFY" => "fix this by joining the conditions with AND",
                    "FROM" => "fix this by joining the tables, or by a subquery in parentheses",
                    "GROUP BY" | "ORDER BY" => "fix this by joining the lists with `,`",
                    _ => "fix this by removing one of them",
                };
                let found = self.error(self.index, format!("there is a second {name}"));
                return Some(found.related(self.span(i), "the first one").help(help));
            }
            if other > own && later.is_none() {
                later = Some((i, other));
            }
            if other == select || CLAUSES[other].0 == "UNION" {
                break;
            }
        }
        let (at, later) = later.filter(|_| own != select)?;
        if at.checked_sub(1).and_then(|i| self.token(i)).is_some_and(|token| is_word(token, "filter")) {
            return Some(self.error(at, format!("expected `(` after FILTER, found {}", self.shown(at))));
        }
        let later = CLAUSES[later].1;
        let found = self.error(self.index, format!("{name} cannot follow {later}"));
        Some(
            found
                .related(self.span(at), format!("{later} begins here"))
                .help(format!("`{name}` has to stand before `{later}`")),
        )
    }

    /// `a; FROM t`: a statement that ends too early.
    pub(super) fn early_end(&self) -> Option<Diagnostic> {
        let before = self.index.checked_sub(1)?;
        let word = unquoted(self.token(self.index)?)?;
        let goes_on = order_of(word).is_some_and(|clause| clause > 0);
        if *self.token(before)? != Token::SemiColon || !goes_on || before == 0 {
            return None;
        }
        let message = format!("`;` ends the statement before {}", self.shown(self.index));
        Some(Diagnostic::error(Code::Syntax, self.span(before), message).help("fix this by removing the `;`"))
    }
}

fn other_is_from(word: &str) -> bool {
    word.eq_ignore_ascii_case("from")
}
