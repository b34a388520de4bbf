//! The pages that say what is there and which test shows it (docs/parity): no cell is empty, and what a cell names is in
//! the tree. A page about tests cannot outlive them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::graph::Graph;
use crate::sources;

/// One row of a table: its line in the page and its cells.
type Row = (usize, Vec<String>);

/// The rows of a page's tables, headers and rules left out. `\|` in a cell is no border.
fn rows(page: &str) -> Vec<Row> {
    let lines: Vec<&str> = page.lines().collect();
    let is_row = |idx: usize| lines.get(idx).is_some_and(|line| line.starts_with('|'));
    let is_rule = |idx: usize| lines.get(idx).is_some_and(|line| line.starts_with("|---"));
    let wanted = (0..lines.len()).filter(|idx| is_row(*idx) && !is_rule(*idx) && !is_rule(idx + 1));
    wanted.map(|idx| (idx + 1, cells(lines[idx]))).collect()
}

fn cells(line: &str) -> Vec<String> {
    let whole = line.trim().trim_start_matches('|').replace("\\|", "\u{0}");
    let whole = whole.strip_suffix('|').unwrap_or(&whole);
    whole.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// What stands in backquotes.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// `path/file.rs::name`.
fn test_of(code: &str) -> Option<(&str, &str)> {
    let (file, name) = code.split_once(".rs::")?;
    Some((&code[..file.len() + 3], name))
}

/// What is wrong with a test that a page names.
fn missing(root: &Path, file: &str, name: &str) -> Option<String> {
    let Ok(text) = fs::read_to_string(root.join(file)) else {
        return Some(format!("there is no file {file}"));
    };
    let lines: Vec<&str> = text.lines().collect();
    let function = format!("fn {name}(");
    let Some(at) = lines.iter().position(|line| line.contains(&function)) else {
        return Some(format!("{file} has no function {name}"));
    };
    let is_mark = |line: &&str| {
        line.trim_start().starts_with("#[") && (line.contains("test]") || line.contains("test("))
    };
    let is_marked = lines[at.saturating_sub(3)..at].iter().any(is_mark);
    let is_word = |text: &str| {
        let beyond = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        text.match_indices(name).any(|(i, _)| {
            beyond(text[..i].chars().next_back()) && beyond(text[i + name.len()..].chars().next())
        })
    };
    // Where there is no harness, a test stands in a list.
    let is_listed = lines.iter().any(|line| !line.contains(&function) && is_word(line));
    (!is_marked && !is_listed).then(|| format!("{file}: {name} is no test"))
}

/// `Type::function` of a driver or of the facade.
fn function_of(code: &str) -> Option<&str> {
    let (ty, name) = code.split_once("::")?;
    let is_type = ty.starts_with(|c: char| c.is_ascii_uppercase()) && ty.chars().all(|c| c.is_alphanumeric());
    let name = name.split(['(', ' ']).next()?;
    (is_type && name.starts_with(|c: char| c.is_ascii_lowercase())).then_some(name)
}

fn pages(root: &Path) -> Vec<PathBuf> {
    let folder = root.join("docs/parity");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut pages: Vec<_> = entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    pages.sort();
    pages
}

/// What is wrong with a page. `code` is all of the runtime's sources.
fn faults(root: &Path, page: &str, code: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (line, cells) in rows(page) {
        let mut fault = |what: String| faults.push(format!("line {line}: {what}"));
        if cells.iter().any(String::is_empty) {
            fault("an empty cell".to_owned());
        }
        let tests: Vec<_> =
            cells.last().into_iter().flat_map(|cell| codes(cell)).filter_map(test_of).collect();
        if tests.is_empty() {
            fault("no test is named in the last cell".to_owned());
        }
        tests.iter().filter_map(|(file, name)| missing(root, file, name)).for_each(&mut fault);
        let functions = cells.iter().flat_map(|cell| codes(cell)).filter_map(function_of);
        for name in functions.filter(|name| !code.contains(&format!("fn {name}"))) {
            fault(format!("there is no function {name}"));
        }
    }
    faults
}

#[test]
fn what_the_pages_of_parity_name_is_there() {
    let root = &Graph::of_this_workspace().root;
    let files = ["runtime/src", "runtime/core/src", "runtime/ignite/src", "runtime/pinot/src"];
    let files = files.iter().flat_map(|folder| sources::rust_files(&root.join(folder)));
    let code: String = files.map(|file| sources::read(&file)).collect();
    let pages = pages(root);
    assert!(!pages.is_empty());
    for file in pages {
        let page = sources::read(&file);
        assert!(rows(&page).len() > 20, "{}: no table is read", file.display());
        let faults = faults(root, &page, &code);
        assert!(faults.is_empty(), "{}: {faults:#?}", file.display());
    }
}

#[test]
fn faults_of_a_page_are_found() {
    let root = &Graph::of_this_workspace().root;
    let faults_of = |row: &str| faults(root, &format!("| a | b |\n|---|---|\n{row}\n"), "fn put(");
    let here = "`tests/rooms/pages.rs::faults_of_a_page_are_found`";
    assert_eq!(faults_of(&format!("| `Cache::put` \\| | {here} |")), [""; 0]);
    assert_eq!(faults_of(&format!("| | {here} |")), ["line 3: an empty cell"]);
    assert_eq!(faults_of("| x | y |"), ["line 3: no test is named in the last cell"]);
    assert_eq!(faults_of(&format!("| `Cache::get` | {here} |")), ["line 3: there is no function get"]);
    assert_eq!(faults_of("| x | `no.rs::x` |"), ["line 3: there is no file no.rs"]);
    let of_this = |name: &str| faults_of(&format!("| x | `tests/rooms/pages.rs::{name}` |"));
    assert_eq!(of_this("nowhere"), ["line 3: tests/rooms/pages.rs has no function nowhere"]);
}
