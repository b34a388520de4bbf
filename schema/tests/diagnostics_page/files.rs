//! Examples that are about the files of a project rather than about a text.

use std::fs;
use std::path::Path;

use querent_schema::cache::{CacheDir, CacheError, Manifest};
use querent_schema::ddl;
use querent_types::SourceDescription;
use serde_json::json;

use crate::Said;

const TOML: &str = "[source.stock]\ndialect = \"datafusion\"\nschema = [\"ddl/*.sql\"]\n";

/// Makes a project of the files that are listed, a line each with what is said of it, and asks its cache.
pub(crate) fn said(list: &str) -> Vec<Said> {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("app");
    fs::create_dir_all(root.join("ddl")).unwrap();
    fs::write(root.join("ddl/stock.sql"), "CREATE TABLE stock (id INT);\n").unwrap();
    let mut files: Vec<(&str, &str)> =
        list.lines().map(|line| line.split_once(", ").unwrap_or((line, ""))).collect();
    // The cache is pulled before anything changes.
    files.sort_by_key(|(name, _)| !name.ends_with("querent.toml"));
    for (name, what) in files {
        write(&root, name, what);
    }
    let asked = CacheDir::find(&root).and_then(|cache| {
        cache.catalog("stock")?;
        cache.stale("stock").map_or(Ok(()), Err)
    });
    asked.err().map(|error| printed(&error, dir.path())).into_iter().collect()
}

fn write(root: &Path, name: &str, what: &str) {
    let file = root.join(name);
    match (name, what) {
        ("querent.toml", "") => fs::write(file, TOML).unwrap(),
        (".sqlcache/stock/source.json", _) | (".sqlcache/querent.json", "" | "with one side of it") => {
            pull(root)
        }
        (".sqlcache/querent.json", "with the marks of a merge conflict") => {
            pull(root);
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n")).unwrap();
        }
        ("ddl/stock.sql", "") => {}
        ("ddl/stock.sql", "changed after `querent pull`") => {
            pull(root);
            fs::write(file, "CREATE TABLE stock (id INT, qty INT);\n").unwrap();
        }
        _ => panic!("there is no way to make `{name}`, {what}"),
    }
}

/// What `querent pull` does, as far as the cache is concerned; a cache that is there stays.
fn pull(root: &Path) {
    let cache = CacheDir::at(root.join(".sqlcache"));
    if cache.root().exists() {
        return;
    }
    let source = json!({ "dialect": "datafusion", "schema": ["ddl/*.sql"] });
    let config = Manifest::from_value(&json!({ "source": { "stock": source } }), TOML).ok().unwrap().config;
    cache.write_config(&config).unwrap();
    let files = ddl::read(root, &config.sources["stock"].schema).unwrap();
    let description = SourceDescription { dialect: "datafusion".into(), ..Default::default() };
    cache.write("stock", &config, &description, ddl::hashes(&files)).unwrap();
}

/// An error of the cache as the command prints it, with the project in `/work`.
fn printed(error: &CacheError, place: &Path) -> Said {
    let message = error.message.replace(&place.display().to_string(), "/work");
    (Some(error.code), format!("error[{}]: {message}\n  = help: {}", error.code.as_str(), error.help))
}
