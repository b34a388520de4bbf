//! The corpora against the embedded DataFusion. By itself a sample of them, in full by `TRUTH=whole`:
//!
//! ```console
//! $ TRUTH=whole cargo test --workspace --test truth                # asks the engine, keeps its answers
//! $ TRUTH=recorded cargo test --workspace --test truth             # the answers kept, against the checker as it is now
//! $ TRUTH=missing cargo test --workspace --test truth              # asks what was not kept, after an interruption
//! $ BLESS=1 TRUTH=whole cargo test --workspace --test truth        # writes docs/truth.md
//! ```
//!
//! `TRUTH_THREADS` says how many scripts run at once (as many as there are cores); `../support/mod.rs` has the variables of
//! all engines. Figures are printed; each disagreement is written to a file whose name is printed too. A column that is
//! called NOT NULL and held a NULL is a failure always.

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use querent_truth::corpus::{benchmarks, functions, generated, sqllogictest};
use querent_truth::engine::datafusion::DataFusion;
use querent_truth::engine::recorded::{Recorded, Recorder};
use querent_truth::judge::Tally;
use querent_truth::{Corpus, Disagreement, Engine, Figures, Script, report, run};
use support::documents::Sections;
use support::{Extent, kept};

/// What docs/truth.md says of DataFusion.
const SECTIONS: Sections = Sections {
    command: "TRUTH=whole cargo test --workspace --test truth",
    classes_max: 30,
    reasons: Some(include_str!("reasons.tsv")),
};

/// One sqllogictest file in so many.
const EVERY: usize = 12;

/// What must be reached, of ten thousand: taken, refused, names, types, tight.
struct Target {
    accepted: usize,
    refused: usize,
    names: usize,
    types: usize,
    tight: usize,
}

/// What a corpus must reach: in the sample, which has few refusals and files not of one kind, and as a whole.
struct Targets {
    sample: Target,
    whole: Target,
}

const fn target(accepted: usize, refused: usize, names: usize, types: usize, tight: usize) -> Target {
    Target { accepted, refused, names, types, tight }
}

const BENCHMARKS: Targets = Targets {
    sample: target(10_000, 10_000, 10_000, 10_000, 9_000),
    whole: target(10_000, 10_000, 10_000, 10_000, 9_000),
};
const SQLLOGICTEST: Targets = Targets {
    sample: target(9_800, 9_000, 9_900, 9_900, 9_000),
    whole: target(9_900, 9_700, 9_950, 9_950, 9_000),
};
/// What is not taken is a parameter in a place where anything goes, whose type nothing decides; docs/truth.md says more.
const FUNCTIONS: Targets = Targets {
    sample: target(8_300, 9_400, 10_000, 9_990, 9_000),
    // The planner refuses some calls for a parameter that has no value yet, and gives some another type.
    whole: target(8_300, 7_300, 10_000, 9_950, 9_000),
};
/// The generator writes what the checker takes, so nearly all that the engine refuses is a fault of the checker.
const GENERATED: Targets = Targets {
    sample: target(9_900, 8_000, 9_900, 9_900, 9_500),
    whole: target(9_950, 9_500, 9_950, 9_990, 9_500),
};
const MUTANTS: Targets = Targets {
    // Of 1,500 some 30 run after all; docs/truth.md says what of them is refused.
    sample: target(7_000, 9_900, 9_900, 9_900, 9_000),
    whole: target(9_850, 9_950, 9_900, 9_990, 9_500),
};

fn main() {
    let arguments = Arguments::from_args();
    let extent = Extent::of_environment();
    // The checker and the engine may panic; that is an answer, and not to be printed each time.
    std::panic::set_hook(Box::new(|_| {}));
    let trials = match fetched() {
        Ok(folders) => trials(&folders, extent),
        Err(reason) if std::env::var("REQUIRE_LIVE").is_ok_and(|v| v == "1") => {
            vec![Trial::test("corpora", move || Err(reason.into()))]
        }
        Err(reason) => vec![Trial::test(format!("corpora [{reason}]"), || Ok(())).with_ignored_flag(true)],
    };
    // One after the other: sqllogictest files name files by paths relative to where they run.
    libtest_mimic::run(&Arguments { test_threads: Some(1), ..arguments }, trials).exit();
}

