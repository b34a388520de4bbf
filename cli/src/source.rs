//! What a source says now: asked of its server, or read from its files (SQL, and Pinot's own JSON).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use querent_core::Backend as _;
use querent_flight::{Flight, FlightOptions};
use querent_ignite::Ignite;
use querent_picodata::Picodata;
use querent_pinot::{Pinot, PinotOptions};
use querent_schema::cache::backend_of_url;
use querent_schema::ddl;
use querent_types::{NullabilityTrust, ServerIdentity, SourceDescription};

use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::views;

/// A source as it is now.
pub(crate) struct Described {
    pub(crate) description: SourceDescription,
    /// Its SQL files with their hashes; empty for a server.
    pub(crate) files: BTreeMap<String, String>,
    /// What was skipped in its SQL files. Not part of the cache, for lines move.
    pub(crate) skipped: Vec<String>,
}

/// Whether a source is made of SQL files.
pub(crate) fn is_files(project: &Project, name: &str) -> bool {
    project.manifest.config.sources.get(name).is_some_and(|s| !s.schema.is_empty())
}

/// Describes a source.
pub(crate) fn describe(project: &Project, name: &str) -> Result<Described> {
    let config = project
        .manifest
        .config
        .sources
        .get(name)
        .ok_or_else(|| Failure::new(format!("querent.toml has no [source.{name}]")))?;
    let mut described = match project.url(name)? {
        Some(url) => Described {
            description: from_server(&project.root, name, &url, &config.options)?,
            files: BTreeMap::new(),
            skipped: Vec::new(),
        },
        None => from_files(project, name)?,
    };
    let description = &mut described.description;
    views::refine(description);
    description.options.extend(config.options.clone());
    match config.options.get("nullability").map(String::as_str) {
        Some("trusted") => description.nullability = NullabilityTrust::Trusted,
        Some(_) => description.nullability = NullabilityTrust::Untrusted,
        None => {}
    }
    Ok(described)
}

/// What a server says. `options` are those of querent.toml that belong to the source.
fn from_server(
    root: &Path,
    name: &str,
    url: &str,
    options: &BTreeMap<String, String>,
) -> Result<SourceDescription> {
    let backend = backend_of_url(url).map_err(|e| Failure::from(vec![e]))?;
    let source: Vec<(&str, &str)> = options.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let failed = |e: querent_core::Error| Failure::caused(format!("source `{name}` cannot be described"), &e);
    match backend {
        "flight" => {
            // A path is relative to querent.toml, wherever the command is run.
            let url = match url.strip_prefix("embedded:") {
                Some(path) => format!("embedded:{}", root.join(path).display()),
                None => url.to_owned(),
            };
            let options = FlightOptions::parse(&url).and_then(|url| Flight::of_source(url, &source));
            wait(name, querent_flight::describe(&options.map_err(failed)?))?.map_err(failed)
        }
        "ignite" => {
            let options = Ignite::options(url).and_then(|url| Ignite::of_source(url, &source));
            wait(name, querent_ignite::describe(&options.map_err(failed)?))?.map_err(failed)
        }
        "picodata" => {
            let options = Picodata::options(url).and_then(|url| Picodata::of_source(url, &source));
            wait(name, querent_picodata::describe(&options.map_err(failed)?))?.map_err(failed)
        }
        "pinot" => {
            let options = PinotOptions::parse(url).and_then(|url| Pinot::of_source(url, &source));
            wait(name, querent_pinot::describe(&options.map_err(failed)?))?.map_err(failed)
        }
        other => Err(Failure::new(format!(
            "[source.{name}]: `querent pull` does not ask servers of the backend {other} yet"
        ))
        .help("describe its tables in SQL files: `dialect` and `schema = [\"ddl/*.sql\"]` instead of `url`")),
    }
}

/// A source's options as drivers take them.
pub(crate) fn pairs(options: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    options.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// Runs what asks a server, for a bounded time.
fn wait<T>(name: &str, work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::caused("no async runtime", &e))?;
    let limit = Duration::from_secs(120);
    runtime
        .block_on(async { tokio::time::timeout(limit, work).await })
        .map_err(|_| Failure::new(format!("source `{name}` did not answer within {limit:?}")))
}

fn from_files(project: &Project, name: &str) -> Result<Described> {
    let config = &project.manifest.config.sources[name];
    let dialect = config.dialect.as_deref().and_then(querent_schema::dialect::by_name).ok_or_else(|| {
        Failure::new(format!("[source.{name}]: the dialect {:?} cannot be checked yet", config.dialect))
    })?;
    let files = ddl::read(&project.root, &config.schema)
        .map_err(|e| Failure::new(format!("[source.{name}]: `{}` {}", e.name, e.reason)))?;
    let evaluated = ddl::evaluate_with(&files, dialect, &config.options);
    for finding in &evaluated.findings {
        let text = files.iter().find(|f| f.name == finding.file).map_or("", |f| &f.text);
        eprintln!("{}", output::render(&finding.diagnostic, &finding.file, text));
    }
    if evaluated.has_errors() {
        return Err(Failure::new(format!("[source.{name}]: its schema files have errors")));
    }
    let skipped = evaluated.notes.iter().map(|n| format!("{}:{}: {}", n.file, n.line, n.text)).collect();
    let mut description = evaluated.source;
    description.server = config
        .version
        .as_ref()
        .map(|version| ServerIdentity { name: description.backend.clone(), version: version.clone() });
    Ok(Described { description, files: ddl::hashes(&files), skipped })
}
