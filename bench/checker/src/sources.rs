//! A cache on disk with the tables that are asked, and a query's way through it.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use querent_schema::cache::{Answered, CacheDir, Config, SourceConfig, TypeDefaults};
use querent_schema::{ddl, dialect};
use tempfile::TempDir;

const TPCH: &str = include_str!("../../../tests/truth/schemas/tpch.sql");
const TPCDS: &str = include_str!("../../../tests/truth/schemas/tpcds.sql");
const TPCH_IGNITE: &str = include_str!("../../../tests/generator/schemas/tpch.ignite.sql");
const T: &str = "CREATE TABLE t (a BIGINT NOT NULL, b BIGINT, s VARCHAR)";
const T_IGNITE: &str = "CREATE TABLE t (a BIGINT NOT NULL, b BIGINT, s VARCHAR, PRIMARY KEY (a))";

/// The dialects that are measured: their names are those of the sources, too.
pub(crate) const DIALECTS: [&str; 3] = ["datafusion", "ignite-h2", "ignite-calcite"];

/// A folder with a querent.toml and its cache.
pub(crate) struct Sources {
    folder: TempDir,
}

impl Sources {
    /// Writes the caches, as `querent pull` does.
    pub(crate) fn write() -> Result<Sources, Box<dyn Error>> {
        let mut described = vec![("tpcds", "datafusion", TPCDS.to_owned())];
        for name in DIALECTS {
            let (tpch, t) = match name {
                "datafusion" => (TPCH, T),
                _ => (TPCH_IGNITE, T_IGNITE),
            };
            described.push((name, name, format!("{tpch};\n{t}")));
        }
        let folder = tempfile::tempdir()?;
        let names = described.iter().map(|(name, ..)| *name);
        let manifest: String =
            names.clone().map(|name| format!("[source.{name}]\nurl = \"here\"\n")).collect();
        std::fs::write(folder.path().join("querent.toml"), &manifest)?;
        let configs = names.map(|name| (name.to_owned(), SourceConfig::default())).collect();
        let config = Config::new(&manifest, configs, TypeDefaults::default());
        let cache = CacheDir::at(folder.path().join(".sqlcache"));
        cache.write_config(&config)?;
        for (name, of, text) in described {
            let dialect = dialect::by_name(of).ok_or("no such dialect")?;
            let made = ddl::evaluate(&[ddl::File { name: name.to_owned(), text }], dialect);
            if let Some(found) = made.findings.first() {
                return Err(format!("{name}:{}: {}", found.line, found.diagnostic.message).into());
            }
            cache.write(name, &config, &made.source, BTreeMap::new())?;
        }
        Ok(Sources { folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a macro does with a query, but for reading its arguments and writing Rust.
    pub(crate) fn check(&self, source: &str, text: &str) -> Answered {
        check(self.folder(), source, text)
    }
}

/// Finds and opens the cache, and checks.
pub(crate) fn check(folder: &Path, source: &str, text: &str) -> Answered {
    let opened = CacheDir::find(folder).and_then(|cache| Ok((cache.open(source)?, cache)));
    let (opened, cache) = opened.expect("a cache");
    cache.check(source, text, &opened.catalog)
}
