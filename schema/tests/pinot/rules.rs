//! Statements beyond the recorded ones, with what the rules of both dialects make of them: `data/rules.txt`.
//!
//! A line `# sse`, `# mse`, `# sse nulls` or `# mse nulls` says who reads what follows. Under each statement: `=` its
//! columns and, behind `|`, the types of its parameters; `!` an error, `~` a warning. `BLESS=1` writes what is said now.

use std::fmt::Write;

use querent_schema::check::{self, Checked};
use querent_schema::diagnostic::Severity;
use querent_types::SqlType;

use crate::Engine;
use crate::answers::catalog;
use crate::data::folder;

#[test]
fn rules_beyond_the_recording() {
    let file = folder().join("rules.txt");
    let expected = std::fs::read_to_string(&file).expect("the file of cases");
    let mut found = String::new();
    let mut tables = catalog(Engine::SingleStage, false);
    for line in expected.lines().filter(|line| !line.starts_with("  ")) {
        let _ = writeln!(found, "{line}");
        if let Some(who) = line.strip_prefix("# ") {
            let engine = if who.starts_with("sse") { Engine::SingleStage } else { Engine::MultiStage };
            tables = catalog(engine, who.ends_with("nulls"));
        } else if !line.is_empty() {
            found.push_str(&answer(&check::check(line, &tables)));
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &found).unwrap();
        return;
    }
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}

fn answer(checked: &Checked) -> String {
    let mut lines = String::new();
    for diagnostic in &checked.diagnostics {
        let sign = if diagnostic.severity == Severity::Error { '!' } else { '~' };
        let _ = writeln!(lines, "  {sign} [{}] {}", diagnostic.code.as_str(), diagnostic.message);
    }
    let refused = checked.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let Some(plan) = checked.plan.as_ref().filter(|_| !refused) else { return lines };
    let shown = |ty: &Option<SqlType>| ty.as_ref().map_or("unknown".to_owned(), ToString::to_string);
    let columns = plan.columns.iter().map(|column| {
        let mark = if column.nullable { "?" } else { "" };
        format!("{} {}{mark}", column.name, shown(&column.ty))
    });
    let columns: Vec<String> = columns.collect();
    let params: Vec<String> = plan.params.iter().map(|param| shown(&param.ty)).collect();
    let bar = if params.is_empty() { "" } else { " | " };
    let _ = writeln!(lines, "{}", format!("  = {}{bar}{}", columns.join(", "), params.join(", ")).trim_end());
    lines
}
