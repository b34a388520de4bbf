//! `MERGE … USING`: a source that is compared with a table, and what is done with rows that match or do not.

use crate::ast::{Merge, MergeAction, Name, TableFactor, TableFactorKind};
use crate::diagnostic::Code;
use crate::dialect::Syntax;

use super::binder::{Binder, Clause, Level};
use super::scope::Relation;

impl<'a> Binder<'a> {
    /// Reads a MERGE.
    pub(super) fn merge(&mut self, merge: &'a Merge) {
        let TableFactor { kind, alias, span, .. } = &merge.table;
        let TableFactorKind::Table(name) = kind else {
            return self.error(Code::InvalidTarget, *span, "rows can be merged into a table only");
        };
        self.written = self.target(name);
        let mut own = match self.written {
            Some(_) => self.table(name),
            None => Relation::unknown(),
        };
        if let Some(alias) = alias {
            self.alias(&mut own, alias);
        }
        let source = self.factor(&merge.source, &[]);
        self.check_names(&own, &source, merge.source.span);
        let both = super::from::concat(own, source.clone());
        let (_, level) = self.within(Level::new(both, Clause::On), |binder| {
            binder.predicate(&merge.on, "ON");
        });
        if merge.clauses.is_empty() {
            self.refused(Syntax::EmptyMerge, "MERGE without WHEN", merge.on.span);
        }
        let both = level.relation;
        for clause in &merge.clauses {
            let seen = if clause.matched { both.clone() } else { source.clone() };
            self.within(Level::new(seen, Clause::Where), |binder| {
                if let Some(condition) = &clause.condition {
                    binder.predicate(condition, "WHEN");
                }
                binder.level().clause = Clause::Set;
                binder.merge_action(&clause.action, name);
            });
        }
    }

    fn merge_action(&mut self, action: &'a MergeAction, name: &Name) {
        let table = self.written.clone();
        match action {
            MergeAction::Update(assignments) => self.assignments(assignments, table.as_deref(), name),
            MergeAction::Delete => {}
            MergeAction::Insert { columns, values } => {
                let targets = table.as_ref().map(|table| self.named_targets(columns, table, name));
                self.insert_row(values, targets.as_deref());
                if let (Some(table), Some(targets)) = (&table, &targets) {
                    let span = match (columns.first(), columns.last()) {
                        (Some(first), Some(last)) => first.span.to(last.span),
                        _ => name.span(),
                    };
                    self.required_columns(false, span, table, targets);
                }
            }
        }
    }
}
