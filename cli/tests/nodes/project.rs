//! A project of a user's: querent.toml, queries, and what the command makes of them.

#[path = "../project/mod.rs"]
mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::node::Node;
use crate::tables;

/// A folder with one source, `orders`.
pub(crate) struct Project {
    folder: folder::Project,
    /// Of the node, which is that of the expected cache.
    name: &'static str,
}

impl Project {
    pub(crate) fn new(node: &Node) -> Project {
        Project::of(node, &node.url)
    }

    /// One that reaches the node by another URL.
    pub(crate) fn of(node: &Node, url: &str) -> Project {
        Project { folder: folder::Project::new("orders", url.to_owned(), ""), name: node.name }
    }

    /// Replaces the queries: one a line, from the second line on.
    pub(crate) fn queries(&self, queries: &[&str]) {
        self.folder.queries(queries);
    }

    #[track_caller]
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> String {
        self.folder.ends(arguments, 0)
    }

    #[track_caller]
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        self.folder.ends(arguments, 1)
    }

    /// The files of the cache.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let root = self.folder.path().join(".sqlcache");
        read(&root, &root, &mut files);
        files
    }

    /// Compares the cache with the expected one.
    #[track_caller]
    pub(crate) fn compare(&self) {
        let (views, found): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.files().into_iter().partition(|(file, _)| is_system(file));
        if self.name != "kv" {
            tables::compare_views(&self.folder.path().join(".sqlcache"), views.len());
        }
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nodes/expected").join(self.name);
        if std::env::var_os("BLESS").is_some() {
            let _ = std::fs::remove_dir_all(&committed);
            for (file, text) in &found {
                let file = committed.join(file);
                std::fs::create_dir_all(file.parent().expect("a folder")).unwrap();
                std::fs::write(file, text).unwrap();
            }
        }
        let mut expected = BTreeMap::new();
        read(&committed, &committed, &mut expected);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{}", self.name);
        for (file, text) in &found {
            assert_eq!(text, &expected[file], "{}: {}", self.name, file.display());
        }
    }
}

/// Whether a file is of a view of the server's own.
fn is_system(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sys."))
}

fn read(dir: &Path, base: &Path, out: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, base, out);
        } else {
            let text = std::fs::read_to_string(&path).expect("text");
            out.insert(path.strip_prefix(base).expect("below").to_owned(), text);
        }
    }
}
