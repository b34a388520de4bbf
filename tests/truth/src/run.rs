//! Asks the checker and the engine, statement by statement, and hands both answers to the judge.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use querent_schema::catalog::Catalog;
use querent_schema::check::{Checked, check};

use crate::corpus::{Corpus, Role};
use crate::definitions::Definitions;
use crate::engine::Engine;
use crate::judge::{Disagreement, Figures, What, judge};

/// Runs every script of a corpus; gives the figures and every answer that differs.
pub fn run(engine: &mut dyn Engine, corpus: &Corpus) -> (Figures, Vec<Disagreement>) {
    let mut figures = Figures::default();
    let mut found = Vec::new();
    for script in &corpus.scripts {
        engine.begin(script);
        let mut catalog = None;
        let mut definitions = Definitions::default();
        let mut told = BTreeSet::new();
        for case in &script.cases {
            if let Some(source) = engine.source() {
                definitions.compare(&source, &mut figures, &mut found);
                catalog = Catalog::from_description(source).ok();
            }
            let ours = match &catalog {
                Some(catalog) if case.role != Role::Setup => ask(&case.sql, catalog),
                _ => None,
            };
            let theirs = engine.ask(case);
            let mut add = |what: What, ours: String, theirs: String| {
                let at = format!("{}:{}", script.name, case.at);
                found.push(Disagreement { at, sql: case.sql.clone(), what, ours, theirs });
            };
            definitions.follow(script, case, &theirs);
            match (case.role, &theirs.option, ours) {
                (Role::Setup, ..) => {}
                (_, Some(option), _) => {
                    figures.set_aside += 1;
                    if told.insert(option.clone()) {
                        figures.options.push(option.clone());
                    }
                }
                (_, None, ours) => judge(case, ours.as_ref(), &theirs, &mut figures, &mut add),
            }
        }
    }
    figures.options.sort();
    figures.options.dedup();
    (figures, found)
}

/// The checker's answer; `None` where it panicked.
fn ask(sql: &str, catalog: &Catalog) -> Option<Checked> {
    catch_unwind(AssertUnwindSafe(|| check(sql, catalog))).ok()
}
