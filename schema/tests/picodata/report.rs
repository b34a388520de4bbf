//! The section of `docs/truth.md` on Picodata: figures, and every answer that is not the server's with its reason.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::case::data;
use crate::judge::Outcome;
use crate::truth::{in_table, reasons, write_section};

/// Compares the outcome with what is written down; with BLESS=1 writes it.
pub(crate) fn hold(cases: usize, outcome: &Outcome) {
    let reasons = reasons(&data().join("leftovers.tsv"));
    let key = |sql: &str, what: &str| (plain(sql), what.to_owned());
    let found: BTreeSet<(String, String)> =
        outcome.leftovers.iter().map(|left| key(&left.sql, &left.what)).collect();
    let unexplained: Vec<String> = outcome
        .leftovers
        .iter()
        .filter(|left| !reasons.contains_key(&key(&left.sql, &left.what)))
        .map(|left| format!("{} {}\n    {}", left.what, left.sql, left.detail))
        .collect();
    assert!(unexplained.is_empty(), "{}\nhave no reason in leftovers.tsv", unexplained.join("\n"));
    let settled: Vec<_> = reasons.keys().filter(|key| !found.contains(*key)).collect();
    assert!(settled.is_empty(), "leftovers.tsv gives reasons for answers that are right: {settled:?}");
    let mut text = format!(
        "{cases} statements, described by a 26.1.6 node or sent to it (`schema/tests/picodata/data`).\n\n\
         | asked | right | of | |\n|---|---|---|---|\n"
    );
    text.push_str(&outcome.verdict.row("accepted or refused as the server does"));
    text.push_str(&outcome.types.row("types of columns"));
    text.push_str(&outcome.names.row("names of columns"));
    text.push_str(&outcome.params.row("types of parameters"));
    write!(
        text,
        "\n{} columns are called NOT NULL; of those whose rows came, none held a NULL.\n",
        outcome.not_null
    )
    .unwrap();
    text.push_str("\nWhat is left over:\n\n| statement | what | why |\n|---|---|---|\n");
    let mut told = BTreeSet::new();
    for left in &outcome.leftovers {
        let key = key(&left.sql, &left.what);
        if told.insert(key.clone()) {
            writeln!(text, "| {} | {} | {} |", in_table(&left.sql), left.what, reasons[&key]).unwrap();
        }
    }
    write_section("picodata", "picodata", &text);
}

/// A statement on one line.
fn plain(sql: &str) -> String {
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if sql.is_empty() { "(blank)".to_owned() } else { sql }
}