/// The folders that the script `fetch` fills, by name.
fn fetched() -> Result<Vec<(String, PathBuf)>, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fetch");
    let output = Command::new(script).output().map_err(|error| format!("fetch: {error}"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(format!("fetch failed: {}", words.lines().last().unwrap_or_default()));
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let folder = |line: &str| line.split_once(' ').map(|(name, path)| (name.to_owned(), PathBuf::from(path)));
    Ok(lines.lines().filter_map(folder).collect())
}

fn trials(folders: &[(String, PathBuf)], extent: Extent) -> Vec<Trial> {
    let folder = |name: &str| {
        folders.iter().find(|(found, _)| found == name).map(|(_, path)| path.clone()).unwrap_or_default()
    };
    let (queries, files) = (folder("benchmarks"), folder("sqllogictest"));
    let spark = files.clone();
    vec![
        Trial::test("benchmarks", move || {
            let corpus = benchmarks::read(&queries)?;
            for (script, (name, _, count, _)) in corpus.scripts.iter().zip(benchmarks::BENCHMARKS) {
                let asked =
                    script.cases.iter().filter(|case| case.role != querent_truth::Role::Setup).count();
                assert_eq!(asked, count, "queries of {name}");
            }
            hold(&corpus, extent, &BENCHMARKS)
        }),
        Trial::test("sqllogictest", move || {
            let _folder = enter(&files)?;
            let corpus = sqllogictest::read("sqllogictest", Path::new("test_files"), |name| {
                !name.starts_with("spark/")
            })?;
            hold(&sampled(corpus, extent), extent, &SQLLOGICTEST)
        }),
        Trial::test("functions", move || {
            hold(&sampled(functions::calls("datafusion")?, extent), extent, &FUNCTIONS)
        }),
        Trial::test("generated", move || {
            let count = statements(extent, 100_000);
            hold(&generated::statements("datafusion", count)?, extent, &GENERATED)
        }),
        Trial::test("mutants", move || {
            let count = statements(extent, 20_000);
            hold(&generated::mistakes("datafusion", count)?, extent, &MUTANTS)
        }),
        // Another language, of which DataFusion takes a part: what it refuses must be refused.
        Trial::test("sqllogictest-spark", move || {
            let _folder = enter(&spark)?;
            let corpus = sqllogictest::read("sqllogictest-spark", Path::new("test_files"), |name| {
                name.starts_with("spark/")
            })?;
            hold(&sampled(corpus, extent), extent, &SQLLOGICTEST)
        }),
    ]
}

/// How many statements of the generator are asked.
fn statements(extent: Extent, whole: usize) -> usize {
    support::statements(if extent == Extent::Sample { 1_500 } else { whole })
}

fn sampled(mut corpus: Corpus, extent: Extent) -> Corpus {
    if extent == Extent::Sample {
        corpus.scripts = corpus.scripts.into_iter().step_by(EVERY).collect();
    }
    corpus
}

/// Makes a copy of the crate's files the working folder, since statements read and write files beside them.
fn enter(files: &Path) -> Result<tempfile::TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    for part in ["test_files", "data"] {
        let copied = Command::new("cp").arg("-r").arg(files.join(part)).arg(folder.path()).status()?;
        assert!(copied.success(), "cp of {part}");
    }
    std::env::set_current_dir(folder.path())?;
    Ok(folder)
}

fn hold(corpus: &Corpus, extent: Extent, targets: &Targets) -> Result<(), Failed> {
    let kept = kept(&corpus.name)?;
    let version = DataFusion::new().version();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = std::env::var("TRUTH_THREADS").ok().and_then(|count| count.parse().ok()).unwrap_or(cores);
    let part = |held: bool| {
        let fits = |script: &&Script| Recorded::holds(&kept, script) == held;
        Corpus { name: corpus.name.clone(), scripts: corpus.scripts.iter().filter(fits).cloned().collect() }
    };
    let recorder = || Recorder::new(DataFusion::new(), &kept);
    if extent == Extent::Missing {
        run(recorder, &part(false), threads)?;
    }
    let (figures, found) = match extent {
        Extent::Recorded | Extent::Missing => {
            run(|| Recorded::new(&kept, "flight", "datafusion"), &part(true), threads)?
        }
        Extent::Whole => run(recorder, corpus, threads)?,
        Extent::Sample => run(DataFusion::new, corpus, threads)?,
    };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("truth-{}.txt", corpus.name));
    report::write(&file, &figures, &found)?;
    println!("{}, {version}\n\n{}\n{}", corpus.name, report::table(&figures), file.display());
    let written = match extent {
        Extent::Sample => Ok(()),
        _ => SECTIONS.hold(&corpus.name, &version, &figures, &found),
    };
    let target = if extent == Extent::Sample { &targets.sample } else { &targets.whole };
    reached(&figures, &found, target).and(written)
}

fn reached(figures: &Figures, found: &[Disagreement], target: &Target) -> Result<(), Failed> {
    let mut missed = Vec::new();
    let mut hold = |what: &str, tally: Tally, target: usize| {
        if !tally.reaches(target) {
            missed.push(format!("{what}: {} of {}", tally.right, tally.asked));
        }
    };
    hold("taken", figures.accepted, target.accepted);
    hold("refused", figures.refused, target.refused);
    hold("names", figures.names, target.names);
    hold("types", figures.types, target.types);
    hold("tight", figures.tight, target.tight);
    if figures.unsound > 0 {
        missed.push(format!("{} columns called NOT NULL held a NULL", figures.unsound));
    }
    let panics = found.iter().filter(|one| one.what == querent_truth::What::Panic).count();
    if panics > 0 {
        missed.push(format!("the checker panicked {panics} times"));
    }
    if missed.is_empty() { Ok(()) } else { Err(missed.join("; ").into()) }
}
