//! Statements recorded on real Ignite nodes against the checker: what it accepts, types, names and calls NOT NULL.
//!
//! `docs/truth.md` holds the figures and what is left over; the test fails when they are no longer true, so a figure can
//! neither fall nor rise unseen. `BLESS=1 cargo test -p querent-schema --test ignite` writes them anew.

mod case;
mod ddl;
mod functions;
mod h2;
mod judge;
mod report;
mod rules;
#[path = "../truth/mod.rs"]
mod truth;

use case::{Param, Recording};
use judge::judge;

/// Which engine a recording is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    H2,
    Calcite,
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            Engine::H2 => "h2",
            Engine::Calcite => "calcite",
        }
    }

    fn dialect(self) -> &'static str {
        match self {
            Engine::H2 => "ignite-h2",
            Engine::Calcite => "ignite-calcite",
        }
    }

    /// Whether the server knows a parameter's type: H2 describes VARCHAR of precision 0 where it does not, and Calcite
    /// refuses the statement.
    fn is_known(self, param: &Param) -> bool {
        self == Engine::Calcite || param.precision > 0
    }
}

/// What must be reached, in thousandths: verdicts, types, parameters.
const TARGET: [usize; 3] = [970, 990, 970];

#[track_caller]
fn engine(engine: Engine) {
    let recording = Recording::read(engine.name());
    let outcome = judge(engine, &recording);
    if std::env::var_os("SHOW").is_some() {
        for left in &outcome.leftovers {
            println!("{} {}: {}\n    {}", left.n, left.what, left.sql, left.detail);
        }
    }
    let reached = [outcome.verdict, outcome.types, outcome.params].map(truth::Tally::permille);
    println!("{}: {reached:?}, names {}", engine.name(), outcome.names.permille());
    assert_eq!(outcome.not_null_wrong, 0, "columns are called NOT NULL that held a NULL");
    report::hold(engine, recording.cases.len(), &outcome);
    for (reached, target) in reached.iter().zip(TARGET) {
        assert!(*reached >= target, "{reached} of 1000 is less than {target}");
    }
}

#[test]
fn h2() {
    engine(Engine::H2);
}

#[test]
fn calcite() {
    engine(Engine::Calcite);
}
