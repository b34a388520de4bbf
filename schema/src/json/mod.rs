//! Queries in JSON: ApertureDB's language, checked command by command against the catalog.
//!
//! The pipeline is that of SQL: text → tree (`parse`) → names and types against the catalog (`check` and the files beside
//! it) → a [`Plan`](crate::plan::Plan), whose template is the text written anew without a blank (`emit`). The commands are
//! data (`commands`). A macro that was given JSON as tokens writes a text of them, with `{"$param": 1}` where the user
//! wrote an expression, and maps places back to tokens.
//!
//! In the catalog a class of entities is the table `entities.<class>`, a class of connections `connections.<class>`, and
//! their properties are the columns ([`entity_path`], [`connection_path`]). What is checked: commands, parameters and
//! their kinds, classes, properties, operators, types of values, references, blobs, and what makes an answer. Not yet:
//! the commands of `commands::UNCHECKED`, constraints in the newer dialect's expressions, `group`, several results at
//! once of one command; each is an error that says so, never let pass unchecked.

mod check;
mod commands;
mod constraint;
mod emit;
mod parse;
mod property;
mod reference;
mod result;
mod tree;
mod value;

pub(crate) use check::check;
pub use emit::quoted;

use crate::dialect::Dialect;

/// Which of its two dialects a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Constraints as objects, `limit` and `sort` inside `results`.
    V1,
    /// Constraints as expressions in arrays, `limit` and `sort` beside `results` (clients from 0.5.0 on).
    V2,
}

impl Version {
    /// The version that a dialect is; `None` for one of SQL.
    pub fn of(dialect: &Dialect) -> Option<Version> {
        match dialect.name {
            "aperture-v1" => Some(Version::V1),
            "aperture-v2" => Some(Version::V2),
            _ => None,
        }
    }
}

/// The path of a class of entities, or of the system's own objects, in a catalog.
pub fn entity_path(class: &str) -> Vec<String> {
    vec!["entities".to_owned(), class.to_owned()]
}

/// The path of a class of connections in a catalog.
pub fn connection_path(class: &str) -> Vec<String> {
    vec!["connections".to_owned(), class.to_owned()]
}
