//! `[source.*]`: a server or files, and the options that go with either.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{ManifestError, Reader};
use crate::cache::SourceConfig;
use crate::dialect;
use crate::rust_type::ColumnKey;
use crate::suggest::nearest;

/// An option of a source that is part of what its queries mean.
struct OptionKey {
    key: &'static str,
    backend: &'static str,
    /// The values there are; empty where any text will do.
    values: &'static [&'static str],
}

const OPTION_KEYS: &[OptionKey] = &[
    OptionKey { key: "engine", backend: "pinot", values: &["single-stage", "multi-stage"] },
    OptionKey { key: "engine", backend: "ignite", values: &["h2", "calcite"] },
    OptionKey { key: "null_handling", backend: "pinot", values: &["true", "false"] },
    OptionKey { key: "nullability", backend: "flight", values: &["trusted", "untrusted"] },
    OptionKey { key: "zone", backend: "ignite", values: &[] },
    OptionKey { key: "zone", backend: "pinot", values: &[] },
];
const SOURCE_KEYS: &[&str] =
    &["url", "dialect", "version", "schema", "columns", "engine", "null_handling", "nullability", "zone"];
/// Schemes of URLs and the backends behind them.
const SCHEMES: &[(&str, &str)] = &[
    ("flight", "flight"),
    ("flight+tls", "flight"),
    ("flight+unix", "flight"),
    ("embedded", "flight"),
    ("pinot", "pinot"),
    ("pinot+tls", "pinot"),
    ("ignite", "ignite"),
    ("ignite+tls", "ignite"),
    ("picodata", "picodata"),
    ("picodata+tls", "picodata"),
    ("aperture", "aperture"),
    ("aperture+tls", "aperture"),
];
/// Dialects that differ so much from one version to another that the version must be said.
const VERSIONED_DIALECTS: &[&str] = &["picodata"];

/// The backend that a URL means, by its scheme.
///
/// The error names the scheme only, for a URL may hold a password.
pub fn backend_of_url(url: &str) -> Result<&'static str, ManifestError> {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    if let Some((_, backend)) = SCHEMES.iter().find(|(known, _)| *known == scheme) {
        return Ok(backend);
    }
    let known: Vec<&str> = SCHEMES.iter().map(|(known, _)| *known).collect();
    let speakable = url.contains("://")
        && !scheme.is_empty()
        && scheme.len() < 20
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b == b'+');
    let message = if speakable {
        format!("no backend has URLs of the scheme `{scheme}`")
    } else {
        "the URL begins with no known scheme".into()
    };
    let help = match nearest(scheme, known.iter().copied()).first() {
        Some(near) if speakable => format!("did you mean `{near}:`?"),
        _ => format!("the schemes are {}", known.join(", ")),
    };
    Err(ManifestError { message, help: Some(help) })
}

/// The backend that speaks a dialect.
pub fn backend_of_dialect(dialect: &str) -> &'static str {
    match dialect.split('-').next().unwrap_or_default() {
        "pinot" => "pinot",
        "ignite" => "ignite",
        "picodata" => "picodata",
        "aperture" => "aperture",
        _ => "flight",
    }
}

