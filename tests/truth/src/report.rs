//! Figures as a table, disagreements as a file and as classes with their counts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::path::Path;

use crate::judge::{Disagreement, Figures, Tally, What};

/// The figures as a table in Markdown, one row a question.
pub fn table(figures: &Figures) -> String {
    let mut text = "| asked | right | of | |\n|---|---|---|---|\n".to_owned();
    let mut row = |what: &str, tally: Tally| {
        if tally.asked > 0 {
            let _ = writeln!(text, "| {what} | {} | {} | {} |", tally.right, tally.asked, percent(tally));
        }
    };
    row("the engine runs it: taken", figures.accepted);
    row("the engine's planner refuses it: refused", figures.refused);
    row("planned, but with no way to run it: refused", figures.unready);
    row("names of columns", figures.names);
    row("types of columns", figures.types);
    row("types of parameters, where the planner knows them", figures.params);
    row("the engine says NOT NULL: said too (the rest is loose)", figures.tight);
    row("definitions that make the engine's table", figures.tables);
    let Figures { not_null, unsound, failed, session, set_aside, own_rules, .. } = figures;
    let _ =
        write!(text, "\n{not_null} columns are called NOT NULL; {unsound} of them held a NULL (unsound).");
    let _ = write!(text, " {failed} statements failed on their data and were not compared.");
    if figures.two_types > 0 {
        let _ = write!(
            text,
            " The rows of {} columns came in another type than the engine had described; either counts.",
            figures.two_types
        );
    }
    if *session > 0 {
        let _ = write!(
            text,
            " {session} are for the session or the server's files (SET, COPY, external tables)."
        );
    }
    if figures.tables_from_files > 0 {
        let _ = write!(
            text,
            " {} tables have their columns in files or are made of such; they were taken from the engine.",
            figures.tables_from_files
        );
    }
    for (rule, count) in own_rules {
        let _ = write!(text, " {count} are refused by a rule of querent's own and not compared: {rule}.");
    }
    if *set_aside > 0 {
        let options: Vec<String> = figures.options.iter().map(|option| format!("`{option}`")).collect();
        let options = options.join(", ");
        let _ = write!(text, " {set_aside} were asked under options of another language: {options}.");
    }
    text.push('\n');
    text
}

/// A share with two decimals, rounded down so that nothing rounds to all.
pub fn percent(tally: Tally) -> String {
    let share = (tally.right * 10_000).checked_div(tally.asked).unwrap_or(10_000);
    format!("{}.{:02} %", share / 100, share % 100)
}

/// The classes of disagreements with their counts, largest first within each kind.
pub fn classes(found: &[Disagreement]) -> Vec<(What, String, usize)> {
    let mut counts: BTreeMap<(What, String), usize> = BTreeMap::new();
    for one in found {
        *counts.entry((one.what, class(one))).or_default() += 1;
    }
    let mut classes: Vec<_> = counts.into_iter().map(|((what, class), count)| (what, class, count)).collect();
    classes.sort_by(|a, b| (a.0, b.2, &a.1).cmp(&(b.0, a.2, &b.1)));
    classes
}

/// What makes two disagreements one of a kind: both answers without their names and numbers.
fn class(one: &Disagreement) -> String {
    match one.what {
        What::Refused | What::Unknown | What::Panic => general(&one.ours),
        What::Taken | What::TakenUnready => general(&one.theirs),
        What::Type => {
            let ours = one.ours.rsplit_once(": ").map_or(&*one.ours, |(_, ty)| ty);
            format!("{ours} instead of {}", one.theirs)
        }
        What::Parameter => format!("{} instead of {}", one.ours, one.theirs),
        What::Unsound | What::Loose => {
            one.ours.rsplit_once(": ").map_or(one.ours.clone(), |(_, why)| general(why))
        }
        What::Columns | What::Name | What::Table => String::new(),
    }
}

/// A message without what it quotes.
fn general(message: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for c in message.chars() {
        if out.len() > 160 {
            break;
        }
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => continue,
            None if matches!(c, '`' | '\'' | '"') => {
                quote = Some(c);
                out.push('_');
            }
            None if c.is_ascii_digit() => {
                if !out.ends_with('0') {
                    out.push('0');
                }
            }
            None => out.push(if c == '\n' { ' ' } else { c }),
        }
    }
    out
}

/// Writes every disagreement with both answers, the classes first.
pub fn write(file: &Path, figures: &Figures, found: &[Disagreement]) -> io::Result<()> {
    let mut text = table(figures);
    text.push('\n');
    for (what, class, count) in classes(found) {
        let _ = writeln!(text, "{count:6}  {what:?}  {class}");
    }
    let mut sorted: Vec<&Disagreement> = found.iter().collect();
    sorted.sort_by_cached_key(|one| (one.what, class(one), one.at.clone()));
    for one in sorted {
        let _ = write!(
            text,
            "\n== {:?} {} [{}]\n{}\n-- ours:   {}\n-- theirs: {}\n",
            one.what,
            one.at,
            class(one),
            one.sql,
            one.ours,
            one.theirs
        );
    }
    std::fs::write(file, text)
}
