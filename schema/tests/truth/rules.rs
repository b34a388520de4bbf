//! Files of statements beyond the recorded ones, with what the checker says under each.

use std::fmt::Write;
use std::path::Path;

use querent_schema::check::Checked;
use querent_schema::diagnostic::Severity;
use querent_types::SqlType;

/// What a file says of a statement: `=` its columns and, behind `|`, the types of its parameters; `!` an error, `~` a
/// warning.
pub(crate) fn answer(checked: &Checked) -> String {
    let mut lines = String::new();
    for diagnostic in &checked.diagnostics {
        let sign = if diagnostic.severity == Severity::Error { '!' } else { '~' };
        let _ = writeln!(lines, "  {sign} [{}] {}", diagnostic.code.as_str(), diagnostic.message);
    }
    let refused = checked.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let Some(plan) = checked.plan.as_ref().filter(|_| !refused) else { return lines };
    let shown = |ty: &Option<SqlType>| ty.as_ref().map_or("unknown".to_owned(), ToString::to_string);
    let columns = plan.columns.iter().map(|column| {
        let mark = if column.nullable { "?" } else { "" };
        format!("{} {}{mark}", column.name, shown(&column.ty))
    });
    let columns: Vec<String> = columns.collect();
    let params: Vec<String> = plan.params.iter().map(|param| shown(&param.ty)).collect();
    let bar = if params.is_empty() { "" } else { " | " };
    let _ = writeln!(lines, "{}", format!("  = {}{bar}{}", columns.join(", "), params.join(", ")).trim_end());
    lines
}

/// Compares what is said now with the file, line by line; `BLESS=1` writes the file anew.
pub(crate) fn hold(file: &Path, found: &str, expected: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, found).expect("the file of cases");
        return;
    }
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}
