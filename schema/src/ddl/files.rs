//! The SQL files that make a source: found by pattern, read, hashed.
//!
//! A pattern is relative to querent.toml and has `/` between its parts: `*` and `?` stand for characters of one part,
//! `[a-z]` and `[!a-z]` for one of a set, and a part `**` for any number of folders. As in a shell, wildcards do not
//! match names that begin with a dot; besides, `**` enters no symbolic link and no folder that cargo or another tool
//! marked with `CACHEDIR.TAG`. Files come in the order of the patterns, those of one pattern sorted by name; a file that
//! several match comes once.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::cache::Stamp;
use crate::cache::hash;

/// One SQL file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path relative to querent.toml, with `/`.
    pub name: String,
    /// Its text, with plain line ends and without a byte order mark.
    pub text: String,
}

/// A file or a pattern that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file or the pattern.
    pub name: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.name, self.reason)
    }
}

impl std::error::Error for FileError {}

/// Reads every file that the patterns match. A pattern that matches none is an error.
pub fn read(root: &Path, patterns: &[String]) -> Result<Vec<File>, FileError> {
    let walk = walk(root, patterns);
    if let Some(pattern) = walk.unmatched.first() {
        return Err(FileError { name: pattern.clone(), reason: "matches no file".to_owned() });
    }
    let file = |name: &String| {
        let failed =
            |error: io::Error| FileError { name: name.clone(), reason: format!("cannot be read: {error}") };
        Ok(File { name: name.clone(), text: read_text(&root.join(name)).map_err(failed)? })
    };
    walk.names.iter().map(file).collect()
}

/// The hashes of files, by name, as the cache keeps them.
pub fn hashes(files: &[File]) -> BTreeMap<String, String> {
    files.iter().map(|file| (file.name.clone(), hash::hex(&file.text))).collect()
}

/// What the process remembers.
type Kept<K, V> = LazyLock<Mutex<HashMap<K, V>>>;

/// The hashes of the files that the patterns match now; a file that cannot be read has an empty one.
///
/// Cheap when called again: as long as no folder changed nothing is listed, and a file that did not change is not read.
pub(crate) fn present_hashes(root: &Path, patterns: &[String]) -> BTreeMap<String, String> {
    static WALKS: Kept<(PathBuf, Vec<String>), Arc<Walk>> = LazyLock::new(Mutex::default);
    static HASHES: Kept<PathBuf, (Stamp, String)> = LazyLock::new(Mutex::default);
    let key = (root.to_owned(), patterns.to_vec());
    let known = WALKS.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    let fresh = known.filter(|walk| walk.folders.iter().all(|(folder, stamp)| Stamp::of(folder) == *stamp));
    let walk = fresh.unwrap_or_else(|| {
        let walk = Arc::new(walk(root, patterns));
        WALKS.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&walk));
        walk
    });
    let hash = |name: &String| {
        let path = root.join(name);
        let stamp = Stamp::of(&path)?;
        if let Some((_, hash)) = HASHES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&path)
            .filter(|(kept, _)| *kept == stamp)
        {
            return Some(hash.clone());
        }
        let hash = hash::hex(&read_text(&path).ok()?);
        HASHES.lock().unwrap_or_else(PoisonError::into_inner).insert(path, (stamp, hash.clone()));
        Some(hash)
    };
    walk.names.iter().map(|name| (name.clone(), hash(name).unwrap_or_default())).collect()
}

fn read_text(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n"))
}

/// What following patterns found.
#[derive(Default)]
struct Walk {
    names: Vec<String>,
    unmatched: Vec<String>,
    /// The folders that were listed, as they were before.
    folders: Vec<(PathBuf, Option<Stamp>)>,
}

fn walk(root: &Path, patterns: &[String]) -> Walk {
    let mut walk = Walk::default();
    for pattern in patterns {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let mut found = Vec::new();
        walk.enter(root, "", &parts, &mut found);
        found.sort();
        found.dedup();
        if found.is_empty() {
            walk.unmatched.push(pattern.clone());
        }
        found.retain(|name| !walk.names.contains(name));
        walk.names.extend(found);
    }
    walk
}

impl Walk {
    /// Follows the rest of a pattern from the folder `at`, whose name relative to the root is `prefix`.
    fn enter(&mut self, at: &Path, prefix: &str, parts: &[&str], found: &mut Vec<String>) {
        let Some((part, rest)) = parts.split_first() else { return };
        if *part != "**" && !part.contains(['*', '?', '[']) {
            self.take(&at.join(part), &format!("{prefix}{part}"), rest, found);
            return;
        }
        if *part == "**" {
            self.enter(at, prefix, rest, found);
        }
        self.folders.push((at.to_owned(), Stamp::of(at)));
        let Ok(entries) = fs::read_dir(at) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let (path, name) = (entry.path(), format!("{prefix}{name}"));
            if *part == "**" {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && !path.join("CACHEDIR.TAG").exists() {
                    self.enter(&path, &format!("{name}/"), parts, found);
                }
            } else if matches(part, &name[prefix.len()..]) {
                self.take(&path, &name, rest, found);
            }
        }
    }

    /// A file at the end of a pattern, or a folder on the way.
    fn take(&mut self, path: &Path, name: &str, rest: &[&str], found: &mut Vec<String>) {
        if !rest.is_empty() {
            self.enter(path, &format!("{name}/"), rest, found);
        } else if path.is_file() {
            found.push(name.to_owned());
        } else {
            // That there is no such file may change with its folder.
            let folder = path.parent().unwrap_or(path);
            self.folders.push((folder.to_owned(), Stamp::of(folder)));
        }
    }
}

