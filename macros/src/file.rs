//! The files of `query_file!`: relative to the crate, or to the current file where the path begins with `./` or `../`.

use std::path::PathBuf;

use proc_macro2::Span;

use crate::cache::manifest_dir;
use crate::report::Problem;
use crate::text::is_compiler;

/// A file with a query.
pub(crate) struct QueryFile {
    /// Its absolute path.
    pub(crate) path: PathBuf,
    /// Its path as users know it.
    pub(crate) shown: String,
    pub(crate) content: String,
}

/// Reads a file; `span` is the literal that names it.
pub(crate) fn read(name: &str, span: Span) -> Result<QueryFile, Problem> {
    let base =
        if name.starts_with("./") || name.starts_with("../") { current_dir(span)? } else { manifest_dir() };
    let base = std::path::absolute(&base).unwrap_or(base);
    let path = normal(base.join(name));
    let shown = shown(&path);
    match std::fs::read_to_string(&path) {
        Ok(content) => {
            let content = content.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(content);
            Ok(QueryFile { path, shown, content })
        }
        Err(error) => {
            let problem = Problem::new(span, format!("cannot read the query file `{shown}`: {error}"));
            Err(match name.starts_with('.') {
                true => problem.note("a path that begins with `./` is relative to the current file"),
                false => problem.note("the path is relative to the folder of Cargo.toml; begin it with `./` to make it relative to the current file"),
            })
        }
    }
}

/// The folder of the file that the macro is called in.
fn current_dir(span: Span) -> Result<PathBuf, Problem> {
    let file = if is_compiler() { span.unwrap().local_file() } else { None };
    match file.as_deref().and_then(|file| file.parent()) {
        Some(folder) => Ok(folder.to_owned()),
        None => Err(Problem::new(span, "the compiler does not say in which file this macro is called")
            .help("give the path relative to the folder of Cargo.toml, without `./`")),
    }
}

/// Takes `.` and `..` out, so that the same file has one name.
fn normal(path: PathBuf) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A path as the compiler prints the user's files: relative to where it runs.
fn shown(path: &std::path::Path) -> String {
    let relative =
        std::env::current_dir().ok().and_then(|dir| path.strip_prefix(dir).ok().map(ToOwned::to_owned));
    relative.as_deref().unwrap_or(path).display().to_string()
}
