//! Prints what the checker refuses of a stream: `stream DIALECT SCHEMA SEED COUNT [all] [coverage] [mutants]`.
//!
//! Refusals come in classes, each with its shortest example reduced. `all` prints every statement, `coverage` how often
//! each kind of expression stands in each clause and what was counted less than 50 times, `mutants` the figures over mutants
//! of accepted statements and those that were told badly.

use std::collections::BTreeMap;
use std::time::Instant;

use querent_generator::{Coverage, Figures, Generator, judge, mutants, schemas, shrink};
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::{Diagnostic, Severity};

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dialect, schema, seed, count, rest @ ..] = &args[..] else {
        return Err("usage: stream DIALECT SCHEMA SEED COUNT [all] [coverage] [mutants]".to_owned());
    };
    let asked = |word: &str| rest.iter().any(|own| own == word);
    let number = |text: &String| text.parse::<u64>().map_err(|error| error.to_string());
    let own = schemas::of_dialect(dialect).into_iter().find(|own| own.name == schema);
    let catalog = own.ok_or("no such schema")?.catalog(dialect)?;
    let (seed, count) = (number(seed)?, number(count)?);
    let begun = Instant::now();
    let mut generator = Generator::new(&catalog, seed);
    println!(
        "{dialect} {schema}: {:?} to begin, {} overloads uncalled",
        begun.elapsed(),
        generator.uncalled().len()
    );
    let begun = Instant::now();
    let made: Vec<_> = (0..count).map(|_| generator.statement()).collect();
    println!("{} statements in {:?}", made.len(), begun.elapsed());
    if asked("all") {
        made.iter().for_each(|made| println!("{}", made.sql));
    }
    if asked("coverage") {
        let mut coverage = Coverage::new(catalog.dialect);
        made.iter().for_each(|made| coverage.add(made));
        println!("{coverage}{} wanted", coverage.wanted().total());
        coverage.missing(50).into_iter().for_each(|(name, count)| println!("{count:5} {name}"));
        generator.uncalled().into_iter().for_each(|own| println!("  uncalled {own:?}"));
        return Ok(());
    }
    let mut classes: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut accepted = Vec::new();
    for made in &made {
        match refusal(&made.sql, &catalog) {
            None => accepted.push(made.sql.as_str()),
            Some(error) => {
                let entry = classes.entry(class(&error)).or_insert((0, made.sql.clone()));
                entry.0 += 1;
                if made.sql.len() < entry.1.len() {
                    entry.1.clone_from(&made.sql);
                }
            }
        }
    }
    if asked("mutants") {
        return told(&accepted, &catalog, seed);
    }
    let refused = made.len() - accepted.len();
    println!("{refused} of {count} refused, {:?} with checking", begun.elapsed());
    let mut sorted: Vec<_> = classes.into_iter().collect();
    sorted.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (name, (count, example)) in sorted {
        let same = |text: &str| refusal(text, &catalog).is_some_and(|error| class(&error) == name);
        let near = refusal(&example, &catalog).and_then(|found| {
            let before = example.get(..found.span.end as usize)?;
            Some(before.chars().rev().take(160).collect::<Vec<_>>().into_iter().rev().collect::<String>())
        });
        println!(
            "{count:5} {name} … {}\n      {}",
            near.unwrap_or_default(),
            shrink(&example, catalog.dialect, same)
        );
    }
    Ok(())
}

fn refusal(sql: &str, catalog: &Catalog) -> Option<Diagnostic> {
    check(sql, catalog).diagnostics.into_iter().find(|found| found.severity == Severity::Error)
}

/// A finding without what it names.
fn class(error: &Diagnostic) -> String {
    let shape = error.message.split('`').step_by(2).collect::<Vec<_>>().join("…");
    format!("[{}] {shape}", error.code.as_str())
}

/// The figures over mutants, and those misspelt names that were told badly.
fn told(accepted: &[&str], catalog: &Catalog, seed: u64) -> Result<(), String> {
    let mut figures = Figures::default();
    let mut bad = BTreeMap::new();
    for (at, sql) in accepted.iter().enumerate() {
        for mutant in mutants(sql, catalog, seed.wrapping_add(at as u64)) {
            let said = check(&mutant.sql, catalog).diagnostics;
            let judged = judge(&mutant, &said);
            figures.add(&mutant, judged);
            let misspelt = mutant.changes.iter().all(|change| change.mistake.is_misspelling());
            let good = judged.place && judged.count && judged.suggestion != Some(false);
            if misspelt && !good {
                let wrong: Vec<String> = mutant
                    .changes
                    .iter()
                    .map(|change| {
                        format!(
                            "{} for {}",
                            &mutant.sql[change.span.start as usize..change.span.end as usize],
                            change.original
                        )
                    })
                    .collect();
                let errors: Vec<String> = said
                    .iter()
                    .filter(|found| found.severity == Severity::Error)
                    .map(|found| {
                        format!(
                            "        {} AT `{}` HELP {:?}",
                            found.message,
                            mutant.sql.get(found.span.start as usize..found.span.end as usize).unwrap_or(""),
                            found.help
                        )
                    })
                    .collect();
                let key = format!(
                    "{:?} place {} count {} suggestion {:?} {}",
                    mutant.changes.first().map(|own| own.mistake),
                    judged.place,
                    judged.count,
                    judged.suggestion,
                    said.first().map_or("accepted", |own| own.code.as_str())
                );
                let entry = bad.entry(key).or_insert((0, String::new()));
                entry.0 += 1;
                if entry.1.is_empty() || mutant.sql.len() < 160 {
                    entry.1 =
                        format!("      {}\n      {}\n{}", wrong.join(", "), mutant.sql, errors.join("\n"));
                }
            }
        }
    }
    println!(
        "{figures}{:?} of misspelt names, {} of pairs",
        figures.misspelt_permille(),
        figures.pairs_permille()
    );
    for (key, (count, example)) in bad {
        println!("{count:5} {key}\n{example}");
    }
    Ok(())
}
