//! The section of `docs/truth.md` on one engine: figures, and every answer that is not the server's with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use crate::Engine;
use crate::case::data;
use crate::judge::{Leftover, Outcome, Tally};

/// Compares the outcome with what is written down; with BLESS=1 writes it.
pub(crate) fn hold(engine: Engine, cases: usize, outcome: &Outcome) {
    let reasons = reasons(engine);
    let found: BTreeMap<(u64, &str), &Leftover> =
        outcome.leftovers.iter().map(|left| ((left.n, left.what.as_str()), left)).collect();
    let unexplained: Vec<String> = found
        .iter()
        .filter(|((n, what), _)| !reasons.contains_key(&(*n, (*what).to_owned())))
        .map(|((n, what), left)| format!("{n} {what}: {}\n    {}", left.sql, left.detail))
        .collect();
    let settled: BTreeSet<_> =
        reasons.keys().filter(|(n, what)| !found.contains_key(&(*n, what.as_str()))).collect();
    let file = format!("leftovers-{}.tsv", engine.name());
    assert!(
        unexplained.is_empty(),
        "{}\n{} answers have no reason in {file}",
        unexplained.join("\n"),
        unexplained.len()
    );
    assert!(settled.is_empty(), "{file} gives reasons for answers that are right: {settled:?}");
    write_section(engine, &section(cases, outcome, &reasons));
}

/// The reasons, by case and what is wrong in it: `n ⇥ what ⇥ reason`, several `what` with `, ` between them.
fn reasons(engine: Engine) -> BTreeMap<(u64, String), String> {
    let path = data().join(format!("leftovers-{}.tsv", engine.name()));
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let mut reasons = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [n, what, reason] = cells[..] else { panic!("{}: {line}", path.display()) };
        for what in what.split(", ") {
            let twice = reasons.insert((n.parse().unwrap(), what.to_owned()), reason.to_owned());
            assert!(twice.is_none(), "{}: {n} {what} stands there twice", path.display());
        }
    }
    reasons
}

fn section(cases: usize, outcome: &Outcome, reasons: &BTreeMap<(u64, String), String>) -> String {
    let mut text = format!(
        "{cases} statements, each described and run by a 2.17.0 node (`schema/tests/ignite/data`).\n\n\
         | asked | right | of | |\n|---|---|---|---|\n"
    );
    let mut row = |what: &str, tally: Tally| {
        let percent = tally.permille();
        let (whole, tenth) = (percent / 10, percent % 10);
        writeln!(text, "| {what} | {} | {} | {whole}.{tenth} % |", tally.right, tally.asked).unwrap();
    };
    row("accepted or refused as the server does", outcome.verdict);
    row("types of columns, as the wire carries them", outcome.types);
    row("names of columns", outcome.names);
    row("types of parameters, where the server knows them", outcome.params);
    let Outcome { not_null, not_null_wrong, server_not_null, .. } = outcome;
    write!(
        text,
        "\n{not_null} columns are called NOT NULL (by the server {server_not_null}); \
         {not_null_wrong} of them held a NULL.\n"
    )
    .unwrap();
    if !outcome.leftovers.is_empty() {
        text.push_str("\nWhat is left over:\n\n| case | statement | what | why |\n|---|---|---|---|\n");
    }
    for left in &outcome.leftovers {
        let reason = &reasons[&(left.n, left.what.clone())];
        let sql = left.sql.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ");
        let sql = if sql.is_empty() { "(blank)".to_owned() } else { format!("`{sql}`") };
        writeln!(text, "| {} | {sql} | {} | {reason} |", left.n, left.what).unwrap();
    }
    text
}

/// Compares the section with the one that stands in the document, or writes it there.
fn write_section(engine: Engine, section: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/truth.md");
    let (begin, end) = (
        format!(
            "<!-- begin {}: written by BLESS=1 cargo test -p querent-schema --test ignite -->",
            engine.name()
        ),
        format!("<!-- end {} -->", engine.name()),
    );
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
