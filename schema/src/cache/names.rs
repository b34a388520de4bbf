//! File names of tables and sources: readable, reversible, and safe on every file system.
//!
//! A table's file is named after its whole path in lower case, parts joined by `.`, so that a table that appears in
//! another schema never renames a file: `datafusion.public.trades.json`. Bytes outside `a-z 0-9 _ -` are
//! percent-encoded within a part (so dots, slashes, quotes and everything beyond ASCII are), an empty part is a lone
//! `%`, and a name that Windows reserves (`con`, `lpt1`, …) has its first letter encoded. Where lower-casing or encoding
//! changed the name, `~` and eight hexadecimal digits of the hash of the true path follow, which keeps names apart that
//! differ by case alone. A name longer than 200 bytes is cut, and `~~` and sixteen digits follow.

use super::hash::Hasher;

const LEN_MAX: usize = 200;
const CUT_LEN: usize = 160;

/// A name of Rust in snake case, as sources are named after their types: `EuMarket` is `eu_market`, `HTTPLog` is `http_log`.
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (index, c) in chars.iter().enumerate() {
        let starts_word = c.is_uppercase() && index > 0 && chars[index - 1] != '_' && {
            let after_lower = !chars[index - 1].is_uppercase();
            let before_lower = chars.get(index + 1).is_some_and(|next| next.is_lowercase());
            after_lower || before_lower
        };
        if starts_word {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// The file name, without `.json`, of the table with this path.
pub(super) fn file_stem(path: &[String]) -> String {
    let mut hasher = Hasher::new();
    path.iter().for_each(|part| hasher.text(part));
    let hash = hasher.finish();
    let exact = path.join(".");
    let mut stem: String = path.iter().map(|part| encode(&part.to_lowercase())).collect::<Vec<_>>().join(".");
    if stem.is_empty() {
        stem.push('%');
    }
    if is_reserved(&stem) {
        stem = format!("%{:02x}{}", stem.as_bytes()[0], &stem[1..]);
    }
    // The encoded text is ASCII, so that it can be cut anywhere.
    if stem.len() > LEN_MAX {
        return format!("{}~~{hash:016x}", &stem[..CUT_LEN]);
    }
    let changed = stem != exact || path.iter().any(|part| part.contains('.'));
    if changed { format!("{stem}~{:08x}", hash as u32 ^ (hash >> 32) as u32) } else { stem }
}

/// What a file name says of a table's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stem {
    /// The path in lower case.
    Lower(Vec<String>),
    /// Nothing, for the name was cut.
    Cut,
    /// It is not the name of a table's file.
    Foreign,
}

/// Reads a file name, without `.json`, back.
pub(super) fn read_stem(stem: &str) -> Stem {
    if stem.contains("~~") {
        return Stem::Cut;
    }
    let name = stem.split_once('~').map_or(stem, |(name, _)| name);
    let parts: Option<Vec<String>> = name.split('.').map(decode).collect();
    parts.map_or(Stem::Foreign, Stem::Lower)
}

fn encode(part: &str) -> String {
    if part.is_empty() {
        return "%".to_owned();
    }
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => text.push(byte as char),
            _ => text.push_str(&format!("%{byte:02x}")),
        }
    }
    text
}

fn decode(part: &str) -> Option<String> {
    if part == "%" {
        return Some(String::new());
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => byte,
            b'%' => {
                let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
                digit(rest.next()?)? * 16 + digit(rest.next()?)?
            }
            _ => return None,
        });
    }
    if bytes.is_empty() { None } else { String::from_utf8(bytes).ok() }
}

/// Whether Windows takes a file of this name for a device; it looks at what stands before the first dot.
fn is_reserved(stem: &str) -> bool {
    let base = stem.split('.').next().unwrap_or_default();
    let numbered = |prefix| {
        base.strip_prefix(prefix)
            .is_some_and(|digit| digit.len() == 1 && digit.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(base, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn path(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|part| part.to_string()).collect()
    }

    #[track_caller]
    fn check(parts: &[&str], expected: &str) {
        let stem = file_stem(&path(parts));
        assert_eq!(stem, expected);
        let lower = parts.iter().map(|part| part.to_lowercase()).collect();
        assert_eq!(read_stem(&stem), Stem::Lower(lower));
    }

    #[test]
    fn plain_names_stay_as_they_are() {
        check(&["trades"], "trades");
        check(&["datafusion", "public", "trades_2024-q1"], "datafusion.public.trades_2024-q1");
        check(&["console"], "console");
    }

    #[test]
    fn changed_names_get_a_hash() {
        check(&["Trades"], "trades~dc86c7f5");
        check(&["a.b"], "a%2eb~5c5d1e8a");
        check(&["..", "..", "etc/passwd"], "%2e%2e.%2e%2e.etc%2fpasswd~848ea3a1");
        check(&["CON"], "%63on~d3adb660");
        check(&["lpt1", "t"], "%6cpt1.t~2db39fba");
        check(&["public", "con"], "public.con");
        check(&[""], "%~87958e31");
        check(&["🦀"], "%f0%9f%a6%80~2ea3de83");
        check(&["it's \"x\"\n"], "it%27s%20%22x%22%0a~082eb9cb");
        check(&["50%~"], "50%25%7e~90338755");
    }

    #[test]
    fn long_names_are_cut() {
        let long = "é".repeat(300);
        let stem = file_stem(&path(&["public", &long]));
        assert_eq!(stem.len(), CUT_LEN + 18);
        assert_eq!(read_stem(&stem), Stem::Cut);
        assert_ne!(stem, file_stem(&path(&["public", &format!("{long}x")])));
        check(&[&"x".repeat(200)], &"x".repeat(200));
    }

    #[test]
    fn different_paths_have_different_names_even_on_file_systems_without_case() {
        let paths = [
            path(&["trades"]),
            path(&["Trades"]),
            path(&["TRADES"]),
            path(&["a", "b"]),
            path(&["a.b"]),
            path(&["a", "", "b"]),
            path(&["A", "b"]),
            path(&["a", "B"]),
            path(&["con"]),
            path(&["CON"]),
            path(&["%63on"]),
            path(&[]),
            path(&[""]),
            path(&["ß"]),
            path(&["ẞ"]),
            path(&["é"]),
            path(&["e\u{301}"]),
            path(&["trades~dc86c7f5"]),
        ];
        let stems: HashSet<String> = paths.iter().map(|path| file_stem(path).to_lowercase()).collect();
        assert_eq!(stems.len(), paths.len());
        assert!(
            stems
                .iter()
                .all(|stem| stem.bytes().all(|b| b.is_ascii_graphic() && !b"/\\:*?\"<>|".contains(&b)))
        );
    }

    #[test]
    fn foreign_names_are_told() {
        for stem in ["Trades", "trades copy", "", "a..b", "%zz", "%f", "%ff"] {
            assert_eq!(read_stem(stem), Stem::Foreign, "{stem}");
        }
    }

    #[test]
    fn sources_are_named_in_snake_case() {
        for (from, to) in [
            ("Market", "market"),
            ("EuMarket", "eu_market"),
            ("HTTPLog", "http_log"),
            ("Db2", "db2"),
            ("DB", "db"),
            ("A_B", "a_b"),
        ] {
            assert_eq!(snake_case(from), to);
        }
    }
}
