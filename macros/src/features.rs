//! Which features of `querent` are on. Each of them that a query can need switches the feature of its name in this crate,
//! so that a missing one is an error in words and not a path that does not exist.

/// The feature that brings a library of `[types]`; its name is the library's, `serde_json` apart.
pub(crate) fn of_library(library: &str) -> &str {
    if library == "serde_json" { "json" } else { library }
}

/// Whether the types of a library are there.
pub(crate) fn has(library: &str) -> bool {
    is_on(of_library(library))
}

/// Every feature, and whether it is on.
const ALL: &[(&str, bool)] = &[
    ("flight", cfg!(feature = "flight")),
    ("pinot", cfg!(feature = "pinot")),
    ("ignite", cfg!(feature = "ignite")),
    ("picodata", cfg!(feature = "picodata")),
    ("bigdecimal", cfg!(feature = "bigdecimal")),
    ("chrono", cfg!(feature = "chrono")),
    ("jiff", cfg!(feature = "jiff")),
    ("json", cfg!(feature = "json")),
    ("rust_decimal", cfg!(feature = "rust_decimal")),
    ("time", cfg!(feature = "time")),
    ("uuid", cfg!(feature = "uuid")),
];

/// Whether a feature is on.
pub(crate) fn is_on(feature: &str) -> bool {
    ALL.iter().any(|(name, on)| *name == feature && *on)
}

/// What to write into Cargo.toml.
pub(crate) fn help(features: &[&str]) -> String {
    let quoted: Vec<String> = features.iter().map(|feature| format!("\"{feature}\"")).collect();
    let what = if features.len() > 1 { "them" } else { "it" };
    format!("add {what} in Cargo.toml: `querent = {{ …, features = [{}] }}`", quoted.join(", "))
}
