//! The lines of a plan: those that a long expression was broken into are one, and what only adorns is told apart.

use super::PlanError;

/// How far brackets and quotes are open. Text in quotes is a name (`"`) or a literal (`'`).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Open {
    depth: usize,
    quote: Option<char>,
}

impl Open {
    /// Whether the next character stands outside of all brackets and quotes.
    pub(super) fn is_closed(self) -> bool {
        self.depth == 0 && self.quote.is_none()
    }

    /// A quote that is doubled closes and opens again, which comes to the same.
    pub(super) fn pass(&mut self, c: char) {
        match (self.quote, c) {
            (Some(quote), _) if quote == c => self.quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => self.quote = Some(c),
            (None, '(' | '[') => self.depth += 1,
            (None, ')' | ']') => self.depth = self.depth.saturating_sub(1),
            (None, _) => {}
        }
    }
}

/// The lines, with those that a bracket or quote holds together as one.
pub(super) fn joined<S: AsRef<str>>(lines: &[S]) -> Result<Vec<String>, PlanError> {
    let (mut whole, mut open) = (Vec::<String>::new(), Open::default());
    for line in lines.iter().flat_map(|lines| lines.as_ref().split('\n')) {
        let line = line.trim_end();
        let is_further = !open.is_closed();
        line.chars().for_each(|c| open.pass(c));
        match whole.last_mut().filter(|_| is_further) {
            Some(last) => {
                last.push(' ');
                last.push_str(line.trim_start());
            }
            None => whole.push(line.to_owned()),
        }
    }
    if open.is_closed() { Ok(whole) } else { Err(PlanError::Unclosed) }
}

/// A heading (`# Logical plan`), a rule, or the empty text that stands for an empty line.
pub(super) fn is_ornament(text: &str) -> bool {
    text.starts_with("# ") || text == "''" || text.chars().all(|c| matches!(c, '─' | '-' | '='))
}

/// Whether what follows a word is an equation.
pub(super) fn is_sign(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with('=') || rest.starts_with("<=")
}

/// The parts of a list between commas that stand outside of brackets and quotes.
pub(super) fn items(list: &str) -> Vec<&str> {
    let (mut items, mut open, mut from) = (Vec::new(), Open::default(), 0);
    for (at, c) in list.char_indices() {
        if c == ',' && open.is_closed() {
            items.push(list[from..at].trim());
            from = at + 1;
        }
        open.pass(c);
    }
    let last = list[from..].trim();
    if !last.is_empty() {
        items.push(last);
    }
    items
}
