//! A source of very many tables: what the first query of a process costs, and the next one.

use std::collections::BTreeMap;
use std::error::Error;

use querent_schema::cache::{CacheDir, Config, SourceConfig, TypeDefaults};
use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};

use crate::measure::{self, Effort};
use crate::sources;

const COLUMNS: usize = 40;

pub(crate) fn run(effort: Effort) -> Result<(), Box<dyn Error>> {
    for count in [10, 1_000, 10_000] {
        let folder = tempfile::tempdir()?;
        let manifest = "[source.many]\nurl = \"here\"\n";
        std::fs::write(folder.path().join("querent.toml"), manifest)?;
        let configs = BTreeMap::from([("many".to_owned(), SourceConfig::default())]);
        let config = Config::new(manifest, configs, TypeDefaults::default());
        let cache = CacheDir::at(folder.path().join(".sqlcache"));
        cache.write_config(&config)?;
        let column = |number| ColumnDescription::new(format!("c{number}"), SqlType::Int64, false);
        let table = |number| {
            let path = ["datafusion", "public", &format!("table_{number:05}")].map(str::to_owned).to_vec();
            TableDescription::new(path, (0..COLUMNS).map(column).collect())
        };
        let source = SourceDescription {
            backend: "flight".into(),
            dialect: "datafusion".into(),
            tables: (0..count).map(table).collect(),
            ..SourceDescription::default()
        };
        cache.write("many", &config, &source, BTreeMap::new())?;
        let text = "SELECT x.c1, y.c2 FROM table_00001 x JOIN table_00007 y ON x.c0 = y.c0 WHERE x.c3 = :c3";
        let misspelt = "SELECT c1 FROM tabel_00001";
        let check = |text| sources::check(folder.path(), "many", text);
        let first = measure::once(|| check(text));
        assert!(check(text).checked.diagnostics.is_empty());
        let next = measure::micros(effort, || check(text));
        let wrong = measure::micros(effort, || check(misspelt));
        println!("many\t{count}\t{first:.0}\t{next:.1}\t{wrong:.1}");
    }
    Ok(())
}
