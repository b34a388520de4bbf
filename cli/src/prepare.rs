//! `querent prepare`: asks the live servers what every query really takes and gives.
//!
//! A disagreement with what the checker inferred is an error, told with the place and both answers. What the checker does
//! not know is recorded in the cache. A backend takes part by a function in [`open`]; the comparison knows none of them.

use std::collections::BTreeMap;
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use querent_core::Backend as _;
use querent_ignite::Ignite;
use querent_picodata::Picodata;
use querent_pinot::Pinot;
use querent_schema::answer::compare::{Comparison, compare, compare_origins};
use querent_schema::answer::statement::Statement;
use querent_schema::answer::without_rows::without_rows;
use querent_schema::answer::{self, statement};
use querent_schema::cache::{RecordedAnswer, backend_of_url};
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::check::Checked;
use querent_schema::dialect::Dialect;
use querent_schema::plan::Plan;
use querent_types::StatementAnswer;

use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::queries::{self, Found, Queries};
use crate::source;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these sources
    sources: Vec<String>,
}

/// The outer error is that nobody could be asked.
type Answered = querent_core::Result<std::result::Result<StatementAnswer, String>>;

/// Someone to ask what a statement takes and gives.
trait Asker {
    /// What the server says of a statement; the inner error is its words where it refuses it. `hinted` is the dialect that
    /// the statement names by a hint.
    fn ask(&mut self, statement: &Statement, plan: &Plan, hinted: Option<&str>) -> Answered;

