//! The parameters of a text: names, numbers and question marks, and whether they go together.

use std::collections::HashMap;

use super::ParamUse;
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};

/// How one use of a parameter is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Style {
    /// `:name` or `$name`.
    Named(String),
    /// `$1`.
    Numbered(u32),
    /// `?`.
    Question,
}

impl Style {
    /// Reads the text of a placeholder token; `None` is no parameter (`$` alone, `?1`).
    pub(super) fn read(text: &str) -> Option<Style> {
        if text == "?" {
            return Some(Style::Question);
        }
        let name = text.strip_prefix('$')?;
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Style::Numbered(name.parse().unwrap_or(u32::MAX)));
        }
        let starts = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        starts.then(|| Style::Named(name.to_string()))
    }

    fn kind(&self) -> &'static str {
        match self {
            Style::Named(_) => "a name",
            Style::Numbered(_) => "a number",
            Style::Question => "`?`",
        }
    }
}

/// The parameters seen so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    entries: Vec<(Style, ParamUse)>,
    known: HashMap<Style, usize>,
    diagnostics: Vec<Diagnostic>,
    mixed: bool,
}

impl Names {
    /// Adds one use and gives the parameter's index so far.
    pub(super) fn add(&mut self, style: Style, span: Span, spread: bool, section: Option<usize>) -> usize {
        self.check(&style, span);
        let known = match style {
            Style::Question => None,
            _ => self.known.get(&style).copied(),
        };
        if let Some(index) = known {
            let param = &mut self.entries[index].1;
            if param.spread != spread {
                let first = param.uses[0].0;
                let found = Diagnostic::error(
                    Code::MisplacedSpread,
                    span,
                    "one parameter is used both as a slice and as a single value",
                )
                .related(first, if param.spread { "a slice here" } else { "a single value here" })
                .help("give the two uses different names");
                self.diagnostics.push(found);
            }
            param.uses.push((span, section));
            return index;
        }
        let name = match &style {
            Style::Named(name) => Some(name.clone()),
            _ => None,
        };
        self.known.insert(style.clone(), self.entries.len());
        self.entries.push((style, ParamUse { name, spread, uses: vec![(span, section)] }));
        self.entries.len() - 1
    }

    fn check(&mut self, style: &Style, span: Span) {
        if let Style::Named(name) = style
            && !name.chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            let message = format!("`{name}` is not a name for a parameter");
            let found = Diagnostic::error(Code::ParameterStyle, span, message)
                .help("use letters, digits and underscores");
            self.diagnostics.push(found);
        }
        if *style == Style::Numbered(0) {
            let found = Diagnostic::error(Code::ParameterStyle, span, "parameters are numbered from 1")
                .help("write `$1` for the first one");
            self.diagnostics.push(found);
        }
        let Some((first, param)) = self.entries.first() else { return };
        if !self.mixed && std::mem::discriminant(first) != std::mem::discriminant(style) {
            self.mixed = true;
            let message = format!("parameters of different kinds: {} and {}", first.kind(), style.kind());
            let found = Diagnostic::error(Code::ParameterStyle, span, message)
                .related(param.uses[0].0, format!("the first one is written with {}", first.kind()))
                .help("write all parameters of a query in the same way, best as `:name`");
            self.diagnostics.push(found);
        }
    }

    /// The parameters in their order, findings, and the place of each in that order.
    pub(super) fn finish(mut self) -> (Vec<ParamUse>, Vec<Diagnostic>, Vec<usize>) {
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        if !self.mixed {
            order.sort_by_key(|&i| match self.entries[i].0 {
                Style::Numbered(n) => n,
                _ => 0,
            });
            self.check_gaps(&order);
        }
        let mut place = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            place[from] = to;
        }
        let params = order.iter().map(|&i| self.entries[i].1.clone()).collect();
        (params, self.diagnostics, place)
    }

    fn check_gaps(&mut self, order: &[usize]) {
        let mut expected = 1;
        for &i in order {
            let (Style::Numbered(n), param) = &self.entries[i] else { return };
            if *n > expected {
                let message = format!("`${n}` is used, but `${expected}` is not");
                let found = Diagnostic::error(Code::ParameterStyle, param.uses[0].0, message)
                    .help("number parameters from 1 without gaps");
                self.diagnostics.push(found);
                return;
            }
            expected = n.saturating_add(1);
        }
    }
}
