//! `aperture-v1` and `aperture-v2`: the two dialects of ApertureDB's JSON language.
//!
//! Only names are looked up by these: as written, with case. The language itself is in [`crate::json`], to which
//! [`crate::check()`] hands every text of such a source before anything of SQL is asked.

use super::{Dialect, Fold, Placeholder, thin};

/// Constraints as objects.
pub static APERTURE_V1: Dialect = dialect("aperture-v1");

/// Constraints as expressions.
pub static APERTURE_V2: Dialect = dialect("aperture-v2");

const fn dialect(name: &'static str) -> Dialect {
    Dialect {
        name,
        fold: Fold::None,
        placeholder: Placeholder::Literal,
        booleans: ["false", "true"],
        // What is SQL's alone is never asked.
        ..thin::GENERIC
    }
}