    /// Of the statement that was asked about last, the table and the column that each column of its result is, as far as the
    /// server's plan tells.
    fn origins(&self) -> &[Option<(String, String)>] {
        &[]
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let project = Project::find()?;
    let names = project.sources(&arguments.sources)?;
    let Queries { found, unread } = queries::find(&project)?;
    let mut problems = unread.report();
    for name in &names {
        let queries: Vec<&Found> = found.iter().filter(|query| query.source == *name).collect();
        problems += match prepare(&project, name, &queries, !arguments.sources.is_empty()) {
            Ok(problems) => problems,
            Err(failure) => {
                say!("{name}: {failure}");
                1
            }
        };
    }
    match problems {
        0 => Ok(ExitCode::SUCCESS),
        1 => Err(Failure::new("1 problem")),
        n => Err(Failure::new(format!("{n} problems"))),
    }
}

/// How many problems there are with a source and its queries. `is_named` is whether the user asked for this source.
fn prepare(project: &Project, name: &str, queries: &[&Found], is_named: bool) -> Result<usize> {
    let Some(url) = project.url(name)? else {
        if is_named {
            return Err(Failure::new(format!(
                "[source.{name}] is made of SQL files: there is no server to ask"
            )));
        }
        return Ok(0);
    };
    let cache = project.cache();
    if let Some(stale) = cache.stale(name) {
        return Err(stale.into());
    }
    let catalog = cache.catalog(name)?;
    let Some(mut asker) = open(name, &url, &catalog)? else {
        say!("{name}: servers of this backend are not asked; the checker's answers stand alone");
        return Ok(0);
    };
    let (mut problems, mut recorded) = (0, Vec::new());
    for query in queries {
        let place = format!("{}:{}", query.file.display(), query.line);
        let outcome = one(asker.as_mut(), query, &catalog)
            .map_err(|error| Failure::caused(format!("{place}: the server cannot be asked"), &error))?;
        match outcome {
            Outcome::Agrees(notes) => {
                notes.iter().for_each(|note| say!("{name}: {place}: note: {note}"));
            }
            Outcome::Unknown(answer, notes) => {
                notes.iter().for_each(|note| say!("{name}: {place}: note: {note}"));
                recorded.push(answer);
            }
            Outcome::Disagrees(what) => {
                problems += 1;
                what.iter().for_each(|what| say!("{name}: {place}: {what}"));
            }
        }
    }
    let written = cache.write_answers(name, &recorded)?;
    say!(
        "{name}: {} queries asked, {problems} disagree, {} recorded ({} files changed, {} removed)",
        queries.len(),
        recorded.len(),
        written.changed.len(),
        written.removed.len()
    );
    Ok(problems)
}

enum Outcome {
    Agrees(Vec<String>),
    /// The checker does not know all of it.
    Unknown(RecordedAnswer, Vec<String>),
    Disagrees(Vec<String>),
}

fn one(asker: &mut dyn Asker, query: &Found, catalog: &Catalog) -> querent_core::Result<Outcome> {
    let hinted = catalog.hinted(&query.text.sql);
    let dialect = hinted.as_ref().map(|catalog| catalog.dialect.name);
    let catalog = hinted.as_ref().unwrap_or(catalog);
    let checked = check(&query.text.sql, catalog);
    let rendered = |checked: &Checked| -> Vec<String> {
        checked.diagnostics.iter().map(|d| d.render(&query.text.sql, &query.text.origin())).collect()
    };
    let plan = match &checked.plan {
        Some(plan) if output::is_ok(&checked) || answer::is_open(&checked) => plan.clone(),
        _ => return Ok(Outcome::Disagrees(rendered(&checked))),
    };
    let statement = statement::whole(&plan);
    let answered = match asker.ask(&statement, &plan, dialect)? {
        Ok(answered) => answered,
        Err(message) => {
            // Of a function that neither of the two knows the checker has something to propose.
            let mut what: Vec<String> = if output::is_ok(&checked) { Vec::new() } else { rendered(&checked) };
            let takes = if what.is_empty() { "the checker takes the query, the" } else { "the" };
            what.push(format!("{takes} server refuses it: {message}"));
            return Ok(Outcome::Disagrees(what));
        }
    };
    let Comparison { mut disagreements, notes, is_unknown } =
        compare(&plan, &statement.parameters, &answered);
    disagreements.extend(compare_origins(&plan, asker.origins()));
    if !disagreements.is_empty() {
        return Ok(Outcome::Disagrees(disagreements.into_iter().map(|found| found.what).collect()));
    }
    if !is_unknown {
        return Ok(Outcome::Agrees(notes));
    }
    let agreed = answer::agreed(&checked, &answered);
    let settled = answer::settle(checked, catalog, &agreed);
    if !output::is_ok(&settled) {
        return Ok(Outcome::Disagrees(rendered(&settled)));
    }
    let recorded = RecordedAnswer { sql: statement.sql, tables: plan.tables, answer: agreed };
    Ok(Outcome::Unknown(recorded, notes))
}

/// Connects to a source's server; `None` for a backend whose servers are not asked.
fn open(name: &str, url: &str, catalog: &Catalog) -> Result<Option<Box<dyn Asker>>> {
    let backend = backend_of_url(url).map_err(|e| Failure::from(vec![e]))?;
    match backend {
        "ignite" => ignite(name, url, &catalog.source.options).map(Some),
        "picodata" => picodata(name, url, &catalog.source.options).map(Some),
        "pinot" => pinot(name, url, catalog).map(Some),
        _ => Ok(None),
    }
}

/// Asks on one connection, a question at a time.
struct Blocking<D> {
    runtime: tokio::runtime::Runtime,
    describer: D,
}

/// No statement takes longer to plan.
const LIMIT: Duration = Duration::from_secs(60);

impl Asker for Blocking<querent_ignite::Describer> {
    fn ask(&mut self, statement: &Statement, _: &Plan, hinted: Option<&str>) -> Answered {
        self.runtime.block_on(self.describer.statement(&statement.sql, hinted))
    }
}

/// An instance of Picodata, and where its plan takes the columns of the last statement from.
struct Instance {
    describer: querent_picodata::Describer,
    origins: Vec<Option<(String, String)>>,
}

/// Its parameters have numbers, of which it tells each once.
impl Asker for Blocking<Instance> {
    fn ask(&mut self, statement: &Statement, _: &Plan, _: Option<&str>) -> Answered {
        let (sql, places) = statement.numbered();
        self.describer.origins.clear();
        let answered = match self.runtime.block_on(self.describer.describer.statement(&sql))? {
            Ok(answered) => answered,
            Err(refused) => return Ok(Err(refused)),
        };
        let origins = answered.origins.into_iter();
        self.describer.origins = origins.map(|origin| origin.map(|o| (o.table, o.column))).collect();
        let mut answer = answered.answer;
        let distinct = places.iter().max().map_or(0, |last| last + 1);
        // Of another number of parameters the comparison tells.
        if let Some(told) = answer.parameters.as_mut().filter(|told| told.len() == distinct) {
            *told = places.iter().map(|place| told[*place].clone()).collect();
        }
        Ok(Ok(answer))
    }

