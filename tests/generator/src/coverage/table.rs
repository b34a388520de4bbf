//! Coverage as a table that can be read: every kind of expression in every clause, the rest, the overloads called least.

use std::fmt;

use super::cells::{clauses, why_not};
use super::{Coverage, count_of};

/// So many overloads are shown, those that are called least.
const OVERLOADS_MAX: usize = 12;

impl fmt::Display for Coverage {
    /// A cell that need not be there is `-`, or its count in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} statements, {} unread", self.dialect.name, self.statements, self.unread.len())?;
        write!(f, "{:21}", "")?;
        clauses(self.features).try_for_each(|clause| write!(f, "{:>11}", format!("{clause:?}")))?;
        let seen = self.cells.values().flat_map(|own| own.keys());
        let mut kinds: Vec<&String> = self.kinds.iter().chain(seen).collect();
        kinds.sort();
        kinds.dedup();
        for kind in kinds {
            write!(f, "\n{kind:21}")?;
            for clause in clauses(self.features) {
                let unwanted = !self.kinds.contains(kind) || why_not(self.features, clause, kind).is_some();
                let cell = match self.in_cell(clause, kind) {
                    0 if unwanted => "-".to_owned(),
                    count if unwanted => format!("({count})"),
                    count => count.to_string(),
                };
                write!(f, "{cell:>11}")?;
            }
        }
        let parts = self.parts.iter().map(|part| format!("{part} {}", count_of(&self.others, part)));
        writeln!(f, "\n{}", parts.collect::<Vec<_>>().join(", "))?;
        let mut calls: Vec<(u64, String)> = self.called().map(|(name, count)| (count, name)).collect();
        calls.sort();
        let least = calls.iter().take(OVERLOADS_MAX).map(|(count, name)| format!("{name} {count}"));
        writeln!(f, "{} overloads, called least: {}", calls.len(), least.collect::<Vec<_>>().join(", "))
    }
}
