//! Statements of the generator, and mutants of them, against live nodes of Apache Ignite on both engines. By itself a sample,
//! in full by `TRUTH=whole`; `../support/mod.rs` has the variables of all engines:
//!
//! ```console
//! $ eval "$(tests/servers/ignite.sh env h2 calcite)"                       # nodes that ignite.sh has started
//! $ TRUTH=whole cargo test --workspace --test truth-ignite                 # asks the nodes, keeps their answers
//! $ TRUTH=recorded cargo test --workspace --test truth-ignite              # the answers kept, against the checker as it is now
//! $ BLESS=1 TRUTH=recorded cargo test --workspace --test truth-ignite      # writes docs/truth.md
//! ```
//!
//! The nodes are those of `QUERENT_TEST_IGNITE_H2_URL` and `QUERENT_TEST_IGNITE_CALCITE_URL`; a node that is not there is
//! reported as an ignored trial, with the reason, and with `REQUIRE_LIVE=1` as a failure. The 604 statements that were
//! recorded on such nodes are not here: `schema/tests/ignite` compares verdicts, types, names, parameters and NULLs with
//! them, needs no DataFusion to be built, and writes its own sections of docs/truth.md.

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use querent_truth::corpus::generated;
use querent_truth::engine::ignite::Ignite;
use querent_truth::engine::recorded::{Recorded, Recorder};
use querent_truth::{Corpus, Disagreement, Engine, Figures, Script, report, run};
use support::documents::Sections;
use support::{Extent, kept, statements};

/// What docs/truth.md says of Ignite.
const SECTIONS: Sections = Sections {
    command: "TRUTH=recorded cargo test --workspace --test truth-ignite",
    classes_max: 40,
    reasons: Some(include_str!("reasons.tsv")),
};

/// Statements of the whole, of each trial.
const WHOLE: usize = 10_000;

/// A trial: an engine, what is asked of it, and what must be reached.
struct Asked {
    engine: &'static str,
    corpus: &'static str,
    make: fn(&str, usize) -> Result<Corpus, String>,
    /// Statements of a sample. Calcite takes half a second for most.
    sample: usize,
    target: Target,
}

/// Of ten thousand: taken, refused, names, types.
struct Target {
    accepted: usize,
    refused: usize,
    names: usize,
    types: usize,
}

const TRIALS: [Asked; 4] = [
    Asked {
        engine: "h2",
        corpus: "generated",
        make: generated::statements,
        sample: 100,
        // The generator writes what the checker takes: what the engine refuses is a fault of one of the two.
        target: Target { accepted: 9_000, refused: 0, names: 8_800, types: 9_300 },
    },
    Asked {
        engine: "h2",
        corpus: "mutants",
        make: generated::mistakes,
        sample: 100,
        target: Target { accepted: 7_500, refused: 9_000, names: 8_000, types: 9_000 },
    },
    Asked {
        engine: "calcite",
        corpus: "generated",
        make: generated::statements,
        sample: 20,
        target: Target { accepted: 9_700, refused: 0, names: 9_500, types: 9_700 },
    },
    Asked {
        engine: "calcite",
        corpus: "mutants",
        make: generated::mistakes,
        sample: 20,
        target: Target { accepted: 9_500, refused: 9_900, names: 9_300, types: 9_500 },
    },
];

fn main() {
    let arguments = Arguments::from_args();
    let extent = Extent::of_environment();
    // A panic of the checker's is an answer, and not to be printed each time.
    std::panic::set_hook(Box::new(|_| {}));
    let trials = TRIALS.into_iter().map(|asked| trial(asked, extent)).collect();
    // One after the other: those of one engine use tables of the same names.
    libtest_mimic::run(&Arguments { test_threads: Some(1), ..arguments }, trials).exit();
}

fn trial(asked: Asked, extent: Extent) -> Trial {
    let variable = format!("QUERENT_TEST_IGNITE_{}_URL", asked.engine.to_uppercase());
    let url = std::env::var(&variable).ok();
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let name = format!("{} {}", asked.engine, asked.corpus);
    match (url, extent) {
        (Some(url), _) => Trial::test(name, move || hold(&asked, extent, &url)),
        (None, Extent::Recorded) => Trial::test(name, move || hold(&asked, extent, "")),
        (None, _) if required => Trial::test(name, move || Err(format!("{variable} is not set").into())),
        (None, _) => {
            Trial::test(format!("{name} [{variable} is not set]"), || Ok(())).with_ignored_flag(true)
        }
    }
}

fn hold(asked: &Asked, extent: Extent, url: &str) -> Result<(), Failed> {
    let dialect = format!("ignite-{}", asked.engine);
    let count = statements(if extent == Extent::Sample { asked.sample } else { WHOLE });
    let corpus = (asked.make)(&dialect, count)?;
    let corpus = Corpus { name: format!("{dialect} {}", asked.corpus), ..corpus };
    let kept = kept(&corpus.name)?;
    let part = |held: bool| {
        let fits = |script: &&Script| Recorded::holds(&kept, script) == held;
        Corpus { name: corpus.name.clone(), scripts: corpus.scripts.iter().filter(fits).cloned().collect() }
    };
    let live = || Ignite::connect(url).unwrap_or_else(|error| panic!("the node is not there: {error}"));
    let recorder = || Recorder::new(live(), &kept);
    if extent == Extent::Missing {
        run(recorder, &part(false), 1)?;
    }
    let (figures, found) = match extent {
        Extent::Recorded | Extent::Missing => {
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            run(|| Recorded::new(&kept, "ignite", &dialect), &part(true), cores)?
        }
        Extent::Whole => run(recorder, &corpus, 1)?,
        Extent::Sample => run(live, &corpus, 1)?,
    };
    let version = match extent {
        Extent::Sample => live().version(),
        _ => version(&kept, &dialect, &corpus),
    };
    let file =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("truth-{}.txt", corpus.name.replace(' ', "-")));
    report::write(&file, &figures, &found)?;
    println!("{}, {version}\n\n{}\n{}", corpus.name, report::table(&figures), file.display());
    // Written and not compared: a node (2.17.0) takes some texts at one time and refuses them at another.
    if extent != Extent::Sample && support::documents::are_written() {
        SECTIONS.hold(&corpus.name, &version, &figures, &found)?;
    }
    reached(&figures, &found, &asked.target)
}

/// The version of the node that gave the answers kept.
fn version(kept: &Path, dialect: &str, corpus: &Corpus) -> String {
    let mut recorded = Recorded::new(kept, "ignite", dialect);
    if let Some(script) = corpus.scripts.first() {
        recorded.begin(script);
    }
    recorded.version()
}

fn reached(figures: &Figures, found: &[Disagreement], target: &Target) -> Result<(), Failed> {
    let asked = [
        ("taken", figures.accepted, target.accepted),
        ("refused", figures.refused, target.refused),
        ("names", figures.names, target.names),
        ("types", figures.types, target.types),
    ];
    let missed = asked.iter().filter(|(_, tally, target)| !tally.reaches(*target));
    let mut missed: Vec<String> =
        missed.map(|(what, tally, _)| format!("{what}: {} of {}", tally.right, tally.asked)).collect();
    if figures.unsound > 0 {
        missed.push(format!("{} columns called NOT NULL held a NULL", figures.unsound));
    }
    let panics = found.iter().filter(|one| one.what == querent_truth::What::Panic).count();
    if panics > 0 {
        missed.push(format!("the checker panicked {panics} times"));
    }
    if missed.is_empty() { Ok(()) } else { Err(missed.join("; ").into()) }
}
