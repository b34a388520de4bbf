//! The sections of `docs/truth.md` on DataFusion: one a corpus, written by BLESS=1, compared otherwise.

use std::path::Path;

use libtest_mimic::Failed;
use querent_truth::{Disagreement, Figures, report};

/// At most so many classes of disagreements are listed; the rest is counted.
const CLASSES_MAX: usize = 60;

/// Compares the corpus's section with the figures; with BLESS=1 writes it.
pub(crate) fn hold(
    corpus: &str,
    version: &str,
    figures: &Figures,
    found: &[Disagreement],
) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/truth.md");
    let document = std::fs::read_to_string(&path)?;
    let begin = format!(
        "<!-- begin {corpus}: written by BLESS=1 TRUTH=whole cargo test --workspace --test truth -->"
    );
    let end = format!("<!-- end {corpus} -->");
    let (before, rest) = document.split_once(&begin).ok_or("docs/truth.md has no such section")?;
    let (written, after) = rest.split_once(&end).ok_or("docs/truth.md: the section does not end")?;
    let section = section(version, figures, found);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{before}{begin}\n\n{section}\n{end}{after}"))?;
    } else if written.trim() != section.trim() {
        return Err("docs/truth.md: run again with BLESS=1 where the change is right".into());
    }
    Ok(())
}

fn section(version: &str, figures: &Figures, found: &[Disagreement]) -> String {
    let mut text = format!("{version}.\n\n{}", report::table(figures));
    let classes = report::classes(found);
    if classes.is_empty() {
        return text;
    }
    text.push_str("\n| what | class | times |\n|---|---|---|\n");
    for (what, class, count) in classes.iter().take(CLASSES_MAX) {
        text.push_str(&format!("| {what:?} | {} | {count} |\n", class.replace('|', "\\|")));
    }
    let rest: usize = classes.iter().skip(CLASSES_MAX).map(|(_, _, count)| count).sum();
    if rest > 0 {
        text.push_str(&format!("| | {} further classes | {rest} |\n", classes.len() - CLASSES_MAX));
    }
    text
}
