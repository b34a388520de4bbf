//! Ids of types and fields, from their names.

use super::units_hash;

/// What of a class name makes the type id; a server tells which by operation 3004.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NameMapper {
    /// The full name with its package.
    #[default]
    Full,
    /// The name without package and enclosing class.
    Simple,
}

/// The id of a type: the hash of its name in lower case.
///
/// 0 is no id: a name that hashes to it cannot be used.
pub fn type_id(name: &str, mapper: NameMapper) -> i32 {
    match mapper {
        NameMapper::Full => lower_hash(name),
        NameMapper::Simple => lower_hash(&simple_name(name)),
    }
}

/// The id of a field: the hash of its name in lower case.
///
/// 0 is no id: a name that hashes to it cannot be used.
pub fn field_id(name: &str) -> i32 {
    lower_hash(name)
}

fn lower_hash(name: &str) -> i32 {
    units_hash(name.encode_utf16().map(lower))
}

/// `BinaryBasicNameMapper.simpleName` of 2.17.0.
fn simple_name(name: &str) -> String {
    let name = simple_type_arguments(name);
    let after = |mark: char| name.rfind(mark).map(|at| &name[at + mark.len_utf8()..]);
    match after('$') {
        // A class name that ends with the sign, as Scala's do, or an anonymous class.
        Some(inner) if inner.is_empty() || inner.parse::<i32>().is_ok() => {}
        Some(_) if name.find("$$Lambda$").is_some_and(|at| at > 0) => {}
        Some(inner) => return inner.to_owned(),
        None => {}
    }
    // A nested class of .NET, else a package.
    after('+').or_else(|| after('.')).unwrap_or(&name).to_owned()
}

/// Simplifies the type arguments of a generic type of .NET: what follows `[[`, and what follows `],[`.
fn simple_type_arguments(name: &str) -> String {
    let mut name = name.to_owned();
    let mut from = 0;
    for mark in ["[[", "],["] {
        let found = name.get(from..).and_then(|rest| rest.find(mark)).map(|at| from + at);
        if let Some(at) = found.filter(|at| *at > 0) {
            let arguments = simple_name(&name[at + mark.len()..]);
            name.truncate(at + mark.len());
            name.push_str(&arguments);
            from = at;
        }
    }
    name
}

/// `Character.toLowerCase(char)` of JDK 17: one unit to one unit, surrogates unchanged.
///
/// Servers run on JDK 11 to 21, and they disagree on letters that Unicode got later; those stay as they are here.
fn lower(unit: u16) -> u16 {
    const LATER: [u16; 13] = [
        0x1c89, 0x2c2f, 0xa7c0, 0xa7cb, 0xa7cc, 0xa7ce, 0xa7d0, 0xa7d2, 0xa7d4, 0xa7d6, 0xa7d8, 0xa7da,
        0xa7dc,
    ];
    match unit {
        0..=0x7f => u16::from((unit as u8).to_ascii_lowercase()),
        // The only letter whose full lower case is longer than one character.
        0x130 => u16::from(b'i'),
        _ if LATER.contains(&unit) => unit,
        _ => char::from_u32(u32::from(unit))
            .and_then(|letter| letter.to_lowercase().next())
            .and_then(|letter| u16::try_from(u32::from(letter)).ok())
            .unwrap_or(unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a golden file, split into words.
    fn golden(text: &str) -> impl Iterator<Item = Vec<&str>> {
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect())
    }

    #[test]
    fn every_unit_is_lowered_as_java_does() {
        let text = include_str!("../../../tests/ignite_values/lower.txt");
        let unit = |hex| u16::from_str_radix(hex, 16).unwrap();
        let lowered: std::collections::BTreeMap<u16, u16> =
            golden(text).map(|words| (unit(words[0]), unit(words[1]))).collect();
        assert_eq!(lowered.len(), 1168);
        for unit in 0..=u16::MAX {
            assert_eq!(lower(unit), *lowered.get(&unit).unwrap_or(&unit), "U+{unit:04X}");
        }
    }

    #[test]
    fn ids_are_those_of_java() {
        let mut count = 0;
        for words in golden(include_str!("../../../tests/ignite_values/names.txt")) {
            let units: Vec<u16> = words[0]
                .as_bytes()
                .chunks(4)
                .map(|hex| u16::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap())
                .collect();
            let name = String::from_utf16(&units).unwrap();
            let expected: Vec<i32> = words[1..].iter().map(|word| word.parse().unwrap()).collect();
            let ids = [
                super::super::string_hash(&name),
                type_id(&name, NameMapper::Full),
                type_id(&name, NameMapper::Simple),
                field_id(&name),
            ];
            assert_eq!(ids, *expected, "{name}");
            count += 1;
        }
        assert_eq!(count, 26);
    }

    #[test]
    fn simple_names_of_odd_classes() {
        for (name, simple) in [
            ("org.Outer$1", "Outer$1"),
            ("org.Object$", "Object$"),
            ("org.A$$Lambda$5/0x01", "A$$Lambda$5/0x01"),
            ("Ns.Gen`2[[System.Int32],[Ns.Outer+Inner]]", "Gen`2[[Int32],[Inner]]"),
            ("", ""),
        ] {
            assert_eq!(simple_name(name), simple, "{name}");
        }
    }
}
