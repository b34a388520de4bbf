//! The sections of `docs/truth.md` on live nodes of Ignite: one an engine and corpus, written by BLESS=1.
//!
//! They are not compared: a node (2.17.0) takes some texts at one time and refuses them at another.

use std::path::Path;

use libtest_mimic::Failed;
use querent_truth::{Disagreement, Figures, report};

/// At most so many classes of disagreements are listed; the rest is counted.
const CLASSES_MAX: usize = 40;

/// What is left over, by its kind and a part of its class, with the reason.
const REASONS: &str = include_str!("reasons.tsv");

/// Writes the corpus's section.
pub(crate) fn write(
    corpus: &str,
    version: &str,
    figures: &Figures,
    found: &[Disagreement],
) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/truth.md");
    let document = std::fs::read_to_string(&path)?;
    let begin = format!(
        "<!-- begin {corpus}: written by BLESS=1 TRUTH=recorded cargo test --workspace --test truth-ignite -->"
    );
    let end = format!("<!-- end {corpus} -->");
    let (before, rest) = document.split_once(&begin).ok_or("docs/truth.md has no such section")?;
    let (_, after) = rest.split_once(&end).ok_or("docs/truth.md: the section does not end")?;
    let section = section(corpus, version, figures, found);
    std::fs::write(&path, format!("{before}{begin}\n\n{section}\n{end}{after}"))?;
    Ok(())
}

fn section(corpus: &str, version: &str, figures: &Figures, found: &[Disagreement]) -> String {
    let mut text = format!("{version}.\n\n{}", report::table(figures));
    let classes = report::classes(found);
    if classes.is_empty() {
        return text;
    }
    text.push_str("\n| what | class | times | why |\n|---|---|---|---|\n");
    for (what, class, count) in classes.iter().take(CLASSES_MAX) {
        let why = reason(corpus, &format!("{what:?}"), class);
        text.push_str(&format!("| {what:?} | {} | {count} | {why} |\n", class.replace('|', "\\|")));
    }
    let rest: usize = classes.iter().skip(CLASSES_MAX).map(|(_, _, count)| count).sum();
    if rest > 0 {
        text.push_str(&format!("| | {} further classes | {rest} | |\n", classes.len() - CLASSES_MAX));
    }
    text
}

/// The reason of a class: `engine ⇥ what ⇥ part of the class ⇥ reason`, the first line that fits.
fn reason(corpus: &str, what: &str, class: &str) -> &'static str {
    let fits = |line: &&str| match line.split('\t').collect::<Vec<_>>()[..] {
        [engine, of, part, _] => corpus.starts_with(engine) && of == what && class.contains(part),
        _ => false,
    };
    let line = REASONS.lines().filter(|line| !line.starts_with('#')).find(fits);
    line.and_then(|line| line.rsplit('\t').next()).unwrap_or_default()
}
