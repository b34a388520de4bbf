//! Java's hash codes, which are Ignite's ids: of caches, types, fields and schemas; and the partition of a key.
//!
//! [`key_hash`] is the hash code of a key as a server computes it, from the key's bytes.

mod key;
mod name;

pub use key::key_hash;
pub use name::{NameMapper, field_id, type_id};

/// `String.hashCode`: over UTF-16 units, so characters outside the BMP count as two.
pub fn string_hash(text: &str) -> i32 {
    units_hash(text.encode_utf16())
}

/// The id of a cache: the hash of its name, case-sensitive.
pub fn cache_id(name: &str) -> i32 {
    string_hash(name)
}

/// `Arrays.hashCode(byte[])`, which is the hash code of a complex object over its fields' bytes.
pub fn bytes_hash(bytes: &[u8]) -> i32 {
    bytes.iter().fold(1, |hash: i32, byte| hash.wrapping_mul(31).wrapping_add(i32::from(byte.cast_signed())))
}

/// The id of a schema without fields.
pub const EMPTY_SCHEMA_ID: i32 = 0x811c_9dc5_u32.cast_signed();

/// The id of a schema: FNV-1 over its field ids, in their order.
pub fn schema_id(field_ids: &[i32]) -> i32 {
    field_ids
        .iter()
        .flat_map(|id| id.to_le_bytes())
        .fold(EMPTY_SCHEMA_ID, |hash, byte| (hash ^ i32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The partition, of so many, that a key with this hash code belongs to, by the rendezvous affinity function.
///
/// Without any partitions it is 0.
pub fn partition(hash: i32, partitions: u32) -> u32 {
    let bits = hash.cast_unsigned();
    if partitions == 0 {
        0
    } else if partitions.is_power_of_two() {
        (bits ^ (bits >> 16)) & (partitions - 1)
    } else {
        // Java takes the absolute value of the remainder, not the remainder of the absolute value (which does not
        // exist for the least int): the remainder is nearer to zero, so its absolute value always exists.
        (i64::from(hash) % i64::from(partitions)).unsigned_abs() as u32
    }
}

/// The 31-fold of Java's strings and lists, from 0 on.
fn units_hash(units: impl Iterator<Item = u16>) -> i32 {
    units.fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// `Long.hashCode`.
fn long_hash(number: i64) -> i32 {
    (number ^ number.cast_unsigned().wrapping_shr(32).cast_signed()) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_known_strings() {
        assert_eq!(string_hash(""), 0);
        assert_eq!(string_hash("polygenelubricants"), i32::MIN);
        assert_eq!(cache_id("SQL_PUBLIC_T"), string_hash("SQL_PUBLIC_T"));
        assert_ne!(cache_id("a"), cache_id("A"));
        // Over code points it would be 128512.
        assert_eq!(string_hash("😀"), 0xd83d * 31 + 0xde00);
    }

    #[test]
    fn partitions_of_extreme_hashes() {
        assert_eq!(partition(i32::MIN, 1024), 0);
        assert_eq!(partition(i32::MIN, 10), 8);
        assert_eq!(partition(-1, 10), 1);
        // pyignite 0.6.1 computes abs(h // parts), 2 here.
        assert_eq!(partition(17, 7), 3);
        assert_eq!(partition(i32::MIN, 1), 0);
        assert_eq!(partition(5, 0), 0);
        assert_eq!(partition(i32::MIN, 65_000), 13_648);
    }

    #[test]
    fn a_schema_without_fields_has_an_id() {
        assert_eq!(schema_id(&[]), EMPTY_SCHEMA_ID);
        assert_eq!(EMPTY_SCHEMA_ID.to_le_bytes(), [0xc5, 0x9d, 0x1c, 0x81]);
    }
}
