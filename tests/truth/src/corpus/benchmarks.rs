//! TPC-H, TPC-DS and SSB: the tables from `schemas/*.sql`, the queries from a folder that `fetch` fills.

use std::io;
use std::path::Path;

use super::{Case, Corpus, Script};

/// The benchmarks: name, folder of the queries, how many there are, tables.
pub const BENCHMARKS: [(&str, &str, usize, &str); 3] = [
    ("TPC-H", "tpch", 22, include_str!("../../schemas/tpch.sql")),
    ("TPC-DS", "tpcds", 103, include_str!("../../schemas/tpcds.sql")),
    ("SSB", "ssb", 13, include_str!("../../schemas/ssb.sql")),
];

/// The three benchmarks as scripts of one corpus.
pub fn read(folder: &Path) -> io::Result<Corpus> {
    let mut scripts = Vec::new();
    for (name, queries, _, tables) in BENCHMARKS {
        let mut cases: Vec<Case> = tables
            .split_inclusive(';')
            .filter(|statement| statement.contains("CREATE"))
            .enumerate()
            .map(|(i, statement)| Case::setup(format!("table {}", i + 1), statement.trim()))
            .collect();
        let mut files: Vec<_> = std::fs::read_dir(folder.join(queries))?.collect::<Result<_, _>>()?;
        files.sort_by_key(|file| file.file_name());
        for file in files {
            let sql = std::fs::read_to_string(file.path())?;
            cases.push(Case::ask(file.file_name().to_string_lossy(), sql));
        }
        scripts.push(Script { name: name.to_owned(), cases });
    }
    Ok(Corpus { name: "benchmarks".to_owned(), scripts })
}
