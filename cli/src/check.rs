//! `querent check`: is the cache still true, and which queries would break?

use std::collections::BTreeMap;
use std::process::ExitCode;

use querent_schema::cache::CacheDir;
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::{Diagnostic, Severity};

use crate::diff;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::queries::{self, Found, Queries};
use crate::source;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these sources
    sources: Vec<String>,
    /// Ask no server: is the cache that of querent.toml and the SQL files, and do all queries fit it?
    #[arg(long)]
    offline: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let project = Project::find()?;
    let names = project.sources(&arguments.sources)?;
    let Queries { found, unread } = queries::find(&project)?;
    let mut problems = unread.report();
    for query in found.iter().filter(|q| !project.manifest.config.sources.contains_key(&q.source)) {
        say!("{}:{}: querent.toml has no [source.{}]", query.file.display(), query.line, query.source);
        problems += 1;
    }
    let (mut unchecked, mut warnings) = (0, 0);
    for name in &names {
        let (in_tokens, queries): (Vec<&Found>, Vec<&Found>) =
            found.iter().filter(|q| q.source == *name).partition(|q| q.text.in_tokens);
        for query in &in_tokens {
            let (file, line) = (query.file.display(), query.line);
            say!("{name}: not checked: {file}:{line}: JSON in tokens, which only the compiler can check");
        }
        unchecked += in_tokens.len();
        problems += match check_source(&project, name, &queries, arguments.offline) {
            Ok(found) => {
                warnings += found.warnings;
                found.problems
            }
            Err(failure) => {
                say!("{name}: {failure}");
                1
            }
        };
    }
    match problems {
        0 => {
            let left = match unchecked {
                0 => String::new(),
                n => format!(", {n} of them in tokens and left to the compiler"),
            };
            let warned = match warnings {
                0 => String::new(),
                1 => ", 1 warning".to_owned(),
                n => format!(", {n} warnings"),
            };
            say!("all is well: {} sources, {} queries{left}{warned}", names.len(), found.len());
            Ok(ExitCode::SUCCESS)
        }
        1 => Err(Failure::new("1 problem")),
        n => Err(Failure::new(format!("{n} problems"))),
    }
}

/// How much there is to say of a source and its queries.
#[derive(Debug, Default, PartialEq, Eq)]
struct Findings {
    /// What fails the command.
    problems: usize,
    /// What does not.
    warnings: usize,
}

/// Prints what is found of a source and its queries.
fn check_source(project: &Project, name: &str, queries: &[&Found], offline: bool) -> Result<Findings> {
    let cache = project.cache();
    if let Some(stale) = cache.stale(name) {
        return Err(stale.into());
    }
    let faults = cache.faults(name);
    if !faults.is_empty() {
        faults.iter().for_each(|fault| say!("{name}: {fault}"));
        return Ok(Findings { problems: faults.len(), warnings: 0 });
    }
    let cached = cache.catalog(name)?;
    let Findings { problems: broken, warnings } = report(&cache, name, queries, &cached);
    if offline && !source::is_files(project, name) {
        say!("{name}: {} queries checked against the cache, {broken} refused", queries.len());
        return Ok(Findings { problems: broken, warnings });
    }
    // SQL files are read again: a table's file that is gone or says another thing shows in nothing else.
    let now = source::describe(project, name)?.description;
    let changes = diff::changes(&cache.description(name)?, &now);
    let live = Catalog::from_description(now).map_err(Failure::new)?;
    let users = users(queries, &cached);
    for change in &changes {
        match &change.table {
            None => say!("{name}: {}", change.what),
            Some(path) => {
                say!("{name}: {}: {}", path.join("."), change.what);
                for query in users.get(path).into_iter().flatten() {
                    say!("  used at {}:{}", query.file.display(), query.line);
                }
            }
        }
    }
    let mut breaking = 0;
    for query in queries {
        // What the server said of a query is looked into for both: of its tables the changes were told.
        let [before, after] =
            [&cached, &live].map(|catalog| cache.check(name, &query.text.sql, catalog).checked);
        let error =
            |d: &[Diagnostic]| d.iter().find(|d| d.severity == Severity::Error).map(|d| d.message.clone());
        let reason = match (error(&before.diagnostics), error(&after.diagnostics)) {
            (Some(_), _) => continue,
            (None, Some(message)) => message,
            (None, None) => {
                let shape = |plan: &Option<querent_schema::plan::Plan>| {
                    plan.as_ref().map(|p| {
                        let columns: Vec<_> =
                            p.columns.iter().map(|c| (c.name.clone(), c.ty.clone(), c.nullable)).collect();
                        (columns, p.params.iter().map(|p| p.ty.clone()).collect::<Vec<_>>())
                    })
                };
                if shape(&before.plan) == shape(&after.plan) {
                    continue;
                }
                "its columns or parameters would have other types".into()
            }
        };
        say!("{name}: would break: {}:{}: {reason}", query.file.display(), query.line);
        breaking += 1;
    }
    if !changes.is_empty() {
        let offline = if source::is_files(project, name) { "--offline " } else { "" };
        say!("{name}: {} changes since the last pull; run `querent pull {offline}{name}`", changes.len());
    } else {
        say!("{name}: {} queries checked, the cache is true", queries.len());
    }
    Ok(Findings { problems: broken + breaking + changes.len(), warnings })
}

/// Prints what is to be said of the queries, warnings too: how many are refused, and how many warnings there are.
fn report(cache: &CacheDir, name: &str, queries: &[&Found], catalog: &Catalog) -> Findings {
    let mut all = Findings::default();
    for query in queries {
        let checked = cache.check(name, &query.text.sql, catalog).checked;
        for diagnostic in &checked.diagnostics {
            let rendered = diagnostic.render(&query.text.sql, &query.text.origin());
            say!("{name}: {}", output::titled(diagnostic, &rendered));
        }
        all.count(&checked.diagnostics);
    }
    all
}

impl Findings {
    /// Counts those of one query, which is one problem however many errors it has.
    fn count(&mut self, diagnostics: &[Diagnostic]) {
        let warnings = diagnostics.iter().filter(|d| d.severity == Severity::Warning).count();
        self.problems += usize::from(warnings < diagnostics.len());
        self.warnings += warnings;
    }
}

/// For each table the queries that use it.
fn users<'q>(queries: &[&'q Found], catalog: &Catalog) -> BTreeMap<Vec<String>, Vec<&'q Found>> {
    let mut users: BTreeMap<Vec<String>, Vec<&Found>> = BTreeMap::new();
    for query in queries {
        for table in check(&query.text.sql, catalog).plan.map(|p| p.tables).unwrap_or_default() {
            users.entry(table).or_default().push(query);
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use querent_schema::ast::Span;
    use querent_schema::diagnostic::Code;

    use super::*;

    #[test]
    fn warnings_are_told_and_fail_nothing() {
        let warning = || Diagnostic::warning(Code::DefaultLimit, Span::default(), "few rows");
        let error = || Diagnostic::error(Code::UnknownColumn, Span::default(), "none");
        let mut all = Findings::default();
        all.count(&[]);
        all.count(&[warning(), warning()]);
        assert_eq!(all, Findings { problems: 0, warnings: 2 });
        all.count(&[error(), warning(), error()]);
        assert_eq!(all, Findings { problems: 1, warnings: 3 });
    }
}
