//! The source files of a folder and what stands in them outside comments and tests.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// The text of a file.
pub(crate) fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// All Rust files below a folder, build products and packages inside it (members of their own) left out.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut stack = vec![folder.to_owned()];
    while let Some(folder) = stack.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                if !path.ends_with("target") && !path.join("Cargo.toml").exists() && !is_hidden(&path) {
                    stack.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Places where a file's code (no comments, nothing after `#[cfg(test)]`) contains one of the words, as `file:line: word`.
pub(crate) fn uses(file: &Path, words: &[&str]) -> Vec<String> {
    let text = read(file);
    let code = text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    let mut found = Vec::new();
    for (idx, line) in code {
        let line = line.split("//").next().unwrap_or_default();
        for word in words.iter().filter(|word| line.contains(**word)) {
            found.push(format!("{}:{}: {word}", file.display(), idx + 1));
        }
    }
    found
}

/// The files that `include_str!` and `include_bytes!` with a plain literal name in a file.
pub(crate) fn included(file: &Path) -> Vec<PathBuf> {
    let text = read(file);
    let beside = file.parent().expect("a file lies in a folder");
    let calls =
        ["include_str!(\"", "include_bytes!(\""].into_iter().flat_map(|call| text.split(call).skip(1));
    calls.filter_map(|rest| rest.split('"').next()).map(|name| beside.join(name)).collect()
}

/// The path without `.` and `..`, or `None` where it leaves the file system.
pub(crate) fn normal(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if !out.pop() => return None,
            Component::ParentDir => {}
            other => out.push(other),
        }
    }
    Some(out)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
