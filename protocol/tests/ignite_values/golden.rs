//! Reads the golden files.

use bytes::Bytes;

/// The bytes of hexadecimal digits.
#[track_caller]
pub(crate) fn unhex(hex: &str) -> Bytes {
    assert!(hex.len().is_multiple_of(2), "{hex}");
    let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// The lines of a file that are no comments, split into words.
pub(crate) fn lines(file: &str) -> impl Iterator<Item = Vec<&str>> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect())
}

/// The objects of a file by name.
pub(crate) fn objects(file: &str) -> impl Iterator<Item = (&str, Bytes)> {
    lines(file).map(|words| (words[0], unhex(words[1])))
}

/// The object of this name.
#[track_caller]
pub(crate) fn object(file: &str, name: &str) -> Bytes {
    objects(file).find(|(other, _)| *other == name).unwrap_or_else(|| panic!("no object {name}")).1
}

/// What Ignite's marshaller makes of values of every type.
pub(crate) const VALUES: &str = include_str!("values.txt");
/// What it makes of complex objects.
pub(crate) const OBJECTS: &str = include_str!("objects.txt");
/// Keys with their hash codes and partitions.
pub(crate) const HASHES: &str = include_str!("hashes.txt");
/// What pyignite sends.
pub(crate) const PYIGNITE: &str = include_str!("pyignite.txt");
/// What real nodes answered.
pub(crate) const ROWS: &str = include_str!("rows.txt");
