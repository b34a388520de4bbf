//! What a stream of statements holds: every kind of expression in every clause, everything else that statements are made
//! of, every overload that is called.
//!
//! What a dialect's stream must hold is listed in `cells` and `parts`; what it does hold is read from the trees of its
//! statements; `table` shows both.

mod cells;
mod label;
mod parts;
mod table;

use std::collections::BTreeMap;

use querent_schema::ast::Expr;
use querent_schema::dialect::{Dialect, FunctionKind};
use querent_schema::parse::{Source, with_stack};

use crate::calls::{Overload, overloads};
use crate::features::{Features, features};
use crate::generate::Generated;
use crate::walk::{self, Clause, Node};

/// Counts of one stream.
pub struct Coverage {
    dialect: &'static Dialect,
    features: Features,
    statements: u64,
    unread: Vec<String>,
    /// What must be there.
    kinds: Vec<String>,
    parts: Vec<String>,
    overloads: Vec<Overload>,
    /// What is there: kinds of expressions in each clause, parts, calls.
    cells: BTreeMap<Clause, BTreeMap<String, u64>>,
    others: BTreeMap<String, u64>,
    calls: BTreeMap<Overload, u64>,
}

/// What a stream must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Kinds of expressions.
    pub kinds: usize,
    /// Clauses in which expressions stand.
    pub clauses: usize,
    /// Kinds in clauses.
    pub cells: usize,
    /// Kinds in clauses that cannot be there or are not written, by the reason.
    pub left_out: BTreeMap<&'static str, usize>,
    /// What statements are made of besides expressions.
    pub parts: usize,
    /// Overloads of functions.
    pub overloads: usize,
}

impl Wanted {
    /// All that is counted.
    pub fn total(&self) -> usize {
        self.cells + self.parts + self.overloads
    }
}

impl Coverage {
    /// Nothing counted yet.
    pub fn new(dialect: &'static Dialect) -> Coverage {
        let features = features(dialect);
        Coverage {
            dialect,
            features,
            statements: 0,
            unread: Vec::new(),
            kinds: cells::kinds(dialect, features),
            parts: parts::names(features),
            overloads: overloads(dialect),
            cells: BTreeMap::new(),
            others: BTreeMap::new(),
            calls: BTreeMap::new(),
        }
    }

    /// Counts a statement: the nodes of its tree, and the overloads that the generator says it calls.
    pub fn add(&mut self, made: &Generated) {
        self.statements += 1;
        for overload in &made.calls {
            *self.calls.entry(overload.clone()).or_default() += 1;
        }
        let (source, _) = Source::new(&made.sql, self.dialect);
        let parsed = source.parse(&|_| true);
        if parsed.statements.is_empty() || !parsed.diagnostics.is_empty() {
            self.unread.push(made.sql.clone());
        }
        with_stack(source.stack_levels(), || {
            for statement in &parsed.statements {
                walk::statement(statement, &mut |clause, node| self.count(clause, &node));
            }
        });
    }

    fn count(&mut self, clause: Clause, node: &Node<'_>) {
        if let Node::Expr(expr) = node {
            let kind = self.kind(expr);
            *self.cells.entry(clause).or_default().entry(kind).or_default() += 1;
        }
        for name in label::parts(node) {
            *self.others.entry(name).or_default() += 1;
        }
    }

    fn kind(&self, expr: &Expr) -> String {
        label::expr(expr, |name| (self.dialect.functions)().kinds(name).contains(&FunctionKind::Aggregate))
    }

    /// How many statements were counted.
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// Those of them that our own parser does not read.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// What should be there and was counted less than `min` times, with its count.
    pub fn missing(&self, min: u64) -> Vec<(String, u64)> {
        self.counts().into_iter().filter(|(_, count)| *count < min).collect()
    }

    /// What a stream of this dialect should hold.
    pub fn wanted(&self) -> Wanted {
        let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut cells = 0;
        for clause in cells::clauses(self.features) {
            for kind in &self.kinds {
                match cells::why_not(self.features, clause, kind) {
                    Some(reason) => *left_out.entry(reason).or_default() += 1,
                    None => cells += 1,
                }
            }
        }
        Wanted {
            kinds: self.kinds.len(),
            clauses: cells::clauses(self.features).count(),
            cells,
            left_out,
            parts: self.parts.len(),
            overloads: self.overloads.len(),
        }
    }

    /// Everything that should be there, with its count.
    fn counts(&self) -> Vec<(String, u64)> {
        let mut all = Vec::new();
        for clause in cells::clauses(self.features) {
            let wanted = |kind: &&String| cells::why_not(self.features, clause, kind).is_none();
            for kind in self.kinds.iter().filter(wanted) {
                all.push((format!("{clause:?}: {kind}"), self.in_cell(clause, kind)));
            }
        }
        all.extend(self.parts.iter().map(|part| (part.clone(), count_of(&self.others, part))));
        all.extend(self.called());
        all
    }

    /// Every overload, with how often it was called.
    fn called(&self) -> impl Iterator<Item = (String, u64)> {
        self.overloads.iter().map(|own| {
            let name = format!("{:?} {}/{}", own.kind, own.name, own.alternative);
            (name, self.calls.get(own).copied().unwrap_or(0))
        })
    }

    fn in_cell(&self, clause: Clause, kind: &str) -> u64 {
        self.cells.get(&clause).map_or(0, |own| count_of(own, kind))
    }
}

fn count_of(counts: &BTreeMap<String, u64>, name: &str) -> u64 {
    counts.get(name).copied().unwrap_or(0)
}
