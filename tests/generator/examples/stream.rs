//! Prints statements of one dialect over one schema with what the checker says: `stream DIALECT SCHEMA SEED COUNT [all]`.

use std::collections::BTreeMap;

use querent_generator::{Generator, schemas};
use querent_schema::check;
use querent_schema::diagnostic::Severity;

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dialect, schema, seed, count, rest @ ..] = &args[..] else {
        return Err("usage: stream DIALECT SCHEMA SEED COUNT [all]".to_owned());
    };
    let number = |text: &String| text.parse::<u64>().map_err(|error| error.to_string());
    let own = schemas::of_dialect(dialect).into_iter().find(|own| own.name == schema);
    let catalog = own.ok_or("no such schema")?.catalog(dialect)?;
    let mut classes: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let (count, mut refused) = (number(count)?, 0);
    let mut generator = Generator::new(&catalog, number(seed)?);
    for _ in 0..count {
        let made = generator.statement();
        let checked = check(&made.sql, &catalog);
        let error = checked.diagnostics.iter().find(|found| found.severity == Severity::Error);
        if !rest.is_empty() {
            println!("{}", made.sql);
        }
        let Some(error) = error else { continue };
        refused += 1;
        let place = made.sql.get(error.span.start as usize..error.span.end as usize).unwrap_or("");
        let class = format!("[{}] {}", error.code.as_str(), shape(&error.message));
        let example = format!("{} AT `{place}`\n      {}", error.message, made.sql);
        let entry = classes.entry(class).or_insert((0, example.clone()));
        entry.0 += 1;
        if example.len() < entry.1.len() {
            entry.1 = example;
        }
    }
    let mut sorted: Vec<_> = classes.into_iter().collect();
    sorted.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    println!("{dialect} {schema}: {} of {count} refused", refused);
    for (class, (count, example)) in sorted {
        println!("{count:5} {class}\n      {example}");
    }
    Ok(())
}

/// A message with what stands in quotes left out.
fn shape(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("…")
}
