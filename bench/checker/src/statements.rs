//! Statements as people write them.

use std::error::Error;

use crate::measure::{self, Effort};
use crate::sources::{DIALECTS, Sources};

const STATEMENTS: [(&str, &str); 4] = [
    ("point SELECT", include_str!("../statements/point.sql")),
    ("TPC-H Q1", include_str!("../statements/tpch1.sql")),
    ("TPC-H Q5", include_str!("../statements/tpch5.sql")),
    ("TPC-H Q21", include_str!("../statements/tpch21.sql")),
];

/// The longest of TPC-DS, and the one with the most parts.
const TPCDS: [&str; 2] = ["q66", "q14a"];

/// Measures those whose dialect and name hold `fits`.
pub(crate) fn run(
    sources: &Sources,
    tpcds: Option<&str>,
    fits: &str,
    effort: Effort,
) -> Result<(), Box<dyn Error>> {
    for dialect in DIALECTS {
        for (name, text) in STATEMENTS {
            if format!("{dialect} {name}").contains(fits) {
                one(sources, dialect, name, text, effort);
            }
        }
    }
    for name in TPCDS.iter().filter(|name| name.contains(fits)) {
        let Some(folder) = tpcds else { break };
        let text = std::fs::read_to_string(format!("{folder}/{name}.sql"))?;
        one(sources, "tpcds", &format!("TPC-DS {}", name.to_uppercase()), &text, effort);
    }
    Ok(())
}

fn one(sources: &Sources, source: &str, name: &str, text: &str, effort: Effort) {
    let checked = sources.check(source, text).checked;
    assert!(checked.diagnostics.is_empty(), "{source}, {name}: {:?}", checked.diagnostics);
    let micros = measure::micros(effort, || sources.check(source, text));
    println!("statement\t{source}\t{name}\t{}\t{micros:.1}", text.len());
}
