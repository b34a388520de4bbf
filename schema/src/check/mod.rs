//! Binding and typing: names against the catalog, types by unification, nullability sound first and tight second.
//!
//! The rules are those of the engine: DataFusion's `SqlToRel` and type coercion, read from its sources. A statement is
//! read from the top down by a `Binder`, once to collect what its parameters must be and again with their types, and
//! once for each choice of its optional sections. What each clause sees is in `select` and `column`, joins in `from`,
//! types in `operator`, `case` and `function`, the NULL rules beside them; `schema_name` gives columns their names.

mod binder;
mod case;
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
mod missing;
mod operator;
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
mod split;
mod statement;
mod subquery;
mod table;
mod typed;
mod ungrouped;
mod unknown_type;
mod value;
mod window;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
pub(crate) use unknown_type::unknown_type;

/// What checking a text found.
#[derive(Debug)]
pub struct Checked {
    /// The plan, as far as it could be made: on errors it may lack columns or types, and serves completion only.
    pub plan: Option<Plan>,
    /// Everything there is to say, in the order of the text. The query is refused if any is an error.
    pub diagnostics: Vec<Diagnostic>,
}

/// Texts longer than this, or with more brackets open at once, are checked on a thread with a large stack.
const SHORT_LEN_MAX: usize = 2_000;
const SHALLOW_DEPTH_MAX: usize = 8;

/// The stack of that thread. It is reserved, not used.
const STACK_LEN: usize = 256 << 20;

/// Checks one statement against a catalog.
pub fn check(text: &str, catalog: &Catalog) -> Checked {
    if text.len() <= SHORT_LEN_MAX && bracket_depth(text) <= SHALLOW_DEPTH_MAX {
        return sections::check(text, catalog);
    }
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("querent-check".into()).stack_size(STACK_LEN);
        match builder.spawn_scoped(scope, || sections::check(text, catalog)) {
            Ok(thread) => match thread.join() {
                Ok(checked) => checked,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            // Where no such stack can be had, the limits of `parse` still hold.
            Err(_) => sections::check(text, catalog),
        }
    })
}

/// How many brackets are open at once, strings and comments not told apart: an estimate from above.
fn bracket_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
