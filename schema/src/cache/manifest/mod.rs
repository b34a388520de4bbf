//! querent.toml: which keys there are, which go together, and the [`Config`] that they amount to.
//!
//! Reading TOML and expanding `${VAR}` is the CLI's part; it hands the document over as a tree of values. URLs stay
//! beside the configuration, for they are not committed.

mod source;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

pub use source::{backend_of_dialect, backend_of_url};

use super::{Config, TypeDefaults};
use crate::rust_type::CHOICES;
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
