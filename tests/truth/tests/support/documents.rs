//! The sections of `docs/truth.md`: one a corpus, written by BLESS=1, compared otherwise.

use std::collections::BTreeMap;
use std::path::Path;

use libtest_mimic::Failed;
use querent_truth::{Disagreement, Figures, report};

/// The sections that one test writes.
pub(crate) struct Sections {
    /// What writes them, `BLESS=1` left out.
    pub(crate) command: &'static str,
    /// At most so many classes of disagreements are listed; the rest is counted by its reasons.
    pub(crate) classes_max: usize,
    /// Why there are disagreements, if a column says it: `corpus ⇥ what ⇥ part of the class ⇥ reason` a line, of the corpus
    /// its beginning; the first line that fits counts.
    pub(crate) reasons: Option<&'static str>,
}

/// Whether sections are written rather than compared.
pub(crate) fn are_written() -> bool {
    std::env::var_os("BLESS").is_some()
}

impl Sections {
    /// Compares the corpus's section with the figures; with BLESS=1 writes it.
    pub(crate) fn hold(
        &self,
        corpus: &str,
        version: &str,
        figures: &Figures,
        found: &[Disagreement],
    ) -> Result<(), Failed> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/truth.md");
        let document = std::fs::read_to_string(&path)?;
        let begin = format!("<!-- begin {corpus}: written by BLESS=1 {} -->", self.command);
        let end = format!("<!-- end {corpus} -->");
        let (before, rest) = document.split_once(&begin).ok_or("docs/truth.md has no such section")?;
        let (written, after) = rest.split_once(&end).ok_or("docs/truth.md: the section does not end")?;
        let section = self.section(corpus, version, figures, found);
        if are_written() {
            std::fs::write(&path, format!("{before}{begin}\n\n{section}\n{end}{after}"))?;
        } else if written.trim() != section.trim() {
            return Err("docs/truth.md: run again with BLESS=1 where the change is right".into());
        }
        Ok(())
    }

    fn section(&self, corpus: &str, version: &str, figures: &Figures, found: &[Disagreement]) -> String {
        let mut text = format!("{version}.\n\n{}", report::table(figures));
        let classes = report::classes(found);
        if classes.is_empty() {
            return text;
        }
        let (head, rule) = if self.reasons.is_some() { (" why |", "---|") } else { ("", "") };
        text.push_str(&format!("\n| what | class | times |{head}\n|---|---|---|{rule}\n"));
        for (what, class, count) in classes.iter().take(self.classes_max) {
            let why = self.reason(corpus, &format!("{what:?}"), class);
            text.push_str(&format!("| {what:?} | {} | {count} |{why}\n", class.replace('|', "\\|")));
        }
        // The rest by its reasons.
        let mut rest: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
        for (what, class, count) in classes.iter().skip(self.classes_max) {
            let what = format!("{what:?}");
            let why = self.reason(corpus, &what, class);
            let entry = rest.entry((what, why)).or_default();
            *entry = (entry.0 + 1, entry.1 + count);
        }
        for ((what, why), (classes, count)) in rest {
            text.push_str(&format!("| {what} | {classes} further classes | {count} |{why}\n"));
        }
        text
    }

    /// The cell with the reason of a class; nothing where there is no column for it.
    fn reason(&self, corpus: &str, what: &str, class: &str) -> String {
        let Some(reasons) = self.reasons else { return String::new() };
        let fits = |line: &&str| match line.split('\t').collect::<Vec<_>>()[..] {
            [of, kind, part, _] => corpus.starts_with(of) && kind == what && class.contains(part),
            _ => false,
        };
        let line = reasons.lines().filter(|line| !line.starts_with('#')).find(fits);
        format!(" {} |", line.and_then(|line| line.rsplit('\t').next()).unwrap_or_default())
    }
}
