//! From files to tables: which files of a folder are tables, what they are called, how they
//! are read. What an SQL script says is in `script`.

mod csv;
mod format;
mod name;
mod register;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) use csv::null_regex;
pub(crate) use format::Format;
pub(crate) use register::{Csv, register};

use crate::error::{Error, ErrorKind};

/// A data file and the name of its table.
#[derive(Debug, Clone)]
pub(crate) struct TableFile {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
}

/// Files that a folder of tables may hold beside its tables.
const COMPANIONS: [&str; 3] = ["md", "txt", "license"];

/// The data files of a folder, in the order of their names.
///
/// Hidden files are left out, and so is what commonly lies beside data (a README, a licence).
/// Anything else that cannot be a table is an error: a table that is silently missing would
/// show up as an unknown name much later.
pub(crate) fn files_of_folder(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::io("read folder", folder, error))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Error::io("read folder", folder, error))?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.starts_with('_') || is_companion(&path) {
            continue;
        }
        files.push(path);
    }
    files.sort();
    Ok(files)
}

fn is_companion(path: &Path) -> bool {
    match path.extension() {
        Some(extension) => {
            let extension = extension.to_string_lossy().to_ascii_lowercase();
            COMPANIONS.contains(&extension.as_str())
        }
        None => path.file_stem().is_some_and(|stem| {
            let stem = stem.to_string_lossy();
            !stem.is_empty() && stem.chars().all(|c| c.is_ascii_uppercase() || c == '-')
        }),
    }
}

/// Gives each file its format and its table name.
pub(crate) fn name_files(files: &[PathBuf]) -> Result<Vec<TableFile>, Error> {
    let mut by_name: BTreeMap<String, &Path> = BTreeMap::new();
    let mut tables = Vec::with_capacity(files.len());
    for path in files {
        if path.is_dir() {
            return Err(Error::new(
                ErrorKind::UnsupportedFile,
                format!(
                    "{} is a folder inside a folder of tables; name it with CREATE EXTERNAL TABLE in an SQL script",
                    path.display()
                ),
            ));
        }
        let (format, stem) = Format::of(path)?;
        let name = name::from_stem(&stem);
        if let Some(other) = by_name.insert(name.clone(), path) {
            return Err(Error::new(
                ErrorKind::NameClash,
                format!(
                    "{} and {} would both be the table {name}; rename one of them",
                    other.display(),
                    path.display()
                ),
            ));
        }
        tables.push(TableFile { name, path: path.clone(), format });
    }
    Ok(tables)
}
