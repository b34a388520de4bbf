//! Whether querent.toml or a DDL file changed since the cache was written.
//!
//! Only a querent.toml right beside `.sqlcache` is asked: a published crate carries a cache and none, and one further up
//! may belong to somebody else (a crate vendored into another's workspace).

use std::collections::BTreeMap;

use super::{CacheDir, CacheError, Config, meaning, memo};
use crate::ddl;
use crate::diagnostic::Code;

impl CacheDir {
    /// Why the cache of `source` is older than what it was made of, with the command that renews it; `None` where it
    /// is not, and where the cache cannot be read at all, which reading it tells better.
    pub fn stale(&self, source: &str) -> Option<CacheError> {
        let root = self.root.parent()?;
        let manifest = root.join("querent.toml");
        // Read through the memo; the error is kept out of sight, for no querent.toml is no fault.
        let absent = |error: std::io::Error| CacheError::missing(error.to_string(), "");
        let present =
            memo::file(&manifest, absent, |bytes| Ok(meaning::hash(&String::from_utf8_lossy(&bytes))))
                .ok()?;
        let config = self.config().ok()?;
        let offline = config.sources.values().all(|source| !source.schema.is_empty());
        if *present != config.meaning {
            return Some(stale("querent.toml changed since the cache was written", offline, ""));
        }
        let section = config.sources.get(source)?;
        let file = self.read_source(source).ok()?;
        let is_files = !section.schema.is_empty();
        if section.hash() != file.config {
            let message = format!("[source.{source}] changed in querent.toml since it was pulled");
            return Some(stale(message, is_files, source));
        }
        let changed = changed_file(&file.files, &ddl::present_hashes(root, &section.schema));
        changed.filter(|_| is_files).map(|message| stale(message, is_files, source))
    }
}

/// The first file that differs, in words.
fn changed_file(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Option<String> {
    let changed = then.iter().find(|(name, hash)| now.get(*name) != Some(hash));
    if let Some((name, _)) = changed {
        let what = if now.contains_key(name) { "changed" } else { "is gone" };
        return Some(format!("`{name}` {what} since the cache was written"));
    }
    let new = now.keys().find(|name| !then.contains_key(*name))?;
    Some(format!("`{new}` is new since the cache was written"))
}

fn stale(message: impl Into<String>, offline: bool, source: &str) -> CacheError {
    let command = ["querent pull", if offline { "--offline" } else { "" }, source];
    let command: Vec<&str> = command.into_iter().filter(|word| !word.is_empty()).collect();
    CacheError {
        code: Code::CacheStale,
        message: message.into(),
        help: format!("run `{}`", command.join(" ")),
    }
}

impl Config {
    /// The keys of `[source.*.columns]` that name no column of the source: most likely misspelt.
    pub fn unmatched_columns(
        &self,
        source: &str,
        description: &querent_types::SourceDescription,
    ) -> Vec<String> {
        let Some(section) = self.sources.get(source) else { return Vec::new() };
        let fits = |key: &crate::rust_type::ColumnKey| {
            let mut columns =
                description.tables.iter().flat_map(|t| t.columns.iter().map(move |c| (&t.path, &c.name)));
            columns.any(|(path, column)| key.fits(path, column))
        };
        let parsed = |key: &&String| crate::rust_type::ColumnKey::parse(key).is_some_and(|key| fits(&key));
        section.columns.keys().filter(|key| !parsed(key)).cloned().collect()
    }
}
