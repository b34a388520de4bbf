//! Whether every file of a source's cache is as querent wrote it: what `querent check` asks, and no build, which reads
//! only what its queries name.

use super::format::{self, TableFile};
use super::names::{self, Stem};
use super::store::Places;
use super::{CacheDir, CacheError};

impl CacheDir {
    /// What is wrong with the files of `source`: that they cannot be read, were edited, or are none of the cache's. Each
    /// names its file and the command that mends it. A file that is gone is told by comparing with the source alone.
    pub fn faults(&self, source: &str) -> Vec<CacheError> {
        if let Err(error) = self.read_source(source) {
            return vec![error];
        }
        let mut faults = self.answer_faults(source);
        let (dir, help) = (self.tables_dir(source), format!("run `{}`", super::pull_command(source)));
        let unreadable = |error: std::io::Error| CacheError::invalid(&dir, error, &help);
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return faults,
            Err(error) => return vec![unreadable(error)],
        };
        let tables = Places::new(self, source);
        for entry in entries {
            let file = match entry {
                Ok(entry) => entry.path(),
                Err(error) => {
                    faults.push(unreadable(error));
                    continue;
                }
            };
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            // A writer is at work, or was killed; the next one removes what it left.
            if name.ends_with(".tmp") {
                continue;
            }
            let stem = name.strip_suffix(".json").filter(|stem| names::read_stem(stem) != Stem::Foreign);
            let Some(stem) = stem else {
                faults.push(CacheError::invalid(&file, "it describes no table", "remove it"));
                continue;
            };
            let table = match tables.read(stem) {
                Ok(table) => table,
                Err(error) => {
                    faults.push(error);
                    continue;
                }
            };
            let written = format::print(&TableFile::from(&*table), &file);
            // Line ends may be those of the system that checked the file out.
            let plain = |bytes: Vec<u8>| bytes.into_iter().filter(|byte| *byte != b'\r').collect::<Vec<u8>>();
            let same = written.is_ok_and(|bytes| std::fs::read(&file).is_ok_and(|now| plain(now) == bytes));
            if !same {
                faults.push(CacheError::invalid(&file, "it was edited", &help));
            }
        }
        faults.sort_by(|a, b| a.message.cmp(&b.message));
        faults
    }
}
