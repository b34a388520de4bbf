//! Plans and findings as the case files hold them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use querent_schema::ast::Span;
use querent_schema::catalog::Catalog;
use querent_schema::ddl::{File, evaluate};
use querent_schema::diagnostic::{Diagnostic, Origin, Severity};
use querent_schema::plan::{Column, Effect, Param, Plan};
use querent_schema::{check, dialect};

/// Runs every topic of a folder of `tests/` and compares what it says with the topic's `expected`, which `BLESS=1` writes.
/// `run` gives how many cases a topic has and what is said of them; gives how many there are in all.
#[track_caller]
pub(crate) fn hold(folder: &str, run: impl Fn(&Path) -> (usize, String)) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut topics: Vec<PathBuf> =
        std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    topics.sort();
    let (mut cases, mut wrong) = (0, Vec::new());
    for topic in &topics {
        let (count, answer) = run(topic);
        cases += count;
        let expected = topic.join("expected");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected, &answer).unwrap();
        }
        let said = std::fs::read_to_string(&expected).unwrap_or_default();
        if let Some(difference) = first_difference(&said, &answer) {
            wrong.push(format!("{}:{difference}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nrun again with BLESS=1 where the change is right", wrong.join("\n"));
    cases
}

/// The catalog of a topic's `schema`, which is DDL of a dialect.
pub(crate) fn schema(topic: &Path, dialect: &str) -> Catalog {
    let text = std::fs::read_to_string(topic.join("schema")).unwrap();
    catalog(&topic.join("schema").display().to_string(), text, dialect)
}

/// The catalog of a text of DDL.
pub(crate) fn catalog(name: &str, text: String, dialect: &str) -> Catalog {
    let dialect = dialect::by_name(dialect).unwrap_or_else(|| panic!("there is no dialect {dialect}"));
    let evaluated = evaluate(&[File { name: name.to_owned(), text }], dialect);
    assert!(!evaluated.has_errors(), "{name}: {:?}", evaluated.findings);
    Catalog::from_description(evaluated.source).unwrap()
}

/// The statements of a topic's `query`, which empty lines separate.
pub(crate) fn statements(topic: &Path) -> Vec<String> {
    let queries = std::fs::read_to_string(topic.join("query")).unwrap();
    let texts = queries.split("\n\n").map(|text| text.trim_matches('\n'));
    texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// A finding as `querent explain` prints it.
pub(crate) fn printed(found: &Diagnostic, text: &str) -> String {
    let severity = if found.severity == Severity::Error { "error" } else { "warning" };
    format!("{severity}[{}]: {}", found.code.as_str(), found.render(text, &Origin::file("query.sql", text)))
}

/// What the checker says of a text: findings, and the plan where it is not refused.
pub(crate) fn describe(text: &str, catalog: &Catalog, out: &mut String) {
    let checked = check(text, catalog);
    for diagnostic in &checked.diagnostics {
        finding(text, diagnostic, out);
    }
    let refused = checked.diagnostics.iter().any(|found| found.severity == Severity::Error);
    let Some(plan) = checked.plan.filter(|_| !refused) else { return };
    plan_lines(&plan, out);
}

fn plan_lines(plan: &Plan, out: &mut String) {
    match plan.effect {
        Effect::Read => {}
        Effect::Write => out.push_str("  writes\n"),
        Effect::Define => out.push_str("  defines\n"),
    }
    plan.params.iter().enumerate().for_each(|(i, param)| param_line(i, param, out));
    plan.columns.iter().for_each(|column| column_line(column, out));
    for result in &plan.results {
        writeln!(out, "  {} gives {:?}", result.command, result.kind).unwrap();
        result.columns.iter().for_each(|column| column_line(column, out));
    }
    for table in &plan.tables {
        writeln!(out, "  table {}", table.join(".")).unwrap();
    }
}

fn param_line(i: usize, param: &Param, out: &mut String) {
    let name = param.name.clone().unwrap_or_else(|| format!("${}", i + 1));
    let ty = param.ty.as_ref().map_or("?".to_owned(), |ty| ty.to_string());
    let null = if param.nullable { "" } else { " not null" };
    let spread = if param.spread { " spread" } else { "" };
    let section = param.section.map_or(String::new(), |section| format!(" in section {section}"));
    writeln!(out, "  param {name} {ty}{null}{spread}{section}").unwrap();
}

fn column_line(column: &Column, out: &mut String) {
    let ty = column.ty.as_ref().map_or("?".to_owned(), |ty| ty.to_string());
    let null = if column.nullable { "" } else { " not null" };
    let origin = match &column.origin {
        Some((table, name)) => format!(" = {}.{name}", table.join(".")),
        None => String::new(),
    };
    let over = match column.over.as_ref().and_then(|over| over.rust_type.as_ref()) {
        Some(rust_type) => format!(" as {rust_type}"),
        None => String::new(),
    };
    writeln!(out, "  column {:?} {ty}{null}{over}{origin} -- {}", column.name, column.why).unwrap();
}

fn finding(text: &str, diagnostic: &Diagnostic, out: &mut String) {
    let shown =
        |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or("<outside>").to_owned();
    let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
    writeln!(
        out,
        "  {severity}[{}] at `{}`: {}",
        diagnostic.code.as_str(),
        shown(diagnostic.span),
        diagnostic.message
    )
    .unwrap();
    if !diagnostic.label.is_empty() {
        writeln!(out, "    label: {}", diagnostic.label).unwrap();
    }
    for (span, words) in &diagnostic.related {
        writeln!(out, "    at `{}`: {words}", shown(*span)).unwrap();
    }
    for note in &diagnostic.notes {
        writeln!(out, "    note: {note}").unwrap();
    }
    if let Some(help) = &diagnostic.help {
        writeln!(out, "    help: {help}").unwrap();
    }
}

/// The first line that differs; `None` where none does.
fn first_difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let (mut old, mut new) = (expected.lines(), actual.lines());
    let mut line = 1;
    loop {
        match (old.next(), new.next()) {
            (None, None) => return Some(format!("{line}: line ends differ")),
            (a, b) if a == b => line += 1,
            (a, b) => {
                return Some(format!(
                    "{line}:\n  expected {}\n  is       {}",
                    a.unwrap_or(""),
                    b.unwrap_or("")
                ));
            }
        }
    }
}
