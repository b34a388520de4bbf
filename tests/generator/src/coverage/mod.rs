//! What a stream of statements holds: every kind of node in every clause, every overload that is called.
//!
//! What a dialect's stream must hold is listed in `expected`; what it does hold is read from the trees of its statements.

mod expected;
mod label;

use std::collections::BTreeMap;
use std::fmt;

use querent_schema::ast::Expr;
use querent_schema::dialect::{Dialect, FunctionKind};
use querent_schema::parse::{Source, with_stack};

use crate::calls::{Overload, overloads};
use crate::generate::Generated;
use crate::walk::{self, Clause, Node};

/// Counts of one stream.
pub struct Coverage {
    dialect: &'static Dialect,
    statements: u64,
    unread: u64,
    nodes: BTreeMap<String, u64>,
    calls: BTreeMap<Overload, u64>,
}

impl Coverage {
    /// Nothing counted yet.
    pub fn new(dialect: &'static Dialect) -> Coverage {
        Coverage { dialect, statements: 0, unread: 0, nodes: BTreeMap::new(), calls: BTreeMap::new() }
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
            self.unread += 1;
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
            *self.nodes.entry(expected::in_clause(clause, &kind)).or_default() += 1;
        }
        for name in label::parts(node) {
            *self.nodes.entry(name).or_default() += 1;
        }
    }

    fn kind(&self, expr: &Expr) -> String {
        label::expr(expr, |name| (self.dialect.functions)().kinds(name).contains(&FunctionKind::Aggregate))
    }

    /// How many statements were counted.
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// How many of them our own parser does not read.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// What should be there and was counted less than `min` times, with its count.
    pub fn missing(&self, min: u64) -> Vec<(String, u64)> {
        let mut missing = Vec::new();
        for name in expected::nodes(self.dialect) {
            let count = self.nodes.get(&name).copied().unwrap_or(0);
            if count < min {
                missing.push((name, count));
            }
        }
        for overload in overloads(self.dialect) {
            let count = self.calls.get(&overload).copied().unwrap_or(0);
            if count < min {
                let Overload { kind, name, alternative } = overload;
                missing.push((format!("{kind:?} {name}/{alternative}"), count));
            }
        }
        missing
    }

    /// How many nodes and overloads a stream of this dialect should hold.
    pub fn wanted(&self) -> usize {
        expected::nodes(self.dialect).len() + overloads(self.dialect).len()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} statements of {}, {} unread", self.statements, self.dialect.name, self.unread)?;
        for (name, count) in &self.nodes {
            writeln!(f, "{count:8} {name}")?;
        }
        for (overload, count) in &self.calls {
            writeln!(f, "{count:8} {:?} {}/{}", overload.kind, overload.name, overload.alternative)?;
        }
        Ok(())
    }
}
