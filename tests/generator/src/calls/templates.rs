//! Calls in which the text of an argument matters: fields of dates, formats, patterns, names of digests; and functions
//! that no statement over plain tables can call. The lists stand in `templates.tsv`.

use std::str::FromStr;
use std::sync::OnceLock;

use querent_schema::dialect::FunctionKind;
use querent_types::SqlType;

/// An argument of a listed call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    /// `*`: what the overload takes.
    Own,
    /// `T`: the type of all such holes of the call.
    Same,
    /// `N`: a number's type, the same for all such holes.
    Number,
    /// `@Int64`: any expression of a type.
    Of(SqlType),
    /// `'a'|'b'`: one of these texts.
    Words(Vec<&'static str>),
}

struct Line {
    dialects: &'static str,
    kind: &'static str,
    name: &'static str,
    holes: &'static str,
}

impl Line {
    fn is_of(&self, dialect: &str) -> bool {
        self.dialects.split(' ').any(|own| own == dialect)
    }
}

fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        let rows = include_str!("templates.tsv").lines().filter(|line| !line.starts_with('#'));
        let read = |line: &'static str| {
            let mut cells = line.split('\t');
            Some(Line {
                dialects: cells.next()?,
                kind: cells.next()?,
                name: cells.next()?,
                holes: cells.next()?,
            })
        };
        rows.filter_map(read).collect()
    })
}

/// The listed forms of a function; none where any arguments of its overload will do.
pub(super) fn forms(dialect: &str, kind: FunctionKind, name: &str) -> Vec<Vec<Form>> {
    let kind = word(kind);
    let own = lines().iter().filter(|line| line.is_of(dialect) && line.kind == kind && line.name == name);
    own.map(|line| line.holes.split("; ").filter(|hole| !hole.is_empty()).map(form).collect()).collect()
}

/// Whether a function is never called.
pub(super) fn never(dialect: &str, name: &str) -> bool {
    lines().iter().any(|line| line.kind == "never" && line.name == name && line.is_of(dialect))
}

/// Whether an alternative of a function has no call of its own.
pub(super) fn impossible(dialect: &str, kind: FunctionKind, name: &str, alternative: usize) -> bool {
    let own = lines().iter().filter(|line| line.kind == "not" && line.name == name && line.is_of(dialect));
    own.flat_map(|line| line.holes.split(' ')).any(|place| {
        place.strip_prefix(word(kind)).and_then(|rest| rest.strip_prefix('/')).and_then(|n| n.parse().ok())
            == Some(alternative)
    })
}

fn word(kind: FunctionKind) -> &'static str {
    match kind {
        FunctionKind::Scalar => "scalar",
        FunctionKind::Aggregate => "aggregate",
        FunctionKind::Window => "window",
        FunctionKind::Table => "table",
    }
}

fn form(hole: &'static str) -> Form {
    let ty = |text: &str| SqlType::from_str(text).unwrap_or(SqlType::Null);
    match hole {
        "*" => Form::Own,
        "T" => Form::Same,
        "N" => Form::Number,
        _ => match hole.strip_prefix('@') {
            Some(name) => Form::Of(ty(name)),
            None => Form::Words(hole.split('|').collect()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read() {
        for line in lines() {
            assert!(
                matches!(line.kind, "scalar" | "aggregate" | "window" | "table" | "never" | "not"),
                "{}",
                line.name
            );
            let holes = line.holes.split("; ").map(form);
            let unknown = holes.filter(|hole| matches!(hole, Form::Of(SqlType::Null)));
            assert_eq!(unknown.count(), 0, "{} {}", line.name, line.holes);
        }
    }
}
