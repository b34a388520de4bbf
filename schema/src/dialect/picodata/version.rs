//! The versions of Picodata that are read otherwise, by the releases that changed something.
//!
//! A release between two of them is read as the earlier one; one before the first as the first, and one behind the last,
//! or none at all, as the last. `26.1` without a third number is the newest 26.1.

use querent_types::SourceDescription;

/// A release from which on something is read otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub(super) u8);

impl Version {
    /// The first that is known.
    pub const V25_6: Version = Version(0);
    /// Unlogged tables, `json_extract_path`, `READ_PREFERENCE`.
    pub const V26_1_0: Version = Version(1);
    /// Blocks, with RETURN QUERY and UPDATE.
    pub const V26_1_1: Version = Version(2);
    /// INSERT and DELETE in blocks, columns of arrays.
    pub const V26_1_3: Version = Version(3);
    /// Arrays on the wire and `ARRAY[…]`, LET, IF and ON CONFLICT DO UPDATE in blocks, `FORWARD`.
    pub const V26_2: Version = Version(4);
    /// Columns of JSON.
    pub const V26_3: Version = Version(5);

    /// The version that a server's own word stands for: `26.1.6`, `26.1.6-0-gabc`, `picodata 26.1`.
    pub fn parse(text: &str) -> Option<Version> {
        let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let mut parts = digits.split('.').map(|part| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse::<u32>().ok()
        });
        let (major, minor) = (parts.next().flatten()?, parts.next().flatten()?);
        let patch = parts.next().flatten().unwrap_or(u32::MAX);
        Some(match (major, minor, patch) {
            (..=25, ..) => Version::V25_6,
            (26, 0, _) => Version::V25_6,
            (26, 1, 0) => Version::V26_1_0,
            (26, 1, 1 | 2) => Version::V26_1_1,
            (26, 1, _) => Version::V26_1_3,
            (26, 2, _) => Version::V26_2,
            _ => Version::V26_3,
        })
    }

    /// Whether a version is one that is known, or a later one.
    pub fn is_known(text: &str) -> bool {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        let number = (parts.next().flatten(), parts.next().flatten());
        matches!(number, (Some(major), Some(minor)) if (major, minor) >= (25, 6))
    }

    /// The version of a source's server, where that is known.
    pub(super) fn of(source: &SourceDescription) -> Option<Version> {
        Version::parse(&source.server.as_ref()?.version)
    }

    /// Its number as Picodata writes it.
    pub fn name(self) -> &'static str {
        ["25.6", "26.1.0", "26.1.1", "26.1.3", "26.2", "26.3"][usize::from(self.0.min(5))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Version>) {
        assert_eq!(Version::parse(text), expected, "{text}");
    }

    #[test]
    fn versions_are_read_as_the_newest_that_is_not_newer() {
        check("25.6", Some(Version::V25_6));
        check("25.6.0-12-gabcdef", Some(Version::V25_6));
        check("24.7.1", Some(Version::V25_6));
        check("26.1.0", Some(Version::V26_1_0));
        check("26.1.2", Some(Version::V26_1_1));
        check("26.1.6", Some(Version::V26_1_3));
        check("26.1", Some(Version::V26_1_3));
        check("picodata 26.2.1-0-g1", Some(Version::V26_2));
        check("26.3.0", Some(Version::V26_3));
        check("27.1", Some(Version::V26_3));
        check("26", None);
        check("new", None);
        assert_eq!(Version::V26_1_3.name(), "26.1.3");
        assert!(Version::is_known("25.6") && Version::is_known("27.0.1"));
        assert!(!Version::is_known("25.5.3") && !Version::is_known("26"));
    }
}
