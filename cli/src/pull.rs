//! `querent pull`: the schema of every source into .sqlcache.

use std::process::ExitCode;

use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::source;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these sources
    sources: Vec<String>,
    /// Only sources made of SQL files; asks no server
    #[arg(long)]
    offline: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let project = Project::find()?;
    let mut names = project.sources(&arguments.sources)?;
    if arguments.offline {
        if let Some(name) = arguments.sources.iter().find(|name| !source::is_files(&project, name)) {
            return Err(Failure::usage(format!(
                "[source.{name}] has a url: it cannot be pulled with --offline"
            )));
        }
        names.retain(|name| source::is_files(&project, name));
    }
    let cache = project.cache();
    let mut failures = Vec::new();
    let mut pulled = Vec::new();
    for name in &names {
        match source::describe(&project, name) {
            Ok(described) => pulled.push((name, described)),
            Err(failure) => failures.push(failure),
        }
    }
    // The configuration first: a source file means nothing without it.
    cache.write_config(&project.manifest.config)?;
    for (name, described) in pulled {
        let written = cache.write(name, &project.manifest.config, &described.description, described.files)?;
        let tables = described.description.tables.len();
        say!(
            "{name}: {tables} tables, {} files changed, {} removed",
            written.changed.len(),
            written.removed.len()
        );
        for note in described.description.notes.iter().chain(&described.skipped) {
            say!("  note: {note}");
        }
        for key in project.manifest.config.unmatched_columns(name, &described.description) {
            say!("  warning: [source.{name}.columns] names `{key}`, which the source does not have");
        }
    }
    for failure in &failures {
        eprintln!("{failure}");
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
