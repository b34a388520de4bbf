//! Ignite's names of types: on the wire, in Java, and which Rust type is written so.
//!
//! The codes and names of the wire are those of `querent_protocol::ignite::value::code` (2.17.0), which the checker may not
//! import; `tests/ui/tests/names.rs` holds the two together.

/// A type that every Ignite node knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    /// Its code in the metadata of a field. `java.sql.Date` has none of its own: it is an object there.
    pub code: u8,
    /// Its name in the cache.
    pub name: &'static str,
    /// The Java classes that are written so, the usual one first.
    pub java: &'static [&'static str],
    /// The Rust type to write, for messages.
    pub rust: &'static str,
}

macro_rules! wires {
    ($($code:literal $name:literal [$($java:literal),*] $rust:literal;)+) => {
        &[$(Wire { code: $code, name: $name, java: &[$($java),*], rust: $rust },)+]
    };
}

/// All of them, by code.
pub const WIRES: &[Wire] = wires! {
    1 "byte" ["java.lang.Byte", "byte"] "i8";
    2 "short" ["java.lang.Short", "short"] "i16";
    3 "int" ["java.lang.Integer", "int"] "i32";
    4 "long" ["java.lang.Long", "long"] "i64";
    5 "float" ["java.lang.Float", "float"] "f32";
    6 "double" ["java.lang.Double", "double"] "f64";
    7 "char" ["java.lang.Character", "char"] "char";
    8 "boolean" ["java.lang.Boolean", "boolean"] "bool";
    9 "String" ["java.lang.String"] "String";
    10 "UUID" ["java.util.UUID"] "Uuid";
    11 "Date" ["java.util.Date"] "Millis";
    12 "byte[]" ["[B", "byte[]"] "Vec<u8>";
    13 "short[]" ["[S", "short[]"] "Vec<i16>";
    14 "int[]" ["[I", "int[]"] "Vec<i32>";
    15 "long[]" ["[J", "long[]"] "Vec<i64>";
    16 "float[]" ["[F", "float[]"] "Vec<f32>";
    17 "double[]" ["[D", "double[]"] "Vec<f64>";
    18 "char[]" ["[C", "char[]"] "Vec<char>";
    19 "boolean[]" ["[Z", "boolean[]"] "Vec<bool>";
    20 "String[]" ["[Ljava.lang.String;"] "Vec<String>";
    21 "UUID[]" ["[Ljava.util.UUID;"] "Vec<Uuid>";
    22 "Date[]" ["[Ljava.util.Date;"] "Vec<Millis>";
    23 "Object[]" ["[Ljava.lang.Object;"] "ObjectArray<_>";
    24 "Collection" [
        "java.util.ArrayList", "java.util.LinkedList", "java.util.HashSet", "java.util.LinkedHashSet",
        "java.util.List", "java.util.Set", "java.util.Collection"
    ] "List<_>";
    25 "Map" ["java.util.HashMap", "java.util.LinkedHashMap", "java.util.Map"] "HashMap<_, _>";
    28 "enum" [] "an enum with #[derive(Binary)]";
    29 "enum[]" [] "Value";
    30 "decimal" ["java.math.BigDecimal"] "Decimal";
    31 "decimal[]" ["[Ljava.math.BigDecimal;"] "Vec<Decimal>";
    32 "Class" ["java.lang.Class"] "Value";
    33 "Timestamp" ["java.sql.Timestamp"] "Timestamp";
    34 "Timestamp[]" ["[Ljava.sql.Timestamp;"] "Vec<Timestamp>";
    35 "Proxy" [] "Value";
    36 "Time" ["java.sql.Time"] "Time";
    37 "Time[]" ["[Ljava.sql.Time;"] "Vec<Time>";
    38 "binary enum" [] "an enum with #[derive(Binary)]";
    103 "Object" ["java.sql.Date"] "Date, or a struct with #[derive(Binary)]";
};

/// The code of a complex object.
pub const OBJECT: u8 = 103;
/// The code of an enum.
pub const ENUM: u8 = 28;
/// The code of an enum whose class the server does not have.
pub const BINARY_ENUM: u8 = 38;

/// The type of a name in the cache.
pub fn by_name(name: &str) -> Option<&'static Wire> {
    WIRES.iter().find(|wire| wire.name == name)
}

/// The type that a Java class is written as; `None` for a class of the user's, and for `java.lang.Object`, which is any.
pub fn by_java_class(class: &str) -> Option<&'static Wire> {
    WIRES.iter().find(|wire| wire.java.contains(&class))
}

/// Whether a class says nothing of its objects.
pub fn is_any(class: &str) -> bool {
    class == "java.lang.Object"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_names_and_classes_are_unique_and_in_order() {
        assert!(WIRES.is_sorted_by(|a, b| a.code < b.code));
        for wire in WIRES {
            assert_eq!(by_name(wire.name), Some(wire));
            assert!(wire.java.iter().all(|class| by_java_class(class) == Some(wire)), "{}", wire.name);
        }
        assert_eq!(by_java_class("org.Person"), None);
    }
}