impl Reader {
    pub(super) fn source(&mut self, source: &str, value: &Value) -> (SourceConfig, Option<String>) {
        let name = format!("[source.{source}]");
        let mut config = SourceConfig::default();
        let starts_well = source.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts_well || !source.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            let help = "source!(StockEu) looks for [source.stock_eu]";
            self.error(ManifestError::new(format!("{name} is not in snake case")).help(help));
        }
        let Some(table) = self.table(value, &name) else { return (config, None) };
        self.known_keys(table, &name, SOURCE_KEYS);
        let url = self.text(table, "url", &name);
        config.dialect = self.text(table, "dialect", &name);
        config.version = self.text(table, "version", &name);
        config.schema = self.patterns(table, &name);
        let backend = match (&url, table.contains_key("url")) {
            (Some(url), _) => self.server(url, table, &name),
            (None, true) => None,
            (None, false) => self.files(&config, table, &name),
        };
        config.options = self.options(table, &name, backend, table.contains_key("url"));
        config.columns = self.columns(table, source);
        (config, url)
    }

    /// A source with a server: it tells the rest itself.
    fn server(&mut self, url: &str, table: &Map<String, Value>, name: &str) -> Option<&'static str> {
        for (key, reason) in [
            ("schema", "a source is described by its server or by files, not by both"),
            ("dialect", "the server tells its dialect"),
            ("version", "the server tells its version"),
        ] {
            if table.contains_key(key) {
                let message = format!("`url` and `{key}` in {name} contradict each other: {reason}");
                self.error(ManifestError::new(message).help(format!("remove `{key}`, or `url`")));
            }
        }
        if url.starts_with("${") {
            return None;
        }
        match backend_of_url(url) {
            Ok(backend) => Some(backend),
            Err(error) => {
                self.error(ManifestError { message: format!("`url` in {name}: {}", error.message), ..error });
                None
            }
        }
    }

    /// A source made of SQL files.
    fn files(
        &mut self,
        config: &SourceConfig,
        table: &Map<String, Value>,
        name: &str,
    ) -> Option<&'static str> {
        if !table.contains_key("schema") {
            let help = "give `url = \"…\"`, or `dialect = \"…\"` with `schema = [\"ddl/*.sql\"]`";
            self.error(
                ManifestError::new(format!("{name} has neither a `url` nor `schema` files")).help(help),
            );
            return None;
        }
        let Some(dialect) = &config.dialect else {
            if !table.contains_key("dialect") {
                let help = format!("the dialects are {}", dialect::NAMES.join(", "));
                self.error(
                    ManifestError::new(format!("{name} has `schema` files and no `dialect`")).help(help),
                );
            }
            return None;
        };
        if !dialect::NAMES.contains(&dialect.as_str()) {
            let message = format!("`dialect` in {name}: {}", crate::catalog::unknown_dialect(dialect));
            self.error(ManifestError::new(message));
            return None;
        }
        if backend_of_dialect(dialect) == "aperture" {
            let message = format!("`schema` files in {name} are SQL, which `{dialect}` is not");
            self.error(ManifestError::new(message).help("give the server's `url`"));
            return None;
        }
        match &config.version {
            None if VERSIONED_DIALECTS.contains(&dialect.as_str()) && !table.contains_key("version") => {
                let message = format!("{name} must say the `version` of `{dialect}`: it has several");
                self.error(
                    ManifestError::new(message)
                        .help("give the server's version, such as `version = \"26.1\"`"),
                );
            }
            Some(version) if !is_version(version) => {
                let message = format!("`version` in {name} must be numbers joined by dots, such as \"26.1\"");
                self.error(ManifestError::new(message));
            }
            Some(version) if dialect == "picodata" && !dialect::PicodataVersion::is_known(version) => {
                let oldest = dialect::PicodataVersion::V25_6.name();
                let message = format!("`version` in {name}: `picodata` is known from {oldest} on");
                self.error(ManifestError::new(message));
            }
            _ => {}
        }
        Some(backend_of_dialect(dialect))
    }

    fn patterns(&mut self, table: &Map<String, Value>, name: &str) -> Vec<String> {
        let Some(value) = table.get("schema") else { return Vec::new() };
        let patterns: Option<Vec<String>> = match value {
            Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        let Some(patterns) = patterns.filter(|patterns| !patterns.is_empty()) else {
            let help = "such as `schema = [\"ddl/*.sql\"]`";
            self.error(
                ManifestError::new(format!("`schema` in {name} must be a list of file patterns")).help(help),
            );
            return Vec::new();
        };
        for pattern in &patterns {
            let rooted = pattern.starts_with(['/', '\\']) || pattern.get(1..2) == Some(":");
            if rooted || pattern.contains('\\') || pattern.trim().is_empty() {
                let message =
                    format!("`{pattern}` in `schema` of {name} must be relative to querent.toml, with `/`");
                self.error(ManifestError::new(message));
            }
        }
        patterns
    }

    fn options(
        &mut self,
        table: &Map<String, Value>,
        name: &str,
        backend: Option<&str>,
        has_server: bool,
    ) -> BTreeMap<String, String> {
        let mut options = BTreeMap::new();
        for key in SOURCE_KEYS.iter().filter(|key| OPTION_KEYS.iter().any(|option| option.key == **key)) {
            let value = match table.get(*key) {
                Some(Value::Bool(flag)) => flag.to_string(),
                Some(_) => match self.text(table, key, name) {
                    Some(text) => text,
                    None => continue,
                },
                None => continue,
            };
            if !has_server && matches!(*key, "engine" | "nullability") {
                let reason = if *key == "engine" {
                    "the dialect tells the engine"
                } else {
                    "files are always trusted"
                };
                let message = format!("`schema` and `{key}` in {name} contradict each other: {reason}");
                self.error(ManifestError::new(message).help(format!("remove `{key}`")));
                continue;
            }
            self.option(key, &value, name, backend);
            options.insert(key.to_string(), value);
        }
        options
    }

    /// Checks one option's value, as far as the backend is known.
    fn option(&mut self, key: &str, value: &str, name: &str, backend: Option<&str>) {
        let fits = |option: &&OptionKey| {
            option.key == key && backend.is_none_or(|backend| option.backend == backend)
        };
        let rules: Vec<&OptionKey> = OPTION_KEYS.iter().filter(fits).collect();
        if let (Some(backend), true) = (backend, rules.is_empty()) {
            let message = format!("`{key}` in {name} is no option of the backend `{backend}`");
            let mut error = ManifestError::new(message);
            if (key, backend) == ("zone", "flight") {
                // Flight SQL knows no zone of a session, and Arrow's timestamps say their own.
                error = error
                    .help("remove it: each timestamp column of Arrow says whether it has a zone, and which");
            }
            self.error(error);
            return;
        }
        let values: Vec<&str> = rules.iter().flat_map(|option| option.values.iter().copied()).collect();
        if rules.iter().all(|option| !option.values.is_empty()) && !values.contains(&value) {
            let message = format!("`{key}` in {name} is `{value}`, which it cannot be");
            self.error(ManifestError::new(message).help(format!("it may be {}", values.join(", "))));
        }
    }

    fn columns(&mut self, table: &Map<String, Value>, source: &str) -> BTreeMap<String, String> {
        let name = format!("[source.{source}.columns]");
        let mut columns = BTreeMap::new();
        let Some(table) = table.get("columns").and_then(|columns| self.table(columns, &name)) else {
            return columns;
        };
        for key in table.keys() {
            if ColumnKey::parse(key).is_none() {
                let message = format!("`{key}` in {name} does not name a column");
                self.error(ManifestError::new(message).help("write `\"table.column\" = \"crate::Type\"`"));
            }
            let rust = self.rust_type(table, key, &name);
            columns.insert(key.clone(), rust.unwrap_or_default());
        }
        columns
    }
}

fn is_version(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
