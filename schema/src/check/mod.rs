//! Binding and typing: names against the catalog, types by unification, nullability sound first and tight second.

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

/// What checking a text found.
pub struct Checked {
    /// The plan, as far as it could be made: on errors it may lack columns or types, and serves completion only.
    pub plan: Option<Plan>,
    /// Everything there is to say, in the order of the text. The query is refused if any is an error.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks one statement against a catalog.
pub fn check(text: &str, catalog: &Catalog) -> Checked {
    let _ = (text, catalog);
    todo!()
}
