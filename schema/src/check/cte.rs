//! Common table expressions, also recursive ones.

use std::rc::Rc;

use crate::ast::{Cte, SetExpr, SetOperator, With};
use crate::diagnostic::{Code, Diagnostic};

use super::binder::{Binder, CteEntry};
use super::query::Output;
use super::scope::Relation;
use super::typed::{Ty, Why};

/// Recursive CTEs inside of recursive CTEs are read twice up to this depth; deeper ones are taken to be nullable.
const RECURSION_READ_TWICE_MAX: u32 = 2;

/// The most tables of one WITH: names are looked for among all of them.
const CTES_MAX: usize = 2_000;

impl<'a> Binder<'a> {
    /// Reads WITH; its tables stay in sight until the caller drops them.
    pub(super) fn with(&mut self, with: &'a With) {
        if let Some(cte) = with.ctes.get(CTES_MAX) {
            self.report(
                Diagnostic::error(
                    Code::TooComplex,
                    cte.alias.name.span,
                    "this WITH has too many tables to be checked",
                )
                .note(format!("at most {CTES_MAX} are followed"))
                .help("split the query, or send it unchecked"),
            );
        }
        for cte in with.ctes.iter().take(CTES_MAX) {
            let name = self.fold(&cte.alias.name);
            if self.ctes.iter().any(|other| self.dialect.same(&other.name, &name)) {
                self.error(
                    Code::DuplicateAlias,
                    cte.alias.name.span,
                    format!("WITH names `{name}` more than once"),
                );
            }
            let mut relation = match (&cte.query.body, with.recursive) {
                (SetExpr::SetOperation { op: SetOperator::Union, .. }, true) => {
                    self.recursive_cte(cte, &name)
                }
                _ => {
                    let mut relation = self.query(&cte.query).relation;
                    self.rename(&mut relation, &cte.alias.columns);
                    relation
                }
            };
            relation.qualify(Rc::from(vec![name.clone()]));
            self.ctes.push(CteEntry { name, relation, used: false });
        }
    }

    /// A CTE that may read itself: its first part gives names and types, its second part may add NULLs.
    fn recursive_cte(&mut self, cte: &'a Cte, name: &str) -> Relation {
        let SetExpr::SetOperation { left, right, span, .. } = &cte.query.body else {
            return Relation::unknown();
        };
        let outside = self.ctes.len();
        if let Some(with) = &cte.query.with {
            self.with(with);
        }
        let mut seed = self.body(left, None).relation;
        self.rename(&mut seed, &cte.alias.columns);
        self.recursion += 1;
        // First taken to add no NULLs; if it does, it is read again with the columns that may be NULL.
        let mut nullable: Vec<bool> = seed.fields.iter().map(|field| field.nullable).collect();
        if self.recursion > RECURSION_READ_TWICE_MAX {
            nullable.iter_mut().for_each(|flag| *flag = true);
        }
        let mut whys: Vec<Why> = seed.fields.iter().map(|field| field.why.clone()).collect();
        let mut result = seed.clone();
        for round in 0..3 {
            let mut work = seed.clone();
            for (field, flag) in work.fields.iter_mut().zip(&nullable) {
                field.nullable = *flag || round == 2;
            }
            work.qualify(Rc::from(vec![name.to_owned()]));
            self.ctes.push(CteEntry { name: name.to_owned(), relation: work, used: false });
            let reported = self.diagnostics.len();
            // Unlike the second part of a UNION, this one keeps names of its own (datafusion-sql 55, `cte.rs`).
            let step = self.body(right, None).relation;
            let used = self.ctes.pop().is_some_and(|cte| cte.used);
            let step_nullable: Vec<bool> = step.fields.iter().map(|field| field.nullable).collect();
            let grown = nullable.iter().zip(&step_nullable).any(|(before, after)| !before && *after);
            if used && grown && round < 2 && step.fields.len() == seed.fields.len() {
                for ((flag, why), field) in nullable.iter_mut().zip(&mut whys).zip(&step.fields) {
                    if field.nullable && !*flag {
                        (*flag, *why) = (true, field.why.clone());
                    }
                }
                self.diagnostics.truncate(reported);
                continue;
            }
            let (one, two) = (
                Output { relation: seed.clone(), one_row: false },
                Output { relation: step, one_row: false },
            );
            let mut united = self.set_operation(SetOperator::Union, false, one, two, *span).relation;
            if used {
                // The engine casts the second part to the types of the first.
                for (field, first) in united.fields.iter_mut().zip(&seed.fields) {
                    if !matches!(first.ty, Ty::Param(_)) {
                        field.ty = first.ty.clone();
                    }
                }
            }
            for ((field, flag), why) in united.fields.iter_mut().zip(&nullable).zip(&whys) {
                if *flag && !field.nullable {
                    (field.nullable, field.why) = (true, why.clone());
                }
            }
            result = united;
            break;
        }
        self.recursion -= 1;
        self.ctes.truncate(outside);
        result
    }
}
