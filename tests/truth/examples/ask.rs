//! Asks DataFusion and the checker about statements of one's own, and prints both answers:
//!
//! ```console
//! $ cargo run -p querent-truth --example ask tests/truth/schemas/tpch.sql < statements.sql
//! ```
//!
//! The files given make the tables; statements are read from standard input and end with a semicolon. Parameters have no
//! values here.

use std::io::Read;

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::Severity;
use querent_schema::dialect;
use querent_schema::parse::split;
use querent_truth::engine::datafusion::DataFusion;
use querent_truth::{Case, Engine, Script};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dialect = dialect::by_name("datafusion").ok_or("there is no dialect datafusion")?;
    let mut engine = DataFusion::new();
    engine.begin(&Script::default());
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file)?;
        for part in split(&text, dialect) {
            let sql = text.get(part.span.start as usize..part.span.end as usize).unwrap_or_default();
            println!(
                "{}: {:?}",
                sql.lines().next().unwrap_or_default(),
                engine.ask(&Case::setup("", sql)).outcome
            );
        }
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut catalog = None;
    for part in split(&text, dialect) {
        let sql = text.get(part.span.start as usize..part.span.end as usize).unwrap_or_default();
        if let Some(source) = engine.source() {
            catalog = Some(Catalog::from_description(source)?);
        }
        let Some(catalog) = &catalog else { continue };
        println!("\n{}", sql.trim());
        let checked = check::check(sql, catalog);
        for found in checked.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
            println!("  ours:   [{}] {}", found.code.as_str(), found.message);
        }
        for column in checked.plan.iter().flat_map(|plan| &plan.columns) {
            println!("  ours:   {} {:?} nullable: {}", column.name, column.ty, column.nullable);
        }
        let answer = engine.ask(&Case::ask("", sql));
        println!("  engine: {:?}", answer.outcome);
        for column in answer.columns {
            println!("  engine: {} {} nullable: {}", column.name, column.ty, column.nullable);
        }
    }
    Ok(())
}
