//! The `.slt` files of sqllogictest: `statement ok|error|count`, `query`, `include`; results are passed over.
//!
//! `onlyif` and `skipif` are read for one engine, `datafusion`. `hash-threshold`, `halt` and `control` change nothing here.

use std::io;
use std::path::{Path, PathBuf};

use super::{Case, Corpus, Role, Script};

/// The name that `onlyif` and `skipif` know the engine by.
const ENGINE: &str = "datafusion";

/// Every `.slt` file below a folder, in the order of their paths; a script is called by its path in the folder.
pub fn read(name: &str, folder: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Corpus> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let mut scripts = Vec::new();
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
        if wanted(&name) {
            let mut cases = Vec::new();
            file_cases(&file, "", &mut cases)?;
            scripts.push(Script { name, cases });
        }
    }
    Ok(Corpus { name: name.to_owned(), scripts })
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "slt") {
            files.push(path);
        }
    }
    Ok(())
}

/// The statements of a file, those of the files that it includes in their place.
fn file_cases(file: &Path, prefix: &str, cases: &mut Vec<Case>) -> io::Result<()> {
    let text = std::fs::read_to_string(file)?;
    for record in records(&text) {
        match record {
            Record::Include(name) => {
                let beside = file.parent().unwrap_or(Path::new("."));
                let included = included(beside, &name)?;
                for included in included {
                    let stem = included.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    file_cases(&included, &format!("{stem}:"), cases)?;
                }
            }
            Record::Statement { line, sql, fails } => {
                let role = if fails { Role::MustFail } else { Role::Ask };
                cases.push(Case { at: format!("{prefix}{line}"), sql, role, columns: None, given: None });
            }
        }
    }
    Ok(())
}

/// The files that an `include` names: one, or those that fit a `*` in the last part.
fn included(beside: &Path, name: &str) -> io::Result<Vec<PathBuf>> {
    let path = beside.join(name);
    let last = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((head, tail)) = last.split_once('*') else { return Ok(vec![path]) };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path.parent().unwrap_or(beside))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

#[derive(Debug, PartialEq, Eq)]
enum Record {
    Include(String),
    Statement { line: usize, sql: String, fails: bool },
}

/// The records of a file. What stands between them (comments, results, what is not known) is passed over.
fn records(text: &str) -> Vec<Record> {
    let mut lines = text.lines().enumerate().peekable();
    let (mut records, mut skipped) = (Vec::new(), false);
    while let Some((i, line)) = lines.next() {
        let mut words = line.split_whitespace();
        let fails = match (words.next(), words.next()) {
            (Some("include"), Some(name)) => {
                records.push(Record::Include(name.to_owned()));
                continue;
            }
            (Some("onlyif"), Some(engine)) => {
                skipped |= engine != ENGINE;
                continue;
            }
            (Some("skipif"), Some(engine)) => {
                skipped |= engine == ENGINE;
                continue;
            }
            (Some("statement"), Some("ok" | "count")) => false,
            (Some("statement" | "query"), Some("error")) => true,
            (Some("query"), _) => false,
            _ => continue,
        };
        let mut sql = String::new();
        let mut results = false;
        for (_, line) in lines.by_ref() {
            results = line == "----";
            if results || line.trim().is_empty() {
                break;
            }
            sql.push_str(line);
            sql.push('\n');
        }
        if results {
            while lines.next_if(|(_, line)| !line.is_empty()).is_some() {}
        }
        if !std::mem::take(&mut skipped) && !sql.trim().is_empty() {
            records.push(Record::Statement { line: i + 1, sql: sql.trim_end().to_owned(), fails });
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read() {
        let text = "# a comment\nstatement ok\nCREATE TABLE t(a INT)\nAS VALUES (1)\n\nquery I rowsort\nSELECT a\nFROM t\n----\n1\n\n\
            include ./part.slt.part\nquery error DataFusion error: Error\nSELECT b FROM t\n\nskipif datafusion\nquery I\nSELECT 1\n----\n1\n\n\
            statement error\nSELECT c FROM t\n----\nquery is wrong\n\nonlyif postgres\nstatement ok\nSELECT 2\n";
        let statement = |line, sql: &str, fails| Record::Statement { line, sql: sql.to_owned(), fails };
        assert_eq!(
            records(text),
            [
                statement(2, "CREATE TABLE t(a INT)\nAS VALUES (1)", false),
                statement(6, "SELECT a\nFROM t", false),
                Record::Include("./part.slt.part".to_owned()),
                statement(13, "SELECT b FROM t", true),
                statement(22, "SELECT c FROM t", true),
            ]
        );
    }
}
