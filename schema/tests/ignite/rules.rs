//! Statements that no recording holds, with what the rules of the dialect make of them: `data/rules-calcite.txt`.
//!
//! Under each statement: `=` its columns and, behind `|`, the types of its parameters; `!` an error, `~` a warning.

use std::fmt::Write;

use querent_schema::catalog::Catalog;
use querent_schema::check::{self, Checked};
use querent_schema::diagnostic::Severity;
use querent_schema::{ddl, dialect};
use querent_types::SqlType;

use crate::case::{Recording, data};

#[test]
fn calcite_rules() {
    let file = data().join("rules-calcite.txt");
    let expected = std::fs::read_to_string(&file).expect("the file of cases");
    let script =
        ddl::File { name: "tables.sql".to_owned(), text: Recording::read("calcite").ddl.join(";\n") };
    let made = ddl::evaluate(&[script], dialect::by_name("ignite-calcite").expect("a dialect"));
    let catalog = Catalog::from_description(made.source).expect("a dialect");
    let mut found = String::new();
    for sql in expected.lines().filter(|line| !line.starts_with("  ")) {
        let _ = writeln!(found, "{sql}");
        found.push_str(&answer(&check::check(sql, &catalog)));
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
