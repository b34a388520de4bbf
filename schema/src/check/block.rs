//! Blocks of statements that are sent as one: `DO $$ BEGIN … END $$`. What a dialect lets stand in one is the dialect's.
//!
//! The rows of a block are those of its `RETURN QUERY`; where it has several, all have the same columns.

use crate::ast::{Ident, Query, Span, Step, StepKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Effect;

use super::binder::{Binder, Clause, Level};
use super::scope::Relation;
use super::typed::Ty;

impl<'a> Binder<'a> {
    /// Reads a block; gives its columns and its effect.
    pub(super) fn block(&mut self, steps: &'a [Step]) -> (Relation, Effect) {
        let outside = self.lambdas.len();
        self.blocks += 1;
        let mut rows = None;
        let effect = self.steps(steps, &mut rows);
        self.blocks -= 1;
        self.lambdas.truncate(outside);
        (rows.unwrap_or_default(), effect)
    }

    fn steps(&mut self, steps: &'a [Step], rows: &mut Option<Relation>) -> Effect {
        let mut effect = Effect::Read;
        for step in steps {
            match &step.kind {
                StepKind::Return(query) => {
                    let relation = self.query(query).relation;
                    match rows {
                        None => *rows = Some(relation),
                        Some(first) => self.same_columns(first, &relation, query.span),
                    }
                }
                StepKind::Let { name, query } => self.variable(name, query),
                StepKind::If { condition, then } => {
                    self.within(Level::new(Relation::default(), Clause::Where), |binder| {
                        binder.predicate(condition, "IF");
                    });
                    if self.steps(then, rows) == Effect::Write {
                        effect = Effect::Write;
                    }
                }
                StepKind::Statement(statement) => {
                    if self.statement(statement).1 != Effect::Read {
                        effect = Effect::Write;
                    }
                }
            }
        }
        effect
    }

    /// Reads a LET, whose variable the steps behind it know.
    fn variable(&mut self, name: &'a Ident, query: &'a Query) {
        let relation = self.query(query).relation;
        let ty = match &relation.fields[..] {
            [only] => only.ty.clone(),
            fields => {
                if !relation.is_open() {
                    let message = format!("a variable is one value, and this query gives {}", fields.len());
                    self.error(Code::SubqueryColumns, query.span, message);
                }
                Ty::Error
            }
        };
        let folded = self.fold(name);
        let (known, earlier) = (self.known(&ty), self.lambdas.iter().rev().find(|own| own.0 == folded));
        if let Some((_, earlier, _)) = earlier
            && self.known(earlier) != known
        {
            let message = format!("`{folded}` is declared again with another type");
            let help = "fix this by another name";
            self.report(Diagnostic::error(Code::TypeMismatch, name.span, message).help(help));
        }
        let key = self.fresh_key();
        self.lambdas.push((folded, ty, key));
    }

    /// The rows of a later RETURN QUERY are among those of the first.
    fn same_columns(&mut self, first: &mut Relation, other: &Relation, span: Span) {
        if first.is_open() || other.is_open() {
            return;
        }
        let types = |relation: &Relation| -> Vec<_> {
            relation.fields.iter().map(|field| self.known(&field.ty)).collect()
        };
        if types(first) != types(other) {
            let message = "the queries that a block returns have columns of other types";
            let help = "fix this by casts, so that each returns the same columns";
            return self.report(Diagnostic::error(Code::TypeMismatch, span, message).help(help));
        }
        for (own, theirs) in first.fields.iter_mut().zip(&other.fields) {
            if theirs.nullable && !own.nullable {
                (own.nullable, own.why) = (true, theirs.why.clone());
            }
            own.origin = own.origin.take().filter(|_| theirs.origin.is_some());
        }
    }
}