    fn origins(&self) -> &[Option<(String, String)>] {
        &self.describer.origins
    }
}

/// A cluster, and the dialect in which it is asked.
struct Cluster {
    describer: querent_pinot::Describer,
    dialect: &'static Dialect,
}

/// A query is run without rows, with a value of its type for each parameter: once as it is, for the verdict, and where the
/// engine needs something to read for its types, once with all rows passing.
impl Asker for Blocking<Cluster> {
    fn ask(&mut self, statement: &Statement, plan: &Plan, _: Option<&str>) -> Answered {
        let Cluster { describer, dialect } = &mut self.describer;
        // A parameter of no known type is what the checker reports itself.
        if plan.params.iter().any(|param| param.ty.is_none()) {
            return Ok(Ok(StatementAnswer::default()));
        }
        let sql = match statement.sampled(plan, |ty| describer.sample(ty)) {
            Ok(sql) => sql,
            Err(unwritten) => return Ok(Err(unwritten)),
        };
        let Some(texts) = without_rows(&sql, dialect) else {
            return self.runtime.block_on(describer.statement(&sql));
        };
        let whole = self.runtime.block_on(describer.statement(&texts.whole))?;
        match texts.unfiltered {
            Some(unfiltered) if whole.is_ok() && describer.reads_for_types() => {
                self.runtime.block_on(describer.statement(&unfiltered))
            }
            _ => Ok(whole),
        }
    }
}

/// An Ignite node, for the engine and zone that the cache was pulled with.
fn ignite(name: &str, url: &str, options: &BTreeMap<String, String>) -> Result<Box<dyn Asker>> {
    let options = Ignite::options(url)
        .and_then(|url| Ignite::of_source(url, &source::pairs(options)))
        .map_err(|e| unasked(name, &e))?;
    Ok(Box::new(opened(name, querent_ignite::Describer::open(&options))?))
}

/// An instance of a Picodata cluster.
fn picodata(name: &str, url: &str, options: &BTreeMap<String, String>) -> Result<Box<dyn Asker>> {
    let options = Picodata::options(url)
        .and_then(|url| Picodata::of_source(url, &source::pairs(options)))
        .map_err(|e| unasked(name, &e))?;
    let Blocking { runtime, describer } = opened(name, querent_picodata::Describer::open(&options))?;
    Ok(Box::new(Blocking { runtime, describer: Instance { describer, origins: Vec::new() } }))
}

/// A Pinot cluster, for the engine and null handling that the cache was pulled with.
fn pinot(name: &str, url: &str, catalog: &Catalog) -> Result<Box<dyn Asker>> {
    let options = Pinot::options(url)
        .and_then(|url| Pinot::of_source(url, &source::pairs(&catalog.source.options)))
        .map_err(|e| unasked(name, &e))?;
    let Blocking { runtime, describer } = opened(name, querent_pinot::Describer::open(&options))?;
    Ok(Box::new(Blocking { runtime, describer: Cluster { describer, dialect: catalog.dialect } }))
}

/// Connects, in a runtime of its own.
fn opened<D>(name: &str, open: impl Future<Output = querent_core::Result<D>>) -> Result<Blocking<D>> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::caused("no async runtime", &e))?;
    let describer = runtime
        .block_on(async { tokio::time::timeout(LIMIT, open).await })
        .map_err(|_| Failure::new(format!("source `{name}` did not answer within {LIMIT:?}")))?;
    let describer = describer.map_err(|e| unasked(name, &e))?;
    Ok(Blocking { runtime, describer })
}

fn unasked(name: &str, error: &querent_core::Error) -> Failure {
    Failure::caused(format!("the server of source `{name}` cannot be asked"), error)
}
