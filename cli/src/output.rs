//! Findings and plans as text and as JSON.

use querent_schema::check::Checked;
use querent_schema::diagnostic::{Diagnostic, Origin, Severity, line_column};
use querent_schema::plan::{Column, Key, Param};
use querent_types::SqlType;
use serde_json::{Value, json};

/// Prints a line, as `println!`; where nobody reads any more (`querent … | head`), the command ends instead of panicking.
macro_rules! say {
    ($($t:tt)*) => { $crate::output::line(format_args!($($t)*)) };
}

/// Writes a line to standard output.
pub(crate) fn line(text: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        let gone = error.kind() == std::io::ErrorKind::BrokenPipe;
        std::process::exit(if gone { 0 } else { 1 });
    }
}

/// A finding with its snippet; `file` is what the place is called.
pub(crate) fn render(diagnostic: &Diagnostic, file: &str, text: &str) -> String {
    titled(diagnostic, &diagnostic.render(text, &Origin::file(file, text)))
}

/// A rendered finding with its severity and code in front.
pub(crate) fn titled(diagnostic: &Diagnostic, rendered: &str) -> String {
    format!("{}[{}]: {rendered}", severity(diagnostic), diagnostic.code.as_str())
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Whether a query is accepted.
pub(crate) fn is_ok(checked: &Checked) -> bool {
    checked.diagnostics.iter().all(|d| d.severity != Severity::Error)
}

/// What `explain --json` prints.
pub(crate) fn json(text: &str, checked: &Checked) -> Value {
    let empty = || Value::Array(Vec::new());
    let plan = checked.plan.as_ref();
    json!({
        "ok": is_ok(checked),
        "columns": plan.map_or_else(empty, |p| p.columns.iter().map(column).collect()),
        "parameters": plan.map_or_else(empty, |p| p.params.iter().enumerate().map(|(i, p)| parameter(i, p)).collect()),
        "routing": plan.and_then(|p| Some(routing(p.key.as_ref()?, &p.params))),
        "diagnostics": checked.diagnostics.iter().map(|d| diagnostic(text, d)).collect::<Vec<_>>(),
    })
}

/// What `explain --jsonl` answers: the members that are promised, and no others.
pub(crate) fn json_line(text: &str, checked: &Checked) -> Value {
    let mut answer = json(text, checked);
    if let Some(answer) = answer.as_object_mut() {
        answer.remove("routing");
    }
    for (list, more) in [("columns", "why"), ("parameters", "spread")] {
        let members = answer[list].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
        members.for_each(|member| drop(member.remove(more)));
    }
    answer
}

/// The same for a line that holds no query.
pub(crate) fn json_refusal(message: &str) -> Value {
    json!({
        "ok": false,
        "columns": [],
        "parameters": [],
        "diagnostics": [{
            "severity": "error", "code": "input", "message": message,
            "line": 1, "column": 1, "end_line": 1, "end_column": 1,
            "help": "a line is {\"id\": …, \"sql\": \"…\"}",
        }],
    })
}

/// The type as arrow-schema prints it; null where it is not known.
fn arrow_type(ty: Option<&SqlType>) -> Value {
    ty.map_or(Value::Null, |ty| ty.storage().to_string().into())
}

/// The server's own name of a type, or querent's where Arrow has none.
fn native(ty: Option<&SqlType>, native: Option<&String>) -> Value {
    let own = || ty.filter(|ty| ty.is_extension()).map(ToString::to_string);
    native.cloned().or_else(own).map_or(Value::Null, Value::from)
}

fn column(column: &Column) -> Value {
    json!({
        "name": column.name,
        "type": arrow_type(column.ty.as_ref()),
        "native": native(column.ty.as_ref(), column.native.as_ref()),
        "nullable": column.nullable,
        "why": column.why,
    })
}

fn parameter(index: usize, param: &Param) -> Value {
    json!({
        "name": param.shown(index),
        "type": arrow_type(param.ty.as_ref()),
        "nullable": param.nullable,
        "spread": param.spread,
    })
}

fn routing(key: &Key, params: &[Param]) -> Value {
    json!({
        "tier": (!key.tier.is_empty()).then_some(&key.tier),
        "columns": key.columns.iter().map(|column| &column.name).collect::<Vec<_>>(),
        "key": key.shown(params),
        "split": key.splits(),
    })
}

fn diagnostic(text: &str, diagnostic: &Diagnostic) -> Value {
    let (line, column) = line_column(text, diagnostic.span.start as usize);
    let (end_line, end_column) = line_column(text, diagnostic.span.end as usize);
    json!({
        "severity": severity(diagnostic),
        "code": diagnostic.code.as_str(),
        "message": diagnostic.message,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "help": diagnostic.help,
    })
}
