//! Statements of the generator, over its schemas, and mutants of them.
//!
//! A script has one schema and one seed of its own, so that many can be asked at once and each can be asked again.

use querent_generator::{Generated, Generator, mutants, schemas};
use querent_schema::catalog::Catalog;
use querent_schema::diagnostic::Severity;
use querent_schema::parse::split;
use querent_schema::{check, dialect};
use querent_types::SqlType;

use super::{Case, Corpus, Script};

/// Statements of one script: few enough that a failure is found soon, many enough that making tables costs little.
const SCRIPT_LEN: usize = 200;

/// `count` statements in a dialect, spread over the schemas that it has.
///
/// # Errors
/// A schema that the dialect does not read.
pub fn statements(dialect: &str, count: usize) -> Result<Corpus, String> {
    let scripts = of_schemas(dialect, count, |made, _, _| vec![made.sql.clone()])?;
    Ok(Corpus { name: "generated".to_owned(), scripts })
}

/// As many statements with one mistake each, made in statements that the checker takes, and given the values that these
/// take. The engine says which must fail.
///
/// # Errors
/// A schema that the dialect does not read.
pub fn mistakes(dialect: &str, count: usize) -> Result<Corpus, String> {
    let scripts = of_schemas(dialect, count, |made, catalog, seed| {
        let checked = check::check(&made.sql, catalog);
        if checked.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            return Vec::new();
        }
        mutants(&made.sql, catalog, seed).into_iter().map(|mutant| mutant.sql).collect()
    })?;
    Ok(Corpus { name: "mutants".to_owned(), scripts })
}

fn of_schemas(
    dialect: &str,
    count: usize,
    made_of: impl Fn(&Generated, &Catalog, u64) -> Vec<String>,
) -> Result<Vec<Script>, String> {
    let own = schemas::of_dialect(dialect);
    let found = dialect::by_name(dialect).ok_or_else(|| format!("there is no dialect {dialect}"))?;
    let each = count.div_ceil(own.len().max(1));
    let mut scripts = Vec::new();
    for schema in own {
        let catalog = schema.catalog(dialect)?;
        let statement = |text: querent_schema::parse::StatementText| {
            schema.ddl.get(text.span.start as usize..text.span.end as usize).unwrap_or_default()
        };
        let setup: Vec<Case> = (split(schema.ddl, found).into_iter().enumerate())
            .map(|(i, text)| Case::setup(format!("table {}", i + 1), statement(text)))
            .collect();
        let mut generator = Generator::new(&catalog, 0);
        for seed in 0..each.div_ceil(SCRIPT_LEN) as u64 {
            generator.restart(seed);
            let texts = generator.by_ref().flat_map(|made| {
                let given: Vec<SqlType> = made.params.iter().map(|param| param.ty.clone()).collect();
                let asked = |sql| Case { given: Some(given.clone()), ..Case::ask("", sql) };
                made_of(&made, &catalog, seed).into_iter().map(asked).collect::<Vec<_>>()
            });
            let len = SCRIPT_LEN.min(each - seed as usize * SCRIPT_LEN);
            let asked = texts.take(len).enumerate().map(|(i, case)| Case { at: (i + 1).to_string(), ..case });
            let cases = setup.iter().cloned().chain(asked).collect();
            scripts.push(Script { name: format!("{} seed {seed}", schema.name), cases });
        }
    }
    Ok(scripts)
}
