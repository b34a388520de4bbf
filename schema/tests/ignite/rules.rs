//! Statements that no recording holds, with what the rules of the dialect make of them: `data/rules-calcite.txt`.
//!
//! Under each statement: `=` its columns and, behind `|`, the types of its parameters; `!` an error, `~` a warning.

use std::fmt::Write;

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::{ddl, dialect};

use crate::case::{Recording, data};
use crate::truth::rules::{answer, hold};

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
    hold(&file, &found, &expected);
}
