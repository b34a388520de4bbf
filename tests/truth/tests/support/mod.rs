//! What the tests of all engines have in common: how much is asked, where answers are kept, and what docs/truth.md says.
//!
//! `TRUTH` says how much is asked and who answers ([`Extent`]), `TRUTH_STATEMENTS` how many statements of the generator
//! ([`statements`]); `BLESS=1` writes docs/truth.md.

pub(crate) mod documents;

use std::path::PathBuf;

use libtest_mimic::Failed;

/// How much is asked, and who answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A part, live.
    Sample,
    /// Everything, live; the answers are kept.
    Whole,
    /// What was not kept, live; then everything from the answers kept.
    Missing,
    /// Everything that was kept.
    Recorded,
}

impl Extent {
    /// What `TRUTH` says.
    pub(crate) fn of_environment() -> Extent {
        match std::env::var("TRUTH").as_deref() {
            Ok("whole") => Extent::Whole,
            Ok("missing") => Extent::Missing,
            Ok("recorded") => Extent::Recorded,
            _ => Extent::Sample,
        }
    }
}

/// How many statements of the generator are asked: those of `TRUTH_STATEMENTS`, or as many as is usual.
///
/// With `TRUTH=missing` a larger number goes on where a smaller one ended, if the smaller one is of whole scripts: a multiple
/// of 200 for each schema.
pub(crate) fn statements(usual: usize) -> usize {
    std::env::var("TRUTH_STATEMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// Where the answers of a corpus are kept.
pub(crate) fn kept(corpus: &str) -> Result<PathBuf, Failed> {
    let home = || std::env::var("HOME").unwrap_or_default() + "/.cache/querent";
    let folder = PathBuf::from(std::env::var("QUERENT_CACHE").unwrap_or_else(|_| home()))
        .join("truth/recorded")
        .join(corpus.replace(' ', "-"));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
