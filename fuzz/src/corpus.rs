//! What real servers sent: whole answers, their payloads, single objects.

use std::path::{Path, PathBuf};

use querent_protocol::ignite::Reader;
use querent_protocol::ignite::response::Header;

use crate::targets::agreed;

/// All of it.
pub fn load() -> Vec<Vec<u8>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/tests");
    let mut corpus = Vec::new();
    for path in files(&tests.join("wire/ignite"), "hex") {
        for line in lines(&path) {
            let Some(frame) = line.strip_prefix("< ").and_then(hex) else { continue };
            let body = frame.get(4..).unwrap_or_default().to_vec();
            let mut reader = Reader::new(&body);
            if Header::read(&mut reader, &agreed()).is_ok_and(|header| header.failure.is_none()) {
                corpus.push(body[reader.position()..].to_vec());
            }
            corpus.push(body);
            corpus.push(frame);
        }
    }
    for path in files(&tests.join("ignite_values"), "txt") {
        corpus.extend(lines(&path).iter().filter_map(|line| hex(line.split_whitespace().last()?)));
    }
    corpus.retain(|seed| !seed.is_empty());
    corpus.sort();
    corpus.dedup();
    corpus
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|is| is == extension)).collect()
}

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: &u8| char::from(*c).to_digit(16).map(|digit| digit as u8);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| Some(digit(&pair[0])? << 4 | digit(&pair[1])?)).collect()
}