/// Whether one part of a pattern matches a name.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when a guess about the last `*` was wrong: it then takes one character more.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match (pattern.get(p), name.get(n)) {
            (None, None) => return true,
            (Some('*'), _) => {
                retry = Some((p + 1, n));
                Some((p + 1, n))
            }
            (Some('?'), Some(_)) => Some((p + 1, n + 1)),
            (Some('['), Some(c)) => match set(&pattern[p..]) {
                Some((len, holds)) => holds(*c).then_some((p + len, n + 1)),
                None => (*c == '[').then_some((p + 1, n + 1)),
            },
            (Some(wanted), Some(c)) if wanted == c => Some((p + 1, n + 1)),
            _ => None,
        };
        (p, n) = match (step, retry) {
            (Some(step), _) => step,
            (None, Some((after, taken))) if taken < name.len() => {
                retry = Some((after, taken + 1));
                (after, taken + 1)
            }
            _ => return false,
        };
    }
}

/// The set that a pattern begins with: its length, and what it holds. `None` where it is not closed.
fn set(pattern: &[char]) -> Option<(usize, impl Fn(char) -> bool)> {
    let negated = pattern.get(1).is_some_and(|c| *c == '!' || *c == '^');
    let start = 1 + usize::from(negated);
    // A bracket right after the opening one stands for itself.
    let end = (start + 1..pattern.len()).find(|at| pattern[*at] == ']')?;
    let members = &pattern[start..end];
    let holds = move |c: char| {
        let mut at = 0;
        let mut found = false;
        while at < members.len() {
            if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
                found |= (members[at]..=members[at + 2]).contains(&c);
                at += 3;
            } else {
                found |= members[at] == c;
                at += 1;
            }
        }
        found != negated
    };
    Some((end + 1, holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("*.sql", "a.sql", true),
            ("*.sql", "a.sql.bak", false),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("?.sql", "é.sql", true),
            ("?.sql", ".sql", false),
            ("[0-9]*.sql", "7_x.sql", true),
            ("[!0-9]*.sql", "7_x.sql", false),
            ("[]]", "]", true),
            ("[a-]", "-", true),
            ("[a", "[a", true),
            ("a.sql", "A.sql", false),
            ("***", "anything", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        // A matcher that goes back over every star would not end.
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
    }

    #[test]
    fn patterns_find_files_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let names = [
            "z.sql",
            "ddl/2.sql",
            "ddl/10.sql",
            "ddl/.hidden.sql",
            "ddl/a/b/deep.sql",
            "ddl/readme.md",
            "target/CACHEDIR.TAG",
            "target/x.sql",
            "ddl/folder.sql/inner.txt",
        ];
        for name in names {
            fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            fs::write(dir.path().join(name), "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path(), dir.path().join("ddl/loop")).unwrap();
        let check = |patterns: &[&str], expected: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|pattern| pattern.to_string()).collect();
            let files = read(dir.path(), &patterns).unwrap();
            assert_eq!(files.iter().map(|file| &*file.name).collect::<Vec<_>>(), expected);
        };
        check(&["ddl/*.sql"], &["ddl/10.sql", "ddl/2.sql"]);
        check(&["z.sql", "ddl/2.sql", "**/*.sql"], &["z.sql", "ddl/2.sql", "ddl/10.sql", "ddl/a/b/deep.sql"]);
        check(&["./ddl//a/**/deep.sql"], &["ddl/a/b/deep.sql"]);
        check(&["d?l/[0-9].sql"], &["ddl/2.sql"]);
        let error = read(dir.path(), &["ddl/*.sql".into(), "none/*.sql".into()]).unwrap_err();
        assert_eq!(error.to_string(), "`none/*.sql` matches no file");
    }

    #[test]
    fn line_ends_and_marks_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.sql"), "\u{feff}x\r\ny").unwrap();
        fs::write(dir.path().join("b.sql"), "x\ny").unwrap();
        let hashes = hashes(&read(dir.path(), &["*.sql".into()]).unwrap());
        assert_eq!(hashes["a.sql"], hashes["b.sql"]);
        assert_eq!(hashes, present_hashes(dir.path(), &["*.sql".into()]));
        fs::write(dir.path().join("b.sql"), b"\xff").unwrap();
        assert!(
            read(dir.path(), &["*.sql".into()])
                .unwrap_err()
                .to_string()
                .starts_with("`b.sql` cannot be read")
        );
        assert_eq!(present_hashes(dir.path(), &["*.sql".into()])["b.sql"], "");
    }
}
