//! querent.toml: found from the current folder upwards, read, the `${VAR}`s of its URLs expanded when they are asked for.

use std::path::{Path, PathBuf};

use querent_schema::cache::{CacheDir, DIR_NAME, Manifest};
use querent_schema::diagnostic::line_column;

use crate::failure::{Failure, Result};

/// A querent.toml and what lies beside it.
pub(crate) struct Project {
    /// The folder of querent.toml.
    pub(crate) root: PathBuf,
    pub(crate) manifest: Manifest,
}

impl Project {
    /// The nearest querent.toml, from the current folder upwards.
    pub(crate) fn find() -> Result<Project> {
        let here =
            std::env::current_dir().map_err(|e| Failure::caused("the current folder cannot be read", &e))?;
        let root = here.ancestors().find(|dir| dir.join("querent.toml").is_file());
        match root {
            Some(root) => Project::read(root),
            None => Err(Failure::new(format!("there is no querent.toml in {} or above it", here.display()))
                .help("run `querent init` to begin with one")),
        }
    }

    fn read(root: &Path) -> Result<Project> {
        let file = root.join("querent.toml");
        let text = std::fs::read_to_string(&file)
            .map_err(|e| Failure::caused(format!("{} cannot be read", file.display()), &e))?;
        // The message of a TOML error quotes the line, which may hold a password: only its place is told.
        let value: serde_json::Value = toml::from_str(&text).map_err(|e| {
            let place = e.span().map_or_else(String::new, |span| {
                let (line, column) = line_column(&text, span.start);
                format!(" at line {line}, column {column}")
            });
            Failure::new(format!("{} is no TOML{place}: {}", file.display(), e.message()))
        })?;
        let manifest = Manifest::from_value(&value, &text)?;
        Ok(Project { root: root.to_owned(), manifest })
    }

    /// The URL of a source, its `${VAR}`s expanded; `None` for one that is made of files.
    ///
    /// Only who talks to the server needs the variables to be set: nothing offline does.
    pub(crate) fn url(&self, source: &str) -> Result<Option<String>> {
        let Some(url) = self.manifest.urls.get(source) else { return Ok(None) };
        expand(url).map(Some).map_err(|name| {
            Failure::new(format!("the environment variable {name} is not set"))
                .help(format!("the url of [source.{source}] in querent.toml names it"))
        })
    }

    /// The cache beside querent.toml.
    pub(crate) fn cache(&self) -> CacheDir {
        CacheDir::at(self.root.join(DIR_NAME))
    }

    /// The names of the given sources, or of all; a name that is none is an error.
    pub(crate) fn sources(&self, wanted: &[String]) -> Result<Vec<String>> {
        let known = &self.manifest.config.sources;
        if let Some(name) = wanted.iter().find(|name| !known.contains_key(*name)) {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            return Err(Failure::new(format!("querent.toml has no [source.{name}]"))
                .help(format!("its sources are: {}", names.join(", "))));
        }
        Ok(if wanted.is_empty() { known.keys().cloned().collect() } else { wanted.to_vec() })
    }
}

/// The text with each `${NAME}` replaced by the environment's; the error is the name that is not set.
fn expand(text: &str) -> std::result::Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(&std::env::var(name).map_err(|_| name.to_owned())?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_expanded() {
        assert_eq!(expand("a${CARGO_PKG_NAME}b").unwrap(), "aquerent-clib");
        assert_eq!(expand("a${b").unwrap(), "a${b");
        assert_eq!(expand("${QUERENT_IS_NOT_SET}").unwrap_err(), "QUERENT_IS_NOT_SET");
    }
}
