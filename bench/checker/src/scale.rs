//! Statements made longer: ten times the parts must not cost much more than ten times the time.

use std::error::Error;

use crate::measure::{self, Effort};
use crate::shapes;
use crate::sources::{DIALECTS, Sources};

/// Measures those whose dialect and name hold `fits`.
pub(crate) fn run(sources: &Sources, fits: &str, effort: Effort) -> Result<(), Box<dyn Error>> {
    let effort = Effort { rounds: effort.rounds.min(3), ..effort };
    for shape in shapes::all().iter().filter(|shape| shape.error.is_none()) {
        for dialect in DIALECTS.iter().filter(|dialect| format!("{dialect} {}", shape.name).contains(fits)) {
            let mut line = format!("scale\t{dialect}\t{}\t{}", shape.name, shape.count);
            for count in [shape.count / 10, shape.count] {
                let text = shape.text(count);
                let checked = sources.check(dialect, &text).checked;
                match checked.diagnostics.first() {
                    Some(found) => {
                        line.push_str(&format!("\t{}", found.message.chars().take(80).collect::<String>()))
                    }
                    None => {
                        let micros = measure::micros(effort, || sources.check(dialect, &text));
                        line.push_str(&format!("\t{micros:.1}"));
                    }
                }
            }
            println!("{line}");
        }
    }
    Ok(())
}
