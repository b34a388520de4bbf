//! Statements beyond the recorded ones, with what the rules of both dialects make of them: `data/rules.txt`.
//!
//! A line `# sse`, `# mse`, `# sse nulls` or `# mse nulls` says who reads what follows, and behind that options of the
//! source, as `key=value`. Under each statement: `=` its columns and, behind `|`, the types of its parameters; `!` an error, `~` a warning. `BLESS=1` writes what is said now.

use std::fmt::Write;

use querent_schema::check;

use crate::Engine;
use crate::answers::{catalog, catalog_with};
use crate::data::folder;
use crate::truth::rules::{answer, hold};

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
            let mut words = who.split(' ').skip(1).peekable();
            let nulls = words.next_if_eq(&"nulls").is_some();
            let options: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
            tables = catalog_with(engine, nulls, &options);
        } else if !line.is_empty() {
            found.push_str(&answer(&check::check(line, &tables)));
        }
    }
    hold(&file, &found, &expected);
}

/// "Using NULL in EQUALS filter is not supported" (1.5.1), so that no `Option` goes there; the other engine takes it, and
/// `:x IS NULL OR c_int = :x` is a way to write a condition on it.
#[test]
fn comparisons_of_the_single_stage_engine_take_no_null() {
    let takes_null = |engine: Engine, condition: &str| {
        let sql = format!("SELECT id FROM all_types WHERE {condition} LIMIT 5");
        let checked = check::check(&sql, &catalog(engine, true));
        let plan = checked.plan.unwrap_or_else(|| panic!("{sql}: {:?}", checked.diagnostics));
        plan.params[0].nullable
    };
    for compared in [
        "c_int = :x",
        ":x <> c_int",
        "c_int <= :x",
        "NOT (c_int = :x)",
        "c_int IN (7, :x)",
        "c_int NOT BETWEEN :x AND 9",
        "c_string LIKE :x",
        "c_int IS NOT NULL AND id = :x",
    ] {
        assert!(!takes_null(Engine::SingleStage, compared), "{compared}");
        assert!(takes_null(Engine::MultiStage, compared), "{compared}");
    }
    for other in ["coalesce(:x, c_int) = 7", "c_int + :x > 3"] {
        assert!(takes_null(Engine::SingleStage, other), "{other}");
    }
}
