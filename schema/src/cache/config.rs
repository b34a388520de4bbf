//! `.sqlcache/querent.json`: what querent.toml means, without URLs.

use std::collections::BTreeMap;

use querent_types::{NullabilityTrust, SourceDescription};
use serde::{Deserialize, Serialize};

use super::format::FORMAT;
use super::hash::Hasher;

/// What querent.toml says, as it is committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub(super) format: u32,
    /// The hash of the meaning of querent.toml, by which a later edit shows.
    pub(super) meaning: String,
    /// `[source.*]`, by name.
    pub sources: BTreeMap<String, SourceConfig>,
    /// `[types]`.
    pub types: TypeDefaults,
}

/// One `[source.*]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceConfig {
    /// Rust types of columns, by `table.column`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// The dialect, where there is no server to tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// Options that change types or meaning (`engine`, …), by their keys in querent.toml.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Patterns of the DDL files that make the source, relative to querent.toml; empty where there is a server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schema: Vec<String>,
    /// The version of the dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// `[types]`: which Rust types columns become. What is `None` is querent's own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeDefaults {
    /// Of dates: `chrono`, `time`, `jiff`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Of decimals: `rust_decimal`, `bigdecimal`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<String>,
    /// Of elapsed times: `chrono`, `time`, `jiff`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// Of calendar intervals: `jiff`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// Of JSON: `serde_json`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    /// Of one SQL type each, by its canonical text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sql: BTreeMap<String, String>,
    /// Of times of day: `chrono`, `time`, `jiff`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Of timestamps: `chrono`, `time`, `jiff`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Of UUIDs: `uuid`, or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
}

impl Config {
    /// What a querent.toml of the text `manifest` means; `manifest` serves the stale check alone.
    pub fn new(manifest: &str, sources: BTreeMap<String, SourceConfig>, types: TypeDefaults) -> Config {
        Config { format: FORMAT, meaning: super::meaning::hash(manifest), sources, types }
    }

    /// What queries of a source and the source's type must agree on: all that gives the whole source its meaning
    /// (backend, dialect, options, capabilities, trust in nullability, Rust types), and no table.
    pub fn fingerprint(&self, source: &str, description: &SourceDescription) -> u64 {
        let mut hasher = Hasher::new();
        for text in [source, &description.backend, &description.dialect] {
            hasher.text(text);
        }
        let trusted = description.nullability == NullabilityTrust::Trusted;
        hasher.text(if trusted { "trusted" } else { "untrusted" });
        let mut capabilities: Vec<&str> = description.capabilities.iter().map(String::as_str).collect();
        capabilities.sort_unstable();
        capabilities.dedup();
        hasher.list(capabilities);
        hasher.map(&description.options);
        let types = &self.types;
        for choice in [
            &types.date,
            &types.decimal,
            &types.duration,
            &types.interval,
            &types.json,
            &types.time,
            &types.timestamp,
            &types.uuid,
        ] {
            hasher.text(choice.as_deref().unwrap_or("querent"));
        }
        hasher.map(&types.sql);
        hasher.map(self.sources.get(source).map_or(&BTreeMap::new(), |source| &source.columns));
        hasher.finish()
    }
}

impl SourceConfig {
    /// The hash of what the source is pulled by: everything but the Rust types.
    pub(super) fn hash(&self) -> String {
        let mut hasher = Hasher::new();
        hasher.text(self.dialect.as_deref().unwrap_or_default());
        hasher.text(self.version.as_deref().unwrap_or_default());
        hasher.list(&self.schema);
        hasher.map(&self.options);
        format!("{:016x}", hasher.finish())
    }
}
