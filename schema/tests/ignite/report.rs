//! The section of `docs/truth.md` on one engine: figures, and every answer that is not the server's with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::Engine;
use crate::case::data;
use crate::judge::{Leftover, Outcome};
use crate::truth::{in_table, reasons, write_section};

/// Compares the outcome with what is written down; with BLESS=1 writes it.
pub(crate) fn hold(engine: Engine, cases: usize, outcome: &Outcome) {
    let reasons = reasons(&data().join(format!("leftovers-{}.tsv", engine.name())));
    let found: BTreeMap<(String, &str), &Leftover> =
        outcome.leftovers.iter().map(|left| ((left.n.to_string(), left.what.as_str()), left)).collect();
    let unexplained: Vec<String> = found
        .iter()
        .filter(|((n, what), _)| !reasons.contains_key(&(n.clone(), (*what).to_owned())))
        .map(|((n, what), left)| format!("{n} {what}: {}\n    {}", left.sql, left.detail))
        .collect();
    let settled: BTreeSet<_> =
        reasons.keys().filter(|(n, what)| !found.contains_key(&(n.clone(), what.as_str()))).collect();
    let file = format!("leftovers-{}.tsv", engine.name());
    assert!(
        unexplained.is_empty(),
        "{}\n{} answers have no reason in {file}",
        unexplained.join("\n"),
        unexplained.len()
    );
    assert!(settled.is_empty(), "{file} gives reasons for answers that are right: {settled:?}");
    write_section(engine.name(), "ignite", &section(cases, outcome, &reasons));
}

fn section(cases: usize, outcome: &Outcome, reasons: &BTreeMap<(String, String), String>) -> String {
    let mut text = format!(
        "{cases} statements, each described and run by a 2.17.0 node (`schema/tests/ignite/data`).\n\n\
         | asked | right | of | |\n|---|---|---|---|\n"
    );
    text.push_str(&outcome.verdict.row("accepted or refused as the server does"));
    text.push_str(&outcome.types.row("types of columns, as the wire carries them"));
    text.push_str(&outcome.names.row("names of columns"));
    text.push_str(&outcome.params.row("types of parameters, where the server knows them"));
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
        let reason = &reasons[&(left.n.to_string(), left.what.clone())];
        writeln!(text, "| {} | {} | {} | {reason} |", left.n, in_table(&left.sql), left.what).unwrap();
    }
    text
}
