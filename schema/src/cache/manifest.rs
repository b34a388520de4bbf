//! querent.toml: which keys there are, which go together, and the [`Config`] that they amount to.
//!
//! Reading TOML and expanding `${VAR}` is the CLI's part; it hands the document over as a tree of values. URLs stay
//! beside the configuration, for they are not committed.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::{Config, SourceConfig, TypeDefaults};
use crate::dialect;
use crate::rust_type::{CHOICES, ColumnKey};
use crate::suggest::nearest;

/// A querent.toml. It has no `Debug`, for URLs may hold passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct Manifest {
    /// What is committed.
    pub config: Config,
    /// The URL of each source that has one, as written.
    pub urls: BTreeMap<String, String>,
}

/// Something in querent.toml that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError {
    /// What is wrong, naming the key and its table.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

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
    OptionKey { key: "zone", backend: "flight", values: &[] },
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

impl Manifest {
    /// Reads the document `value`, which the text `text` was parsed into. All that is wrong is told at once.
    ///
    /// `${VAR}` in a URL may or may not be expanded yet; the backend of one that begins with `${` is not known.
    pub fn from_value(value: &Value, text: &str) -> Result<Manifest, Vec<ManifestError>> {
        let mut reader = Reader { errors: Vec::new() };
        let empty = Map::new();
        let document = reader.table(value, "querent.toml").unwrap_or(&empty);
        reader.known_keys(document, "querent.toml", &["source", "types"]);
        let types = document.get("types").map(|types| reader.types(types)).unwrap_or_default();
        let (mut sources, mut urls) = (BTreeMap::new(), BTreeMap::new());
        let named = document.get("source").and_then(|sources| reader.table(sources, "[source]"));
        for (name, source) in named.into_iter().flatten() {
            let (config, url) = reader.source(name, source);
            urls.extend(url.map(|url| (name.clone(), url)));
            sources.insert(name.clone(), config);
        }
        if reader.errors.is_empty() {
            Ok(Manifest { config: Config::new(text, sources, types), urls })
        } else {
            Err(reader.errors)
        }
    }
}

impl ManifestError {
    fn new(message: impl Into<String>) -> ManifestError {
        ManifestError { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> ManifestError {
        ManifestError { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

impl std::error::Error for ManifestError {}

/// Collects errors while it reads.
struct Reader {
    errors: Vec<ManifestError>,
}

impl Reader {
    fn error(&mut self, error: ManifestError) {
        self.errors.push(error);
    }

    fn table<'v>(&mut self, value: &'v Value, name: &str) -> Option<&'v Map<String, Value>> {
        let table = value.as_object();
        if table.is_none() {
            self.error(ManifestError::new(format!("{name} must be a table")));
        }
        table
    }

    fn text(&mut self, table: &Map<String, Value>, key: &str, name: &str) -> Option<String> {
        let value = table.get(key)?;
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.error(ManifestError::new(format!("`{key}` in {name} must be a text that is not empty")));
        }
        text.map(str::to_owned)
    }

    fn known_keys(&mut self, table: &Map<String, Value>, name: &str, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
            let help = match nearest(key, known.iter().copied()).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys are {}", known.join(", ")),
            };
            self.error(ManifestError::new(format!("`{key}` is no key of {name}")).help(help));
        }
    }

    fn types(&mut self, value: &Value) -> TypeDefaults {
        let Some(table) = self.table(value, "[types]") else { return TypeDefaults::default() };
        let known: Vec<&str> = CHOICES.iter().map(|(key, _)| *key).chain(["sql"]).collect();
        self.known_keys(table, "[types]", &known);
        let mut choice = |key: &str| self.type_choice(table, key);
        TypeDefaults {
            date: choice("date"),
            decimal: choice("decimal"),
            duration: choice("duration"),
            interval: choice("interval"),
            json: choice("json"),
            time: choice("time"),
            timestamp: choice("timestamp"),
            uuid: choice("uuid"),
            sql: table.get("sql").map(|sql| self.sql_types(sql)).unwrap_or_default(),
        }
    }

    /// A library's name or a path; `querent` is the same as nothing.
    fn type_choice(&mut self, table: &Map<String, Value>, key: &str) -> Option<String> {
        let text = self.text(table, key, "[types]")?;
        let libraries =
            CHOICES.iter().find(|(known, _)| *known == key).map_or(&[][..], |(_, libraries)| libraries);
        if text == "querent" {
            return None;
        }
        let is_path = text.contains("::") && is_rust_type(&text);
        if !is_path && !libraries.contains(&text.as_str()) {
            let all: Vec<&str> = ["querent"].into_iter().chain(libraries.iter().copied()).collect();
            let help = match nearest(&text, all.iter().copied()).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it may be {}, or the path of a type such as `crate::Mine`", all.join(", ")),
            };
            self.error(
                ManifestError::new(format!("`{key} = \"{text}\"` in [types] names no library for it"))
                    .help(help),
            );
        }
        Some(text)
    }

    fn sql_types(&mut self, value: &Value) -> BTreeMap<String, String> {
        let mut types = BTreeMap::new();
        let Some(table) = self.table(value, "[types.sql]") else { return types };
        for key in table.keys() {
            let rust = self.rust_type(table, key, "[types.sql]");
            match key.parse::<querent_types::SqlType>() {
                Ok(ty) => {
                    types.insert(ty.to_string(), rust.unwrap_or_default());
                }
                Err(error) => {
                    let help = "write types as `querent explain` prints them";
                    self.error(ManifestError::new(format!("`{key}` in [types.sql] is {error}")).help(help));
                }
            }
        }
        types
    }

    fn rust_type(&mut self, table: &Map<String, Value>, key: &str, name: &str) -> Option<String> {
        let text = self.text(table, key, name)?;
        if !is_rust_type(&text) {
            self.error(ManifestError::new(format!("`{key}` in {name} must be the path of a Rust type")));
        }
        Some(text)
    }

    fn source(&mut self, source: &str, value: &Value) -> (SourceConfig, Option<String>) {
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
            self.error(ManifestError::new(format!(
                "`{key}` in {name} is no option of the backend `{backend}`"
            )));
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

/// Whether the text can be a type: only what types are made of, with its brackets closed. rustc judges the rest.
fn is_rust_type(text: &str) -> bool {
    let mut open = Vec::new();
    let mut previous = ' ';
    for c in text.chars() {
        match c {
            '<' | '(' | '[' => open.push(c),
            // The arrow of `fn() -> T` closes nothing.
            '>' if previous == '-' => {}
            '>' | ')' | ']' => {
                let opening = match c {
                    '>' => '<',
                    ')' => '(',
                    _ => '[',
                };
                if open.pop() != Some(opening) {
                    return false;
                }
            }
            _ if c.is_alphanumeric() || "_:, &'-;".contains(c) => {}
            _ => return false,
        }
        previous = c;
    }
    open.is_empty() && text.contains(char::is_alphabetic)
}
