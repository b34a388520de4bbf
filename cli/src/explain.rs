//! `querent explain`: what a query takes and gives, and why.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::ExitCode;

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
    let catalog = catalog(&project, arguments.source.as_deref())?;
    if arguments.jsonl {
        return lines(&catalog);
    }
    let sql = arguments.sql.as_deref().unwrap_or_default();
    let checked = check(sql, &catalog);
    if arguments.json {
        say!("{}", output::json(sql, &checked));
    } else {
        print(sql, &checked);
    }
    Ok(if output::is_ok(&checked) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The catalog of a source: from the cache, or from its SQL files where it was never pulled or changed since.
fn catalog(project: &Project, source: Option<&str>) -> Result<Catalog> {
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
        Ok(catalog) => Ok(catalog),
        // A file that cannot be read is told, for a build reads it too.
        Err(error) if error.code != Code::CacheInvalid && source::is_files(project, name) => {
            let description = source::describe(project, name)?.description;
            Catalog::from_description(description).map_err(Failure::new)
        }
        Err(error) => Err(error.into()),
    }
}

/// Answers the lines of standard input: as many at a time as have arrived, so that a caller who waits for each answer
/// before the next line gets it, and one who sends thousands has all cores at work.
fn lines(catalog: &Catalog) -> Result<ExitCode> {
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
        for answer in answers(&arrived, catalog) {
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
fn answers(lines: &[Vec<u8>], catalog: &Catalog) -> Vec<String> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(lines.len().max(1));
    let all = |lines: &[Vec<u8>]| -> Vec<String> { lines.iter().map(|line| answer(line, catalog)).collect() };
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
fn answer(line: &[u8], catalog: &Catalog) -> String {
    let text = String::from_utf8_lossy(line);
    let (id, body) = match serde_json::from_str::<Value>(&text) {
        _ if text.trim().is_empty() => ("null".to_owned(), output::json_refusal("the line is blank")),
        Ok(request) => {
            let known = || request.get("id").map(Value::to_string);
            let id = raw::member(&text, "id").map(str::to_owned).or_else(known);
            let body = match request.get("sql").and_then(Value::as_str) {
                Some(sql) => output::json_line(sql, &check(sql, catalog)),
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
            table.push_record([
                output::parameter_name(index, param),
                format!("{spread}{ty}"),
                yes_no(param.nullable),
            ]);
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
}
