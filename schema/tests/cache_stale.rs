//! A cache that is older than querent.toml or the DDL files says so, and one that is not does not.

use std::fs;
use std::path::Path;

use querent_schema::cache::{CacheDir, Manifest};
use querent_schema::ddl;
use querent_schema::diagnostic::Code;
use querent_types::SourceDescription;
use serde_json::json;

const TOML: &str = "[source.market]\nurl = \"flight://h:1\"\n[source.stock]\ndialect = \"datafusion\"\nschema = [\"ddl/*.sql\"]\n";

/// What `querent pull` does, as far as the cache is concerned.
fn pull(root: &Path, sources: &[&str]) -> CacheDir {
    let text = fs::read_to_string(root.join("querent.toml")).unwrap();
    let mut document = json!({ "source": {
        "market": { "url": "flight://h:1" },
        "stock": { "dialect": "datafusion", "schema": ["ddl/*.sql"] },
    } });
    if text.contains("nullability") {
        document["source"]["market"]["nullability"] = json!("trusted");
    }
    let config = Manifest::from_value(&document, &text).ok().unwrap().config;
    let cache = CacheDir::at(root.join(".sqlcache"));
    cache.write_config(&config).unwrap();
    for source in sources {
        let files = ddl::read(root, &config.sources[*source].schema).unwrap();
        let description = SourceDescription { dialect: "datafusion".into(), ..Default::default() };
        cache.write(source, &config, &description, ddl::hashes(&files)).unwrap();
    }
    cache
}

fn project() -> (tempfile::TempDir, CacheDir) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("ddl")).unwrap();
    fs::write(dir.path().join("ddl/a.sql"), "CREATE TABLE a (x INT);\n").unwrap();
    fs::write(dir.path().join("ddl/b.sql"), "").unwrap();
    fs::write(dir.path().join("querent.toml"), TOML).unwrap();
    let cache = pull(dir.path(), &["market", "stock"]);
    (dir, cache)
}

#[track_caller]
fn check(cache: &CacheDir, source: &str, expected: Option<&str>) {
    let stale = cache.stale(source);
    assert_eq!(stale.as_ref().map(|error| error.to_string()).as_deref(), expected);
    assert!(stale.is_none_or(|error| error.code == Code::CacheStale));
}

#[test]
fn what_does_not_change_the_meaning_is_not_stale() {
    let (dir, cache) = project();
    check(&cache, "market", None);
    check(&cache, "stock", None);
    let edited = TOML.replace("flight://h:1", "flight+tls://other:2").replace('\n', "\r\n# note\r\n");
    fs::write(dir.path().join("querent.toml"), edited).unwrap();
    fs::write(dir.path().join("ddl/a.sql"), "CREATE TABLE a (x INT);\r\n").unwrap();
    fs::write(dir.path().join("ddl/notes.md"), "").unwrap();
    check(&cache, "market", None);
    check(&cache, "stock", None);
}

#[test]
fn an_edited_manifest_is_stale_for_every_source() {
    let (dir, cache) = project();
    fs::write(dir.path().join("querent.toml"), format!("{TOML}[types]\ndate = \"jiff\"\n")).unwrap();
    let expected = Some("querent.toml changed since the cache was written; run `querent pull`");
    check(&cache, "market", expected);
    check(&cache, "stock", expected);
    fs::write(dir.path().join("querent.toml"), TOML).unwrap();
    check(&cache, "market", None);
}

#[test]
fn a_source_that_was_left_out_of_a_pull_is_stale() {
    let (dir, _) = project();
    fs::write(dir.path().join("querent.toml"), TOML.replace("h:1\"\n", "h:1\"\nnullability = \"trusted\"\n"))
        .unwrap();
    let cache = pull(dir.path(), &["stock"]);
    check(&cache, "stock", None);
    let expected = "[source.market] changed in querent.toml since it was pulled; run `querent pull market`";
    check(&cache, "market", Some(expected));
    check(&pull(dir.path(), &["market"]), "market", None);
}

#[test]
fn ddl_files_that_change_come_or_go_are_stale() {
    let (dir, cache) = project();
    let file = |name: &str| dir.path().join("ddl").join(name);
    fs::write(file("a.sql"), "CREATE TABLE a (y INT);\n").unwrap();
    let because =
        |what: &str| format!("`ddl/{what} since the cache was written; run `querent pull --offline stock`");
    check(&cache, "stock", Some(&because("a.sql` changed")));
    check(&cache, "market", None);
    fs::write(file("a.sql"), "CREATE TABLE a (x INT);\n").unwrap();
    check(&cache, "stock", None);
    fs::write(file("c.sql"), "").unwrap();
    check(&cache, "stock", Some(&because("c.sql` is new")));
    fs::remove_file(file("c.sql")).unwrap();
    check(&cache, "stock", None);
    fs::remove_file(file("b.sql")).unwrap();
    check(&cache, "stock", Some(&because("b.sql` is gone")));
    check(&pull(dir.path(), &["stock"]), "stock", None);
}

#[test]
fn without_a_manifest_beside_it_a_cache_is_taken_as_it_is() {
    let (dir, cache) = project();
    let vendored = dir.path().join("vendor/published");
    fs::create_dir_all(&vendored).unwrap();
    fs::rename(cache.root(), vendored.join(".sqlcache")).unwrap();
    fs::write(dir.path().join("querent.toml"), "[source.other]\n").unwrap();
    fs::write(dir.path().join("ddl/a.sql"), "changed").unwrap();
    let cache = CacheDir::find(&vendored.join("src")).unwrap();
    check(&cache, "market", None);
    check(&cache, "stock", None);
}
