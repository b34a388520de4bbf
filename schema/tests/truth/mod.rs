//! Sections of `docs/truth.md` that tests write, and the tallies in them.

pub(crate) mod rules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What was asked, and how often the answer was right.
#[derive(Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) right: usize,
    pub(crate) asked: usize,
}

impl Tally {
    pub(crate) fn count(&mut self, right: bool) -> bool {
        self.asked += 1;
        self.right += usize::from(right);
        right
    }

    /// In thousandths.
    pub(crate) fn permille(self) -> usize {
        (self.right * 1000).checked_div(self.asked).unwrap_or(1000)
    }

    /// A line of a table: what, right, of, percent.
    pub(crate) fn row(self, what: &str) -> String {
        let (whole, tenth) = (self.permille() / 10, self.permille() % 10);
        format!("| {what} | {} | {} | {whole}.{tenth} % |\n", self.right, self.asked)
    }
}

/// A statement as it stands in a table.
pub(crate) fn in_table(sql: &str) -> String {
    let sql = sql.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ");
    if sql.is_empty() { "(blank)".to_owned() } else { format!("`{sql}`") }
}

/// The reasons for answers that differ: the last cell of each line, by the cells before it. Of the cell before the reason
/// several stand with `, ` between them.
pub(crate) fn reasons(path: &Path) -> BTreeMap<(String, String), String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut reasons = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [case, what, reason] = cells[..] else { panic!("{}: {line}", path.display()) };
        for what in what.split(", ") {
            let twice = reasons.insert((case.to_owned(), what.to_owned()), reason.to_owned());
            assert!(twice.is_none(), "{}: {case} {what} stands there twice", path.display());
        }
    }
    reasons
}

/// Compares a section with the one that stands in the document, or writes it there.
pub(crate) fn write_section(name: &str, test: &str, section: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/truth.md");
    let begin =
        format!("<!-- begin {name}: written by BLESS=1 cargo test -p querent-schema --test {test} -->");
    let end = format!("<!-- end {name} -->");
    let document = std::fs::read_to_string(&path).expect("docs/truth.md");
    let (before, rest) = document.split_once(&*begin).expect("the section's first line in docs/truth.md");
    let (written, after) = rest.split_once(&*end).expect("the section's last line in docs/truth.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{before}{begin}\n\n{section}\n{end}{after}")).unwrap();
        return;
    }
    assert_eq!(
        written.trim(),
        section.trim(),
        "docs/truth.md: run again with BLESS=1 where the change is right"
    );
}
