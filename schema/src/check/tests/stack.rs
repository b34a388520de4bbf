//! A text that is checked on the stack at hand fits it: the deepest one of each shape, on a thread of just that stack.
//!
//! What does not fit ends the process.

use super::catalog;
use crate::check::check;
use crate::dialect;
use crate::parse::{Source, grant_stack, levels_at_hand};
use querent_types::SqlType;

#[path = "../../../tests/limits/shapes.rs"]
mod shapes;

/// What is taken for granted, and what macros count on within rustc.
const GRANTS: [usize; 2] = [2 << 20, 6 << 20];

/// One of each set of rules that take the stack; the others share sqlparser with them and have no rules to speak of.
const DIALECTS: [&str; 2] = ["datafusion", "ignite-calcite"];

/// Longer than this, a text is no deeper.
const PARTS_MAX: usize = 2_048;

/// What nests without being in the list of shapes: before, each level, the innermost, after each level.
const MORE: [(&str, &str, &str, &str); 16] = [
    ("", "IF 1 THEN ", "SELECT 1", "; END IF"),
    ("", "WHILE 1 DO ", "SELECT 1", ""),
    ("", "EXPLAIN ", "SELECT 1", ""),
    ("SELECT ", "INTERVAL ", "1", ""),
    ("SELECT ", "PRIOR ", "1", ""),
    ("SELECT ", "NOT - ", "1", ""),
    ("SELECT ", "CASE WHEN ", "1", ""),
    ("SELECT ", "x -> ", "1", ""),
    ("SELECT ", "ARRAY[", "1", "]"),
    ("SELECT ", "{'a': ", "1", "}"),
    ("SELECT ", "coalesce(a, ", "1", ")"),
    ("SELECT CAST(1 AS ", "ARRAY<", "INT", ">"),
    ("SELECT a FROM t WHERE a ", "BETWEEN 1 AND 2 AND a ", "= 1", ""),
    ("SELECT a FROM t WHERE ", "a = ANY (", "a", ")"),
    ("SELECT sum(a) FILTER (WHERE ", "(a > 1 AND ", "a > 2", ")"),
    ("SELECT a FROM t WHERE ", "a IN (SELECT a FROM t WHERE a > 1 AND ", "a > 2", ")"),
];

/// The deepest text of a shape that the stack at hand is enough for.
fn deepest(text: &dyn Fn(usize) -> String, dialect: &str) -> Option<String> {
    let dialect = dialect::by_name(dialect).expect("a dialect");
    let fits = |count: usize| {
        let text = text(count);
        let (source, found) = Source::new(&text, dialect);
        found.is_empty() && source.stack_levels() <= levels_at_hand()
    };
    let (mut most, mut too_many) = (0, PARTS_MAX);
    while most + 1 < too_many {
        let middle = (most + too_many) / 2;
        if fits(middle) { most = middle } else { too_many = middle }
    }
    (most > 0).then(|| text(most))
}

#[test]
fn what_is_checked_in_place_fits_the_stack() {
    let table: &[_] =
        &[("a", SqlType::Int64, false), ("b", SqlType::Int64, true), ("s", SqlType::TEXT, true)];
    let mut texts: Vec<Box<dyn Fn(usize) -> String + Sync>> = Vec::new();
    // What takes megabytes is long and not deep.
    for shape in shapes::all().into_iter().filter(|shape| shape.count <= 10_000) {
        texts.push(Box::new(move |count| shape.text(count)));
    }
    for (before, open, inner, close) in MORE {
        texts.push(Box::new(move |count| {
            format!("{before}{}{inner}{}", open.repeat(count), close.repeat(count))
        }));
    }
    for name in DIALECTS {
        let catalog = catalog(name, &[("t", table)]);
        for granted in GRANTS {
            let run = || {
                grant_stack(granted);
                let deep: Vec<String> = texts.iter().filter_map(|text| deepest(text, name)).collect();
                for text in &deep {
                    let checked = check(text, &catalog);
                    assert!(checked.plan.is_some() || !checked.diagnostics.is_empty(), "{name}: {text}");
                }
                deep.len()
            };
            let checked = std::thread::scope(|scope| {
                let thread = std::thread::Builder::new().stack_size(granted).spawn_scoped(scope, run);
                thread.expect("a thread").join().expect("no panic")
            });
            assert!(checked * 10 > texts.len() * 8, "{name}: {checked} of {}", texts.len());
        }
    }
}
