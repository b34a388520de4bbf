//! Binding and typing: names against the catalog, types by unification, nullability sound first and tight second.
//!
//! The rules are those of the engine: DataFusion's `SqlToRel` and type coercion, read from its sources. A statement is
//! read from the top down by a `Binder`, as often as it takes to know the types of its parameters (`solve`) and what its
//! optional sections do (`choices`). What each clause sees is in `select` and `column`, joins in `from`, types in
//! `operator`, `case` and `function`, the NULL rules beside them; `schema_name` gives columns their names.

mod aggregate;
mod argument;
mod binder;
mod block;
mod case;
mod choices;
mod column;
mod column_name;
mod constant;
mod cte;
mod dml;
mod expr;
mod from;
mod function;
mod group;
mod literal;
mod merge;
mod merged;
mod missing;
mod operator;
mod order;
mod params;
mod predicate;
mod query;
mod required;
mod routing;
mod row;
mod schema_name;
mod scope;
mod sections;
mod select;
mod show;
mod solve;
mod split;
mod statement;
mod subquery;
mod table;
mod typed;
mod ungrouped;
mod unknown_type;
mod value;
mod window;

#[cfg(test)]
mod tests;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::json;
use crate::parse::{Source, levels_at_hand, with_stack};
use crate::plan::Plan;
pub(crate) use sections::{tidy, unknown};
pub(crate) use unknown_type::unknown_type;

/// What checking a text found.
#[derive(Debug)]
pub struct Checked {
    /// The plan, as far as it could be made: on errors it may lack columns or types, and serves completion only.
    pub plan: Option<Plan>,
    /// Everything there is to say, in the order of the text. The query is refused if any is an error.
    pub diagnostics: Vec<Diagnostic>,
}

/// Levels of nesting whose stack a statement is checked on that does not fit the stack at hand: 256 MB, reserved and not
/// used.
const DEEP_LEVELS: usize = 512;

/// Checks one statement against a catalog.
pub fn check(text: &str, catalog: &Catalog) -> Checked {
    let Checked { plan, diagnostics } = check_whole(text, catalog);
    Checked { plan, diagnostics: diagnostics.into_iter().map(Diagnostic::shortened).collect() }
}

/// The same with names in full.
fn check_whole(text: &str, catalog: &Catalog) -> Checked {
    if let Some(version) = json::Version::of(catalog.dialect) {
        return json::check(text, catalog, version);
    }
    if let Some(other) = catalog.hinted(text) {
        return check_whole(text, &other);
    }
    let (source, mut found) = Source::new(text, catalog.dialect);
    if let Some(Err(unknown)) = (catalog.dialect.reading.engine)(text) {
        found.push(*unknown);
    }
    let deep = source.stack_levels() > levels_at_hand();
    with_stack(if deep { DEEP_LEVELS } else { 0 }, || sections::check(&source, found, catalog))
}
