//! Asks the checker and the engine, statement by statement, and hands both answers to the judge.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use querent_schema::catalog::Catalog;
use querent_schema::check::{Checked, check};
use querent_schema::parse::with_stack;

use crate::corpus::{Corpus, Role, Script};
use crate::definitions::Definitions;
use crate::engine::Engine;
use crate::judge::{Disagreement, Figures, What, judge};

/// Levels of nesting that a thread has the stack for; the checker asks for fewer.
const STACK_LEVELS: usize = 1024;

/// Runs every script of a corpus, on so many engines at once; gives the figures and every answer that differs.
pub fn run<E: Engine>(
    engine: impl Fn() -> E + Sync,
    corpus: &Corpus,
    threads: usize,
) -> io::Result<(Figures, Vec<Disagreement>)> {
    let next = AtomicUsize::new(0);
    let one = || -> io::Result<(Figures, Vec<Disagreement>)> {
        let (mut engine, mut figures, mut found) = (engine(), Figures::default(), Vec::new());
        while let Some(script) = corpus.scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
            run_script(&mut engine, script, &mut figures, &mut found)?;
        }
        Ok((figures, found))
    };
    let all = std::thread::scope(|scope| {
        // With a stack on which neither the checker nor the engine has to start threads for a deep statement.
        let threads: Vec<_> =
            (0..threads.max(1)).map(|_| scope.spawn(|| with_stack(STACK_LEVELS, one))).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let (mut figures, mut found) = (Figures::default(), Vec::new());
    for answer in all {
        let (of_thread, more) = answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        figures.add(of_thread);
        found.extend(more);
    }
    found.sort_by(|a, b| (&a.at, a.what).cmp(&(&b.at, b.what)));
    Ok((figures, found))
}

fn run_script(
    engine: &mut dyn Engine,
    script: &Script,
    figures: &mut Figures,
    found: &mut Vec<Disagreement>,
) -> io::Result<()> {
    engine.begin(script);
    let mut catalog = None;
    let mut definitions = Definitions::default();
    for case in &script.cases {
        if let Some(source) = engine.source() {
            definitions.compare(&source, figures, found);
            catalog = Catalog::from_description(source).ok();
        }
        let ours = match &catalog {
            Some(catalog) if case.role != Role::Setup => ask(&case.sql, catalog),
            _ => None,
        };
        let theirs = engine.ask(case);
        definitions.follow(script, case, &theirs);
        let mut add = |what: What, ours: String, theirs: String| {
            let at = format!("{}:{}", script.name, case.at);
            found.push(Disagreement { at, sql: case.sql.clone(), what, ours, theirs });
        };
        match (case.role, &theirs.option) {
            (Role::Setup, _) => {}
            (_, Some(option)) => {
                figures.set_aside += 1;
                figures.options.insert(option.clone());
            }
            (_, None) => judge(case, ours.as_ref(), &theirs, figures, &mut add),
        }
    }
    engine.end(script)
}

/// The checker's answer; `None` where it panicked.
fn ask(sql: &str, catalog: &Catalog) -> Option<Checked> {
    catch_unwind(AssertUnwindSafe(|| check(sql, catalog))).ok()
}
