//! `querent explain`: what a query takes and gives, and why.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::ExitCode;

use querent_schema::cache::CacheDir;
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::check::Checked;
use querent_schema::diagnostic::Code;
use serde_json::Value;
use tabled::builder::Builder;
use tabled::settings::Style;

use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::raw;
use crate::source;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The source to check against; may be left out where there is only one
    #[arg(long)]
    source: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Read one {"id": …, "sql": "…"} a line from standard input, answer one line each, in order
    #[arg(long, conflicts_with = "sql")]
    jsonl: bool,
    /// The query
    #[arg(required_unless_present = "jsonl")]
    sql: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let project = Project::find()?;
    let source = Source::open(&project, arguments.source.as_deref())?;
    if arguments.jsonl {
        return lines(&source);
    }
    let sql = arguments.sql.as_deref().unwrap_or_default();
    let checked = source.check(sql);
    if arguments.json {
        say!("{}", output::json(sql, &checked));
    } else {
        print(sql, &checked);
    }
    Ok(if output::is_ok(&checked) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What queries are checked against.
struct Source {
    catalog: Catalog,
    /// Where what its server said is kept, and the source's name; nothing for SQL files that the cache is not made of.
    cached: Option<(CacheDir, String)>,
}

impl Source {
    /// A source from the cache, or from its SQL files where it was never pulled or changed since.
    fn open(project: &Project, source: Option<&str>) -> Result<Source> {
        let known = project.sources(&source.map(str::to_owned).into_iter().collect::<Vec<_>>())?;
        let [name] = &known[..] else {
            return Err(Failure::usage("querent.toml has several sources")
                .help(format!("choose one with --source: {}", known.join(", "))));
        };
        let cache = project.cache();
        let cached = match cache.stale(name) {
            Some(stale) => Err(stale),
            None => cache.catalog(name),
        };
        match cached {
            Ok(catalog) => Ok(Source { catalog, cached: Some((cache, name.clone())) }),
            // A file that cannot be read is told, for a build reads it too.
            Err(error) if error.code != Code::CacheInvalid && source::is_files(project, name) => {
                let description = source::describe(project, name)?.description;
                let catalog = Catalog::from_description(description).map_err(Failure::new)?;
                Ok(Source { catalog, cached: None })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn check(&self, sql: &str) -> Checked {
        match &self.cached {
            Some((cache, name)) => cache.check(name, sql, &self.catalog).checked,
            None => check(sql, &self.catalog),
        }
    }
}

/// Answers the lines of standard input: as many at a time as have arrived, so that a caller who waits for each answer
/// before the next line gets it, and one who sends thousands has all cores at work.
fn lines(source: &Source) -> Result<ExitCode> {
    let failed = |e: std::io::Error| Failure::caused("standard input or output failed", &e);
    let mut input = BufReader::with_capacity(1 << 20, std::io::stdin());
    let mut output = std::io::stdout().lock();
    let mut arrived: Vec<Vec<u8>> = Vec::new();
    loop {
        let mut line = Vec::new();
        let len = input.read_until(b'\n', &mut line).map_err(failed)?;
        if len > 0 {
            arrived.push(line);
        }
        if len > 0 && input.buffer().contains(&b'\n') {
            continue;
        }
        for answer in answers(&arrived, source) {
            writeln!(output, "{answer}").map_err(failed)?;
        }
        output.flush().map_err(failed)?;
        arrived.clear();
        if len == 0 {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// The answers to some lines, in order.
fn answers(lines: &[Vec<u8>], source: &Source) -> Vec<String> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(lines.len().max(1));
    let all = |lines: &[Vec<u8>]| -> Vec<String> { lines.iter().map(|line| answer(line, source)).collect() };
    if threads == 1 {
        return all(lines);
    }
    std::thread::scope(|scope| {
        let parts = lines.chunks(lines.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| (part, scope.spawn(move || all(part)))).collect();
        // A part whose thread could not finish is answered here, where the reason shows.
        parts.into_iter().flat_map(|(part, thread)| thread.join().unwrap_or_else(|_| all(part))).collect()
    })
}

/// The answer to one line, with its id first, in the digits and escapes in which it came.
fn answer(line: &[u8], source: &Source) -> String {
    let text = String::from_utf8_lossy(line);
    let (id, body) = match serde_json::from_str::<Value>(&text) {
        _ if text.trim().is_empty() => ("null".to_owned(), output::json_refusal("the line is blank")),
        Ok(request) => {
            let known = || request.get("id").map(Value::to_string);
            let id = raw::member(&text, "id").map(str::to_owned).or_else(known);
            let body = match request.get("sql").and_then(Value::as_str) {
                Some(sql) => output::json_line(sql, &source.check(sql)),
                None => output::json_refusal("the line has no text `sql`"),
            };
            (id.unwrap_or_else(|| "null".to_owned()), body)
        }
        Err(e) => ("null".to_owned(), output::json_refusal(&format!("the line is no JSON: {e}"))),
    };
    // The body is an object of several members: the id goes in front of them.
    let body = body.to_string();
    format!("{{\"id\":{id},{}", &body[1..])
}

fn print(sql: &str, checked: &Checked) {
    for diagnostic in &checked.diagnostics {
        say!("{}\n", output::render(diagnostic, "query", sql));
    }
    let Some(plan) = &checked.plan else { return };
    let unknown = || String::from("unknown");
    let yes_no = |yes: bool| String::from(if yes { "yes" } else { "no" });
    if !plan.params.is_empty() {
        let mut table = Builder::default();
        table.push_record(["parameter", "type", "may be NULL"]);
        for (index, param) in plan.params.iter().enumerate() {
            let ty = param.ty.as_ref().map_or_else(unknown, ToString::to_string);
            let spread = if param.spread { "list of " } else { "" };
            table.push_record([param.shown(index), format!("{spread}{ty}"), yes_no(param.nullable)]);
        }
        say!("{}\n", table.build().with(Style::psql()));
    }
    if !plan.columns.is_empty() {
        let mut table = Builder::default();
        table.push_record(["column", "type", "may be NULL", "why"]);
        for column in &plan.columns {
            let ty = column.ty.as_ref().map_or_else(unknown, ToString::to_string);
            table.push_record([column.name.clone(), ty, yes_no(column.nullable), column.why.clone()]);
        }
        say!("{}\n", table.build().with(Style::psql()));
    }
    let tables: Vec<String> = plan.tables.iter().map(|path| path.join(".")).collect();
    say!("tables: {}", if tables.is_empty() { "none".to_owned() } else { tables.join(", ") });
    say!("effect: {:?}", plan.effect);
    say!(
        "routing: {}",
        plan.key.as_ref().map_or_else(|| "any node".to_owned(), |key| key.shown(&plan.params))
    );
}
