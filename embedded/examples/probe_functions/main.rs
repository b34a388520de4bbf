//! Asks DataFusion what its functions take and give, and writes `schema/src/dialect/datafusion/functions.tsv`.
//!
//! `cargo run -p querent-embedded --example probe_functions` writes the file; with `-- --check` it compares the
//! dialect's answers with the engine's over a sample of calls of every function instead, and fails where they part.

mod check;
mod engine;
mod fit;
mod lattice;
mod names;
mod nulls;
mod operators;
mod signature;
mod values;

use std::path::Path;

use datafusion::arrow::datatypes::DataType;
use engine::Function;
use fit::Example;
use lattice::sql_type;

fn main() {
    // Some functions panic on types that their signatures let through: a refusal like any other.
    std::panic::set_hook(Box::new(|_| {}));
    if std::env::args().any(|argument| argument == "--check") {
        let names = names::run();
        let operators = operators::run(1);
        let functions = check::run(1);
        std::process::exit(i32::from(!(names && operators && functions)));
    }
    let mut lines = vec![format!(
        "# The functions of DataFusion {}: kind, name, aliases, signature, returns, nulls, rejects.",
        datafusion::DATAFUSION_VERSION
    )];
    lines.extend(engine::registry().iter().map(line));
    let lambdas = engine::lambda_functions();
    let listed: Vec<&str> = LAMBDA_FUNCTIONS.iter().map(|(name, _)| *name).collect();
    let found: Vec<&str> = lambdas.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(listed, found, "the functions that take a lambda");
    lines.extend(LAMBDA_FUNCTIONS.iter().zip(&lambdas).map(|((name, result), (_, aliases))| {
        format!("scalar\t{name}\t{}\trule(lambda_over_list, 2)\t{result}", aliases.join(" "))
    }));
    lines[1..].sort_by_cached_key(|line| line.split('\t').take(2).map(str::to_owned).collect::<Vec<_>>());
    let tables = engine::table_functions();
    assert_eq!(tables, TABLE_FUNCTIONS, "the table functions");
    lines.extend(TABLE_FUNCTIONS.map(|name| format!("table\t{name}\t\t{SERIES}")));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/src/dialect/datafusion/functions.tsv");
    std::fs::write(&path, lines.join("\n") + "\n").expect("the data file is written");
    println!("{} functions", lines.len() - 1);
}

/// Functions whose result is code in the dialect, because it depends on a literal or on all arguments at once.
const RULES: [(&str, &str); 21] = [
    ("array_concat", "array_concat"),
    ("arrays_zip", "arrays_zip"),
    ("arrow_cast", "arrow_cast"),
    ("arrow_try_cast", "arrow_cast"),
    ("cast_to_type", "cast_to_type"),
    ("date_part", "date_part"),
    ("from_unixtime", "from_unixtime"),
    ("get_field", "get_field"),
    ("make_array", "make_array"),
    ("map", "map"),
    ("named_struct", "named_struct"),
    ("round", "round"),
    ("struct", "struct"),
    ("try_cast_to_type", "cast_to_type"),
    ("union_extract", "union_extract"),
    ("flatten", "flatten"),
    ("lag", "lag"),
    ("lead", "lag"),
    ("log", "log"),
    ("map_entries", "map_entries"),
    ("with_metadata", "with_metadata"),
];

/// Functions that take a lambda: how they use it the engine says in code only. The lambda's operand is the type of its
/// body.
const LAMBDA_FUNCTIONS: [(&str, &str); 4] = [
    ("array_any_match", "Boolean\tstrict\t0"),
    ("array_filter", "$0\tfirst\t0"),
    ("array_first", "$0.item\talways\t0"),
    ("array_transform", "rule(array_transform)\tfirst\t0"),
];

/// Table functions: the engine gives no signature to read, only code that looks at literals. The result is the struct
/// of the columns.
const TABLE_FUNCTIONS: [&str; 2] = ["generate_series", "range"];
const SERIES: &str = "exact(Int64); exact(Int64, Int64); exact(Int64, Int64, Int64); \
    exact(Date32, Date32, Interval(MonthDayNano)); exact(Timestamp(ns), Timestamp(ns), Interval(MonthDayNano)); \
    exact(Timestamp(ns, \"+TZ\"), Timestamp(ns, \"+TZ\"), Interval(MonthDayNano))\trule(series)\tnever";

fn line(function: &Function) -> String {
    let mut examples: Vec<Example> = Vec::new();
    let rule = RULES.iter().find(|(name, _)| *name == function.name());
    let mut counts = Vec::new();
    let mut signatures: Vec<Vec<DataType>> = Vec::new();
    let mut shorter: Vec<Vec<DataType>> = Vec::new();
    for count in 0..=signature::LONGEST {
        let mut accepted = Vec::new();
        for types in lattice::lists(count, &shorter, 1500, count as u64) {
            if let Some(answer) = function.plan(&types, &vec![None; count], true) {
                let coerced: Vec<_> = answer.coerced.iter().map(sql_type).collect();
                examples.push((coerced, Some(sql_type(&answer.result))));
                signatures.push(answer.coerced);
                accepted.push(types);
            } else if let Some(coerced) = function.coerced_then_refused(&types) {
                if rule.is_some() {
                    // It wants a literal, which the runs give it.
                    signatures.push(coerced.clone());
                }
                examples.push((coerced.iter().map(sql_type).collect(), None));
            }
        }
        if !accepted.is_empty() {
            counts.push(count);
        }
        shorter = accepted;
    }
    examples.sort();
    examples.dedup();
    signatures.sort_by_cached_key(|types| format!("{types:?}"));
    signatures.dedup();
    let returns = match rule {
        Some((_, rule)) => format!("rule({rule})"),
        None => fit::fit(&examples).unwrap_or_else(|| {
            eprintln!("no rule fits {} {} ({} examples)", function.kind(), function.name(), examples.len());
            for example in examples.iter().take(12) {
                eprintln!(
                    "    {} -> {}",
                    example.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                    example.1.as_ref().map_or("refused".to_owned(), ToString::to_string)
                );
            }
            "rule(unknown)".to_owned()
        }),
    };
    let signature = signature::text(function.name(), &function.signature().type_signature, &counts);
    let aliases = function.aliases().join(" ");
    let nulls = nulls::rule(function, &signatures);
    let rejects = nulls::rejects(function, &signatures);
    let line =
        [function.kind(), function.name(), &aliases, &signature, &returns, &nulls, &rejects].join("\t");
    // An empty last cell is left out.
    line.trim_end_matches('\t').to_owned()
}

#[cfg(test)]
mod tests {
    //! A part of `--check`, for every landing.

    use querent_schema::dialect::DATAFUSION;

    use super::*;

    /// One call in so many.
    const EVERY: usize = 13;

    #[test]
    fn names_and_literals_agree() {
        assert!(names::run());
    }

    #[test]
    fn operators_agree() {
        assert!(operators::run(EVERY));
    }

    #[test]
    fn functions_agree() {
        assert!(check::run(EVERY));
    }

    #[test]
    fn the_data_names_the_registry_and_nothing_else() {
        let registry = engine::registry();
        let mut expected: Vec<String> = registry
            .iter()
            .flat_map(|function| [vec![function.name().to_owned()], function.aliases()].concat())
            .chain(
                engine::lambda_functions()
                    .into_iter()
                    .flat_map(|(name, aliases)| [vec![name], aliases].concat()),
            )
            .chain(engine::table_functions())
            .collect();
        expected.sort();
        let names = (DATAFUSION.functions)().names();
        let found: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        assert_eq!(found, expected);
    }
}
